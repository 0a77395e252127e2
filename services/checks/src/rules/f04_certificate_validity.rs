//! F04 Validity of the certificate of origin.
//!
//! *What it checks*: the certificate was issued before acceptance and had not expired then: by its
//! own date of validity if it prints one, else by the period of its form in the pack.
//! *Why it matters*: an expired proof gives no preference; the difference in duty is owed.
//! *Example*: EUR.1 issued on 2025-01-10, accepted on 2026-05-04.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, bare, too_weak};
use crate::pack::{OriginCertificate, Parameters};
use crate::seen::{Seen, name_of};
use crate::verdict::{Checked, Unable, Verdict, failed, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};
use jiff::ToSpan;
use jiff::civil::Date;

pub const RULE: Rule = Rule {
    id: "F04",
    meaning: "certificate of origin is valid on the acceptance date",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let date = facts.need_acceptance_date()?;
    let certificates = facts.need(DocumentType::CertificateOfOrigin)?;
    let verdicts = certificates.into_iter();
    Ok(folded(verdicts.map(|certificate| {
        on_certificate(facts, certificate, date)
    })))
}

fn on_certificate<'a>(
    facts: &Facts<'a>,
    certificate: &'a Document,
    accepted: Date,
) -> Result<Verdict, Unable> {
    let (issued_seen, issued) = facts.need_date(certificate, FieldKey::IssueDate)?;
    let place = name_of(certificate);
    if issued > accepted {
        let judgement = dated_otherwise(facts, issued_seen, |date| date <= accepted);
        let differs =
            format!("The {place} was issued on {issued}, after acceptance on {accepted}.");
        return Ok(Verdict::of(judgement, String::new(), differs)
            .seen([issued_seen])
            .expected(None, format!("issued by {accepted}")));
    }
    if let Some(validity) = facts.see(certificate, FieldKey::ValidityDate)
        && let Some(last) = validity.date()
    {
        let judgement = if accepted <= last {
            Judgement::Agrees
        } else {
            dated_otherwise(facts, validity, |date| date >= accepted)
        };
        let agrees = format!("The {place} is valid until {last}.");
        let differs =
            format!("The {place} was valid until {last}, before acceptance on {accepted}.");
        return Ok(Verdict::of(judgement, agrees, differs)
            .seen([issued_seen, validity])
            .expected(None, format!("valid on {accepted}")));
    }
    let (form_seen, row) = form(facts, certificate, issued)?;
    if row.months == 0 {
        let text = format!("A certificate of kind {} does not expire.", row.form);
        return Ok(Verdict::pass(text).seen(form_seen.into_iter().chain([issued_seen])));
    }
    let last_day = |issued: Date| issued.checked_add(row.months.months());
    let last = last_day(issued).map_err(|_| failed(format!("{issued} is out of range.")))?;
    let judgement = if accepted <= last {
        Judgement::Agrees
    } else {
        let valid = |date| last_day(date).is_ok_and(|last| date <= accepted && accepted <= last);
        dated_otherwise(facts, issued_seen, valid)
    };
    let (kind, months) = (&row.form, row.months);
    let agrees =
        format!("The {place} ({kind}) of {issued} is valid for {months} months, until {last}.");
    let differs = format!(
        "The {place} ({kind}) of {issued} was valid for {months} months, until {last}, \
         before acceptance on {accepted}."
    );
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(form_seen.into_iter().chain([issued_seen]))
        .expected(None, format!("valid on {accepted}"))
        .tolerance(format!("{months} months from issue"))
        .legal_reference(&row.legal_reference))
}

/// `Differs`, unless another reading of the date is as possible or the reading is weak.
fn dated_otherwise(facts: &Facts, seen: Seen, fits: impl Fn(Date) -> bool) -> Judgement {
    if let Some(other) = seen.dates().into_iter().find(|date| fits(*date)) {
        let text = &seen.field.mention_text;
        return Judgement::Doubtful(format!("'{text}' can also be read as {other}."));
    }
    if let Some(reason) = too_weak(facts, [seen]) {
        return Judgement::Doubtful(reason);
    }
    if facts.read_by_ocr(seen) && facts.unsure(seen) {
        let text = &seen.field.mention_text;
        return Judgement::Doubtful(format!("The reading '{text}' is unsure."));
    }
    Judgement::Differs
}

/// The certificate's kind: as printed, else as the declaration cites it.
fn form<'a, 'p>(
    facts: &'p Facts<'a>,
    certificate: &'a Document,
    issued: Date,
) -> Result<(Option<Seen<'a>>, &'p OriginCertificate), Unable> {
    let in_force = facts.pack.origin_certificates().iter();
    let rows: Vec<&OriginCertificate> = in_force
        .filter(|row| row.period().contains(issued))
        .collect();
    if let Some(seen) = facts.see(certificate, FieldKey::Form) {
        let printed = seen.value();
        return match rows
            .iter()
            .find(|row| row.is_called(printed) || named_in(row, printed))
        {
            Some(row) => Ok((Some(seen), row)),
            None => not_checked(format!(
                "the rule pack has no validity period for form '{printed}'"
            )),
        };
    }
    let declaration = facts.declaration;
    let of_items = declaration.items.iter().flat_map(|item| &item.documents);
    let mut cited = declaration.documents.iter().chain(of_items);
    let row = cited.find_map(|cited| {
        let mut rows = rows.iter();
        rows.find(|row| row.is_called(&cited.type_code))
    });
    match row {
        Some(row) => Ok((None, row)),
        None => not_checked(format!("{} shows no form", name_of(certificate))),
    }
}

/// "MOVEMENT CERTIFICATE EUR.1 No A 123456" names EUR.1.
fn named_in(row: &OriginCertificate, printed: &str) -> bool {
    let printed = bare(printed);
    let mut names = row.names.split('|').map(bare);
    names.any(|name| name.len() >= 4 && printed.contains(&name))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, origin_certificate};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn accepted(certificate: TestDocument) -> TestCase {
        TestCase::new()
            .declaration(json!({"id": "1", "acceptance_date": "2026-05-04"}))
            .with(certificate)
    }

    fn form(form: &str, issued: &str) -> TestDocument {
        origin_certificate()
            .field(FieldKey::Form, form)
            .field(FieldKey::IssueDate, issued)
    }

    #[test]
    fn fires() {
        let verdicts = accepted(form("EUR.1", "2025-01-10")).check("F04");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(verdicts[0].legal_reference.is_some());
        let late = accepted(form("Form E", "2026-06-01"));
        assert_eq!(late.outcomes("F04"), [Outcome::Discrepancy]);
        let expired =
            accepted(form("861", "2026-01-01").field(FieldKey::ValidityDate, "2026-04-30"));
        assert_eq!(expired.outcomes("F04"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(
            accepted(form("RCEP", "2025-06-01")).outcomes("F04"),
            [Outcome::Pass]
        );
        assert_eq!(
            accepted(form("861", "2024-06-01")).outcomes("F04"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let ambiguous = accepted(form("Form E", "2026-06-05").or("2026-05-04"));
        assert_eq!(ambiguous.outcomes("F04"), [Outcome::Indeterminate]);
        let unknown = accepted(form("FORM ZZ", "2026-01-02"));
        assert_eq!(unknown.outcomes("F04"), [Outcome::NotChecked]);
        let undated = TestCase::new().with(form("EUR.1", "2026-01-02"));
        assert_eq!(undated.outcomes("F04"), [Outcome::NotChecked]);
    }
}
