//! One case: what was read against what is true.
//!
//! The rules of counting:
//!
//! - A value counts as read when it is equal to the true one after normalisation (`comparable`).
//! - A key that a document has once has one value: of several true ones any is right (a date printed in
//!   two places), of several read ones each wrong one is false.
//! - Partial truth (`complete: false`): keys that it does not speak of do not count at all. What is not printed
//!   or was left out by a correction does not count either. Complete truth: whatever else was read is false.
//! - Rows are paired first (`align`), then counted cell by cell; cells of a row that was invented are false, cells of
//!   a row that was missed are missed.
//! - A document that was not found is missed with all its values.

use crate::align::{is_right, pair_documents, pair_rows};
use crate::calibration::Judged;
use crate::tally::{ByKey, Count, Tally};
use crate::truth::{Standing, TruthCase, TruthDocument, TruthValue};
use docexam_domain::{Document, DocumentType, Field, FieldKey, PageAnchor, PageRef};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a reader made of a case, in figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    pub header: ByKey,
    pub cells: ByKey,
    /// Every value read that counts, with its confidence.
    pub judged: Vec<Judged>,
    /// Pages whose class is right.
    pub page_classes: Count,
    /// Cases whose pages were put together into exactly the true documents; runs of `other` pages may be cut anywhere.
    pub bundles: Count,
    /// True documents (`other` left out) that were found: paired, of the right type and with the right number.
    pub documents: Count,
    pub errors: Vec<FieldError>,
}

/// A value that is not right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldError {
    /// Name of the case.
    pub case: String,
    pub key: FieldKey,
    /// Row of the true document, from 1, for a cell; of the document read where the row is not true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    pub kind: ErrorKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// The text that was read, where the value is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth_anchor: Option<PageAnchor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_anchor: Option<PageAnchor>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Another value was read.
    Wrong,
    /// Nothing was read.
    Missed,
    /// Something was read where there is nothing.
    Invented,
}

/// Scores one case.
pub fn score(case: &TruthCase, read: &[Document]) -> Score {
    let mut score = Score::default();
    let pairs = pair_documents(&case.documents, read);
    for (truth, pair) in case.documents.iter().zip(&pairs) {
        let partner = pair.map(|index| &read[index]);
        count_document(&mut score, case, truth, partner);
        if truth.document_type != Some(DocumentType::Other) {
            score.documents.add(is_found(truth, partner));
        }
    }
    let spoken_of = Spoken::of_all(&case.documents);
    for (index, document) in read.iter().enumerate() {
        if !pairs.contains(&Some(index)) {
            count_invented(&mut score, case, document, &spoken_of);
        }
    }
    score.page_classes = page_classes(case, read);
    if let Some(exact) = split_is_exact(case, read) {
        score.bundles.add(exact);
    }
    score
}

impl Score {
    pub fn add(&mut self, other: Self) {
        for (key, tally) in other.header {
            *self.header.entry(key).or_default() += tally;
        }
        for (key, tally) in other.cells {
            *self.cells.entry(key).or_default() += tally;
        }
        self.judged.extend(other.judged);
        self.page_classes += other.page_classes;
        self.bundles += other.bundles;
        self.documents += other.documents;
        self.errors.extend(other.errors);
    }
}

fn count_document(
    score: &mut Score,
    case: &TruthCase,
    truth: &TruthDocument,
    read: Option<&Document>,
) {
    let header: Vec<&Field> = read.map_or_else(Vec::new, |document| {
        let fields = document.fields.iter();
        fields.filter(|f| f.key != FieldKey::LineItem).collect()
    });
    let place = Place { case, row: None };
    count_values(score, place, &truth.header, &header, truth.complete);

    let rows: Vec<&Field> = read.map_or_else(Vec::new, |document| document.line_items().collect());
    let spoken_of = Spoken::of_all([truth]);
    let pairs = pair_rows(&truth.rows, &rows);
    for (index, (row, pair)) in truth.rows.iter().zip(&pairs).enumerate() {
        let cells: Vec<&Field> = pair.map_or_else(Vec::new, |pair| {
            let cells = rows[pair].properties.iter();
            cells
                .filter(|c| !truth.open_cells.contains(&c.key))
                .collect()
        });
        let place = Place {
            case,
            row: Some(index + 1),
        };
        count_values(score, place, &row.cells, &cells, truth.complete);
    }
    for (index, row) in rows.iter().enumerate() {
        if !pairs.contains(&Some(index)) {
            let place = Place {
                case,
                row: Some(index + 1),
            };
            let counting = |c: &&Field| spoken_of.cell(c.key) && !truth.open_cells.contains(&c.key);
            for cell in row.properties.iter().filter(counting) {
                invented(score, place, cell);
            }
        }
    }
}

