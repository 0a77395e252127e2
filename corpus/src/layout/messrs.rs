//! The export invoice of East Asia: letterhead and title centred, `To Messrs.` left, number and date
//! right, a line from where to where, a table with the marks in its first column.

use super::draft::Draft;
use super::look::Info;
use super::parties::Role;
use super::scheme::{Parts, paragraphs};
use crate::paper::escape;

pub fn write(draft: &mut Draft, parts: Parts) -> String {
    let head = draft.centred_head();
    let to = draft.heading("messrs");
    let buyer = draft.party_of(Role::Buyer);
    let buyer = match draft.chance(0.6) {
        true => format!("{to} \\\n{buyer}"),
        false => format!("#grid(columns: (auto, 1fr), column-gutter: 6pt, [{to}], [{buyer}])"),
    };
    let placement = draft.one_of(&[Info::Inline, Info::Columns, Info::Colons]);
    let info = draft.info_within(placement, parts.info, 2);
    let boxed = draft.chance(0.3);
    let top = match boxed {
        true => {
            format!("#table(columns: (1.2fr, 1fr), stroke: 0.6pt, inset: 5pt, [{buyer}], [{info}])")
        }
        false => format!("#grid(columns: (1.2fr, 1fr), column-gutter: 14pt, [{buyer}], [{info}])"),
    };
    let others = draft.party_grid(&parts.others);
    let route = match draft.chance(0.5) {
        true => draft.route_line(),
        false => draft.info_as(placement, parts.route),
    };
    let stamp_line = match draft.chance(0.3) {
        true => {
            let stars = draft.one_of(&["***", "=====", "-----", "* * * * *"]);
            format!("#align(center)[{}]", escape(stars))
        }
        false => String::new(),
    };
    format!(
        "{head}\n{}\n#v(5pt)\n{top}\n#v(4pt)\n{others}\n{route}\n#v(5pt)\n{}\n#v(3pt)\n{}\n{stamp_line}\n#v(5pt)\n{}\n{}",
        parts.title,
        parts.table,
        parts.sums,
        paragraphs(&parts.tail),
        parts.signature,
    )
}
