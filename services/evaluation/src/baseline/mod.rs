//! The plain extractor that any engineer would write in a day, to measure the model against: captions in
//! many languages with the value to their right or below, regular expressions for what has a form (IBAN,
//! containers, HS codes, dates, amounts), column heads for tables, titles for page classes.
//!
//! Goes in: the same words that the reader has. Comes out: documents in the same form. Its confidences mean
//! nothing. Deliberately absent: anything learned, and any look at the truth.

mod captions;
mod header;
mod lines;
mod table;
mod titles;

use docexam_domain::{Document, DocumentType, Field, PageReading, PageRef};
use docexam_extract::Context;
use lines::Line;

/// Documents on the pages of a case, in page order.
pub fn documents(readings: &[PageReading]) -> Vec<Document> {
    let mut pages: Vec<&PageReading> = readings.iter().collect();
    pages.sort_by_key(|page| (page.file, page.page));
    let mut groups: Vec<(DocumentType, Vec<&PageReading>)> = Vec::new();
    for page in pages {
        let title = titles::title(&lines::lines(page));
        let continues = groups.last().is_some_and(|(document_type, pages)| {
            let same_file = pages.last().is_some_and(|last| last.file == page.file);
            same_file
                && title
                    .as_ref()
                    .is_none_or(|title| title.continues(*document_type))
        });
        match groups.last_mut().filter(|_| continues) {
            Some((_, pages)) => pages.push(page),
            None => {
                let document_type = title.map_or(DocumentType::Other, |t| t.document_type);
                groups.push((document_type, vec![page]));
            }
        }
    }
    groups
        .iter()
        .enumerate()
        .map(|(index, (document_type, pages))| document(index + 1, *document_type, pages))
        .collect()
}

fn document(number: usize, document_type: DocumentType, pages: &[&PageReading]) -> Document {
    let lines: Vec<Vec<Line>> = pages.iter().map(|page| lines::lines(page)).collect();
    let words = pages.iter().flat_map(|page| &page.words);
    let context = Context::infer([], words.map(|word| word.text.as_str()));
    let fields: Vec<Field> = match document_type {
        DocumentType::Other => Vec::new(),
        _ => {
            let mut fields = header::fields(&lines, &context);
            fields.extend(table::rows(&lines, &context));
            fields
        }
    };
    Document {
        id: format!("b{number}"),
        document_type,
        confidence: 1.0,
        pages: pages
            .iter()
            .map(|page| PageRef {
                file: page.file,
                page: page.page,
            })
            .collect(),
        fields,
    }
}

#[cfg(test)]
mod tests;
