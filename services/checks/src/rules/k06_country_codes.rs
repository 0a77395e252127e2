//! K06 Country codes.
//!
//! *What it checks*: the countries in the declaration are codes of ISO 3166-1, and those printed
//! were resolved to one.
//! *Why it matters*: a country that does not exist has no rate and escapes every embargo list.
//! *Example*: origin `UK`, where the code is `GB`.

use super::Rule;
use crate::code_lists::country;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::pointers;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{FieldKey, ValueForm};

pub const RULE: Rule = Rule {
    id: "K06",
    meaning: "country codes of ISO 3166-1",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mut verdicts: Vec<Result<Verdict, Unable>> = Vec::new();
    for (what, code, pointer) in declared(facts) {
        // EU is reserved in ISO 3166 and is what administrations use for preferential origin.
        let known = code == "EU" || (code.len() == 2 && country(code).is_some());
        let verdict = if known {
            Verdict::pass("All declared countries are codes of ISO 3166-1.")
        } else {
            Verdict::discrepancy(format!(
                "The {what} is declared as '{code}', which is no code."
            ))
        };
        verdicts.push(Ok(verdict.expected(pointer, code)));
    }
    for document in facts.documents.iter().copied() {
        let fields = document.fields.iter();
        for field in fields.filter(|field| field.key.value_form() == ValueForm::Country) {
            let seen = Seen {
                document,
                field,
                row: None,
            };
            verdicts.push(Ok(printed(seen)));
        }
    }
    if verdicts.is_empty() {
        return not_checked("no country is declared or printed");
    }
    Ok(folded(verdicts))
}

fn declared<'a>(facts: &Facts<'a>) -> Vec<(String, &'a str, Option<String>)> {
    let declaration = facts.declaration;
    let mut countries = Vec::new();
    let mut add = |what: String, code: Option<&'a str>, pointer: Option<String>| {
        countries.extend(code.map(|code| (what, code, pointer)));
    };
    let of = |party: &'a Option<docexam_domain::DeclaredParty>| {
        party.as_ref().and_then(|party| party.country.as_deref())
    };
    add(
        "importing country".to_owned(),
        declaration.importing_country.as_deref(),
        None,
    );
    add(
        "exporter's country".to_owned(),
        of(&declaration.exporter),
        pointers::some(pointers::EXPORTER),
    );
    add(
        "consignee's country".to_owned(),
        of(&declaration.consignee),
        pointers::some(pointers::CONSIGNEE),
    );
    for item in &declaration.items {
        let what = format!("{} of item {}", FieldKey::CountryOfOrigin, item.number);
        add(what, item.country_of_origin.as_deref(), None);
    }
    countries
}

fn printed(seen: Seen) -> Verdict {
    let (name, value, place) = (seen.name(), seen.value(), seen.place());
    let verdict = if country(value).is_some() {
        Verdict::pass("All printed countries are known.")
    } else {
        Verdict::indeterminate(format!(
            "{name} '{value}' on {place} is not a known country."
        ))
    };
    verdict.seen([seen])
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared(country: &str) -> TestCase {
        let items = json!([{"number": 1, "country_of_origin": country}]);
        TestCase::new().declaration(json!({"id": "1", "items": items}))
    }

    #[test]
    fn fires() {
        assert_eq!(declared("UK").outcomes("K06"), [Outcome::Discrepancy]);
        assert_eq!(declared("Germany").outcomes("K06"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(declared("TR").outcomes("K06"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let printed = TestCase::new().with(invoice().field(FieldKey::SellerCountry, "Turkiye x"));
        assert_eq!(printed.outcomes("K06"), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("K06"), [Outcome::NotChecked]);
    }
}
