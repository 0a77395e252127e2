//! Text that says nothing a field could hold: sentences of conditions and letters, words of scripts that
//! no caption is in, and the tokens that a reader makes of speckle.
//!
//! Goes in: a language of `data/prose.txt`. Comes out: plain text, to be escaped by whoever prints it.

use super::look::pick;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use std::sync::OnceLock;

type Parts = [Vec<&'static str>; 3];

fn parts(language: &str) -> &'static Parts {
    static ALL: OnceLock<HashMap<&'static str, Parts>> = OnceLock::new();
    let all = ALL.get_or_init(|| read(include_str!("../../data/prose.txt")));
    all.get(language).unwrap_or_else(|| &all["en"])
}

/// Sections `[language]` of three lines, `1: part | part`.
fn read(file: &'static str) -> HashMap<&'static str, Parts> {
    let mut all: HashMap<&'static str, Parts> = HashMap::new();
    let mut language = "";
    for line in file.lines() {
        if let Some(name) = line.strip_prefix('[') {
            language = name.trim_end_matches(']');
        } else if let Some((number, list)) = line.split_once(": ")
            && let Some(part) = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1))
            && let Some(slot) = all.entry(language).or_default().get_mut(part)
        {
            *slot = list.split(" | ").map(str::trim).collect();
        }
    }
    all
}

/// `The carrier shall not be liable for delay unless otherwise agreed in writing.`
pub fn sentence(rng: &mut ChaCha8Rng, language: &str) -> String {
    let parts = parts(language);
    let gap = if language == "zh" { "" } else { " " };
    let mut text = String::new();
    for part in parts {
        let part = pick(rng, part);
        if !text.is_empty() && !part.starts_with([',', '.']) {
            text.push_str(gap);
        }
        text.push_str(part);
    }
    text
}

pub fn paragraph(rng: &mut ChaCha8Rng, language: &str, sentences: usize) -> String {
    let gap = if language == "zh" { "" } else { " " };
    (0..sentences.max(1))
        .map(|_| sentence(rng, language))
        .collect::<Vec<_>>()
        .join(gap)
}

/// Scripts in which no caption of the corpus is written: first and last letter of a range that the
/// typefaces of `README.md` have.
const SCRIPTS: [(char, char); 7] = [
    ('\u{5d0}', '\u{5ea}'),
    ('\u{628}', '\u{63a}'),
    ('\u{641}', '\u{64a}'),
    ('\u{430}', '\u{44f}'),
    ('\u{3b1}', '\u{3c9}'),
    ('\u{561}', '\u{586}'),
    ('\u{10d0}', '\u{10f0}'),
];

/// A script for a whole page.
pub fn script(rng: &mut ChaCha8Rng) -> (char, char) {
    *pick(rng, &SCRIPTS)
}

/// Word-like runs of letters of one script, mixed with numbers.
pub fn foreign(rng: &mut ChaCha8Rng, script: (char, char), words: usize) -> String {
    let (first, last) = (u32::from(script.0), u32::from(script.1));
    let word = |rng: &mut ChaCha8Rng| -> String {
        if rng.random_bool(0.08) {
            return rng.random_range(1..90_000_u32).to_string();
        }
        let length = rng.random_range(2..10);
        (0..length)
            .filter_map(|_| char::from_u32(rng.random_range(first..=last)))
            .collect()
    };
    (0..words.max(1))
        .map(|_| word(rng))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What a reader writes for speckle, hatching or an unknown script.
pub fn garbage(rng: &mut ChaCha8Rng) -> String {
    const SIGNS: [char; 22] = [
        '.', ',', '-', '~', '\'', '|', '_', ':', ';', '*', '^', '=', '!', '/', '(', ')', '"', '»',
        '«', '°', '•', '—',
    ];
    const LETTERS: &str = "ilIJtrfeacoOsSvVwWnmuTLEFHNAZzxkK0178";
    let letters: Vec<char> = LETTERS.chars().collect();
    let length = *pick(rng, &[1, 1, 1, 2, 2, 3, 3, 4, 5, 7]);
    (0..length)
        .map(|_| match rng.random_range(0..10) {
            0..4 => *pick(rng, &SIGNS),
            _ => *pick(rng, &letters),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::LANGUAGES;
    use rand::SeedableRng;

    #[test]
    fn every_language_makes_sentences() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for language in LANGUAGES {
            let own = parts(language);
            assert!(own.iter().all(|part| part.len() >= 5), "{language}");
            let text = sentence(&mut rng, language);
            assert!(text.ends_with(['.', '。']), "{language}: {text}");
            assert!(!text.contains(" ,") && !text.contains("  "), "{text}");
        }
        assert!(
            parts("de")[0].contains(&"Der Verkäufer"),
            "German is not what stands in for others"
        );
    }
}
