//! Around the content: page set-up, letterhead, title, footer with bank and register, signature.

use super::draft::{Draft, Pair};
use super::look::Letterhead;
use crate::consignment::country;
use crate::paper::escape;
use docexam_domain::FieldKey;
use rand::RngExt;

impl Draft<'_> {
    /// `set` rules for the whole document.
    pub fn page_setup(&mut self) -> String {
        let look = &self.look;
        let fonts: Vec<String> = look
            .fonts
            .iter()
            .map(|font| format!("\"{font}\""))
            .collect();
        let margin = look.margin;
        let footer = self.page_numbers();
        let look = &self.look;
        format!(
            "#set page(paper: \"{}\", flipped: {}, margin: (x: {margin}mm, top: {margin}mm, \
             bottom: {}mm){footer})\n\
             #set text(font: ({},), size: {}pt, hyphenate: false, ligatures: false)\n\
             #set par(leading: {}em, spacing: {}em)\n",
            look.paper,
            look.landscape,
            margin.max(13),
            fonts.join(", "),
            look.size,
            if look.mono { 0.5 } else { 0.55 },
            if look.mono { 0.8 } else { 1.0 },
        )
    }

    fn page_numbers(&mut self) -> String {
        let (page, of) = (self.words("page"), self.words("of"));
        let number = "#context counter(page).display()";
        let last = "#context counter(page).final().first()";
        let place = self.one_of(&["right", "center", "left"]);
        match self.rng.random_range(0..4) {
            0 => String::new(),
            1 => format!(", footer: align({place})[{} {number}]", escape(&page)),
            2 => format!(
                ", footer: align({place})[{} {number} {} {last}]",
                escape(&page),
                escape(&of)
            ),
            _ => format!(", footer: align({place})[{number}#\"/\"{last}]"),
        }
    }

    /// The seller's letterhead: its name is a mention of the seller like any other.
    pub fn letterhead(&mut self) -> String {
        let seller = &self.it.seller;
        let contact = match self.chance(0.6) {
            true => {
                let street = seller.address.join(", ");
                let address = self.ink.field(FieldKey::SellerAddress, &street, &street);
                let nation = self.country(FieldKey::SellerCountry, &seller.country);
                let tel = escape(&format!("Tel. {}  {}", seller.phone, seller.email));
                format!("#text(0.85em)[{address}#\",\" {nation} \\ {tel}]")
            }
            false => escape(&format!(
                "{}  www.{}",
                seller.phone,
                seller.email.replace('@', ".")
            )),
        };
        let size = self.rng.random_range(12..22);
        let accent = self.look.accent;
        let name = self.ink.plain(FieldKey::SellerName, &seller.name);
        let name = format!("#text({size}pt, fill: {accent}, weight: \"bold\")[{name}]");
        match self.look.letterhead {
            Letterhead::Absent => String::new(),
            Letterhead::NameLeft => {
                format!("{name} \\\n{contact}\n#line(length: 100%, stroke: {accent})\n")
            }
            Letterhead::NameCentred => format!("#align(center)[{name} \\\n{contact}]\n"),
            Letterhead::NameRight => format!("#align(right)[{name} \\\n{contact}]\n"),
            Letterhead::Band => {
                let plain = self.ink.plain(FieldKey::SellerName, &seller.name);
                format!(
                    "#block(fill: {accent}, width: 100%, inset: 8pt)[#text(fill: white, {size}pt, \
                     weight: \"bold\")[{plain}]]\n{contact}\n"
                )
            }
            Letterhead::Logo => {
                let initial: String = seller.name.chars().take(1).collect();
                format!(
                    "#grid(columns: (auto, 1fr), column-gutter: 10pt, align: horizon, \
                     rect(width: 38pt, height: 38pt, fill: {accent}, radius: {}pt)[#align(center + horizon)\
                     [#text(fill: white, 20pt, weight: \"bold\")[{}]]], [{name} \\\n{contact}])\n",
                    self.one_of(&[0, 6, 19]),
                    escape(&initial)
                )
            }
        }
    }

    /// Whether the letterhead shows the seller.
    pub fn has_letterhead(&self) -> bool {
        self.look.letterhead != Letterhead::Absent
    }

    pub fn title(&mut self, key: &str) -> String {
        let words = self.words(key);
        let (size, accent) = (self.look.title_size, self.look.accent);
        let place = if self.look.title_right {
            "right"
        } else {
            self.one_of(&["center", "left", "center"])
        };
        if self.chance(0.1) {
            return format!(
                "#block(fill: black, width: 100%, inset: 5pt, radius: {}pt)[#align({place})[#text({size}pt, \
                 weight: \"bold\", fill: white)[{}]]]\n",
                self.one_of(&[0, 6]),
                escape(&words)
            );
        }
        format!(
            "#align({place})[#text({size}pt, weight: \"bold\", fill: {accent})[{}]]\n",
            escape(&words)
        )
    }

    /// Bank and register, as in most footers of invoices.
    pub fn bank(&mut self) -> String {
        let it = self.it;
        let mut pairs: Vec<Pair> = vec![
            ("bank".to_owned(), escape(&it.bank)),
            ("iban".to_owned(), self.iban()),
            ("bic".to_owned(), escape(&it.bic)),
        ];
        if self.chance(0.3) {
            pairs.reverse();
        }
        let placement = self.one_of(&[
            super::look::Info::Inline,
            super::look::Info::Columns,
            self.look.info,
        ]);
        self.info_as(placement, pairs)
    }

    fn iban(&mut self) -> String {
        let iban = &self.it.iban;
        let text = match self.chance(0.6) && iban.len() > 14 {
            true => iban
                .as_bytes()
                .chunks(4)
                .map(|four| String::from_utf8_lossy(four).into_owned())
                .collect::<Vec<_>>()
                .join(" "),
            false => iban.clone(),
        };
        self.ink.field(FieldKey::Iban, &text, iban)
    }

    pub fn small_print(&mut self) -> String {
        let register = self.words("register");
        let place = country(&self.it.seller.country)
            .cities
            .first()
            .map_or("", |city| city.0.as_str());
        let number = self.rng.random_range(1000..999_999);
        let text = format!("{register} {place} {number} · {}", self.it.seller.email);
        let name = match self.chance(0.6) {
            true => format!(
                "{} #\" · \"",
                self.ink.plain(FieldKey::SellerName, &self.it.seller.name)
            ),
            false => String::new(),
        };
        format!(
            "#v(1fr)\n#align(center)[#text(0.75em)[{name}{}]]\n",
            escape(&text)
        )
    }

    pub fn signature(&mut self) -> String {
        let words = self.words("signature");
        let person = self.it.seller.person.clone();
        let place = self.one_of(&["right", "left", "right"]);
        let who = match self.chance(0.5) {
            true => escape(&person),
            false => String::new(),
        };
        let firm = match self.chance(0.4) {
            true => format!(
                "{} \\ ",
                self.ink.plain(FieldKey::SellerName, &self.it.seller.name)
            ),
            false => String::new(),
        };
        format!(
            "#v({}pt)\n#align({place})[#box(width: 170pt)[#align(left)[{firm}#v(22pt)#line(length: 100%, \
             stroke: 0.5pt){} \\ {who}]]]\n",
            self.rng.random_range(4..26),
            escape(&words)
        )
    }
}
