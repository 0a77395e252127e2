//! Bills of lading, sea waybills and air waybills: forms of boxes.
//!
//! Goes in: a draft. Comes out: Typst source. The sea forms follow the layout key of the United Nations, the
//! air form the grid of the air waybill; `cargo` is the part about the goods.

mod air;
mod cargo;
mod sea;

use super::draft::Draft;
use super::form::FormLook;
use super::parties::Role;
use crate::paper::escape;
pub use air::air;
pub use sea::sea;

const LINES: [&str; 14] = [
    "NORTHERN ARC LINE",
    "BLUEWAKE SHIPPING",
    "Meridian Ocean Carriers",
    "STELLAR CONTAINER LINE",
    "Harbour & Hale Logistics",
    "Pelagos Lines",
    "EASTWIND SHIPPING CO.",
    "Transmundia Forwarding",
    "KORVET LINE",
    "Aurelia Freight Systems",
    "OCEANBRIDGE",
    "Halcyon Cargo GmbH",
    "SUNDA STRAITS SHIPPING PTE LTD",
    "Lignes du Ponant",
];

/// A party in its box; the address of the shipper may be short, as carriers print it.
fn party(draft: &mut Draft, look: &FormLook, number: &str, caption: &str, role: Role) -> String {
    let it = draft.it;
    let words = caption_of(draft, caption);
    let party = match role {
        Role::Seller => Some(&it.seller),
        Role::Notify => it.notify.as_ref(),
        _ => Some(it.receiver()),
    };
    let body = match party {
        Some(party) => draft.party(role, party),
        None => escape(draft.one_of(&["SAME AS CONSIGNEE", "", "-", "SAME AS ABOVE"])),
    };
    look.captioned(number, &words, &body)
}

/// As carriers caption the box in English; else as the language has it.
fn caption_of(draft: &mut Draft, key: &str) -> String {
    let printed: &[&'static str] = match key {
        "shipper" => &[
            "Shipper",
            "SHIPPER/EXPORTER (Complete Name and Address)",
            "Shipper (Name and Full Address)",
            "Consignor",
            "Shipper's Name and Address",
        ],
        "consignee" => &[
            "Consignee",
            "CONSIGNEE (Name and Full Address)",
            "Consignee (Negotiable only if consigned \"to order\")",
            "Consigned to order of",
            "Consignee's Name and Address",
        ],
        "notify_party_name" => &[
            "Notify Party",
            "NOTIFY PARTY (Name and Full Address)",
            "Notify Party (see clause 22)",
            "Notify address",
            "Also notify",
        ],
        _ => &[],
    };
    match draft.speech.language == "en" && !printed.is_empty() && draft.chance(0.75) {
        true => draft.one_of(printed).to_owned(),
        false => draft.words(key),
    }
}
