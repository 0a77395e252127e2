//! Which mentions become fields: one value for each header key, all values of the keys that repeat.
//! Of competing mentions the likeliest is kept, by its own confidence and by what its value promises
//! (see `candidates` and `arithmetic`). Deliberately absent: the losing candidates.

use crate::arithmetic::{close_sum, settle_amounts, settle_tax};
use crate::candidates::{Candidate, candidates};
use crate::mass_columns::IMPOSSIBLE;
use crate::mentions::Mention;
use crate::normalise::Context;
use crate::rivals::rival_candidates;
use docexam_domain::FieldKey;
use regex::Regex;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
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
    doubt_expired(&mut by_key);
    by_key
        .into_iter()
        .flat_map(|(key, candidates)| {
            let kept = if key.repeats() { candidates.len() } else { 1 };
            candidates.into_iter().take(kept)
        })
        .filter(Candidate::is_worth_keeping)
        .collect()
}

/// No paper is valid until a day before it was issued: that is the date of a stamp, or one of the two is misread.
fn doubt_expired(by_key: &mut BTreeMap<FieldKey, Vec<Candidate>>) {
    let value = |candidate: &Candidate| candidate.normalised.value.clone();
    let issued = by_key
        .get(&FieldKey::IssueDate)
        .and_then(|dates| value(dates.first()?));
    let (Some(issued), Some(valid)) = (issued, by_key.get_mut(&FieldKey::ValidityDate)) else {
        return;
    };
    // ISO 8601 dates are ordered as texts.
    for date in valid
        .iter_mut()
        .filter(|date| value(date).is_some_and(|until| until < issued))
    {
        date.odds -= IMPOSSIBLE;
    }
    valid.sort_by(|one, other| other.odds.total_cmp(&one.odds));
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
    fn a_paper_is_not_valid_until_before_it_was_issued() {
        let until = |issued: &str| {
            let chosen = choose(
                vec![
                    mention(FieldKey::IssueDate, issued, 0.9),
                    mention(FieldKey::ValidityDate, "2021-10-22", 0.9),
                    mention(FieldKey::ValidityDate, "2026-05-14", 0.6),
                ],
                Vec::new(),
                Vec::new(),
                None,
                &Context::default(),
            );
            let mut dates = chosen.into_iter();
            dates
                .find(|date| date.mention.key == FieldKey::ValidityDate)
                .map(|date| date.mention.text)
        };
        assert_eq!(until("2020-01-01").as_deref(), Some("2021-10-22"));
        assert_eq!(until("2025-05-14").as_deref(), Some("2026-05-14"));
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
