//! E05 Incoterm and place.
//!
//! *What it checks*: the term on each invoice exists in an edition of the Incoterms rules in use on
//! the acceptance date (DAT left with 2020, DPU came), names a place, and is the declared one.
//! *Why it matters*: the term says which costs the price contains, and so what must be added.
//! *Example*: invoice FCA Istanbul, declared DAP Shanghai.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, Side, same_identifier, too_weak};
use crate::pack::{IncotermRow, Parameters};
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};
use jiff::civil::Date;

pub const RULE: Rule = Rule {
    id: "E05",
    meaning: "Incoterm exists, has a place and is the declared one",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mut verdicts: Vec<Result<Verdict, Unable>> = Vec::new();
    let date = facts.declaration.acceptance_date;
    if let (Some(code), Some(date)) = (&facts.declaration.incoterm, date) {
        let mention = code.clone();
        verdicts.extend(out_of_use(facts, code, &mention, date, "declared term").map(Ok));
    }
    match facts.need(DocumentType::CommercialInvoice) {
        Ok(invoices) => {
            for invoice in invoices {
                verdicts.push(on_invoice(facts, invoice));
                verdicts.extend(without_place(facts, invoice));
            }
        }
        Err(unable) => verdicts.push(Err(unable)),
    }
    Ok(folded(verdicts))
}

fn on_invoice<'a>(facts: &Facts<'a>, invoice: &'a Document) -> Result<Verdict, Unable> {
    let seen = facts.need_seen(invoice, FieldKey::Incoterm)?;
    let (code, place) = (seen.value(), seen.place());
    let date = facts.need_acceptance_date()?;
    let mention = format!("{} {}", seen.field.mention_text, place_text(facts, invoice));
    let what = format!("term on {place}");
    if let Some(problem) = out_of_use(facts, code, &mention, date, &what) {
        let weak = too_weak(facts, [seen]);
        let verdict = match weak {
            Some(reason) => Verdict::indeterminate(format!("{} {reason}", problem.explanation)),
            None => problem,
        };
        return Ok(verdict.seen([seen]));
    }
    let Some(declared) = facts.declaration.incoterm.as_deref() else {
        return not_checked("the declaration gives no Incoterm");
    };
    let judgement = match same_identifier(facts, Side::Seen(seen), Side::Declared(declared)) {
        // Two terms that both exist are not each other's misreading.
        Judgement::Doubtful(_) if too_weak(facts, [seen]).is_none() => Judgement::Differs,
        other => other,
    };
    let agrees = format!("{place} is {code}, as declared.");
    let differs = format!("{place} is {code}, but {declared} is declared.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen([seen])
        .expected(None, declared))
}

fn place_text<'a>(facts: &Facts<'a>, invoice: &'a Document) -> &'a str {
    let place = facts.see(invoice, FieldKey::IncotermPlace);
    place.map_or("", |seen| seen.field.mention_text.as_str())
}

/// A term of no edition, or of an edition that has been replaced and that the text does not name.
fn out_of_use(facts: &Facts, code: &str, mention: &str, date: Date, what: &str) -> Option<Verdict> {
    let rows = facts.pack.incoterms().iter();
    let editions: Vec<&IncotermRow> = rows
        .filter(|row| row.code.eq_ignore_ascii_case(code))
        .collect();
    let in_use = |row: &&IncotermRow| row.period().contains(date) || mention.contains(&row.edition);
    if editions.iter().any(in_use) {
        return None;
    }
    Some(match editions.last() {
        None => Verdict::discrepancy(format!(
            "The {what}, '{code}', is in no edition of Incoterms."
        )),
        Some(row) => Verdict::indeterminate(format!(
            "The {what}, {code}, is only in Incoterms {}, which is not named.",
            row.edition
        )),
    })
}

fn without_place<'a>(facts: &Facts<'a>, invoice: &'a Document) -> Option<Result<Verdict, Unable>> {
    let term: Seen = facts.see(invoice, FieldKey::Incoterm)?;
    if facts.see(invoice, FieldKey::IncotermPlace).is_some() {
        return None;
    }
    let text = format!(
        "{} names no place after {}; it may not be read.",
        term.place(),
        term.value()
    );
    Some(Ok(Verdict::indeterminate(text).seen([term])))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared(term: &str) -> TestCase {
        let declaration = json!({"id": "1", "acceptance_date": "2026-05-04", "incoterm": term});
        TestCase::new().declaration(declaration)
    }

    fn printed(term: &str) -> TestDocument {
        invoice()
            .field(FieldKey::Incoterm, term)
            .field(FieldKey::IncotermPlace, "Istanbul")
    }

    #[test]
    fn fires() {
        assert_eq!(
            declared("DAP").with(printed("FCA")).outcomes("E05"),
            [Outcome::Discrepancy]
        );
        assert_eq!(
            declared("XYZ").with(printed("FCA")).outcomes("E05"),
            [Outcome::Discrepancy, Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        assert_eq!(
            declared("FCA").with(printed("FCA")).outcomes("E05"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let withdrawn = declared("DAT").with(printed("DAT")).outcomes("E05");
        assert_eq!(withdrawn, [Outcome::Indeterminate, Outcome::Indeterminate]);
        let no_place = declared("FCA").with(invoice().field(FieldKey::Incoterm, "FCA"));
        assert_eq!(
            no_place.outcomes("E05"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        let undated = TestCase::new().with(printed("FCA"));
        assert_eq!(undated.outcomes("E05"), [Outcome::NotChecked]);
    }
}