/// Values of one document's header or of one row.
fn count_values(
    score: &mut Score,
    place: Place,
    truth: &[TruthValue],
    read: &[&Field],
    complete: bool,
) {
    let keys: BTreeSet<FieldKey> = truth
        .iter()
        .map(|value| value.key)
        .chain(read.iter().map(|field| field.key))
        .collect();
    for key in keys {
        let of_truth: Vec<&TruthValue> = truth.iter().filter(|value| value.key == key).collect();
        let mut of_read: Vec<&Field> = read.iter().copied().filter(|f| f.key == key).collect();
        of_read.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let counting: Vec<&TruthValue> = of_truth.iter().copied().filter(|v| v.counts()).collect();
        let is_open = of_truth.iter().any(|value| !value.counts());
        if counting.is_empty() && (is_open || !complete) {
            continue;
        }
        if key.repeats() {
            count_repeated(score, place, &counting, of_read, is_open);
        } else {
            count_single(score, place, key, &counting, &of_read);
        }
    }
}

/// One value of the key; any of the true ones is right.
fn count_single(
    score: &mut Score,
    place: Place,
    key: FieldKey,
    truth: &[&TruthValue],
    read: &[&Field],
) {
    let right = |field: &Field| truth.iter().any(|value| is_right(value, field));
    let found = read.iter().any(|field| right(field));
    if found {
        place.tally(score, key).right += 1;
    }
    let mut missing = truth.first().filter(|_| !found).copied();
    if missing.is_some() {
        place.tally(score, key).missed += 1;
    }
    let mut right_was_judged = false;
    for field in read {
        if right(field) {
            // The same value twice is one value.
            if !right_was_judged {
                judge(score, place, field, true);
            }
            right_was_judged = true;
            continue;
        }
        place.tally(score, key).false_values += 1;
        judge(score, place, field, false);
        error(score, place, key, missing.take(), Some(field));
    }
    if let Some(value) = missing {
        error(score, place, key, Some(value), None);
    }
}

/// Several values of the key, each to be found once.
fn count_repeated(
    score: &mut Score,
    place: Place,
    truth: &[&TruthValue],
    mut read: Vec<&Field>,
    is_open: bool,
) {
    let mut missing = Vec::new();
    for value in truth {
        let key = value.key;
        match read.iter().position(|field| is_right(value, field)) {
            Some(index) => {
                let field = read.remove(index);
                place.tally(score, key).right += 1;
                judge(score, place, field, true);
                // Printed in several places.
                read.retain(|other| !is_right(value, other));
            }
            None => {
                place.tally(score, key).missed += 1;
                missing.push(*value);
            }
        }
    }
    if is_open {
        read.clear();
    }
    let mut missing = missing.into_iter();
    for field in read {
        place.tally(score, field.key).false_values += 1;
        judge(score, place, field, false);
        error(score, place, field.key, missing.next(), Some(field));
    }
    for value in missing {
        error(score, place, value.key, Some(value), None);
    }
}

/// A document that is none: all of its values are false, as far as the truth speaks of them.
fn count_invented(score: &mut Score, case: &TruthCase, document: &Document, spoken_of: &Spoken) {
    let place = Place { case, row: None };
    for field in &document.fields {
        if field.key != FieldKey::LineItem {
            if spoken_of.header(field.key) {
                invented(score, place, field);
            }
            continue;
        }
        let place = Place { case, row: Some(1) };
        for cell in field.properties.iter().filter(|c| spoken_of.cell(c.key)) {
            invented(score, place, cell);
        }
    }
}

fn invented(score: &mut Score, place: Place, field: &Field) {
    place.tally(score, field.key).false_values += 1;
    judge(score, place, field, false);
    error(score, place, field.key, None, Some(field));
}

fn judge(score: &mut Score, place: Place, field: &Field, is_right: bool) {
    let anchor = field.page_anchor.as_ref();
    score.judged.push(Judged {
        key: field.key,
        is_cell: place.row.is_some(),
        page: anchor.map(|anchor| PageRef {
            file: anchor.file,
            page: anchor.page,
        }),
        confidence: field.confidence,
        is_right,
    });
}

