//! Other roles that an amount may have: where the model hesitates whether a number is the goods value or the total,
//! each role is a rival of the other. Arithmetic chooses among them (see `arithmetic`); nothing else uses them.

use crate::arithmetic::AMOUNTS;
use crate::candidates::{Candidate, candidates};
use crate::mentions::Mention;
use crate::normalise::Context;
use crate::settle::settled;
use crate::tagged::{Tag, TaggedPage};
use docexam_domain::FieldKey;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A role less probable than this is none.
const LEAST: f32 = 0.02;

/// Roles of the single words on a page, other than the likeliest. Amounts printed as several words are left out.
pub fn rivals(page_index: usize, page: &TaggedPage) -> Vec<Mention> {
    let mut rivals = Vec::new();
    let words = page
        .reading
        .words
        .iter()
        .zip(settled(page))
        .zip(&page.words);
    for (index, ((word, settled), tagged)) in words.enumerate() {
        if !word.text.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let roles = std::iter::once((tagged.tag, tagged.probability)).chain(tagged.others.clone());
        for (role, probability) in roles {
            let Tag::Header(key) = role else {
                continue;
            };
            // Not-a-number is no probability either.
            let is_likely = probability >= LEAST;
            if role != settled.tag && AMOUNTS.contains(&key) && is_likely {
                rivals.push(Mention {
                    key,
                    page: page_index,
                    first_word: index,
                    text: word.text.clone(),
                    bbox: word.bbox,
                    confidence: (probability * word.confidence).clamp(0.0, 1.0),
                });
            }
        }
    }
    rivals
}

/// All amounts that are printed on a page, whatever the model takes them for; each as if it were the tax.
pub fn printed_amounts(page_index: usize, page: &TaggedPage) -> Vec<Mention> {
    static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^-?[€$£₺¥]?[\d.,']{1,14}[.,]\d{2}-?$").expect("a constant pattern")
    });
    let words = page.reading.words.iter().enumerate();
    words
        .filter(|(_, word)| AMOUNT.is_match(&word.text))
        .map(|(index, word)| Mention {
            key: FieldKey::TaxAmount,
            page: page_index,
            first_word: index,
            text: word.text.clone(),
            bbox: word.bbox,
            // By itself it is hardly more likely than not to be anything.
            confidence: 0.3 * word.confidence.clamp(0.0, 1.0),
        })
        .collect()
}

/// Those that are numbers, by key, the likeliest first.
pub fn rival_candidates(
    rivals: Vec<Mention>,
    context: &Context,
) -> BTreeMap<FieldKey, Vec<Candidate>> {
    let mut by_key = candidates(rivals, context);
    for of_key in by_key.values_mut() {
        of_key.retain(|candidate| candidate.normalised.value.is_some());
    }
    by_key
}
