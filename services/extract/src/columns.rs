//! Numbers of one column made to agree on what the column is.
//!
//! The model judges each number by itself and in a long table now and then takes a net mass for a gross
//! one. Numbers that stand below each other form a column; where most of its probability lies on one
//! key, doubtful members take that key over. Columns that alternate between two keys (rows of two
//! printed lines) have no such majority and are left alone.

use crate::settle::settled;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::FieldKey;
use std::ops::Range;

/// Fewer numbers make no column.
const FEWEST: usize = 4;
/// Share of a column's probability that its key must have.
const MAJORITY: f32 = 0.65;
/// A member surer than this keeps its tag.
const SURE: f32 = 0.85;
/// So many columns must go on below those of the page before.
const FEWEST_CONTINUED: usize = 2;
/// A head stands less than this above the first number, in heights of that.
const HEAD_GAP: f32 = 5.0;
/// A key from the page before is believed so much at most.
const CARRIED: f32 = 0.85;

pub fn agree_in_columns(page: &TaggedPage, words: &mut [TaggedWord]) {
    for column in columns(page, words) {
        let key = (column.members.len() >= FEWEST).then(|| key_of(&column.members, words));
        if let Some(key) = key.flatten() {
            for index in column.members {
                take_over(&mut words[index], key);
            }
        }
    }
}

/// Tables that go on over pages without their head: their columns keep the keys of the page that has it.
/// `group` are the pages of one document, in order.
pub fn carry_over(pages: &mut [TaggedPage], group: &[usize]) {
    // Most documents have one page, and nothing to carry.
    if group.len() < 2 {
        return;
    }
    let mut known: Vec<(Range<f32>, Tag)> = Vec::new();
    for page in group {
        let Some(page) = pages.get_mut(*page) else {
            continue;
        };
        let words = settled(page);
        let columns = columns(page, &words);
        let before = |column: &Column| {
            let found = known.iter().find(|(span, _)| overlap(span, &column.span));
            found.map(|(_, key)| *key)
        };
        let continued: Vec<(&Column, Tag)> = columns
            .iter()
            .filter_map(|column| Some((column, before(column)?)))
            .collect();
        if continued.len() >= FEWEST_CONTINUED && !has_head(page, &words, &columns) {
            for (column, key) in continued {
                for member in &column.members {
                    keep(&mut page.words[*member], key);
                }
            }
        } else if !columns.is_empty() {
            known = columns
                .into_iter()
                .filter_map(|c| Some((c.span, key_of(&c.members, &words)?)))
                .collect();
        }
    }
}

/// Numbers that stand below each other.
struct Column {
    members: Vec<usize>,
    /// From the leftmost to the rightmost of them, in shares of the page's width.
    span: Range<f32>,
}

/// Columns from left to right. Their numbers may end or begin at one place; either way they overlap.
fn columns(page: &TaggedPage, words: &[TaggedWord]) -> Vec<Column> {
    let read = &page.reading.words;
    let is_number = |index: &usize| {
        let text = read[*index].text.as_str();
        is_column_tag(words[*index].tag) && text.chars().any(|c| c.is_ascii_digit())
    };
    let mut numbers: Vec<usize> = (0..words.len().min(read.len())).filter(is_number).collect();
    numbers.sort_by(|a, b| read[*a].bbox.x0.total_cmp(&read[*b].bbox.x0));
    let mut columns: Vec<Column> = Vec::new();
    for index in numbers {
        let bbox = &read[index].bbox;
        match columns.last_mut() {
            Some(column) if bbox.x0 < column.span.end => {
                column.members.push(index);
                column.span.end = column.span.end.max(bbox.x1);
            }
            _ => columns.push(Column {
                members: vec![index],
                span: bbox.x0..bbox.x1,
            }),
        }
    }
    columns
}

fn overlap(one: &Range<f32>, other: &Range<f32>) -> bool {
    let shared = one.end.min(other.end) - one.start.max(other.start);
    shared > 0.5 * (one.end - one.start).min(other.end - other.start)
}

/// Whether words stand above the columns, where the words of a head would stand.
fn has_head(page: &TaggedPage, words: &[TaggedWord], columns: &[Column]) -> bool {
    let read = &page.reading.words;
    let headed = columns.iter().filter(|column| {
        let boxes = column.members.iter().map(|member| &read[*member].bbox);
        let Some(first) = boxes.min_by(|a, b| a.y0.total_cmp(&b.y0)) else {
            return false;
        };
        let lowest_head = first.y0 - HEAD_GAP * first.height();
        read.iter().zip(words).any(|(word, tagged)| {
            tagged.tag == Tag::Outside
                && word.text.chars().filter(|c| c.is_alphabetic()).count() >= 2
                && word.bbox.y1 > lowest_head
                && word.bbox.y1 <= first.y0 + 0.3 * first.height()
                && overlap(&(word.bbox.x0..word.bbox.x1), &column.span)
        })
    });
    2 * headed.count() > columns.len()
}

