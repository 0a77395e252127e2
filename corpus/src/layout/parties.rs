//! The parties of a document: who is printed, under which keys, and in which arrangement.

use super::draft::{Draft, Pair};
use crate::consignment::Party;
use crate::paper::escape;
use docexam_domain::FieldKey;

impl<'a> Draft<'a> {
    /// The parties of the document in the arrangement of the look, with header values beside them
    /// where the arrangement wants it.
    pub fn parties(&mut self, roles: &[(Role, &str)], info: Vec<Pair>) -> String {
        use super::look::Parties as P;
        let blocks = self.party_blocks(roles);
        if blocks.len() > 1 && self.chance(0.12) {
            return self.joint_box(&blocks, info);
        }
        let accent = self.look.accent;
        let cells: Vec<String> = match self.chance(0.08) {
            true => self.cells_with_upright_captions(roles, &blocks),
            false => blocks.iter().map(captioned_cell).collect(),
        };
        let across = cells.len().clamp(1, 3);
        match self.look.parties {
            P::SideBySide => {
                let info = self.info(info);
                format!(
                    "#grid(columns: (1fr,) * {across}, column-gutter: 12pt, row-gutter: 10pt, {})\n#v(6pt)\n{info}\n",
                    cells.join(", ")
                )
            }
            P::Boxed => {
                let info = self.info(info);
                format!(
                    "#table(columns: (1fr,) * {}, stroke: 0.7pt + {accent}, inset: 5pt, {})\n{info}\n",
                    across.min(2),
                    cells.join(", ")
                )
            }
            P::Stacked => {
                let stacked: Vec<String> = blocks
                    .iter()
                    .map(|(heading, body)| {
                        format!("#grid(columns: (22%, 1fr), [{heading}], [{body}])")
                    })
                    .collect();
                let info = self.info(info);
                match self.chance(0.5) {
                    true => format!("{info}\n#v(6pt)\n{}\n", stacked.join("\n#v(3pt)\n")),
                    false => format!("{}\n#v(6pt)\n{info}\n", stacked.join("\n#v(3pt)\n")),
                }
            }
            P::BesideInfo => {
                let info = self.narrow_info(info);
                let stacked = cells
                    .iter()
                    .map(|cell| format!("#block{cell}"))
                    .collect::<Vec<_>>();
                let (left, right) = (stacked.join("\n"), info);
                match self.chance(0.25) {
                    true => format!(
                        "#grid(columns: (1fr, 1fr), column-gutter: 14pt, [{right}], [{left}])\n"
                    ),
                    false => format!(
                        "#grid(columns: (1.2fr, 1fr), column-gutter: 14pt, [{left}], [{right}])\n"
                    ),
                }
            }
            P::Bars => {
                let info = self.info(info);
                let fill = self.one_of(&["luma(225)", "luma(240)"]);
                let bars: Vec<String> = blocks
                    .iter()
                    .map(|(heading, body)| {
                        format!(
                            "[#block(fill: {fill}, width: 100%, inset: 3pt)[{heading}]\n{body}]"
                        )
                    })
                    .collect();
                format!(
                    "#grid(columns: (1fr,) * {}, column-gutter: 12pt, row-gutter: 8pt, {})\n#v(6pt)\n{info}\n",
                    across.min(2),
                    bars.join(", ")
                )
            }
            P::Rows => {
                let rows: Vec<String> = blocks
                    .iter()
                    .map(|(heading, body)| format!("[{heading}], [{body}]"))
                    .collect();
                let info = self.info(info);
                format!(
                    "{info}\n#v(5pt)\n#table(columns: (24%, 1fr), stroke: 0.5pt + {accent}, inset: 4pt, {})\n",
                    rows.join(", ")
                )
            }
            P::FormGrid => {
                let info = self.narrow_info(info);
                let span = cells.len().max(1);
                let first = cells.first().cloned().unwrap_or_else(|| "[]".to_owned());
                let rest: Vec<String> = cells.iter().skip(1).cloned().collect();
                let rest = if rest.is_empty() {
                    String::new()
                } else {
                    format!(", {}", rest.join(", "))
                };
                format!(
                    "#table(columns: (1fr, 1fr), stroke: 0.6pt, inset: 5pt, {first}, \
                     table.cell(rowspan: {span})[{info}]{rest})\n"
                )
            }
        }
    }

    /// Seller and buyer beside each other in one box or none, their captions in a row above it, or far above.
    fn joint_box(&mut self, blocks: &[(String, String)], info: Vec<Pair>) -> String {
        let cells = |part: fn(&(String, String)) -> &str, blocks: &[(String, String)]| {
            let cells: Vec<String> = blocks
                .iter()
                .map(|block| format!("[{}]", part(block)))
                .collect();
            cells.join(", ")
        };
        let (pair, others) = blocks.split_at(2);
        let gap = self.one_of(&["2pt", "4pt", "14pt", "26pt"]);
        let stroke = self.one_of(&["none", "0.6pt", "0.6pt", "(top: 0.8pt, bottom: 0.8pt)"]);
        let columns = self.one_of(&["(1fr, 1fr)", "(1.4fr, 1fr)", "(1fr, 1.3fr)"]);
        let mut text = format!(
            "#grid(columns: {columns}, inset: (x: 5pt), {})\n#v({gap}, weak: true)\n\
             #block(width: 100%, stroke: {stroke}, inset: (y: 5pt))[#grid(columns: {columns}, inset: (x: 5pt), {})]\n",
            cells(|block| &block.0, pair),
            cells(|block| &block.1, pair)
        );
        for block in others {
            text.push_str(&format!("#block{}\n", captioned_cell(block)));
        }
        let info = self.info(info);
        match self.chance(0.5) {
            true => format!("{info}\n#v(6pt)\n{text}"),
            false => format!("{text}#v(6pt)\n{info}\n"),
        }
    }

