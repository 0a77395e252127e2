//! A page that officers corrected as a page to train on: words with labels, by the labelling rules of
//! `corpus/README.md`. Where an officer said what stands somewhere, that is the label; elsewhere it is what
//! was read. Goes in: the page read anew, its document as it was examined, the corrections.

use docexam_domain::{Document, Field, FieldKey, PageAnchor, PageReading, Placement, Rect, Word};
use docexam_layout::{LabelledWord, PageWord, TrainingPage};
use docexam_store::OfficerCorrection;
use std::str::FromStr;

/// What stands outside every field.
const OUTSIDE: &str = "O";

/// How sure every field of the page was that no officer corrected; 1 without any. What the reader was not sure
/// of and nobody looked at would teach mistakes.
pub fn least_unchecked_confidence(
    document: &Document,
    corrections: &[OfficerCorrection],
    (file, page): (u32, u32),
) -> f32 {
    let on_page = |field: &Field| {
        let anchor = field.page_anchor.as_ref();
        anchor.is_some_and(|anchor| (anchor.file, anchor.page) == (file, page))
    };
    mentions(document)
        .filter(|mention| on_page(mention.field) && !mention.is_corrected(corrections))
        .map(|mention| mention.field.confidence)
        .fold(1.0, f32::min)
}

/// None where the page has no words.
pub fn training_page(
    id: String,
    split: &str,
    reading: &PageReading,
    document: &Document,
    corrections: &[OfficerCorrection],
) -> Option<TrainingPage> {
    let placement = reading.placement?;
    if reading.words.is_empty() {
        return None;
    }
    let place = (reading.file, reading.page);
    let mut words: Vec<LabelledWord> = reading.words.iter().map(unlabelled).collect();
    let mut row_starts: Vec<Option<usize>> = Vec::new();
    for mention in mentions(document) {
        if mention.is_corrected(corrections) {
            continue;
        }
        let Some(anchor) = mention.field.page_anchor.as_ref() else {
            continue;
        };
        if (anchor.file, anchor.page) == place {
            let first = label(&mut words, &placement, anchor, &mention.label());
            note_row(&mut row_starts, mention.row, first);
        }
    }
    for correction in corrections {
        let anchor = &correction.page_anchor;
        if (anchor.file, anchor.page) != place {
            continue;
        }
        let said = row_and_key(&correction.field).filter(|(_, key)| !key.is_drawn());
        let Some((row, key)) = said else {
            continue;
        };
        let first = label(&mut words, &placement, anchor, &label_of(row, key));
        note_row(&mut row_starts, row, first);
    }
    for first in row_starts.into_iter().flatten() {
        words[first].starts_row = true;
    }
    Some(TrainingPage {
        id,
        page_class: document.document_type.to_string(),
        starts_document: document
            .pages
            .first()
            .is_some_and(|first| (first.file, first.page) == place),
        // Not known, and no input of the model.
        language: "und".to_owned(),
        split: split.to_owned(),
        words,
    })
}

/// A field, or a cell of a row (from 0).
struct Mention<'a> {
    field: &'a Field,
    row: Option<usize>,
}

fn mentions(document: &Document) -> impl Iterator<Item = Mention<'_>> {
    let headers = document
        .fields
        .iter()
        .filter(|field| field.key != FieldKey::LineItem)
        .map(|field| Mention { field, row: None });
    let rows = document.line_items().enumerate();
    let cells = rows.flat_map(|(row, item)| {
        item.properties.iter().map(move |field| Mention {
            field,
            row: Some(row),
        })
    });
    let all = headers.chain(cells);
    all.filter(|mention| !mention.field.key.is_drawn())
}

