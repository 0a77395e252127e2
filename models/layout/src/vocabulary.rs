//! Words into sub-word pieces: a unigram vocabulary and its best segmentation.
//!
//! In: a word as read. Out: indices of pieces (rows of the token table). A word is tried as it
//! stands and, if it is not one piece, in lower case and capitalised, because captions are often set in capitals and the
//! vocabulary knows `▁invoice`, not `INVOICE`; case is a feature of its own elsewhere. Characters
//! outside the vocabulary yield no piece. Sentences are deliberately absent.

use crate::LayoutError;
use std::collections::HashMap;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// Marks the beginning of a word (SentencePiece's metaspace).
pub const WORD_START: char = '\u{2581}';
/// Longer words are cut: no field value is longer, and the segmentation is bounded.
const MAX_WORD_CHARS: usize = 64;
/// Cost of a character without a piece: below every score of the vocabulary.
const UNKNOWN_SCORE: f32 = -30.0;

pub struct Vocabulary {
    index: HashMap<String, u32>,
    scores: Vec<f32>,
    longest_piece_chars: usize,
}

impl Vocabulary {
    /// `pieces` with their log probabilities; the order gives the indices.
    pub fn new(pieces: Vec<(String, f32)>) -> Self {
        let longest_piece_chars = pieces
            .iter()
            .map(|(piece, _)| piece.chars().count())
            .max()
            .unwrap_or(1);
        let scores = pieces.iter().map(|(_, score)| *score).collect();
        let index = pieces
            .into_iter()
            .enumerate()
            .map(|(i, (piece, _))| (piece, i as u32))
            .collect();
        Self {
            index,
            scores,
            longest_piece_chars,
        }
    }

    /// Reads lines of `piece TAB log-probability`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, LayoutError> {
        let pieces = text
            .lines()
            .map(|line| {
                let (piece, score) = line.split_once('\t')?;
                Some((piece.to_owned(), score.parse().ok()?))
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| LayoutError::format(path, "a line is not `piece TAB number`"))?;
        Ok(Self::new(pieces))
    }

    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Pieces that begin a word, without the mark of it, in no order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.index.keys().filter_map(|p| p.strip_prefix(WORD_START))
    }

    pub fn piece(&self, piece: &str) -> Option<u32> {
        self.index.get(piece).copied()
    }

    /// Pieces of the likeliest of the three ways to write the word; empty if nothing is known.
    pub fn segment(&self, word: &str) -> Vec<u32> {
        let word: String = word.nfkc().take(MAX_WORD_CHARS).collect();
        let (mut best, mut best_score) = self.segment_exactly(&word);
        let whole = best.len() == 1 && best_score > UNKNOWN_SCORE;
        if !whole && word.chars().any(char::is_uppercase) {
            let lower = word.to_lowercase();
            let mut chars = lower.chars();
            let title: String = match chars.next() {
                Some(first) => first.to_uppercase().chain(chars).collect(),
                None => String::new(),
            };
            for variant in [lower, title] {
                let (pieces, score) = self.segment_exactly(&variant);
                if score > best_score {
                    (best, best_score) = (pieces, score);
                }
            }
        }
        best
    }

    /// Viterbi over pieces; returns them with their summed score.
    fn segment_exactly(&self, word: &str) -> (Vec<u32>, f32) {
        if word.is_empty() {
            return (Vec::new(), 0.0);
        }
        let text: String = std::iter::once(WORD_START)
            .chain(word.chars().filter(|c| !c.is_whitespace()))
            .collect();
        let bounds: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let n = bounds.len() - 1;
        // Per end position: best score, start of the last piece, the piece.
        let mut best = vec![(f32::NEG_INFINITY, 0_usize, None); n + 1];
        best[0].0 = 0.0;
        for start in 0..n {
            let so_far = best[start].0;
            for end in start + 1..=(start + self.longest_piece_chars).min(n) {
                if let Some(&piece) = self.index.get(&text[bounds[start]..bounds[end]]) {
                    let score = so_far + self.scores[piece as usize];
                    if score > best[end].0 {
                        best[end] = (score, start, Some(piece));
                    }
                }
            }
            let unknown = so_far + UNKNOWN_SCORE;
            if unknown > best[start + 1].0 {
                best[start + 1] = (unknown, start, None);
            }
        }
        let mut pieces = Vec::new();
        let mut end = n;
        while end > 0 {
            let (_, start, piece) = best[end];
            pieces.extend(piece);
            end = start;
        }
        pieces.reverse();
        (pieces, best[n].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let pieces = [
            "▁",
            "▁invoice",
            "▁Rech",
            "nung",
            "a",
            "▁a",
            "发票",
            "▁发",
            "1",
            "2",
        ];
        Vocabulary::new(
            pieces
                .iter()
                .enumerate()
                .map(|(i, p)| ((*p).to_owned(), -4.0 - i as f32 * 0.1))
                .collect(),
        )
    }

    fn pieces(word: &str) -> Vec<String> {
        let vocabulary = vocabulary();
        let names: HashMap<u32, String> = vocabulary
            .index
            .iter()
            .map(|(k, v)| (*v, k.clone()))
            .collect();
        vocabulary
            .segment(word)
            .iter()
            .map(|i| names[i].clone())
            .collect()
    }

    #[test]
    fn the_likeliest_pieces_are_taken_whatever_the_case() {
        assert_eq!(pieces("Rechnung"), ["▁Rech", "nung"]);
        assert_eq!(pieces("RECHNUNG"), ["▁Rech", "nung"]);
        assert_eq!(pieces("INVOICE"), ["▁invoice"]);
        assert_eq!(pieces("发票"), ["▁", "发票"]);
        assert_eq!(pieces("１２"), ["▁", "1", "2"]);
    }

    #[test]
    fn unknown_characters_empty_words_and_endless_words_are_harmless() {
        assert_eq!(pieces(""), Vec::<String>::new());
        assert_eq!(pieces("ж"), ["▁"]);
        assert_eq!(pieces("aжa"), ["▁a", "a"]);
        assert!(vocabulary().segment(&"a".repeat(100_000)).len() <= MAX_WORD_CHARS);
    }
}
