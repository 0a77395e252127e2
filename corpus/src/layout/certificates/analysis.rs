//! Certificates of analysis: customer and ship-to, product and grade, lot, a strip of house numbers, and
//! the table of properties, whose rows are no line items.

use super::general::authority;
use crate::layout::draft::{Draft, Pair};
use crate::layout::parties::Role;
use crate::layout::plan::plain_plan;
use crate::layout::prose::sentence;
use crate::layout::table::Column;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;
use rust_decimal::Decimal;

/// Property, unit, lowest and highest value in hundredths, method.
const TESTS: [(&str, &str, u32, u32, &str); 24] = [
    ("Melt index", "g/10 min", 20, 3000, "ASTM D1238"),
    ("Density", "g/cm³", 90, 97, "ASTM D1505"),
    ("Purity", "% (m/m)", 9850, 9999, "GC"),
    ("Moisture", "%", 1, 80, "Karl Fischer"),
    ("pH (1 % solution)", "-", 550, 850, "EP 2.2.3"),
    ("Ash content", "%", 1, 30, "ISO 3451"),
    ("Tensile strength", "MPa", 1800, 4200, "ISO 527"),
    ("Elongation at break", "%", 30_000, 90_000, "ISO 527"),
    ("Lead (Pb)", "mg/kg", 1, 200, "ICP-MS"),
    ("Heavy metals", "ppm", 10, 1000, "USP <231>"),
    ("Total plate count", "cfu/g", 1000, 100_000, "ISO 4833"),
    ("Yeast and mould", "cfu/g", 100, 10_000, "ISO 21527"),
    ("Viscosity 25 °C", "mPa·s", 20_000, 90_000, "ISO 2555"),
    ("Acid value", "mg KOH/g", 1, 300, "ISO 660"),
    ("Peroxide value", "meq/kg", 10, 1000, "ISO 3960"),
    ("Iodine value", "g/100 g", 5000, 14_000, "ISO 3961"),
    ("Assay", "%", 9800, 10_100, "HPLC"),
    ("Loss on drying", "%", 5, 100, "105 °C, 3 h"),
    ("Sulphated ash", "%", 1, 10, "EP 2.4.14"),
    ("Bulk density", "g/L", 40_000, 90_000, "ISO 60"),
    ("Particle size D50", "µm", 100, 20_000, "Laser"),
    ("Dirt content", "%", 1, 8, "ISO 249"),
    ("Mooney viscosity", "MU", 3000, 9000, "ISO 289"),
    ("Colour (Hazen)", "-", 100, 5000, "ISO 6271"),
];

pub fn write(draft: &mut Draft) -> String {
    let look = draft.form("certificate_of_analysis/laboratory");
    let it = draft.it;
    let head = match draft.chance(0.6) {
        true => draft.letterhead(),
        false => format!(
            "#align(center)[#strong[{}]]\n",
            authority(draft, DocumentType::CertificateOfAnalysis)
        ),
    };
    let title = draft.title("title.certificate_of_analysis");
    let lines = match draft.chance(0.25) {
        true => it.lines.len().min(3),
        false => 1,
    };
    let customer = customer(draft);
    let strip = strip(draft);
    let mut parts = Vec::new();
    for row in 0..lines {
        parts.push(format!(
            "{}\n#v(6pt)\n{}",
            product(draft, &look, row),
            tests(draft)
        ));
    }
    let text = match draft.percent() {
        0..40 => sentence(&mut draft.rng, "en"),
        40..70 => "This document is issued electronically and valid without signature.".to_owned(),
        _ => "The batch has been tested and released. Storage in dry conditions below 30 °C."
            .to_owned(),
    };
    let validity = match draft.chance(0.3) {
        true => {
            let words =
                draft.one_of(&["Expiry date:", "Retest date:", "Best before", "Valid until"]);
            format!(
                "{} {}\n\n",
                escape(words),
                draft.date(K::ValidityDate, it.dates.validity)
            )
        }
        false => String::new(),
    };
    let signature = match draft.chance(0.6) {
        true => format!("{}{}", draft.signature(), draft.scrawl()),
        false => String::new(),
    };
    let gap = draft.one_of(&[6, 20, 80, 200]);
    format!(
        "{head}{title}\n{customer}\n#v(4pt)\n{strip}\n#v(4pt)\n{}\n#v({gap}pt)\n{validity}#text(0.8em)[{}]\n{signature}",
        parts.join("\n#v(8pt)\n"),
        escape(&text)
    )
}

