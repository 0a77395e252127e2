//! C06 Gross mass on packing list and transport document.
//!
//! *What it checks*: the two gross masses agree within the pack's share (1 %); above the larger
//! share (5 %) terminals hold the cargo, and the finding is severe.
//! *Why it matters*: the carrier weighed the goods; the packing list is only the seller's word.
//! *Example*: packing list 1,535 kg, bill of lading 1,835 kg.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, Term, balance, sum};
use crate::pack::Parameters;
use crate::verdict::{Checked, Unable, Verdict, failed, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey, Severity};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "C06",
    meaning: "gross mass on packing list and transport document",
    parameters: &["share", "hold_share"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let lists = facts.need(DocumentType::PackingList)?;
    let transport = facts.transport_documents();
    if transport.is_empty() {
        return not_checked("no transport document was found in the submission");
    }
    let masses: Result<Vec<Term>, Unable> = lists
        .into_iter()
        .map(|list| {
            let (seen, mass) = facts.need_number(list, FieldKey::TotalGrossMassKg)?;
            Ok(Term::plus(seen, mass))
        })
        .collect();
    let masses = masses?;
    let verdicts = transport.into_iter();
    Ok(folded(verdicts.map(|document| {
        compared(facts, parameters, &masses, document)
    })))
}

fn compared<'a>(
    facts: &Facts<'a>,
    parameters: &Parameters,
    listed: &[Term<'a>],
    document: &'a Document,
) -> Result<Verdict, Unable> {
    let (seen, carried) = facts.need_number(document, FieldKey::TotalGrossMassKg)?;
    let packed = sum(listed)?;
    let (share, hold) = (
        parameters.number("share")?,
        parameters.number("hold_share")?,
    );
    let of_packed = |share: Decimal| {
        let allowed = packed.abs().checked_mul(share);
        allowed.ok_or_else(|| failed("The masses are too large to compute with."))
    };
    let tolerance = of_packed(share)?;
    let terms = [listed, &[Term::minus(seen, carried)]].concat();
    let judgement = balance(facts, &terms, tolerance)?;
    let held = judgement == Judgement::Differs && sum(&terms)?.abs() > of_packed(hold)?;
    let place = seen.place();
    let agrees = format!("Gross mass {carried} kg on {place} agrees with {packed} kg packed.");
    let differs =
        format!("Gross mass is {packed} kg on the packing list, {carried} kg on {place}.");
    let evidence = listed.iter().filter_map(|term| term.seen);
    let verdict = Verdict::of(judgement, agrees, differs)
        .seen(evidence.chain([seen]))
        .tolerance(format!("{} %", (share * Decimal::ONE_HUNDRED).normalize()));
    Ok(if held {
        verdict.severity(Severity::High)
    } else {
        verdict
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading, packing_list};
    use docexam_domain::{FieldKey, Outcome, Severity};

    fn case(packed: &str, carried: &str) -> TestCase {
        TestCase::new()
            .with(packing_list().field(FieldKey::TotalGrossMassKg, packed))
            .with(bill_of_lading().field(FieldKey::TotalGrossMassKg, carried))
    }

    #[test]
    fn fires() {
        let severe = case("1535", "1935").check("C06");
        assert_eq!(severe[0].outcome, Outcome::Discrepancy);
        assert_eq!(severe[0].severity, Some(Severity::High));
        let mild = case("1535", "1570").check("C06");
        assert_eq!(
            (mild[0].outcome, mild[0].severity),
            (Outcome::Discrepancy, None)
        );
    }

    #[test]
    fn silent() {
        assert_eq!(case("1535", "1545").outcomes("C06"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("1535", "l,B35").outcomes("C06"),
            [Outcome::Indeterminate]
        );
        let alone = TestCase::new().with(packing_list());
        assert_eq!(alone.outcomes("C06"), [Outcome::NotChecked]);
    }
}
