//! Numbers that are printed in groups with spaces (`742 573,19`) are one number.
//!
//! The model sees words, and takes the first group for the value and the rest for another one, or for
//! nothing. Comes out: the tag of the first group on all of them, and no beginning but the first.

use crate::fragments::Shape;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, ValueForm};
use regex::Regex;
use std::sync::LazyLock;

/// Groups stand this close, in line heights; columns are farther apart. Where the model sees the same field
/// on both, the gap may be wider.
const SPACE: f32 = 0.7;
const SPACE_IN_FIELD: f32 = 1.6;
/// A word that is surely another field is no group.
const SURE: f32 = 0.6;

const QUANTITY: Tag = Tag::Cell(FieldKey::Quantity);
const UNIT: Tag = Tag::Cell(FieldKey::Unit);

static FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[€$£₺¥]|[A-Z]{3})?\d{1,3}(?:[ .,']\d{3})*$").expect("a constant pattern")
});
static NEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{3}(?:[.,]\d{1,4})?(?:[^\d.,]*|C62|H87)$").expect("a constant pattern")
});

pub fn join_spaced_numbers(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    for right in 1..words.len().min(read.len()) {
        let left = right - 1;
        let (a, b) = (&read[left], &read[right]);
        let gap = shape.in_heights(b.bbox.x0 - a.bbox.x1, a.bbox.height().max(b.bbox.height()));
        let groups = FIRST.is_match(&a.text) && NEXT.is_match(&b.text);
        let (tag, other) = (words[left].tag, words[right].tag);
        // No unit begins with three figures: its quantity's last group is glued to it.
        let is_glued = tag == QUANTITY && other == UNIT;
        let space = match tag == other || is_glued {
            true => SPACE_IN_FIELD,
            false => SPACE,
        };
        if !groups || a.line != b.line || !(-0.2..space).contains(&gap) {
            continue;
        }
        let may_change = other == tag || is_glued || words[right].probability < SURE;
        if is_number(tag) && may_change {
            if other != tag {
                words[right].tag = tag;
                words[right].probability = words[left].probability;
            }
            words[right].begins = 0.0;
        }
    }
}

/// Counts of packages are not so large, and codes are printed in groups of their own.
fn is_number(tag: Tag) -> bool {
    matches!(tag, Tag::Header(key) | Tag::Cell(key)
        if matches!(key.value_form(), ValueForm::Decimal | ValueForm::MassKg))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;
    use docexam_domain::FieldKey::{LineAmount, Quantity, TotalAmount};

    fn joined(page: &TaggedPage) -> Vec<(Tag, bool)> {
        let mut words = page.words.clone();
        join_spaced_numbers(page, &Shape::of(page), &mut words);
        words
            .iter()
            .map(|word| (word.tag, word.begins > 0.5))
            .collect()
    }

    #[test]
    fn groups_are_one_number() {
        let mut page = PageOf::invoice()
            .header(TotalAmount, 0.1, 0.1, "€1 742 573,19")
            .page();
        page.words[1].begins = 0.97;
        page.words[2].tag = Tag::Outside;
        page.words[2].probability = 0.5;
        let total = Tag::Header(TotalAmount);
        assert_eq!(
            joined(&page),
            [(total, true), (total, false), (total, false)]
        );
    }

    #[test]
    fn the_last_group_may_have_its_unit_glued_to_it() {
        for (tag, probability) in [(Tag::Outside, 0.5), (UNIT, 0.99)] {
            let mut page = PageOf::invoice()
                .cell(Quantity, 0.1, 0.1, "14 850C62")
                .page();
            page.words[1].tag = tag;
            page.words[1].probability = probability;
            assert_eq!(joined(&page), [(QUANTITY, true), (QUANTITY, false)]);
        }
    }

    #[test]
    fn columns_are_not_groups() {
        let page = PageOf::invoice()
            .cell(Quantity, 0.1, 0.1, "5")
            .cell(LineAmount, 0.13, 0.1, "100,00")
            .cell(Quantity, 0.1, 0.2, "5")
            .cell(LineAmount, 0.118, 0.2, "100,00")
            .page();
        assert!(joined(&page).iter().all(|(_, begins)| *begins));
    }
}
