//! What is true of a set of documents, in one form, whatever form it was written down in.
//!
//! Goes in: a folder (or a label file). Comes out: cases, each with its files and the documents that are
//! truly in them. Which form a folder uses is told by what lies beside the documents:
//!
//! | beside the document | form | read by |
//! |---|---|---|
//! | `truth.json` in its folder | generated consignment, complete | `generated` |
//! | `.json` with `documents` | label by hand, complete where it says so | `labelled` |
//! | `.json` with `data` | flat invoices, several a file | `flat_invoices` |
//! | `.xml` | Factur-X / ZUGFeRD (UN/CEFACT CII) | `cii` |
//! | `../keys/*.json` beside `../images` | four keys a receipt | `receipts` |
//!
//! Deliberately absent: what a reader made of the documents.

mod cii;
mod flat_invoices;
mod generated;
mod labelled;
mod receipts;

use crate::EvaluationError;
use docexam_domain::{DocumentType, FieldKey, PageAnchor, PageRef};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// Truth is written by people and programs that we do not know; an honest one has some kilobytes.
const MAX_TRUTH_BYTES: u64 = 64 * 1024 * 1024;
/// What a document may be called to be looked for with its truth.
const DOCUMENT_ENDINGS: [&str; 6] = ["pdf", "tif", "tiff", "png", "jpg", "jpeg"];

/// Files that are read together, and what is in them.
#[derive(Clone, Debug, PartialEq)]
pub struct TruthCase {
    /// For people: the folder's or the file's name.
    pub name: String,
    /// In submission order; `file` of a page points here.
    pub files: Vec<PathBuf>,
    pub documents: Vec<TruthDocument>,
    /// Whether every page of every file is on one of the documents, so that pages and bundles count.
    pub pages_known: bool,
    /// Whether the truth was taken from something else than the page (an XML beside it), so that what
    /// is not printed on the page has to be left out.
    pub may_be_unprinted: bool,
    /// What the documents are to be checked against, where the set says so.
    pub declared: Option<Declared>,
}

/// The declaration that documents belong to, and the errors in either.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// The declaration as JSON.
    pub declaration: PathBuf,
    /// All errors; none means that a discrepancy is a false one.
    pub planted: Vec<PlantedError>,
}

/// An error in a document or in its declaration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PlantedError {
    /// The rule of the catalogue that it breaks, e.g. `E02`.
    pub rule_id: String,
    /// What is wrong, for people.
    pub what: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TruthDocument {
    /// Absent where the set does not say; then its class does not count.
    pub document_type: Option<DocumentType>,
    /// Empty where the set does not say which pages of the file it is on.
    pub pages: Vec<PageRef>,
    pub header: Vec<TruthValue>,
    pub rows: Vec<TruthRow>,
    /// Whether all of its values are listed: then a value that is not listed is a false one.
    pub complete: bool,
    /// Cells that people may differ about: they do not count in any row.
    pub open_cells: BTreeSet<FieldKey>,
}

/// A line item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TruthRow {
    pub cells: Vec<TruthValue>,
}

/// One value, in the form of its key.
#[derive(Clone, Debug, PartialEq)]
pub struct TruthValue {
    pub key: FieldKey,
    /// The first is the value; the others are as right (a description with and without its note).
    pub accepted: Vec<String>,
    pub anchor: Option<PageAnchor>,
    pub standing: Standing,
}

/// Whether a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Counts,
    /// Nowhere on the page; whatever is read for its key is neither right nor wrong.
    NotPrinted,
    /// Left out by the corrections file.
    Ignored,
}

impl TruthValue {
    pub fn new(key: FieldKey, value: impl Into<String>) -> Self {
        Self::any_of(key, vec![value.into()])
    }

    pub fn any_of(key: FieldKey, accepted: Vec<String>) -> Self {
        Self {
            key,
            accepted,
            anchor: None,
            standing: Standing::Counts,
        }
    }

    pub fn value(&self) -> &str {
        self.accepted.first().map_or("", String::as_str)
    }

    pub fn counts(&self) -> bool {
        self.standing == Standing::Counts
    }
}

impl TruthDocument {
    /// A document of which the truth lists some values, on unknown pages.
    pub(crate) fn partial(document_type: Option<DocumentType>) -> Self {
        Self {
            document_type,
            pages: Vec::new(),
            header: Vec::new(),
            rows: Vec::new(),
            complete: false,
            open_cells: BTreeSet::new(),
        }
    }

    pub fn header_value(&self, key: FieldKey) -> Option<&TruthValue> {
        self.header.iter().find(|value| value.key == key)
    }

    /// All values, cells included.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut TruthValue> {
        let cells = self.rows.iter_mut().flat_map(|row| &mut row.cells);
        self.header.iter_mut().chain(cells)
    }
}

impl TruthCase {
    /// A case of one file with the name of that file.
    pub(crate) fn of_file(path: &Path, documents: Vec<TruthDocument>) -> Self {
        Self {
            name: file_name(path),
            files: vec![path.to_owned()],
            documents,
            pages_known: false,
            may_be_unprinted: false,
            declared: None,
        }
    }
}

impl fmt::Display for TruthValue {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{} {}", self.key, self.value())
    }
}

/// All cases of a folder, in name order; or those of one label file.
pub fn load(path: &Path) -> Result<Vec<TruthCase>, EvaluationError> {
    if path.is_file() {
        return Ok(vec![labelled::load(path, None)?]);
    }
    if path.join(generated::FILE_NAME).is_file() {
        return Ok(vec![generated::load(path)?]);
    }
    if path.join("keys").is_dir() && path.join("images").is_dir() {
        return receipts::load(path);
    }
    let entries = sorted_entries(path)?;
    let mut cases = Vec::new();
    for entry in &entries {
        if entry.is_dir() && entry.join(generated::FILE_NAME).is_file() {
            cases.push(generated::load(entry)?);
        } else if entry.is_file() && is_document(entry) {
            cases.extend(beside(entry)?);
        }
    }
    if cases.is_empty() {
        return Err(EvaluationError::NoTruth(path.to_owned()));
    }
    Ok(cases)
}

/// The truth beside a document, if there is any.
fn beside(document: &Path) -> Result<Option<TruthCase>, EvaluationError> {
    let xml = document.with_extension("xml");
    if xml.is_file() {
        return cii::load(document, &xml).map(Some);
    }
    let json = document.with_extension("json");
    if !json.is_file() {
        return Ok(None);
    }
    let text = read_text(&json)?;
    let value: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| EvaluationError::content(&json, error))?;
    if value.get("documents").is_some() {
        labelled::load(&json, Some(document)).map(Some)
    } else if value.get("data").is_some() {
        flat_invoices::load(document, &json, &text).map(Some)
    } else {
        Err(EvaluationError::content(
            &json,
            "neither `documents` (labels) nor `data` (invoices) at its top",
        ))
    }
}

fn is_document(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    DOCUMENT_ENDINGS
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, EvaluationError> {
    let entries = std::fs::read_dir(folder).map_err(|source| EvaluationError::Read {
        path: folder.to_owned(),
        source,
    })?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// A truth file as text, within its limit.
pub(crate) fn read_text(path: &Path) -> Result<String, EvaluationError> {
    let failed = |source| EvaluationError::Read {
        path: path.to_owned(),
        source,
    };
    let bytes = std::fs::metadata(path).map_err(failed)?.len();
    if bytes > MAX_TRUTH_BYTES {
        return Err(EvaluationError::TooLarge {
            path: path.to_owned(),
            bytes,
            limit: MAX_TRUTH_BYTES,
        });
    }
    std::fs::read_to_string(path).map_err(failed)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests;
