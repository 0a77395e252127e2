//! Tries extraction on stored readings (one JSON a line) without reading the pages again: prints the
//! documents with their fields. Usage: extract_readings WEIGHTS READINGS.jsonl

use docexam_domain::{Field, PageReading};
use docexam_extract::{Extractor, documents};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let weights = arguments.next().ok_or("no folder of weights")?;
    let readings = std::fs::read_to_string(arguments.next().ok_or("no readings")?)?;
    let readings: Result<Vec<PageReading>, _> =
        readings.lines().map(serde_json::from_str).collect();
    let extractor = Extractor::load(Path::new(&weights))?;
    for document in documents(&extractor, readings?)? {
        let pages: Vec<String> = document
            .pages
            .iter()
            .map(|page| format!("{}/{}", page.file, page.page))
            .collect();
        println!(
            "== {} {} {:.2} pages {}",
            document.id,
            document.document_type,
            document.confidence,
            pages.join(" ")
        );
        for field in &document.fields {
            print(field, "  ");
        }
    }
    Ok(())
}

fn print(field: &Field, indent: &str) {
    let alternatives = if field.alternative_values.is_empty() {
        String::new()
    } else {
        format!(" or {}", field.alternative_values.join(" or "))
    };
    println!(
        "{indent}{} {:.2} {:?} <- {:?}{alternatives}",
        field.key,
        field.confidence,
        field.normalized_value.as_deref().unwrap_or("-"),
        field.mention_text
    );
    for cell in &field.properties {
        print(cell, "      ");
    }
}
