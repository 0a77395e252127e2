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

#[test]
fn a_line_between_words_parts_them() {
    let page = PageOf::invoice().header(SellerName, 0.1, 0.1, "Acme Machine");
    let gap = page.clone().page().reading.words[0].bbox.x1 + 0.004;
    let texts = |page: PageOf| -> Vec<String> {
        let page = page.page();
        let found = fragments(0, &page);
        found.iter().map(|f| text_of(&page, &f.words)).collect()
    };
    assert_eq!(
        texts(page.clone().rule_down(gap, 0.05, 0.3)),
        ["Acme", "Machine"]
    );
    assert_eq!(
        texts(page.clone().rule_down(gap, 0.2, 0.3)),
        ["Acme Machine"]
    );
    assert_eq!(texts(page.rule_down(0.11, 0.05, 0.3)), ["Acme Machine"]);
}
