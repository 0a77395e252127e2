//! Other words for names, streets and goods, so that the network learns where they stand and what
//! stands around them, not the few hundred of the generator.
//!
//! The words are whole entries of the token table, of many languages, with no regard to meaning.

use crate::LabelledWord;
use crate::labels::UNLABELLED;
use crate::vocabulary::Vocabulary;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;

/// Share of pages whose names are exchanged.
const PAGES: f32 = 0.4;
/// Share of words exchanged on such a page; the rest keeps legal forms, cities and kinds of goods in sight.
const WORDS: f32 = 0.6;
/// Letters of a word that is exchanged: legal forms and particles are shorter.
const LETTERS: std::ops::RangeInclusive<usize> = 5..=14;

/// Words in lower case, by their number of letters.
pub struct Names(HashMap<usize, Vec<String>>);

impl Names {
    pub fn of(vocabulary: &Vocabulary) -> Self {
        let mut by_letters: HashMap<usize, Vec<String>> = HashMap::new();
        for word in vocabulary.words() {
            let letters = word.chars().count();
            if is_latin(word) && LETTERS.contains(&letters) {
                let words = by_letters.entry(letters).or_default();
                words.push(word.to_lowercase());
            }
        }
        for words in by_letters.values_mut() {
            words.sort_unstable();
            words.dedup();
        }
        Self(by_letters)
    }

    /// Exchanges words of names, addresses and descriptions, the same word by the same other one.
    pub fn exchange(&self, words: &mut [LabelledWord], random: &mut ChaCha8Rng) {
        if random.random::<f32>() >= PAGES {
            return;
        }
        let mut others: HashMap<String, Option<String>> = HashMap::new();
        for word in words {
            if !is_free(&word.label) {
                continue;
            }
            let text = &mut word.word.text;
            let letters = text.chars().count();
            if !LETTERS.contains(&letters) || !text.chars().all(char::is_alphabetic) {
                continue;
            }
            let other = others.entry(text.to_lowercase()).or_insert_with(|| {
                let exchanged = random.random::<f32>() < WORDS;
                let words = self.0.get(&letters).filter(|_| exchanged)?;
                words.choose(random).cloned()
            });
            if let Some(other) = other {
                *text = in_case_of(text, other);
            }
        }
    }
}

/// Whether any word may stand under this label.
fn is_free(label: &str) -> bool {
    label != UNLABELLED
        && (label.ends_with("_name") || label.ends_with("_address") || label == "item.description")
}

/// Letters and nothing else, Latin ones with or without marks.
pub fn is_latin(word: &str) -> bool {
    word.chars().all(|c| c.is_alphabetic() && c < '\u{250}')
}

/// `other` in capitals or with a capital where `text` is; `other` is in lower case.
pub fn in_case_of(text: &str, other: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().is_some_and(char::is_uppercase);
    match (first, chars.all(char::is_uppercase)) {
        (true, true) => other.to_uppercase(),
        (true, false) => {
            let mut rest = other.chars();
            let first = rest.next().into_iter().flat_map(char::to_uppercase);
            first.chain(rest).collect()
        }
        _ => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageWord;
    use rand::SeedableRng;

    fn word(text: &str, label: &str) -> LabelledWord {
        LabelledWord {
            word: PageWord {
                text: text.to_owned(),
                bbox: [0.0; 4],
                confidence: 1.0,
                line: 0,
            },
            label: label.to_owned(),
            begins: false,
            starts_row: false,
        }
    }

    #[test]
    fn names_change_alike_and_captions_numbers_and_legal_forms_stay() {
        let pieces = [
            "▁garden",
            "▁wooden",
            "▁Mantel",
            "▁fünfte",
            "▁2024er",
            "lonely",
        ];
        let pieces = pieces.map(|piece| (piece.to_owned(), -5.0)).to_vec();
        let names = Names::of(&Vocabulary::new(pieces));
        let page = vec![
            word("Seller", "O"),
            word("HARBOR", "seller_name"),
            word("GmbH", "seller_name"),
            word("Harbor", "buyer_name"),
            word("471102", "item.description"),
        ];
        let (mut changed, mut kept) = (0, 0);
        for seed in 0..200 {
            let mut words = page.clone();
            names.exchange(&mut words, &mut ChaCha8Rng::seed_from_u64(seed));
            for at in [0, 2, 4] {
                assert_eq!(words[at], page[at]);
            }
            let (one, two) = (&words[1].word.text, &words[3].word.text);
            assert_eq!(one.to_lowercase(), two.to_lowercase());
            assert_eq!(*one, one.to_uppercase());
            assert!(two.starts_with(char::is_uppercase), "{two}");
            match one == "HARBOR" {
                true => kept += 1,
                false => changed += 1,
            }
        }
        assert!(changed > 20 && kept > 60, "{changed} {kept}");
    }
}
