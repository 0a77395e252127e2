//! Numbers that break at the end of a narrow box: `CI/` and `JAN20/2025-26` below.
//!
//! The model sees half a number, and takes only the other half for the value, or only this one. What the halves
//! say together is not in doubt. Comes out: one tag on both. Dates are completed in `whole_dates`.

use crate::fragments::{NEXT_LINE, Shape};
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, Rect, Word};
use regex::Regex;
use std::sync::LazyLock;

/// The second half begins left of where the first half ends, but not on the other side of the page.
const WIDEST_BOX: f32 = 30.0;

/// The head of a number that is broken behind its slash or hyphen.
static HEAD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\d][\p{L}\d/.-]{0,11}[/-]$").expect("a constant pattern"));

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LINE, PageOf};
    use FieldKey::DocumentNumber;

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
}
