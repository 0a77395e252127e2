//! D07 Ports.
//!
//! *What it checks*: the ports of loading and discharge on every document are those declared. A
//! UN/LOCODE and a name cannot be compared without the list of places, so that stays open.
//! *Why it matters*: the port of loading decides transit, origin by direct transport, and freight.
//! *Example*: declared Hamburg, bill of lading Rotterdam.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, bare, too_weak};
use crate::pack::Parameters;
use crate::party_names::words_in_common;
use crate::seen::Seen;
use crate::verdict::{Checked, Verdict, folded, not_checked};
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "D07",
    meaning: "ports of loading and discharge",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let declaration = facts.declaration;
    let ports = [
        (
            FieldKey::PortOfLoading,
            declaration.port_of_loading.as_deref(),
        ),
        (
            FieldKey::PortOfDischarge,
            declaration.port_of_discharge.as_deref(),
        ),
    ];
    let mut verdicts = Vec::new();
    for (key, declared) in ports {
        let Some(declared) = declared else { continue };
        for document in facts.documents.iter().copied() {
            let seen = facts.see(document, key);
            verdicts.extend(seen.map(|seen| Ok(compared(facts, seen, declared))));
        }
    }
    if verdicts.is_empty() {
        return not_checked("no port is both declared and printed");
    }
    Ok(folded(verdicts))
}

fn compared(facts: &Facts, seen: Seen, declared: &str) -> Verdict {
    let (name, value, place) = (seen.name(), seen.value(), seen.place());
    let judgement = judge(facts, seen, declared);
    let agrees = format!("{name} {value} on {place} is the declared {declared}.");
    let differs = format!("{name} is declared as {declared}, but {place} shows {value}.");
    Verdict::of(judgement, agrees, differs)
        .seen([seen])
        .expected(None, declared)
}

fn judge(facts: &Facts, seen: Seen, declared: &str) -> Judgement {
    let printed = seen.value();
    if bare(printed) == bare(declared) || words_in_common(printed, declared) >= 1.0 {
        return Judgement::Agrees;
    }
    if let Some(reason) = too_weak(facts, [seen]) {
        return Judgement::Doubtful(reason);
    }
    if is_locode(printed) != is_locode(declared) {
        return Judgement::Doubtful("A code and a name are not comparable here.".to_owned());
    }
    Judgement::Differs
}

/// `CNSHA`, `CN SHA`: a country and three letters or digits, in capitals.
fn is_locode(text: &str) -> bool {
    let text: String = text.split_whitespace().collect();
    text.len() == 5
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && crate::code_lists::country(&text[..2]).is_some()
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn outcomes(port: &str) -> Vec<Outcome> {
        TestCase::new()
            .declaration(json!({"id": "1", "port_of_loading": "Hamburg"}))
            .with(bill_of_lading().field(FieldKey::PortOfLoading, port))
            .outcomes("D07")
    }

    #[test]
    fn fires() {
        assert_eq!(outcomes("Rotterdam"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(outcomes("HAMBURG, GERMANY"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(outcomes("DEHAM"), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("D07"), [Outcome::NotChecked]);
    }
}
