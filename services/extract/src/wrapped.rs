//! Values that break at the end of a narrow box: `CI/` and `JAN20/2025-26` below, `13th May` and `2025`.
//!
//! The model sees half a number, or a day without a year, and takes only the other half for the value, or
//! only this one. What the halves say together is not in doubt. Comes out: one tag on both.

use crate::fragments::Shape;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, Rect, ValueForm, Word};
use regex::Regex;
use std::sync::LazyLock;

/// The second half stands on the next line: between so much overlap and so much gap, in line heights.
const NEXT_LINE: std::ops::Range<f32> = -0.4..1.3;
/// And begins left of where the first half ends, but not on the other side of the page.
const WIDEST_BOX: f32 = 30.0;
/// What the model is surer of stays.
const SURE: f32 = 0.9;

/// The head of a number that is broken behind its slash or hyphen.
static HEAD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\d][\p{L}\d/.-]{0,11}[/-]$").expect("a constant pattern"));
static YEAR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:19|20)\d\d[.,]?$").expect("a constant pattern"));
static YEAR_ANYWHERE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:19|20)\d\d").expect("a constant pattern"));

pub fn join_wrapped(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    for at in 0..words.len().min(read.len()) {
        let here = words[at].tag;
        let may_be_head = here == Tag::Outside || is_number(here);
        if may_be_head && HEAD.is_match(&read[at].text) {
            let goes_on = |rest: usize| {
                is_number(words[rest].tag) && (here == Tag::Outside || words[rest].tag == here)
            };
            if let Some(rest) = below(read, shape, at, goes_on) {
                if here == Tag::Outside {
                    words[at].tag = words[rest].tag;
                    words[at].probability = words[rest].probability;
                    words[at].begins = words[rest].begins;
                }
                words[rest].begins = 0.0;
            }
        } else if is_date(here) && is_last_of_a_day_without_year(read, words, at) {
            let is_year = |rest: usize| {
                YEAR.is_match(&read[rest].text)
                    && (is_date(words[rest].tag) || words[rest].probability < SURE)
            };
            if let Some(rest) = below(read, shape, at, is_year) {
                words[rest].tag = here;
                words[rest].probability = words[at].probability;
                words[rest].begins = 0.0;
            }
        }
    }
}

/// The first word of the line below, left of the end of the word at `at`, if it is wanted.
fn below(read: &[Word], shape: &Shape, at: usize, wanted: impl Fn(usize) -> bool) -> Option<usize> {
    let above = &read[at].bbox;
    let height = above.height().max(1e-4);
    let is_below = |bbox: &Rect| {
        NEXT_LINE.contains(&((bbox.y0 - above.y1) / height))
            && bbox.x0 < above.x1
            && shape.in_heights(above.x0 - bbox.x0, height) < WIDEST_BOX
    };
    let mut candidates = (0..read.len()).filter(|other| is_below(&read[*other].bbox));
    candidates.find(|other| wanted(*other))
}

fn is_number(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Header(
            FieldKey::DocumentNumber
                | FieldKey::InvoiceNumber
                | FieldKey::PurchaseOrderNumber
                | FieldKey::ContractNumber
                | FieldKey::TransportDocumentNumber
                | FieldKey::SealNumber
        )
    )
}

fn is_date(tag: Tag) -> bool {
    matches!(tag, Tag::Header(key) if key.value_form() == ValueForm::Date)
}

/// Whether the date that ends with the word at `at` has a day or a month, and no year.
fn is_last_of_a_day_without_year(read: &[Word], words: &[TaggedWord], at: usize) -> bool {
    let same =
        |other: usize| words[other].tag == words[at].tag && read[other].line == read[at].line;
    let goes_on = at + 1 < words.len().min(read.len()) && same(at + 1);
    let mut parts = (0..=at).rev().take_while(|other| same(*other));
    let long_enough = read[at].text.chars().count() >= 3;
    !goes_on
        && long_enough
        && !parts.any(|part| YEAR_ANYWHERE.is_match(&read[part].text))
        && !read[at].text.contains(['/', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LINE, PageOf};
    use FieldKey::{DocumentNumber, IssueDate};

    fn tags(page: &TaggedPage) -> Vec<(Tag, bool)> {
        let mut words = page.words.clone();
        join_wrapped(page, &Shape::of(page), &mut words);
        words.iter().map(|w| (w.tag, w.begins > 0.5)).collect()
    }

    #[test]
    fn the_head_of_a_broken_number_is_part_of_it() {
        let page = PageOf::invoice()
            .print(0.2, 0.1, "No. CI/")
            .header(DocumentNumber, 0.2, 0.1 + LINE * 1.3, "JAN20/2025-26")
            .print(0.6, 0.3, "Bank/ Account")
            .page();
        let number = Tag::Header(DocumentNumber);
        let expected = [
            (Tag::Outside, true),
            (number, true),
            (number, false),
            (Tag::Outside, true),
            (Tag::Outside, false),
        ];
        let found = tags(&page);
        assert_eq!(found[1..4], expected[1..4]);
        assert_eq!(found[0].0, Tag::Outside);
    }

    #[test]
    fn the_year_below_a_day_belongs_to_it() {
        let mut page = PageOf::invoice()
            .header(IssueDate, 0.2, 0.1, "13th May")
            .print(0.2, 0.1 + LINE * 1.3, "2025")
            .header(IssueDate, 0.2, 0.3, "13.05.2024")
            .print(0.2, 0.3 + LINE * 1.3, "2025")
            .page();
        for word in [2, 4] {
            page.words[word].probability = 0.5;
        }
        let found: Vec<Tag> = tags(&page).into_iter().map(|(tag, _)| tag).collect();
        let date = Tag::Header(IssueDate);
        assert_eq!(found, [date, date, date, date, Tag::Outside]);
    }
}