fn keep(word: &mut TaggedWord, key: Tag) {
    if word.tag != key {
        let own = (word.tag, word.probability);
        word.others.insert(0, own);
        word.tag = key;
        word.probability = word.probability.min(CARRIED);
    }
}

fn is_column_tag(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Cell(
            FieldKey::Quantity
                | FieldKey::UnitPrice
                | FieldKey::LineAmount
                | FieldKey::NetMassKg
                | FieldKey::GrossMassKg
                | FieldKey::Packages
                | FieldKey::DiscountAmount
        )
    )
}

/// The tag that has the clear majority of the column's probability.
fn key_of(column: &[usize], words: &[TaggedWord]) -> Option<Tag> {
    let mut votes: Vec<(Tag, f32)> = Vec::new();
    let own = |word: &TaggedWord| (word.tag, word.probability);
    for word in column.iter().map(|index| &words[*index]) {
        let all = std::iter::once(own(word)).chain(word.others.iter().copied());
        for (tag, probability) in all.filter(|(tag, p)| is_column_tag(*tag) && p.is_finite()) {
            match votes.iter_mut().find(|(voted, _)| *voted == tag) {
                Some((_, sum)) => *sum += probability,
                None => votes.push((tag, probability)),
            }
        }
    }
    let total: f32 = votes.iter().map(|(_, sum)| sum).sum();
    let (tag, most) = votes.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (most > MAJORITY * total).then_some(tag)
}

fn take_over(word: &mut TaggedWord, tag: Tag) {
    let possible = word.others.iter().find(|(other, _)| *other == tag);
    if let Some((_, probability)) = possible.copied()
        && word.tag != tag
        && word.probability < SURE
    {
        word.tag = tag;
        word.probability = probability.max(1.0 - word.probability);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;
    use FieldKey::{GrossMassKg, NetMassKg};

    /// Three rows of net and gross mass, with or without a head.
    fn masses(head: bool, keys: [FieldKey; 2]) -> TaggedPage {
        let mut sheet = PageOf::invoice();
        if head {
            sheet = sheet.print(0.3, 0.27, "Net").print(0.5, 0.27, "Gross");
        }
        for row in 0..3 {
            let y = 0.3 + row as f32 * 0.03;
            sheet = sheet.cell(keys[0], 0.3, y, "120.00");
            sheet = sheet.cell(keys[1], 0.5, y, "130.00");
        }
        sheet.page()
    }

    #[test]
    fn columns_go_on_over_pages_without_a_head() {
        let right = [NetMassKg, GrossMassKg];
        let keys = |page: &TaggedPage| -> Vec<Tag> {
            let numbers = page.reading.words.iter().zip(&page.words);
            let numbers = numbers.filter(|(word, _)| word.text.ends_with(".00"));
            numbers.map(|(_, tagged)| tagged.tag).collect()
        };
        let swapped = [GrossMassKg, NetMassKg];
        let mut pages = [masses(true, right), masses(false, swapped)];
        carry_over(&mut pages, &[0, 1]);
        assert_eq!(keys(&pages[1]), keys(&masses(true, right)));
        // A head of its own speaks for itself.
        let mut pages = [masses(true, right), masses(true, swapped)];
        carry_over(&mut pages, &[0, 1]);
        assert_eq!(keys(&pages[1]), keys(&masses(true, swapped)));
    }

    fn column(doubtful: &[usize]) -> Vec<Tag> {
        let mut sheet = PageOf::invoice();
        for row in 0..6 {
            sheet = sheet.cell(GrossMassKg, 0.7, 0.3 + row as f32 * 0.03, "120.00");
        }
        let page = sheet.page();
        let mut words = page.words.clone();
        for index in doubtful {
            words[*index].tag = Tag::Cell(NetMassKg);
            words[*index].probability = 0.6;
            words[*index].others = vec![(Tag::Cell(GrossMassKg), 0.35)];
        }
        agree_in_columns(&page, &mut words);
        words.into_iter().map(|word| word.tag).collect()
    }

    #[test]
    fn a_doubtful_number_follows_its_column() {
        assert_eq!(column(&[2]), [Tag::Cell(GrossMassKg); 6]);
    }

    #[test]
    fn a_column_of_two_keys_is_left_alone() {
        let tags = column(&[0, 2, 4, 5]);
        assert_eq!(tags[0], Tag::Cell(NetMassKg));
        assert_eq!(tags[1], Tag::Cell(GrossMassKg));
    }
}
