//! Sums: amounts of an invoice, masses and packages of any document, in a block or in a sentence.

use super::draft::{Draft, Pair};
use super::look::{Info, Totals};
use crate::lexicon::words_of_amount;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rust_decimal::Decimal;

impl Draft<'_> {
    /// Goods value, discount, charges, tax, total, amount due: as many as there are.
    pub fn amounts(&mut self) -> String {
        let a = self.it.amounts.clone();
        let in_block = self.chance(0.45);
        let mut rows: Vec<(String, String)> = Vec::new();
        let differs = a.goods != a.total;
        if differs || self.chance(0.25) {
            rows.push((
                "goods_amount".into(),
                self.money(K::GoodsAmount, a.goods, in_block),
            ));
        }
        for (key, field, amount) in [
            ("discount_amount", K::DiscountAmount, a.discount),
            ("freight_amount", K::FreightAmount, a.freight),
            ("insurance_amount", K::InsuranceAmount, a.insurance),
            ("other_charges_amount", K::OtherChargesAmount, a.other),
        ] {
            if !amount.is_zero() {
                rows.push((key.into(), self.money(field, amount, in_block)));
            }
        }
        if !a.tax.is_zero() {
            rows.push((
                "tax_amount".into(),
                self.money(K::TaxAmount, a.tax, in_block),
            ));
        } else if self.chance(0.15) {
            rows.push((
                "tax_amount".into(),
                self.money(K::TaxAmount, Decimal::ZERO, in_block),
            ));
        }
        let total = self.money(K::TotalAmount, a.total, true);
        rows.push(("total_amount".into(), format!("#strong[{total}]")));
        if !a.prepaid.is_zero() {
            rows.push((
                "prepaid_amount".into(),
                escape(&self.number_text(a.prepaid, 2)),
            ));
            rows.push((
                "amount_due".into(),
                self.money(K::AmountDue, a.due, in_block),
            ));
        }
        let rate = match a.tax.is_zero() {
            true => None,
            false => Some(format!("{} %", a.tax_rate.normalize())),
        };
        let cells: Vec<String> = rows
            .iter()
            .map(|(key, value)| {
                let caption = self.caption(key);
                let rate = match (&rate, key.as_str()) {
                    (Some(rate), "tax_amount") => format!(" {}", escape(rate)),
                    _ => String::new(),
                };
                format!("[{caption}{rate}], [{value}]")
            })
            .collect();
        let mut cells = cells;
        for (caption, value) in self.second_currency() {
            cells.push(format!("[{caption}], [{value}]"));
        }
        let cells = cells.join(", ");
        let accent = self.look.accent;
        let block = match self.look.totals {
            Totals::Right | Totals::InTable => format!(
                "#align(right)[#box(width: 52%)[#grid(columns: (1fr, auto), row-gutter: 5pt, column-gutter: 8pt, \
                 align: (left, right), {cells})]]\n"
            ),
            Totals::FullWidth => format!(
                "#line(length: 100%, stroke: 0.6pt + {accent})\n#grid(columns: (1fr, auto), row-gutter: 4pt, \
                 align: (left, right), {cells})\n#line(length: 100%, stroke: 0.6pt + {accent})\n"
            ),
            Totals::BoxedRight => format!(
                "#align(right)[#box(width: 48%)[#table(columns: (1fr, auto), stroke: 0.5pt + {accent}, inset: 4pt, \
                 align: (left, right), {cells})]]\n"
            ),
            Totals::LeftList => format!(
                "#grid(columns: (auto, auto), row-gutter: 5pt, column-gutter: 18pt, align: (left, right), {cells})\n"
            ),
        };
        let spelt = match self.chance(0.25) {
            true => {
                let say = self.words("amount_in_words");
                let words = words_of_amount(a.total, &a.currency);
                format!("#v(3pt)\n{}\n", escape(&format!("{say}: {words}")))
            }
            false => String::new(),
        };
        format!("{block}{spelt}")
    }

    /// Packages, masses and volume: a block of pairs or one sentence of free text.
    pub fn masses(&mut self) -> String {
        match self.chance(0.35) {
            true => self.masses_in_words(),
            false => {
                let pairs = self.mass_pairs();
                let placement = self.one_of(&[
                    Info::Inline,
                    Info::Columns,
                    Info::TwoColumns,
                    Info::BoxedAbove,
                    Info::Strip,
                ]);
                self.info_as(placement, pairs)
            }
        }
    }

    pub fn mass_pairs(&mut self) -> Vec<Pair> {
        let it = self.it;
        let mut pairs: Vec<Pair> = vec![
            ("total_packages".into(), self.packages()),
            (
                "total_net_mass_kg".into(),
                self.mass(K::TotalNetMassKg, it.net_kg),
            ),
            (
                "total_gross_mass_kg".into(),
                self.mass(K::TotalGrossMassKg, it.gross_kg),
            ),
        ];
        if self.chance(0.35) {
            pairs.push(("total_volume_m3".into(), self.volume()));
        }
        if self.chance(0.15) {
            pairs.swap(1, 2);
        }
        pairs
    }

    /// `2 PALLETS, NET 1450 KG, GROSS 1535 KG`, and other ways to say it.
    pub fn masses_in_words(&mut self) -> String {
        let it = self.it;
        let packages = self.packages_with_kind();
        let net_first = self.chance(0.6);
        let (net, gross) = match net_first {
            true => {
                let net = self.mass(K::TotalNetMassKg, it.net_kg);
                (net, self.mass(K::TotalGrossMassKg, it.gross_kg))
            }
            false => {
                let gross = self.mass(K::TotalGrossMassKg, it.gross_kg);
                (self.mass(K::TotalNetMassKg, it.net_kg), gross)
            }
        };
        let net_words = self.words("total_net_mass_kg");
        let gross_words = self.words("total_gross_mass_kg");
        let (net_words, gross_words) = match self.chance(0.4) {
            true => ("NET".to_owned(), "GROSS".to_owned()),
            false => (net_words, gross_words),
        };
        let comma = self.one_of(&["#\",\"", "#\" -\"", "#\" /\"", ""]);
        let first = format!("{} {net}", escape(&net_words));
        let second = format!("{} {gross}", escape(&gross_words));
        let (first, second) = if net_first {
            (first, second)
        } else {
            (second, first)
        };
        let line = format!("{packages}{comma} {first}{comma} {second}");
        match self.chance(0.3) {
            true => format!("{} {line}", escape("TOTAL:")),
            false => line,
        }
    }

    pub fn packages(&mut self) -> String {
        match self.chance(0.5) {
            true => self.packages_with_kind(),
            false => {
                let text = self.number_text(Decimal::from(self.it.total_packages), 0);
                self.ink
                    .field(K::TotalPackages, &text, &self.it.total_packages.to_string())
            }
        }
    }

    pub fn packages_with_kind(&mut self) -> String {
        let text = self.number_text(Decimal::from(self.it.total_packages), 0);
        let count = self
            .ink
            .field(K::TotalPackages, &text, &self.it.total_packages.to_string());
        let name = self.package_kind_name();
        let kind = self.ink.field(K::PackageKind, &name, &self.it.package_kind);
        format!("{count} {kind}")
    }

    pub fn volume(&mut self) -> String {
        let volume = self.it.volume_m3;
        let unit = self.one_of(&["CBM", "m³", "M3", "cbm"]);
        let text = format!("{} {unit}", self.number_text(volume, 2));
        self.ink
            .field(K::TotalVolumeM3, &text, &volume.normalize().to_string())
    }
}
