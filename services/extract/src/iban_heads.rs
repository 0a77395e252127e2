//! Heads of bank accounts that are glued to their caption: the `TR33` of `(IBAN):TR33 0006 1005 …`.
//!
//! Goes in: the tags of a page. Comes out: the same, with the account's number on the word before it where the check digits
//! of ISO 13616 say that its last four letters belong to the number.

use crate::fragments::Shape;
use crate::normalise::is_iban;
use crate::settle::adjoin;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::FieldKey;

/// Country and check digits.
const HEAD: usize = 4;
const IBAN: Tag = Tag::Header(FieldKey::Iban);

pub fn join_iban_heads(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    for at in 1..words.len().min(read.len()) {
        let is_first = words[at].tag == IBAN && words[at - 1].tag != IBAN;
        if !is_first || !adjoin(page, shape, at - 1, at) {
            continue;
        }
        let number = (at..words.len()).take_while(|index| {
            words[*index].tag == IBAN && (*index == at || adjoin(page, shape, *index - 1, *index))
        });
        let number: String = number.flat_map(|index| read[index].text.chars()).collect();
        let caption: Vec<char> = read[at - 1].text.chars().collect();
        let head = &caption[caption.len().saturating_sub(HEAD)..];
        let whole: String = head.iter().copied().chain(number.chars()).collect();
        let is_glued = caption.len() > HEAD && !caption[caption.len() - HEAD - 1].is_alphanumeric();
        if (is_glued || caption.len() == HEAD) && is_iban(&whole) && !is_iban(&number) {
            let before = words[at - 1].probability;
            let probability = words[at].probability;
            words[at - 1].turn_into(IBAN, probability, before);
            words[at - 1].begins = words[at].begins;
            words[at].begins = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;

    #[test]
    fn the_check_digits_say_what_belongs_to_the_number() {
        let tags = |caption: &str| -> usize {
            let x = 0.1 + 0.009 * (caption.chars().count() + 1) as f32;
            let page = PageOf::invoice()
                .print(0.1, 0.1, caption)
                .header(FieldKey::Iban, x, 0.1, "WEST 1234 5698 7654 32")
                .page();
            let mut words = page.words.clone();
            join_iban_heads(&page, &Shape::of(&page), &mut words);
            words.iter().filter(|word| word.tag == IBAN).count()
        };
        assert_eq!(tags("(IBAN):GB82"), 6);
        assert_eq!(tags("GB82"), 6);
        assert_eq!(tags("(IBAN):GB83"), 5);
        assert_eq!(tags("IBANGB82"), 5);
    }
}
