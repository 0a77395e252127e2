//! H01 Order of dates.
//!
//! *What it checks*: invoice, shipment and acceptance follow each other: nothing is dated after
//! acceptance, and the invoice not later than shipment but for the pack's days of slack.
//! *Why it matters*: papers made up afterwards carry dates that cannot be.
//! *Example*: on board on 2026-03-01, invoice of 2026-04-20.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, misread_dates, too_weak};
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, failed, folded, not_checked};
use docexam_domain::{DocumentType, FieldKey};
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;

pub const RULE: Rule = Rule {
    id: "H01",
    meaning: "dates of invoice, shipment and acceptance follow each other",
    parameters: &["slack_days"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let slack = parameters.number("slack_days")?.to_i64().unwrap_or(0);
    let invoiced = dates(facts, FieldKey::IssueDate, |t| {
        t == DocumentType::CommercialInvoice
    });
    let on_board = dates(
        facts,
        FieldKey::OnBoardDate,
        DocumentType::is_transport_document,
    );
    let mut verdicts = Vec::new();
    if let Some(accepted) = facts.declaration.acceptance_date {
        for seen in invoiced.iter().chain(&on_board) {
            verdicts.push(before(facts, *seen, accepted, 0, "acceptance", None));
        }
    }
    for invoice in &invoiced {
        for board in &on_board {
            if let Some(shipped) = board.date() {
                let shipment = Some(*board);
                verdicts.push(before(
                    facts, *invoice, shipped, slack, "shipment", shipment,
                ));
            }
        }
    }
    if verdicts.is_empty() {
        return not_checked("fewer than two of invoice, on-board and acceptance date are known");
    }
    Ok(folded(verdicts))
}

fn dates<'a>(facts: &Facts<'a>, key: FieldKey, of: impl Fn(DocumentType) -> bool) -> Vec<Seen<'a>> {
    let documents = facts.documents.iter().copied();
    let wanted = documents.filter(|document| of(document.document_type));
    wanted
        .filter_map(|document| facts.see(document, key))
        .collect()
}

fn before(
    facts: &Facts,
    seen: Seen,
    later: Date,
    slack: i64,
    what: &str,
    other: Option<Seen>,
) -> Result<Verdict, Unable> {
    let (name, place) = (seen.name(), seen.place());
    let Some(date) = seen.date() else {
        let text = format!(
            "{name} '{}' on {place} is not readable.",
            seen.field.mention_text
        );
        return Err(Verdict::indeterminate(text).seen([seen]).into_unable());
    };
    let last = later.checked_add(slack.days());
    let last = last.map_err(|_| failed(format!("{later} is out of range.")))?;
    let evidence: Vec<Seen> = [Some(seen), other].into_iter().flatten().collect();
    let judgement = if date <= last {
        Judgement::Agrees
    } else if let Some(possible) = seen.dates().into_iter().find(|date| *date <= last) {
        Judgement::Doubtful(format!("It can also be read as {possible}."))
    } else if let Some(reason) = too_weak(facts, evidence.iter().copied()) {
        Judgement::Doubtful(reason)
    } else if let Some(reason) = misread_dates(facts, &evidence, date, later) {
        Judgement::Doubtful(reason)
    } else {
        Judgement::Differs
    };
    let agrees = format!("{name} {date} on {place} is not after {what} on {later}.");
    let differs = format!("{name} on {place} is {date}, after {what} on {later}.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(evidence)
        .expected(None, format!("not after {last}"))
        .tolerance(format!("{slack} days")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(invoiced: &str) -> TestCase {
        TestCase::new()
            .declaration(json!({"id": "1", "acceptance_date": "2026-05-04"}))
            .with(invoice().field(FieldKey::IssueDate, invoiced))
            .with(bill_of_lading().field(FieldKey::OnBoardDate, "2026-03-01"))
    }

    #[test]
    fn fires() {
        assert_eq!(
            case("2026-04-20").outcomes("H01"),
            [Outcome::Pass, Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        assert_eq!(case("2026-02-20").outcomes("H01"), [Outcome::Pass]);
        assert_eq!(case("2026-03-03").outcomes("H01"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let declaration = json!({"id": "1", "acceptance_date": "2026-05-04"});
        let ambiguous = TestCase::new().declaration(declaration).with(
            invoice()
                .field(FieldKey::IssueDate, "2026-06-04")
                .or("2026-04-06"),
        );
        assert_eq!(ambiguous.outcomes("H01"), [Outcome::Indeterminate]);
        assert_eq!(
            case("2126-02-20").outcomes("H01"),
            [
                Outcome::Pass,
                Outcome::Indeterminate,
                Outcome::Indeterminate
            ]
        );
        let alone = TestCase::new().with(invoice().field(FieldKey::IssueDate, "2026-04-20"));
        assert_eq!(alone.outcomes("H01"), [Outcome::NotChecked]);
    }
}
