//! Invoices and packing lists as whole papers: the same parts, put on the page in the way of a house.
//!
//! Goes in: the parts that `invoice` and `packing_list` wrote. Comes out: the body of the document.
//! One file a scheme; the composed one stands here.

use super::draft::{Draft, Pair};
use super::look::Scheme;
use super::parties::Role;
use super::{electronic, export_form, letter, listing, messrs, office};

/// What a paper consists of, before it is put on the page.
pub struct Parts {
    /// May hold the number and the date.
    pub title: String,
    pub info: Vec<Pair>,
    /// All parties but the seller and the buyer, with the keys of their captions.
    pub others: Vec<(Role, &'static str)>,
    /// Ports, vessel, containers; may be empty.
    pub route: Vec<Pair>,
    pub table: String,
    pub sums: String,
    /// Masses, bank, notes: in this order or any other.
    pub tail: Vec<String>,
    pub signature: String,
    pub small_print: String,
}

/// Puts the parts on the page.
pub fn arrange(draft: &mut Draft, parts: Parts) -> String {
    match draft.look.scheme {
        Scheme::Composed => composed(draft, parts),
        Scheme::Letter => letter::write(draft, parts),
        Scheme::Listing => listing::write(draft, parts),
        Scheme::Electronic => electronic::write(draft, parts),
        Scheme::ExportForm => export_form::write(draft, parts),
        Scheme::Office => office::write(draft, parts),
        Scheme::Messrs => messrs::write(draft, parts),
    }
}

fn composed(draft: &mut Draft, parts: Parts) -> String {
    let head = draft.letterhead();
    let mut roles = Vec::new();
    if !draft.has_letterhead() || draft.chance(0.6) {
        roles.push((Role::Seller, draft.one_of(&["seller", "seller", "shipper"])));
    }
    roles.push((Role::Buyer, "buyer"));
    roles.extend(&parts.others);
    let parties = draft.parties(&roles, parts.info);
    let top = match draft.chance(0.75) {
        true => format!("{head}\n{}", parts.title),
        false => format!("{}\n{head}", parts.title),
    };
    let route = draft.info(parts.route);
    let (before, after) = match draft.chance(0.4) {
        true => (route, String::new()),
        false => (String::new(), route),
    };
    format!(
        "{top}\n#v(4pt)\n{parties}\n#v(4pt)\n{before}\n#v(6pt)\n{}\n#v(3pt)\n{}\n#v(5pt)\n{after}\n\n{}\n{}\n{}",
        parts.table,
        parts.sums,
        paragraphs(&parts.tail),
        parts.signature,
        parts.small_print
    )
}

/// One below the other, with a little air.
pub fn paragraphs(parts: &[String]) -> String {
    let filled: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    filled.join("\n\n#v(4pt)\n\n")
}
