//! Words that stand together and words that do not.

use super::*;
use crate::fixture::PageOf;
use docexam_domain::FieldKey::{SellerName, TotalAmount};

#[test]
fn a_wide_gap_and_a_first_word_both_end_a_fragment() {
    let page = PageOf::invoice()
        .header(SellerName, 0.1, 0.1, "Acme Machine Works")
        .header(SellerName, 0.6, 0.1, "Zenith Traders")
        .page();
    let found = fragments(0, &page);
    let texts: Vec<_> = found.iter().map(|f| text_of(&page, &f.words)).collect();
    assert_eq!(texts, ["Acme Machine Works", "Zenith Traders"]);
}

#[test]
fn a_doubtful_hole_is_closed_and_a_sure_one_is_not() {
    let mut page = PageOf::invoice()
        .header(SellerName, 0.1, 0.1, "Acme & Sons")
        .page();
    page.words[1] = TaggedWord {
        tag: Tag::Outside,
        probability: 0.6,
        runner_up: None,
        begins: 0.0,
        starts_row: 0.0,
    };
    page.words[2].begins = 0.0;
    assert_eq!(fragments(0, &page)[0].words, [0, 1, 2]);
    page.words[1].probability = 0.99;
    assert_eq!(fragments(0, &page)[0].words, [0, 2]);
}

#[test]
fn a_doubtful_end_goes_with_its_neighbour_if_it_may() {
    let mut page = PageOf::invoice()
        .header(SellerName, 0.1, 0.1, "Acme Sons Ltd")
        .page();
    let name = Tag::Header(SellerName);
    page.words[2].tag = Tag::Outside;
    page.words[2].probability = 0.6;
    assert_eq!(fragments(0, &page)[0].words, [0, 1]);
    page.words[2].runner_up = Some((name, 0.35));
    assert_eq!(fragments(0, &page)[0].words, [0, 1, 2]);
}

#[test]
fn numbers_that_are_none_do_no_harm() {
    let mut page = PageOf::invoice()
        .header(TotalAmount, 0.1, 0.1, "1 234,56")
        .page();
    page.words[0].probability = f32::NAN;
    page.words[0].begins = f32::NAN;
    page.reading.words[1].bbox.x1 = f32::NAN;
    let found = fragments(0, &page);
    assert_eq!(found.len(), 1);
    assert!(found[0].tag_probability.is_finite());
}
