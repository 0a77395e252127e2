//! Units and kinds of package that no table has because a letter was misread: `cins` where the other rows say `ctns`.
//!
//! Goes in: what a document says in these columns. Comes out: the code of a word that is nearly one of them, or else
//! nearly one word of the tables. What was read stays as it is; only its value is mended.

use crate::candidates::Candidate;
use crate::mentions::Mention;
use crate::normalise::{code_of, codes_near, fold};
use docexam_domain::FieldKey;
use std::collections::BTreeSet;

/// So many letters to one that may be misread, of a word that the document says elsewhere.
const LETTERS_TO_ERROR: usize = 3;
/// Of a word that only the tables have; shorter ones are one letter from too many others.
const LEAST_LETTERS: usize = 5;
/// No unit and no kind of package is longer; what is takes long to compare.
const MOST_LETTERS: usize = 30;

/// The words of a document that the tables have.
pub struct KnownWords {
    /// Key, letters and code.
    words: BTreeSet<(FieldKey, String, String)>,
}

impl KnownWords {
    pub fn of<'a>(mentions: impl Iterator<Item = &'a Mention>) -> Self {
        let known = |mention: &Mention| {
            let code = code_of(mention.key, &mention.text)?;
            Some((mention.key, letters(&mention.text), code))
        };
        Self {
            words: mentions.filter_map(known).collect(),
        }
    }

    /// Gives a unit or kind of package that means nothing the code of the word that it is nearly.
    pub fn mend(&self, candidate: &mut Candidate) {
        let key = candidate.mention.key;
        let is_one = matches!(key, FieldKey::Unit | FieldKey::PackageKind);
        if !is_one || code_of(key, &candidate.mention.text).is_some() {
            return;
        }
        let read = letters(&candidate.mention.text);
        if !(1..=MOST_LETTERS).contains(&read.chars().count()) {
            return;
        }
        if let Some(code) = self.nearest(key, &read).or_else(|| in_tables(key, &read)) {
            candidate.normalised.value = Some(code);
        }
    }

    /// The code of the nearest of the document's words, if one is nearest.
    fn nearest(&self, key: FieldKey, read: &str) -> Option<String> {
        let of_key = self.words.iter().filter(|(of, ..)| *of == key);
        let near = of_key.filter_map(|(_, word, code)| {
            let errors = strsim::damerau_levenshtein(read, word);
            let length = read.chars().count().min(word.chars().count());
            (errors * LETTERS_TO_ERROR <= length).then_some((errors, code))
        });
        let near: BTreeSet<(usize, &String)> = near.collect();
        let (least, code) = near.first()?;
        let mut others = near.iter().skip(1);
        others
            .all(|(errors, other)| errors > least || other == code)
            .then(|| (*code).clone())
    }
}

/// The one code of which a word of the tables is one letter away.
fn in_tables(key: FieldKey, read: &str) -> Option<String> {
    if read.chars().count() < LEAST_LETTERS {
        return None;
    }
    let codes = codes_near(key, read, 1);
    match codes.iter().collect::<Vec<_>>()[..] {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

/// The letters of a text, folded; numbers and marks say nothing of a kind.
fn letters(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::Context;
    use docexam_domain::Rect;

    fn mention(key: FieldKey, text: &str) -> Mention {
        Mention {
            key,
            page: 0,
            first_word: 0,
            text: text.to_owned(),
            bbox: Rect::new(0.1, 0.1, 0.2, 0.12),
            confidence: 0.6,
        }
    }

    fn mended(key: FieldKey, said: &[&str], text: &str) -> Option<String> {
        let said: Vec<Mention> = said.iter().map(|text| mention(key, text)).collect();
        let mut candidate = Candidate::new(mention(key, text), &Context::default());
        KnownWords::of(said.iter()).mend(&mut candidate);
        assert_eq!(candidate.mention.text, text);
        candidate.normalised.value
    }

    #[test]
    fn a_word_is_nearly_one_that_the_document_says_elsewhere() {
        let kind = |text| mended(FieldKey::PackageKind, &["ctns", "12 pallets"], text);
        assert_eq!(kind("cins").as_deref(), Some("CT"));
        assert_eq!(kind("7 paitets").as_deref(), Some("PX"));
        assert_eq!(kind("hampers").as_deref(), Some("hampers"));
        assert_eq!(
            mended(FieldKey::Unit, &["pcs"], "pes").as_deref(),
            Some("C62")
        );
    }

    #[test]
    fn or_nearly_one_word_of_the_tables() {
        let kind = |text| mended(FieldKey::PackageKind, &[], text);
        assert_eq!(kind("paltets").as_deref(), Some("PX"));
        // Near tins, cans and ctns.
        assert_eq!(kind("cins").as_deref(), Some("cins"));
    }

    #[test]
    fn figures_and_long_texts_are_like_no_word() {
        assert_eq!(mended(FieldKey::Unit, &["%"], "12"), None);
        let long = "pallets".repeat(1000);
        let kind = mended(FieldKey::PackageKind, &["pallets"], &long);
        assert_eq!(kind, Some(long));
    }

    #[test]
    fn other_columns_are_left_alone() {
        assert_eq!(
            mended(FieldKey::Description, &["pallets"], "paltets").as_deref(),
            Some("paltets")
        );
    }
}
