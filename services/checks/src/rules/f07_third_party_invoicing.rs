//! F07 Third-party invoicing.
//!
//! *What it checks*: where the invoice comes from a country other than that of the certificate of
//! origin, the certificate states third-party invoicing.
//! *Why it matters*: without the statement the invoice is not the one the certificate is about.
//! *Example*: certificate issued in Viet Nam, invoice by a seller in Singapore, box not ticked.

use super::Rule;
use crate::code_lists::country;
use crate::facts::Facts;
use crate::judge::{Judgement, too_weak};
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "F07",
    meaning: "third-party invoicing is stated where it happens",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let certificates = facts.need(DocumentType::CertificateOfOrigin)?;
    let invoices = facts.need(DocumentType::CommercialInvoice)?;
    let sellers: Vec<Seen> = invoices
        .iter()
        .filter_map(|invoice| facts.see(invoice, FieldKey::SellerCountry))
        .collect();
    if sellers.is_empty() {
        return not_checked("the commercial invoice shows no seller_country");
    }
    let verdicts = certificates.iter().flat_map(|certificate| {
        let sellers = sellers.iter();
        sellers.map(|seller| compared(facts, certificate, *seller))
    });
    Ok(folded(verdicts))
}

fn compared<'a>(
    facts: &Facts<'a>,
    certificate: &'a Document,
    seller: Seen<'a>,
) -> Result<Verdict, Unable> {
    let issuer = facts
        .see(certificate, FieldKey::CountryOfIssue)
        .or_else(|| facts.see(certificate, FieldKey::SellerCountry))
        .or_else(|| facts.see(certificate, FieldKey::CountryOfOrigin));
    let Some(issuer) = issuer else {
        let name = crate::seen::name_of(certificate);
        return not_checked(format!("{name} shows no country of issue"));
    };
    let flag = facts.see(certificate, FieldKey::ThirdPartyInvoicing);
    let stated = flag.is_some_and(|flag| flag.value() == "true");
    let (from, at) = (country(seller.value()), country(issuer.value()));
    let judgement = if (from.is_some() && from == at) || stated {
        Judgement::Agrees
    } else if let Some(reason) = too_weak(facts, [seller, issuer]) {
        Judgement::Doubtful(reason)
    } else if from.is_none() || at.is_none() {
        Judgement::Doubtful("One of the countries is not known.".to_owned())
    } else if flag.is_none() {
        Judgement::Doubtful("Whether the box is ticked was not read.".to_owned())
    } else {
        Judgement::Differs
    };
    let (from, at, place) = (seller.value(), issuer.value(), issuer.place());
    let agrees = format!("Seller in {from}, {place} of {at}: consistent.");
    let differs = format!(
        "The seller is in {from}, but the {place} is of {at} and states no third-party invoicing."
    );
    let evidence = [Some(seller), Some(issuer), flag].into_iter().flatten();
    Ok(Verdict::of(judgement, agrees, differs).seen(evidence))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice, origin_certificate};
    use docexam_domain::{FieldKey, Outcome};

    fn outcomes(seller: &str, flag: Option<&str>) -> Vec<Outcome> {
        let mut certificate = origin_certificate().field(FieldKey::CountryOfIssue, "VN");
        if let Some(flag) = flag {
            certificate = certificate.field(FieldKey::ThirdPartyInvoicing, flag);
        }
        TestCase::new()
            .with(invoice().field(FieldKey::SellerCountry, seller))
            .with(certificate)
            .outcomes("F07")
    }

    #[test]
    fn fires() {
        assert_eq!(outcomes("SG", Some("false")), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(outcomes("SG", Some("true")), [Outcome::Pass]);
        assert_eq!(outcomes("VN", None), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(outcomes("SG", None), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("F07"), [Outcome::NotChecked]);
    }
}
