//! A02 Exporter.
//!
//! *What it checks*: the seller on the invoice and the exporter on the certificate of origin are
//! the declared exporter. A certificate that states third-party invoicing explains another seller.
//! *Why it matters*: preference and licences are granted to one exporter; a switched seller hides
//! the maker, the price of the first sale or a listed party.
//! *Example*: certificate for "Ortadoğu Rulman A.Ş.", invoice by "Gulf Star Trading FZE".

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::party::{self, PrintedParty};
use crate::pointers;
use crate::seen::name_of;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DeclaredParty, Document, DocumentType, FieldKey, Outcome};

pub const RULE: Rule = Rule {
    id: "A02",
    meaning: "exporter on invoice and certificate of origin and in the declaration",
    parameters: party::PARAMETERS,
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let declared = facts.declaration.exporter.as_ref();
    let Some(declared) = declared.filter(|party| !party.name.is_empty()) else {
        return not_checked("the declaration names no exporter");
    };
    let documents = facts.documents_where(|document| {
        matches!(
            document.document_type,
            DocumentType::CommercialInvoice | DocumentType::CertificateOfOrigin
        )
    });
    if documents.is_empty() {
        return not_checked("no commercial invoice or certificate of origin was found");
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
    let tax_id = Some(FieldKey::SellerTaxId);
    let Some(printed) = PrintedParty::find(facts, document, FieldKey::SellerName, tax_id) else {
        return not_checked(format!("{} shows no seller or exporter", name_of(document)));
    };
    let role = ("exporter", pointers::EXPORTER);
    let verdict = party::compare(facts, parameters, printed, declared, role)?;
    let other_seller = verdict.outcome != Outcome::Pass
        && document.document_type == DocumentType::CommercialInvoice;
    if other_seller && states_third_party_invoicing(facts) {
        let seller = printed.name.value();
        return Ok(Verdict::pass(format!(
            "Seller '{seller}' is not the declared exporter '{}', which the certificate of origin \
             explains: it states third-party invoicing.",
            declared.name
        ))
        .seen([printed.name])
        .expected(pointers::some(pointers::EXPORTER), &declared.name));
    }
    Ok(verdict)
}

fn states_third_party_invoicing(facts: &Facts) -> bool {
    let certificates = facts.of_type(DocumentType::CertificateOfOrigin);
    certificates.into_iter().any(|certificate| {
        let flag = facts.see(certificate, FieldKey::ThirdPartyInvoicing);
        flag.is_some_and(|flag| flag.value() == "true")
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice, origin_certificate};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case() -> TestCase {
        TestCase::new()
            .declaration(json!({"id": "1", "exporter": {"name": "Ortadoğu Rulman A.Ş."}}))
    }

    fn trader() -> crate::testing::TestDocument {
        invoice().field(FieldKey::SellerName, "Gulf Star Trading FZE")
    }

    #[test]
    fn fires() {
        let maker = origin_certificate().field(FieldKey::SellerName, "ORTADOGU RULMAN AS");
        assert_eq!(
            case().with(trader()).with(maker).outcomes("A02"),
            [Outcome::Pass, Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        let third_party = origin_certificate()
            .field(FieldKey::SellerName, "ORTADOGU RULMAN AS")
            .field(FieldKey::ThirdPartyInvoicing, "true");
        assert_eq!(
            case().with(trader()).with(third_party).outcomes("A02"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let blurred = trader().confidence(0.3);
        assert_eq!(
            case().with(blurred).outcomes("A02"),
            [Outcome::Indeterminate]
        );
        assert_eq!(
            case().with(invoice()).outcomes("A02"),
            [Outcome::NotChecked]
        );
    }
}
