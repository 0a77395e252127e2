//! Certificates on an issuer's own paper: parties and header values in the arrangement of the look, then
//! the goods or the tests.

use super::words::{declaration, establishment, species, standard, treatment};
use crate::consignment::{goods, number_and_date};
use crate::layout::draft::{Draft, Pair};
use crate::layout::parties::Role;
use crate::layout::plan::plain_plan;
use crate::layout::table::Column;
use crate::layout::terms::{port, route};
use crate::lexicon::title_key;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;

pub fn write(draft: &mut Draft, kind: DocumentType) -> String {
    let it = draft.it;
    let title = draft.title(&title_key(kind));
    let authority = authority(draft, kind);
    let authority = format!(
        "#text({}pt, weight: \"bold\")[{authority}]",
        draft.rng.random_range(11..15)
    );
    let mut info: Vec<Pair> = Vec::new();
    if let Some((number, date)) = number_and_date(it, kind) {
        info.push((
            "number.certificate".into(),
            draft.plain(K::DocumentNumber, number),
        ));
        info.push(("issue_date".into(), draft.date(K::IssueDate, date)));
    }
    if draft.chance(0.5) {
        info.push((
            "invoice_number".into(),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice),
        ));
    }
    if draft.chance(0.6) {
        info.push((
            "country_of_origin".into(),
            draft.country(K::CountryOfOrigin, &it.lines[0].origin),
        ));
    }
    if draft.chance(0.3) {
        info.push((
            "country_of_destination".into(),
            draft.country(K::CountryOfDestination, &it.buyer.country),
        ));
    }
    info.extend(special(draft, kind));
    let roles: &[(Role, &str)] = &[
        (Role::Seller, "exporter"),
        (Role::Buyer, "consignee.certificate"),
        (Role::Producer, "producer_name"),
    ];
    let roles = match kind {
        DocumentType::ConformityCertificate | DocumentType::CertificateOfAnalysis
            if draft.chance(0.6) =>
        {
            &roles[..1]
        }
        _ => roles,
    };
    let parties = draft.parties(roles, info);
    let body = match kind {
        DocumentType::CertificateOfAnalysis => analysis(draft),
        DocumentType::InsuranceCertificate => insured(draft),
        _ => described(draft, kind),
    };
    let statement = escape(statement(kind));
    let declaration = match kind {
        DocumentType::PhytosanitaryCertificate => {
            let words = draft.caption("additional_declaration");
            let text = declaration(draft);
            format!(
                "#v(4pt)\n{words} {}\n",
                draft.plain(K::AdditionalDeclaration, &text)
            )
        }
        _ => String::new(),
    };
    let signature = draft.signature();
    let top = match draft.chance(0.6) {
        true => format!("#align(center)[{authority}]\n{title}"),
        false => format!("{title}\n{authority}\n"),
    };
    format!(
        "{top}\n#v(5pt)\n{parties}\n#v(6pt)\n{body}\n#v(6pt)\n{declaration}\n{statement}\n{signature}"
    )
}

pub fn authority(draft: &mut Draft, kind: DocumentType) -> String {
    use DocumentType as T;
    let nation = crate::consignment::country(&draft.it.seller.country)
        .english_name()
        .to_owned();
    let text = match kind {
        T::PhytosanitaryCertificate => format!("Plant Protection Organization of {nation}"),
        T::HealthCertificate | T::VeterinaryCertificate => draft
            .one_of(&[
                "Ministry of Agriculture of {}",
                "Veterinary Service of {}",
                "Food Safety Authority, {}",
            ])
            .replace("{}", &nation),
        T::CitesPermit => format!("CITES Management Authority of {nation}"),
        T::ConformityCertificate => draft
            .one_of(&[
                "Prüfwerk Zertifizierung",
                "Certiva Testing Institute",
                "Bureau Normatest",
                "中检认证中心",
                "Veritest Certification",
                "Norma Inspection Services",
            ])
            .to_owned(),
        T::CertificateOfAnalysis => draft
            .one_of(&[
                "Quality Control Laboratory",
                "Labor Nord",
                "Chemilab Assurance",
                "Laboratoire Qualis",
                "Analytica Services",
            ])
            .to_owned(),
        T::InsuranceCertificate => draft
            .one_of(&[
                "Mutual Marine Insurance",
                "Seaguard Underwriters",
                "Argosy Insurance Company, Inc.",
                "Hanse Transportversicherung",
                "Compass Marine Underwriters Ltd",
                "Océane Assurances",
                "Assekura Transport",
            ])
            .to_owned(),
        _ => format!("Competent Authority of {nation}"),
    };
    draft.plain(K::IssuingAuthority, &text)
}

fn special(draft: &mut Draft, kind: DocumentType) -> Vec<Pair> {
    use DocumentType as T;
    let it = draft.it;
    let mut pairs: Vec<Pair> = Vec::new();
    match kind {
        T::PhytosanitaryCertificate => {
            let name = species(draft);
            pairs.push(("species_name".into(), draft.plain(K::SpeciesName, name)));
            let text = treatment(draft);
            pairs.push(("treatment".into(), draft.plain(K::Treatment, &text)));
            pairs.push(("port_of_discharge".into(), port(draft, K::PortOfDischarge)));
        }
        T::HealthCertificate | T::VeterinaryCertificate => {
            let number = establishment(draft);
            pairs.push((
                "establishment_number".into(),
                draft.plain(K::EstablishmentNumber, &number),
            ));
        }
        T::CitesPermit => {
            let name = draft.one_of(&super::words::ENDANGERED).0;
            pairs.push(("species_name".into(), draft.plain(K::SpeciesName, name)));
        }
        T::ConformityCertificate => {
            let text = standard(draft);
            pairs.push(("standard".into(), draft.plain(K::Standard, &text)));
        }
        T::CertificateOfAnalysis => {
            pairs.push((
                "batch_number".into(),
                draft.plain(K::BatchNumber, &it.lines[0].batch),
            ));
        }
        T::InsuranceCertificate => pairs.extend(route(draft)),
        _ => {}
    }
    if kind != T::CertificateOfAnalysis && draft.chance(0.4) {
        pairs.push((
            "validity_date".into(),
            draft.date(K::ValidityDate, it.dates.validity),
        ));
    }
    pairs
}

