//! Labels written by hand, for a file with several documents:
//!
//! ```json
//! {"file": "bundle.pdf",
//!  "documents": [
//!   {"type": "commercial_invoice", "pages": [3, 4], "complete": true,
//!    "fields": {"document_number": "K-17", "issue_date": "2026-05-04",
//!               "container_number": ["CSQU3054383", "MSKU1234565"],
//!               "payment_terms": {"any_of": ["30 days net", "30 days net, no discount"]}},
//!    "line_items": [{"description": "ball bearings", "quantity": "50000"}]}]}
//! ```
//!
//! `file` is relative to the label file; without it, it is the document of the same name. Pages count from 1
//! and every page of the file belongs to one document (`other` for what is none). Values may be written as
//! printed; they are normalised. `complete` says that all values are listed. What people may differ about is left
//! out by `"ignored": ["marks"]`, and in the rows by `"ignored_cells": ["line_number"]`.

use super::{Standing, TruthCase, TruthDocument, TruthRow, TruthValue, file_name, read_text};
use crate::EvaluationError;
use docexam_domain::{DocumentType, FieldKey, PageRef};
use docexam_extract::{Context, normalise};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    file: Option<String>,
    documents: Vec<Label>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    #[serde(rename = "type")]
    document_type: DocumentType,
    pages: Vec<u32>,
    #[serde(default)]
    complete: bool,
    #[serde(default)]
    fields: BTreeMap<FieldKey, Written>,
    #[serde(default)]
    ignored: Vec<FieldKey>,
    #[serde(default)]
    ignored_cells: BTreeSet<FieldKey>,
    #[serde(default)]
    line_items: Vec<BTreeMap<FieldKey, Written>>,
}

/// A value, several values of a key that repeats, or one value that may be written in several ways.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Several(Vec<String>),
    AnyOf { any_of: Vec<String> },
}

/// The case that a label file describes; `document` is the file it lies beside, if it does.
pub fn load(path: &Path, document: Option<&Path>) -> Result<TruthCase, EvaluationError> {
    let labels: Labels = serde_json::from_str(&read_text(path)?)
        .map_err(|error| EvaluationError::content(path, error))?;
    let named = labels.file.as_ref().map(|name| match path.parent() {
        Some(folder) => folder.join(name),
        None => name.into(),
    });
    let file = named
        .or_else(|| document.map(Path::to_owned))
        .ok_or_else(|| EvaluationError::content(path, "`file` does not name the document"))?;
    let documents = labels.documents.iter().map(truth).collect();
    check_pages(path, &labels.documents)?;
    Ok(TruthCase {
        name: file_name(&file),
        files: vec![file],
        documents,
        pages_known: true,
        may_be_unprinted: false,
        declared: None,
    })
}

fn check_pages(path: &Path, labels: &[Label]) -> Result<(), EvaluationError> {
    let mut seen = BTreeSet::new();
    for label in labels {
        for page in &label.pages {
            if *page == 0 || !seen.insert(*page) {
                let problem = format!("page {page} is none, or on two documents");
                return Err(EvaluationError::content(path, problem));
            }
        }
    }
    Ok(())
}

fn truth(label: &Label) -> TruthDocument {
    let mut header: Vec<TruthValue> = label
        .fields
        .iter()
        .flat_map(|(key, written)| values(*key, written))
        .collect();
    header.extend(label.ignored.iter().map(|key| TruthValue {
        standing: Standing::Ignored,
        ..TruthValue::any_of(*key, Vec::new())
    }));
    let rows = label.line_items.iter().map(|cells| TruthRow {
        cells: cells
            .iter()
            .flat_map(|(key, written)| values(*key, written))
            .collect(),
    });
    TruthDocument {
        document_type: Some(label.document_type),
        pages: label
            .pages
            .iter()
            .map(|page| PageRef {
                file: 0,
                page: *page,
            })
            .collect(),
        header,
        rows: rows.collect(),
        complete: label.complete,
        open_cells: label.ignored_cells.clone(),
    }
}

fn values(key: FieldKey, written: &Written) -> Vec<TruthValue> {
    match written {
        Written::One(text) => vec![TruthValue::new(key, normalised(key, text))],
        Written::Several(texts) => texts
            .iter()
            .map(|text| TruthValue::new(key, normalised(key, text)))
            .collect(),
        Written::AnyOf { any_of } => {
            let accepted = any_of.iter().map(|text| normalised(key, text)).collect();
            vec![TruthValue::any_of(key, accepted)]
        }
    }
}

fn normalised(key: FieldKey, text: &str) -> String {
    normalise(key, text, &Context::default())
        .value
        .unwrap_or_else(|| text.to_owned())
}
