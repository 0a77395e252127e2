//! The declaration: wire <-> domain.

use super::parse::{BadField, date, decimal, name};
use docexam_domain::{Declaration, DeclarationItem, DeclaredDocument, DeclaredParty, Money};
use docexam_proto::v1 as wire;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Declarations' own references have up to 35 characters; some systems prefix them.
const MAX_ID_BYTES: usize = 256;

/// `path` is where the declaration stands in the message, for errors.
pub fn declaration_from_wire(wire: wire::Declaration, path: &str) -> Result<Declaration, BadField> {
    let at = |field: &str| format!("{path}.{field}");
    let declaration = Declaration {
        id: name(&wire.id, &at("id"), MAX_ID_BYTES)?,
        acceptance_date: optional(wire.acceptance_date, at("acceptance_date"), date)?,
        procedure: wire.procedure,
        transport_mode: wire.transport_mode,
        importing_country: wire.importing_country,
        exporter: wire.exporter.map(party_from_wire),
        consignee: wire.consignee.map(party_from_wire),
        declarant: wire.declarant.map(party_from_wire),
        invoice_total: money_from_wire(wire.invoice_total, at("invoice_total"))?,
        exchange_rate: optional(wire.exchange_rate, at("exchange_rate"), decimal)?,
        incoterm: wire.incoterm,
        incoterm_place: wire.incoterm_place,
        freight: money_from_wire(wire.freight, at("freight"))?,
        insurance: money_from_wire(wire.insurance, at("insurance"))?,
        total_packages: wire.total_packages,
        total_gross_mass_kg: optional(
            wire.total_gross_mass_kg,
            at("total_gross_mass_kg"),
            decimal,
        )?,
        total_net_mass_kg: optional(wire.total_net_mass_kg, at("total_net_mass_kg"), decimal)?,
        containers: wire.containers,
        seals: wire.seals,
        transport_document_number: wire.transport_document_number,
        vessel_name: wire.vessel_name,
        voyage_number: wire.voyage_number,
        port_of_loading: wire.port_of_loading,
        port_of_discharge: wire.port_of_discharge,
        documents: documents_from_wire(wire.documents, path)?,
        items: wire
            .items
            .into_iter()
            .enumerate()
            .map(|(index, item)| item_from_wire(item, &format!("{path}.items[{index}]")))
            .collect::<Result<_, _>>()?,
    };
    declaration
        .validated()
        .map_err(|problem| BadField::new(path, problem.to_string()))
}

pub fn declaration_to_wire(declaration: Declaration) -> wire::Declaration {
    wire::Declaration {
        id: declaration.id,
        acceptance_date: declaration.acceptance_date.as_ref().map(Date::to_string),
        procedure: declaration.procedure,
        transport_mode: declaration.transport_mode,
        importing_country: declaration.importing_country,
        exporter: declaration.exporter.map(party_to_wire),
        consignee: declaration.consignee.map(party_to_wire),
        declarant: declaration.declarant.map(party_to_wire),
        invoice_total: declaration.invoice_total.map(money_to_wire),
        exchange_rate: declaration.exchange_rate.as_ref().map(Decimal::to_string),
        incoterm: declaration.incoterm,
        incoterm_place: declaration.incoterm_place,
        freight: declaration.freight.map(money_to_wire),
        insurance: declaration.insurance.map(money_to_wire),
        total_packages: declaration.total_packages,
        total_gross_mass_kg: declaration
            .total_gross_mass_kg
            .as_ref()
            .map(Decimal::to_string),
        total_net_mass_kg: declaration
            .total_net_mass_kg
            .as_ref()
            .map(Decimal::to_string),
        containers: declaration.containers,
        seals: declaration.seals,
        transport_document_number: declaration.transport_document_number,
        vessel_name: declaration.vessel_name,
        voyage_number: declaration.voyage_number,
        port_of_loading: declaration.port_of_loading,
        port_of_discharge: declaration.port_of_discharge,
        documents: declaration
            .documents
            .into_iter()
            .map(document_to_wire)
            .collect(),
        items: declaration.items.into_iter().map(item_to_wire).collect(),
    }
}

