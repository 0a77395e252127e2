//! The print of an office program: the seller in a line or two at the top, address boxes, captions on
//! grey, sums right and the table of taxes left of them, payments, the legal line at the foot.

use super::draft::Draft;
use super::look::{Info, Letterhead};
use super::parties::Role;
use super::scheme::{Parts, paragraphs};

pub fn write(draft: &mut Draft, parts: Parts) -> String {
    if draft.chance(0.5) {
        draft.look.letterhead = draft.one_of(&[Letterhead::Line, Letterhead::Wordmark]);
    }
    let head = match draft.has_letterhead() {
        true => draft.letterhead(),
        false => draft.party_of(Role::Seller),
    };
    let buyer = match draft.chance(0.4) {
        true => draft.address_window(Role::Buyer),
        false => {
            let key = draft.one_of(&["buyer", "buyer", "invoice_address"]);
            let body = draft.party_of(Role::Buyer);
            draft.titled_box(key, &body)
        }
    };
    // The delivery address is the buyer's again, if nobody else receives the goods.
    let delivery = match parts
        .others
        .iter()
        .any(|(role, _)| *role == Role::Consignee)
    {
        true => {
            let body = draft.party_of(Role::Consignee);
            draft.titled_box("consignee", &body)
        }
        false if draft.chance(0.4) => {
            let body = draft.party_of(Role::Buyer);
            draft.titled_box("consignee", &body)
        }
        false => String::new(),
    };
    let rest: Vec<_> = parts
        .others
        .iter()
        .copied()
        .filter(|(role, _)| *role != Role::Consignee)
        .collect();
    let others = draft.party_grid(&rest);
    let addresses = match draft.one_of(&[0, 0, 1]) {
        0 => format!("#grid(columns: (1fr, 1fr), column-gutter: 14pt, [{delivery}], [{buyer}])"),
        _ => format!("#grid(columns: (1fr, 1fr), column-gutter: 14pt, [{buyer}], [{delivery}])"),
    };
    let placement = draft.one_of(&[Info::Shaded, Info::Shaded, Info::DarkStrip, draft.look.info]);
    let info = match draft.chance(0.5) {
        true => {
            let info = draft.info_within(placement, parts.info, 2);
            let contact = match draft.chance(0.5) {
                true => draft.contact_box(),
                false => String::new(),
            };
            format!("#grid(columns: (1.1fr, 1fr), column-gutter: 14pt, [{info}], [{contact}])")
        }
        false => draft.info_as(placement, parts.info),
    };
    let route = draft.info_as(Info::Shaded, parts.route);
    let legal = match draft.chance(0.5) {
        true => draft.legal_line(),
        false => parts.small_print,
    };
    let top = match draft.one_of(&[0, 0, 1]) {
        0 => format!(
            "{head}\n#v(6pt)\n{}\n#v(4pt)\n{addresses}\n#v(6pt)\n{info}",
            parts.title
        ),
        _ => format!(
            "{head}\n#v(6pt)\n{addresses}\n#v(6pt)\n{}\n{info}",
            parts.title
        ),
    };
    format!(
        "{top}\n{others}\n#v(6pt)\n{}\n#v(4pt)\n{}\n#v(5pt)\n{}\n{}\n{legal}",
        parts.table,
        parts.sums,
        paragraphs(&[route, paragraphs(&parts.tail)]),
        parts.signature,
    )
}
