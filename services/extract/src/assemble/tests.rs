//! A consignment of hand-made pages from end to end, and bad paper.

use super::*;
use crate::fixture::PageOf;
use crate::tagged::{Tag, TaggedWord};
use docexam_domain::{DocumentType, PageReading, Word};

fn consignment() -> Vec<TaggedPage> {
    use FieldKey::*;
    let invoice = PageOf::invoice()
        .header(SellerName, 0.1, 0.05, "Acme Machine Works GmbH")
        .header(
            SellerAddress,
            0.1,
            0.07,
            "Hauptstr. 5\n70173 Stuttgart\nGermany",
        )
        .header(DocumentNumber, 0.7, 0.05, "RE-2026-0815")
        .header(IssueDate, 0.7, 0.07, "04.05.2026")
        .header(Incoterm, 0.7, 0.09, "DAP Shanghai")
        .first_cell(LineNumber, 0.05, 0.3, "1")
        .cell(Description, 0.1, 0.3, "Ball bearings\nradial, sealed")
        .cell(HsCode, 0.4, 0.3, "8482.10.90")
        .cell(Quantity, 0.5, 0.3, "50.000")
        .cell(Unit, 0.58, 0.3, "Stück")
        .cell(UnitPrice, 0.65, 0.3, "0,223")
        .cell(LineAmount, 0.8, 0.3, "11.150,00")
        .print(0.6, 0.5, "Gesamt")
        .header(TotalAmount, 0.8, 0.5, "EUR 11.150,00");
    let packing = PageOf::of(DocumentType::PackingList)
        .at(0, 2)
        .header(TotalPackages, 0.1, 0.5, "2 PALLETS")
        .header(TotalGrossMassKg, 0.5, 0.5, "1.535,00 kg");
    vec![invoice.page(), packing.page()]
}

#[test]
fn a_consignment_comes_out_as_documents_with_values() {
    let documents = assemble(consignment(), None);
    assert_eq!(documents.len(), 2);
    let invoice = &documents[0];
    assert_eq!(invoice.id, "d1");
    assert_eq!(invoice.document_type, DocumentType::CommercialInvoice);
    let value = |key| invoice.field(key).map(Field::value).unwrap_or_default();
    assert_eq!(value(FieldKey::DocumentNumber), "RE-2026-0815");
    assert_eq!(value(FieldKey::IssueDate), "2026-05-04");
    assert_eq!(value(FieldKey::TotalAmount), "11150.00");
    assert_eq!(value(FieldKey::Currency), "EUR");
    assert_eq!(value(FieldKey::SellerCountry), "DE");
    assert_eq!(value(FieldKey::Incoterm), "DAP");
    assert_eq!(value(FieldKey::IncotermPlace), "Shanghai");
    let rows: Vec<&Field> = invoice.line_items().collect();
    assert_eq!(rows.len(), 1);
    let cell = |key| rows[0].property(key).map(Field::value).unwrap_or_default();
    assert_eq!(cell(FieldKey::Quantity), "50000");
    assert_eq!(cell(FieldKey::UnitPrice), "0.223");
    assert_eq!(cell(FieldKey::HsCode), "84821090");
    assert_eq!(cell(FieldKey::Unit), "C62");
    let description = rows[0].property(FieldKey::Description).expect("there");
    assert_eq!(description.mention_text, "Ball bearings\nradial, sealed");
    let packing = &documents[1];
    assert_eq!(
        packing.field(FieldKey::TotalPackages).map(Field::value),
        Some("2")
    );
    assert_eq!(
        packing.field(FieldKey::TotalGrossMassKg).map(Field::value),
        Some("1535.00")
    );
}

#[test]
fn of_two_numbers_taken_for_the_price_the_one_that_fits_is_it() {
    let mut page = PageOf::invoice()
        .first_cell(FieldKey::Description, 0.1, 0.3, "Ball bearings")
        .cell(FieldKey::Quantity, 0.3, 0.3, "65")
        .cell(FieldKey::UnitPrice, 0.45, 0.3, "21.23")
        .cell(FieldKey::UnitPrice, 0.6, 0.3, "0.29")
        .cell(FieldKey::DiscountAmount, 0.7, 0.3, "4.05")
        .cell(FieldKey::LineAmount, 0.85, 0.3, "1375.90")
        .page();
    // The rate of the discount is the surer of the two.
    page.words[3].probability = 0.7;
    let documents = assemble(vec![page], None);
    let row = documents[0].line_items().next().expect("a row");
    let price = row.property(FieldKey::UnitPrice).map(Field::value);
    assert_eq!(price, Some("21.23"));
}

#[test]
fn fields_stand_in_reading_order_and_point_to_their_words() {
    let documents = assemble(consignment(), None);
    let tops: Vec<f32> = documents[0]
        .fields
        .iter()
        .filter(|field| field.key != FieldKey::IncotermPlace)
        .filter_map(|field| Some(field.page_anchor.as_ref()?.polygon.0[0][1]))
        .collect();
    assert_eq!(tops.len(), documents[0].fields.len() - 1);
    let total = documents[0].field(FieldKey::TotalAmount).expect("there");
    let anchor = total.page_anchor.as_ref().expect("anchored");
    assert_eq!((anchor.file, anchor.page), (0, 1));
    assert!((anchor.polygon.0[0][0] - 0.8).abs() < 1e-4);
    assert!((anchor.polygon.0[0][1] - 0.5).abs() < 1e-4);
    let first = &documents[0].fields[0];
    assert_eq!(first.key, FieldKey::SellerName);
}

