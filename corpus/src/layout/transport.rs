//! Bills of lading, sea waybills and air waybills: forms of boxes.

use super::draft::Draft;
use super::parties::Role;
use super::terms::{containers, marks, port, seals};
use crate::consignment::goods;
use crate::lexicon::title_key;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;

const LINES: [&str; 8] = [
    "NORTHERN ARC LINE",
    "BLUEWAKE SHIPPING",
    "Meridian Ocean Carriers",
    "STELLAR CONTAINER LINE",
    "Harbour & Hale Logistics",
    "Pelagos Lines",
    "EASTWIND SHIPPING CO.",
    "Transmundia Forwarding",
];

pub fn sea(draft: &mut Draft, kind: DocumentType) -> String {
    let it = draft.it;
    let carrier = escape(draft.one_of(&LINES));
    let title = draft.words(&title_key(kind));
    let number_caption = draft.words("number.transport");
    let number = draft.plain(K::DocumentNumber, &it.numbers.bill_of_lading);
    let shipper = boxed(draft, "shipper", Role::Seller);
    let consignee = match draft.chance(0.2) {
        true => {
            let words = draft.words("consignee");
            format!(
                "[#text(0.75em)[{}] \\ {}]",
                escape(&words),
                escape("TO ORDER")
            )
        }
        false => boxed(draft, "consignee", Role::Buyer),
    };
    let notify = boxed(draft, "notify_party_name", Role::Notify);
    let vessel = small(draft, "vessel_name", |d| d.plain(K::VesselName, &it.vessel));
    let voyage = small(draft, "voyage_number", |d| {
        d.plain(K::VoyageNumber, &it.voyage)
    });
    let loading = small(draft, "port_of_loading", |d| port(d, K::PortOfLoading));
    let discharge = small(draft, "port_of_discharge", |d| port(d, K::PortOfDischarge));
    let goods = cargo(draft);
    let on_board = {
        let words = draft.words("on_board_date");
        let date = draft.date(K::OnBoardDate, it.dates.on_board);
        format!("{} {date}", escape(&words))
    };
    let issued = {
        let words = draft.words("place_date");
        let date = draft.date(K::IssueDate, it.dates.on_board);
        format!("{} {} {date}", escape(&words), escape(&it.loading.name))
    };
    let freight = escape(draft.one_of(&[
        "FREIGHT PREPAID",
        "FREIGHT COLLECT",
        "FREIGHT PAYABLE AT DESTINATION",
    ]));
    let originals = escape(draft.one_of(&[
        "Number of originals: 3 (THREE)",
        "ORIGINAL B/L: 3/3",
        "EXPRESS RELEASE",
    ]));
    let terms = escape(
        "RECEIVED by the carrier the goods as specified above in apparent good order and condition unless \
         otherwise stated, to be transported to such place as agreed, subject to all terms on the reverse.",
    );
    let (split, stroke) = form_lines(draft);
    let head = format!(
        "#align(center)[#text(15pt, weight: \"bold\")[{carrier}] \\ #strong[{}]] \\ #v(6pt) {} #strong[{number}]",
        escape(&title),
        escape(&number_caption)
    );
    format!(
        "#table(columns: ({split}), stroke: {stroke}, inset: 4pt, {shipper}, table.cell(rowspan: 2)[{head}], {consignee},\n\
         {notify}, [{terms}], {vessel}, {voyage}, {loading}, {discharge},\n\
         table.cell(colspan: 2)[{goods}], [{freight} \\ {originals}], [{on_board} \\ {issued} #v(26pt) #line(length: 70%)])\n"
    )
}

pub fn air(draft: &mut Draft) -> String {
    let it = draft.it;
    let title = draft.words(&title_key(DocumentType::AirWaybill));
    let number = draft.plain(K::DocumentNumber, &it.numbers.air_waybill);
    let again = draft.plain(K::DocumentNumber, &it.numbers.air_waybill);
    let shipper = boxed(draft, "shipper", Role::Seller);
    let consignee = boxed(draft, "consignee", Role::Buyer);
    let agent = escape(&format!(
        "Issuing Carrier's Agent: {}",
        draft.one_of(&LINES)
    ));
    let loading = small(draft, "airport_of_departure", |d| port(d, K::PortOfLoading));
    let discharge = small(draft, "airport_of_destination", |d| {
        port(d, K::PortOfDischarge)
    });
    let flight = small(draft, "flight_number", |d| {
        d.plain(K::VoyageNumber, &it.voyage)
    });
    let goods = cargo(draft);
    let currency = small(draft, "currency", |d| {
        d.plain(K::Currency, &it.amounts.currency)
    });
    let date = draft.date(K::IssueDate, it.dates.on_board);
    let executed = escape("Executed on (date) at (place)");
    let place = escape(&it.loading.name);
    let (split, stroke) = form_lines(draft);
    format!(
        "#grid(columns: (1fr, auto), [{number}], [{again}])\n\
         #table(columns: ({split}), stroke: {stroke}, inset: 4pt, {shipper}, [#strong[{}] \\ {agent}], {consignee}, {currency},\n\
         {loading}, {discharge}, {flight}, [#text(0.75em)[{}]],\n\
         table.cell(colspan: 2)[{goods}], [{}], [{executed} \\ {date} {place}])\n",
        escape(&title),
        escape(
            "It is agreed that the goods described herein are accepted in apparent good order and condition."
        ),
        escape("Total Prepaid     Total Collect"),
    )
}

