//! Texts that go on below themselves: the second line of a description in a narrow column, of an address, of
//! terms of payment.
//!
//! The model judges a lone word by itself, and takes the `beans` below `Coffee` for print outside fields as
//! gladly as for goods. Where it wavers, that the word begins right below the first word of such a text tells, and so it does of
//! the words that follow on its line, if the text tells of goods (`20 x 0,5l`): behind a name stands somebody else's as well.
//! Goes in: the tags of a page. Comes out: the same, with the text's tag on such words.

use crate::fragments::Shape;
use crate::odds::{log_odds, probability};
use crate::settle::adjoin;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, ValueForm};

/// Lines of one text begin so nearly at one place, in line heights.
const ALIGNED: f32 = 0.5;
/// Log-odds that a word below a text wins for being part of it.
const BELOW: f32 = 1.1;
/// A text of which the model is less sure does not draw others to it.
const SURE: f32 = 0.5;

pub fn continue_below(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    let count = words.len().min(read.len());
    let goods = Tag::Cell(FieldKey::Description);
    let mut goes_on_with_goods = None;
    for at in 0..count {
        let Some((tag, sureness)) = text_option(&words[at]) else {
            continue;
        };
        let is_above = |other: &usize| {
            let above = &words[*other];
            above.tag == tag
                && above.probability >= SURE
                && shape.is_next_line(&read[*other].bbox, &read[at].bbox, ALIGNED)
        };
        let goes_on =
            tag == goods && goes_on_with_goods == Some(at) && adjoin(page, shape, at - 1, at);
        if goes_on || (0..count).any(|other| is_above(&other)) {
            let word = &mut words[at];
            let drawn = probability(log_odds(sureness) + BELOW);
            if word.tag == tag {
                word.probability = drawn.max(word.probability);
            } else if drawn > word.probability {
                word.turn_into(tag, drawn, word.probability);
            }
            goes_on_with_goods = Some(at + 1).filter(|_| word.tag == goods);
        }
    }
}

/// The text that a word is part of, or may be, if it stands outside fields.
fn text_option(word: &TaggedWord) -> Option<(Tag, f32)> {
    let is_text = |tag: Tag| match tag {
        Tag::Cell(key) => key == FieldKey::Description,
        Tag::Header(key) => key.value_form() == ValueForm::Text,
        Tag::Outside => false,
    };
    let own = (word.tag, word.probability);
    let mut options = word.others.iter().copied();
    match word.tag {
        Tag::Outside => options.find(|(tag, _)| is_text(*tag)),
        tag => Some(own).filter(|_| is_text(tag)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LINE, PageOf};
    use FieldKey::{Description, PaymentTerms, Quantity};

    /// The tag of the last word, of which the model is `sureness` sure that it is part of `tag`.
    fn drawn(mut page: TaggedPage, tag: Tag, sureness: f32) -> Tag {
        if let Some(last) = page.words.last_mut() {
            last.probability = 1.0 - sureness;
            last.others = vec![(tag, sureness)];
        }
        let mut words = page.words.clone();
        continue_below(&page, &Shape::of(&page), &mut words);
        words.last().map_or(Tag::Outside, |word| word.tag)
    }

    fn below(x: f32, lines: f32) -> TaggedPage {
        PageOf::invoice()
            .cell(Description, 0.2, 0.1, "Coffee")
            .print(x, 0.1 + lines * LINE, "beans")
            .page()
    }

    #[test]
    fn a_wavering_word_right_below_a_text_is_part_of_it() {
        let goods = Tag::Cell(Description);
        assert_eq!(drawn(below(0.2, 1.3), goods, 0.4), goods);
        assert_eq!(drawn(below(0.2, 1.3), goods, 0.2), Tag::Outside);
        let terms = PageOf::invoice()
            .header(PaymentTerms, 0.1, 0.5, "30 days net,")
            .print(0.1, 0.5 + 1.3 * LINE, "3%")
            .page();
        let tag = Tag::Header(PaymentTerms);
        assert_eq!(drawn(terms, tag, 0.4), tag);
    }

    #[test]
    fn goods_go_on_behind_a_word_below_them_and_names_do_not() {
        let third = |key: FieldKey, tag: Tag| {
            let page = match key {
                Description => PageOf::invoice().cell(key, 0.2, 0.1, "Lemonade"),
                _ => PageOf::invoice().header(key, 0.2, 0.1, "Lemonade"),
            };
            let mut page = page.print(0.2, 0.1 + 1.3 * LINE, "20 x").page();
            for word in &mut page.words[1..] {
                word.probability = 0.6;
                word.others = vec![(tag, 0.4)];
            }
            let mut words = page.words.clone();
            continue_below(&page, &Shape::of(&page), &mut words);
            words[2].tag
        };
        let (goods, name) = (Tag::Cell(Description), Tag::Header(FieldKey::BuyerName));
        assert_eq!(third(Description, goods), goods);
        assert_eq!(third(FieldKey::BuyerName, name), Tag::Outside);
    }

    #[test]
    fn a_word_that_is_just_taken_for_part_of_the_text_is_surer_of_it_below_the_text() {
        let mut page = PageOf::invoice()
            .cell(Description, 0.2, 0.1, "Coffee")
            .cell(Description, 0.2, 0.1 + 1.3 * LINE, "beans")
            .page();
        page.words[1].probability = 0.5;
        let mut words = page.words.clone();
        continue_below(&page, &Shape::of(&page), &mut words);
        assert!((0.74..0.76).contains(&words[1].probability));
    }

    #[test]
    fn elsewhere_the_model_decides() {
        let goods = Tag::Cell(Description);
        // Indented, farther down, and below a number.
        assert_eq!(drawn(below(0.25, 1.3), goods, 0.4), Tag::Outside);
        assert_eq!(drawn(below(0.2, 4.0), goods, 0.4), Tag::Outside);
        let number = PageOf::invoice()
            .cell(Quantity, 0.2, 0.1, "7")
            .print(0.2, 0.1 + 1.3 * LINE, "8")
            .page();
        assert_eq!(drawn(number, Tag::Cell(Quantity), 0.4), Tag::Outside);
    }
}
