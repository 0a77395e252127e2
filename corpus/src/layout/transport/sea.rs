//! Bill of lading and sea waybill: shipper, consignee or order, notify party, vessel and ports, goods, on
//! board date; a carrier's mark and pattern; a nearly empty attached list behind it.

use super::cargo::{cargo, charges};
use super::{LINES, caption_of, party};
use crate::layout::draft::Draft;
use crate::layout::form::{FormLook, HeadPlace};
use crate::layout::parties::Role;
use crate::layout::prose::paragraph;
use crate::layout::terms::port;
use crate::lexicon::title_key;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;

pub fn sea(draft: &mut Draft, kind: DocumentType) -> String {
    let look = draft.form(&format!("{kind}/liner"));
    let carrier = draft.one_of(&LINES);
    if draft.chance(0.4) {
        let word = draft.one_of(&["ORIGINAL", "COPY", "NON NEGOTIABLE", "DRAFT"]);
        draft.background(Some(word));
    }
    let head = head(draft, kind, carrier);
    let shipper = party(draft, &look, "1", "shipper", Role::Seller);
    let consignee = match draft.chance(0.22) && kind == DocumentType::BillOfLading {
        true => {
            let words = caption_of(draft, "consignee");
            let order = draft.one_of(&[
                "TO ORDER",
                "TO THE ORDER OF SHIPPER",
                "TO ORDER OF BANK",
                "ORDER",
            ]);
            look.captioned("2", &words, &escape(order))
        }
        false => party(draft, &look, "2", "consignee", Role::Buyer),
    };
    let notify = party(draft, &look, "3", "notify_party_name", Role::Notify);
    let left = vec![shipper, consignee, notify];
    let agent = agent(draft, carrier);
    let right = vec![head, agent];
    let mut cells = top(&look, left, right);
    cells.extend(voyage(draft, &look));
    let room = draft.rng.random_range(8..200);
    let goods = cargo(draft, &look, room);
    let above = draft.one_of(&[
        "PARTICULARS FURNISHED BY SHIPPER",
        "PARTICULARS DECLARED BY SHIPPER BUT NOT CHECKED BY CARRIER",
        "",
    ]);
    cells.push(format!(
        "table.cell(colspan: 4)[#align(center)[#text(0.8em)[{}]] {goods}]",
        escape(above)
    ));
    let charges = charges(draft);
    cells.push(format!("table.cell(colspan: 2)[{charges}]"));
    cells.push(format!(
        "table.cell(colspan: 2)[{}]",
        issue(draft, kind, carrier)
    ));
    let count = draft.rng.random_range(1..5);
    let terms = paragraph(&mut draft.rng, "en", count);
    let received = "RECEIVED by the carrier the goods as specified above in apparent good order and condition unless otherwise stated, to be transported to such place as agreed, subject to all terms on the reverse.";
    cells.push(format!(
        "table.cell(colspan: 4)[#text(0.6em)[{}]]",
        escape(&format!("{received} {terms}"))
    ));
    let back = match draft.percent() {
        0..20 => attached(draft, &look, carrier),
        20..26 => conditions(draft, carrier),
        _ => String::new(),
    };
    format!("{}{back}", look.grid("1fr, 1fr, 1fr, 1fr", &cells))
}

/// Parties on one side, head and agent on the other.
fn top(look: &FormLook, left: Vec<String>, right: Vec<String>) -> Vec<String> {
    let wide =
        |body: &String, down: usize| format!("table.cell(colspan: 2, rowspan: {down})[{body}]");
    let [shipper, consignee, notify] = [&left[0], &left[1], &left[2]];
    match look.head {
        HeadPlace::Right => vec![
            wide(shipper, 1),
            wide(&right[0], 1),
            wide(consignee, 1),
            wide(&right[1], 2),
            wide(notify, 1),
        ],
        HeadPlace::Left => vec![
            wide(&right[0], 1),
            wide(shipper, 1),
            wide(&right[1], 2),
            wide(consignee, 1),
            wide(notify, 1),
        ],
        HeadPlace::Above => vec![
            format!("table.cell(colspan: 4)[{}]", right[0]),
            wide(shipper, 1),
            wide(consignee, 1),
            wide(notify, 1),
            wide(&right[1], 1),
        ],
    }
}

