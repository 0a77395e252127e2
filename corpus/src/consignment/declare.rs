//! The declaration that belongs to a consignment: one item a line, as a careful declarant would.

use super::{Consignment, Line, Party, country, goods};
use docexam_domain::{
    Declaration, DeclarationItem, DeclaredDocument, DeclaredParty, DocumentType, Money,
};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// `presented` are the documents handed in; the declaration cites their numbers.
pub fn declare(it: &Consignment, presented: &[DocumentType]) -> Declaration {
    let currency = &it.amounts.currency;
    let money = |amount: Decimal| Money {
        amount,
        currency: currency.clone(),
    };
    let some_money = |amount: Decimal| (!amount.is_zero()).then(|| money(amount));
    Declaration {
        id: it.numbers.declaration.clone(),
        acceptance_date: Some(it.dates.acceptance),
        procedure: Some("import".to_owned()),
        transport_mode: Some(if it.by_air { "4" } else { "1" }.to_owned()),
        importing_country: Some(it.buyer.country.clone()),
        exporter: Some(party(&it.seller)),
        consignee: Some(party(it.receiver())),
        declarant: None,
        invoice_total: Some(money(it.amounts.total)),
        exchange_rate: None,
        incoterm: Some(it.incoterm.clone()),
        incoterm_place: Some(it.incoterm_place.clone()),
        freight: some_money(it.amounts.freight),
        insurance: some_money(it.amounts.insurance),
        total_packages: Some(it.total_packages),
        total_gross_mass_kg: Some(it.gross_kg),
        total_net_mass_kg: Some(it.net_kg),
        containers: it.containers.iter().map(|c| c.number.clone()).collect(),
        seals: it.containers.iter().map(|c| c.seal.clone()).collect(),
        transport_document_number: Some(transport_number(it).to_owned()),
        vessel_name: (!it.by_air).then(|| it.vessel.clone()),
        voyage_number: Some(it.voyage.clone()),
        port_of_loading: Some(it.loading.code.clone()),
        port_of_discharge: Some(it.discharge.code.clone()),
        documents: presented
            .iter()
            .filter_map(|&kind| cited(it, kind))
            .collect(),
        items: it
            .lines
            .iter()
            .enumerate()
            .map(|(index, line)| DeclarationItem {
                number: index as u32 + 1,
                hs_code: Some(line.hs_code.clone()),
                description: Some(goods()[line.goods].description("en").to_owned()),
                country_of_origin: Some(line.origin.clone()),
                quantity: Some(line.quantity),
                unit: Some(line.unit.clone()),
                supplementary_quantity: supplementary(line),
                supplementary_unit: supplementary(line).map(|_| line.unit.clone()),
                price: Some(money(line.amount)),
                net_mass_kg: Some(line.net_kg),
                gross_mass_kg: Some(line.gross_kg),
                packages: Some(line.packages),
                package_kind: Some(it.package_kind.clone()),
                documents: lodged(it, line, presented),
                ..DeclarationItem::default()
            })
            .collect(),
    }
}

/// Goods that may not come in without a certificate, by HS chapter: the code of the certificate, and what it is called
/// where it lies among the papers.
const LODGED: [(&str, &[u32], &[DocumentType]); 2] = [
    (
        "N851",
        &[6, 7, 8, 10, 12, 44],
        &[DocumentType::PhytosanitaryCertificate],
    ),
    (
        "N853",
        &[1, 2, 3, 4, 5, 16, 23, 41],
        &[
            DocumentType::VeterinaryCertificate,
            DocumentType::HealthCertificate,
        ],
    ),
];

/// The certificate that the goods need, lodged with its authority, where it is not among the papers.
fn lodged(it: &Consignment, line: &Line, presented: &[DocumentType]) -> Vec<DeclaredDocument> {
    let chapter: u32 = line.hs_code[..2].parse().unwrap_or_default();
    let needed = LODGED.iter().filter(|(_, chapters, kinds)| {
        chapters.contains(&chapter) && !kinds.iter().any(|kind| presented.contains(kind))
    });
    let document = |code: &str| DeclaredDocument {
        type_code: code.to_owned(),
        number: it.numbers.health.clone(),
        date: Some(it.dates.certificate),
    };
    needed.map(|(code, _, _)| document(code)).collect()
}

pub(crate) fn transport_number(it: &Consignment) -> &str {
    match it.by_air {
        true => &it.numbers.air_waybill,
        false => &it.numbers.bill_of_lading,
    }
}

/// The quantity again where it is not a mass, as most tariffs ask for.
fn supplementary(line: &Line) -> Option<Decimal> {
    let is_mass = matches!(line.unit.as_str(), "KGM" | "TNE");
    (!is_mass).then_some(line.quantity)
}

fn party(party: &Party) -> DeclaredParty {
    DeclaredParty {
        name: party.name.clone(),
        country: Some(party.country.clone()),
        address: Some(format!(
            "{}, {}",
            party.address.join(", "),
            country(&party.country).english_name()
        )),
        tax_id: Some(party.tax_id.clone()),
    }
}

/// How the declaration names a document; `None` for types without a code.
fn cited(it: &Consignment, kind: DocumentType) -> Option<DeclaredDocument> {
    let (number, date): (&str, Date) = number_and_date(it, kind)?;
    Some(DeclaredDocument {
        type_code: (*kind.untded_codes().first()?).to_owned(),
        number: number.to_owned(),
        date: Some(date),
    })
}

/// The number and the date of issue that a document of this type carries.
pub(crate) fn number_and_date(it: &Consignment, kind: DocumentType) -> Option<(&str, Date)> {
    let numbers = &it.numbers;
    let dates = &it.dates;
    Some(match kind {
        DocumentType::CommercialInvoice => (&numbers.invoice, dates.invoice),
        DocumentType::PackingList => (&numbers.packing_list, dates.packed),
        DocumentType::CertificateOfOrigin => (&numbers.certificate, dates.certificate),
        DocumentType::PhytosanitaryCertificate => (&numbers.phytosanitary, dates.certificate),
        DocumentType::HealthCertificate | DocumentType::VeterinaryCertificate => {
            (&numbers.health, dates.certificate)
        }
        DocumentType::CitesPermit => (&numbers.health, dates.certificate),
        DocumentType::ConformityCertificate => (&numbers.conformity, dates.certificate),
        DocumentType::CertificateOfAnalysis => (&numbers.analysis, dates.certificate),
        DocumentType::InsuranceCertificate => (&numbers.insurance, dates.certificate),
        DocumentType::BillOfLading | DocumentType::SeaWaybill => {
            (&numbers.bill_of_lading, dates.on_board)
        }
        DocumentType::AirWaybill => (&numbers.air_waybill, dates.on_board),
        DocumentType::Other => return None,
    })
}
