//! D06 Vessel and voyage.
//!
//! *What it checks*: vessel and voyage on every document are those declared, or those of the
//! transport document; names of ships may differ a little, voyages may not.
//! *Why it matters*: goods on another ship came from another port, perhaps another country.
//! *Example*: declared MSC ANNA 045W, bill of lading EVER GIVEN 012W.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, Side, too_weak};
use crate::pack::Parameters;
use crate::party_names::{contains, similarity};
use crate::references::{Mentioned, one_number};
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{FieldKey, Outcome};

pub const RULE: Rule = Rule {
    id: "D06",
    meaning: "vessel and voyage wherever they are mentioned",
    parameters: &["same_name"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let mut verdicts: Vec<Result<Verdict, Unable>> = vessels(facts, parameters)?;
    let mentioned = Mentioned {
        key: FieldKey::VoyageNumber,
        what: "voyage",
        declared: facts.declaration.voyage_number.as_deref(),
        pointer: None,
    };
    let voyages = one_number(facts, &mentioned, Vec::new());
    let voyages = voyages.unwrap_or_else(|unable| vec![*unable]);
    let judged = voyages
        .into_iter()
        .filter(|v| v.outcome != Outcome::NotChecked);
    verdicts.extend(judged.map(Ok));
    if verdicts.is_empty() {
        return not_checked("no two papers show a vessel or a voyage");
    }
    Ok(folded(verdicts))
}

fn vessels(facts: &Facts, parameters: &Parameters) -> Result<Vec<Result<Verdict, Unable>>, Unable> {
    let same_name = parameters.share("same_name")?;
    let documents = facts.documents.iter();
    let mut mentions: Vec<Seen> = documents
        .filter_map(|document| facts.see(document, FieldKey::VesselName))
        .collect();
    mentions.sort_by_key(|seen| !seen.document.document_type.is_transport_document());
    let (reference, rest) = match (
        facts.declaration.vessel_name.as_deref(),
        mentions.as_slice(),
    ) {
        (Some(declared), all) => (Side::Declared(declared), all),
        (None, [first, rest @ ..]) => (Side::Seen(*first), rest),
        (None, []) => return Ok(Vec::new()),
    };
    let verdicts = rest.iter().map(|seen| {
        let (value, place, other) = (seen.value(), seen.place(), reference.text());
        let judgement = if similarity(value, other) >= same_name {
            Judgement::Agrees
        } else {
            match too_weak(facts, [Some(*seen), reference.seen()].into_iter().flatten()) {
                Some(reason) => Judgement::Doubtful(reason),
                // Another ship does not bear a part of the name; a name that was cut does.
                None if contains(value, other) => {
                    Judgement::Doubtful(format!("'{value}' may be a part of '{other}'."))
                }
                None => Judgement::Differs,
            }
        };
        let agrees = format!("Vessel {value} on {place} is the one expected.");
        let differs = format!("Vessel on {place} is {value}, expected {other}.");
        Ok(Verdict::of(judgement, agrees, differs)
            .seen([Some(*seen), reference.seen()].into_iter().flatten())
            .expected(None, other)
            .tolerance(format!("name similarity {same_name}")))
    });
    Ok(verdicts.collect())
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, bill_of_lading};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn outcomes(lading: TestDocument) -> Vec<Outcome> {
        let declaration = json!({"id": "1", "vessel_name": "MSC ANNA", "voyage_number": "045W"});
        TestCase::new()
            .declaration(declaration)
            .with(lading)
            .outcomes("D06")
    }

    fn lading(vessel: &str, voyage: &str) -> TestDocument {
        bill_of_lading()
            .field(FieldKey::VesselName, vessel)
            .field(FieldKey::VoyageNumber, voyage)
    }

    #[test]
    fn fires() {
        assert_eq!(
            outcomes(lading("EVER GIVEN", "045W")),
            [Outcome::Pass, Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        for voyage in ["045 W", "V.045W", "Voy. 045W"] {
            assert_eq!(outcomes(lading("M.S.C. Anna", voyage)), [Outcome::Pass]);
        }
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            outcomes(lading("MSC ANNA", "O45W")),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        let declaration = json!({"id": "1", "vessel_name": "NORDIC FALCON"});
        let cut = TestCase::new().declaration(declaration);
        let cut = cut.with(bill_of_lading().field(FieldKey::VesselName, "FALCON"));
        assert_eq!(cut.outcomes("D06"), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("D06"), [Outcome::NotChecked]);
    }
}
