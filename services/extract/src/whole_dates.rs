//! Dates of which the model saw only a part: `February` and below it `3, 2024`, `10th` above `September 2025`.
//!
//! Goes in: the tags of a page. Comes out: the same, with the tag on all words that make a day together. A date
//! that is whole stays as it is, and so does one that nothing beside, above or below completes.

use crate::fragments::{NEXT_LINE, Shape, text_of};
use crate::normalise::{Context, normalise};
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, Rect, ValueForm, Word};
use std::ops::Range;

/// A day is at most so many words, and so many of them may be missing on one side.
const MOST_MISSING: usize = 3;
/// Words of a date stand closer, in line heights.
const GAP: f32 = 1.6;
/// A box in which a date is broken is not wider.
const WIDEST_BOX: f32 = 14.0;
/// What the model is surer of than this is no part of a date.
const SURE: f32 = 0.9;

pub fn complete_dates(page: &TaggedPage, shape: &Shape, tags: &mut [TaggedWord]) {
    let read = &page.reading.words;
    let count = tags.len().min(read.len());
    let mut from = 0;
    while let Some(start) = (from..count).find(|at| is_date(tags[*at].tag)) {
        let goes_on = |at: &usize| {
            tags[*at].tag == tags[start].tag
                && read[*at].line == read[start].line
                && (*at == start || tags[*at].begins < 0.5)
        };
        let end = start + (start..count).take_while(goes_on).count();
        from = end;
        if is_day(page, &(start..end).collect::<Vec<usize>>()) {
            continue;
        }
        if let Some(whole) = completed(page, shape, tags, start..end) {
            let (tag, probability) = (tags[start].tag, tags[start].probability);
            for (place, index) in whole.into_iter().enumerate() {
                let word = &mut tags[index];
                word.tag = tag;
                word.probability = probability;
                word.begins = if place == 0 { 1.0 } else { 0.0 };
            }
        }
    }
}

fn is_date(tag: Tag) -> bool {
    matches!(tag, Tag::Header(key) if key.value_form() == ValueForm::Date)
}

fn is_day(page: &TaggedPage, words: &[usize]) -> bool {
    let text = text_of(page, words).replace('\n', " ");
    let found = normalise(FieldKey::IssueDate, &text, &Context::default());
    found.value.is_some() || found.alternatives.len() > 1
}

/// The words of the day that `part` is a part of, in their order.
fn completed(
    page: &TaggedPage,
    shape: &Shape,
    tags: &[TaggedWord],
    part: Range<usize>,
) -> Option<Vec<usize>> {
    let read = &page.reading.words;
    let may_belong = |at: usize| {
        tags.get(at).is_some_and(|tagged| {
            is_date(tagged.tag) || tagged.tag == Tag::Outside || tagged.probability < SURE
        })
    };
    let here: Vec<usize> = part.clone().collect();
    let height = read[part.start].bbox.height().max(1e-4);
    let close = |left: usize, right: usize| {
        let gap = shape.in_heights(read[right].bbox.x0 - read[left].bbox.x1, height);
        read[left].line == read[right].line && gap < GAP
    };
    // Leftwards and rightwards along the line, as far as words stand close.
    let before = |mut at: usize| {
        let mut words = Vec::new();
        while words.len() < MOST_MISSING && at > 0 && close(at - 1, at) && may_belong(at - 1) {
            at -= 1;
            words.insert(0, at);
        }
        words
    };
    let after = |mut at: usize| {
        let mut words = Vec::new();
        let count = tags.len().min(read.len());
        while words.len() < MOST_MISSING
            && at + 1 < count
            && close(at, at + 1)
            && may_belong(at + 1)
        {
            at += 1;
            words.push(at);
        }
        words
    };
    let left = before(part.start);
    let right = after(part.end - 1);
    // The end of a line above, or the beginning of one below, in the same box.
    let above = lines_near(read, shape, &part, |here, other| here.y0 - other.y1)
        .filter(|at| may_belong(*at))
        .map(|at| before(at).into_iter().chain([at]).collect::<Vec<_>>());
    let below = lines_near(read, shape, &part, |here, other| other.y0 - here.y1)
        .filter(|at| may_belong(*at))
        .map(|at| [at].into_iter().chain(after(at)).collect::<Vec<_>>());
    let ends = |words: Vec<usize>| (0..words.len()).rev().map(move |n| words[n..].to_vec());
    let beginnings = |words: Vec<usize>| (1..=words.len()).map(move |n| words[..n].to_vec());
    let with_head = |head: Vec<usize>| [head, here.clone()].concat();
    let with_rest = |rest: Vec<usize>| [here.clone(), rest].concat();
    ends(left)
        .map(with_head)
        .chain(beginnings(right).map(with_rest))
        .chain(above.flat_map(ends).map(with_head))
        .chain(below.flat_map(beginnings).map(with_rest))
        .find(|whole| is_day(page, whole))
}

