//! E06 Freight and insurance.
//!
//! *What it checks*: where the importing country values goods CIF, a term that leaves the main
//! carriage to the buyer (EXW, FCA, FAS, FOB) comes with declared freight and insurance; a term
//! that contains them comes without, or they may be added twice. An amount that the invoice itself
//! shows is within its total. A declared zero is a statement; an absent element may only be missing.
//! *Why it matters*: freight left out of the customs value is the commonest undervaluation.
//! *Example*: FOB Shanghai into the European Union, freight declared as zero.

use super::Rule;
use crate::facts::Facts;
use crate::pack::{IncotermRow, Parameters};
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DocumentType, FieldKey, Money, Outcome};

pub const RULE: Rule = Rule {
    id: "E06",
    meaning: "freight and insurance as the Incoterm requires",
    parameters: &["cif_countries"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let declaration = facts.declaration;
    let Some(country) = declaration.importing_country.as_deref() else {
        return not_checked("the declaration names no importing country");
    };
    if !parameters.texts("cif_countries")?.contains(&country) {
        return not_checked(format!("{country} is not listed as valuing goods CIF"));
    }
    let date = facts.need_acceptance_date()?;
    let Some(code) = declaration.incoterm.as_deref() else {
        return not_checked("the declaration gives no Incoterm");
    };
    let rows = facts.pack.incoterms().iter();
    let current = rows.filter(|row| row.period().contains(date));
    let Some(term) = current
        .into_iter()
        .find(|row| row.code.eq_ignore_ascii_case(code))
    else {
        return not_checked(format!("Incoterm {code} is not in use on {date}"));
    };
    let sides = [
        (
            "freight",
            FieldKey::FreightAmount,
            &declaration.freight,
            term.freight_included,
        ),
        (
            "insurance",
            FieldKey::InsuranceAmount,
            &declaration.insurance,
            term.insurance_included,
        ),
    ];
    Ok(folded(sides.into_iter().map(
        |(what, key, declared, included)| {
            let on_invoice = on_invoice(facts, key, declared);
            let verdict = judge(term, what, declared, included, on_invoice.is_some());
            Ok::<Verdict, Unable>(with_evidence(facts, verdict, key))
        },
    )))
}

fn judge(
    term: &IncotermRow,
    what: &str,
    declared: &Option<Money>,
    included: bool,
    on_invoice: bool,
) -> Verdict {
    let code = &term.code;
    let amount = declared.as_ref().filter(|money| !money.amount.is_zero());
    match (included, amount) {
        (_, Some(money)) if on_invoice => Verdict::pass(format!(
            "The {what} of {} {} is declared as the invoice shows it.",
            money.amount, money.currency
        )),
        (true, None) => Verdict::pass(format!("{code} contains {what}, and none is added.")),
        (true, Some(money)) => Verdict::indeterminate(format!(
            "{code} contains {what}, but {} {} is declared: it may be added twice.",
            money.amount, money.currency
        )),
        (false, Some(money)) => Verdict::pass(format!(
            "{code} leaves {what} to the buyer, and {} {} is declared.",
            money.amount, money.currency
        )),
        // The D terms and the C terms without insurance: the seller bears the risk or nobody insures.
        (false, None) if term.freight_included => Verdict::pass(format!(
            "{code} has the main carriage in its price; no {what} is declared."
        )),
        (false, None) if declared.is_some() => Verdict::discrepancy(format!(
            "{code} leaves {what} to the buyer, but it is declared as zero."
        )),
        (false, None) => Verdict::not_checked(format!(
            "the declaration gives no {what}, which {code} leaves to the buyer"
        )),
    }
}

/// The invoice's own amount, where it is the declared one.
fn on_invoice<'a>(facts: &Facts<'a>, key: FieldKey, declared: &Option<Money>) -> Option<Seen<'a>> {
    let declared = declared.as_ref()?.amount;
    let invoices = facts.of_type(DocumentType::CommercialInvoice).into_iter();
    let mut amounts = invoices.filter_map(|invoice| facts.see(invoice, key));
    amounts.find(|seen| seen.decimal() == Some(declared))
}

fn with_evidence(facts: &Facts, verdict: Verdict, key: FieldKey) -> Verdict {
    if verdict.outcome == Outcome::Pass {
        return verdict;
    }
    let documents = facts.documents.iter().copied();
    let seen: Vec<_> = documents
        .flat_map(|document| {
            [FieldKey::Incoterm, key]
                .map(|key| facts.see(document, key))
                .into_iter()
                .flatten()
        })
        .collect();
    verdict.seen(seen)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestCase;
    use docexam_domain::Outcome;
    use serde_json::json;

    fn case(term: &str, freight: Option<&str>, insurance: Option<&str>) -> TestCase {
        let money = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        TestCase::new().declaration(json!({"id": "1", "acceptance_date": "2026-05-04",
            "importing_country": "CN", "incoterm": term,
            "freight": freight.map(money), "insurance": insurance.map(money)}))
    }

    #[test]
    fn fires() {
        assert_eq!(
            case("FOB", Some("0"), Some("30")).outcomes("E06"),
            [Outcome::Pass, Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        assert_eq!(
            case("FOB", Some("900"), Some("30")).outcomes("E06"),
            [Outcome::Pass]
        );
        assert_eq!(case("CIF", None, None).outcomes("E06"), [Outcome::Pass]);
        assert_eq!(
            case("DAP", Some("0"), None).outcomes("E06"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("FOB", None, Some("30")).outcomes("E06"),
            [Outcome::Pass, Outcome::NotChecked]
        );
        assert_eq!(
            case("CIF", Some("900"), None).outcomes("E06"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        assert_eq!(TestCase::new().outcomes("E06"), [Outcome::NotChecked]);
    }
}
