//! Brackets that a name or a text opens are closed in it: `ACME CHEMICAL ASIA (A DIVISION` goes on with `OF ACME LTD)`, on its
//! line or on the next.
//!
//! The model judges each word by itself and often takes what stands in brackets for print outside fields.
//! Goes in: the tags of a page. Comes out: the same, with the words up to the closing bracket drawn to the text.

use crate::fragments::Shape;
use crate::mentions::is_party_name;
use crate::settle::adjoin;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::FieldKey;

/// What stands in brackets has so many words at most.
const LONGEST: usize = 12;
/// Of what is drawn.
const DRAWN: f32 = 0.6;
/// A word of which the model is as sure as this that it is another field closes nothing.
const SURE: f32 = 0.8;
/// The next line begins so nearly where the text does, in line heights.
const ALIGNED: f32 = 1.5;

pub fn close_brackets(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    for at in 0..words.len().min(read.len()) {
        let tag = words[at].tag;
        if !may_hold_brackets(tag)
            || !(opens(&read[at].text) || is_explained(page, shape, words, at))
        {
            continue;
        }
        for index in up_to_closing(page, shape, words, at).unwrap_or_default() {
            if words[index].tag != tag {
                let before = words[index].probability;
                words[index].turn_into(tag, DRAWN, before);
            }
            words[index].begins = 0.0;
        }
    }
}

/// Names of parties and goods, and terms.
fn may_hold_brackets(tag: Tag) -> bool {
    match tag {
        Tag::Cell(key) => key == FieldKey::Description,
        Tag::Header(key) => is_party_name(key) || key == FieldKey::PaymentTerms,
        Tag::Outside => false,
    }
}

/// Terms of payment are explained in brackets right behind them: `Mal mukabili (Cash against goods)`.
fn is_explained(page: &TaggedPage, shape: &Shape, words: &[TaggedWord], at: usize) -> bool {
    let next = page.reading.words.get(at + 1);
    words[at].tag == Tag::Header(FieldKey::PaymentTerms)
        && next.is_some_and(|next| next.text.starts_with('('))
        && adjoin(page, shape, at, at + 1)
}

/// Whether a bracket is open at the end of the word.
fn opens(text: &str) -> bool {
    let last = text.rfind(['(', '{', '[', ')', '}', ']']);
    last.is_some_and(|at| text[at..].starts_with(['(', '{', '[']))
}

/// The words behind `at` to the one with the closing bracket, if there is one.
fn up_to_closing(
    page: &TaggedPage,
    shape: &Shape,
    words: &[TaggedWord],
    at: usize,
) -> Option<Vec<usize>> {
    let read = &page.reading.words;
    let tag = words[at].tag;
    let starts = (0..=at).rev();
    let of_line = |index: &usize| *index == at || adjoin(page, shape, *index, *index + 1);
    let line_start = starts
        .take_while(|index| of_line(index) && words[*index].tag == tag)
        .last()?;
    let mut found = Vec::new();
    let (mut here, mut line_start) = (at, line_start);
    while found.len() < LONGEST {
        let beside = here + 1 < words.len() && adjoin(page, shape, here, here + 1);
        let next = match beside {
            true => here + 1,
            false => {
                let start = &read[line_start].bbox;
                let mut behind = line_start + 1..read.len();
                line_start =
                    behind.find(|at| shape.is_next_line(start, &read[*at].bbox, ALIGNED))?;
                line_start
            }
        };
        let word = words.get(next)?;
        if word.tag != tag && word.tag != Tag::Outside && word.probability >= SURE {
            return None;
        }
        found.push(next);
        if read[next].text.contains([')', '}', ']']) {
            return Some(found);
        }
        here = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LINE, PageOf};
    use FieldKey::{PaymentTerms, SellerName};

    fn drawn(page: PageOf, key: FieldKey) -> usize {
        let page = page.page();
        let mut words = page.words.clone();
        close_brackets(&page, &Shape::of(&page), &mut words);
        let of_key = words.iter().filter(|word| word.tag == Tag::Header(key));
        of_key.count()
    }

    #[test]
    fn what_a_name_opens_it_closes_on_its_line_or_the_next() {
        let terms = PageOf::invoice()
            .header(PaymentTerms, 0.1, 0.1, "Peşin (Cash")
            .print(0.1 + 0.009 * 12.0, 0.1, "in advance) EUR");
        assert_eq!(drawn(terms, PaymentTerms), 4);
        let explained = PageOf::invoice()
            .header(PaymentTerms, 0.1, 0.1, "Peşin")
            .print(0.1 + 0.009 * 6.0, 0.1, "(Cash in advance) EUR");
        assert_eq!(drawn(explained, PaymentTerms), 4);
        let name = PageOf::invoice()
            .header(SellerName, 0.1, 0.1, "ACME ASIA (A DIVISION")
            .print(0.6, 0.1, "Invoice No.")
            .print(0.1, 0.1 + 1.3 * LINE, "OF ACME LTD)")
            .print(0.1, 0.1 + 2.6 * LINE, "1 Quay Road");
        assert_eq!(drawn(name, SellerName), 7);
    }

    #[test]
    fn a_bracket_that_nothing_closes_draws_nothing() {
        let open = PageOf::invoice()
            .header(SellerName, 0.1, 0.1, "ACME (ASIA")
            .print(0.1, 0.1 + 1.3 * LINE, "1 Quay Road");
        assert_eq!(drawn(open, SellerName), 2);
        let closed = PageOf::invoice()
            .header(SellerName, 0.1, 0.1, "ACME (ASIA)")
            .print(0.1 + 0.009 * 12.0, 0.1, "Tel. (0)");
        assert_eq!(drawn(closed, SellerName), 2);
    }
}