fn error(
    score: &mut Score,
    place: Place,
    key: FieldKey,
    truth: Option<&TruthValue>,
    read: Option<&Field>,
) {
    let mention =
        |field: &Field| (field.mention_text != field.value()).then(|| field.mention_text.clone());
    score.errors.push(FieldError {
        case: place.case.name.clone(),
        key,
        row: place.row,
        kind: match (truth, read) {
            (Some(_), Some(_)) => ErrorKind::Wrong,
            (Some(_), None) => ErrorKind::Missed,
            (None, _) => ErrorKind::Invented,
        },
        truth: truth.map(|value| value.value().to_owned()),
        read: read.map(|field| field.value().to_owned()),
        mention_text: read.and_then(mention),
        confidence: read.map(|field| field.confidence),
        truth_anchor: truth.and_then(|value| value.anchor.clone()),
        read_anchor: read.and_then(|field| field.page_anchor.clone()),
    });
}

#[derive(Clone, Copy)]
struct Place<'a> {
    case: &'a TruthCase,
    row: Option<usize>,
}

impl Place<'_> {
    fn tally(self, score: &mut Score, key: FieldKey) -> &mut Tally {
        let by_key = match self.row {
            Some(_) => &mut score.cells,
            None => &mut score.header,
        };
        by_key.entry(key).or_default()
    }
}

/// The keys that count in what was invented: all where the truth is complete, else those it speaks of.
struct Spoken {
    complete: bool,
    header: BTreeSet<FieldKey>,
    cells: BTreeSet<FieldKey>,
}

impl Spoken {
    fn of_all<'a>(documents: impl IntoIterator<Item = &'a TruthDocument>) -> Self {
        let mut spoken = Self {
            complete: true,
            header: BTreeSet::new(),
            cells: BTreeSet::new(),
        };
        let counts = |value: &&TruthValue| value.standing == Standing::Counts;
        for document in documents {
            spoken.complete &= document.complete;
            let header = document.header.iter().filter(counts);
            spoken.header.extend(header.map(|value| value.key));
            let cells = document.rows.iter().flat_map(|row| &row.cells);
            spoken
                .cells
                .extend(cells.filter(counts).map(|cell| cell.key));
        }
        spoken
    }

    fn header(&self, key: FieldKey) -> bool {
        self.complete || self.header.contains(&key)
    }

    fn cell(&self, key: FieldKey) -> bool {
        self.complete || self.cells.contains(&key)
    }
}

fn is_found(truth: &TruthDocument, read: Option<&Document>) -> bool {
    let Some(read) = read else {
        return false;
    };
    let of_type = truth.document_type.is_none_or(|t| t == read.document_type);
    let number = truth.header_value(FieldKey::DocumentNumber);
    let of_number = number.filter(|value| value.counts()).is_none_or(|value| {
        read.fields_of(FieldKey::DocumentNumber)
            .any(|field| is_right(value, field))
    });
    of_type && of_number
}

/// Where the truth names no pages but all documents of the case are of one type, so are all pages.
fn page_classes(case: &TruthCase, read: &[Document]) -> Count {
    let mut count = Count::default();
    let types: BTreeSet<Option<DocumentType>> =
        case.documents.iter().map(|d| d.document_type).collect();
    let common = match types.first() {
        Some(Some(only)) if types.len() == 1 => Some(*only),
        _ => None,
    };
    for document in read {
        for page in &document.pages {
            let truth = case.documents.iter().find(|d| d.pages.contains(page));
            let truth = match case.pages_known {
                true => truth.and_then(|document| document.document_type),
                false => common,
            };
            if let Some(truth) = truth {
                count.add(truth == document.document_type);
            }
        }
    }
    count
}

/// `None` where the truth cannot tell.
fn split_is_exact(case: &TruthCase, read: &[Document]) -> Option<bool> {
    if !case.pages_known {
        return (case.documents.len() == 1).then_some(read.len() == 1);
    }
    let pages = |pages: &[PageRef]| pages.iter().copied().collect::<BTreeSet<PageRef>>();
    let read: Vec<BTreeSet<PageRef>> = read.iter().map(|document| pages(&document.pages)).collect();
    let mut proper = case
        .documents
        .iter()
        .filter(|document| document.document_type != Some(DocumentType::Other));
    Some(proper.all(|document| read.contains(&pages(&document.pages))))
}

#[cfg(test)]
mod tests;
