//! Certificates of origin: a plain chamber form, and forms drawn in the manner of Form A, Form E,
//! EUR.1 and RCEP: numbered boxes with the same content, in a drawing of their own.

use super::draft::Draft;
use super::parties::Role;
use super::table::{Column, Extras, Plan};
use super::terms::{marks, port};
use crate::consignment::country;
use crate::paper::escape;
use docexam_domain::FieldKey as K;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Chamber,
    FormA,
    FormE,
    Eur1,
    Rcep,
}

pub fn write(draft: &mut Draft) -> String {
    let form = draft.one_of(&[
        Form::Chamber,
        Form::Chamber,
        Form::FormA,
        Form::FormE,
        Form::Eur1,
        Form::Rcep,
    ]);
    match form {
        Form::Chamber if draft.chance(0.4) => letter(draft),
        form => boxes(draft, form),
    }
}

/// Running text under a letterhead, as small chambers and exporters issue it.
fn letter(draft: &mut Draft) -> String {
    let it = draft.it;
    let authority = authority(draft);
    let title = draft.title("title.certificate_of_origin");
    let number = draft.plain(K::DocumentNumber, &it.numbers.certificate);
    let date = draft.date(K::IssueDate, it.dates.certificate);
    let origin = it.lines[0].origin.clone();
    let mut info = vec![
        ("number.certificate".to_owned(), number),
        ("issue_date".to_owned(), date),
        (
            "invoice_number".to_owned(),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice),
        ),
    ];
    if draft.chance(0.6) {
        info.push((
            "invoice_date".to_owned(),
            draft.date(K::InvoiceDate, it.dates.invoice),
        ));
    }
    info.push((
        "country_of_origin".to_owned(),
        draft.country(K::CountryOfOrigin, &origin),
    ));
    if draft.chance(0.5) {
        info.push((
            "country_of_destination".to_owned(),
            draft.country(K::CountryOfDestination, &it.buyer.country),
        ));
    }
    let parties = draft.parties(
        &[
            (Role::Seller, "exporter"),
            (Role::Buyer, "consignee.certificate"),
            (Role::Producer, "producer_name"),
        ],
        info,
    );
    let plan = plan(draft, Form::Chamber);
    let table = draft.goods_table(&plan, &[]);
    let masses = draft.masses();
    let statement = draft.note("origin_statement");
    let signature = draft.signature();
    format!(
        "#align(center)[{authority}]\n{title}\n{parties}\n#v(6pt)\n{table}\n#v(5pt)\n{masses}\n\n#v(8pt)\n{statement}\n{signature}"
    )
}

/// The chamber or authority, as a fragment.
fn authority(draft: &mut Draft) -> String {
    let nation = country(&draft.it.seller.country);
    let city = nation.cities.first().map_or("", |city| city.0.as_str());
    let language = draft.speech.language.clone();
    let text = match language.as_str() {
        "de" => format!("Industrie- und Handelskammer {city}"),
        "fr" => format!("Chambre de Commerce et d'Industrie de {city}"),
        "es" => format!("Cámara de Comercio de {city}"),
        "it" => format!("Camera di Commercio di {city}"),
        "tr" => format!("{city} Ticaret Odası"),
        "zh" => "中国国际贸易促进委员会".to_owned(),
        "pl" => "Krajowa Izba Gospodarcza".to_owned(),
        _ => draft
            .one_of(&[
                "{} Chamber of Commerce",
                "{} Chamber of Commerce and Industry",
                "Customs of {}",
                "Chamber of Trade {}",
            ])
            .replace("{}", city),
    };
    draft.plain(K::IssuingAuthority, &text)
}