impl Mention<'_> {
    fn label(&self) -> String {
        label_of(self.row, self.field.key)
    }

    /// Whether an officer said what stands in this field: then the reading says nothing.
    fn is_corrected(&self, corrections: &[OfficerCorrection]) -> bool {
        let file_and_page = self.field.page_anchor.as_ref().map(|a| (a.file, a.page));
        corrections.iter().any(|correction| {
            let anchor = &correction.page_anchor;
            row_and_key(&correction.field) == Some((self.row, self.field.key))
                && file_and_page == Some((anchor.file, anchor.page))
                // Several containers or seals stand on a page; one of them was corrected.
                && (!self.field.key.repeats()
                    || correction.read_value.as_deref() == Some(self.field.value()))
        })
    }
}

fn label_of(row: Option<usize>, key: FieldKey) -> String {
    match row {
        Some(_) => format!("item.{key}"),
        None => key.to_string(),
    }
}

/// Row, from 0, of a cell; key.
fn row_and_key(field: &str) -> Option<(Option<usize>, FieldKey)> {
    match field.strip_prefix("line_item[") {
        None => Some((None, FieldKey::from_str(field).ok()?)),
        Some(rest) => {
            let (row, key) = rest.split_once("].")?;
            let row: usize = row.parse().ok()?;
            Some((Some(row.checked_sub(1)?), FieldKey::from_str(key).ok()?))
        }
    }
}

fn unlabelled(word: &Word) -> LabelledWord {
    LabelledWord {
        word: PageWord {
            text: word.text.clone(),
            bbox: [word.bbox.x0, word.bbox.y0, word.bbox.x1, word.bbox.y1],
            confidence: word.confidence,
            line: word.line,
        },
        label: OUTSIDE.to_owned(),
        begins: false,
        starts_row: false,
    }
}

/// Labels the words whose middle lies in the place; the first of them begins the mention. Its index.
fn label(
    words: &mut [LabelledWord],
    placement: &Placement,
    anchor: &PageAnchor,
    label: &str,
) -> Option<usize> {
    let area = upright(placement, anchor)?;
    let mut first = None;
    for (index, word) in words.iter_mut().enumerate() {
        let [x0, y0, x1, y1] = word.word.bbox;
        let (x, y) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        if (area.x0..=area.x1).contains(&x) && (area.y0..=area.y1).contains(&y) {
            word.label = label.to_owned();
            word.begins = first.is_none();
            first = first.or(Some(index));
        }
    }
    first
}

/// The box around the place on the upright page, where words lie.
fn upright(placement: &Placement, anchor: &PageAnchor) -> Option<Rect> {
    let points = anchor.polygon.0.iter();
    let boxes = points.map(|point| {
        let [x, y] = placement.upright_point(*point);
        Rect::new(x, y, x, y)
    });
    boxes.reduce(|all, point| all.union(&point))
}

