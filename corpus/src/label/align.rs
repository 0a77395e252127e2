//! Carries the truth over to the words that were read: each read word gets the label of the printed
//! words below it.
//!
//! Goes in: a reading and the printed words, both on the upright page. Comes out: the read words in
//! their order with labels, and how many printed words nobody read.
//! Splits and merges need no special case: labels go by overlapped area, `begins` and `starts_row`
//! to the first read word of each printed mention and row.
//! Deliberately absent: pixels and engines.

use crate::capture::Motion;
use crate::truth::{OUTSIDE, TruthWord};
use docexam_domain::{PageReading, Placement, Word};
use docexam_layout::{LabelledWord, PageWord};
use std::collections::{BTreeMap, HashSet};

/// A printed word counts as met if at least this share of the lower of both heights overlaps.
const SAME_LINE: f32 = 0.45;
/// … and this share of the narrower of both widths.
const SAME_PLACE: f32 = 0.3;
/// A read word this much taller than the print below it is a stamp or a picture over it.
const TALLER: f32 = 2.6;
/// A caption that was read as one word with its value gives way to the value.
const OUTSIDE_WEIGHT: f32 = 0.6;

/// Labelled words and what was lost on the way.
#[derive(Clone, Debug, Default)]
pub struct Labelling {
    pub words: Vec<LabelledWord>,
    /// For each read word, the printed words that it covers, in printing order.
    pub covers: Vec<Vec<usize>>,
    pub tally: Tally,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub printed: u32,
    /// Printed words below no read word.
    pub lost: u32,
    /// Printed words that belong to a field, and how many of them no labelled word covers. (A
    /// currency sign that was read as one word with its amount is not lost.)
    pub labelled: u32,
    pub labelled_lost: u32,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.printed += other.printed;
        self.lost += other.lost;
        self.labelled += other.labelled;
        self.labelled_lost += other.labelled_lost;
    }

    /// Share of printed words that were read, in [0, 1]; 1 for an empty page.
    pub fn recall(&self) -> f32 {
        share(self.printed - self.lost, self.printed)
    }

    /// Share of printed field words that were read and labelled, in [0, 1].
    pub fn label_recall(&self) -> f32 {
        share(self.labelled - self.labelled_lost, self.labelled)
    }
}

fn share(part: u32, whole: u32) -> f32 {
    if whole == 0 {
        1.0
    } else {
        part as f32 / whole as f32
    }
}

/// The printed words of a captured page where the reader's upright page has them.
pub fn upright_truth(
    printed: &[TruthWord],
    motion: &Motion,
    placement: &Placement,
) -> Vec<TruthWord> {
    let place = |word: &TruthWord| {
        let corners = motion.captured_corners(word.bbox);
        TruthWord {
            bbox: crate::capture::around(&corners.map(|corner| placement.upright_point(corner))),
            ..word.clone()
        }
    };
    printed.iter().map(place).collect()
}

/// Labels a reading; `truth` lies on the same upright page.
pub fn label_page(reading: &PageReading, truth: &[TruthWord]) -> Labelling {
    let mut labelling = Labelling::default();
    for word in &reading.words {
        let (label, covers) = judge(word, truth);
        labelling.words.push(LabelledWord {
            word: PageWord {
                text: word.text.clone(),
                bbox: [word.bbox.x0, word.bbox.y0, word.bbox.x1, word.bbox.y1],
                confidence: word.confidence,
                line: word.line,
            },
            label,
            begins: false,
            starts_row: false,
        });
        labelling.covers.push(covers);
    }
    mark_firsts(&mut labelling, truth);
    labelling.tally = tally(&labelling, truth);
    labelling
}

