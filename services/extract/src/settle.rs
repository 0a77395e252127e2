//! Tags of neighbouring words made to agree with each other.
//!
//! The model judges each word by itself: which field it is part of, and whether it begins a mention. On
//! a run of words that stand close together on one line the two must fit: a word of another field begins
//! a mention, a word that begins none goes on with the field before it. The best sequence of tags for a
//! run is found by dynamic programming. Comes out: the same words with the tags of that sequence.
//! What stands on several lines or far apart has rules of its own: `continued`, `right_behind`, `captioned`, `brackets`,
//! `iban_heads`, `origins`, `spaced_numbers`, `wrapped`, `line_sums`, `columns`, `code_column`, `postal_lines`.

use crate::brackets::close_brackets;
use crate::captioned::heed_captions;
use crate::code_column::draw_codes;
use crate::columns::agree_in_columns;
use crate::continued::continue_below;
use crate::fragments::{Shape, is_ruled_off};
use crate::iban_heads::join_iban_heads;
use crate::line_sums::heed_line_sums;
use crate::mentions::is_quantity;
use crate::origins::read_origins;
use crate::postal_lines::draw_postal_lines;
use crate::right_behind::draw_right_behind;
use crate::spaced_numbers::join_spaced_numbers;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use crate::whole_dates::complete_dates;
use crate::wrapped::join_wrapped;
use docexam_domain::{ValueForm, Word};

/// Words of one text follow each other at less, in line heights.
const WORD_GAP: f32 = 1.5;
/// Probabilities are not believed beyond this, neither of tags nor of beginnings.
const LEAST: f32 = 0.02;

/// Lost where a mention ends although print goes on close behind it: most go on too.
const ENDS: f32 = 0.5;
/// Lost where a text begins although a word stands close before it and no mark parts them: `Kunden` in `Kunden AG
/// Mitte` is a caption by its meaning alone, and is none.
const BEGINS_AMID: f32 = 0.8;

pub fn settled(page: &TaggedPage) -> Vec<TaggedWord> {
    let shape = Shape::of(page);
    let mut words = page.words.clone();
    continue_below(page, &shape, &mut words);
    draw_right_behind(page, &shape, &mut words);
    let count = words.len().min(page.reading.words.len());
    let mut start = 0;
    for end in 1..=count {
        if end == count || !adjoin(page, &shape, end - 1, end) {
            settle_run(&page.reading.words[start..end], &mut words[start..end]);
            start = end;
        }
    }
    draw_postal_lines(page, &shape, &mut words);
    drop_rates(page, &shape, &mut words);
    heed_captions(page, &shape, &mut words);
    close_brackets(page, &shape, &mut words);
    join_iban_heads(page, &shape, &mut words);
    read_origins(page, &shape, &mut words);
    join_spaced_numbers(page, &shape, &mut words);
    join_wrapped(page, &shape, &mut words);
    complete_dates(page, &shape, &mut words);
    heed_line_sums(page, &shape, &mut words);
    agree_in_columns(page, &mut words);
    draw_codes(page, &shape, &mut words);
    words
}

/// The 19 of `19 % VAT` is no amount, price or count.
fn drop_rates(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    for at in 1..words.len().min(page.reading.words.len()) {
        let is_rate =
            page.reading.words[at].text.starts_with('%') && adjoin(page, shape, at - 1, at);
        let number = &mut words[at - 1];
        let is_number = matches!(number.tag, Tag::Header(key) | Tag::Cell(key) if is_quantity(key));
        if is_rate && is_number {
            number.tag = Tag::Outside;
        }
    }
}

/// Whether two words follow each other on a line as the words of one text do.
pub fn adjoin(page: &TaggedPage, shape: &Shape, left: usize, right: usize) -> bool {
    let (Some(a), Some(b)) = (page.reading.words.get(left), page.reading.words.get(right)) else {
        return false;
    };
    let gap = (b.bbox.x0 - a.bbox.x1).max(a.bbox.x0 - b.bbox.x1);
    let height = a.bbox.height().max(b.bbox.height());
    a.line == b.line
        && shape.in_heights(gap, height) < WORD_GAP
        && !is_ruled_off(&page.reading.ruling, &a.bbox, &b.bbox)
}

fn settle_run(read: &[Word], run: &mut [TaggedWord]) {
    if run.len() < 2 {
        return;
    }
    let options: Vec<Vec<(Tag, f32)>> = run.iter().map(options).collect();
    // best[i][k]: score of the best sequence that ends with option k of word i, and the option before.
    let mut best: Vec<Vec<(f32, usize)>> = Vec::with_capacity(run.len());
    for (index, here) in options.iter().enumerate() {
        let before = index.checked_sub(1).map(|b| (&options[b], &best[b]));
        let amid = index > 0 && goes_on(&read[index - 1].text);
        let row = here
            .iter()
            .map(|(tag, probability)| {
                let own = bounded(*probability).ln();
                let Some((tags_before, scores_before)) = before else {
                    return (own, 0);
                };
                tags_before
                    .iter()
                    .zip(scores_before)
                    .enumerate()
                    .map(|(k, ((tag_before, _), (score, _)))| {
                        (
                            score + transition(*tag_before, *tag, run[index].begins, amid) + own,
                            k,
                        )
                    })
                    .max_by(|a, b| a.0.total_cmp(&b.0))
                    .unwrap_or((own, 0))
            })
            .collect();
        best.push(row);
    }
    let last = best.last().into_iter().flatten().enumerate();
    let Some((mut chosen, _)) = last.max_by(|a, b| a.1.0.total_cmp(&b.1.0)) else {
        return;
    };
    for index in (0..run.len()).rev() {
        if let Some((tag, probability)) = options[index].get(chosen) {
            run[index].tag = *tag;
            run[index].probability = *probability;
        }
        chosen = best[index].get(chosen).map_or(0, |(_, before)| *before);
    }
}

