//! H02 Dates are real.
//!
//! *What it checks*: every date read is a day of the calendar and, but for dates of validity and
//! departure, not after the acceptance date (the only "today" that can be reproduced).
//! *Why it matters*: 31 February is on no genuine paper.
//! *Example*: certificate issued on 2026-02-31.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, misread_dates, too_weak};
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DocumentType, FieldKey, ValueForm};
use jiff::civil::Date;

pub const RULE: Rule = Rule {
    id: "H02",
    meaning: "dates exist and are not in the future",
    parameters: &[],
    check,
};

/// Dates that may lie ahead, and those that another rule judges (H01, F04).
fn may_be_later(seen: Seen) -> bool {
    let key = seen.field.key;
    let judged_elsewhere = key == FieldKey::IssueDate
        && matches!(
            seen.document.document_type,
            DocumentType::CommercialInvoice | DocumentType::CertificateOfOrigin
        );
    judged_elsewhere
        || matches!(
            key,
            FieldKey::ValidityDate | FieldKey::DepartureDate | FieldKey::OnBoardDate
        )
}

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mut verdicts = Vec::new();
    for document in facts.documents.iter().copied() {
        let dates = document
            .fields
            .iter()
            .filter(|field| field.key.value_form() == ValueForm::Date);
        for field in dates {
            let seen = Seen {
                document,
                field,
                row: None,
            };
            verdicts.push(judged(facts, seen));
        }
    }
    if verdicts.is_empty() {
        return not_checked("no date was read on any document");
    }
    Ok(folded(verdicts))
}

fn judged(facts: &Facts, seen: Seen) -> Result<Verdict, Unable> {
    let (name, place) = (seen.name(), seen.place());
    let text = &seen.field.mention_text;
    let dates = seen.dates();
    if dates.is_empty() {
        let text = format!("{name} '{text}' on {place} is not readable as a day of the calendar.");
        return Ok(Verdict::indeterminate(text).seen([seen]));
    }
    let Some(accepted) = facts.declaration.acceptance_date else {
        return Ok(Verdict::pass("All dates read are days of the calendar.").seen([seen]));
    };
    let date = dates.iter().min().copied().unwrap_or(Date::MIN);
    let judgement = if may_be_later(seen) || date <= accepted {
        Judgement::Agrees
    } else if let Some(reason) = too_weak(facts, [seen]) {
        Judgement::Doubtful(reason)
    } else if let Some(reason) = misread_dates(facts, &[seen], date, accepted) {
        Judgement::Doubtful(reason)
    } else {
        Judgement::Differs
    };
    let agrees = "All dates read are days of the calendar, none after acceptance.".to_owned();
    let differs = format!("{name} {date} on {place} is after acceptance on {accepted}.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen([seen])
        .tolerance(0))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, packing_list};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn outcomes(list: TestDocument) -> Vec<Outcome> {
        TestCase::new()
            .declaration(json!({"id": "1", "acceptance_date": "2026-05-04"}))
            .with(list)
            .outcomes("H02")
    }

    #[test]
    fn fires() {
        let future = packing_list().field(FieldKey::IssueDate, "2026-09-01");
        assert_eq!(outcomes(future), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        let list = packing_list().field(FieldKey::IssueDate, "2026-04-01");
        assert_eq!(outcomes(list), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let impossible = packing_list().unreadable(FieldKey::IssueDate, "31.02.2026");
        assert_eq!(outcomes(impossible), [Outcome::Indeterminate]);
        let next_century = packing_list().field(FieldKey::IssueDate, "2126-04-01");
        assert_eq!(outcomes(next_century), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("H02"), [Outcome::NotChecked]);
    }
}
