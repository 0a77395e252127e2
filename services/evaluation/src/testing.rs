//! Short forms of documents and rows for the tests of this crate.

use crate::truth::{TruthRow, TruthValue};
use docexam_domain::{Document, DocumentType, Field, FieldKey, PageRef};

pub fn field(key: FieldKey, value: &str) -> Field {
    Field {
        key,
        mention_text: value.to_owned(),
        normalized_value: Some(value.to_owned()),
        alternative_values: Vec::new(),
        confidence: 0.9,
        page_anchor: None,
        properties: Vec::new(),
    }
}

pub fn row(cells: &[(FieldKey, &str)]) -> Field {
    Field {
        properties: cells
            .iter()
            .map(|(key, value)| field(*key, value))
            .collect(),
        ..field(FieldKey::LineItem, "")
    }
}

pub fn truth_row(cells: &[(FieldKey, &str)]) -> TruthRow {
    TruthRow {
        cells: cells
            .iter()
            .map(|(key, value)| TruthValue::new(*key, *value))
            .collect(),
    }
}

/// A document on pages of the first file.
pub fn document(
    document_type: DocumentType,
    pages: &[u32],
    fields: &[(FieldKey, &str)],
) -> Document {
    Document {
        id: "d1".to_owned(),
        document_type,
        confidence: 0.9,
        pages: pages
            .iter()
            .map(|&page| PageRef { file: 0, page })
            .collect(),
        fields: fields
            .iter()
            .map(|(key, value)| field(*key, value))
            .collect(),
    }
}
