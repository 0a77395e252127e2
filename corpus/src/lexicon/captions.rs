//! Captions and their synonyms, one file a language in `data/captions`. English has every caption
//! and stands in where another language has none, as exporters do.

use crate::{CorpusError, Split};
use docexam_domain::DocumentType;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use std::sync::OnceLock;

pub const LANGUAGES: [&str; 11] = [
    "en", "zh", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "vi",
];

/// Left out of training and validation: the figure for a language that the model was not shown.
pub const TEST_LANGUAGES: [&str; 2] = ["sv", "ro"];

/// In the order of `LANGUAGES`, then of `TEST_LANGUAGES`.
const FILES: [&str; 13] = [
    include_str!("../../data/captions/en.txt"),
    include_str!("../../data/captions/zh.txt"),
    include_str!("../../data/captions/de.txt"),
    include_str!("../../data/captions/fr.txt"),
    include_str!("../../data/captions/es.txt"),
    include_str!("../../data/captions/it.txt"),
    include_str!("../../data/captions/pt.txt"),
    include_str!("../../data/captions/nl.txt"),
    include_str!("../../data/captions/pl.txt"),
    include_str!("../../data/captions/tr.txt"),
    include_str!("../../data/captions/vi.txt"),
    include_str!("../../data/captions/sv.txt"),
    include_str!("../../data/captions/ro.txt"),
];

/// Whether papers in these languages may be drawn for this split.
pub fn check_languages(languages: &[String], split: Split) -> Result<(), CorpusError> {
    for language in languages {
        let problem = match language.as_str() {
            usual if LANGUAGES.contains(&usual) => continue,
            kept if TEST_LANGUAGES.contains(&kept) && split == Split::Test => continue,
            kept if TEST_LANGUAGES.contains(&kept) => format!("kept for tests, not for {split}"),
            _ => format!(
                "no captions; known are {} and, for tests, {}",
                LANGUAGES.join(" "),
                TEST_LANGUAGES.join(" ")
            ),
        };
        return Err(CorpusError::Language {
            language: language.clone(),
            problem,
        });
    }
    Ok(())
}

type Captions = HashMap<&'static str, Vec<&'static str>>;

fn captions(language: &str) -> &'static Captions {
    static ALL: OnceLock<Vec<Captions>> = OnceLock::new();
    let all = ALL.get_or_init(|| FILES.iter().map(|file| read(file)).collect());
    let index = LANGUAGES
        .iter()
        .chain(&TEST_LANGUAGES)
        .position(|&known| known == language);
    &all[index.unwrap_or(0)]
}

/// Lines of the form `key: synonym | synonym`.
fn read(file: &'static str) -> Captions {
    file.lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(key, synonyms)| {
            let synonyms = synonyms.split(" | ").map(str::trim).collect();
            (key.trim(), synonyms)
        })
        .collect()
}

/// The caption of the title of a document type.
pub fn title_key(kind: DocumentType) -> String {
    format!("title.{kind}")
}

/// The language or pair of languages of one document; says each caption the same way throughout.
#[derive(Clone, Debug)]
pub struct Speech {
    pub language: String,
    /// Printed beside the first, after a slash or a blank.
    pub second: Option<String>,
    separator: &'static str,
    said: HashMap<String, String>,
}

impl Speech {
    pub fn new(language: &str, second: Option<&str>, rng: &mut ChaCha8Rng) -> Self {
        Self {
            language: language.to_owned(),
            second: second
                .filter(|&second| second != language)
                .map(str::to_owned),
            separator: [" / ", "/", " ", " - "][rng.random_range(0..4)],
            said: HashMap::new(),
        }
    }

    /// `de`, or `zh+en`.
    pub fn name(&self) -> String {
        match &self.second {
            None => self.language.clone(),
            Some(second) => format!("{}+{second}", self.language),
        }
    }

    /// The caption for `key`, in both languages if there are two.
    pub fn say(&mut self, rng: &mut ChaCha8Rng, key: &str) -> String {
        if let Some(said) = self.said.get(key) {
            return said.clone();
        }
        let first = synonym(rng, &self.language, key);
        let said = match &self.second {
            Some(second) => {
                let other = synonym(rng, second, key);
                match other.eq_ignore_ascii_case(first) {
                    true => first.to_owned(),
                    false => format!("{first}{}{other}", self.separator),
                }
            }
            None => first.to_owned(),
        };
        self.said.insert(key.to_owned(), said.clone());
        said
    }

    /// In the first language only, for sentences.
    pub fn say_once(&self, rng: &mut ChaCha8Rng, key: &str) -> String {
        synonym(rng, &self.language, key).to_owned()
    }
}

/// One of the ways to say it in a language.
pub fn synonym(rng: &mut ChaCha8Rng, language: &str, key: &str) -> &'static str {
    let synonyms = captions(language)
        .get(key)
        .or_else(|| captions("en").get(key));
    match synonyms {
        Some(synonyms) if !synonyms.is_empty() => synonyms[rng.random_range(0..synonyms.len())],
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_uses_keys_that_english_has() {
        let english = captions("en");
        for language in LANGUAGES.iter().chain(&TEST_LANGUAGES) {
            let own = captions(language);
            assert!(own.len() >= 60, "{language} has {}", own.len());
            for (key, synonyms) in own {
                assert!(english.contains_key(key), "{language}: {key}");
                assert!(
                    synonyms.iter().all(|text| !text.is_empty()),
                    "{language}: {key}"
                );
            }
        }
    }

    #[test]
    fn languages_kept_for_tests_are_refused_for_the_other_splits() {
        let kept = ["sv".to_owned(), "de".to_owned()];
        assert!(check_languages(&kept, Split::Test).is_ok());
        let refused = check_languages(&kept, Split::Train).expect_err("refused");
        assert_eq!(
            refused.to_string(),
            "language sv: kept for tests, not for train"
        );
        assert!(check_languages(&["xx".to_owned()], Split::Test).is_err());
    }
}
