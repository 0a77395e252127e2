//! Chinese among Latin print: bilingual forms, captions of two languages, a name beside its translation.
//!
//! In: the words that the Latin model read. Out: the runs of words it is unsure of, to be read again by the
//! Chinese model, and the words with those that it read better. Whole pages in Chinese are found by `trial`.

use crate::engine::{Crop, ReadWord};
use crate::span::Span;
use crate::trial::is_chinese;
use crate::words::quality_of_read;

/// Chinese read by the Latin model is below this, and so is much else: stamps, blots, bad print.
const DOUBTFUL: f32 = 0.65;
/// What the Chinese model is as sure of as this, it has read.
const READ: f32 = 0.6;
/// Pixels around a run, as a part of its height: Latin boxes cut Chinese letters short.
const MARGIN: f32 = 0.25;
/// Runs that are tried, the longest ones, before all others are read.
pub(crate) const TRIED: usize = 6;
/// So many of those that are tried must be Chinese, for the rest to be read.
pub(crate) const ENOUGH: usize = 2;
/// More than this on one page are noise.
const MOST_RUNS: usize = 80;

/// Doubtful words that follow each other on a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    /// Indices into the words.
    pub words: std::ops::Range<usize>,
    pub crop: Crop,
    confidence: f32,
    line: u32,
}

/// The longest run first; none where there are too few, or so many that the page is noise.
pub(crate) fn doubtful_runs(words: &[ReadWord], size: (u32, u32)) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut from = 0;
    while let Some(start) = (from..words.len()).find(|at| words[*at].confidence < DOUBTFUL) {
        let goes_on =
            |at: &usize| words[*at].confidence < DOUBTFUL && words[*at].line == words[start].line;
        let end = (start..words.len()).take_while(goes_on).count() + start;
        runs.extend(run(words, start..end, size));
        from = end;
    }
    runs.sort_by_key(|run: &Run| std::cmp::Reverse(run.crop.width));
    if (ENOUGH..=MOST_RUNS).contains(&runs.len()) {
        runs
    } else {
        Vec::new()
    }
}

fn run(words: &[ReadWord], range: std::ops::Range<usize>, size: (u32, u32)) -> Option<Run> {
    let run = &words[range.clone()];
    let span = Span::of(run)?;
    let margin = (MARGIN * span.height() as f32) as i32 + 1;
    let crop = span.with_margin(margin, size);
    // A Chinese letter is about as wide as high: less is a speck or a stroke.
    let may_be_letters = crop.height >= 8 && crop.width >= crop.height;
    may_be_letters.then(|| Run {
        confidence: quality_of_read(run),
        line: run[0].line,
        words: range,
        crop,
    })
}

impl Run {
    /// Whether the Chinese model read Chinese there, and better than the Latin one read it.
    pub(crate) fn is_chinese(&self, read: &[ReadWord]) -> bool {
        let texts = || read.iter().map(|word| word.text.as_str());
        let letters = texts()
            .flat_map(str::chars)
            .filter(|c| c.is_alphanumeric())
            .count();
        let chinese = texts()
            .flat_map(str::chars)
            .filter(|c| is_chinese(*c))
            .count();
        let confidence = quality_of_read(read);
        2 * chinese > letters && confidence >= READ && confidence > self.confidence
    }
}

/// The words with those of the runs replaced.
pub(crate) fn replaced(words: Vec<ReadWord>, again: Vec<(Run, Vec<ReadWord>)>) -> Vec<ReadWord> {
    let gone = |index: usize| again.iter().any(|(run, _)| run.words.contains(&index));
    let kept = words.iter().enumerate().filter(|(index, _)| !gone(*index));
    let mut all: Vec<ReadWord> = kept.map(|(_, word)| word.clone()).collect();
    for (run, read) in again {
        all.extend(read.into_iter().map(|word| ReadWord {
            line: run.line,
            ..word
        }));
    }
    all.sort_by_key(|word| (word.line, word.left));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, left: i32, line: u32, confidence: f32) -> ReadWord {
        ReadWord {
            text: text.to_owned(),
            left,
            top: 100,
            right: left + 60,
            bottom: 120,
            confidence,
            line,
        }
    }

    #[test]
    fn runs_of_doubtful_words_are_found_and_replaced_by_chinese() {
        let words = vec![
            word("ArtER", 10, 0, 0.4),
            word("BR", 80, 0, 0.5),
            word("CN2649", 160, 0, 0.95),
            word("FPiTMS", 10, 1, 0.3),
        ];
        let runs = doubtful_runs(&words, (400, 400));
        let ranges: Vec<_> = runs.iter().map(|run| run.words.clone()).collect();
        assert_eq!(ranges, [0..2, 3..4]);
        assert_eq!((runs[0].crop.left, runs[0].crop.width), (4, 142));
        let chinese = vec![word("发票", 12, 7, 0.9), word("号码", 84, 7, 0.9)];
        assert!(runs[0].is_chinese(&chinese));
        assert!(!runs[0].is_chinese(&[word("ART", 12, 7, 0.9)]));
        assert!(!runs[0].is_chinese(&[word("发票", 12, 7, 0.5)]));
        let all = replaced(words, vec![(runs[0].clone(), chinese)]);
        let texts: Vec<_> = all.iter().map(|w| (w.text.as_str(), w.line)).collect();
        assert_eq!(
            texts,
            [("发票", 0), ("号码", 0), ("CN2649", 0), ("FPiTMS", 1)]
        );
    }

    #[test]
    fn good_print_and_noise_are_not_read_again() {
        let good: Vec<ReadWord> = (0..40).map(|n| word("total", 0, n, 0.9)).collect();
        assert!(doubtful_runs(&good, (400, 400)).is_empty());
        let noise: Vec<ReadWord> = (0..200).map(|n| word("~ı.", 0, n, 0.2)).collect();
        assert!(doubtful_runs(&noise, (400, 400)).is_empty());
    }
}