/// Customer and perhaps where the goods are shipped, with number and date.
fn customer(draft: &mut Draft) -> String {
    let it = draft.it;
    let mut info: Vec<Pair> = vec![
        (
            "number.certificate".into(),
            draft.plain(K::DocumentNumber, &it.numbers.analysis),
        ),
        (
            "issue_date".into(),
            draft.date(K::IssueDate, it.dates.certificate),
        ),
    ];
    if draft.chance(0.5) {
        info.push((
            "purchase_order_number".into(),
            draft.plain(K::PurchaseOrderNumber, &it.numbers.order),
        ));
    }
    if draft.chance(0.4) {
        info.push((
            "invoice_number".into(),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice),
        ));
    }
    if draft.chance(0.35) && !it.by_air {
        info.push(("vessel_name".into(), draft.plain(K::VesselName, &it.vessel)));
    }
    if draft.chance(0.3) {
        info.push((
            "departure_date".into(),
            draft.date(K::DepartureDate, it.dates.on_board),
        ));
    }
    let receiver = it.receiver();
    if draft.chance(0.4) {
        // Names in a column of captions, ship-to with its address.
        let name_words = draft.one_of(&["Customer Name", "Customer", "Sold to", "Kunde", "Client"]);
        let ship_words = draft.one_of(&["Ship-To Address", "Ship to", "Consignee", "Delivered to"]);
        let name = draft.plain(K::BuyerName, &it.buyer.name);
        let consignee = draft.party(Role::Consignee, receiver);
        let info = draft.narrow_info(info);
        return format!(
            "#table(columns: (1.4fr, 1fr), stroke: {}, inset: 5pt, [#grid(columns: (30%, 1fr), row-gutter: 4pt, [{}], [{name}], [{}], [{consignee}])], [{info}])\n",
            draft.one_of(&["0.6pt", "none"]),
            escape(name_words),
            escape(ship_words)
        );
    }
    match it.consignee.is_some() {
        true => draft.parties(
            &[(Role::Buyer, "buyer"), (Role::Consignee, "consignee")],
            info,
        ),
        false => draft.parties(&[(Role::Buyer, "buyer")], info),
    }
}

/// House numbers on dark ground.
fn strip(draft: &mut Draft) -> String {
    let (ground, ink) = draft.one_of(&[
        ("black", "white"),
        ("luma(70)", "white"),
        ("luma(225)", "black"),
        ("none", "black"),
    ]);
    let first = draft.one_of(&[
        "Sales Order Number",
        "Delivery Number",
        "Order / Item",
        "Our Reference",
    ]);
    let second = draft.one_of(&[
        "Customer Order Number",
        "Material Number",
        "Inspection Lot",
        "Shipment",
    ]);
    let numbers = [
        draft.rng.random_range(1_000_000..99_999_999),
        draft.rng.random_range(10_000..9_999_999),
    ];
    format!(
        "#table(columns: (1fr, 1fr), fill: {ground}, stroke: 0.5pt, inset: 4pt, [#text(fill: {ink})[{} {}]], [#text(fill: {ink})[{} {}]])\n",
        escape(&format!("{first}:")),
        escape(&numbers[0].to_string()),
        escape(&format!("{second}:")),
        escape(&numbers[1].to_string())
    )
}