/// The form of numbered boxes.
fn boxes(draft: &mut Draft, form: Form) -> String {
    let it = draft.it;
    let numbered = form != Form::Chamber || draft.chance(0.5);
    let mut counter = 0;
    let mut label = |draft: &mut Draft, key: &str| {
        counter += 1;
        let words = draft.words(key);
        // Some synonyms carry the number of their box themselves.
        let words = words.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
        match numbered {
            true => format!("#text(0.8em)[{}]", escape(&format!("{counter}. {words}"))),
            false => format!("#text(0.8em)[{}]", escape(words)),
        }
    };
    let exporter_label = label(draft, "exporter");
    let exporter = draft.party(Role::Seller, &it.seller);
    let consignee_label = label(draft, "consignee.certificate");
    let consignee = draft.party(Role::Buyer, it.receiver());
    let transport_label = label(draft, "vessel_name");
    let transport = transport(draft);

    let number_words = draft.words("number.certificate");
    let number = draft.plain(K::DocumentNumber, &it.numbers.certificate);
    let title = title(draft, form);
    let issued_in = match draft.chance(0.7) {
        true => {
            let nation = draft.country(K::CountryOfIssue, &it.seller.country);
            format!(
                " \\ {} {nation}",
                escape(draft.one_of(&["Issued in", "Country:", "Issued in (country)"]))
            )
        }
        false => String::new(),
    };
    let head = format!(
        "[{} #strong[{number}] #v(6pt) #align(center)[{title}{issued_in}]]",
        escape(&number_words)
    );
    let official = match draft.chance(0.6) {
        true => {
            let words = draft.words("remarks");
            let retro = match draft.chance(0.15) {
                true => draft
                    .ink
                    .field(K::IssuedRetroactively, "ISSUED RETROSPECTIVELY", "true"),
                false => String::new(),
            };
            let third = match draft.chance(0.12) {
                true => draft
                    .ink
                    .field(K::ThirdPartyInvoicing, "THIRD COUNTRY INVOICING", "true"),
                false => String::new(),
            };
            format!("[#text(0.8em)[{}] \\ {retro} \\ {third}]", escape(&words))
        }
        false => "[]".to_owned(),
    };
    let origin = it.lines[0].origin.clone();
    let origin_cell = {
        let label = label(draft, "country_of_origin");
        let nation = draft.country(K::CountryOfOrigin, &origin);
        let destination = draft.words("country_of_destination");
        let to = draft.country(K::CountryOfDestination, &it.buyer.country);
        format!(
            "[{label} \\ {nation} \\ #text(0.8em)[{}] \\ {to}]",
            escape(&destination)
        )
    };
    let plan = plan(draft, form);
    let goods = draft.goods_table(&plan, &[]);
    let masses = draft.masses();
    let invoice = format!(
        "{} {} {}",
        label(draft, "invoice_number"),
        draft.plain(K::InvoiceNumber, &it.numbers.invoice),
        match draft.chance(0.8) {
            true => draft.date(K::InvoiceDate, it.dates.invoice),
            false => String::new(),
        }
    );
    let declaration = draft.note("origin_statement");
    let place_date = label(draft, "place_date");
    let city = escape(it.seller.address.last().map_or("", String::as_str));
    let date = draft.date(K::IssueDate, it.dates.certificate);
    let certified = label(draft, "issuing_authority");
    let authority = authority(draft);
    let validity = match draft.chance(0.25) {
        true => {
            let words = draft.caption("validity_date");
            format!(
                " \\ {words} {}",
                draft.date(K::ValidityDate, it.dates.validity)
            )
        }
        false => String::new(),
    };
    let producer = match &it.producer {
        Some(producer) if draft.chance(0.6) => {
            let label = label(draft, "producer_name");
            format!(
                "table.cell(colspan: 2)[{label} \\ {}],",
                draft.party(Role::Producer, producer)
            )
        }
        _ => String::new(),
    };
    let stroke = draft.one_of(&[
        "0.5pt",
        "0.8pt",
        "0.5pt + rgb(\"#2b5d34\")",
        "0.6pt + rgb(\"#7a1f1f\")",
    ]);
    let tint = draft.one_of(&["none", "none", "rgb(\"#eef5e9\")", "rgb(\"#f4efe2\")"]);
    format!(
        "#table(columns: (1fr, 1fr), stroke: {stroke}, fill: {tint}, inset: 5pt,\n\
         [{exporter_label} \\ {exporter}], {head},\n[{consignee_label} \\ {consignee}], {official},\n\
         [{transport_label} \\ {transport}], {origin_cell},\n{producer}\n\
         table.cell(colspan: 2, inset: 2pt)[{goods} #v(3pt) {masses}],\n\
         table.cell(colspan: 2)[{invoice}],\n\
         [{declaration} #v(14pt) {place_date} \\ {city} #h(6pt) {date}],\n\
         [{certified} \\ {authority}{validity} #v(34pt) #line(length: 80%, stroke: 0.4pt)])\n"
    )
}

