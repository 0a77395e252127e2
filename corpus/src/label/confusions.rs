//! How the real reader errs: frequencies counted from pairs of printed and read words.
//!
//! Goes in: labelled pages with what they cover. Comes out: a small table (`data/ocr_errors.json`)
//! that `misread` draws from, so that bulk training pages need no OCR.
//! The table is written by [`ErrorCounts::table`] from pages that were really read, never by hand.

use crate::label::align::Labelling;
use crate::truth::TruthWord;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Points of a stored distribution: its 0th, 5th, …, 100th percentile.
const QUANTILES: usize = 21;
/// Substitutions seen less often than this are chance.
const SEEN_AT_LEAST: u32 = 2;
/// Substitutes kept a letter, and noise words kept in all.
const SUBSTITUTES: usize = 8;
const NOISE_WORDS: usize = 60;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Confusions {
    /// What was counted.
    pub pages: u32,
    pub words: u32,
    /// Share of printed words that nobody read.
    pub lost: f32,
    /// Share of printed words read in two or more pieces, and of neighbours read as one.
    pub split: f32,
    pub merged: f32,
    /// Share of singly read words with any wrong letter.
    pub misread: f32,
    /// Share of the misread words of which hardly a letter is left.
    pub ruined: f32,
    /// Wrong letters in the other misread words, at least 1.
    pub errors_per_misread: f32,
    /// For each printed letter how often it errs, relative to the average letter.
    pub frailty: BTreeMap<char, f32>,
    /// For each printed letter what is read instead ("" for nothing), with shares that sum to 1.
    pub substitutes: BTreeMap<char, Vec<(String, f32)>>,
    /// Share of misread or lost words a page, relative to the mean page, as quantiles.
    pub page_severity: Vec<f32>,
    /// Confidence of words read right and wrong, as quantiles.
    pub confidence_right: Vec<f32>,
    pub confidence_wrong: Vec<f32>,
    /// Read words over no print: how many a page (quantiles), and examples.
    pub noise_per_page: Vec<f32>,
    pub noise: Vec<String>,
    /// Mean difference of read and printed box, top and bottom, in parts of the printed height, and
    /// its deviation: readers draw boxes around ink, typesetters around the line.
    pub box_shift: [f32; 2],
    pub box_jitter: f32,
}

impl Confusions {
    /// The table that was fitted to the reader of this version.
    pub fn fitted() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../../data/ocr_errors.json"))
    }
}

/// Running counts over labelled pages.
#[derive(Clone, Debug, Default)]
pub struct ErrorCounts {
    pages: u32,
    printed: u32,
    lost: u32,
    split: u32,
    merged: u32,
    single: u32,
    misread: u32,
    ruined: u32,
    errors: u32,
    letters: BTreeMap<char, u32>,
    substitutions: BTreeMap<(char, String), u32>,
    page_rates: Vec<f32>,
    right: Vec<f32>,
    wrong: Vec<f32>,
    noise_counts: Vec<f32>,
    noise: BTreeMap<String, u32>,
    shifts: Vec<[f32; 2]>,
}

impl ErrorCounts {
    /// Counts one really read page; `truth` as it was given to `label_page`.
    pub fn add(&mut self, labelling: &Labelling, truth: &[TruthWord]) {
        let mut readers = vec![Vec::new(); truth.len()];
        let mut noise = 0;
        for (index, covers) in labelling.covers.iter().enumerate() {
            for &printed in covers {
                readers[printed].push(index);
            }
            if covers.is_empty() {
                noise += 1;
                let text = &labelling.words[index].word.text;
                *self.noise.entry(text.trim().to_owned()).or_default() += 1;
            }
        }
        let mut bad = 0;
        for (printed, readers) in truth.iter().zip(&readers) {
            self.printed += 1;
            match readers.as_slice() {
                [] => {
                    self.lost += 1;
                    bad += 1;
                }
                [one] if labelling.covers[*one].len() == 1 => {
                    bad += u32::from(self.add_pair(printed, labelling, *one));
                }
                [_] => self.merged += 1,
                _ => self.split += 1,
            }
        }
        self.pages += 1;
        self.noise_counts.push(noise as f32);
        self.page_rates.push(bad as f32 / truth.len().max(1) as f32);
    }