fn item_from_wire(wire: wire::DeclarationItem, path: &str) -> Result<DeclarationItem, BadField> {
    let at = |field: &str| format!("{path}.{field}");
    Ok(DeclarationItem {
        number: wire.number,
        hs_code: wire.hs_code,
        description: wire.description,
        country_of_origin: wire.country_of_origin,
        quantity: optional(wire.quantity, at("quantity"), decimal)?,
        unit: wire.unit,
        supplementary_quantity: optional(
            wire.supplementary_quantity,
            at("supplementary_quantity"),
            decimal,
        )?,
        supplementary_unit: wire.supplementary_unit,
        price: money_from_wire(wire.price, at("price"))?,
        statistical_value: money_from_wire(wire.statistical_value, at("statistical_value"))?,
        net_mass_kg: optional(wire.net_mass_kg, at("net_mass_kg"), decimal)?,
        gross_mass_kg: optional(wire.gross_mass_kg, at("gross_mass_kg"), decimal)?,
        packages: wire.packages,
        package_kind: wire.package_kind,
        marks: wire.marks,
        preference: wire.preference,
        valuation_method: wire.valuation_method,
        documents: documents_from_wire(wire.documents, path)?,
    })
}

fn item_to_wire(item: DeclarationItem) -> wire::DeclarationItem {
    wire::DeclarationItem {
        number: item.number,
        hs_code: item.hs_code,
        description: item.description,
        country_of_origin: item.country_of_origin,
        quantity: item.quantity.as_ref().map(Decimal::to_string),
        unit: item.unit,
        supplementary_quantity: item.supplementary_quantity.as_ref().map(Decimal::to_string),
        supplementary_unit: item.supplementary_unit,
        price: item.price.map(money_to_wire),
        statistical_value: item.statistical_value.map(money_to_wire),
        net_mass_kg: item.net_mass_kg.as_ref().map(Decimal::to_string),
        gross_mass_kg: item.gross_mass_kg.as_ref().map(Decimal::to_string),
        packages: item.packages,
        package_kind: item.package_kind,
        marks: item.marks,
        preference: item.preference,
        valuation_method: item.valuation_method,
        documents: item.documents.into_iter().map(document_to_wire).collect(),
    }
}

fn party_from_wire(wire: wire::DeclaredParty) -> DeclaredParty {
    let wire::DeclaredParty {
        name,
        country,
        address,
        tax_id,
    } = wire;
    DeclaredParty {
        name,
        country,
        address,
        tax_id,
    }
}

fn party_to_wire(party: DeclaredParty) -> wire::DeclaredParty {
    let DeclaredParty {
        name,
        country,
        address,
        tax_id,
    } = party;
    wire::DeclaredParty {
        name,
        country,
        address,
        tax_id,
    }
}

fn money_from_wire(wire: Option<wire::Money>, field: String) -> Result<Option<Money>, BadField> {
    wire.map(|money| {
        let amount = decimal(&money.amount, &format!("{field}.amount"))?;
        Ok(Money {
            amount,
            currency: money.currency,
        })
    })
    .transpose()
}

fn money_to_wire(money: Money) -> wire::Money {
    wire::Money {
        amount: money.amount.to_string(),
        currency: money.currency,
    }
}

fn documents_from_wire(
    wire: Vec<wire::DeclaredDocument>,
    path: &str,
) -> Result<Vec<DeclaredDocument>, BadField> {
    wire.into_iter()
        .enumerate()
        .map(|(index, document)| {
            let field = format!("{path}.documents[{index}].date");
            Ok(DeclaredDocument {
                type_code: document.r#type,
                number: document.number,
                date: optional(document.date, field, date)?,
            })
        })
        .collect()
}

fn document_to_wire(document: DeclaredDocument) -> wire::DeclaredDocument {
    wire::DeclaredDocument {
        r#type: document.type_code,
        number: document.number,
        date: document.date.as_ref().map(Date::to_string),
    }
}

fn optional<T>(
    text: Option<String>,
    field: String,
    read: fn(&str, &str) -> Result<T, BadField>,
) -> Result<Option<T>, BadField> {
    text.map(|text| read(&text, &field)).transpose()
}
