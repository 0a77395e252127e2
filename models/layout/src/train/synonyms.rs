//! Other words of a like meaning for captions and plain text, so that the network learns what a caption means,
//! not how the generator writes it.
//!
//! Likeness is the cosine of two rows of the token table, which was distilled from a multilingual encoder: the
//! neighbours of `facture` are `factura`, `fattura`, `fatura`. Words that are fields stay.

use super::names::{in_case_of, is_latin};
use crate::LabelledWord;
use crate::labels::OUTSIDE;
use crate::ops::dot;
use crate::token_table::TokenTable;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use std::sync::Mutex;

/// Share of pages on which words are exchanged, and of their words.
const PAGES: f32 = 0.4;
const WORDS: f32 = 0.25;
/// Least cosine of two words of a like meaning: below it `amount` is near `account`.
const LIKE: f32 = 0.6;
/// A word has at most so many.
const MOST: usize = 8;
/// Shorter words are particles.
const LETTERS: usize = 4;

/// Whole words of the token table with their vectors, and the neighbours that were looked for so far.
pub struct Synonyms {
    words: Vec<String>,
    /// [words, dimension], each of length 1.
    vectors: Vec<f32>,
    dimension: usize,
    at: HashMap<String, usize>,
    found: Mutex<HashMap<usize, Vec<usize>>>,
}

impl Synonyms {
    pub fn of(table: &TokenTable) -> Self {
        let mut words: Vec<String> = table
            .vocabulary
            .words()
            .filter(|word| is_exchangeable(word))
            .map(str::to_owned)
            .collect();
        words.sort_unstable();
        let mut vectors = Vec::with_capacity(words.len() * table.dimension);
        let mut two = vec![0.0; 2 * table.dimension];
        for word in &words {
            two.fill(0.0);
            table.word_into(word, &mut two);
            let mean = &two[..table.dimension];
            let length = mean.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-9);
            vectors.extend(mean.iter().map(|x| x / length));
        }
        let at = words.iter().cloned().zip(0..).collect();
        Self {
            words,
            vectors,
            dimension: table.dimension,
            at,
            found: Mutex::default(),
        }
    }

    /// Exchanges some of the words that are no field, the same word by the same other one.
    pub fn exchange(&self, words: &mut [LabelledWord], random: &mut ChaCha8Rng) {
        if random.random::<f32>() >= PAGES {
            return;
        }
        let mut others: HashMap<String, Option<String>> = HashMap::new();
        for word in words.iter_mut().filter(|word| word.label == OUTSIDE) {
            let text = &mut word.word.text;
            // A caption's colon stays with it.
            let bare = text.trim_end_matches([':', '.']);
            if !is_exchangeable(bare) {
                continue;
            }
            let other = others.entry(bare.to_lowercase()).or_insert_with(|| {
                let exchanged = random.random::<f32>() < WORDS;
                // Looking for neighbours takes time: only where they are wanted.
                let near = exchanged.then(|| self.like(bare)).flatten()?;
                near.choose(random).cloned()
            });
            if let Some(other) = other {
                let rest = &text[bare.len()..];
                *text = in_case_of(bare, &other.to_lowercase()) + rest;
            }
        }
    }

    /// Words of a like meaning, the likest first; nothing if the table does not know the word as a whole.
    fn like(&self, word: &str) -> Option<Vec<String>> {
        let lower = word.to_lowercase();
        let at = *[word, &lower].iter().find_map(|text| self.at.get(*text))?;
        let found = self.found.lock().ok()?.get(&at).cloned();
        let near = found.unwrap_or_else(|| {
            // Without the lock, so that other threads can look meanwhile.
            let near = self.neighbours(at);
            if let Ok(mut found) = self.found.lock() {
                found.insert(at, near.clone());
            }
            near
        });
        Some(
            near.iter()
                .map(|index| self.words[*index].clone())
                .collect(),
        )
    }

    fn neighbours(&self, of: usize) -> Vec<usize> {
        let rows = || self.vectors.chunks_exact(self.dimension);
        let Some(this) = rows().nth(of) else {
            return Vec::new();
        };
        let mut near: Vec<(f32, usize)> = rows()
            .map(|row| dot(row, this))
            .zip(0..)
            .filter(|(likeness, index)| *likeness >= LIKE && *index != of)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.iter().take(MOST).map(|(_, index)| *index).collect()
    }
}

fn is_exchangeable(word: &str) -> bool {
    word.chars().count() >= LETTERS && is_latin(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageWord;
    use rand::SeedableRng;

    #[test]
    fn captions_become_words_of_a_like_meaning_and_fields_stay() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pieces = ["▁facture", "▁fattura", "▁garden"].map(|piece| (piece.to_owned(), -5.0));
        let rows = vec![vec![1.0, 0.1], vec![0.9, 0.2], vec![-0.1, 1.0]];
        TokenTable::save(folder.path(), &pieces, &rows).expect("saved");
        let table = TokenTable::load(folder.path()).expect("loaded");
        let synonyms = Synonyms::of(&table);
        let page = [
            ("FACTURE:", OUTSIDE),
            ("garden", OUTSIDE),
            ("Facture", "seller_name"),
        ];
        let page: Vec<LabelledWord> = page
            .iter()
            .map(|(text, label)| LabelledWord {
                word: PageWord {
                    text: (*text).to_owned(),
                    bbox: [0.0; 4],
                    confidence: 1.0,
                    line: 0,
                },
                label: (*label).to_owned(),
                begins: false,
                starts_row: false,
            })
            .collect();
        let mut changed = 0;
        for seed in 0..300 {
            let mut words = page.clone();
            synonyms.exchange(&mut words, &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(words[1..], page[1..]);
            match words[0].word.text.as_str() {
                "FATTURA:" => changed += 1,
                text => assert_eq!(text, "FACTURE:"),
            }
        }
        assert!((10..80).contains(&changed), "{changed}");
    }
}
