//! What stands right behind a field on its line and can only belong to it: the country and its postal code behind an address
//! (`12 Quay Road Singapore 048621`), the voyage behind a vessel (`NORDIC FALCON 045W`), the unit behind a total mass (`59.491 t`).
//!
//! The model knows countries and voyages as fields of their own, under captions of their own, and takes them here for print
//! outside fields. But the name of a country right behind an address is neither caption nor prose. A unit that was read badly it
//! takes for dust; without it tonnes are kilograms.
//! Goes in: the tags of a page. Comes out: the same, with such words drawn to their field.

use crate::fragments::Shape;
use crate::mentions::is_address;
use crate::normalise::{is_unit_of_mass, names_country};
use crate::settle::adjoin;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::FieldKey;

/// A field of which the model is less sure draws nothing.
const SURE: f32 = 0.5;
/// What the model must at least think of the word as part of the field; of a voyage, which has a form of its own, less.
const LEAST: f32 = 0.1;
const LEAST_OF_VOYAGE: f32 = 0.02;
const TOTALS: [FieldKey; 2] = [FieldKey::TotalNetMassKg, FieldKey::TotalGrossMassKg];
/// Of what is drawn.
const DRAWN: f32 = 0.6;
/// Figures of postal codes behind the names of countries.
const POSTAL_FIGURES: std::ops::RangeInclusive<usize> = 4..=6;
/// Letters and figures of a voyage; a number of the IMO has seven figures.
const VOYAGE: std::ops::RangeInclusive<usize> = 3..=6;

pub fn draw_right_behind(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    let mut after_country = None;
    for at in 1..words.len().min(read.len()) {
        let Tag::Header(key) = words[at - 1].tag else {
            continue;
        };
        let sure = words[at - 1].probability >= SURE;
        let word = &mut words[at];
        if word.tag != Tag::Outside || !adjoin(page, shape, at - 1, at) {
            continue;
        }
        let text = read[at].text.trim_matches([',', '.', ';']);
        let may_be = |key, least| sure && word.may_become(Tag::Header(key), least);
        if is_address(key) && names_country(text) && may_be(key, LEAST) {
            after_country = Some(at + 1);
            draw(word, key);
        } else if is_address(key) && after_country == Some(at) && is_postal_code(text) {
            draw(word, key);
        } else if key == FieldKey::VesselName
            && is_voyage(text)
            && may_be(FieldKey::VoyageNumber, LEAST_OF_VOYAGE)
        {
            draw(word, FieldKey::VoyageNumber);
            word.begins = DRAWN;
        } else if TOTALS.contains(&key) && is_unit_of_mass(text) && may_be(key, LEAST) {
            draw(word, key);
        }
    }
}

fn draw(word: &mut TaggedWord, key: FieldKey) {
    word.turn_into(Tag::Header(key), DRAWN, 1.0 - DRAWN);
}

fn is_postal_code(text: &str) -> bool {
    POSTAL_FIGURES.contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit())
}

fn is_voyage(text: &str) -> bool {
    VOYAGE.contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
        && text.chars().filter(char::is_ascii_digit).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;
    use FieldKey::{SellerAddress, TotalGrossMassKg, VesselName, VoyageNumber};

    /// How many words behind a text of `before` are drawn to `wanted`, of which the first may be it by `may_be`.
    fn drawn(before: (FieldKey, &str), behind: &str, wanted: FieldKey, may_be: f32) -> usize {
        let wanted = Tag::Header(wanted);
        let first = before.1.split(' ').count();
        let mut page = PageOf::invoice()
            .header(before.0, 0.1, 0.1, before.1)
            .print(0.1 + 0.0095 * (before.1.len() + 1) as f32, 0.1, behind)
            .page();
        page.words[first].others = vec![(wanted, may_be)];
        let mut words = page.words.clone();
        draw_right_behind(&page, &Shape::of(&page), &mut words);
        let behind = words.iter().skip(first);
        behind.filter(|word| word.tag == wanted).count()
    }

    #[test]
    fn a_country_and_its_postal_code_belong_to_the_address_before_them() {
        let behind =
            |text, may_be| drawn((SellerAddress, "12 Quay Road"), text, SellerAddress, may_be);
        assert_eq!(behind("Singapore 048621", 0.2), 2);
        assert_eq!(behind("Singapore, Tel 048621", 0.2), 1);
        assert_eq!(behind("Telephone 048621", 0.2), 0);
        assert_eq!(behind("Singapore 048621", 0.05), 0);
    }

    #[test]
    fn a_unit_belongs_to_the_mass_before_it() {
        let behind =
            |text, may_be| drawn((TotalGrossMassKg, "59.491"), text, TotalGrossMassKg, may_be);
        assert_eq!(behind("t", 0.2), 1);
        assert_eq!(behind("t", 0.05), 0);
        assert_eq!(behind("CBM", 0.2), 0);
    }

    #[test]
    fn a_voyage_stands_behind_its_vessel() {
        let behind =
            |text, may_be| drawn((VesselName, "NORDIC FALCON"), text, VoyageNumber, may_be);
        assert_eq!(behind("045W", 0.2), 1);
        // A number of the IMO, a word, and what the model does not think likely.
        assert_eq!(behind("9074729", 0.2), 0);
        assert_eq!(behind("FLAG", 0.2), 0);
        assert_eq!(behind("045W", 0.01), 0);
    }
}