fn head(draft: &mut Draft, kind: DocumentType, carrier: &str) -> String {
    let it = draft.it;
    let title = draft.words(&title_key(kind));
    let emblem = draft.emblem(carrier);
    let caption = draft.words("number.transport");
    let number = draft.plain(K::DocumentNumber, &it.numbers.bill_of_lading);
    let size = draft.rng.random_range(11..19);
    let booking = match draft.chance(0.5) {
        true => format!(
            " \\ {} {}",
            escape(draft.one_of(&[
                "Booking No.",
                "BKG NO.",
                "Svc Contract",
                "Export references"
            ])),
            escape(&format!(
                "{}",
                draft.rng.random_range(100_000_000..999_999_999)
            ))
        ),
        false => String::new(),
    };
    let original = match draft.chance(0.3) {
        true => format!(
            " \\ #strong[{}]",
            escape(draft.one_of(&["ORIGINAL", "COPY NON-NEGOTIABLE", "1st ORIGINAL", "DRAFT"]))
        ),
        false => String::new(),
    };
    match draft.percent() {
        0..50 => format!(
            "{emblem} #text({size}pt, weight: \"bold\")[{}] \\ #strong[{}] \\ #v(4pt) {} #strong[{number}]{booking}{original}",
            escape(carrier),
            escape(&title),
            escape(&caption)
        ),
        50..80 => format!(
            "#align(center)[#strong[{}] \\ {emblem} #text({size}pt, weight: \"bold\")[{}]] #v(3pt) {} \\ {number}{booking}{original}",
            escape(&title),
            escape(carrier),
            escape(&caption)
        ),
        _ => format!(
            "#grid(columns: (1fr, auto), [#strong[{}]], [{} #strong[{number}]]) #v(3pt) #text({size}pt, fill: luma(60))[{}]{booking}{original}",
            escape(&title),
            escape(&caption),
            escape(carrier)
        ),
    }
}

fn agent(draft: &mut Draft, carrier: &str) -> String {
    let count = draft.rng.random_range(1..5);
    let text = paragraph(&mut draft.rng, "en", count);
    let city = draft.it.discharge.name.clone();
    match draft.percent() {
        0..45 => format!("#text(0.62em)[{}]", escape(&text)),
        45..75 => format!(
            "#text(0.75em)[{}] \\ {}",
            escape(draft.one_of(&[
                "Delivery agent",
                "For delivery of goods please apply to:",
                "Forwarding agent-references"
            ])),
            escape(&format!("{carrier} {city}"))
        ),
        _ => format!(
            "#text(0.75em)[{}] #v(20pt)",
            escape("Onward inland routing (Not part of Carriage as defined in clause 1)")
        ),
    }
}

/// Vessel, voyage and places in small boxes, four a row; the order is the carrier's.
fn voyage(draft: &mut Draft, look: &FormLook) -> Vec<String> {
    let it = draft.it;
    let receipt = match draft.chance(0.5) {
        true => escape(&it.loading.name.to_uppercase()),
        false => String::new(),
    };
    let delivery = match draft.chance(0.5) {
        true => escape(&it.discharge.name.to_uppercase()),
        false => String::new(),
    };
    let vessel_words = draft.words("vessel_name");
    let voyage_words = draft.words("voyage_number");
    let together = draft.chance(0.3);
    let vessel = draft.plain(K::VesselName, &it.vessel);
    let number = draft.plain(K::VoyageNumber, &it.voyage);
    let loading_words = draft.words("port_of_loading");
    let discharge_words = draft.words("port_of_discharge");
    let (loading, discharge) = (
        port(draft, K::PortOfLoading),
        port(draft, K::PortOfDischarge),
    );
    let mut cells = Vec::new();
    if draft.chance(0.6) {
        cells.push(look.cell(
            "4",
            draft.one_of(&["Pre-carriage by", "Pre-Carriage"]),
            "",
            2,
            1,
        ));
        cells.push(look.cell(
            "5",
            draft.one_of(&["Place of Receipt", "Place of receipt by pre-carrier"]),
            &receipt,
            2,
            1,
        ));
    }
    match together {
        true => cells.push(look.cell(
            "6",
            &format!("{vessel_words} / {voyage_words}"),
            &format!("{vessel} {} {number}", escape("/")),
            2,
            1,
        )),
        false => {
            cells.push(look.cell("6", &vessel_words, &vessel, 1, 1));
            cells.push(look.cell("7", &voyage_words, &number, 1, 1));
        }
    }
    cells.push(look.cell("8", &loading_words, &loading, 2, 1));
    cells.push(look.cell("9", &discharge_words, &discharge, 2, 1));
    cells.push(look.cell(
        "10",
        draft.one_of(&["Place of Delivery", "Final destination"]),
        &delivery,
        2,
        1,
    ));
    cells
}

