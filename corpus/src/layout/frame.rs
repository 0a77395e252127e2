//! Around the content: page set-up, letterhead, title, footer with bank and register, signature.

use super::draft::{Draft, Pair};
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

    pub fn title(&mut self, key: &str) -> String {
        let words = self.words(key);
        self.title_set(&escape(&words))
    }

    /// A title of any content in the place and size of the look.
    pub fn title_set(&mut self, content: &str) -> String {
        let (size, accent) = (self.look.title_size, self.look.accent);
        let place = if self.look.title_right {
            "right"
        } else {
            self.one_of(&["center", "left", "center"])
        };
        if self.chance(0.1) {
            return format!(
                "#block(fill: black, width: 100%, inset: 5pt, radius: {}pt)[#align({place})[#text({size}pt, \
                 weight: \"bold\", fill: white)[{content}]]]\n",
                self.one_of(&[0, 6])
            );
        }
        format!("#align({place})[#text({size}pt, weight: \"bold\", fill: {accent})[{content}]]\n")
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
            let holder = self.ink.plain(FieldKey::SellerName, &it.seller.name);
            pairs.insert(0, ("bank.holder".to_owned(), holder));
        }
        if self.chance(0.2) {
            let digits = self.digits(8);
            pairs.push(("bank.code".to_owned(), escape(&digits)));
        }
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

    pub fn iban(&mut self) -> String {
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
