//! K02 IMO ship number.
//!
//! *What it checks*: the check digit of an IMO number printed beside the vessel's name.
//! *Why it matters*: a ship keeps its number when name, flag and owner change; a wrong one hides it.
//! *Example*: MSC ANNA IMO 9074728; the right number ends with 9.

use super::Rule;
use crate::check_digit_rule::{Identifier, check_all};
use crate::check_digits::imo;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::Checked;
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "K02",
    meaning: "check digits of IMO ship numbers",
    parameters: &[],
    check,
};

const IMO: Identifier = Identifier {
    what: "IMO number",
    valid: imo_behind_name,
    form_matters: false,
};

/// `MSCANNAIMO9074729`: the seven digits behind the last "IMO".
fn imo_behind_name(text: &str) -> Option<bool> {
    let (_, behind) = text.rsplit_once("IMO")?;
    imo(behind.get(..7)?)
}

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let documents = facts.documents.iter().copied();
    let printed: Vec<Seen> = documents
        .filter_map(|document| facts.see(document, FieldKey::VesselName))
        .collect();
    let declared = facts.declaration.vessel_name.as_deref();
    check_all(facts, &IMO, printed, declared.map(|name| (name, None)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading};
    use docexam_domain::{FieldKey, Outcome};

    fn case(vessel: &str, confidence: f32) -> TestCase {
        let lading = bill_of_lading().field(FieldKey::VesselName, vessel);
        TestCase::new().with(lading.confidence(confidence))
    }

    #[test]
    fn fires() {
        let wrong = case("MSC ANNA (IMO 9074728)", 0.98);
        assert_eq!(wrong.outcomes("K02"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(
            case("MSC ANNA (IMO 9074729)", 0.98).outcomes("K02"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let unsure = case("MSC ANNA IMO 9074728", 0.6);
        assert_eq!(unsure.outcomes("K02"), [Outcome::Indeterminate]);
        assert_eq!(case("LIMOGES", 0.98).outcomes("K02"), [Outcome::NotChecked]);
    }
}
