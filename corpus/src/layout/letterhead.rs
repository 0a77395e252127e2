//! The seller at the head of the page: name, address and numbers in the letterheads of the looks, the
//! small line above a recipient, a paragraph of prose.

use super::draft::Draft;
use super::look::Letterhead;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::RngExt;

impl Draft<'_> {
    /// The seller's letterhead: its name is a mention of the seller like any other.
    pub fn letterhead(&mut self) -> String {
        if self.look.letterhead == Letterhead::Absent {
            return String::new();
        }
        if self.look.letterhead == Letterhead::Line {
            return self.head_line();
        }
        let seller = &self.it.seller;
        let contact = self.contact_lines();
        let size = self.rng.random_range(12..22);
        let accent = self.look.accent;
        let name = self.ink.plain(K::SellerName, &seller.name);
        let inverse = self.look.letterhead == Letterhead::Band;
        let fill = if inverse { "white" } else { accent };
        let name = format!("#text({size}pt, fill: {fill}, weight: \"bold\")[{name}]");
        match self.look.letterhead {
            Letterhead::Absent | Letterhead::Line => String::new(),
            Letterhead::NameLeft => {
                format!("{name} \\\n{contact}\n#line(length: 100%, stroke: {accent})\n")
            }
            Letterhead::NameCentred => format!("#align(center)[{name} \\\n{contact}]\n"),
            Letterhead::NameRight => format!("#align(right)[{name} \\\n{contact}]\n"),
            Letterhead::Band => {
                format!("#block(fill: {accent}, width: 100%, inset: 8pt)[{name}]\n{contact}\n")
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
            Letterhead::Wordmark => {
                let mark = self.wordmark();
                let name = self.ink.plain(K::SellerName, &seller.name);
                match self.chance(0.5) {
                    true => format!(
                        "#grid(columns: (1fr, auto), column-gutter: 10pt, [{mark}], [{name} \\\n{contact}])\n"
                    ),
                    false => format!("{mark}\n\n{name} \\\n{contact}\n"),
                }
            }
            Letterhead::Split => format!(
                "#grid(columns: (1fr, auto), column-gutter: 10pt, [{name}], [#align(right)[{contact}]])\n\
                 #line(length: 100%, stroke: {accent})\n"
            ),
        }
    }

    /// Whether the letterhead shows the seller.
    pub fn has_letterhead(&self) -> bool {
        self.look.letterhead != Letterhead::Absent
    }

    /// Address, or only telephone and site.
    fn contact_lines(&mut self) -> String {
        let seller = &self.it.seller;
        let site = seller.email.replace('@', ".");
        if self.chance(0.3) {
            return escape(&format!("{}  www.{site}", seller.phone));
        }
        let one_line = self.chance(0.5);
        let text = seller.address.join(if one_line { ", " } else { "\n" });
        let value = seller.address.join(", ");
        let address = self.ink.field(K::SellerAddress, &text, &value);
        let nation = self.country(K::SellerCountry, &seller.country);
        let between = if one_line { "#\",\" " } else { " \\ " };
        let mut lines = vec![format!("{address}{between}{nation}")];
        if self.chance(0.7) {
            let tel = self.words("tel");
            lines.push(escape(&format!("{tel} {}  {}", seller.phone, seller.email)));
        }
        if self.chance(0.3) {
            let caption = self.words("tax_id.seller");
            let tax_id = self.plain(K::SellerTaxId, &seller.tax_id);
            lines.push(format!("{} {tax_id}", escape(&format!("{caption}:"))));
        }
        format!("#text(0.85em)[{}]", lines.join(" \\ "))
    }

    /// Name, address and numbers in a line or two of small print.
    fn head_line(&mut self) -> String {
        let seller = &self.it.seller;
        let dash = self.one_of(&["#\" - \"", "#\" · \"", "#\" | \"", "#\", \""]);
        let name = self.ink.plain(K::SellerName, &seller.name);
        let dashed = if dash == "#\", \"" { ", " } else { " - " };
        let text = seller.address.join(dashed);
        let address = self
            .ink
            .field(K::SellerAddress, &text, &seller.address.join(", "));
        let nation = self.country(K::SellerCountry, &seller.country);
        let caption = self.words("tax_id.seller");
        let tax_id = self.plain(K::SellerTaxId, &seller.tax_id);
        let tel = escape(&format!("{} - {}", seller.phone, seller.email));
        let rest = self.legal_numbers();
        let mark = match self.chance(0.5) {
            true => self.wordmark(),
            false => String::new(),
        };
        let size = self.one_of(&["0.75em", "0.85em"]);
        let lines = format!(
            "#text({size})[{name}{dash}{address}{dash}{nation} \\ {tel} \\ {}{tax_id}{}]",
            escape(&format!("{caption} : ")),
            escape(&rest)
        );
        format!("#grid(columns: (auto, 1fr), column-gutter: 14pt, [{mark}], [{lines}])\n")
    }

    /// Name, register and capital in one centred line at the foot of the last page.
    pub fn legal_line(&mut self) -> String {
        let name = self.ink.plain(K::SellerName, &self.it.seller.name);
        let rest = self.legal_numbers();
        format!(
            "#v(1fr)\n#align(center)[#text(0.72em)[{name}{}]]\n",
            escape(&format!("{rest} - {}", self.it.seller.email))
        )
    }

    /// ` - SIRET … - capital …`: what the register knows; no field.
    fn legal_numbers(&mut self) -> String {
        let mut parts = Vec::new();
        for key in ["party.register", "party.central", "party.capital"] {
            if self.chance(0.5) {
                let words = self.words(key);
                let count = if key == "party.capital" { 5 } else { 9 };
                parts.push(format!(" - {words} {}", self.digits(count)));
            }
        }
        parts.concat()
    }

    /// A short name in large letters: a brand, not the name of the company, so no field.
    pub fn wordmark(&mut self) -> String {
        let word: String = self
            .it
            .seller
            .name
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        let word = match self.rng.random_range(0..3) {
            0 => word.to_lowercase(),
            1 => word.to_uppercase(),
            _ => word,
        };
        let (size, accent) = (self.rng.random_range(20..40), self.look.accent);
        let style = self.one_of(&["", "style: \"italic\", ", "tracking: 2pt, "]);
        format!(
            "#text({size}pt, {style}fill: {accent}, weight: \"bold\")[{}]",
            escape(&word)
        )
    }

    /// Name and address centred, as East Asian exporters set them.
    pub fn centred_head(&mut self) -> String {
        let seller = &self.it.seller;
        let size = self.rng.random_range(13..21);
        let upper = self.chance(0.5);
        let case = |text: &str| match upper {
            true => text.to_uppercase(),
            false => text.to_owned(),
        };
        let name = self
            .ink
            .field(K::SellerName, &case(&seller.name), &seller.name);
        let value = seller.address.join(", ");
        let address = self.ink.field(K::SellerAddress, &case(&value), &value);
        let nation = self.country(K::SellerCountry, &seller.country);
        let tel = match self.chance(0.7) {
            true => format!(
                " \\ {}",
                escape(&format!(
                    "TEL: {}   FAX: {}{}",
                    seller.phone, seller.phone, 1
                ))
            ),
            false => String::new(),
        };
        let rule = self.one_of(&[
            "",
            "#line(length: 100%)",
            "#line(length: 100%, stroke: 1.5pt)",
        ]);
        format!(
            "#align(center)[#text({size}pt, weight: \"bold\")[{name}] \\ {address}#\",\" {nation}{tel}]\n{rule}\n"
        )
    }

    /// Sender in one small line, as it shows in the window of an envelope.
    pub fn sender_line(&mut self) -> String {
        let seller = &self.it.seller;
        let (fragment, plain) = self.one_of(&[
            ("#\" · \"", " · "),
            ("#\" - \"", " - "),
            ("#\", \"", ", "),
            ("#\" | \"", " | "),
            ("#\" • \"", " • "),
        ]);
        let name = self.ink.plain(K::SellerName, &seller.name);
        let address = self.ink.field(
            K::SellerAddress,
            &seller.address.join(plain),
            &seller.address.join(", "),
        );
        let line = format!("#text(0.72em)[{name}{fragment}{address}]");
        match self.chance(0.6) {
            true => format!("#underline(offset: 2.5pt)[{line}]"),
            false => line,
        }
    }

    /// The seller once more in a paragraph of text, as records carry it.
    pub fn sender_in_prose(&mut self) -> String {
        let seller = &self.it.seller;
        let subject = match self.chance(0.6) {
            true => {
                let words = self.note("intro");
                format!("{words} \\\n")
            }
            false => String::new(),
        };
        let name = self.ink.plain(K::SellerName, &seller.name);
        let address = self.ink.field(
            K::SellerAddress,
            &seller.address.join("\n"),
            &seller.address.join(", "),
        );
        let nation = self.country(K::SellerCountry, &seller.country);
        let head = self.words("party.director");
        let register = self.words("party.register");
        let number = self.digits(5);
        format!(
            "{subject}{name} \\\n{address} \\\n{nation} \\\n{} \\\n{}\n",
            escape(&format!("{head}: {}", seller.person)),
            escape(&format!("{register}: {number}"))
        )
    }
}
