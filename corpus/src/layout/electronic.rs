//! The print of an electronic invoice as tax offices prescribe it: the seller's block and the
//! recipient's below it, a small table of numbers on the right, a wide table, sums in two currencies.

use super::draft::Draft;
use super::look::Info;
use super::parties::Role;
use super::scheme::{Parts, paragraphs};
use crate::paper::escape;

pub fn write(draft: &mut Draft, mut parts: Parts) -> String {
    let boxed = draft.one_of(&["top-bottom", "full", "none"]);
    let frame = |content: String| match boxed {
        "full" => format!("#block(stroke: 0.7pt, inset: 4pt, width: 100%)[{content}]"),
        "none" => content,
        _ => format!(
            "#block(stroke: (top: 1pt, bottom: 1pt), inset: (y: 4pt), width: 100%)[{content}]"
        ),
    };
    let seller = draft.party_captioned(Role::Seller, None);
    let seller = frame(seller);
    let sir = draft.heading("sayin");
    let buyer = match draft.chance(0.15) && draft.speech.language == "tr" {
        true => draft.buyer_under_customs(),
        false => draft.party_captioned(Role::Buyer, Some(sir)),
    };
    let buyer = frame(buyer);
    for (key, text) in draft.electronic_values() {
        let at = draft.one_of(&[0, 0, parts.info.len()]);
        parts.info.insert(at, (key, escape(&text)));
    }
    let long = parts.info.len() > 8;
    let more = match long && draft.chance(0.5) {
        true => parts.info.split_off(7),
        false => Vec::new(),
    };
    let placement = draft.one_of(&[Info::Shaded, Info::Colons, Info::Columns, draft.look.info]);
    let info = match draft.chance(0.6) {
        true => boxed_rows(draft, parts.info),
        false => draft.info_within(placement, parts.info, 2),
    };
    let more = draft.info_as(Info::Columns, more);
    let emblem = match draft.chance(0.6) {
        true => emblem(draft),
        false => String::new(),
    };
    let code = match draft.chance(0.7) {
        true => draft.square_code(),
        false => draft.wordmark(),
    };
    let unique = match draft.chance(0.7) {
        true => {
            let words = draft.one_of(&["ETTN", "UUID", "ETTN", "ID"]);
            let number = draft.unique_number();
            format!(
                "#strong[{}] {}",
                escape(&format!("{words}:")),
                escape(&number)
            )
        }
        false => String::new(),
    };
    let others = draft.party_grid(&parts.others);
    let top = match draft.one_of(&[0, 0, 1]) {
        0 => format!(
            "#grid(columns: (1.3fr, 0.7fr, 1fr), column-gutter: 8pt, row-gutter: 8pt, [{seller}], [#align(center)[{emblem}\n\n{}]], \
             [#align(right)[{code}]], [{buyer}], [], [{info}])",
            parts.title
        ),
        _ => format!(
            "{}\n#grid(columns: (1.2fr, 1fr), column-gutter: 12pt, row-gutter: 6pt, [{seller}\n{buyer}], [#align(right)[{code}]\n#v(4pt)\n{info}])",
            parts.title
        ),
    };
    let route = draft.info_as(Info::Columns, parts.route);
    format!(
        "{top}\n#v(3pt)\n{unique}\n\n{others}\n{}\n#v(3pt)\n{}\n#v(5pt)\n{}\n\n{}",
        parts.table,
        parts.sums,
        paragraphs(&[more, route, paragraphs(&parts.tail)]),
        parts.signature,
    )
}

/// A narrow table with a line around each caption and each value.
fn boxed_rows(draft: &mut Draft, pairs: Vec<(String, String)>) -> String {
    let cells: Vec<String> = pairs
        .into_iter()
        .filter(|pair| !pair.1.is_empty())
        .map(|(key, value)| format!("[#strong[{}]], [{value}]", draft.caption(&key)))
        .collect();
    format!(
        "#table(columns: (auto, 1fr), stroke: 0.6pt, inset: {}, {})",
        draft.one_of(&["2pt", "3pt"]),
        cells.join(", ")
    )
}

/// A round mark with the name of the kind of invoice below it.
fn emblem(draft: &mut Draft) -> String {
    let name = draft.one_of(&[
        "e-FATURA",
        "e-Arşiv Fatura",
        "e-INVOICE",
        "CFDI",
        "NF-e",
        "KSeF",
    ]);
    let accent = draft.look.accent;
    format!(
        "#circle(radius: 14pt, stroke: 2pt + {accent})[#align(center + horizon)[#text(13pt)[#\"e\"]]]\n#strong[{}]",
        escape(name)
    )
}
