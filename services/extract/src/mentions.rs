//! Fragments of header fields to mentions: what one key says in one place.
//!
//! Goes in: the fragments of a page. Comes out: mentions with the text as printed (lines joined by a
//! line break) and a confidence. Deliberately absent: choosing among mentions, and cells of rows.

use crate::fragments::{Fragment, Shape, fragments, same_line, text_of};
use crate::tagged::{Tag, TaggedPage};
use docexam_domain::{FieldKey, Rect, ValueForm};

/// Lines of one paragraph are closer than this many line heights.
const PARAGRAPH_GAP: f32 = 1.3;
/// One lost line, or two, between lines of an address.
const LOST_LINE_GAP: f32 = 3.4;
/// A block goes on below, whatever the model thinks of the first word there, when it is this close.
const BLOCK_GAP: f32 = 0.8;
/// A first word less probable than this goes on from the line above, also in numbers.
const CONTINUES: f32 = 0.3;
/// A first word as improbable as this goes on even where it is not below its text: at the left edge of the box, below the caption.
const SURELY_CONTINUES: f32 = 0.1;
/// Left edges of one paragraph differ by less, in line heights.
const INDENT: f32 = 3.0;

#[derive(Clone, Debug)]
pub struct Mention {
    pub key: FieldKey,
    /// Index of the page among those given.
    pub page: usize,
    /// Index of the first word on the page, for reading order.
    pub first_word: usize,
    /// As printed; never changed.
    pub text: String,
    /// On the upright page.
    pub bbox: Rect,
    /// Probability of the tag times confidence of the reader, [0, 1].
    pub confidence: f32,
}

/// Page and word, for reading order and for telling prints apart.
pub type Place = (usize, usize);

impl Mention {
    pub fn place(&self) -> Place {
        (self.page, self.first_word)
    }
}

/// Mentions of header fields on one page, in reading order.
pub fn mentions(page_index: usize, page: &TaggedPage) -> Vec<Mention> {
    let mut groups: Vec<Vec<Fragment>> = Vec::new();
    for fragment in fragments(page_index, page) {
        let Tag::Header(key) = fragment.tag else {
            continue;
        };
        match goes_on_from(key, page, &groups, &fragment) {
            Some(above) => groups[above].push(fragment),
            None => groups.push(vec![fragment]),
        }
    }
    groups
        .iter()
        .filter_map(|group| {
            let Tag::Header(key) = group.first()?.tag else {
                return None;
            };
            mention(key, page, group)
        })
        .collect()
}

/// The group, printed just above, that the fragment goes on from.
fn goes_on_from(
    key: FieldKey,
    page: &TaggedPage,
    groups: &[Vec<Fragment>],
    next: &Fragment,
) -> Option<usize> {
    if !may_go_on(key, page, next) {
        return None;
    }
    let shape = Shape::of(page);
    let line_start = line_start(page, next);
    let above = |index: &usize| {
        groups[*index]
            .last()
            .is_some_and(|last| is_below(last, next))
    };
    let latest = |fits: &dyn Fn(&[Fragment]) -> bool| {
        let mut printed_above = (0..groups.len()).rev().filter(above);
        printed_above.find(|index| fits(&groups[*index]))
    };
    let aligned = latest(&|group| goes_on_below(key, group, next, line_start, &shape))
        .or_else(|| latest(&|group| goes_on_below_caption(page, group, next, &shape)))?;
    // A line that breaks inside a value goes on at the left edge, wherever the value began: of the
    // values on the line above, the last one is the broken one.
    let broken_line = groups[aligned].last()?.bbox;
    let last_there = (aligned..groups.len()).rev().filter(above).find(|index| {
        groups[*index]
            .last()
            .is_some_and(|last| same_line(&last.bbox, &broken_line))
    });
    if next.begins < CONTINUES && !is_block(key) {
        last_there
    } else {
        Some(aligned)
    }
}

/// Whether a fragment can be the rest of what is above it: figures below an amount are another amount,
/// but its unit may stand there.
pub fn may_go_on(key: FieldKey, page: &TaggedPage, next: &Fragment) -> bool {
    let figures = || text_of(page, &next.words).contains(char::is_numeric);
    !is_quantity(key) || !figures()
}

/// Amounts, counts and masses.
pub fn is_quantity(key: FieldKey) -> bool {
    matches!(
        key.value_form(),
        ValueForm::Decimal | ValueForm::Integer | ValueForm::MassKg
    )
}

fn is_below(last: &Fragment, next: &Fragment) -> bool {
    let (_, gap) = gap_between(last, next);
    last.tag == next.tag && gap > -0.7 && gap < LOST_LINE_GAP
}

/// Height of their lines, and the gap between them in such heights.
fn gap_between(last: &Fragment, next: &Fragment) -> (f32, f32) {
    let height = last.bbox.height().max(next.bbox.height()).max(1e-4);
    (height, (next.bbox.y0 - last.bbox.y1) / height)
}