fn described(draft: &mut Draft, kind: DocumentType) -> String {
    use Column as C;
    let mut columns = vec![C::Description];
    if draft.chance(0.5) {
        columns.insert(0, C::LineNumber);
    }
    if draft.chance(0.5) {
        columns.push(C::HsCode);
    }
    if kind == DocumentType::ConformityCertificate {
        columns.push(C::ProductCode);
    } else {
        columns.push(C::PackagesKind);
        columns.push(C::Net);
    }
    if matches!(
        kind,
        DocumentType::HealthCertificate | DocumentType::VeterinaryCertificate
    ) {
        columns.push(C::Batch);
    }
    let plan = plain_plan(draft, columns, false);
    let table = draft.goods_table(&plan, &[]);
    let masses = match kind {
        DocumentType::ConformityCertificate => String::new(),
        _ => draft.masses(),
    };
    format!("{table}\n#v(4pt)\n{masses}\n")
}

/// Properties with their limits and results.
fn analysis(draft: &mut Draft) -> String {
    let line = &draft.it.lines[0];
    let name = goods()[line.goods]
        .description(&draft.speech.language)
        .to_owned();
    let product = draft.heading("col.description");
    let name = draft.ink.cell(0, K::Description, &name, &name);
    let tests = [
        ("Appearance", "-", "conforms"),
        ("Purity", "% (m/m)", "min. 99.0"),
        ("Moisture", "%", "max. 0.50"),
        ("pH (1 %)", "-", "6.5 - 8.5"),
        ("Density 20 °C", "g/cm³", "0.940 - 0.965"),
        ("Melt flow index", "g/10 min", "0.9 - 1.3"),
        ("Ash", "%", "max. 0.10"),
        ("Lead (Pb)", "mg/kg", "max. 2"),
        ("Total plate count", "cfu/g", "max. 1000"),
        ("Tensile strength", "MPa", "min. 22"),
    ];
    let mut cells: Vec<String> = Vec::new();
    let count = draft.rng.random_range(4..tests.len());
    for (name, unit, limit) in tests.iter().take(count) {
        let value = rust_decimal::Decimal::new(draft.rng.random_range(1..9999), 2);
        let value = draft.number_text(value, 2);
        cells.extend([name, unit, limit].map(|text| format!("[{}]", escape(text))));
        cells.push(format!("[{}]", escape(&value)));
    }
    format!(
        "{product} {name}\n#v(4pt)\n#table(columns: (2fr, 1fr, 1fr, 1fr), stroke: 0.4pt, [{}], [{}], [{}], [{}], {})\n",
        escape("Property"),
        escape("Unit"),
        escape("Limit"),
        escape("Result"),
        cells.join(", ")
    )
}

fn insured(draft: &mut Draft) -> String {
    let amount = draft.it.amounts.total * rust_decimal::Decimal::new(110, 2);
    let text = draft.number_text(amount.round_dp(2), 2);
    let currency = draft.it.amounts.currency.clone();
    let currency = draft.ink.plain(K::Currency, &currency);
    let masses = draft.masses_in_words();
    let clauses = escape(
        "Conditions: Institute Cargo Clauses (A), Institute War Clauses (Cargo), Institute Strikes Clauses (Cargo). Claims payable at destination.",
    );
    let plan = plain_plan(
        draft,
        vec![Column::Description, Column::PackagesKind],
        false,
    );
    let table = draft.goods_table(&plan, &[]);
    format!(
        "{} {currency} {}\n#v(4pt)\n{table}\n{masses}\n\n#v(4pt)\n{clauses}\n",
        escape("Insured amount (110 % CIF):"),
        escape(&text)
    )
}

fn statement(kind: DocumentType) -> &'static str {
    use DocumentType as T;
    match kind {
        T::PhytosanitaryCertificate => {
            "This is to certify that the plants, plant products or other regulated articles described herein have been inspected and/or tested according to appropriate official procedures and are considered to be free from the quarantine pests specified by the importing contracting party."
        }
        T::HealthCertificate => {
            "I, the undersigned official, certify that the product described above is fit for human consumption and was produced under sanitary control."
        }
        T::VeterinaryCertificate => {
            "I, the undersigned official veterinarian, certify that the products described above originate from healthy animals and from establishments under permanent control."
        }
        T::ConformityCertificate => {
            "The product described above was tested and found to be in conformity with the requirements of the standards named herein."
        }
        T::CitesPermit => {
            "Export, re-export or import of the specimens described is authorised subject to the conditions on the reverse."
        }
        T::CertificateOfAnalysis => {
            "The batch has been tested and released. This document is issued electronically and valid without signature."
        }
        _ => {
            "In witness whereof this certificate has been issued. Claims are settled upon surrender of this certificate."
        }
    }
}
