//! The invoice as lists of `caption : value`: what programs print that make a record readable.
//! Parties are sections whose name is not the line after the heading.

use super::draft::Draft;
use super::look::{Info, Rules};
use super::parties::Role;
use super::scheme::{Parts, paragraphs};
use crate::paper::escape;

pub fn write(draft: &mut Draft, mut parts: Parts) -> String {
    if draft.chance(0.5) {
        draft.look.rules = draft.one_of(&[Rules::Bare, Rules::HeadOnly, Rules::Dashed]);
    }
    let list = draft.one_of(&[Info::Colons, Info::Colons, Info::Columns, Info::Inline]);
    let program = match draft.chance(0.4) {
        true => printing_program(draft),
        false => String::new(),
    };
    // A few of the values come after the parties.
    let late = match draft.chance(0.3) && parts.info.len() > 4 {
        true => parts.info.split_off(parts.info.len() / 2),
        false => Vec::new(),
    };
    let info = draft.info_as(list, parts.info);
    let late = draft.info_as(list, late);
    let mut sections = vec![
        draft.party_section(Role::Seller, "seller", list),
        draft.party_section(Role::Buyer, "buyer", list),
    ];
    for (role, caption) in &parts.others {
        sections.push(draft.party_section(*role, caption, list));
    }
    sections.retain(|section| !section.is_empty());
    let sections = match draft.chance(0.25) {
        true => format!(
            "#grid(columns: (1fr, 1fr), column-gutter: 10pt, row-gutter: 10pt, {})",
            sections
                .iter()
                .map(|section| format!("[{section}]"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        false => sections.join("\n\n#v(5pt)\n\n"),
    };
    let prose = match draft.chance(0.45) {
        true => draft.sender_in_prose(),
        false => String::new(),
    };
    let route = draft.info_as(list, parts.route);
    let gap = draft.one_of(&["6pt", "12pt", "20pt"]);
    format!(
        "{program}\n#v({gap})\n{}\n#v({gap})\n{info}\n#v({gap})\n{sections}\n#v({gap})\n{late}\n\n{prose}\n#v({gap})\n{}\n#v({gap})\n{}\n#v({gap})\n{}\n\n{}",
        parts.title,
        parts.table,
        parts.sums,
        paragraphs(&[route, paragraphs(&parts.tail)]),
        parts.signature,
    )
}

/// What the program says of itself at the head of its print.
fn printing_program(draft: &mut Draft) -> String {
    let names = [
        "XML Viewer",
        "eInvoice Print",
        "UBL Stylesheet",
        "DocView",
        "EDI Printout",
        "Archive Export",
    ];
    let name = draft.one_of(&names);
    let version = format!("{}.{}", draft.digits(1), draft.digits(1));
    let day = draft.day(draft.it.dates.order);
    let mut lines = vec![
        format!("{name} {version}"),
        format!("Version: {version} / {day}"),
    ];
    if draft.chance(0.5) {
        lines.push(format!(
            "urn:example:{}:{}",
            draft.digits(5),
            draft.digits(4)
        ));
    }
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    format!("#text(0.9em)[{}]\n", lines.join(" \\\n"))
}