/// Widths of the two halves of the form, and how its boxes are drawn.
fn form_lines(draft: &mut Draft) -> (&'static str, &'static str) {
    (
        draft.one_of(&["1fr, 1fr", "1fr, 1fr", "1.2fr, 1fr", "1fr, 1.15fr"]),
        draft.one_of(&[
            "0.5pt",
            "0.9pt",
            "0.4pt + luma(110)",
            "0.6pt + rgb(\"#1f3f77\")",
        ]),
    )
}

fn boxed(draft: &mut Draft, caption: &str, role: Role) -> String {
    let it = draft.it;
    let words = draft.words(caption);
    let party = match role {
        Role::Seller => Some(&it.seller),
        Role::Notify => it.notify.as_ref(),
        _ => Some(it.receiver()),
    };
    let body = match party {
        Some(party) => draft.party(role, party),
        None => escape(draft.one_of(&["SAME AS CONSIGNEE", "", "-"])),
    };
    format!("[#text(0.75em)[{}] \\ {body}]", escape(&words))
}

fn small(draft: &mut Draft, caption: &str, value: impl FnOnce(&mut Draft) -> String) -> String {
    let words = draft.words(caption);
    let value = value(draft);
    format!("[#text(0.75em)[{}] \\ {value}]", escape(&words))
}

/// Marks, packages, description of the goods, gross mass and measurement in one wide box.
fn cargo(draft: &mut Draft) -> String {
    let it = draft.it;
    let heads: Vec<String> = [
        "marks",
        "total_packages",
        "col.description",
        "total_gross_mass_kg",
        "total_volume_m3",
    ]
    .iter()
    .map(|key| {
        let words = draft.words(key);
        format!("[#text(0.75em)[{}]]", escape(&words))
    })
    .collect();
    let marks = marks(draft);
    let boxes = match it.containers.is_empty() {
        true => String::new(),
        false => {
            let containers = containers(draft);
            let words = draft.words("container_number");
            let seal_words = draft.words("seal_number");
            format!(
                " \\ #v(4pt) {} \\ {containers} \\ {} \\ {}",
                escape(&words),
                escape(&seal_words),
                seals(draft)
            )
        }
    };
    let packages = draft.packages_with_kind();
    let mut texts: Vec<String> = Vec::new();
    let upper = draft.chance(0.6);
    let with_hs = draft.chance(0.4);
    for (row, line) in it.lines.iter().enumerate().take(6) {
        // Bills of lading name each kind of goods once.
        if it.lines[..row]
            .iter()
            .any(|earlier| earlier.goods == line.goods)
        {
            continue;
        }
        let name = goods()[line.goods].description(&draft.speech.language);
        let name = if upper {
            name.to_uppercase()
        } else {
            name.to_owned()
        };
        let mut text = draft.ink.cell(row, K::Description, &name, &name);
        if with_hs {
            let code = draft.ink.cell(row, K::HsCode, &line.hs_code, &line.hs_code);
            text = format!("{text} \\ {} {code}", escape("HS CODE:"));
        }
        texts.push(text);
    }
    let invoice = match draft.chance(0.25) {
        true => format!(
            " \\ {} {}",
            escape("INVOICE NO."),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice)
        ),
        false => String::new(),
    };
    let gross = draft.mass(K::TotalGrossMassKg, it.gross_kg);
    let net = match draft.chance(0.3) {
        true => format!(
            " \\ {} {}",
            escape("N.W."),
            draft.mass(K::TotalNetMassKg, it.net_kg)
        ),
        false => String::new(),
    };
    let volume = if draft.chance(0.7) {
        draft.volume()
    } else {
        String::new()
    };
    let ruled = match draft.one_of(&[0, 0, 1, 2]) {
        0 => "none",
        1 => "0.4pt",
        _ => "(x, y) => (left: if x > 0 { 0.4pt }, bottom: if y == 0 { 0.4pt })",
    };
    let room = draft.rng.random_range(8..220);
    format!(
        "#table(columns: (1fr, auto, 2fr, auto, auto), stroke: {ruled}, inset: 3pt, {}, [{marks}{boxes}], [{packages}], \
         [{} \\ {}{invoice}], [{gross}{net}], [{volume}]) #v({room}pt)",
        heads.join(", "),
        escape("SAID TO CONTAIN:"),
        texts.join(" \\ ")
    )
}
