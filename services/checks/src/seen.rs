//! A value as it stands on a document, with everything a finding needs to point at it.

use docexam_domain::{Document, DocumentType, Field, FieldKey, Observed, PageAnchor};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::str::FromStr;

/// A header field, or a cell of a row (rows from 1).
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub document: &'a Document,
    pub field: &'a Field,
    pub row: Option<usize>,
}

impl<'a> Seen<'a> {
    /// Normalised value, else the text as read.
    pub fn value(&self) -> &'a str {
        self.field.value().trim()
    }

    pub fn confidence(&self) -> f32 {
        // Confidences come from outside: a NaN counts as no confidence.
        if self.field.confidence.is_nan() {
            0.0
        } else {
            self.field.confidence.clamp(0.0, 1.0)
        }
    }

    /// `total_amount`, or `line_item[2].quantity`.
    pub fn name(&self) -> String {
        match self.row {
            Some(row) if self.field.key == FieldKey::LineItem => format!("line_item[{row}]"),
            Some(row) => format!("line_item[{row}].{}", self.field.key),
            None => self.field.key.to_string(),
        }
    }

    pub fn observed(&self) -> Observed {
        let value = match self.field.key {
            FieldKey::LineItem => row_text(self.field),
            _ => self.value().to_owned(),
        };
        Observed {
            field: self.name(),
            value,
            document: self.document.id.clone(),
            page_anchor: self.anchor(),
        }
    }

    /// A row without its own box is shown by the boxes of its cells: the first one that has one.
    fn anchor(&self) -> Option<PageAnchor> {
        let own = self.field.page_anchor.clone();
        own.or_else(|| {
            let mut cells = self.field.properties.iter();
            cells.find_map(|cell| cell.page_anchor.clone())
        })
    }

    pub fn decimal(&self) -> Option<Decimal> {
        decimal(self.value())
    }

    pub fn date(&self) -> Option<Date> {
        self.value().parse().ok()
    }

    /// The date and its other possible readings, e.g. of 03/04/2026.
    pub fn dates(&self) -> Vec<Date> {
        let others = self.field.alternative_values.iter();
        self.date()
            .into_iter()
            .chain(others.filter_map(|text| text.parse().ok()))
            .collect()
    }

    /// "commercial invoice d1", "packing list d2 row 3".
    pub fn place(&self) -> String {
        match self.row {
            Some(row) => format!("{} row {row}", name_of(self.document)),
            None => name_of(self.document),
        }
    }

    /// The step of the last printed digit: 0.01 for `12.50`, 1 for `12`.
    /// The printed text counts; the normalised one may have lost trailing zeros.
    pub fn resolution(&self) -> Decimal {
        let normalised = decimals_in(self.value());
        let mention = self.field.mention_text.trim();
        let printed = match mention.rfind(['.', ',']) {
            Some(at) => {
                let tail = mention[at + 1..].chars();
                tail.take_while(char::is_ascii_digit).count() as u32
            }
            None => 0,
        };
        // Three digits after a separator may be a thousands group: then the normalised value decides.
        let places = match decimal(mention) {
            Some(_) => printed,
            None if printed != 3 => printed.max(normalised),
            None => normalised,
        };
        Decimal::try_new(1, places.min(Decimal::MAX_SCALE)).unwrap_or(Decimal::ONE)
    }
}

/// "commercial invoice d1".
pub fn name_of(document: &Document) -> String {
    format!("{} {}", type_name(document.document_type), document.id)
}

/// "commercial invoice", "CITES permit".
pub fn type_name(document_type: DocumentType) -> String {
    match document_type {
        DocumentType::CitesPermit => "CITES permit".to_owned(),
        DocumentType::Other => "unrecognised document".to_owned(),
        other => other.to_string().replace('_', " "),
    }
}

/// Plain decimals only; anything longer than 28 digits is not a number that trade prints.
pub fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str(text.trim()).ok()
}

fn decimals_in(plain: &str) -> u32 {
    plain
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len() as u32)
}

fn row_text(row: &Field) -> String {
    if !row.mention_text.trim().is_empty() {
        return row.mention_text.clone();
    }
    let cells: Vec<&str> = row.properties.iter().map(Field::value).collect();
    cells.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::document;

    #[test]
    fn resolution_is_that_of_the_print() {
        let resolution = |mention: &str, normalised: &str| {
            let invoice = document(DocumentType::CommercialInvoice).read_as(
                FieldKey::TotalAmount,
                mention,
                normalised,
            );
            let seen = Seen {
                document: &invoice.0,
                field: &invoice.0.fields[0],
                row: None,
            };
            seen.resolution().to_string()
        };
        assert_eq!(resolution("11,150.00", "11150.00"), "0.01");
        assert_eq!(resolution("11.150,5 EUR", "11150.5"), "0.1");
        assert_eq!(resolution("11,150", "11150"), "1");
        assert_eq!(resolution("0.223", "0.223"), "0.001");
        assert_eq!(resolution("1,450.500", "1450.5"), "0.1");
        assert_eq!(resolution("50000", "50000"), "1");
    }
}
