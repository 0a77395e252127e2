//! F01 Country of origin.
//!
//! *What it checks*: the declared origin of each item is that of the certificate of origin and of
//! the item's rows on certificate and invoice (a row's own country goes before the header's). A
//! header that fits other items says nothing about an item the document has no row for.
//! *Why it matters*: origin decides duty rate, preference, anti-dumping duty and embargoes.
//! *Example*: item declared with origin TR, certificate of origin for DE.

use super::Rule;
use crate::alignment::Lines;
use crate::code_lists::country;
use crate::facts::Facts;
use crate::judge::{Judgement, too_weak};
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DeclarationItem, DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "F01",
    meaning: "country of origin wherever it is stated",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let items = &facts.declaration.items;
    if items.iter().all(|item| item.country_of_origin.is_none()) {
        return not_checked("the declaration gives no country of origin");
    }
    let papers = [
        (DocumentType::CertificateOfOrigin, &facts.origin_lines),
        (DocumentType::CommercialInvoice, &facts.invoice_lines),
    ];
    let mut verdicts = Vec::new();
    for (document_type, lines) in papers {
        for (index, item) in items.iter().enumerate() {
            let has_row = !lines.of_item(index)?.is_empty();
            for seen in stated(facts, document_type, lines, index)? {
                verdicts.push(compared(facts, seen, item, has_row));
            }
        }
    }
    if verdicts.is_empty() {
        return not_checked("neither certificate of origin nor invoice states a country of origin");
    }
    Ok(folded(verdicts))
}

/// Countries of the item's rows; the headers' where no row states one.
fn stated<'a>(
    facts: &Facts<'a>,
    document_type: DocumentType,
    lines: &Lines<'a>,
    index: usize,
) -> Result<Vec<Seen<'a>>, Unable> {
    let rows = lines.of_item(index)?;
    let in_rows: Vec<Seen> = rows
        .iter()
        .filter_map(|row| row.cell(FieldKey::CountryOfOrigin))
        .collect();
    if !in_rows.is_empty() {
        return Ok(in_rows);
    }
    let documents = facts.of_type(document_type).into_iter();
    let headers = documents.filter_map(|document| facts.see(document, FieldKey::CountryOfOrigin));
    Ok(headers.collect())
}

fn compared(
    facts: &Facts,
    seen: Seen,
    item: &DeclarationItem,
    has_row: bool,
) -> Result<Verdict, Unable> {
    let number = item.number;
    let Some(declared) = item.country_of_origin.as_deref() else {
        return not_checked(format!(
            "item {number} is declared without country of origin"
        ));
    };
    let (value, place) = (seen.value(), seen.place());
    let judgement = match judge(facts, seen, declared) {
        Judgement::Differs if !has_row && fits_another(facts, seen) => {
            Judgement::Doubtful("It has no row for this item and may not cover it.".to_owned())
        }
        other => other,
    };
    let agrees = format!("Item {number}: origin {declared} is declared and on {place}.");
    let differs =
        format!("Item {number} is declared with origin {declared}, but {place} states {value}.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen([seen])
        .expected(None, declared))
}

fn fits_another(facts: &Facts, seen: Seen) -> bool {
    let printed = country(seen.value());
    let mut items = facts.declaration.items.iter();
    items.any(|item| item.country_of_origin.as_deref().and_then(country) == printed)
}

fn judge(facts: &Facts, seen: Seen, declared: &str) -> Judgement {
    let (printed, wanted) = (country(seen.value()), country(declared));
    if printed.is_some() && printed == wanted {
        return Judgement::Agrees;
    }
    if let Some(reason) = too_weak(facts, [seen]) {
        return Judgement::Doubtful(reason);
    }
    // "EU" is a customs territory, no country: any member may stand behind it.
    let union = |text: &str| matches!(text.trim().to_uppercase().as_str(), "EU" | "EUROPEAN UNION");
    if union(seen.value()) || union(declared) {
        let reason = "The European Union stands for any of its members.".to_owned();
        return Judgement::Doubtful(reason);
    }
    if printed.is_none() {
        let text = seen.value();
        return Judgement::Doubtful(format!("'{text}' is not a known country."));
    }
    Judgement::Differs
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice, origin_certificate};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared() -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "items": [{"number": 1,
            "description": "ball bearings", "country_of_origin": "TR"}]}))
    }

    fn case(country: &str) -> TestCase {
        declared().with(origin_certificate().field(FieldKey::CountryOfOrigin, country))
    }

    #[test]
    fn fires() {
        let verdicts = case("DE").check("F01");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        let in_row = declared().with(invoice().row(&[
            (FieldKey::Description, "Ball bearings"),
            (FieldKey::CountryOfOrigin, "China"),
        ]));
        assert_eq!(in_row.outcomes("F01"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(case("TR").outcomes("F01"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("European Union").outcomes("F01"),
            [Outcome::Indeterminate]
        );
        assert_eq!(case("Gemany").outcomes("F01"), [Outcome::Indeterminate]);
        assert_eq!(declared().outcomes("F01"), [Outcome::NotChecked]);
    }
}
