//! E07 Incoterm and mode of transport.
//!
//! *What it checks*: FAS, FOB, CFR and CIF are used only where the goods travel by water.
//! *Why it matters*: FOB by air has no ship's rail: which costs the price contains is then unclear.
//! *Example*: FOB Shanghai under an air waybill.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::verdict::{Checked, Verdict, not_checked};
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "E07",
    meaning: "Incoterm fits the mode of transport",
    parameters: &[],
    check,
};

/// UN/ECE Rec 19: 1 sea, 8 inland waterway.
const BY_WATER: [&str; 2] = ["1", "8"];

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let declaration = facts.declaration;
    let Some(code) = declaration.incoterm.as_deref() else {
        return not_checked("the declaration gives no Incoterm");
    };
    let Some(mode) = declaration.transport_mode.as_deref() else {
        return not_checked("the declaration gives no mode of transport");
    };
    let mut rows = facts.pack.incoterms().iter();
    let Some(term) = rows.find(|row| row.code.eq_ignore_ascii_case(code)) else {
        return not_checked(format!("'{code}' is no Incoterm"));
    };
    // SAD codes may carry a second digit: 10 is sea too.
    let by_water = mode.get(..1).is_some_and(|first| BY_WATER.contains(&first));
    let documents = facts.documents.iter();
    let printed = documents.filter_map(|document| facts.see(document, FieldKey::Incoterm));
    let verdict = if term.water_only && !by_water {
        Verdict::discrepancy(format!(
            "{code} is for transport by water, but mode of transport {mode} is declared."
        ))
    } else {
        Verdict::pass(format!("{code} fits mode of transport {mode}."))
    };
    Ok(vec![verdict.seen(printed)])
}

#[cfg(test)]
mod tests {
    use crate::testing::TestCase;
    use docexam_domain::Outcome;
    use serde_json::json;

    fn outcomes(term: &str, mode: Option<&str>) -> Vec<Outcome> {
        let declaration = json!({"id": "1", "incoterm": term, "transport_mode": mode});
        TestCase::new().declaration(declaration).outcomes("E07")
    }

    #[test]
    fn fires() {
        assert_eq!(outcomes("FOB", Some("4")), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(outcomes("FOB", Some("1")), [Outcome::Pass]);
        assert_eq!(outcomes("FCA", Some("4")), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(outcomes("FOB", None), [Outcome::NotChecked]);
    }
}
