use super::*;
use docexam_domain::{FieldKey, PageStatus, ReadingSource, Rect, Ruling, Word};

/// A page of words: each `(x, y, text)` is a phrase of glyphs 0.01 wide and 0.012 high.
fn page(number: u32, phrases: &[(f32, f32, &str)]) -> PageReading {
    let mut words = Vec::new();
    for (line, (x, y, text)) in (0u32..).zip(phrases) {
        let mut at = *x;
        for text in text.split(' ') {
            let width = 0.01 * text.chars().count() as f32;
            words.push(Word {
                text: text.to_owned(),
                bbox: Rect::new(at, *y, at + width, y + 0.012),
                confidence: 1.0,
                line,
            });
            at += width + 0.01;
        }
    }
    PageReading {
        file: 0,
        page: number,
        status: PageStatus::Read,
        source: ReadingSource::TextLayer,
        quality: 1.0,
        problem: None,
        placement: None,
        words,
        ruling: Ruling::default(),
        signatures: Vec::new(),
    }
}

fn value(document: &Document, key: FieldKey) -> &str {
    document.field(key).map_or("", Field::value)
}

fn invoice() -> PageReading {
    page(
        1,
        &[
            (0.4, 0.05, "COMMERCIAL INVOICE"),
            (0.05, 0.10, "Seller:"),
            (0.05, 0.12, "Kestrel Bay GmbH"),
            (0.05, 0.14, "Hafenweg 20"),
            (0.05, 0.16, "20457 Hamburg, Germany"),
            (0.6, 0.10, "Invoice No.: K-17"),
            (0.6, 0.12, "Invoice date"),
            (0.8, 0.12, "4 May 2026"),
            (0.6, 0.14, "Container: CSQU3054383"),
            (0.05, 0.30, "Description"),
            (0.5, 0.30, "Quantity"),
            (0.65, 0.30, "Unit price"),
            (0.85, 0.30, "Amount"),
            (0.05, 0.33, "Wool felt,"),
            (0.5, 0.33, "20"),
            (0.65, 0.33, "4.50"),
            (0.85, 0.33, "90.00"),
            (0.05, 0.35, "grey"),
            (0.05, 0.37, "Glass beads"),
            (0.5, 0.37, "2"),
            (0.65, 0.37, "5.00"),
            (0.85, 0.37, "10.00"),
            (0.65, 0.45, "Total"),
            (0.8, 0.45, "EUR 100.00"),
        ],
    )
}

#[test]
fn captions_forms_and_columns_are_found() {
    let documents = documents(&[invoice()]);
    let [document] = documents.as_slice() else {
        panic!("{documents:?}")
    };
    assert_eq!(document.document_type, DocumentType::CommercialInvoice);
    for (key, expected) in [
        (FieldKey::DocumentNumber, "K-17"),
        (FieldKey::IssueDate, "2026-05-04"),
        (FieldKey::SellerName, "Kestrel Bay GmbH"),
        (
            FieldKey::SellerAddress,
            "Hafenweg 20, 20457 Hamburg, Germany",
        ),
        (FieldKey::SellerCountry, "DE"),
        (FieldKey::ContainerNumber, "CSQU3054383"),
        (FieldKey::TotalAmount, "100.00"),
        (FieldKey::Currency, "EUR"),
    ] {
        assert_eq!(value(document, key), expected, "{key}");
    }
    let rows: Vec<&Field> = document.line_items().collect();
    assert_eq!(rows.len(), 2);
    let cell = |row: usize, key| rows[row].property(key).map_or("", Field::value);
    assert_eq!(cell(0, FieldKey::Description), "Wool felt, grey");
    assert_eq!(cell(0, FieldKey::LineAmount), "90.00");
    assert_eq!(cell(1, FieldKey::Quantity), "2");
}

#[test]
fn pages_go_together_until_the_next_title() {
    let pages = [
        invoice(),
        page(2, &[(0.05, 0.1, "Terms apply")]),
        page(3, &[(0.4, 0.05, "Packing List"), (0.05, 0.1, "No. 5")]),
        page(4, &[(0.4, 0.05, "Packing List"), (0.8, 0.05, "Page 2 / 2")]),
        page(5, &[(0.4, 0.05, "Bill of Lading")]),
    ];
    let found: Vec<(DocumentType, usize)> = documents(&pages)
        .iter()
        .map(|document| (document.document_type, document.pages.len()))
        .collect();
    assert_eq!(
        found,
        [
            (DocumentType::CommercialInvoice, 2),
            (DocumentType::PackingList, 2),
            (DocumentType::BillOfLading, 1)
        ]
    );
    let blank = documents(&[page(1, &[])]);
    assert_eq!(blank[0].document_type, DocumentType::Other);
    assert!(blank[0].fields.is_empty());
}