/// A mention made of fragments, in their order.
pub fn mention(key: FieldKey, page: &TaggedPage, parts: &[Fragment]) -> Option<Mention> {
    let first = parts.first()?;
    let words: Vec<usize> = parts.iter().flat_map(|p| p.words.iter().copied()).collect();
    let bbox = parts.iter().fold(first.bbox, |all, p| all.union(&p.bbox));
    let count = parts.len() as f32;
    let confidence = parts.iter().map(|p| confidence(key, p)).sum::<f32>() / count;
    Some(Mention {
        key,
        page: first.page,
        first_word: words.iter().copied().min().unwrap_or(0),
        text: text_of(page, &words),
        bbox,
        confidence,
    })
}

/// A number is as sure as its least sure word; a text as its words on average.
fn confidence(key: FieldKey, fragment: &Fragment) -> f32 {
    let read = match key.value_form() {
        ValueForm::Text => fragment.read_confidence,
        _ => fragment.lowest_confidence,
    };
    (fragment.tag_probability * read).clamp(0.0, 1.0)
}

/// Where the line of a fragment begins: with the code of the country before a town (`DE 20457 Hamburg`), if there is one.
fn line_start(page: &TaggedPage, next: &Fragment) -> f32 {
    let before = next.words.first().and_then(|first| first.checked_sub(1));
    let country = before.and_then(|at| {
        let (word, tag) = (page.reading.words.get(at)?, page.words.get(at)?.tag);
        let is_country = matches!(tag, Tag::Header(key) if key.value_form() == ValueForm::Country);
        (is_country && same_line(&word.bbox, &next.bbox)).then_some(word.bbox.x0)
    });
    country.unwrap_or(next.bbox.x0).min(next.bbox.x0)
}

/// `line_start` is where the line of `next` begins.
fn goes_on_below(
    key: FieldKey,
    group: &[Fragment],
    next: &Fragment,
    line_start: f32,
    shape: &Shape,
) -> bool {
    let Some(last) = group.last() else {
        return false;
    };
    let (height, gap) = gap_between(last, next);
    let all = group
        .iter()
        .fold(last.bbox, |all, part| all.union(&part.bbox));
    let indent = shape.in_heights((line_start - all.x0).abs(), height);
    let overlaps = next.bbox.x0 < all.x1 && next.bbox.x1 > all.x0;
    if gap > PARAGRAPH_GAP {
        // A line of an address was lost, or a telephone number stands in it.
        return is_address(key) && indent < 1.0 && next.begins < 0.5;
    }
    // The model must see a continuation; in narrow boxes numbers wrap too, but there it must be sure.
    let next_in_reading = last.words.last().map(|w| w + 1) == next.words.first().copied();
    if next_in_reading && next.begins < CONTINUES {
        return true;
    }
    if !(indent < INDENT || overlaps) {
        return false;
    }
    let surely_first = if is_paragraph(key) { 0.5 } else { CONTINUES };
    (is_block(key) && gap < BLOCK_GAP) || next.begins < surely_first
}

/// Whether the line of the text above begins, with a caption, where `next` does: `Vessel: SOUTHERN`, and `SPIRIT` below `Vessel`.
fn goes_on_below_caption(
    page: &TaggedPage,
    group: &[Fragment],
    next: &Fragment,
    shape: &Shape,
) -> bool {
    let Some(last) = group.last().filter(|_| next.begins < SURELY_CONTINUES) else {
        return false;
    };
    let (height, gap) = gap_between(last, next);
    let is_caption = |word: &Rect| {
        same_line(word, &last.bbox)
            && word.x1 <= last.bbox.x0
            && shape.in_heights((word.x0 - next.bbox.x0).abs(), height) < 1.0
    };
    let mut words = page.reading.words.iter();
    gap < PARAGRAPH_GAP && words.any(|word| is_caption(&word.bbox))
}

pub fn is_address(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::SellerAddress | FieldKey::BuyerAddress | FieldKey::ConsigneeAddress
    )
}

pub fn is_party_name(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::SellerName
            | FieldKey::BuyerName
            | FieldKey::ConsigneeName
            | FieldKey::NotifyPartyName
            | FieldKey::ProducerName
    )
}

/// Stands once in a place, over several lines: what is printed close below belongs to it.
fn is_block(key: FieldKey) -> bool {
    is_address(key) || key == FieldKey::Marks
}

/// Texts that are usually printed over several lines; numbers, dates and codes are not.
fn is_paragraph(key: FieldKey) -> bool {
    is_block(key)
        || is_party_name(key)
        || matches!(
            key,
            FieldKey::IssuingAuthority
                | FieldKey::PaymentTerms
                | FieldKey::Treatment
                | FieldKey::AdditionalDeclaration
                | FieldKey::SpeciesName
                | FieldKey::Standard
                | FieldKey::Form
                | FieldKey::OriginCriterion
                | FieldKey::IncotermPlace
                | FieldKey::PortOfLoading
                | FieldKey::PortOfDischarge
                | FieldKey::CountryOfOrigin
                | FieldKey::CountryOfDestination
        )
}

#[cfg(test)]
mod tests;