    /// Adds the counts of other pages.
    pub fn merge(&mut self, other: Self) {
        self.pages += other.pages;
        self.printed += other.printed;
        self.lost += other.lost;
        self.split += other.split;
        self.merged += other.merged;
        self.single += other.single;
        self.misread += other.misread;
        self.ruined += other.ruined;
        self.errors += other.errors;
        add_counts(&mut self.letters, other.letters);
        add_counts(&mut self.substitutions, other.substitutions);
        add_counts(&mut self.noise, other.noise);
        self.page_rates.extend(other.page_rates);
        self.right.extend(other.right);
        self.wrong.extend(other.wrong);
        self.noise_counts.extend(other.noise_counts);
        self.shifts.extend(other.shifts);
    }

    /// One printed word read as one word. True if it was misread.
    fn add_pair(&mut self, printed: &TruthWord, labelling: &Labelling, index: usize) -> bool {
        let read = &labelling.words[index].word;
        let height = (printed.bbox[3] - printed.bbox[1]).max(1e-6);
        let shift = |side: usize| (read.bbox[side] - printed.bbox[side]) / height;
        self.shifts.push([shift(1), shift(3)]);
        self.single += 1;
        for letter in printed.text.chars() {
            *self.letters.entry(letter).or_default() += 1;
        }
        if read.text == printed.text {
            self.right.push(read.confidence);
            return false;
        }
        self.wrong.push(read.confidence);
        self.misread += 1;
        let differences = differences(&printed.text, &read.text);
        if differences.len() > 1 && differences.len() * 2 > printed.text.chars().count() {
            // What is read for a letter of a ruined word says nothing about the letter.
            self.ruined += 1;
            return true;
        }
        for (letter, instead) in differences {
            self.errors += 1;
            *self.substitutions.entry((letter, instead)).or_default() += 1;
        }
        true
    }

    pub fn table(&self) -> Confusions {
        let share = |count: u32, of: u32| count as f32 / of.max(1) as f32;
        let mean_rate = mean(&self.page_rates).max(1e-6);
        let severities: Vec<f32> = self
            .page_rates
            .iter()
            .map(|rate| rate / mean_rate)
            .collect();
        let mut noise: Vec<_> = self.noise.iter().collect();
        noise.sort_by(|a, b| b.1.cmp(a.1));
        let tops: Vec<f32> = self.shifts.iter().map(|shift| shift[0]).collect();
        let bottoms: Vec<f32> = self.shifts.iter().map(|shift| shift[1]).collect();
        let substitutes = self.substitutes();
        Confusions {
            pages: self.pages,
            words: self.printed,
            lost: share(self.lost, self.printed),
            split: share(self.split, self.printed),
            merged: share(self.merged, self.printed),
            misread: share(self.misread, self.single),
            ruined: share(self.ruined, self.misread),
            errors_per_misread: share(self.errors, self.misread - self.ruined).max(1.0),
            frailty: self.frailty(&substitutes),
            substitutes,
            page_severity: quantiles(severities),
            confidence_right: quantiles(self.right.clone()),
            confidence_wrong: quantiles(self.wrong.clone()),
            noise_per_page: quantiles(self.noise_counts.clone()),
            noise: noise
                .into_iter()
                .take(NOISE_WORDS)
                .map(|(text, _)| text.clone())
                .collect(),
            box_shift: [mean(&tops), mean(&bottoms)],
            box_jitter: deviation(&tops),
        }
    }

    fn substitutes(&self) -> BTreeMap<char, Vec<(String, f32)>> {
        let mut table: BTreeMap<char, Vec<(String, f32)>> = BTreeMap::new();
        for ((letter, instead), &count) in &self.substitutions {
            if count >= SEEN_AT_LEAST {
                table
                    .entry(*letter)
                    .or_default()
                    .push((instead.clone(), count as f32));
            }
        }
        for choices in table.values_mut() {
            choices.sort_by(|a, b| b.1.total_cmp(&a.1));
            choices.truncate(SUBSTITUTES);
            let sum: f32 = choices.iter().map(|(_, count)| count).sum();
            choices
                .iter_mut()
                .for_each(|(_, count)| *count = round(*count / sum));
        }
        table
    }

