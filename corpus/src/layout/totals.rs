//! Sums: amounts of an invoice, masses and packages of any document, in a block or in a sentence.

use super::charges::{CHARGES_APART, charges_of};
use super::draft::{Draft, Pair};
use super::look::{Info, Totals};
use crate::lexicon::words_of_amount;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rust_decimal::Decimal;

impl Draft<'_> {
    /// Goods value, discount, charges, tax, total, amount due: as many as there are, in the placement
    /// of the look, with the amount in words, taxes by rate and payments where the paper has them.
    pub fn amounts(&mut self) -> String {
        let charges = self.charges_block();
        let rows = self.amount_rows();
        let taxes = match self.chance(0.35) {
            true => self.tax_table(),
            false => String::new(),
        };
        // Above the sums, or with what is small beside them.
        let (above, taxes) = match self.chance(0.2) {
            true => (format!("{charges}\n{taxes}"), String::new()),
            false => (charges, taxes),
        };
        let payments = match !self.it.amounts.prepaid.is_zero() && self.chance(0.5) {
            true => self.payments_table(),
            false => String::new(),
        };
        let small = match (taxes.is_empty(), payments.is_empty()) {
            (true, true) => String::new(),
            _ => format!("{taxes}\n{payments}"),
        };
        let block = self.sums_placed(rows, small);
        let spelt = match self.chance(0.25) {
            true => self.amount_in_words(),
            false => String::new(),
        };
        match self.chance(0.3) {
            true => format!("{above}\n{spelt}\n{block}"),
            false => format!("{above}\n{block}{spelt}"),
        }
    }

    pub fn amount_in_words(&mut self) -> String {
        let a = &self.it.amounts;
        let words = words_of_amount(a.total.abs(), &a.currency);
        let say = self.words("amount_in_words");
        format!("#v(3pt)\n{}\n", escape(&format!("{say}: {words}")))
    }

    fn amount_rows(&mut self) -> Vec<Sum> {
        let mut a = self.it.amounts.clone();
        if self.it.charges_as_rows {
            a.goods += a.freight + a.insurance + a.other;
            (a.freight, a.insurance, a.other) = Default::default();
        }
        let in_block = self.chance(0.45);
        let differs = a.goods != a.total;
        // Electronic invoices print every sum they know, whether it differs or not.
        let every = self.chance(0.2);
        let mut rows: Vec<Sum> = Vec::new();
        let with_goods = differs || every || self.chance(0.25);
        if with_goods {
            let value = self.money(K::GoodsAmount, a.goods, in_block);
            rows.push(Sum::of(self.caption("goods_amount"), value));
        }
        for charge in charges_of(&a) {
            let zero = charge.amount.is_zero();
            if zero && !(every && self.chance(0.4)) {
                continue;
            }
            if !zero && self.has_habit(CHARGES_APART) {
                continue;
            }
            let mut value = self.money(charge.field, charge.amount, in_block);
            if charge.is_discount() && !zero && self.chance(0.4) {
                value = format!("#\"-\"{value}");
            }
            rows.push(Sum::of(self.caption(charge.caption), value));
        }
        // The sum before tax is the goods' value only where nothing else stands between them.
        let base = a.total - a.tax;
        if (!a.tax.is_zero() && self.chance(0.5)) || (every && self.chance(0.6)) {
            let value = escape(&self.number_text(base, 2));
            rows.push(Sum::of(self.caption("base_amount"), value));
        }
        let taxed = !a.tax.is_zero();
        if taxed || every || self.chance(0.15) {
            let value = self.money(K::TaxAmount, a.tax, in_block);
            let rate = a.tax_rate.normalize();
            let rate = match self.one_of(&[0, 0, 1, 2]) {
                _ if !taxed && self.chance(0.5) => String::new(),
                0 => format!(" {rate} %"),
                1 => format!(" ({rate}%)"),
                _ => format!(" %{rate}"),
            };
            let caption = format!("{}{}", self.caption("tax_amount"), escape(&rate));
            rows.push(Sum::of(caption, value));
        }
        let total = self.money(K::TotalAmount, a.total, true);
        rows.push(Sum {
            caption: self.caption("total_amount"),
            value: total,
            is_total: true,
        });
        if !a.prepaid.is_zero() {
            let paid = escape(&self.number_text(a.prepaid, 2));
            let minus = self.one_of(&["", "", "#\"-\""]);
            rows.push(Sum::of(
                self.caption("prepaid_amount"),
                format!("{minus}{paid}"),
            ));
        } else if every && self.chance(0.3) {
            let none = escape(&self.number_text(Decimal::ZERO, 2));
            rows.push(Sum::of(self.caption("prepaid_amount"), none));
        }
        if !a.prepaid.is_zero() || every || self.chance(0.1) {
            let value = self.money(K::AmountDue, a.due, in_block);
            rows.push(Sum::of(self.caption("amount_due"), value));
        }
        for (caption, value) in self.second_currency() {
            rows.push(Sum::of(caption, value));
        }
        rows
    }

    /// The sums in the placement of the look; `small` tables stand left of them or below.
    fn sums_placed(&mut self, rows: Vec<Sum>, small: String) -> String {
        let accent = self.look.accent;
        let bold = self.chance(0.8);
        let total_value = |sum: &Sum| match sum.is_total && bold {
            true => format!("#strong[{}]", sum.value),
            false => sum.value.clone(),
        };
        let cells: Vec<String> = rows
            .iter()
            .map(|sum| format!("[{}], [{}]", sum.caption, total_value(sum)))
            .collect();
        let cells = cells.join(", ");
        let width = self.one_of(&["44%", "48%", "52%"]);
        let block = match self.look.totals {
            Totals::Right | Totals::InTable => format!(
                "#grid(columns: (1fr, auto), row-gutter: 5pt, column-gutter: 8pt, align: (left, right), {cells})"
            ),
            Totals::FullWidth => {
                return format!(
                    "#line(length: 100%, stroke: 0.6pt + {accent})\n#grid(columns: (1fr, auto), row-gutter: 4pt, \
                     align: (left, right), {cells})\n#line(length: 100%, stroke: 0.6pt + {accent})\n{small}\n"
                );
            }
            Totals::BoxedRight => format!(
                "#table(columns: (1fr, auto), stroke: 0.5pt + {accent}, inset: 4pt, align: ({}, right), {cells})",
                self.one_of(&["left", "right"])
            ),
            Totals::LeftList => {
                return format!(
                    "#grid(columns: (auto, auto), row-gutter: 5pt, column-gutter: 18pt, align: (left, right), {cells})\n{small}\n"
                );
            }
            Totals::Strip => {
                let heads: Vec<String> = rows
                    .iter()
                    .map(|sum| format!("[#text(0.85em)[{}]]", sum.caption))
                    .collect();
                let values: Vec<String> = rows
                    .iter()
                    .map(|sum| format!("[{}]", total_value(sum)))
                    .collect();
                let (shade, parts) = (self.one_of(&["none", "luma(230)"]), 4);
                let strips: Vec<String> = heads
                    .chunks(parts)
                    .zip(values.chunks(parts))
                    .map(|(heads, values)| {
                        format!(
                            "#table(columns: (1fr,) * {}, stroke: 0.5pt, inset: 4pt, align: center, \
                             fill: (x, y) => if y == 0 {{ {shade} }}, {}, {})",
                            heads.len(),
                            heads.join(", "),
                            values.join(", ")
                        )
                    })
                    .collect();
                return format!("{}\n{small}\n", strips.join("\n"));
            }
            Totals::Colons => {
                let cells: Vec<String> = rows
                    .iter()
                    .map(|sum| format!("[{}], [#\":\"], [{}]", sum.caption, total_value(sum)))
                    .collect();
                let indent = self.one_of(&["0pt", "25%", "45%"]);
                return format!(
                    "#pad(left: {indent})[#grid(columns: (auto, auto, auto), column-gutter: 6pt, row-gutter: 5pt, \
                     align: (left, left, right), {})]\n{small}\n",
                    cells.join(", ")
                );
            }
            Totals::Shaded => {
                let cells: Vec<String> = rows
                    .iter()
                    .map(|sum| {
                        format!(
                            "table.cell(fill: luma(228))[#strong[{}]], [{}]",
                            sum.caption,
                            total_value(sum)
                        )
                    })
                    .collect();
                format!(
                    "#table(columns: (1fr, auto), stroke: 0.6pt, inset: 4pt, align: right, {})",
                    cells.join(", ")
                )
            }
            Totals::Ruled => {
                let cells: Vec<String> = rows
                    .iter()
                    .map(|sum| {
                        let line = match sum.is_total {
                            true => "stroke: (top: 0.8pt, bottom: 1.2pt), ",
                            false => "",
                        };
                        format!(
                            "table.cell({line}align: left)[{}], table.cell({line}align: right)[{}]",
                            sum.caption,
                            total_value(sum)
                        )
                    })
                    .collect();
                format!(
                    "#table(columns: (1fr, auto), stroke: none, inset: (x: 4pt, y: 3pt), {})",
                    cells.join(", ")
                )
            }
        };
        if small.is_empty() || self.chance(0.4) {
            return format!(
                "#align(right)[#box(width: {width})[#align(left)[{block}]]]\n{small}\n"
            );
        }
        format!("#grid(columns: (1fr, {width}), column-gutter: 12pt, [{small}], [{block}])\n")
    }

    /// What has been paid, when and how; no field.
    fn payments_table(&mut self) -> String {
        let heads = ["payment.method", "issue_date", "payment.paid"].map(|key| self.heading(key));
        let way = self.one_of(&["T/T", "SEPA", "Wire transfer", "L/C", "Visa", "Virement"]);
        let day = self.day(self.it.dates.proforma);
        let paid = self.number_text(self.it.amounts.prepaid, 2);
        format!(
            "#text(0.85em)[#table(columns: (auto, auto, auto), stroke: 0.5pt, inset: 3pt, {}, [{}], [{}], [{}])]\n",
            heads.map(|head| format!("[{head}]")).join(", "),
            escape(way),
            escape(&day),
            escape(&paid)
        )
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
        let (name, code) = self.package_kind_name();
        let kind = self.ink.field(K::PackageKind, &name, &code);
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

/// One of the sums of an invoice, as fragments.
struct Sum {
    caption: String,
    value: String,
    is_total: bool,
}

impl Sum {
    fn of(caption: String, value: String) -> Self {
        Self {
            caption,
            value,
            is_total: false,
        }
    }
}
