//! A03 Consignee of the transport document.
//!
//! *What it checks*: the consignee on the bill of lading or waybill is the declared consignee; a
//! bill made out "to order" is judged by its notify party.
//! *Why it matters*: the carrier hands the goods to the party on the bill, whatever is declared.
//! *Example*: bill of lading consigned to "Gulf Star Trading FZE", declared "Shanghai Bearing".

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::party::{self, PrintedParty};
use crate::pointers;
use crate::seen::name_of;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DeclaredParty, Document, FieldKey};

pub const RULE: Rule = Rule {
    id: "A03",
    meaning: "consignee of the transport document and in the declaration",
    parameters: party::PARAMETERS,
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let declared = facts.declaration.consignee.as_ref();
    let Some(declared) = declared.filter(|party| !party.name.is_empty()) else {
        return not_checked("the declaration names no consignee");
    };
    let documents = facts.transport_documents();
    if documents.is_empty() {
        return not_checked("no transport document was found in the submission");
    }
    let verdicts = documents.into_iter();
    Ok(folded(verdicts.map(|document| {
        on_document(facts, parameters, document, declared)
    })))
}

fn on_document<'a>(
    facts: &Facts<'a>,
    parameters: &Parameters,
    document: &'a Document,
    declared: &DeclaredParty,
) -> Result<Verdict, Unable> {
    // Transport documents carry the consignee as buyer or as consignee.
    let consignee = [FieldKey::ConsigneeName, FieldKey::BuyerName]
        .into_iter()
        .find_map(|key| PrintedParty::find(facts, document, key, None));
    let to_order = consignee.is_some_and(|party| is_to_order(party.name.value()));
    let printed = if to_order {
        PrintedParty::find(facts, document, FieldKey::NotifyPartyName, None)
    } else {
        consignee
    };
    let Some(printed) = printed else {
        let missing = if to_order {
            "is to order and shows no notify party"
        } else {
            "shows no consignee"
        };
        return not_checked(format!("{} {missing}", name_of(document)));
    };
    let role = ("consignee", pointers::CONSIGNEE);
    party::compare(facts, parameters, printed, declared, role)
}

/// "TO ORDER", "TO THE ORDER OF …".
fn is_to_order(name: &str) -> bool {
    let name = name.to_uppercase();
    name.starts_with("TO ORDER") || name.starts_with("TO THE ORDER")
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, bill_of_lading};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn outcomes(lading: TestDocument) -> Vec<Outcome> {
        TestCase::new()
            .declaration(json!({"id": "1", "consignee": {"name": "Shanghai Bearing Co., Ltd."}}))
            .with(lading)
            .outcomes("A03")
    }

    #[test]
    fn fires() {
        let stranger = bill_of_lading().field(FieldKey::ConsigneeName, "Gulf Star Trading FZE");
        assert_eq!(outcomes(stranger), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        let to_order = bill_of_lading()
            .field(FieldKey::ConsigneeName, "TO ORDER OF BANK OF CHINA")
            .field(FieldKey::NotifyPartyName, "Shanghai Bearing Co.,Ltd");
        assert_eq!(outcomes(to_order), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let to_order = bill_of_lading().field(FieldKey::ConsigneeName, "TO ORDER");
        assert_eq!(outcomes(to_order), [Outcome::NotChecked]);
        let blurred = bill_of_lading()
            .field(FieldKey::ConsigneeName, "Gulf Star")
            .confidence(0.2);
        assert_eq!(outcomes(blurred), [Outcome::Indeterminate]);
    }
}