    fn frailty(&self, kept: &BTreeMap<char, Vec<(String, f32)>>) -> BTreeMap<char, f32> {
        let all: u32 = self.letters.values().sum();
        let average = self.errors as f32 / all.max(1) as f32;
        let errs = |letter: char| {
            let counts = self
                .substitutions
                .iter()
                .filter(|((from, _), _)| *from == letter);
            counts.map(|(_, count)| count).sum::<u32>()
        };
        let relative = |letter: char| {
            let seen = self.letters.get(&letter).copied().unwrap_or(0);
            // Half a page of average letters weighs against chance in rare ones.
            round((errs(letter) as f32 + 50.0 * average) / (seen as f32 + 50.0) / average.max(1e-6))
        };
        kept.keys()
            .map(|&letter| (letter, relative(letter)))
            .collect()
    }
}

fn add_counts<K: Ord>(counts: &mut BTreeMap<K, u32>, other: BTreeMap<K, u32>) {
    for (key, count) in other {
        *counts.entry(key).or_default() += count;
    }
}

/// Letter by letter along the cheapest edit path: (printed letter, what was read for it).
/// An inserted letter is counted with the printed letter before it.
fn differences(printed: &str, read: &str) -> Vec<(char, String)> {
    let (from, to): (Vec<char>, Vec<char>) = (printed.chars().collect(), read.chars().collect());
    let mut cost = vec![vec![0u32; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            cost[i][j] = match (i, j) {
                (0, j) => j as u32,
                (i, 0) => i as u32,
                _ => {
                    let keep = cost[i - 1][j - 1] + u32::from(from[i - 1] != to[j - 1]);
                    keep.min(cost[i - 1][j] + 1).min(cost[i][j - 1] + 1)
                }
            };
        }
    }
    let (mut i, mut j) = (from.len(), to.len());
    let mut instead: Vec<String> = vec![String::new(); from.len()];
    while i > 0 {
        if j > 0 && cost[i][j] == cost[i - 1][j - 1] + u32::from(from[i - 1] != to[j - 1]) {
            instead[i - 1].insert(0, to[j - 1]);
            (i, j) = (i - 1, j - 1);
        } else if j > 0 && cost[i][j] == cost[i][j - 1] + 1 {
            instead[i - 1].insert(0, to[j - 1]);
            j -= 1;
        } else {
            i -= 1;
        }
    }
    let pairs = from.into_iter().zip(instead);
    pairs
        .filter(|(letter, instead)| *instead != letter.to_string())
        .collect()
}

fn quantiles(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    let Some(last) = values.len().checked_sub(1) else {
        return Vec::new();
    };
    let at = |step: usize| round(values[step * last / (QUANTILES - 1)]);
    (0..QUANTILES).map(at).collect()
}

fn mean(values: &[f32]) -> f32 {
    round(values.iter().sum::<f32>() / values.len().max(1) as f32)
}

fn deviation(values: &[f32]) -> f32 {
    let middle = mean(values);
    let squares: f32 = values
        .iter()
        .map(|value| (value - middle) * (value - middle))
        .sum();
    round((squares / values.len().max(1) as f32).sqrt())
}

/// Four decimals are enough and keep the table readable.
fn round(value: f32) -> f32 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_follow_the_cheapest_path() {
        assert_eq!(
            differences("100,00", "1OO,00"),
            [('0', "O".to_owned()), ('0', "O".to_owned())]
        );
        assert_eq!(
            differences("corn", "com"),
            [('r', "".to_owned()), ('n', "m".to_owned())]
        );
        assert_eq!(differences("€5", "5"), [('€', String::new())]);
        assert!(differences("same", "same").is_empty());
    }

    #[test]
    fn quantiles_span_the_values() {
        let quantiles = quantiles((0..=100).map(|value| value as f32).collect());
        assert_eq!(
            (quantiles[0], quantiles[10], quantiles[20]),
            (0.0, 50.0, 100.0)
        );
    }
}