#[test]
fn pages_given_out_of_order_are_put_in_order() {
    let mut pages = consignment();
    pages.reverse();
    assert_eq!(assemble(pages, None), assemble(consignment(), None));
}

#[test]
fn bad_paper_is_a_document_too() {
    let blank = TaggedPage::untagged(PageReading::failed(0, 1, "page 1 is broken".to_owned()));
    let documents = assemble(vec![blank], None);
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].document_type, DocumentType::Other);
    assert!(documents[0].confidence < 0.5);
    assert!(assemble(Vec::new(), None).is_empty());
}

#[test]
fn three_thousand_words_of_nonsense_do_no_harm() {
    let mut page = PageOf::invoice().page();
    let keys = [
        FieldKey::Description,
        FieldKey::LineAmount,
        FieldKey::Quantity,
        FieldKey::TotalAmount,
        FieldKey::IssueDate,
        FieldKey::SellerAddress,
    ];
    let mut seed = 1u64;
    let mut random = || {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (seed >> 40) as f32 / (1u64 << 24) as f32
    };
    for index in 0..3000u32 {
        let (x, y) = (random(), random());
        let texts = [
            "12,5",
            "مرحبا",
            "",
            "\u{202E}abc",
            "1.2.3.4",
            "99/99/99",
            "|",
            "一二三",
        ];
        let key = keys[(random() * 6.0) as usize % 6];
        let bad = index % 50 == 0;
        page.reading.words.push(Word {
            text: texts[(random() * 8.0) as usize % 8].to_owned(),
            bbox: Rect::new(
                x,
                y,
                if bad { f32::NAN } else { x - 0.1 + random() },
                y + 0.01,
            ),
            confidence: if bad { f32::NAN } else { random() * 3.0 - 1.0 },
            line: index / 7,
        });
        page.words.push(TaggedWord {
            tag: if index % 2 == 0 {
                Tag::Header(key)
            } else {
                Tag::Cell(key)
            },
            probability: if bad { f32::NAN } else { random() },
            others: Vec::new(),
            begins: if bad { f32::INFINITY } else { random() },
            starts_row: if bad { f32::NAN } else { random() },
        });
    }
    // Fewer tags than words must not matter either.
    page.words.truncate(2990);
    let documents = assemble(vec![page], None);
    for field in &documents[0].fields {
        assert!((0.0..=1.0).contains(&field.confidence), "{field:?}");
    }
}

#[test]
fn a_quantity_of_tonnes_has_decimals() {
    let page = PageOf::of(DocumentType::PackingList)
        .first_cell(FieldKey::Description, 0.1, 0.3, "Polyethylene")
        .cell(FieldKey::Quantity, 0.5, 0.3, "49.500")
        .cell(FieldKey::Unit, 0.6, 0.3, "MT")
        .page();
    let documents = assemble(vec![page], None);
    let row = documents[0].line_items().next().expect("a row");
    let quantity = row.property(FieldKey::Quantity).expect("there");
    assert_eq!(quantity.value(), "49.500");
    assert_eq!(quantity.alternative_values, ["49500"]);
}

#[test]
fn a_comma_read_for_a_point_is_settled_by_the_row() {
    use FieldKey::*;
    let page = PageOf::invoice()
        .first_cell(Quantity, 0.5, 0.3, "4,860")
        .cell(UnitPrice, 0.65, 0.3, "3,22")
        .cell(LineAmount, 0.8, 0.3, "15.649,20")
        .header(TotalAmount, 0.8, 0.5, "15.649,20");
    let documents = assemble(vec![page.page()], None);
    let row = documents[0].line_items().next().expect("a row");
    let quantity = row.property(Quantity).expect("there");
    assert_eq!(
        (quantity.value(), quantity.mention_text.as_str()),
        ("4860", "4,860")
    );
}

#[test]
fn papers_of_other_kinds_have_only_fields_that_are_surer_than_their_kind() {
    let page = |other: f32| {
        let mut page = PageOf::of(DocumentType::Other)
            .header(FieldKey::SellerName, 0.1, 0.1, "Acme Couriers")
            .first_cell(FieldKey::Quantity, 0.1, 0.5, "12")
            .page();
        page.types = vec![(DocumentType::Other, other)];
        page
    };
    let fields = |other| assemble(vec![page(other)], None)[0].fields.len();
    assert_eq!(fields(0.98), 0);
    assert_eq!(fields(0.6), 2);
}

#[test]
fn a_row_without_a_price_has_the_number_that_makes_its_product() {
    let row = |price: &str| {
        let page = PageOf::invoice()
            .first_cell(FieldKey::Description, 0.1, 0.3, "Ball bearings")
            .cell(FieldKey::NetMassKg, 0.3, 0.3, price)
            .cell(FieldKey::Quantity, 0.5, 0.3, "10")
            .cell(FieldKey::Unit, 0.53, 0.3, "Stk")
            .cell(FieldKey::LineAmount, 0.85, 0.3, "1000,00");
        let documents = assemble(vec![page.page()], None);
        let item = documents[0].line_items().next().expect("a row").clone();
        let value = |key| item.property(key).map(|field| field.value().to_owned());
        [FieldKey::UnitPrice, FieldKey::NetMassKg, FieldKey::Quantity].map(value)
    };
    let [price, mass, quantity] = row("100,00");
    assert_eq!(price.as_deref(), Some("100.00"));
    assert_eq!((mass, quantity.as_deref()), (None, Some("10")));
    let [price, mass, _] = row("90,00");
    assert_eq!((price, mass.as_deref()), (None, Some("90.00")));
}
