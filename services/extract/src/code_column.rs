//! Article numbers below article numbers: what looks like a code and begins where the codes of other rows begin is a code too.
//!
//! The model judges each by itself and takes a short one for print outside fields or for the name of the goods. Goes in: the
//! tags of a page. Comes out: the same, with such words as article numbers where the model wavers.

use crate::fragments::Shape;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, Word};

const CODE: Tag = Tag::Cell(FieldKey::ProductCode);
/// Codes of one column begin so nearly at one place, in heights.
const ALIGNED: f32 = 0.6;
/// A code of which the model is less sure draws no others.
const SURE: f32 = 0.35;
/// What the model is surer of than this stays.
const WAVERS: f32 = 0.75;
/// What the model must think of it as a part of the row's text.
const LEAST: f32 = 0.25;
/// Of what is drawn.
const DRAWN: f32 = 0.6;

pub fn draw_codes(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    let count = words.len().min(read.len());
    let codes: Vec<&Word> = (0..count)
        .filter(|at| words[*at].tag == CODE && words[*at].probability >= SURE)
        .map(|at| &read[at])
        .collect();
    for at in 0..count {
        let word = &mut words[at];
        let may_be = word.tag == Tag::Outside || word.tag == Tag::Cell(FieldKey::Description);
        if !may_be || word.probability > WAVERS || !may_be_code(&read[at].text) {
            continue;
        }
        let of_row = |tag: Tag| tag == CODE || tag == Tag::Cell(FieldKey::Description);
        let own = (word.tag, word.probability);
        let options = word.others.iter().copied().chain([own]);
        let likely: f32 = options
            .filter(|(tag, _)| of_row(*tag))
            .map(|(_, p)| p)
            .sum();
        let place = &read[at].bbox;
        let is_aligned = |code: &&Word| {
            let height = code.bbox.height().max(place.height()).max(1e-4);
            shape.in_heights((code.bbox.x0 - place.x0).abs(), height) < ALIGNED
                && (code.bbox.y0 > place.y1 || code.bbox.y1 < place.y0)
        };
        if likely >= LEAST && codes.iter().any(is_aligned) {
            let before = word.probability.min(1.0 - DRAWN);
            word.turn_into(CODE, DRAWN, before);
        }
    }
}

/// Figures alone may be the number of anything.
fn may_be_code(text: &str) -> bool {
    is_code(text) && text.contains(char::is_uppercase)
}

/// One word of capitals and figures.
pub fn is_code(text: &str) -> bool {
    let letters = |c: char| c.is_uppercase() || c.is_ascii_digit() || "-/.".contains(c);
    text.len() >= 3 && text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;
    use FieldKey::{Description, ProductCode};

    /// The tag of a word below a code, of which the model is so sure that it is none.
    fn drawn(x: f32, text: &str, outside: f32) -> Tag {
        let mut page = PageOf::invoice()
            .cell(ProductCode, 0.12, 0.3, "TB100A4")
            .cell(Description, 0.3, 0.3, "Dividers")
            .print(x, 0.4, text)
            .page();
        let word = page.words.last_mut().expect("there");
        word.probability = outside;
        word.others = vec![(Tag::Cell(Description), 0.95 - outside)];
        let mut words = page.words.clone();
        draw_codes(&page, &Shape::of(&page), &mut words);
        words.last().expect("there").tag
    }

    #[test]
    fn a_code_below_a_code_is_one() {
        assert_eq!(drawn(0.12, "ARNR2", 0.5), CODE);
        for (x, text, outside) in [
            (0.2, "ARNR2", 0.5),
            (0.12, "Batch", 0.5),
            (0.12, "ARNR2", 0.9),
        ] {
            assert_eq!(
                drawn(x, text, outside),
                Tag::Outside,
                "{x} {text} {outside}"
            );
        }
    }
}