/// Words on the line whose distance is that of the next line, near the part and not beside its box.
fn lines_near<'a>(
    read: &'a [Word],
    shape: &'a Shape,
    part: &Range<usize>,
    distance: fn(&Rect, &Rect) -> f32,
) -> impl Iterator<Item = usize> + 'a {
    let words = &read[part.clone()];
    let first = words.first().map_or(Rect::default(), |word| word.bbox);
    let all = words.iter().fold(first, |all, word| all.union(&word.bbox));
    let height = all.height().max(1e-4);
    (0..read.len()).filter(move |at| {
        let other = &read[*at].bbox;
        let aside = (all.x0 - other.x1).max(other.x0 - all.x1);
        NEXT_LINE.contains(&(distance(&all, other) / height))
            && shape.in_heights(aside, height) < WIDEST_BOX
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LINE, PageOf};
    use FieldKey::{DocumentNumber, IssueDate};

    fn dated(page: &TaggedPage) -> Vec<String> {
        let mut tags = page.words.clone();
        complete_dates(page, &Shape::of(page), &mut tags);
        let words: Vec<usize> = (0..tags.len())
            .filter(|at| is_date(tags[*at].tag))
            .collect();
        let firsts: Vec<usize> = (0..words.len())
            .filter(|n| tags[words[*n]].begins > 0.5)
            .collect();
        let ends = firsts.iter().skip(1).copied().chain([words.len()]);
        firsts
            .iter()
            .zip(ends)
            .map(|(from, to)| text_of(page, &words[*from..to]))
            .collect()
    }

    #[test]
    fn the_missing_part_is_found_beside_above_and_below() {
        let below = 0.1 + LINE * 1.3;
        let page = PageOf::invoice()
            .print(0.1, 0.1, "Tax Point : February")
            .header(IssueDate, 0.1, below, "3, 2024")
            .print(0.1, 0.2, "Issued on 10th")
            .header(IssueDate, 0.236, 0.2, "September 2025")
            .header(IssueDate, 0.1, 0.3, "13th May")
            .print(0.1, 0.3 + LINE * 1.3, "2025 Hamburg")
            .page();
        assert_eq!(
            dated(&page),
            ["February\n3, 2024", "10th September 2025", "13th May\n2025"]
        );
    }

    #[test]
    fn whole_dates_sure_fields_and_what_makes_no_day_stay() {
        let page = PageOf::invoice()
            .header(IssueDate, 0.1, 0.1, "13.05.2024")
            .print(0.1, 0.1 + LINE * 1.3, "2025")
            .header(DocumentNumber, 0.1, 0.3, "May 12")
            .header(IssueDate, 0.1, 0.3 + LINE * 1.3, "2025")
            .print(0.1, 0.5, "page 2 of")
            .header(IssueDate, 0.25, 0.5, "2025")
            .page();
        assert_eq!(dated(&page), ["13.05.2024", "2025", "2025"]);
    }
}
