//! The line with the postal code, below a party's name or the line before it of its address.
//!
//! Where the model has not seen such an address, it takes `D-27793 WILDESHAUSEN` or `34387 Şişli/İstanbul` for print outside
//! fields, and the place is lost. But a postal code right below the street, at the left edge of the block, is of that address.
//! Goes in: the tags of a page. Comes out: the same, with such lines drawn to the address.
//! Deliberately absent: addresses of parties that have none among the fields, and lines that begin with a caption.

use crate::fragments::Shape;
use crate::mentions::is_address;
use crate::settle::adjoin;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, Word};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Lines of one block begin so nearly at one place, in line heights.
const ALIGNED: f32 = 0.5;
/// A name or an address of which the model is less sure draws nothing.
const SURE: f32 = 0.5;
/// What the model must at least think of one of the words as part of the address.
const LEAST: f32 = 0.12;
/// Of what is drawn.
const DRAWN: f32 = 0.55;
/// Longer lines are prose.
const MOST_WORDS: usize = 10;

/// `20457`, `D-20457`, `00-950`, `231-0002`, `1012AB`.
static POSTAL_CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:[A-Z]{1,3}-)?(?:\d{4,6}|\d{2}-\d{3}|\d{3}-\d{4}|\d{5}-\d{3,4}|\d{4}[A-Z]{2})[,.]?$",
    )
    .expect("a constant pattern")
});
/// Print of a block that is no address.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[:@]$|^www\.|@|^(?:tel|fax|phone|mobile|telefon|vat|tax|vkn|nif|iban)\b|^\+\d|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$")
        .expect("a constant pattern")
});

pub fn draw_postal_lines(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    let runs = runs(page, shape, words.len().min(read.len()));
    for (at, run) in runs.iter().enumerate() {
        if !is_postal(&read[run.clone()]) {
            continue;
        }
        let first = &read[run.start].bbox;
        let is_above =
            |above: &&Range<usize>| shape.is_next_line(&read[above.start].bbox, first, ALIGNED);
        let mut above = runs[..at].iter().rev().filter(is_above);
        let address = above.find_map(|above| address_of(&words[above.clone()]));
        if let Some(address) = address
            && may_be(&words[run.clone()], address)
        {
            for word in words[run.clone()]
                .iter_mut()
                .filter(|word| word.tag != address)
            {
                word.turn_into(address, DRAWN, 1.0 - DRAWN);
                word.begins = 1.0 - DRAWN;
            }
        }
    }
}

/// Whether one of the words may be part of the address, and none surely is part of something else.
fn may_be(run: &[TaggedWord], address: Tag) -> bool {
    let is_other = |word: &TaggedWord| {
        word.tag != address && word.tag != Tag::Outside && word.probability >= SURE
    };
    let may_be = |word: &TaggedWord| word.tag == address || word.may_become(address, LEAST);
    run.iter().any(may_be) && !run.iter().any(is_other)
}

/// Words that stand together on a line.
fn runs(page: &TaggedPage, shape: &Shape, count: usize) -> Vec<Range<usize>> {
    let starts = (0..count).filter(|at| *at == 0 || !adjoin(page, shape, at - 1, *at));
    let starts: Vec<usize> = starts.chain([count]).collect();
    starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn is_postal(run: &[Word]) -> bool {
    let is_place = |word: &Word| word.text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    run.len() <= MOST_WORDS
        && run.iter().any(|word| POSTAL_CODE.is_match(&word.text))
        && run.iter().any(is_place)
        && !run.iter().any(|word| OTHER.is_match(&word.text))
}

/// The address that goes on below these words, if the last of them that are a field are a party's name or address.
fn address_of(above: &[TaggedWord]) -> Option<Tag> {
    let last = above.iter().rfind(|word| word.tag != Tag::Outside)?;
    let key = match last.tag {
        Tag::Header(FieldKey::SellerName) => FieldKey::SellerAddress,
        Tag::Header(FieldKey::BuyerName) => FieldKey::BuyerAddress,
        Tag::Header(FieldKey::ConsigneeName) => FieldKey::ConsigneeAddress,
        Tag::Header(key) if is_address(key) => key,
        _ => return None,
    };
    (last.probability >= SURE).then_some(Tag::Header(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LINE, PageOf};
    use FieldKey::{BuyerAddress, BuyerName, SellerAddress};

    /// The tag of the line `text` below `above`, whose words the model takes for part of `key` with the given probability.
    fn drawn(above: (FieldKey, &str), text: &str, key: FieldKey, sureness: f32) -> Vec<Tag> {
        let page = PageOf::invoice().header(above.0, 0.1, 0.1, above.1);
        let mut page = page.print(0.1, 0.1 + 1.3 * LINE, text).page();
        let first = above.1.split(' ').count();
        for word in &mut page.words[first..] {
            word.probability = 1.0 - sureness;
            word.others = vec![(Tag::Header(key), sureness)];
        }
        let mut words = page.words.clone();
        draw_postal_lines(&page, &Shape::of(&page), &mut words);
        words[first..].iter().map(|word| word.tag).collect()
    }

    #[test]
    fn the_postal_code_below_a_name_or_a_street_is_of_the_address() {
        let buyer = Tag::Header(BuyerAddress);
        let name = (BuyerName, "Hydro AG");
        assert_eq!(
            drawn(name, "Ring 4 D-27793 Wildau", BuyerAddress, 0.2),
            [buyer; 4]
        );
        let street = (SellerAddress, "Kai 4,");
        assert_eq!(
            drawn(street, "34387 Beyoglu/Istanbul", SellerAddress, 0.2),
            [Tag::Header(SellerAddress); 2]
        );
    }

    #[test]
    fn captions_other_numbers_and_what_the_model_does_not_think_of_stay() {
        let name = (BuyerName, "Hydro AG");
        let stays = |text, key, sureness| {
            let tags = drawn(name, text, key, sureness);
            assert!(
                tags.iter().all(|tag| *tag == Tag::Outside),
                "{text}: {tags:?}"
            );
        };
        stays("Tel 27793 Wildau", BuyerAddress, 0.2);
        stays("Kundennr.: 27793 Wildau", BuyerAddress, 0.2);
        stays("Ring 4 Wildau", BuyerAddress, 0.2);
        stays("27793", BuyerAddress, 0.2);
        stays("D-27793 Wildau", BuyerAddress, 0.05);
        stays("D-27793 Wildau", SellerAddress, 0.3);
    }
}
