//! A01 Importer.
//!
//! *What it checks*: the buyer or the consignee on the invoice is the declared consignee; an equal
//! tax number decides, else the similarity of the normalised names.
//! *Why it matters*: another buyer means another liable party, another price, or a stranger's papers.
//! *Example*: invoice to "Nordwind Handels GmbH", declared consignee "Shanghai Bearing Co., Ltd.".

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::party::{self, PrintedParty};
use crate::pointers;
use crate::seen::name_of;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DeclaredParty, Document, DocumentType, FieldKey, Outcome};

pub const RULE: Rule = Rule {
    id: "A01",
    meaning: "importer on the invoice and in the declaration",
    parameters: party::PARAMETERS,
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let declared = facts.declaration.consignee.as_ref();
    let Some(declared) = declared.filter(|party| !party.name.is_empty()) else {
        return not_checked("the declaration names no consignee");
    };
    let invoices = facts.need(DocumentType::CommercialInvoice)?;
    let verdicts = invoices.into_iter();
    Ok(folded(verdicts.map(|invoice| {
        on_invoice(facts, parameters, invoice, declared)
    })))
}

/// Buyer and consignee may be two parties: the one that fits better counts.
fn on_invoice<'a>(
    facts: &Facts<'a>,
    parameters: &Parameters,
    invoice: &'a Document,
    declared: &DeclaredParty,
) -> Result<Verdict, Unable> {
    let printed = [
        PrintedParty::find(
            facts,
            invoice,
            FieldKey::BuyerName,
            Some(FieldKey::BuyerTaxId),
        ),
        PrintedParty::find(facts, invoice, FieldKey::ConsigneeName, None),
    ];
    let verdicts: Result<Vec<Verdict>, Unable> = printed
        .into_iter()
        .flatten()
        .map(|party| {
            let role = ("consignee", pointers::CONSIGNEE);
            party::compare(facts, parameters, party, declared, role)
        })
        .collect();
    let rank = |verdict: &Verdict| match verdict.outcome {
        Outcome::Pass => 0,
        Outcome::Indeterminate => 1,
        _ => 2,
    };
    match verdicts?.into_iter().min_by_key(rank) {
        Some(verdict) => Ok(verdict),
        None => not_checked(format!(
            "{} shows neither buyer nor consignee",
            name_of(invoice)
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(buyer: &str) -> TestCase {
        let consignee =
            json!({"name": "Shanghai Bearing Co., Ltd.", "tax_id": "91350100M000100Y43"});
        TestCase::new()
            .declaration(json!({"id": "1", "consignee": consignee}))
            .with(invoice().field(FieldKey::BuyerName, buyer))
    }

    #[test]
    fn fires() {
        let verdicts = case("Nordwind Handels GmbH").check("A01");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(verdicts[0].explanation.contains("Nordwind"));
        assert_eq!(verdicts[0].observed[0].field, "buyer_name");
    }

    #[test]
    fn silent() {
        assert_eq!(
            case("SHANGHAI BEARING CO LTD").outcomes("A01"),
            [Outcome::Pass]
        );
        let consignee = invoice()
            .field(FieldKey::BuyerName, "Nordwind Handels GmbH")
            .field(FieldKey::BuyerTaxId, "9135 0100 M000 100Y 43");
        let by_number = TestCase::new().declaration(json!({"id": "1",
            "consignee": {"name": "Other", "tax_id": "91350100M000100Y43"}}));
        assert_eq!(by_number.with(consignee).outcomes("A01"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let similar = case("Shanghai Baring Export Ltd");
        assert_eq!(similar.outcomes("A01"), [Outcome::Indeterminate]);
        let no_buyer = TestCase::new().declaration(json!({"id": "1", "consignee": {"name": "A"}}));
        assert_eq!(
            no_buyer.with(invoice()).outcomes("A01"),
            [Outcome::NotChecked]
        );
    }
}
