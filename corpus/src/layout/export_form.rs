//! One grid of boxes with the parties, the route and the terms, each caption small above its value:
//! the customs invoices and export invoices that follow a printed form.

use super::draft::{Draft, Pair};
use super::parties::Role;
use super::scheme::{Parts, paragraphs};

pub fn write(draft: &mut Draft, mut parts: Parts) -> String {
    let head = match draft.chance(0.35) {
        true => draft.letterhead(),
        false => String::new(),
    };
    let small = draft.one_of(&["0.75em", "0.8em", "0.9em"]);
    let numbered = draft.chance(0.2);
    let mut box_number = 0;
    let mut boxed = |draft: &mut Draft, key: &str, value: &str| {
        box_number += 1;
        let heading = draft.heading(key);
        let number = if numbered {
            format!("#\"{box_number}. \"")
        } else {
            String::new()
        };
        format!("[#text({small})[{number}{heading}] \\ {value}]")
    };
    let seller = draft.party_of(Role::Seller);
    let seller = boxed(draft, "exporter.invoice", &seller);
    // The receiver of the goods has the larger box; a buyer who is not the receiver one beside it.
    let apart = parts
        .others
        .iter()
        .position(|(role, _)| *role == Role::Consignee);
    let (left, right) = match apart {
        Some(at) => {
            parts.others.remove(at);
            let receiver = draft.party_of(Role::Consignee);
            let buyer = draft.party_of(Role::Buyer);
            (
                boxed(draft, "consignee", &receiver),
                Some(boxed(draft, "buyer.other", &buyer)),
            )
        }
        None => {
            let buyer = draft.party_of(Role::Buyer);
            let key = draft.one_of(&["buyer", "buyer", "messrs"]);
            (boxed(draft, key, &buyer), None)
        }
    };
    let mut boxes: Vec<Pair> = parts.info;
    boxes.retain(|pair| !pair.1.is_empty());
    let beside = boxes.len().min(draft.one_of(&[2, 3, 4]));
    let rest = boxes.split_off(beside);
    let narrow: Vec<String> = boxes
        .iter()
        .map(|(key, value)| boxed(draft, key, value))
        .collect();
    let mut below: Vec<Pair> = rest;
    below.extend(parts.route.into_iter().filter(|pair| !pair.1.is_empty()));
    let below: Vec<String> = below
        .iter()
        .map(|(key, value)| boxed(draft, key, value))
        .collect();
    for (role, key) in &parts.others {
        let party = draft.party_of(*role);
        if !party.is_empty() {
            parts
                .tail
                .insert(0, format!("#strong[{}] \\\n{party}", draft.heading(key)));
        }
    }
    let stroke = draft.one_of(&["0.5pt", "0.8pt", "0.6pt + luma(90)"]);
    let grid = |columns: usize, cells: &[String]| match cells.is_empty() {
        true => String::new(),
        false => format!(
            "#block(above: 0pt, below: 0pt)[#table(columns: (1fr,) * {columns}, stroke: {stroke}, inset: 4pt, {})]",
            cells.join(", ")
        ),
    };
    let two = draft.chance(0.5);
    let info = narrow_boxes(&narrow, if two { 2 } else { 1 }, stroke);
    let wide = format!(
        "#block(above: 0pt, below: 0pt)[#grid(columns: (1fr, 1fr), {}, {}{})]",
        outlined(&seller, stroke),
        format_args!("[{info}]"),
        match &right {
            Some(right) => format!(", {}, {}", outlined(&left, stroke), outlined(right, stroke)),
            None => format!(", {}, []", outlined(&left, stroke)),
        }
    );
    let across = draft.one_of(&[2, 3, 4]);
    let mut below_cells = below;
    while !below_cells.len().is_multiple_of(across) {
        below_cells.push("[]".to_owned());
    }
    let grid = format!("{wide}\n{}", grid(across, &below_cells));
    let top = match draft.chance(0.8) {
        true => format!("{head}\n{}", parts.title),
        false => format!("{}\n{head}", parts.title),
    };
    let gap = draft.one_of(&["0pt", "4pt"]);
    format!(
        "{top}\n#v(5pt)\n{grid}\n#v({gap})\n{}\n#v(2pt)\n{}\n#v(5pt)\n{}\n{}\n{}",
        parts.table,
        parts.sums,
        paragraphs(&parts.tail),
        parts.signature,
        parts.small_print
    )
}

fn narrow_boxes(cells: &[String], across: usize, stroke: &str) -> String {
    if cells.is_empty() {
        return String::new();
    }
    let mut cells = cells.to_vec();
    while !cells.len().is_multiple_of(across) {
        cells.push("[]".to_owned());
    }
    format!(
        "#table(columns: (1fr,) * {across}, stroke: {stroke}, inset: 4pt, {})",
        cells.join(", ")
    )
}

fn outlined(cell: &str, stroke: &str) -> String {
    format!("grid.cell(stroke: {stroke}, inset: 4pt){cell}")
}
