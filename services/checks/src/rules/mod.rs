//! The rules, one file each: what it checks, why it matters, an example, then `check`.
//! Their order here is the order of the findings.

use crate::facts::Facts;
use crate::pack::Parameters;
use crate::verdict::Checked;

mod a01_importer;
mod a02_exporter;
mod a03_transport_consignee;
mod a04_uscc;
mod a07_lei;
mod a08_iban;
mod b01_line_amount;
mod b02_goods_amount;
mod b03_total_without_tax;
mod b04_total_with_tax;
mod b05_amount_due;
mod c01_gross_and_net;
mod c02_net_masses;
mod c03_gross_masses;
mod c04_packages;
mod c05_carton_ranges;
mod c06_gross_mass_in_transport;
mod c07_declared_gross_mass;
mod c08_declared_net_masses;
mod c09_declared_packages;
mod c10_declared_quantities;
mod c12_unit_codes;
mod d01_invoice_reference;
mod d02_contract;
mod d03_transport_document;
mod d04_containers;
mod d05_seals;
mod d06_vessel;
mod d07_ports;
mod d09_rows_and_items;
mod d11_required_documents;
mod e01_currency;
mod e02_invoice_total;
mod e03_item_prices;
mod e05_incoterm;
mod e06_freight_and_insurance;
mod e07_incoterm_and_mode;
mod f01_origin;
mod f04_certificate_validity;
mod f07_third_party_invoicing;
mod f09_hs_on_certificate;
mod g01_hs_code_exists;
mod g03_hs_on_papers;
mod g04_supplementary_unit;
mod g05_required_licences;
mod g06_prohibitions;
mod h01_order_of_dates;
mod h02_dates_are_real;
mod i02_file_seen_before;
mod k01_container_check_digit;
mod k02_imo_number;
mod k03_air_waybill_check_digit;
mod k04_gtin;
mod k06_country_codes;

/// A rule of the catalogue of checks.
pub struct Rule {
    /// `E02`.
    pub id: &'static str,
    /// What it checks, in one phrase.
    pub meaning: &'static str,
    /// Names of the numbers and lists that the pack must set for it.
    pub parameters: &'static [&'static str],
    /// Reads nothing but the facts and the pack, so that the same case always has the same findings.
    pub check: fn(&Facts, &Parameters) -> Checked,
}

pub const RULES: &[Rule] = &[
    a01_importer::RULE,
    a02_exporter::RULE,
    a03_transport_consignee::RULE,
    a04_uscc::RULE,
    a07_lei::RULE,
    a08_iban::RULE,
    b01_line_amount::RULE,
    b02_goods_amount::RULE,
    b03_total_without_tax::RULE,
    b04_total_with_tax::RULE,
    b05_amount_due::RULE,
    c01_gross_and_net::RULE,
    c02_net_masses::RULE,
    c03_gross_masses::RULE,
    c04_packages::RULE,
    c05_carton_ranges::RULE,
    c06_gross_mass_in_transport::RULE,
    c07_declared_gross_mass::RULE,
    c08_declared_net_masses::RULE,
    c09_declared_packages::RULE,
    c10_declared_quantities::RULE,
    c12_unit_codes::RULE,
    d01_invoice_reference::RULE,
    d02_contract::RULE,
    d03_transport_document::RULE,
    d04_containers::RULE,
    d05_seals::RULE,
    d06_vessel::RULE,
    d07_ports::RULE,
    d09_rows_and_items::RULE,
    d11_required_documents::RULE,
    e01_currency::RULE,
    e02_invoice_total::RULE,
    e03_item_prices::RULE,
    e05_incoterm::RULE,
    e06_freight_and_insurance::RULE,
    e07_incoterm_and_mode::RULE,
    f01_origin::RULE,
    f04_certificate_validity::RULE,
    f07_third_party_invoicing::RULE,
    f09_hs_on_certificate::RULE,
    g01_hs_code_exists::RULE,
    g03_hs_on_papers::RULE,
    g04_supplementary_unit::RULE,
    g05_required_licences::RULE,
    g06_prohibitions::RULE,
    h01_order_of_dates::RULE,
    h02_dates_are_real::RULE,
    i02_file_seen_before::RULE,
    k01_container_check_digit::RULE,
    k02_imo_number::RULE,
    k03_air_waybill_check_digit::RULE,
    k04_gtin::RULE,
    k06_country_codes::RULE,
];
