//! The air waybill: the number in three corners, small boxes of routing and charges, one line of goods with
//! pieces, gross weight, chargeable weight and rate, charges prepaid and collect.

use super::{LINES, party};
use crate::consignment::goods;
use crate::layout::draft::Draft;
use crate::layout::form::FormLook;
use crate::layout::parties::Role;
use crate::layout::prose::sentence;
use crate::layout::terms::{marks, port};
use crate::lexicon::title_key;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;
use rust_decimal::Decimal;

pub fn air(draft: &mut Draft) -> String {
    let it = draft.it;
    let look = draft.form("air_waybill/grid");
    if draft.chance(0.25) {
        draft.background(Some("ORIGINAL"));
    }
    let carrier = draft.one_of(&[
        "Aerolane Cargo",
        "SKYHAUL",
        "Polaris Air Freight",
        "Condor Meridian",
        "AIRBRIDGE INTERNATIONAL",
    ]);
    let number = draft.plain(K::DocumentNumber, &it.numbers.air_waybill);
    let again = draft.plain(K::DocumentNumber, &it.numbers.air_waybill);
    let title = draft.words(&title_key(DocumentType::AirWaybill));
    let emblem = draft.emblem(carrier);
    let shipper = party(draft, &look, "", "shipper", Role::Seller);
    let consignee = party(draft, &look, "", "consignee", Role::Buyer);
    let text = sentence(&mut draft.rng, "en");
    let agreed = format!(
        "It is agreed that the goods described herein are accepted in apparent good order and condition (except as noted) for carriage. {text}"
    );
    let agent = draft.one_of(&LINES);
    let code = format!(
        "{:02}-{} {:04}",
        draft.rng.random_range(1..99),
        draft.rng.random_range(1..9),
        draft.rng.random_range(1..9999)
    );
    let head = format!(
        "#text(0.75em)[{}] \\ #strong[{}] \\ {emblem} {}",
        escape("Not Negotiable"),
        escape(&title),
        escape(carrier)
    );
    let wide = |body: &str, across: u32| format!("table.cell(colspan: {across})[{body}]");
    let mut cells = vec![
        wide(&shipper, 4),
        wide(&head, 4),
        wide(&consignee, 4),
        wide(&format!("#text(0.65em)[{}]", escape(&agreed)), 4),
        look.cell(
            "",
            "Issuing Carrier's Agent Name and City",
            &escape(&format!("{agent}, {}", it.loading.name)),
            4,
            1,
        ),
        look.cell(
            "",
            "Accounting Information",
            &escape(draft.one_of(&[
                "FREIGHT PREPAID",
                "FREIGHT COLLECT",
                "NOTIFY: SEE CONSIGNEE",
                "",
            ])),
            4,
            1,
        ),
        look.cell("", "Agent's IATA Code", &escape(&code), 2, 1),
        look.cell("", "Account No.", "", 2, 1),
    ];
    cells.extend(routing(draft, &look));
    let goods = line(draft, &look);
    cells.push(wide(&goods, 8));
    cells.extend(charges(draft, &look));
    let (left, right) = match draft.chance(0.8) {
        true => (number, again),
        false => (String::new(), number),
    };
    format!(
        "#grid(columns: (1fr, auto), [#strong[{left}]], [#strong[{right}]])\n{}#align(right)[{}]\n",
        look.grid("1fr, 1fr, 1fr, 1fr, 1fr, 1fr, 1fr, 1fr", &cells),
        match draft.chance(0.4) {
            true => draft.plain(K::DocumentNumber, &it.numbers.air_waybill),
            false => escape(draft.one_of(&[
                "ORIGINAL 3 (FOR SHIPPER)",
                "ORIGINAL 2 (FOR CONSIGNEE)",
                "COPY 4"
            ])),
        }
    )
}

fn routing(draft: &mut Draft, look: &FormLook) -> Vec<String> {
    let it = draft.it;
    let departure = draft.words("airport_of_departure");
    let destination = draft.words("airport_of_destination");
    let flight = draft.words("flight_number");
    let loading = port(draft, K::PortOfLoading);
    let discharge = port(draft, K::PortOfDischarge);
    let number = draft.plain(K::VoyageNumber, &it.voyage);
    let day = match draft.chance(0.5) {
        true => format!(
            " {} {}",
            escape("/"),
            draft.date(K::DepartureDate, it.dates.on_board)
        ),
        false => String::new(),
    };
    let currency = draft.ink.plain(K::Currency, &it.amounts.currency);
    let insured = draft.one_of(&["NIL", "XXX", "N.V.D."]);
    vec![
        look.cell("", &departure, &loading, 4, 1),
        look.cell("", "Reference Number", &escape(&it.numbers.order), 4, 1),
        look.cell("", "To", &escape(&it.discharge.code[2..]), 1, 1),
        look.cell(
            "",
            "By First Carrier",
            &escape(draft.one_of(&["SK", "PL", "CM"])),
            1,
            1,
        ),
        look.cell("", "Currency", &currency, 1, 1),
        look.cell(
            "",
            "CHGS Code",
            &escape(draft.one_of(&["PP", "CC", "PX"])),
            1,
            1,
        ),
        look.cell("", "Declared Value for Carriage", &escape("NVD"), 2, 1),
        look.cell(
            "",
            "Declared Value for Customs",
            &escape(draft.one_of(&["NCV", "AS PER INV."])),
            2,
            1,
        ),
        look.cell("", &destination, &discharge, 2, 1),
        look.cell("", &flight, &format!("{number}{day}"), 2, 1),
        look.cell("", "Amount of Insurance", &escape(insured), 4, 1),
        look.cell(
            "",
            "Handling Information",
            &escape(draft.one_of(&[
                "DOCUMENTS ATTACHED",
                "KEEP COOL +2/+8",
                "NOT RESTRICTED",
                "INVOICE AND PACKING LIST ATTACHED",
            ])),
            8,
            1,
        ),
    ]
}

