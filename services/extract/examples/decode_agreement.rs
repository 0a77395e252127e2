//! How well documents come out of uncertain tags: labelled pages are assembled once with the tags of
//! their labels and once with those of the model (or with labels but no row starts and no first words),
//! and the two results are compared field by field.
//! Usage: decode_agreement LABELLED.jsonl SPLIT [WEIGHTS] [differences]

use docexam_domain::{
    Document, DocumentType, Field, FieldKey, PageReading, PageStatus, Placement, ReadingSource,
    Rect, Ruling, Word,
};
use docexam_extract::{Extractor, Tag, TaggedPage, TaggedWord, assemble};
use docexam_layout::{TrainingPage, read_training_pages};
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

/// Fields wanted, found with any value, found with the same value; fields found that are not wanted.
#[derive(Clone, Copy, Default)]
struct Score {
    wanted: usize,
    found: usize,
    same: usize,
    extra: usize,
}

type Scores = BTreeMap<String, Score>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.first().ok_or("no labelled pages")?;
    let split = arguments.get(1).ok_or("no split")?;
    let extractor = match arguments.get(2).filter(|folder| *folder != "-") {
        Some(folder) => Some(Extractor::load(Path::new(folder))?),
        None => None,
    };
    let show = arguments.get(3).is_some();
    let (mut scores, mut pages, mut types) = (Scores::new(), 0usize, 0usize);
    for page in read_training_pages(Path::new(path))? {
        if page.split != *split {
            continue;
        }
        let wanted = assemble(vec![labelled(&page)], None);
        let found = match &extractor {
            Some(extractor) => extractor.assemble(vec![extractor.tag(reading(&page))?]),
            None => assemble(vec![blinded(labelled(&page))], None),
        };
        pages += 1;
        if let ([wanted], [found]) = (wanted.as_slice(), found.as_slice()) {
            types += usize::from(wanted.document_type == found.document_type);
            compare(&page.id, wanted, found, &mut scores, show);
        }
    }
    println!("{pages} pages, {types} of the right type");
    println!("key: wanted, found, same value, extra");
    for (key, s) in scores {
        println!(
            "{key:32} {:5} {:5} {:5} {:5}",
            s.wanted, s.found, s.same, s.extra
        );
    }
    Ok(())
}

fn compare(id: &str, wanted: &Document, found: &Document, scores: &mut Scores, show: bool) {
    for key in keys(wanted, found) {
        let of = |document: &Document| -> Vec<String> {
            document
                .fields_of(key)
                .map(|f| f.value().to_owned())
                .collect()
        };
        if key != FieldKey::LineItem {
            count(id, key.to_string(), &of(wanted), &of(found), scores, show);
        }
    }
    let (want, have): (Vec<&Field>, Vec<&Field>) =
        (wanted.line_items().collect(), found.line_items().collect());
    let rows = scores
        .entry("rows: pages with equal number".to_owned())
        .or_default();
    rows.wanted += 1;
    rows.found += 1;
    rows.same += usize::from(want.len() == have.len());
    if want.len() != have.len() && show {
        println!("{id}: {} rows wanted, {} found", want.len(), have.len());
    }
    for (index, row) in want.iter().enumerate() {
        // Rows are matched by where they stand: the nearest one.
        let nearest = have
            .iter()
            .min_by(|a, b| distance(row, a).total_cmp(&distance(row, b)));
        for cell in &row.properties {
            let value = |row: &&Field| row.property(cell.key).map(|c| c.value().to_owned());
            let have: Vec<String> = nearest.and_then(value).into_iter().collect();
            let name = format!("item.{}", cell.key);
            let id = format!("{id} row {}", index + 1);
            count(&id, name, &[cell.value().to_owned()], &have, scores, show);
        }
    }
}

fn keys(wanted: &Document, found: &Document) -> Vec<FieldKey> {
    let all = wanted.fields.iter().chain(&found.fields);
    let mut keys: Vec<FieldKey> = all.map(|f| f.key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn count(
    id: &str,
    key: String,
    wanted: &[String],
    found: &[String],
    scores: &mut Scores,
    show: bool,
) {
    if show && wanted != found {
        println!("{id}: {key} {wanted:?} became {found:?}");
    }
    let score = scores.entry(key).or_default();
    let same = wanted.iter().filter(|value| found.contains(value)).count();
    score.wanted += wanted.len();
    score.found += wanted.len().min(found.len());
    score.same += same;
    score.extra += found.len().saturating_sub(wanted.len());
}

fn distance(a: &Field, b: &Field) -> f32 {
    let top = |field: &Field| {
        let polygon = field.page_anchor.as_ref().map(|anchor| &anchor.polygon.0);
        polygon
            .and_then(|p| p.first())
            .map_or(9.0, |corner| corner[1])
    };
    (top(a) - top(b)).abs()
}

fn reading(page: &TrainingPage) -> PageReading {
    PageReading {
        file: 0,
        page: 1,
        status: PageStatus::Read,
        source: ReadingSource::Ocr,
        quality: 1.0,
        problem: None,
        placement: Some(Placement::upright(2480, 3508)),
        ruling: Ruling::default(),
        signatures: Vec::new(),
        words: page
            .words
            .iter()
            .map(|labelled| {
                let [x0, y0, x1, y1] = labelled.word.bbox;
                Word {
                    text: labelled.word.text.clone(),
                    bbox: Rect::new(x0, y0, x1, y1),
                    confidence: labelled.word.confidence,
                    line: labelled.word.line,
                }
            })
            .collect(),
    }
}

fn labelled(page: &TrainingPage) -> TaggedPage {
    let sure = |yes: bool| if yes { 0.98 } else { 0.02 };
    let tag = |label: &str| match label.strip_prefix("item.") {
        Some(cell) => FieldKey::from_str(cell).map_or(Tag::Outside, Tag::Cell),
        None => FieldKey::from_str(label).map_or(Tag::Outside, Tag::Header),
    };
    let kind = DocumentType::from_str(&page.page_class).unwrap_or(DocumentType::Other);
    TaggedPage {
        words: page
            .words
            .iter()
            .map(|word| TaggedWord {
                tag: tag(&word.label),
                probability: 0.98,
                others: Vec::new(),
                begins: sure(word.begins),
                starts_row: sure(word.starts_row),
            })
            .collect(),
        types: vec![(kind, 0.98)],
        starts_document: sure(page.starts_document),
        reading: reading(page),
    }
}

/// The labels alone, without first words of mentions and rows.
fn blinded(mut page: TaggedPage) -> TaggedPage {
    for word in &mut page.words {
        word.begins = 0.5;
        word.starts_row = 0.5;
    }
    page
}
