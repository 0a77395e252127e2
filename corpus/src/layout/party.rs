//! One party, in the ways papers print one: name over address, lines of caption and value, a section
//! of a list, the window of an envelope. What is a field and what is not stands in the README.

use super::draft::{Draft, Pair};
use super::look::Info;
use super::parties::Role;
use crate::consignment::Party;
use crate::lexicon::country_name;
use crate::paper::escape;
use rand::RngExt;
use rand::seq::SliceRandom;

impl Draft<'_> {
    /// The lines of the party with this role; nothing if there is none.
    pub fn party_of(&mut self, role: Role) -> String {
        match self.party_in(role) {
            Some(party) => self.party(role, party),
            None => String::new(),
        }
    }

    /// The lines of a party: name, address, country, tax id and what else is printed there.
    pub fn party(&mut self, role: Role, party: &Party) -> String {
        let mut lines = Vec::new();
        if self.chance(0.06) {
            let words = self.words("party.number");
            let number = self.house_number();
            lines.push(escape(&format!("{words}: {number}")));
        }
        lines.push(self.name(role, party));
        if self.chance(0.08) {
            lines.push(escape(&format!("Attn: {}", party.person)));
        }
        lines.extend(self.department());
        if self.chance(0.05) {
            let words = self.words("tel");
            lines.push(escape(&format!("{words} {}", party.phone)));
        }
        lines.extend(self.bare_person(party));
        lines.extend(self.address_lines(role, party));
        if let Some(key) = role.keys().tax_id
            && self.chance(0.5)
        {
            let caption = self.words(role.tax_caption());
            let tax_id = self.plain(key, &party.tax_id);
            lines.push(format!("{} {tax_id}", escape(&format!("{caption}:"))));
            if let Some(other) = self.second_tax_number(&caption) {
                let at = lines.len() - self.one_of(&[0, 0, 1]);
                lines.insert(at, other);
            }
        }
        for (caption, text) in self.particulars(party, 0.13) {
            let words = self.words(&caption);
            let colon = self.one_of(&[":", ":", "", " :"]);
            lines.push(escape(&format!("{words}{colon} {text}")));
        }
        lines.retain(|line| !line.is_empty());
        lines.join(" \\\n")
    }

    /// Whom to ask there, named below the company without a word before it; no field.
    fn bare_person(&mut self, party: &Party) -> Option<String> {
        (self.chance(0.06) || self.training_chance(0.08)).then(|| escape(&party.person))
    }

    /// The part of the company that the paper goes to; no field.
    fn department(&mut self) -> Option<String> {
        self.chance(0.08).then(|| self.note("party.department"))
    }

    /// The number at the tax office of the town, beside the one that `caption` says is for VAT; no field.
    fn second_tax_number(&mut self, caption: &str) -> Option<String> {
        const OF_VAT: [&str; 8] = ["VAT", "UST", "UMSATZ", "TVA", "IVA", "BTW", "NIP", "GST"];
        let upper = caption.to_uppercase();
        if !OF_VAT.iter().any(|word| upper.contains(word)) || !self.chance(0.2) {
            return None;
        }
        let words = self.words("party.tax_number");
        let digits = self.digits(11);
        let number = match self.chance(0.5) {
            true => format!("{}/{}/{}", &digits[..2], &digits[2..5], &digits[5..10]),
            false => digits,
        };
        Some(escape(&format!("{words}: {number}")))
    }

    /// Address and country as the lines of an envelope.
    fn address_lines(&mut self, role: Role, party: &Party) -> Vec<String> {
        let keys = role.keys();
        let mut rows = party.address.clone();
        let Some(address) = keys.address else {
            // The address of a notify party or producer is no field, but it is printed.
            if self.chance(0.6) {
                rows.push(self.nation(party));
                return rows.iter().map(|row| escape(row)).collect();
            }
            return Vec::new();
        };
        let value = rows.join(", ");
        let Some(country) = keys.country else {
            // A role without a country of its own has the country in its address.
            rows.push(self.nation(party));
            let text = rows.join(if self.chance(0.15) { ", " } else { "\n" });
            return vec![self.ink.field(address, &text, &rows.join(", "))];
        };
        match self.rng.random_range(0..20) {
            // `DE 20457 Hamburg`
            0..3 => {
                let mut pieces = self.ink.pieces(address, &rows, &value);
                let last = pieces.pop().unwrap_or_default();
                let code = self.ink.plain(country, &party.country);
                pieces.push(format!("{code} {last}"));
                pieces
            }
            // All in one line.
            3..6 => {
                let text = self.ink.field(address, &value, &value);
                let nation = self.country(country, &party.country);
                let comma = self.one_of(&["#\",\"", "#\" -\"", ""]);
                vec![format!("{text}{comma} {nation}")]
            }
            6..9 => vec![self.ink.field(address, &rows.join("\n"), &value)],
            9..12 => {
                let text = self.ink.field(address, &rows.join("\n"), &value);
                let nation = self.country(country, &party.country);
                vec![format!("{text}#\",\" {nation}")]
            }
            _ => {
                let text = self.ink.field(address, &rows.join("\n"), &value);
                vec![text, self.country(country, &party.country)]
            }
        }
    }

    fn nation(&mut self, party: &Party) -> String {
        country_name(&mut self.rng, &party.country, &self.speech.language)
    }

    fn name(&mut self, role: Role, party: &Party) -> String {
        let fragment = match role.keys().name {
            Some(key) => {
                let text = self.name_in_lines(&party.name);
                self.ink.field(key, &text, &party.name)
            }
            None => escape(&party.name),
        };
        match self.chance(0.4) {
            true => format!("#strong[{fragment}]"),
            false => fragment,
        }
    }

    /// Some long names go over two lines.
    fn name_in_lines(&mut self, name: &str) -> String {
        let blanks: Vec<usize> = name.match_indices(' ').map(|(at, _)| at).collect();
        if blanks.len() < 2 || !self.chance(0.12) {
            return name.to_owned();
        }
        let (first, second) = name.split_at(self.one_of(&blanks));
        format!("{first}\n{}", second.trim_start())
    }

    /// What stands below an address and is no field, each with this probability.
    fn particulars(&mut self, party: &Party, share: f64) -> Vec<Pair> {
        let site = party.email.split('@').nth(1).unwrap_or_default().to_owned();
        let mut all = vec![
            ("tel", party.phone.clone()),
            ("party.fax", format!("{}{}", party.phone, self.digits(1))),
            ("email", party.email.clone()),
            ("party.web", format!("www.{site}")),
            ("contact", party.person.clone()),
            ("party.number", self.digits(6)),
            ("party.gln", self.digits(13)),
            ("party.tax_office", self.town()),
            (
                "party.register",
                format!("{} {}", self.town(), self.digits(5)),
            ),
            ("party.eori", format!("{}{}", party.country, self.digits(9))),
            ("party.central", self.digits(16)),
        ];
        all.retain(|_| self.rng.random_bool(share));
        all.into_iter()
            .map(|(key, text)| (key.to_owned(), text))
            .collect()
    }

    /// A town of the seller's country.
    fn town(&mut self) -> String {
        let cities = &crate::consignment::country(&self.it.seller.country).cities;
        super::look::pick(&mut self.rng, cities).0.clone()
    }

    pub fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(self.rng.random_range(b'0'..=b'9')))
            .collect()
    }

    /// The recipient as the window of an envelope shows it: no caption, nothing but the address.
    pub fn address_window(&mut self, role: Role) -> String {
        let Some(party) = self.party_in(role) else {
            return String::new();
        };
        let mut lines = vec![self.name(role, party)];
        if self.chance(0.25) {
            let form = self.one_of(&["", "Attn. ", "z. Hd. ", "c/o ", "Accounts Payable, "]);
            lines.push(escape(&format!("{form}{}", party.person)));
        }
        if self.training_chance(0.06) {
            // The number of the branch.
            let digits = self.digits(4);
            lines.push(escape(&digits));
        }
        lines.extend(self.department());
        lines.extend(self.address_lines(role, party));
        lines.retain(|line| !line.is_empty());
        lines.join(" \\\n")
    }

    /// Lines of caption and value below the name, as tax offices prescribe them.
    pub fn party_captioned(&mut self, role: Role, heading: Option<String>) -> String {
        let Some(party) = self.party_in(role) else {
            return String::new();
        };
        let mut lines = Vec::new();
        if let Some(heading) = heading {
            lines.push(format!("#strong[{heading}]"));
        }
        let name = self.name(role, party);
        lines.push(match self.chance(0.2) {
            true => format!("{} {name}", self.caption("party.name")),
            false => name,
        });
        let mut address = self.address_lines(role, party);
        if self.chance(0.3)
            && let Some(first) = address.first_mut()
        {
            *first = format!("{} {first}", self.caption("party.address"));
        }
        lines.extend(address);
        let mut below: Vec<String> = Vec::new();
        for (key, text) in self.particulars(party, 0.45) {
            below.push(format!("{} {}", self.caption(&key), escape(&text)));
        }
        if let Some(key) = role.keys().tax_id
            && self.chance(if role == Role::Seller { 0.9 } else { 0.35 })
        {
            let caption = self.caption(role.tax_caption());
            let tax_id = self.plain(key, &party.tax_id);
            below.push(format!("{caption} {tax_id}"));
            below.extend(self.second_tax_number(&caption));
        }
        if self.chance(0.3) {
            below.shuffle(&mut self.rng);
        }
        // Prints of electronic records keep the captions of what is empty.
        if self.chance(0.3) {
            let key = self.one_of(&["party.web", "party.fax", "party.tax_office"]);
            below.push(self.caption(key));
        }
        lines.extend(below);
        lines.retain(|line| !line.is_empty());
        let lines = match self.chance(0.2) && lines.len() > 5 {
            // Two short ones share a line.
            true => {
                let last = lines.split_off(lines.len() - 2).join(" #h(12pt) ");
                lines.push(last);
                lines
            }
            false => lines,
        };
        lines.join(" \\\n")
    }

    /// A form addressed to the customs office, in which the buyer is one of the values.
    pub fn buyer_under_customs(&mut self) -> String {
        let sir = self.heading("sayin");
        let it = self.it;
        let office = self.one_of(&[
            "GÜMRÜK İDARESİ",
            "TİCARET BAKANLIĞI GÜMRÜKLER",
            "İHRACAT GÜMRÜK MÜDÜRLÜĞÜ",
        ]);
        let mut lines = vec![
            sir,
            escape(office),
            escape(&format!("{} {}", self.town(), self.digits(5))),
        ];
        let buyer = self.caption("buyer");
        let name = self.name(Role::Buyer, &it.buyer);
        lines.push(format!("{buyer} {name}"));
        let address = self.caption("party.address");
        let text = self.address_lines(Role::Buyer, &it.buyer).join(" \\\n");
        lines.push(format!("{address} {text}"));
        lines.join(" \\\n")
    }

    /// A section of a list: the heading, numbers, and only then the name and the address.
    pub fn party_section(&mut self, role: Role, caption: &str, list: Info) -> String {
        let Some(party) = self.party_in(role) else {
            return String::new();
        };
        let words = self.words(caption);
        let heading = match self.one_of(&[0, 0, 1, 2]) {
            0 => format!("#underline[#strong[{}]]", escape(&format!("{words}:"))),
            1 => format!("#strong[{}]", escape(&words)),
            _ => escape(&format!("{words}:")),
        };
        let mut before: Vec<Pair> = Vec::new();
        let mut after: Vec<Pair> = Vec::new();
        for (key, text) in self.particulars(party, 0.3) {
            let early = matches!(key.as_str(), "party.number" | "party.gln" | "party.eori");
            match early && self.chance(0.8) {
                true => before.push((key, escape(&text))),
                false => after.push((key, escape(&text))),
            }
        }
        if let Some(key) = role.keys().tax_id
            && self.chance(0.7)
        {
            let tax_id = self.plain(key, &party.tax_id);
            after.push((role.tax_caption().to_owned(), tax_id));
        }
        let name = self.name(role, party);
        let mut address = self.address_lines(role, party);
        let captioned = self.chance(0.35);
        if !captioned && let Some(person) = self.bare_person(party) {
            address.insert(0, person);
        }
        let middle = match captioned {
            true => {
                let mut pairs: Vec<Pair> = vec![("party.name".into(), name)];
                let mut address = address.into_iter();
                if let Some(first) = address.next() {
                    pairs.push(("party.address".into(), first));
                }
                pairs.extend(address.map(|line| ("party.country".to_owned(), line)));
                let mut all = before.split_off(0);
                all.extend(pairs);
                all.extend(after.split_off(0));
                self.info_as(list, all)
            }
            false => {
                let mut lines = vec![name];
                lines.extend(address);
                lines.join(" \\\n")
            }
        };
        let before = self.info_as(list, before);
        let after = self.info_as(list, after);
        let parts: Vec<String> = [heading, before, middle, after]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| format!("#block(above: 4pt, below: 4pt)[{part}]"))
            .collect();
        parts.join("\n")
    }

    /// A box with its caption on a bar.
    pub fn titled_box(&mut self, key: &str, body: &str) -> String {
        let heading = self.heading(key);
        let accent = self.look.accent;
        match self.one_of(&[0, 0, 1, 2]) {
            0 => format!(
                "#block(fill: luma(232), width: 100%, inset: 3pt, below: 3pt)[#strong[{heading}]]\n{body}"
            ),
            1 => format!(
                "#block(fill: {accent}, width: 100%, inset: 3pt, below: 3pt)[#text(fill: white)[{heading}]]\n{body}"
            ),
            _ => format!(
                "#block(stroke: 0.6pt, width: 100%, inset: 5pt)[#strong[{heading}] \\\n{body}]"
            ),
        }
    }

    /// Who to ask at the seller's; no field.
    pub fn contact_box(&mut self) -> String {
        let seller = &self.it.seller;
        let lines = [
            escape(&seller.person),
            escape(&seller.phone),
            escape(&seller.email),
        ];
        let body = lines.join(" \\\n");
        self.titled_box("contact", &body)
    }
}
