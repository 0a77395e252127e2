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
    let words = draft.words(caption);
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