    /// Short captions with their letters below each other, left of the party.
    fn cells_with_upright_captions(
        &mut self,
        roles: &[(Role, &str)],
        blocks: &[(String, String)],
    ) -> Vec<String> {
        const LONGEST: usize = 9;
        let mut cells = Vec::new();
        for ((_, caption), block) in self.present(roles).into_iter().zip(blocks) {
            let words = self.words(caption).to_uppercase();
            let letters: Vec<String> = words
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .map(|letter| escape(&letter.to_string()))
                .collect();
            cells.push(match letters.len() <= LONGEST {
                true => format!(
                    "[#grid(columns: (auto, 1fr), column-gutter: 6pt, [#text(0.8em)[{}]], [{}])]",
                    letters.join(" \\ "),
                    block.1
                ),
                false => captioned_cell(block),
            });
        }
        cells
    }

    /// Heading and lines of each party that there is.
    fn party_blocks(&mut self, roles: &[(Role, &str)]) -> Vec<(String, String)> {
        let mut blocks = Vec::new();
        for (role, caption) in self.present(roles) {
            let mut heading = self.heading(caption);
            // `Käufer / Buyer`, where all else is in one language.
            if self.speech.second.is_none() && self.habit("parties said twice", 0.14) {
                let again = self.again(caption);
                heading = format!("{heading}{}", escape(&format!(" / {again}")));
            }
            let body = self.party_of(role);
            blocks.push((heading, body));
        }
        blocks
    }

    /// Those roles that somebody has.
    fn present<'r>(&self, roles: &[(Role, &'r str)]) -> Vec<(Role, &'r str)> {
        let mut present = roles.to_vec();
        present.retain(|(role, _)| self.party_in(*role).is_some());
        present
    }

    /// The parties beside seller and buyer, two or three across.
    pub fn party_grid(&mut self, roles: &[(Role, &'static str)]) -> String {
        let blocks = self.party_blocks(roles);
        if blocks.is_empty() {
            return String::new();
        }
        let cells: Vec<String> = blocks
            .iter()
            .map(|(heading, body)| format!("[#text(0.9em)[{heading}] \\\n{body}]"))
            .collect();
        match self.chance(0.3) {
            true => format!(
                "#table(columns: (1fr,) * {}, stroke: 0.5pt, inset: 4pt, {})\n",
                cells.len().min(2),
                cells.join(", ")
            ),
            false => format!(
                "#grid(columns: (1fr,) * {}, column-gutter: 12pt, row-gutter: 8pt, {})\n",
                cells.len().min(3),
                cells.join(", ")
            ),
        }
    }

    pub fn party_in(&self, role: Role) -> Option<&'a Party> {
        let it = self.it;
        match role {
            Role::Seller => Some(&it.seller),
            Role::Buyer => Some(&it.buyer),
            Role::Consignee => it.consignee.as_ref(),
            Role::Notify => it.notify.as_ref(),
            Role::Producer | Role::Payee | Role::TaxRepresentative => it.producer.as_ref(),
        }
    }
}

/// A small heading above the lines of a party.
fn captioned_cell((heading, body): &(String, String)) -> String {
    format!("[#text(0.85em)[{heading}] \\\n{body}]")
}

/// Who a party is on this document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Seller,
    Buyer,
    Consignee,
    Notify,
    Producer,
    /// Who is paid, if not the seller; no field.
    Payee,
    /// Who stands for the seller before the tax office; no field.
    TaxRepresentative,
}

pub struct RoleKeys {
    pub name: Option<FieldKey>,
    pub address: Option<FieldKey>,
    pub country: Option<FieldKey>,
    pub tax_id: Option<FieldKey>,
}

impl Role {
    pub fn keys(self) -> RoleKeys {
        use FieldKey::*;
        let (name, address, country, tax_id) = match self {
            Self::Seller => (
                Some(SellerName),
                Some(SellerAddress),
                Some(SellerCountry),
                Some(SellerTaxId),
            ),
            Self::Buyer => (
                Some(BuyerName),
                Some(BuyerAddress),
                Some(BuyerCountry),
                Some(BuyerTaxId),
            ),
            Self::Consignee => (Some(ConsigneeName), Some(ConsigneeAddress), None, None),
            Self::Notify => (Some(NotifyPartyName), None, None, None),
            Self::Producer => (Some(ProducerName), None, None, None),
            Self::Payee | Self::TaxRepresentative => (None, None, None, None),
        };
        RoleKeys {
            name,
            address,
            country,
            tax_id,
        }
    }

    pub fn tax_caption(self) -> &'static str {
        match self {
            Self::Seller => "tax_id.seller",
            _ => "tax_id.buyer",
        }
    }
}
