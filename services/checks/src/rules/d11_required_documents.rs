//! D11 Required documents.
//!
//! *What it checks*: the documents that the pack requires of every consignment, those that the
//! declaration cites, and a proof of origin where preference is claimed, are all in the submission
//! and legible. Documents that a measure requires are G05.
//! *Why it matters*: a cited document that is not there cannot support the declaration.
//! *Example*: preference 300 claimed, no certificate of origin among the papers.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::seen::{name_of, type_name};
use crate::verdict::{Checked, Unable, Verdict, failed, folded};
use docexam_domain::{Document, DocumentType, PageStatus};
use std::collections::BTreeMap;
use std::str::FromStr;
use strum::IntoEnumIterator;

pub const RULE: Rule = Rule {
    id: "D11",
    meaning: "required documents are present and legible",
    parameters: &["required", "legible"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    if facts.case.pages.is_empty() && facts.documents.is_empty() {
        return crate::verdict::not_checked("the submission has no pages");
    }
    let legible = parameters.share("legible")? as f32;
    let required = required(facts, parameters)?;
    let verdicts = required
        .into_iter()
        .map(|(document_type, why)| present(facts, document_type, &why, legible));
    Ok(folded(verdicts))
}

/// Each required type with the reason, in the order of the types.
fn required(
    facts: &Facts,
    parameters: &Parameters,
) -> Result<BTreeMap<DocumentType, String>, Unable> {
    let mut required = BTreeMap::new();
    for name in parameters.texts("required")? {
        let document_type = DocumentType::from_str(name);
        let document_type =
            document_type.map_err(|_| failed(format!("'{name}' is no document type.")))?;
        required.insert(document_type, "required of every consignment".to_owned());
    }
    let declaration = facts.declaration;
    for item in &declaration.items {
        if let Some(preference) = &item.preference {
            let number = item.number;
            let why = format!("item {number} claims preference {preference}");
            required
                .entry(DocumentType::CertificateOfOrigin)
                .or_insert(why);
        }
    }
    let of_items = declaration.items.iter().flat_map(|item| &item.documents);
    for document in declaration.documents.iter().chain(of_items) {
        let code = document.type_code.trim();
        let mut types = DocumentType::iter();
        if let Some(known) = types.find(|known| known.untded_codes().contains(&code)) {
            let why = format!("declared as document {code} {}", document.number);
            required.entry(known).or_insert(why);
        }
    }
    Ok(required)
}

fn present(
    facts: &Facts,
    document_type: DocumentType,
    why: &str,
    legible: f32,
) -> Result<Verdict, Unable> {
    let name = type_name(document_type);
    let Some(document) = best(facts, document_type) else {
        return Ok(absent(facts, &name, why));
    };
    let quality = quality(facts, document);
    let which = name_of(document);
    Ok(match quality {
        Some(quality) if quality < legible => Verdict::indeterminate(format!(
            "The {which} ({why}) is there but hardly legible: quality {quality:.2}, bound {legible:.2}."
        )),
        _ => Verdict::pass(format!("The {which} ({why}) is there and legible.")),
    }
    .seen(evidence(document))
    .tolerance(format!("legibility {legible}")))
}

/// A paper that could not be read or recognised may be the missing one.
fn absent(facts: &Facts, name: &str, why: &str) -> Verdict {
    let text = format!("No {name} was found, though it is {why}.");
    let unread = facts
        .case
        .pages
        .iter()
        .filter(|page| page.status == PageStatus::Failed)
        .count();
    let unknown = facts.of_type(DocumentType::Other);
    if unread > 0 {
        return Verdict::indeterminate(format!("{text} {unread} pages could not be read."));
    }
    if let Some(document) = unknown.first() {
        let which = name_of(document);
        return Verdict::indeterminate(format!("{text} It may be the {which}."));
    }
    Verdict::discrepancy(text).expected(None, name)
}

fn best<'a>(facts: &Facts<'a>, document_type: DocumentType) -> Option<&'a Document> {
    let documents = facts.of_type(document_type).into_iter();
    let by_quality = |a: &&Document, b: &&Document| {
        let (a, b) = (quality(facts, a), quality(facts, b));
        a.unwrap_or(0.0).total_cmp(&b.unwrap_or(0.0))
    };
    documents.max_by(by_quality)
}

/// Mean legibility of its pages; `None` where no reading is at hand.
fn quality(facts: &Facts, document: &Document) -> Option<f32> {
    let pages = facts.pages_of(document);
    let count = pages.len();
    (count > 0).then(|| pages.iter().map(|page| page.quality).sum::<f32>() / count as f32)
}

/// The first field, so that the officer sees which paper is meant.
fn evidence(document: &Document) -> Option<crate::seen::Seen<'_>> {
    let field = document.fields.first()?;
    Some(crate::seen::Seen {
        document,
        field,
        row: (field.key == docexam_domain::FieldKey::LineItem).then_some(1),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, document, invoice, origin_certificate};
    use docexam_domain::{DocumentType, FieldKey, Outcome};
    use serde_json::json;

    fn preference() -> TestCase {
        let items = json!([{"number": 1, "preference": "300"}]);
        TestCase::new()
            .declaration(json!({"id": "1", "items": items}))
            .with(invoice().field(FieldKey::DocumentNumber, "1"))
    }

    #[test]
    fn fires() {
        let verdicts = preference().check("D11");
        assert_eq!(verdicts[1].outcome, Outcome::Discrepancy);
        assert!(verdicts[1].explanation.contains("certificate of origin"));
    }

    #[test]
    fn silent() {
        let case = preference().with(origin_certificate());
        assert_eq!(case.outcomes("D11"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let blurred = preference().with(origin_certificate()).quality(0.2);
        assert_eq!(
            blurred.outcomes("D11"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        let unknown = preference().with(document(DocumentType::Other));
        assert_eq!(
            unknown.outcomes("D11"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
    }
}