fn note_row(rows: &mut Vec<Option<usize>>, row: Option<usize>, first: Option<usize>) {
    let (Some(row), Some(first)) = (row, first) else {
        return;
    };
    // A row number is the officer's: no more rows than a page has words.
    const MOST_ROWS: usize = 10_000;
    if row >= MOST_ROWS {
        return;
    }
    if rows.len() <= row {
        rows.resize(row + 1, None);
    }
    rows[row] = Some(rows[row].map_or(first, |known| known.min(first)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::{DocumentType, PageRef, PageStatus, Polygon, ReadingSource, Ruling};

    fn word(text: &str, x: f32, y: f32) -> Word {
        Word {
            text: text.to_owned(),
            bbox: Rect::new(x, y, x + 0.08, y + 0.02),
            confidence: 0.9,
            line: (y * 100.0) as u32,
        }
    }

    fn anchor(x0: f32, y0: f32, x1: f32, y1: f32) -> PageAnchor {
        PageAnchor {
            file: 0,
            page: 1,
            polygon: Polygon(vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]]),
        }
    }

    fn field(key: FieldKey, text: &str, confidence: f32, page_anchor: PageAnchor) -> Field {
        Field {
            key,
            mention_text: text.to_owned(),
            normalized_value: None,
            alternative_values: Vec::new(),
            confidence,
            page_anchor: Some(page_anchor),
            properties: Vec::new(),
        }
    }

    /// `Total 11,150.00 EUR` above a row `2 PCS`; the total was read from the word `Total`.
    fn page() -> (PageReading, Document) {
        let reading = PageReading {
            file: 0,
            page: 1,
            status: PageStatus::Read,
            source: ReadingSource::Ocr,
            quality: 0.9,
            problem: None,
            placement: Some(Placement::upright(1_000, 1_000)),
            ruling: Ruling::default(),
            signatures: Vec::new(),
            words: vec![
                word("Total", 0.1, 0.1),
                word("11,150.00", 0.3, 0.1),
                word("EUR", 0.5, 0.1),
                word("2", 0.1, 0.3),
                word("PCS", 0.3, 0.3),
            ],
        };
        let mut row = field(
            FieldKey::LineItem,
            "2 PCS",
            0.9,
            anchor(0.1, 0.3, 0.4, 0.33),
        );
        row.properties = vec![
            field(FieldKey::Quantity, "2", 0.9, anchor(0.1, 0.3, 0.19, 0.33)),
            field(FieldKey::Unit, "PCS", 0.6, anchor(0.3, 0.3, 0.39, 0.33)),
        ];
        let document = Document {
            id: "d1".to_owned(),
            document_type: DocumentType::CommercialInvoice,
            confidence: 0.9,
            pages: vec![PageRef { file: 0, page: 1 }],
            fields: vec![
                field(
                    FieldKey::TotalAmount,
                    "Total",
                    0.3,
                    anchor(0.1, 0.1, 0.19, 0.13),
                ),
                field(FieldKey::Currency, "EUR", 0.9, anchor(0.5, 0.1, 0.59, 0.13)),
                row,
            ],
        };
        (reading, document)
    }

    fn correction(field: &str, page_anchor: PageAnchor) -> OfficerCorrection {
        OfficerCorrection {
            field: field.to_owned(),
            value: "11150.00".to_owned(),
            read_value: Some("Total".to_owned()),
            present_value: None,
            page_anchor,
            officer: "anna".to_owned(),
            task_id: "t".to_owned(),
            examination_id: "e".to_owned(),
            decided_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn labels(page: &TrainingPage) -> Vec<(&str, bool, bool)> {
        page.words
            .iter()
            .map(|word| (word.label.as_str(), word.begins, word.starts_row))
            .collect()
    }

    #[test]
    fn a_corrected_place_takes_the_label_and_the_misread_one_loses_it() {
        let (reading, document) = page();
        let corrections = [correction("total_amount", anchor(0.29, 0.09, 0.4, 0.14))];
        let page = training_page("p".into(), "train", &reading, &document, &corrections);
        let page = page.expect("has words");
        assert_eq!(
            labels(&page),
            [
                ("O", false, false),
                ("total_amount", true, false),
                ("currency", true, false),
                ("item.quantity", true, true),
                ("item.unit", true, false),
            ]
        );
        assert!(page.starts_document);
        // It is what `docexam train` reads.
        let json = serde_json::to_string(&page).expect("plain data");
        let again: TrainingPage = serde_json::from_str(&json).expect("read back");
        assert_eq!(again, page);
    }

    #[test]
    fn only_what_no_officer_looked_at_can_be_doubtful() {
        let (_, document) = page();
        let doubt = |corrections: &[OfficerCorrection]| {
            least_unchecked_confidence(&document, corrections, (0, 1))
        };
        assert_eq!(doubt(&[]), 0.3);
        let total = correction("total_amount", anchor(0.29, 0.09, 0.4, 0.14));
        assert_eq!(doubt(std::slice::from_ref(&total)), 0.6);
        let unit = correction("line_item[1].unit", anchor(0.3, 0.3, 0.39, 0.33));
        assert_eq!(doubt(&[total, unit]), 0.9);
        assert_eq!(least_unchecked_confidence(&document, &[], (0, 2)), 1.0);
    }
}