fn title(draft: &mut Draft, form: Form) -> String {
    let (first, form_text) = match form {
        Form::Chamber => {
            let words = draft.words("title.certificate_of_origin");
            return format!(
                "#text({}pt, weight: \"bold\")[{}]",
                draft.look.title_size.min(16.0),
                escape(&words)
            );
        }
        Form::FormA => (
            "GENERALISED SYSTEM OF PREFERENCES \\ CERTIFICATE OF ORIGIN",
            "FORM A",
        ),
        Form::FormE => (
            "ASEAN-CHINA FREE TRADE AREA PREFERENTIAL TARIFF \\ CERTIFICATE OF ORIGIN",
            "FORM E",
        ),
        Form::Eur1 => ("MOVEMENT CERTIFICATE", "EUR.1"),
        Form::Rcep => (
            "REGIONAL COMPREHENSIVE ECONOMIC PARTNERSHIP AGREEMENT \\ CERTIFICATE OF ORIGIN",
            "FORM RCEP",
        ),
    };
    let lines: Vec<String> = first.split(" \\ ").map(escape).collect();
    let name = draft.ink.field(K::Form, form_text, form_text);
    format!("#strong[{} \\ {name}]", lines.join(" \\ "))
}

fn transport(draft: &mut Draft) -> String {
    let it = draft.it;
    let mut lines = vec![match it.by_air {
        true => escape("BY AIR"),
        false => format!(
            "{} {}",
            escape(draft.one_of(&["BY SEA", "Vessel:", "By vessel"])),
            draft.plain(K::VesselName, &it.vessel)
        ),
    }];
    if draft.chance(0.5) {
        let words = draft.caption("departure_date");
        lines.push(format!(
            "{words} {}",
            draft.date(K::DepartureDate, it.dates.on_board)
        ));
    }
    let (from, to) = (
        port(draft, K::PortOfLoading),
        port(draft, K::PortOfDischarge),
    );
    lines.push(format!("{} {from} {} {to}", escape("FROM"), escape("TO")));
    if draft.chance(0.3) {
        lines.push(format!("{} {}", escape("Marks:"), marks(draft)));
    }
    lines.join(" \\\n")
}

fn plan(draft: &mut Draft, form: Form) -> Plan {
    use Column as C;
    let mut columns = vec![C::LineNumber];
    if draft.chance(0.5) {
        columns.push(C::PackagesKind);
    }
    columns.push(C::Description);
    let hs = draft.chance(0.75);
    if hs && draft.chance(0.6) {
        columns.push(C::HsCode);
    }
    let in_text = hs && !columns.contains(&C::HsCode);
    if matches!(form, Form::FormA | Form::FormE | Form::Rcep) {
        columns.push(C::Criterion);
    }
    let gross = draft.chance(0.6);
    columns.push(if gross { C::Gross } else { C::QuantityUnit });
    if draft.chance(0.25) {
        columns.push(C::Net);
    }
    let criterion = match form {
        Form::FormA => draft.one_of(&["P", "W", "\"P\""]),
        Form::Rcep => draft.one_of(&["WO", "PE", "CTC", "RVC"]),
        _ => draft.one_of(&["WO", "PE", "CTH", "RVC 40%", "PSR"]),
    };
    Plan {
        columns,
        extras: Extras {
            hs_code: in_text,
            ..Extras::default()
        },
        currency_in_cells: false,
        unit_in_cells: draft.chance(0.6),
        description_upper: draft.chance(0.4),
        criterion: criterion.to_owned(),
    }
}
