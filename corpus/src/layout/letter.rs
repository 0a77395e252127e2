//! The invoice as a business letter in the manner of DIN 5008: the sender in one small line above the
//! recipient, who has no caption; an information block; what the law wants to know at the foot.

use super::draft::Draft;
use super::parties::Role;
use super::scheme::{Parts, paragraphs};

pub fn write(draft: &mut Draft, parts: Parts) -> String {
    draft.footer_columns();
    let head = match draft.chance(0.85) {
        true => draft.letterhead(),
        false => String::new(),
    };
    let sender = match draft.chance(0.8) {
        true => draft.sender_line(),
        false => String::new(),
    };
    let window = draft.address_window(Role::Buyer);
    let window = format!("{sender}\n#v(3pt)\n{window}");
    let info = draft.narrow_info(parts.info);
    let left = draft.one_of(&["80mm", "85mm", "95mm", "55%"]);
    let gap = draft.one_of(&["0pt", "6pt", "20pt"]);
    let top = match draft.one_of(&[0, 0, 0, 1, 2]) {
        0 => format!(
            "#grid(columns: ({left}, 1fr), column-gutter: 8mm, [{window}], [#v({gap})\n{info}])\n#v(10pt)\n{}",
            parts.title
        ),
        1 => format!("{window}\n#v(14pt)\n{}\n{info}", parts.title),
        _ => format!(
            "#grid(columns: ({left}, 1fr), column-gutter: 8mm, [{window}], [{}\n{info}])\n#v(8pt)",
            parts.title
        ),
    };
    let others = draft.party_grid(&parts.others);
    let route = draft.info(parts.route);
    let salutation = match draft.chance(0.5) {
        true => format!("{} \\\n{}", draft.note("salutation"), draft.note("intro")),
        false => String::new(),
    };
    let closing = match draft.chance(0.5) {
        true => draft.note("closing"),
        false => String::new(),
    };
    let (early, late) = match draft.chance(0.5) {
        true => (others, String::new()),
        false => (String::new(), others),
    };
    format!(
        "{head}\n#v(6pt)\n{top}\n#v(6pt)\n{early}\n\n{salutation}\n#v(4pt)\n{}\n#v(3pt)\n{}\n#v(6pt)\n{}\n\n{late}\n\n{closing}\n{}",
        parts.table,
        parts.sums,
        paragraphs(&[paragraphs(&parts.tail), route]),
        parts.signature,
    )
}
