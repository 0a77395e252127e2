//! Which mentions become fields: one value for each header key, all values of the keys that repeat.
//! Of competing mentions the likeliest is kept, by its own confidence and by what its value promises
//! (see `candidates` and `arithmetic`). Deliberately absent: the losing candidates.

use crate::arithmetic::{close_sum, settle_amounts, settle_tax};
use crate::candidates::{Candidate, candidates};
use crate::mentions::Mention;
use crate::normalise::Context;
use crate::rivals::rival_candidates;
use docexam_domain::FieldKey;
use regex::Regex;
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// Header fields of one document, in no particular order.
pub fn choose(
    mentions: Vec<Mention>,
    rivals: Vec<Mention>,
    printed: Vec<Mention>,
    sum_of_lines: Option<Decimal>,
    context: &Context,
) -> Vec<Candidate> {
    let separated = mentions.into_iter().flat_map(one_container_each);
    let mut by_key = candidates(separated, context);
    let rivals = rival_candidates(rivals, context);
    settle_amounts(&mut by_key, &rivals, sum_of_lines);
    let printed: Vec<Candidate> = printed
        .into_iter()
        .map(|mention| Candidate::new(mention, context))
        .collect();
    settle_tax(&mut by_key, &printed, sum_of_lines);
    close_sum(&mut by_key, &rivals, &printed, sum_of_lines);
    by_key
        .into_iter()
        .flat_map(|(key, candidates)| {
            let kept = if key.repeats() { candidates.len() } else { 1 };
            candidates.into_iter().take(kept)
        })
        .filter(Candidate::is_worth_keeping)
        .collect()
}

/// Containers listed in one mention become a mention each; the text is cut, not changed.
fn one_container_each(mention: Mention) -> Vec<Mention> {
    static CONTAINER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b[A-Z]{4}[ \-]?\d{6}[ \-/]?\d\b").expect("a constant pattern")
    });
    if mention.key != FieldKey::ContainerNumber {
        return vec![mention];
    }
    let found: Vec<&str> = CONTAINER
        .find_iter(&mention.text)
        .map(|m| m.as_str())
        .collect();
    if found.len() < 2 {
        return vec![mention];
    }
    found
        .into_iter()
        .map(|text| Mention {
            text: text.to_owned(),
            ..mention.clone()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::Rect;

    fn mention(key: FieldKey, text: &str, confidence: f32) -> Mention {
        Mention {
            key,
            page: 0,
            first_word: 0,
            text: text.to_owned(),
            bbox: Rect::default(),
            confidence,
        }
    }

    #[test]
    fn single_keys_keep_the_best_and_repeating_keys_keep_each_value_once() {
        let chosen = choose(
            vec![
                mention(FieldKey::DocumentNumber, "A-1", 0.9),
                mention(FieldKey::DocumentNumber, "PO 7", 0.6),
                mention(FieldKey::SealNumber, "S1", 0.8),
                mention(FieldKey::SealNumber, "S2", 0.8),
                mention(FieldKey::SealNumber, "S1", 0.9),
                mention(
                    FieldKey::ContainerNumber,
                    "CSQU3054383 / TGHU 123456-7",
                    0.9,
                ),
            ],
            Vec::new(),
            Vec::new(),
            None,
            &Context::default(),
        );
        let texts = |key| -> Vec<&str> {
            let of_key = chosen.iter().filter(|c| c.mention.key == key);
            let mut texts: Vec<&str> = of_key.map(|c| c.mention.text.as_str()).collect();
            texts.sort_unstable();
            texts
        };
        assert_eq!(texts(FieldKey::DocumentNumber), ["A-1"]);
        assert_eq!(texts(FieldKey::SealNumber), ["S1", "S2"]);
        assert_eq!(
            texts(FieldKey::ContainerNumber),
            ["CSQU3054383", "TGHU 123456-7"]
        );
    }
}
