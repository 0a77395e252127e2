//! A08 IBAN.
//!
//! *What it checks*: the check digits of every printed IBAN (ISO 13616), and that the bank is in
//! the seller's country; another country is left to the officer.
//! *Why it matters*: a changed account diverts the payment; an account elsewhere hints at another
//! beneficiary.
//! *Example*: seller in Turkey, IBAN of a bank in Cyprus.

use super::Rule;
use crate::check_digit_rule::{Identifier, check_all};
use crate::check_digits::iban;
use crate::code_lists::country;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::{Checked, Verdict};
use docexam_domain::{FieldKey, Outcome};

pub const RULE: Rule = Rule {
    id: "A08",
    meaning: "check digits and country of IBANs",
    parameters: &[],
    check,
};

const IBAN: Identifier = Identifier {
    what: "IBAN",
    valid: iban,
    form_matters: false,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let documents = facts.documents.iter().copied();
    let printed: Vec<Seen> = documents
        .flat_map(|document| facts.see_all(document, FieldKey::Iban))
        .collect();
    let mut verdicts = check_all(facts, &IBAN, printed.iter().copied(), [])?;
    let judged = verdicts
        .iter()
        .any(|verdict| verdict.outcome != Outcome::NotChecked);
    if judged {
        verdicts.extend(
            printed
                .into_iter()
                .filter_map(|seen| foreign_bank(facts, seen)),
        );
    }
    Ok(verdicts)
}

fn foreign_bank(facts: &Facts, iban: Seen) -> Option<Verdict> {
    let seller = facts.see(iban.document, FieldKey::SellerCountry)?;
    let bank = country(iban.value().get(..2)?)?;
    let seller_country = country(seller.value())?;
    (bank != seller_country).then(|| {
        let place = iban.place();
        let text = format!(
            "The bank of the IBAN on {place} is in {bank}, the seller in {seller_country}."
        );
        Verdict::indeterminate(text).seen([iban, seller])
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};

    fn case(iban: &str) -> TestCase {
        let invoice = invoice()
            .field(FieldKey::Iban, iban)
            .field(FieldKey::SellerCountry, "GB");
        TestCase::new().with(invoice)
    }

    #[test]
    fn fires() {
        assert_eq!(
            case("GB82 WEST 1234 5698 7654 33").outcomes("A08"),
            [Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        assert_eq!(
            case("GB82 WEST 1234 5698 7654 32").outcomes("A08"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let foreign = case("DE89370400440532013000");
        assert_eq!(
            foreign.outcomes("A08"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        assert_eq!(TestCase::new().outcomes("A08"), [Outcome::NotChecked]);
    }
}
