//! The parties of a document: who is printed, under which keys, and in which arrangement.

use super::draft::{Draft, Pair};
use crate::consignment::Party;
use crate::lexicon::country_name;
use crate::paper::escape;
use docexam_domain::FieldKey;

impl Draft<'_> {
    /// The parties of the document in the arrangement of the look, with header values beside them
    /// where the arrangement wants it.
    pub fn parties(&mut self, roles: &[(Role, &str)], info: Vec<Pair>) -> String {
        use super::look::Parties as P;
        let it = self.it;
        let mut blocks: Vec<(String, String)> = Vec::new();
        for &(role, caption) in roles {
            let party = match role {
                Role::Seller => Some(&it.seller),
                Role::Buyer => Some(&it.buyer),
                Role::Consignee => it.consignee.as_ref(),
                Role::Notify => it.notify.as_ref(),
                Role::Producer => it.producer.as_ref(),
            };
            if let Some(party) = party {
                let heading = self.heading(caption);
                let body = self.party(role, party);
                blocks.push((heading, body));
            }
        }
        let accent = self.look.accent;
        let cell =
            |(heading, body): &(String, String)| format!("[#text(0.85em)[{heading}] \\\n{body}]");
        let cells: Vec<String> = blocks.iter().map(cell).collect();
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

    /// The lines of a party: name, address, country, tax id and perhaps a telephone.
    pub fn party(&mut self, role: Role, party: &Party) -> String {
        let keys = role.keys();
        let mut lines = vec![self.name(keys.name, &party.name)];
        if let Some(address) = keys.address {
            let one_line = self.chance(0.15);
            let mut rows = party.address.clone();
            // A role without a country of its own has the country in its address.
            if keys.country.is_none() {
                rows.push(country_name(
                    &mut self.rng,
                    &party.country,
                    &self.speech.language,
                ));
            }
            let text = rows.join(if one_line { ", " } else { "\n" });
            let value = rows.join(", ");
            lines.push(self.ink.field(address, &text, &value));
        }
        // The address of a notify party or producer is no field, but it is printed.
        if keys.address.is_none() && self.chance(0.6) {
            let nation = country_name(&mut self.rng, &party.country, &self.speech.language);
            lines.extend(
                party
                    .address
                    .iter()
                    .chain([&nation])
                    .map(|line| escape(line)),
            );
        }
        if let Some(key) = keys.country
            && self.chance(0.85)
        {
            let fragment = self.country(key, &party.country);
            match self.chance(0.2) && lines.len() > 1 {
                true => {
                    let last = lines.pop().unwrap_or_default();
                    lines.push(format!("{last}#\",\" {fragment}"));
                }
                false => lines.push(fragment),
            }
        }
        if let Some(key) = keys.tax_id
            && self.chance(0.55)
        {
            let caption = self.words(role.tax_caption());
            let tax_id = self.plain(key, &party.tax_id);
            lines.push(format!("{} {tax_id}", escape(&format!("{caption}:"))));
        }
        if self.chance(0.3) {
            let tel = self.words("tel");
            lines.push(escape(&format!("{tel}: {}", party.phone)));
        }
        if self.chance(0.15) {
            lines.push(escape(&party.email));
        }
        if self.chance(0.12) {
            lines.push(escape(&format!("Attn: {}", party.person)));
        }
        lines.retain(|line| !line.is_empty());
        lines.join(" \\\n")
    }

    fn name(&mut self, key: FieldKey, name: &str) -> String {
        let fragment = self.ink.plain(key, name);
        match self.chance(0.4) {
            true => format!("#strong[{fragment}]"),
            false => fragment,
        }
    }
}

/// Who a party is on this document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Seller,
    Buyer,
    Consignee,
    Notify,
    Producer,
}

struct RoleKeys {
    name: FieldKey,
    address: Option<FieldKey>,
    country: Option<FieldKey>,
    tax_id: Option<FieldKey>,
}

impl Role {
    fn keys(self) -> RoleKeys {
        use FieldKey::*;
        let (name, address, country, tax_id) = match self {
            Self::Seller => (
                SellerName,
                Some(SellerAddress),
                Some(SellerCountry),
                Some(SellerTaxId),
            ),
            Self::Buyer => (
                BuyerName,
                Some(BuyerAddress),
                Some(BuyerCountry),
                Some(BuyerTaxId),
            ),
            Self::Consignee => (ConsigneeName, Some(ConsigneeAddress), None, None),
            Self::Notify => (NotifyPartyName, None, None, None),
            Self::Producer => (ProducerName, None, None, None),
        };
        RoleKeys {
            name,
            address,
            country,
            tax_id,
        }
    }

    fn tax_caption(self) -> &'static str {
        match self {
            Self::Seller => "tax_id.seller",
            _ => "tax_id.buyer",
        }
    }
}