/// The label with most overlapped area, and all printed words below the read one.
fn judge(word: &Word, truth: &[TruthWord]) -> (String, Vec<usize>) {
    let mut covers = Vec::new();
    let mut votes: BTreeMap<&str, f32> = BTreeMap::new();
    for (index, printed) in truth.iter().enumerate() {
        let Some(area) = overlap(word, printed) else {
            continue;
        };
        covers.push(index);
        let weight = if printed.label == OUTSIDE {
            OUTSIDE_WEIGHT
        } else {
            1.0
        };
        let alike = 0.3 + common_letters(&word.text, &printed.text);
        *votes.entry(printed.label.as_str()).or_default() += area * weight * alike;
    }
    let winner = votes.iter().max_by(|a, b| a.1.total_cmp(b.1));
    (
        winner.map_or(OUTSIDE, |(label, _)| label).to_owned(),
        covers,
    )
}

/// Overlapped area, if the read word stands where the printed one does.
fn overlap(word: &Word, printed: &TruthWord) -> Option<f32> {
    let [x0, y0, x1, y1] = printed.bbox;
    let read = &word.bbox;
    let wide = read.x1.min(x1) - read.x0.max(x0);
    let high = read.y1.min(y1) - read.y0.max(y0);
    let (narrower, lower) = (read.width().min(x1 - x0), read.height().min(y1 - y0));
    let met = high > SAME_LINE * lower
        && wide > SAME_PLACE * narrower
        && wide > 0.0
        && read.height() < TALLER * (y1 - y0);
    met.then_some(wide * high.max(0.0))
}

/// Share of letters that both have, of the shorter text, in [0, 1]; misread words keep most of them.
fn common_letters(read: &str, printed: &str) -> f32 {
    let mut rest: Vec<char> = read.chars().flat_map(char::to_lowercase).collect();
    let shorter = read.chars().count().min(printed.chars().count());
    let common = printed
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|letter| {
            let found = rest.iter().position(|other| other == letter);
            found.map(|at| rest.swap_remove(at)).is_some()
        });
    common.count() as f32 / shorter.max(1) as f32
}

/// `begins` and `starts_row` move to the first read word of each mention and row.
fn mark_firsts(labelling: &mut Labelling, truth: &[TruthWord]) {
    let mentions = mentions(truth);
    let rows = rows(truth);
    let (mut begun, mut started) = (HashSet::new(), HashSet::new());
    for (word, covers) in labelling.words.iter_mut().zip(&labelling.covers) {
        for &index in covers
            .iter()
            .filter(|&&index| truth[index].label == word.label)
        {
            // The rest of a mention from the page before has no beginning here.
            if let Some(mention) = mentions[index].as_ref().filter(|mention| mention.1 > 0) {
                word.begins |= begun.insert(mention.clone());
            }
            if let Some(row) = rows[index] {
                word.starts_row |= started.insert(row);
            }
        }
    }
}

/// For each printed field word, its mention: the label, and the how-manieth mention of it.
pub(super) fn mentions(truth: &[TruthWord]) -> Vec<Option<(String, u32)>> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mention = |word: &'_ TruthWord, count: u32| Some((word.label.clone(), count));
    let mut all = Vec::with_capacity(truth.len());
    for word in truth {
        if word.label == OUTSIDE {
            all.push(None);
            continue;
        }
        let count = counts.entry(word.label.as_str()).or_default();
        *count += u32::from(word.begins);
        all.push(mention(word, *count));
    }
    all
}

/// For each printed cell word, the index of its row on the page, from 1; 0 for a row begun before.
fn rows(truth: &[TruthWord]) -> Vec<Option<u32>> {
    let mut row = 0;
    let number = |word: &TruthWord| {
        row += u32::from(word.starts_row);
        // A row that began on the page before has no start here.
        (word.label.starts_with("item.") && row > 0).then_some(row)
    };
    truth.iter().map(number).collect()
}