/// Product, lot, quantity and dates of one tested batch.
fn product(draft: &mut Draft, look: &crate::layout::form::FormLook, row: usize) -> String {
    let line = &draft.it.lines[row];
    let plan = plain_plan(draft, Vec::new(), false);
    let name = draft.cell(&plan, Column::Description, row, line);
    let batch = draft.plain(K::BatchNumber, &line.batch);
    let product_words =
        draft.one_of(&["Product Name / Grade", "Product", "Material", "Description"]);
    let batch_words = draft.words("batch_number");
    let mut cells = vec![
        look.cell("", product_words, &name, 2, 1),
        look.cell("", &batch_words, &batch, 1, 1),
    ];
    if draft.chance(0.5) {
        let quantity = draft.cell(&plan, Column::QuantityUnit, row, line);
        cells.push(look.cell("", "Quantity", &quantity, 1, 1));
    } else if draft.chance(0.5) {
        let net = draft.cell(&plan, Column::Net, row, line);
        cells.push(look.cell("", "Net weight", &net, 1, 1));
    } else {
        let made = draft.day(draft.it.dates.order);
        cells.push(look.cell("", "Date of manufacture", &escape(&made), 1, 1));
    }
    if draft.chance(0.3) {
        let code = draft.cell(&plan, Column::ProductCode, row, line);
        cells.push(look.cell("", "Product code", &code, 2, 1));
    }
    look.grid("1fr, 1fr", &cells)
}

/// Properties with unit, result, specification and method, in one of the usual orders.
fn tests(draft: &mut Draft) -> String {
    let words: [&str; 5] = match draft.speech.language.as_str() {
        "de" => ["Merkmal", "Einheit", "Ergebnis", "Spezifikation", "Methode"],
        "fr" => [
            "Caractéristique",
            "Unité",
            "Résultat",
            "Spécification",
            "Méthode",
        ],
        "es" => [
            "Propiedad",
            "Unidad",
            "Resultado",
            "Especificación",
            "Método",
        ],
        "tr" => ["Özellik", "Birim", "Sonuç", "Spesifikasyon", "Metot"],
        "zh" => ["检验项目", "单位", "结果", "标准", "方法"],
        _ => draft.one_of(&[
            [
                "Property",
                "Unit",
                "Results",
                "Specifications",
                "Test Method",
            ],
            ["TEST ITEM", "UNIT", "RESULT", "LIMITS", "METHOD"],
            ["Characteristic", "UoM", "Value", "Min - Max", "Procedure"],
        ]),
    };
    let order: &[usize] = draft.one_of(&[
        &[0, 1, 2, 3, 4][..],
        &[0, 4, 3, 2],
        &[0, 3, 2],
        &[0, 1, 3, 2],
        &[0, 2, 1, 4],
    ]);
    let first = draft.rng.random_range(0..TESTS.len());
    let count = draft.rng.random_range(2..13);
    let mut cells: Vec<String> = order
        .iter()
        .map(|&at| format!("[#strong[{}]]", escape(words[at])))
        .collect();
    for &(name, unit, low, high, method) in TESTS.iter().cycle().skip(first).step_by(5).take(count)
    {
        let result = Decimal::new(i64::from(draft.rng.random_range(low..=high)), 2);
        let (low, high) = (
            Decimal::new(i64::from(low), 2),
            Decimal::new(i64::from(high), 2),
        );
        let limits = match draft.percent() {
            0..50 => format!(
                "{} - {}",
                draft.number_text(low, 2),
                draft.number_text(high, 2)
            ),
            50..75 => format!("max. {}", draft.number_text(high, 2)),
            _ => format!("≥ {}", draft.number_text(low, 2)),
        };
        let result = match draft.percent() {
            0..8 => "conforms".to_owned(),
            8..12 => "n.d.".to_owned(),
            _ => draft.number_text(result, 2),
        };
        let row = [name, unit, &result, &limits, method];
        cells.extend(order.iter().map(|&at| format!("[{}]", escape(row[at]))));
    }
    let stroke = draft.one_of(&[
        "0.4pt",
        "none",
        "(x, y) => (bottom: 0.4pt)",
        "(x, y) => if y == 0 { (top: 1pt, bottom: 1pt) }",
    ]);
    let heading = match draft.chance(0.5) {
        true => format!(
            "#block(fill: luma(215), width: 100%, inset: 3pt)[#strong[{}]]\n",
            escape(draft.one_of(&["ANALYSIS", "Test results", "QUALITY DATA"]))
        ),
        false => String::new(),
    };
    format!(
        "{heading}#table(columns: (2fr, {}), stroke: {stroke}, inset: 3pt, {})\n",
        vec!["1fr"; order.len() - 1].join(", "),
        cells.join(", ")
    )
}
