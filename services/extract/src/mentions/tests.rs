//! Paragraphs, columns and broken numbers.

use super::*;
use crate::fixture::{LINE, PageOf};
use FieldKey::{
    BuyerAddress, ContainerNumber, DocumentNumber, SellerAddress, SellerCountry, SellerName,
    TotalAmount, VesselName,
};

fn texts(page: &TaggedPage) -> Vec<(FieldKey, String)> {
    let found = mentions(0, page);
    found.into_iter().map(|m| (m.key, m.text)).collect()
}

#[test]
fn lines_of_an_address_are_one_mention_and_a_neighbour_column_is_another() {
    let page = PageOf::invoice()
        .header(
            SellerAddress,
            0.1,
            0.1,
            "12 Mill Lane\nSpringfield 12345\nGermany",
        )
        .header(BuyerAddress, 0.6, 0.1, "5 Quay Road\nPorto\nPortugal")
        .page();
    assert_eq!(
        texts(&page),
        [
            (
                SellerAddress,
                "12 Mill Lane\nSpringfield 12345\nGermany".to_owned()
            ),
            (BuyerAddress, "5 Quay Road\nPorto\nPortugal".to_owned()),
        ]
    );
}

#[test]
fn a_number_broken_at_the_end_of_a_narrow_box_is_one_mention() {
    let mut page = PageOf::invoice()
        .header(ContainerNumber, 0.1, 0.1, "KLVU 948296-0")
        .header(ContainerNumber, 0.24, 0.1, "DGTU")
        .header(ContainerNumber, 0.1, 0.1 + LINE * 1.3, "935477-1")
        .page();
    page.words[3].begins = 0.05;
    let found: Vec<String> = texts(&page).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["KLVU 948296-0", "DGTU\n935477-1"]);
}

#[test]
fn an_address_survives_a_wrong_first_word() {
    let mut page = PageOf::invoice()
        .header(SellerAddress, 0.1, 0.1, "12 Mill Lane\nGermany")
        .page();
    page.words[3].begins = 0.9;
    assert_eq!(texts(&page).len(), 1);
}

#[test]
fn a_lost_line_does_not_cut_an_address() {
    let mut page = PageOf::invoice()
        .header(SellerAddress, 0.1, 0.1, "12 Mill Lane\nTel 555 12\nGermany")
        .page();
    for lost in 3..6 {
        page.words[lost].tag = Tag::Outside;
        page.words[lost].probability = 0.99;
    }
    let found: Vec<String> = texts(&page).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["12 Mill Lane\nGermany"]);
}

#[test]
fn a_town_with_the_code_of_its_country_goes_on_below_a_blank_line() {
    let mut page = PageOf::invoice()
        .header(SellerAddress, 0.1, 0.1, "Mill Lane 12")
        .header(SellerCountry, 0.1, 0.1 + 2.5 * LINE, "DE")
        .header(SellerAddress, 0.13, 0.1 + 2.5 * LINE, "20457 Hamburg")
        .page();
    page.words[4].begins = 0.1;
    let address = (SellerAddress, "Mill Lane 12\n20457 Hamburg".to_owned());
    assert!(texts(&page).contains(&address), "{:?}", texts(&page));
}

#[test]
fn numbers_below_each_other_stay_apart_and_far_names_too() {
    let page = PageOf::invoice()
        .header(TotalAmount, 0.7, 0.5, "100.00")
        .header(TotalAmount, 0.7, 0.5 + LINE * 1.3, "119.00")
        .header(SellerName, 0.1, 0.1, "Acme")
        .header(SellerName, 0.1, 0.9, "Acme")
        .header(DocumentNumber, 0.1, 0.2, "INV 2026 / 12")
        .page();
    assert_eq!(texts(&page).len(), 5);
}

#[test]
fn a_number_is_as_sure_as_its_least_sure_word() {
    let mut page = PageOf::invoice()
        .header(TotalAmount, 0.7, 0.5, "1 234,56")
        .page();
    page.reading.words[1].confidence = 0.3;
    let confidence = mentions(0, &page)[0].confidence;
    assert!(confidence < 0.31, "{confidence}");
}

#[test]
fn a_value_behind_its_caption_goes_on_at_the_left_edge_below() {
    let below = |x: f32, begins: f32| {
        let mut page = PageOf::invoice()
            .print(0.1, 0.1, "Means of transport:")
            .header(VesselName, 0.3, 0.1, "SOUTHERN")
            .print(0.6, 0.1, "Voy. No.:")
            .header(VesselName, x, 0.1 + LINE * 1.3, "SPIRIT")
            .page();
        page.words[6].begins = begins;
        texts(&page).len()
    };
    assert_eq!(below(0.1, 0.02), 1);
    // Below no caption; and the model sees another name.
    assert_eq!(below(0.05, 0.02), 2);
    assert_eq!(below(0.1, 0.5), 2);
}
