//! The declaration as the Single Window sends it: a subset of the WCO Data Model.
//! Everything but `id` is optional, because an archive rarely has all of it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An amount with its ISO 4217 code. The amount travels as a string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    pub amount: Decimal,
    pub currency: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeclaredParty {
    pub name: String,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
}

/// A document that the declaration cites: UNTDED 1001 type code and number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeclaredDocument {
    #[serde(rename = "type")]
    pub type_code: String,
    pub number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// One goods item. Masses in kg.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeclarationItem {
    /// From 1.
    pub number: u32,
    /// Digits only, 6 to 12.
    pub hs_code: Option<String>,
    pub description: Option<String>,
    pub country_of_origin: Option<String>,
    pub quantity: Option<Decimal>,
    /// UN/ECE Rec 20 code.
    pub unit: Option<String>,
    pub supplementary_quantity: Option<Decimal>,
    pub supplementary_unit: Option<String>,
    pub price: Option<Money>,
    pub statistical_value: Option<Money>,
    pub net_mass_kg: Option<Decimal>,
    pub gross_mass_kg: Option<Decimal>,
    pub packages: Option<u32>,
    pub package_kind: Option<String>,
    pub marks: Option<String>,
    /// Preference code claimed (SAD box 36), e.g. `300`; absent when none is claimed.
    pub preference: Option<String>,
    pub valuation_method: Option<String>,
    pub documents: Vec<DeclaredDocument>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Declaration {
    /// Local reference number. The only element that must be there.
    pub id: String,
    pub acceptance_date: Option<Date>,
    /// `import`, `export` or `transit`.
    pub procedure: Option<String>,
    /// UN/ECE Rec 19 code (1 sea, 2 rail, 3 road, 4 air).
    pub transport_mode: Option<String>,
    pub importing_country: Option<String>,
    pub exporter: Option<DeclaredParty>,
    pub consignee: Option<DeclaredParty>,
    pub declarant: Option<DeclaredParty>,
    pub invoice_total: Option<Money>,
    pub exchange_rate: Option<Decimal>,
    pub incoterm: Option<String>,
    pub incoterm_place: Option<String>,
    pub freight: Option<Money>,
    pub insurance: Option<Money>,
    pub total_packages: Option<u32>,
    pub total_gross_mass_kg: Option<Decimal>,
    pub total_net_mass_kg: Option<Decimal>,
    pub containers: Vec<String>,
    pub seals: Vec<String>,
    pub transport_document_number: Option<String>,
    pub vessel_name: Option<String>,
    pub voyage_number: Option<String>,
    pub port_of_loading: Option<String>,
    pub port_of_discharge: Option<String>,
    pub documents: Vec<DeclaredDocument>,
    pub items: Vec<DeclarationItem>,
}

/// A declaration that cannot be used; the text names the element.
#[derive(Debug, thiserror::Error)]
pub enum DeclarationProblem {
    #[error("declaration is {bytes} bytes, limit {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error("declaration is not the expected JSON: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("declaration has no id")]
    NoId,
    #[error("declaration has {items} items, limit {limit}")]
    TooManyItems { items: usize, limit: usize },
}

impl Declaration {
    /// Four times the largest declaration seen in practice (999 items at about 1 kB).
    const MAX_BYTES: usize = 4 << 20;
    /// The SAD allows 999 items; some administrations allow 9,999.
    const MAX_ITEMS: usize = 9_999;

    /// Reads the JSON form. Unknown elements are errors, so that a misspelt one is not silently unchecked.
    pub fn from_json(bytes: &[u8]) -> Result<Self, DeclarationProblem> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(DeclarationProblem::TooLarge {
                bytes: bytes.len(),
                limit: Self::MAX_BYTES,
            });
        }
        let declaration: Self = serde_json::from_slice(bytes)?;
        declaration.validated()
    }

    /// The rules that JSON alone cannot express; used for the wire form too.
    pub fn validated(self) -> Result<Self, DeclarationProblem> {
        if self.id.trim().is_empty() {
            return Err(DeclarationProblem::NoId);
        }
        if self.items.len() > Self::MAX_ITEMS {
            return Err(DeclarationProblem::TooManyItems {
                items: self.items.len(),
                limit: Self::MAX_ITEMS,
            });
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_the_contract_is_read() {
        let json = r#"{"id":"2026XX1","acceptance_date":"2026-05-04","insurance":null,
            "invoice_total":{"amount":"11150.00","currency":"EUR"},"total_gross_mass_kg":"1535",
            "items":[{"number":1,"hs_code":"84821090","packages":2,"preference":null,
                      "documents":[{"type":"861","number":"C 1"}]}]}"#;
        let declaration = Declaration::from_json(json.as_bytes()).expect("valid");
        assert_eq!(declaration.items[0].documents[0].type_code, "861");
        assert_eq!(
            declaration.invoice_total.expect("given").amount.to_string(),
            "11150.00"
        );
    }

    #[test]
    fn problems_name_what_is_wrong() {
        let problem = |json: &str| {
            Declaration::from_json(json.as_bytes())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(problem("{}"), "declaration has no id");
        assert!(problem(r#"{"id":"1","totl_packages":2}"#).contains("totl_packages"));
        assert!(problem(r#"{"id":"1","items":[{"number":"#).contains("EOF"));
        assert!(problem(r#"{"id":"1","acceptance_date":"2026-02-30"}"#).contains("day"));
    }
}