fn tally(labelling: &Labelling, truth: &[TruthWord]) -> Tally {
    let mut read = vec![false; truth.len()];
    let mut right = vec![false; truth.len()];
    for (word, covers) in labelling.words.iter().zip(&labelling.covers) {
        for &index in covers {
            read[index] = true;
            right[index] |= word.label != OUTSIDE;
        }
    }
    let mut tally = Tally::default();
    for (word, (read, right)) in truth.iter().zip(read.into_iter().zip(right)) {
        let labelled = word.label != OUTSIDE;
        tally.printed += 1;
        tally.lost += u32::from(!read);
        tally.labelled += u32::from(labelled);
        tally.labelled_lost += u32::from(labelled && !right);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::{PageStatus, ReadingSource, Rect};

    fn printed(text: &str, x0: f32, x1: f32, label: &str, begins: bool) -> TruthWord {
        TruthWord {
            text: text.to_owned(),
            bbox: [x0, 0.10, x1, 0.12],
            line: 0,
            label: label.to_owned(),
            begins,
            starts_row: label == "item.quantity",
        }
    }

    fn reading(words: &[(&str, f32, f32)]) -> PageReading {
        let word = |&(text, x0, x1): &(&str, f32, f32)| Word {
            text: text.to_owned(),
            bbox: Rect::new(x0, 0.103, x1, 0.117),
            confidence: 0.9,
            line: 0,
        };
        PageReading {
            status: PageStatus::Read,
            source: ReadingSource::Ocr,
            words: words.iter().map(word).collect(),
            ..PageReading::failed(0, 1, String::new())
        }
    }

    fn labels(labelling: &Labelling) -> Vec<(&str, bool)> {
        labelling
            .words
            .iter()
            .map(|word| (word.label.as_str(), word.begins))
            .collect()
    }

    #[test]
    fn a_split_word_begins_once_and_a_merged_one_covers_two() {
        let truth = [
            printed("INV-2026/17", 0.1, 0.2, "document_number", true),
            printed("Total", 0.3, 0.35, "O", false),
            printed("1.250,00", 0.36, 0.44, "total_amount", true),
        ];
        let read = reading(&[
            ("INV-", 0.1, 0.13),
            ("2026/17", 0.135, 0.2),
            ("Total1.250,00", 0.3, 0.44),
        ]);
        let labelling = label_page(&read, &truth);
        let expected = [
            ("document_number", true),
            ("document_number", false),
            ("total_amount", true),
        ];
        assert_eq!(labels(&labelling), expected);
        assert_eq!(labelling.tally.lost, 0);
        assert_eq!(labelling.covers[2], [1, 2]);
    }

    #[test]
    fn when_the_first_word_is_lost_the_next_one_begins() {
        let truth = [
            printed("Nordlicht", 0.1, 0.2, "seller_name", true),
            printed("GmbH", 0.21, 0.26, "seller_name", false),
            printed("40", 0.5, 0.52, "item.quantity", true),
            printed("Schrauben", 0.6, 0.7, "item.description", true),
        ];
        let read = reading(&[
            ("GmbH", 0.21, 0.26),
            ("Schrauben", 0.6, 0.7),
            ("~", 0.9, 0.91),
        ]);
        let labelling = label_page(&read, &truth);
        let expected = [
            ("seller_name", true),
            ("item.description", true),
            ("O", false),
        ];
        assert_eq!(labels(&labelling), expected);
        assert!(
            labelling.words[1].starts_row,
            "the row starts with the first word read of it"
        );
        assert_eq!(
            (labelling.tally.lost, labelling.tally.labelled_lost),
            (2, 2)
        );
        assert_eq!(labelling.tally.recall(), 0.5);
    }

    #[test]
    fn a_stamp_over_print_is_outside() {
        let truth = [printed("250", 0.1, 0.2, "total_amount", true)];
        let mut read = reading(&[("RECEIVED", 0.05, 0.4)]);
        read.words[0].bbox = Rect::new(0.05, 0.08, 0.4, 0.15);
        assert_eq!(labels(&label_page(&read, &truth)), [("O", false)]);
    }
}
