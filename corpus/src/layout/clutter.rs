//! What stands on real papers beside the fields, and must not be taken for them: house numbers of
//! all kinds, totals in a second currency, notes, codes, marks of copies, print headers.

use super::draft::{Draft, Pair};
use super::look::Scheme;
use super::terms::{incoterm, payment_terms};
use crate::consignment::country;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::RngExt;
use rust_decimal::Decimal;

impl Draft<'_> {
    /// Header values that are no fields: customer, delivery and order numbers, persons, scenarios.
    pub fn house_numbers(&mut self) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for key in [
            "other.customer",
            "other.delivery",
            "other.order",
            "other.operator",
            "other.eta",
            "other.scenario",
            "other.unique",
            "other.delivery_date",
            "row.period",
        ] {
            if !self.chance(0.13) {
                continue;
            }
            let text = match key {
                "other.operator" => self.it.buyer.person.clone(),
                "other.eta" => self.day(self.it.dates.arrival),
                "other.delivery_date" => self.day(self.it.dates.packed),
                "row.period" => self.period(),
                "other.scenario" => self
                    .one_of(&["EXPORT", "IHRACAT", "TR1.2", "STANDARD", "B2B"])
                    .to_owned(),
                "other.unique" => self.unique_number(),
                _ => self.house_number(),
            };
            pairs.push((key.to_owned(), escape(&text)));
        }
        pairs
    }

    pub fn house_number(&mut self) -> String {
        let number: u32 = self.rng.random_range(1000..9_999_999);
        match self.rng.random_range(0..4) {
            0 => format!("{number:08}"),
            1 => format!("{}{number}", self.one_of(&["K", "C-", "LS", "SO", "D"])),
            2 => format!("{}-{}", number / 1000, number % 1000),
            _ => number.to_string(),
        }
    }

    pub fn unique_number(&mut self) -> String {
        let a: u64 = self.rng.random();
        let b: u64 = self.rng.random();
        let hex = format!("{a:016x}{b:016x}");
        let text = format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        );
        if self.chance(0.5) {
            text.to_uppercase()
        } else {
            text
        }
    }

    /// The rate and the total in the seller's own currency, as `(caption, fragment)`; mostly nothing.
    pub fn second_currency(&mut self) -> Vec<(String, String)> {
        let local = country(&self.it.seller.country).local_currency.clone();
        let often = if self.it.seller.country == "TR" {
            0.5
        } else {
            0.08
        };
        if local == self.it.amounts.currency || !self.chance(often) {
            return Vec::new();
        }
        let rate = Decimal::new(self.rng.random_range(10_000..480_000), 4);
        let total = (self.it.amounts.total * rate).round_dp(2);
        let rate_caption = self.speech.say(&mut self.rng, "other.rate");
        let total_caption = self
            .speech
            .say(&mut self.rng, "other.total")
            .replace("CUR", &local);
        let total = format!("{} {local}", self.number_text(total, 2));
        let mut rows = vec![(escape(&rate_caption), escape(&self.number_text(rate, 4)))];
        // Some repeat every sum in their own money, under the same captions.
        if self.look.scheme == Scheme::Electronic && self.chance(0.6) {
            let a = self.it.amounts.clone();
            for (key, amount) in [
                ("goods_amount", a.goods),
                ("freight_amount", a.freight),
                ("tax_amount", a.tax),
                ("total_amount", a.total),
                ("amount_due", a.due),
            ] {
                let local_sum = self.number_text((amount * rate).round_dp(2), 2);
                let caption = self.caption(key);
                rows.push((caption, escape(&format!("{local_sum} {local}"))));
            }
            return rows;
        }
        rows.push((escape(&total_caption), escape(&total)));
        rows
    }

    /// What electronic invoices print beside number and date; no field.
    pub fn electronic_values(&mut self) -> Vec<(String, String)> {
        let mut values = Vec::new();
        for (key, choices) in [
            (
                "other.custom",
                &["TR1.2", "UBL-TR 1.2", "1.1", "4.0", "EN16931"][..],
            ),
            (
                "other.scenario",
                &["IHRACAT", "TEMEL", "EXPORT", "B2B", "TICARI"][..],
            ),
            (
                "other.kind",
                &["ISTISNA", "SATIS", "STANDARD", "380", "I - Ingreso"][..],
            ),
        ] {
            if self.chance(0.6) {
                values.push((key.to_owned(), self.one_of(choices).to_owned()));
            }
        }
        if self.chance(0.3) {
            let time = format!(
                "{:02}:{:02}:{:02}",
                self.rng.random_range(7..19),
                self.rng.random_range(0..60),
                self.rng.random_range(0..60)
            );
            values.push(("other.time".to_owned(), time));
        }
        if self.chance(0.35) {
            for _ in 0..self.rng.random_range(1..6) {
                let number = self.house_number();
                values.push(("other.delivery".to_owned(), number));
                if self.chance(0.6) {
                    let day = self.day(self.it.dates.packed);
                    values.push(("other.delivery_date".to_owned(), day));
                }
            }
        }
        values
    }

    /// A box of remarks, one a line, in which many exporters put what their form has no place for.
    pub fn notes_box(&mut self) -> String {
        let it = self.it;
        let mut pairs: Vec<Pair> = Vec::new();
        if self.chance(0.6) {
            pairs.push(("incoterm".into(), incoterm(self)));
        }
        if self.chance(0.5) {
            pairs.push(("payment_terms".into(), payment_terms(self)));
        }
        if self.chance(0.7) {
            pairs.extend(self.mass_pairs());
        }
        if let Some(origin) = it.common_origin()
            && self.chance(0.5)
        {
            pairs.push((
                "country_of_origin".into(),
                self.country(K::CountryOfOrigin, origin),
            ));
        }
        if self.chance(0.3) {
            let mark = self.plain(K::ContractNumber, &it.numbers.contract);
            pairs.push(("contract_number".into(), mark));
        }
        if self.chance(0.3) {
            pairs.push(("other.delivery".into(), {
                let text = self.house_number();
                escape(&text)
            }));
        }
        if self.chance(0.3) {
            let iban = self.ink.plain(K::Iban, &it.iban);
            pairs.push(("iban".into(), format!("{} {iban}", escape(&it.bank))));
        }
        if self.chance(0.3) {
            pairs.push(("remarks".into(), self.note("thanks")));
        }
        let bullet = self.one_of(&["", "", "- ", "* ", "** "]);
        let between = self.one_of(&[":", " :", ": ", " ="]);
        let upper = self.chance(0.4);
        let lines: Vec<String> = pairs
            .into_iter()
            .filter(|pair| !pair.1.is_empty())
            .map(|(key, value)| {
                let words = self.words(&key);
                let words = if upper { words.to_uppercase() } else { words };
                format!("{} {value}", escape(&format!("{bullet}{words}{between}")))
            })
            .collect();
        if lines.is_empty() {
            return String::new();
        }
        let heading = self.heading("remarks");
        let stroke = self.one_of(&["0.5pt", "1pt", "none"]);
        format!(
            "#block(stroke: {stroke}, inset: 5pt, width: 100%)[{heading} \\\n{}]\n",
            lines.join(" \\\n")
        )
    }

    /// Pieces at the page's corners: a square code, `ORIGINAL`, the line of a browser's print.
    pub fn corner_marks(&mut self, with_code: bool) -> String {
        let mut parts = Vec::new();
        if with_code && self.chance(0.15) {
            let code = self.square_code();
            parts.push(format!(
                "#place(top + right, float: true, clearance: 4pt)[{code}]"
            ));
        }
        if self.chance(0.12) {
            let word = self.one_of(&[
                "ORIGINAL",
                "COPY",
                "DUPLICATE",
                "Original",
                "Repeat Printout",
                "KOPIE",
                "COPIE",
            ]);
            let size = self.rng.random_range(8..15);
            let place = self.one_of(&[
                "top + right",
                "top + center",
                "bottom + center",
                "bottom + right",
            ]);
            parts.push(format!(
                "#place({place})[#text({size}pt)[{}]]",
                escape(word)
            ));
        }
        if self.chance(0.04) {
            let date = self.day(self.it.dates.arrival);
            let line = format!(
                "{date} 14:{:02}    file:///C:/Users/Public/Documents/{}.html",
                self.rng.random_range(10..60),
                self.unique_number()
            );
            parts.push(format!(
                "#place(top + left, dy: -14pt)[#text(6pt)[{}]]",
                escape(&line)
            ));
        }
        parts.join("\n")
    }

    /// Squares in the manner of a QR code; it carries nothing.
    pub fn square_code(&mut self) -> String {
        let side = self.rng.random_range(17..26);
        let pitch = 2.2;
        let mut squares = String::new();
        for y in 0..side {
            for x in 0..side {
                let finder = |x: i32, y: i32| {
                    let (dx, dy) = ((x - 3).abs(), (y - 3).abs());
                    dx.max(dy) != 2
                };
                let (near_x, near_y) = (x.min(side - 1 - x), y.min(side - 1 - y));
                let corner = near_x < 7 && near_y < 7 && !(x >= side - 7 && y >= side - 7);
                let dark = if corner {
                    finder(near_x, near_y)
                } else {
                    self.rng.random_bool(0.5)
                };
                if dark {
                    squares.push_str(&format!(
                        "#place(dx: {:.1}pt, dy: {:.1}pt, rect(width: {pitch}pt, height: {pitch}pt, fill: black))",
                        f64::from(x) * pitch,
                        f64::from(y) * pitch
                    ));
                }
            }
        }
        let width = f64::from(side) * pitch;
        format!("#box(width: {width:.1}pt, height: {width:.1}pt)[{squares}]")
    }
}
