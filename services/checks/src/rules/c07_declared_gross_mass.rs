//! C07 Declared gross mass.
//!
//! *What it checks*: the declared total gross mass is that of the transport document, or of the
//! packing list where there is no transport document, within the pack's kilograms.
//! *Why it matters*: risk analysis, handling and seals all rest on the declared mass.
//! *Example*: declared 1,535 kg, bill of lading 1,835 kg.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Term, balance, sum};
use crate::pack::Parameters;
use crate::verdict::{Checked, Verdict, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "C07",
    meaning: "declared gross mass and that of the papers",
    parameters: &["tolerance_kg"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let tolerance = parameters.number("tolerance_kg")?;
    let Some(declared) = facts.declaration.total_gross_mass_kg else {
        return not_checked("the declaration has no total gross mass");
    };
    let mut terms = Vec::new();
    for document in documents_with_mass(facts) {
        let (seen, mass) = facts.need_number(document, FieldKey::TotalGrossMassKg)?;
        terms.push(Term::plus(seen, mass));
    }
    let Some(place) = terms
        .first()
        .and_then(|term| term.seen)
        .map(|seen| seen.place())
    else {
        return not_checked("no transport document or packing list shows a total gross mass");
    };
    let printed = sum(&terms)?;
    let judgement = balance(
        facts,
        &[&terms[..], &[Term::wanted(declared)]].concat(),
        tolerance,
    )?;
    let agrees = format!("Declared gross mass {declared} kg is that of {place}, {printed} kg.");
    let differs =
        format!("Gross mass is declared as {declared} kg, but {place} shows {printed} kg.");
    Ok(vec![
        Verdict::of(judgement, agrees, differs)
            .seen(terms.iter().filter_map(|term| term.seen))
            .expected(None, declared)
            .tolerance(format!("{tolerance} kg")),
    ])
}

/// The carrier's papers if they show a mass, else the packing lists.
fn documents_with_mass<'a>(facts: &Facts<'a>) -> Vec<&'a Document> {
    let shows = |document: &&Document| document.field(FieldKey::TotalGrossMassKg).is_some();
    let transport: Vec<_> = facts
        .transport_documents()
        .into_iter()
        .filter(shows)
        .collect();
    if transport.is_empty() {
        let lists = facts.of_type(DocumentType::PackingList);
        return lists.into_iter().filter(shows).collect();
    }
    transport
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, packing_list};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(printed: &str) -> TestCase {
        TestCase::new()
            .declaration(json!({"id": "1", "total_gross_mass_kg": "1535"}))
            .with(packing_list().field(FieldKey::TotalGrossMassKg, printed))
    }

    #[test]
    fn fires() {
        assert_eq!(case("1835").outcomes("C07"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(case("1535.4").outcomes("C07"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(case("1.535").outcomes("C07"), [Outcome::Indeterminate]);
        let nothing = TestCase::new().declaration(json!({"id": "1", "total_gross_mass_kg": "1"}));
        assert_eq!(nothing.outcomes("C07"), [Outcome::NotChecked]);
    }
}
