//! From text as printed to a value in the form of its key.
//!
//! Goes in: the key, the text of a mention and what is known about the document. Comes out: a
//! normalised value, or none when the text does not yield one, and other readings that are as possible.
//! Deliberately absent: correction. A letter read for a digit (`1O0.00`) yields no value; the number
//! it was probably meant to be is only listed as an alternative.

mod context;
mod country;
mod currency;
mod date;
mod decimal;
mod flag;
mod fold;
mod hs_code;
mod identifier;
mod incoterm;
mod integer;
mod mass;
mod package_kind;
mod port;
mod synonyms;
mod text;
mod unit;

pub use context::Context;
pub use country::{country_of_address, country_of_tax_id, is_continental, names_country};
pub use currency::currency_in;
pub use fold::fold;
pub use identifier::{is_container_number, is_iban};
pub use incoterm::place_after_rule;
pub use mass::is_unit as is_unit_of_mass;
pub use synonyms::Synonyms;

use docexam_domain::{FieldKey, ValueForm};
use std::collections::BTreeSet;

/// What the text of a mention says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Normalised {
    pub value: Option<String>,
    /// Other readings. Beside a value: as possible by the rules of notation (`1.234`). Without one:
    /// both readings of a date that nothing resolves, or what OCR confusions may hide.
    pub alternatives: Vec<String>,
}

impl Normalised {
    pub(crate) fn exactly(value: impl Into<String>) -> Self {
        Self {
            value: Some(value.into()),
            alternatives: Vec::new(),
        }
    }

    fn perhaps(value: Option<String>) -> Self {
        Self {
            value,
            alternatives: Vec::new(),
        }
    }

    fn only_alternatives(alternatives: Vec<String>) -> Self {
        Self {
            value: None,
            alternatives,
        }
    }
}

/// The code that the tables have for a unit or kind of package; none for other keys.
pub fn code_of(key: FieldKey, text: &str) -> Option<String> {
    match key {
        FieldKey::Unit => unit::unit(text),
        FieldKey::PackageKind => package_kind::package_code(text),
        _ => None,
    }
}

/// The codes of such names as differ from a folded text in at most so many letters.
pub fn codes_near(key: FieldKey, folded: &str, errors: usize) -> BTreeSet<&'static str> {
    match key {
        FieldKey::Unit => unit::unit_codes_near(folded, errors),
        FieldKey::PackageKind => package_kind::package_codes_near(folded, errors),
        _ => BTreeSet::new(),
    }
}

/// The value of a mention of `key`.
pub fn normalise(key: FieldKey, text: &str, context: &Context) -> Normalised {
    match key.value_form() {
        ValueForm::Date => date::normalise(text, context),
        ValueForm::Decimal => decimal::normalise(key, text, context),
        ValueForm::Integer => integer::normalise(text),
        ValueForm::MassKg => mass::normalise(text, context),
        ValueForm::Country => Normalised::perhaps(country::country(text)),
        ValueForm::Currency => currency::normalise(text, context),
        ValueForm::Incoterm => Normalised::perhaps(incoterm::rule(text)),
        ValueForm::HsCode => hs_code::normalise(text),
        ValueForm::Unit => Normalised::perhaps(unit::unit(text)),
        ValueForm::Flag => Normalised::perhaps(flag::flag(text)),
        ValueForm::Text => normalise_text(key, text),
    }
}

fn normalise_text(key: FieldKey, text: &str) -> Normalised {
    let value = match key {
        FieldKey::PackageKind => package_kind::package_kind(text),
        FieldKey::SellerTaxId | FieldKey::BuyerTaxId => identifier::tax_id(text),
        FieldKey::IncotermPlace => incoterm::place(text),
        FieldKey::Iban => identifier::iban(text),
        FieldKey::ContainerNumber => identifier::container_number(text),
        FieldKey::PortOfLoading | FieldKey::PortOfDischarge => port::port(text),
        FieldKey::SellerAddress | FieldKey::BuyerAddress | FieldKey::ConsigneeAddress => {
            text::address(text)
        }
        FieldKey::SellerName
        | FieldKey::BuyerName
        | FieldKey::ConsigneeName
        | FieldKey::NotifyPartyName
        | FieldKey::ProducerName
        | FieldKey::VesselName
        | FieldKey::IssuingAuthority => text::name(text),
        FieldKey::CartonRange => text::range(text),
        FieldKey::DocumentNumber
        | FieldKey::InvoiceNumber
        | FieldKey::PurchaseOrderNumber
        | FieldKey::ContractNumber
        | FieldKey::TransportDocumentNumber
        | FieldKey::SealNumber
        | FieldKey::VoyageNumber
        | FieldKey::EstablishmentNumber
        | FieldKey::BatchNumber
        | FieldKey::ProductCode => text::reference(text),
        _ => text::paragraph(text),
    };
    Normalised::perhaps(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    /// Any text, for any key, yields a value or none, and never a panic.
    #[test]
    fn any_text_is_survived() {
        let pieces = [
            "1",
            "0",
            "9",
            "٣",
            "५",
            "１",
            ".",
            ",",
            "'",
            " ",
            "\n",
            "-",
            "/",
            "(",
            ")",
            "|",
            "O",
            "l",
            "EUR",
            "€",
            "$",
            "kg",
            "t",
            "May",
            "mai",
            "年",
            "月",
            "日",
            "中国",
            "DE",
            "é",
            "e\u{301}",
            "\u{202E}",
            "ß",
            "İ",
            "m³",
            "%",
            "No.",
            "IBAN",
            "CSQU305438",
            "DAP",
            "Incoterms",
            "🧾",
            "\u{0}",
            "",
            "٫",
        ];
        let mut seed = 42u64;
        let mut random = |below: usize| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) as usize % below
        };
        for _ in 0..3000 {
            let length = random(9);
            let text: String = (0..length).map(|_| pieces[random(pieces.len())]).collect();
            let context = Context::infer([(FieldKey::LineAmount, text.as_str())], [text.as_str()]);
            for key in FieldKey::iter() {
                let normalised = normalise(key, &text, &context);
                let value = normalised.value.unwrap_or_default();
                assert!(normalised.alternatives.len() < 20, "{text}");
                if key.value_form() == ValueForm::Decimal {
                    assert!(!value.contains(','), "{text} -> {value}");
                }
            }
            let _ = (
                country_of_address(&text),
                country_of_tax_id(&text),
                currency_in(&text),
            );
            let _ = (
                is_iban(&text),
                is_container_number(&text),
                place_after_rule(&text),
            );
        }
    }
}
