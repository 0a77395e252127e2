//! What the rules about check digits share: every printed and declared identifier is judged, and a
//! failing one that was read unsurely is not held against anybody.

use crate::facts::Facts;
use crate::judge::{bare, too_weak};
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};

/// How identifiers of one kind are checked.
pub struct Identifier {
    /// "container number".
    pub what: &'static str,
    /// `None` where the form does not fit.
    pub valid: fn(&str) -> Option<bool>,
    /// Whether another form is itself a problem.
    pub form_matters: bool,
}

pub fn check_all<'a>(
    facts: &Facts,
    identifier: &Identifier,
    printed: impl IntoIterator<Item = Seen<'a>>,
    declared: impl IntoIterator<Item = (&'a str, Option<String>)>,
) -> Checked {
    let mut verdicts: Vec<Result<Verdict, Unable>> = Vec::new();
    for (number, pointer) in declared {
        let verdict = judged(identifier, number, "the declaration");
        verdicts.extend(verdict.map(|verdict| Ok(verdict.expected(pointer, number))));
    }
    for seen in printed {
        let verdict = judged(identifier, seen.value(), &seen.place());
        verdicts.extend(verdict.map(|verdict| Ok(weighed(facts, verdict, seen))));
    }
    if verdicts.is_empty() {
        return not_checked(format!("no {} is printed or declared", identifier.what));
    }
    Ok(folded(verdicts))
}

fn judged(identifier: &Identifier, number: &str, place: &str) -> Option<Verdict> {
    let what = identifier.what;
    match (identifier.valid)(&bare(number)) {
        Some(true) => Some(Verdict::pass(format!(
            "The check digit of {what} {number} in {place} is right."
        ))),
        Some(false) => Some(Verdict::discrepancy(format!(
            "The check digit of {what} {number} in {place} is wrong."
        ))),
        None if identifier.form_matters => Some(Verdict::discrepancy(format!(
            "'{number}' in {place} does not have the form of a {what}."
        ))),
        None => None,
    }
}

/// A letter where a digit belongs, or an unsure reading, may be the reader's error.
fn weighed(facts: &Facts, verdict: Verdict, seen: Seen) -> Verdict {
    if verdict.outcome == docexam_domain::Outcome::Pass {
        return verdict.seen([seen]);
    }
    let reason = too_weak(facts, [seen]).or_else(|| {
        if !facts.read_by_ocr(seen) {
            return None;
        }
        let odd_form = verdict.explanation.contains("form of");
        if odd_form {
            return Some("A letter and a digit may be misread for each other.".to_owned());
        }
        facts
            .unsure(seen)
            .then(|| "The reading is unsure.".to_owned())
    });
    match reason {
        Some(reason) => {
            Verdict::indeterminate(format!("{} {reason}", verdict.explanation)).seen([seen])
        }
        None => verdict.seen([seen]),
    }
}
