//! `truth.json` of `docexam corpus generate`: every value of every document, with its place, and the errors planted.
//! Complete: what is not in it is not on the page, and not wrong. `declaration.json` may lie beside it.

use super::{
    Declared, PlantedError, Standing, TruthCase, TruthDocument, TruthRow, TruthValue, file_name,
    read_text,
};
use crate::EvaluationError;
use docexam_domain::{DocumentType, Field, FieldKey, PageRef};
use docexam_extract::{Context, normalise};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub const FILE_NAME: &str = "truth.json";
const DECLARATION: &str = "declaration.json";

#[derive(Deserialize)]
struct Truth {
    documents: Vec<Labelled>,
    #[serde(default)]
    planted: Vec<PlantedError>,
}

#[derive(Deserialize)]
struct Labelled {
    file_name: String,
    #[serde(rename = "type")]
    document_type: DocumentType,
    pages: Vec<PageRef>,
    fields: Vec<Field>,
}

/// One consignment: a folder with `truth.json` and its files, which may lie in `documents/`.
pub fn load(folder: &Path) -> Result<TruthCase, EvaluationError> {
    let path = folder.join(FILE_NAME);
    let truth: Truth = serde_json::from_str(&read_text(&path)?)
        .map_err(|error| EvaluationError::content(&path, error))?;
    let mut files: Vec<Option<PathBuf>> = Vec::new();
    for document in &truth.documents {
        for page in &document.pages {
            let index = page.file as usize;
            if index > truth.documents.len() {
                let problem = format!("page of file {index}, but it names fewer files");
                return Err(EvaluationError::content(&path, problem));
            }
            files.resize(files.len().max(index + 1), None);
            files[index] = Some(place_of(folder, &document.file_name));
        }
    }
    let files: Option<Vec<PathBuf>> = files.into_iter().collect();
    let declaration = folder.join(DECLARATION);
    Ok(TruthCase {
        name: file_name(folder),
        files: files.ok_or_else(|| EvaluationError::content(&path, "a file has no document"))?,
        documents: truth.documents.into_iter().map(document).collect(),
        pages_known: true,
        may_be_unprinted: false,
        declared: declaration.is_file().then_some(Declared {
            declaration,
            planted: truth.planted,
        }),
    })
}

fn place_of(folder: &Path, name: &str) -> PathBuf {
    let inner = folder.join("documents").join(name);
    if inner.is_file() {
        inner
    } else {
        folder.join(name)
    }
}

fn document(labelled: Labelled) -> TruthDocument {
    let (rows, header): (Vec<Field>, Vec<Field>) = labelled
        .fields
        .into_iter()
        .partition(|field| field.key == FieldKey::LineItem);
    TruthDocument {
        document_type: Some(labelled.document_type),
        pages: labelled.pages,
        header: header.into_iter().map(value).collect(),
        rows: rows
            .into_iter()
            .map(|row| TruthRow {
                cells: row.properties.into_iter().map(value).collect(),
            })
            .collect(),
        complete: true,
        open_cells: BTreeSet::new(),
    }
}

fn value(field: Field) -> TruthValue {
    let normalised = field
        .normalized_value
        .or_else(|| normalise(field.key, &field.mention_text, &Context::default()).value);
    TruthValue {
        key: field.key,
        accepted: vec![normalised.unwrap_or(field.mention_text)],
        anchor: field.page_anchor,
        standing: Standing::Counts,
    }
}