/// Originals, on board date, place and date of issue, signature.
fn issue(draft: &mut Draft, kind: DocumentType, carrier: &str) -> String {
    let it = draft.it;
    let mut lines = Vec::new();
    if kind == DocumentType::BillOfLading {
        lines.push(escape(draft.one_of(&[
            "Number of originals: 3 (THREE)",
            "No. of Original B(s)/L THREE/3",
            "ORIGINAL B/L: 3/3",
            "EXPRESS RELEASE",
        ])));
    }
    if draft.chance(0.8) {
        let words = draft.words("on_board_date");
        let vessel = match draft.chance(0.2) {
            true => format!(" {}", draft.plain(K::VesselName, &it.vessel)),
            false => String::new(),
        };
        let date = draft.date(K::OnBoardDate, it.dates.on_board);
        lines.push(format!("{}{vessel} {date}", escape(&words)));
    }
    let words = draft.words("place_date");
    let date = draft.date(K::IssueDate, it.dates.on_board);
    lines.push(format!(
        "{} {} {date}",
        escape(&words),
        escape(&it.loading.name)
    ));
    let scrawl = match draft.chance(0.4) {
        true => draft.scrawl(),
        false => "#v(18pt)".to_owned(),
    };
    let role = draft.one_of(&[
        "As agent for the carrier",
        "Signed for the Carrier",
        "FOR THE MASTER",
        "AS CARRIER",
    ]);
    lines.push(format!(
        "{scrawl} #line(length: 70%, stroke: 0.4pt) #text(0.8em)[{}]",
        escape(&format!("{role} {carrier}"))
    ));
    lines.join(" \\ ")
}

/// Page 2: the form's frame again with hardly anything in it.
fn attached(draft: &mut Draft, look: &FormLook, carrier: &str) -> String {
    let it = draft.it;
    let caption = draft.words("number.transport");
    let number = draft.plain(K::DocumentNumber, &it.numbers.bill_of_lading);
    let emblem = draft.emblem(carrier);
    let title = draft.one_of(&[
        "ATTACHED LIST",
        "Continuation",
        "B/L ANNEX",
        "RIDER",
        "Page 2",
    ]);
    let mut body = vec![escape(&format!("Consignment No: {}", it.numbers.order))];
    if draft.chance(0.3) {
        for container in &it.containers {
            let number = draft.ink.plain(K::ContainerNumber, &container.number);
            body.push(format!(
                "{number} {}",
                draft.ink.plain(K::SealNumber, &container.seal)
            ));
        }
    }
    let height = draft.rng.random_range(150..480);
    let cells = [format!(
        "table.cell(colspan: 2)[{} #v({height}pt)]",
        body.join(" \\ ")
    )];
    format!(
        "#pagebreak()\n#grid(columns: (1fr, auto), [{emblem} #strong[{}]], [{} {number} \\ {}])\n{}\n",
        escape(carrier),
        escape(&caption),
        escape(title),
        look.grid("1fr, 1fr", &cells)
    )
}

/// The back of the form: conditions of carriage, which belong to it.
fn conditions(draft: &mut Draft, carrier: &str) -> String {
    let columns = draft.one_of(&[2, 3]);
    let clauses: Vec<String> = (1..draft.rng.random_range(12..30))
        .map(|number| {
            let count = draft.rng.random_range(2..6);
            let text = paragraph(&mut draft.rng, "en", count);
            escape(&format!("{number}. {text}"))
        })
        .collect();
    format!(
        "#pagebreak()\n#[#set text(5pt)\n#set par(justify: true, leading: 0.35em, spacing: 0.6em)\n#align(center)[#strong[{}]]\n#columns({columns})[{}]]\n",
        escape(&format!("{carrier} - TERMS FOR CARRIAGE")),
        clauses.join("\n\n")
    )
}
