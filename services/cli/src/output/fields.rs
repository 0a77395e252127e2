//! Extracted documents as tables for people.

use docexam_domain::{Document, Examination, Field, FieldKey};
use std::fmt::Write;

/// Each document with its header fields and its rows of goods, then the pages that could not be read.
pub fn text(examination: &Examination) -> String {
    let mut out = String::new();
    for document in &examination.documents {
        let _ = writeln!(out, "{}", heading(examination, document));
        if document
            .fields
            .iter()
            .any(|field| field.key != FieldKey::LineItem)
        {
            let _ = writeln!(out, "{}", header_fields(document));
        }
        if document.line_items().next().is_some() {
            let _ = writeln!(out, "{}", line_items(document));
        }
    }
    for problem in super::unread(examination) {
        let _ = writeln!(out, "{problem}");
    }
    let (documents, pages) = (examination.documents.len(), examination.pages.len());
    let _ = writeln!(out, "{documents} documents on {pages} pages");
    out
}

/// `d1 commercial_invoice (0.98): invoice.pdf p. 1, 2`
fn heading(examination: &Examination, document: &Document) -> String {
    let mut places = String::new();
    let mut file = None;
    for page in &document.pages {
        if file == Some(page.file) {
            let _ = write!(places, ", {}", page.page);
        } else {
            let name = examination
                .files
                .get(page.file as usize)
                .map_or("?", String::as_str);
            let separator = if file.is_some() { "; " } else { "" };
            let _ = write!(places, "{separator}{name} p. {}", page.page);
            file = Some(page.file);
        }
    }
    let Document {
        id,
        document_type,
        confidence,
        ..
    } = document;
    format!("{id} {document_type} ({confidence:.2}): {places}")
}

fn header_fields(document: &Document) -> comfy_table::Table {
    let mut table = super::table();
    table.set_header(["Field", "Value", "As read", "Confidence"]);
    for field in document
        .fields
        .iter()
        .filter(|field| field.key != FieldKey::LineItem)
    {
        table.add_row([
            field.key.to_string(),
            normalised(field),
            field.mention_text.replace('\n', " / "),
            format!("{:.2}", field.confidence),
        ]);
    }
    table
}

fn normalised(field: &Field) -> String {
    match &field.normalized_value {
        Some(value) => value.clone(),
        None => field.alternative_values.join(" or "),
    }
}

/// One column for each kind of cell that occurs, in the order of the contract.
fn line_items(document: &Document) -> comfy_table::Table {
    let mut keys: Vec<FieldKey> = document
        .line_items()
        .flat_map(|row| row.properties.iter().map(|cell| cell.key))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut table = super::table();
    table.set_header(keys.iter().map(ToString::to_string));
    for row in document.line_items() {
        table.add_row(keys.iter().map(|key| {
            row.property(*key)
                .map_or_else(String::new, |cell| cell.value().replace('\n', " "))
        }));
    }
    table
}
