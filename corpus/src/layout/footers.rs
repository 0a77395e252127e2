//! Feet and heads that repeat on every page: columns of the firm's particulars, the number of the paper
//! on its later pages, the file a browser printed.

use super::draft::Draft;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::RngExt;

impl Draft<'_> {
    /// Two to four columns at the foot: address, direction and register, tax numbers, bank.
    pub fn footer_columns(&mut self) {
        if self.chance(0.15) {
            return;
        }
        let first = self.ink.mentions.len();
        let it = self.it;
        let mut columns: Vec<Vec<String>> = Vec::new();
        if self.chance(0.8) {
            let name = self.ink.plain(K::SellerName, &it.seller.name);
            let address = self.ink.field(
                K::SellerAddress,
                &it.seller.address.join("\n"),
                &it.seller.address.join(", "),
            );
            let mut lines = vec![name, address];
            if self.chance(0.4) {
                lines.push(self.country(K::SellerCountry, &it.seller.country));
            }
            columns.push(lines);
        }
        let mut reach = Vec::new();
        for (key, text) in [
            ("tel", it.seller.phone.clone()),
            ("party.fax", format!("{}9", it.seller.phone)),
            ("email", it.seller.email.clone()),
        ] {
            if self.chance(0.6) {
                reach.push(self.small_pair(key, &text));
            }
        }
        let mut law = Vec::new();
        let number = format!(
            "{} {}",
            self.one_of(&["HRB", "HRA", "B", "Nr."]),
            self.digits(5)
        );
        law.push(self.small_pair("party.register", &number));
        law.push(self.small_pair("party.director", &it.seller.person));
        if self.chance(0.8) {
            let caption = self.words("tax_id.seller");
            let tax_id = self.plain(K::SellerTaxId, &it.seller.tax_id);
            law.push(format!("{} {tax_id}", escape(&format!("{caption}:"))));
        }
        let mut bank = vec![escape(&it.bank)];
        let caption = self.words("iban");
        bank.push(format!("{} {}", escape(&caption), self.iban()));
        bank.push(self.small_pair("bic", &it.bic));
        for column in [reach, law, bank] {
            if !column.is_empty() && self.chance(0.85) {
                columns.push(column);
            }
        }
        let page = self.words("page");
        let cells: Vec<String> = columns
            .iter()
            .map(|lines| format!("[{}]", lines.join(" \\ ")))
            .collect();
        self.ink.repeat_from(first);
        if cells.is_empty() {
            return;
        }
        let line = self.one_of(&["", "#line(length: 100%, stroke: 0.5pt)"]);
        let numbered = match self.chance(0.4) {
            true => format!(
                "#align(right)[{} #context counter(page).display()]",
                escape(&page)
            ),
            false => String::new(),
        };
        let size = self.one_of(&["6.2pt", "6.8pt", "7.4pt"]);
        self.page_rules.push_str(&format!(
            "#set page(margin: (bottom: 30mm), footer-descent: 14pt, footer: [#set text({size})\n#set par(leading: 0.4em)\n{line}\n\
             #grid(columns: (auto,) * {}, column-gutter: 1fr, {})\n{numbered}])\n",
            cells.len(),
            cells.join(", ")
        ));
    }

    fn small_pair(&mut self, key: &str, text: &str) -> String {
        let words = self.words(key);
        let colon = self.one_of(&[":", "", ":"]);
        escape(&format!("{words}{colon} {text}"))
    }

    /// The number of the paper in the head of its later pages.
    pub fn continuation_head(&mut self, caption: &str, key: K, number: &str) {
        if self.chance(0.55) {
            return;
        }
        let first = self.ink.mentions.len();
        let words = self.words(caption);
        let number = self.ink.plain(key, number);
        let name = match self.chance(0.4) {
            true => self.ink.plain(K::SellerName, &self.it.seller.name),
            false => String::new(),
        };
        self.ink.repeat_from(first);
        let page = self.words("page");
        self.page_rules.push_str(&format!(
            "#set page(header: context if counter(page).get().first() > 1 [#set text(0.85em)\n{name} #h(1fr) {} {number} #h(1fr) \
             {} #counter(page).display()])\n",
            escape(&words),
            escape(&page)
        ));
    }

    /// What a browser or a viewer prints at the edge of every page: file, address, moment, page.
    pub fn edge_marks(&mut self) {
        if !self.chance(0.07) {
            return;
        }
        let day = self.day(self.it.dates.arrival);
        let hour = self.rng.random_range(7..19);
        let minute = self.rng.random_range(10..60);
        let file = match self.rng.random_range(0..4) {
            0 => format!(
                "file:///C:/Users/{}/AppData/{}.html",
                self.digits(4),
                self.unique_number()
            ),
            1 => format!("{}.pdf", self.unique_number()),
            2 => format!("https://portal.example/print?id={}", self.digits(9)),
            _ => format!("Scan_{}_{}.tif", self.digits(6), self.digits(3)),
        };
        let name = escape(&file);
        let moment = escape(&format!("{day} {hour}:{minute}"));
        let number = "#context counter(page).display()#\"/\"#context counter(page).final().first()";
        let (above, below) = match self.chance(0.5) {
            true => (
                format!("{moment} #h(1fr) {name}"),
                format!("#h(1fr) {number}"),
            ),
            false => (moment, format!("{name} #h(1fr) {number}")),
        };
        self.page_rules.push_str(&format!(
            "#set page(header: [#set text(6.5pt)\n{above}], footer: [#set text(6.5pt)\n{below}])\n"
        ));
    }
}
