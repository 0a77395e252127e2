//! Numbers of one column made to agree on what the column is.
//!
//! The model judges each number by itself and in a long table now and then takes a net mass for a gross
//! one. Numbers that stand below each other form a column; where most of its probability lies on one
//! key, doubtful members take that key over. Columns that alternate between two keys (rows of two
//! printed lines) have no such majority and are left alone.

use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, Rect};

/// Fewer numbers make no column.
const FEWEST: usize = 4;
/// Share of a column's probability that its key must have.
const MAJORITY: f32 = 0.65;
/// A member surer than this keeps its tag.
const SURE: f32 = 0.85;

pub fn agree_in_columns(page: &TaggedPage, words: &mut [TaggedWord]) {
    let boxes: Vec<Rect> = page.reading.words.iter().map(|word| word.bbox).collect();
    let is_number = |index: usize| {
        let text = page.reading.words.get(index).map(|word| word.text.as_str());
        text.is_some_and(|text| text.chars().any(|c| c.is_ascii_digit()))
    };
    let mut numbers: Vec<usize> = (0..words.len().min(boxes.len()))
        .filter(|index| is_column_tag(words[*index].tag) && is_number(*index))
        .collect();
    numbers.sort_by(|a, b| boxes[*a].x1.total_cmp(&boxes[*b].x1));
    // Right-aligned columns end at one place: a gap between right ends parts two columns.
    for column in numbers.chunk_by(|a, b| boxes[*b].x1 - boxes[*a].x1 < ALIGNED) {
        if let Some(key) = key_of(column, words) {
            for index in column {
                take_over(&mut words[*index], key);
            }
        }
    }
}

/// Right ends of one column differ by less, as a share of the page's width.
const ALIGNED: f32 = 0.012;

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
    if column.len() < FEWEST {
        return None;
    }
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