/// What a word may be: its tag and the next probable ones.
fn options(word: &TaggedWord) -> Vec<(Tag, f32)> {
    let first = (word.tag, word.probability);
    std::iter::once(first)
        .chain(word.others.iter().copied())
        .collect()
}

/// Whether print goes on behind this word: it is a word, and no mark ends it.
fn goes_on(text: &str) -> bool {
    text.ends_with(char::is_alphabetic) && text.chars().count() > 1
}

/// How well a word with this probability of beginning a mention stands behind a word of another tag; `amid` where
/// nothing parts the two.
fn transition(before: Tag, here: Tag, begins: f32, amid: bool) -> f32 {
    let begins = bounded(begins);
    if here == Tag::Outside {
        // The model is taught that print outside fields begins nothing.
        let ends = if before == Tag::Outside { 0.0 } else { ENDS };
        (1.0 - begins).ln() - ends
    } else if here == before {
        // Goes on, or is a second value of the same field.
        begins.max(1.0 - begins).ln()
    } else {
        let is_text = matches!(here, Tag::Header(key) if key.value_form() == ValueForm::Text);
        let lost = match amid && is_text && before == Tag::Outside {
            true => BEGINS_AMID,
            false => 0.0,
        };
        begins.ln() - lost
    }
}

fn bounded(probability: f32) -> f32 {
    if probability.is_nan() {
        LEAST
    } else {
        probability.clamp(LEAST, 1.0 - LEAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;
    use docexam_domain::FieldKey::{BuyerName, LineAmount, SellerName};

    const NAME: Tag = Tag::Header(SellerName);

    fn tags(page: &TaggedPage) -> Vec<Tag> {
        settled(page).into_iter().map(|word| word.tag).collect()
    }

    fn doubt(page: &mut TaggedPage, index: usize, tag: Tag, probability: f32) {
        let word = &mut page.words[index];
        word.others = vec![(word.tag, 0.9 - probability)];
        word.tag = tag;
        word.probability = probability;
    }

    #[test]
    fn a_doubtful_word_goes_with_its_neighbours() {
        let mut page = PageOf::invoice()
            .header(SellerName, 0.1, 0.1, "Acme & Sons Ltd")
            .page();
        // The hole, the end, and the first word, each more probably outside than not.
        for index in [0, 1, 3] {
            doubt(&mut page, index, Tag::Outside, 0.5);
        }
        assert_eq!(tags(&page), [NAME; 4]);
        page.words[1].tag = Tag::Header(BuyerName);
        assert_eq!(tags(&page)[1], NAME);
    }

    #[test]
    fn what_the_model_is_sure_of_stands() {
        let page = PageOf::invoice()
            .print(0.1, 0.1, "Seller:")
            .header(SellerName, 0.18, 0.1, "Acme Ltd")
            .page();
        assert_eq!(tags(&page), [Tag::Outside, NAME, NAME]);
    }

    #[test]
    fn a_name_begins_where_its_print_begins_unless_a_mark_parts_them() {
        let name = |first: &str| {
            let mut page = PageOf::invoice()
                .header(SellerName, 0.1, 0.1, &format!("{first} AG Mitte"))
                .page();
            page.words[0].others = vec![(NAME, 0.28)];
            (page.words[0].tag, page.words[0].probability) = (Tag::Outside, 0.7);
            page.words[1].begins = 0.4;
            tags(&page)[0]
        };
        assert_eq!(name("Kunden"), NAME);
        assert_eq!(name("Kunden:"), Tag::Outside);
    }

    #[test]
    fn a_rate_is_no_amount() {
        let page = PageOf::invoice()
            .cell(LineAmount, 0.1, 0.1, "19")
            .print(0.12, 0.1, "% VAT")
            .cell(LineAmount, 0.5, 0.1, "100.00")
            .page();
        let amount = Tag::Cell(LineAmount);
        assert_eq!(tags(&page)[0], Tag::Outside);
        assert_eq!(tags(&page)[3], amount);
    }

    #[test]
    fn a_far_neighbour_has_no_say() {
        let mut page = PageOf::invoice()
            .header(SellerName, 0.1, 0.1, "Acme")
            .header(SellerName, 0.5, 0.1, "Zenith")
            .page();
        doubt(&mut page, 1, Tag::Outside, 0.5);
        assert_eq!(tags(&page), [NAME, Tag::Outside]);
    }
}