/// Pieces, weights, rate, total, nature of goods.
fn line(draft: &mut Draft, look: &FormLook) -> String {
    let it = draft.it;
    let count = draft.number_text(Decimal::from(it.total_packages), 0);
    let pieces = draft
        .ink
        .field(K::TotalPackages, &count, &it.total_packages.to_string());
    let places = draft.one_of(&[0, 1, 1, 2]);
    let text = draft.number_text(it.gross_kg, places);
    // The head of the column or a letter beside the number names the unit.
    let gross = draft.ink.field(
        K::TotalGrossMassKg,
        &text,
        &it.gross_kg.normalize().to_string(),
    );
    let chargeable = (it.gross_kg * Decimal::new(draft.rng.random_range(100..160), 2)).round_dp(1);
    let rate = Decimal::new(draft.rng.random_range(80..900), 2);
    let total = (chargeable * rate).round_dp(2);
    let mut nature = Vec::new();
    for (row, line) in it.lines.iter().enumerate().take(4) {
        if it.lines[..row]
            .iter()
            .any(|earlier| earlier.goods == line.goods)
        {
            continue;
        }
        let name = goods()[line.goods]
            .description(&draft.speech.language)
            .to_uppercase();
        nature.push(draft.ink.cell(row, K::Description, &name, &name));
        if draft.chance(0.3) {
            let code = draft.ink.cell(row, K::HsCode, &line.hs_code, &line.hs_code);
            nature.push(format!("{} {code}", escape("HS")));
        }
    }
    if draft.chance(0.4) {
        nature.push(format!(
            "{} {}",
            escape("INV"),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice)
        ));
    }
    if draft.chance(0.4) {
        nature.push(format!("{} {}", escape("VOL"), draft.volume()));
    }
    if draft.chance(0.3) {
        nature.push(marks(draft));
    }
    let as_agreed = draft.chance(0.4);
    let money = |draft: &Draft, amount: Decimal| match as_agreed {
        true => escape("AS AGREED"),
        false => escape(&draft.number_text(amount, 2)),
    };
    let bodies = [
        pieces,
        gross,
        escape("K"),
        escape(draft.one_of(&["Q", "N", "M", "C"])),
        escape(&draft.number_text(chargeable, 1)),
        money(draft, rate),
        money(draft, total),
        nature.join(" \\ "),
    ];
    let heads = [
        "No. of Pieces RCP",
        "Gross Weight",
        "kg lb",
        "Rate Class",
        "Chargeable Weight",
        "Rate / Charge",
        "Total",
        "Nature and Quantity of Goods (incl. Dimensions or Volume)",
    ];
    let heads: Vec<String> = heads
        .iter()
        .map(|head| format!("[#text(0.62em)[{}]]", escape(head)))
        .collect();
    let bodies: Vec<String> = bodies
        .iter()
        .map(|body| format!("[{}]", look.filled_in(body)))
        .collect();
    let room = draft.rng.random_range(10..150);
    format!(
        "#table(columns: (auto, auto, auto, auto, auto, auto, auto, 1fr), stroke: (x, y) => (left: if x > 0 {{ 0.4pt }}, bottom: if y == 0 {{ 0.4pt }}), fill: none, inset: 3pt, {}, {}) #v({room}pt)",
        heads.join(", "),
        bodies.join(", ")
    )
}

fn charges(draft: &mut Draft, look: &FormLook) -> Vec<String> {
    let it = draft.it;
    let freight = match it.amounts.freight.is_zero() {
        true => (it.amounts.total * Decimal::new(draft.rng.random_range(10..90), 3)).round_dp(2),
        false => it.amounts.freight,
    };
    let freight = match draft.chance(0.5) {
        true => draft.money(K::FreightAmount, freight, false),
        false => escape("AS AGREED"),
    };
    let other = Decimal::new(draft.rng.random_range(500..20_000), 2);
    let other = escape(&draft.number_text(other, 2));
    let date = draft.date(K::IssueDate, it.dates.on_board);
    let certify = "Shipper certifies that the particulars on the face hereof are correct.";
    vec![
        look.cell("", "Prepaid / Weight Charge / Collect", &freight, 3, 1),
        look.cell(
            "",
            "Other Charges",
            &format!("{} {other}", escape("AWC MYC SCC")),
            5,
            1,
        ),
        look.cell("", "Total Other Charges Due Agent", "", 3, 1),
        format!(
            "table.cell(colspan: 5)[#text(0.65em)[{}] \\ {}]",
            escape(certify),
            escape(&it.seller.name)
        ),
        look.cell("", "Total Prepaid", "", 2, 1),
        look.cell("", "Total Collect", "", 1, 1),
        look.cell(
            "",
            "Executed on (date) at (place)",
            &format!("{date} {} {}", escape(&it.loading.name), draft.scrawl()),
            5,
            1,
        ),
    ]
}
