//! The goods table: which columns, in which order and under which names, drawn with the rules of
//! the look, over as many pages as it takes, with carried totals where the look has them.

use super::draft::Draft;
use super::look::Rules;
use crate::consignment::{Line, goods};
use crate::lexicon::{country_name, package_name, rec20_printed};
use crate::paper::escape;
use docexam_domain::FieldKey;
use rand::RngExt;
use rust_decimal::Decimal;

/// What a column shows. Some show two fields, as papers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    LineNumber,
    ProductCode,
    Description,
    HsCode,
    Origin,
    Quantity,
    /// Quantity and unit in one cell.
    QuantityUnit,
    Unit,
    UnitPrice,
    Discount,
    Amount,
    Net,
    Gross,
    Packages,
    /// Number and kind of packages in one cell.
    PackagesKind,
    Cartons,
    Batch,
    Criterion,
    /// Always empty of meaning here; no field.
    TaxRate,
    DiscountRate,
    /// The delivery term, repeated in each row as electronic invoices do.
    Incoterm,
}

impl Column {
    fn caption(self) -> &'static str {
        match self {
            Self::LineNumber => "col.line_number",
            Self::ProductCode => "col.product_code",
            Self::Description => "col.description",
            Self::HsCode => "col.hs_code",
            Self::Origin => "col.country_of_origin",
            Self::Quantity | Self::QuantityUnit => "col.quantity",
            Self::Unit => "col.unit",
            Self::UnitPrice => "col.unit_price",
            Self::Discount => "col.discount_amount",
            Self::Amount => "col.line_amount",
            Self::Net => "col.net_mass_kg",
            Self::Gross => "col.gross_mass_kg",
            Self::Packages | Self::PackagesKind => "col.packages",
            Self::Cartons => "col.carton_range",
            Self::Batch => "col.batch_number",
            Self::Criterion => "col.origin_criterion",
            Self::TaxRate => "col.tax_rate",
            Self::DiscountRate => "col.discount_rate",
            Self::Incoterm => "incoterm",
        }
    }

    fn is_number(self) -> bool {
        matches!(
            self,
            Self::Quantity
                | Self::QuantityUnit
                | Self::UnitPrice
                | Self::Discount
                | Self::Amount
                | Self::Net
                | Self::Gross
                | Self::Packages
        )
    }
}

/// What stands in the description cell beside the description.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras {
    pub product_code: bool,
    pub hs_code: bool,
    pub origin: bool,
    pub batch: bool,
}

/// A table with its manner of printing units and amounts.
pub struct Plan {
    pub columns: Vec<Column>,
    pub extras: Extras,
    /// The currency sign stands in every cell.
    pub currency_in_cells: bool,
    /// The unit of mass stands in every cell.
    pub unit_in_cells: bool,
    pub description_upper: bool,
    pub criterion: String,
}

impl Draft<'_> {
    /// `totals` are fragments for the last row, by column; others stay empty.
    pub fn goods_table(&mut self, plan: &Plan, totals: &[(Column, String)]) -> String {
        let lines = &self.it.lines;
        let carried =
            lines.len() > 12 && plan.columns.contains(&Column::Amount) && self.chance(0.4);
        if !carried {
            return self.table_part(plan, 0..lines.len(), None, totals);
        }
        // About what fits on a page below the header and on the next ones.
        let first = self.rng.random_range(8..12);
        let mut parts = Vec::new();
        let mut start = 0;
        while start < lines.len() {
            let end = (start + if start == 0 { first } else { 16 }).min(lines.len());
            let sum: Decimal = lines[..end].iter().map(|line| line.amount).sum();
            let last = end == lines.len();
            let note = (!last).then_some(sum);
            parts.push(self.table_part(plan, start..end, note, if last { totals } else { &[] }));
            start = end;
        }
        parts.join("\n#pagebreak()\n")
    }

    fn table_part(
        &mut self,
        plan: &Plan,
        range: std::ops::Range<usize>,
        carried: Option<Decimal>,
        totals: &[(Column, String)],
    ) -> String {
        let width = plan.columns.len();
        let mut cells: Vec<String> = Vec::new();
        for row in range {
            let line = &self.it.lines[row];
            for &column in &plan.columns {
                cells.push(format!("[{}]", self.cell(plan, column, row, line)));
            }
        }
        if let Some(sum) = carried {
            let words = self.words("carried_forward");
            let sum = escape(&self.number_text(sum, 2));
            cells.push(format!(
                "table.cell(colspan: {}, align: right)[{} {sum}]",
                width,
                escape(&words)
            ));
        }
        if !totals.is_empty() {
            for &column in &plan.columns {
                let total = totals.iter().find(|total| total.0 == column);
                let fragment = total.map_or("", |total| total.1.as_str());
                cells.push(format!("[#strong[{fragment}]]"));
            }
        }
        let head: Vec<String> = plan
            .columns
            .iter()
            .map(|column| {
                let heading = self.heading(column.caption());
                match self.look.rules {
                    Rules::Striped => format!(
                        "table.cell(fill: {})[#text(fill: white)[{heading}]]",
                        self.dark()
                    ),
                    _ => format!("[{heading}]"),
                }
            })
            .collect();
        let widths: Vec<&str> = plan
            .columns
            .iter()
            .map(|column| match column {
                Column::Description => "1fr",
                _ => "auto",
            })
            .collect();
        let right = self.look.rules != Rules::Columns || self.look.landscape;
        let aligns: Vec<&str> = plan
            .columns
            .iter()
            .map(|column| match column.is_number() && right {
                true => "right",
                false => "left",
            })
            .collect();
        let accent = self.look.accent;
        let (stroke, fill) = match self.look.rules {
            Rules::Full => ("0.5pt".to_owned(), "none".to_owned()),
            Rules::Horizontal => (
                format!("(x, y) => (bottom: 0.4pt, top: if y == 0 {{ 0.9pt + {accent} }})"),
                "none".to_owned(),
            ),
            Rules::HeadOnly => (
                format!("(x, y) => if y == 0 {{ (bottom: 1pt + {accent}) }}"),
                "(x, y) => if y == 0 { luma(225) }".to_owned(),
            ),
            Rules::Striped => (
                "none".to_owned(),
                "(x, y) => if calc.odd(y) { luma(238) }".to_owned(),
            ),
            Rules::Bare => ("none".to_owned(), "none".to_owned()),
            Rules::Columns => (
                "(x, y) => (left: 0.5pt, right: 0.5pt, top: if y < 2 { 0.5pt }, bottom: 0.5pt)"
                    .to_owned(),
                "none".to_owned(),
            ),
        };
        let inset = self.one_of(&["3pt", "4pt", "(x: 4pt, y: 5pt)", "(x: 3pt, y: 2.5pt)"]);
        let size = if width > 10 {
            "0.72em"
        } else if width > 8 {
            "0.84em"
        } else if width > 6 {
            "0.93em"
        } else {
            "1em"
        };
        format!(
            "#[#set text({size})\n#table(columns: ({}), align: ({}), stroke: {stroke}, fill: {fill}, \
             inset: {inset}, table.header({}), {})]\n",
            widths.join(", "),
            aligns.join(", "),
            head.join(", "),
            cells.join(",\n")
        )
    }

    fn dark(&self) -> &'static str {
        self.look.accent
    }

    fn cell(&mut self, plan: &Plan, column: Column, row: usize, line: &Line) -> String {
        use FieldKey as K;
        let language = self.speech.language.clone();
        match column {
            Column::LineNumber => {
                let manner =
                    self.remember("line numbers", |rng| rng.random_range(0..8).to_string());
                let number = if manner == "0" {
                    (row + 1) * 10
                } else {
                    row + 1
                };
                let text = match manner.as_str() {
                    "1" => format!("{number:02}"),
                    "2" => format!("{number}."),
                    "3" => format!("{number:03}"),
                    _ => number.to_string(),
                };
                self.ink
                    .cell(row, K::LineNumber, &text, &number.to_string())
            }
            Column::ProductCode => {
                self.ink
                    .cell(row, K::ProductCode, &line.product_code, &line.product_code)
            }
            Column::Description => self.description(plan, row, line),
            Column::HsCode => {
                let printed = self.hs_printed(&line.hs_code);
                self.ink.cell(row, K::HsCode, &printed, &line.hs_code)
            }
            Column::Origin => {
                let text = match plan.columns.len() > 7 {
                    true => line.origin.clone(),
                    false => country_name(&mut self.rng, &line.origin, &language),
                };
                self.ink.cell(row, K::CountryOfOrigin, &text, &line.origin)
            }
            Column::Quantity => self.quantity(row, line),
            Column::QuantityUnit => {
                let quantity = self.quantity(row, line);
                format!("{quantity} {}", self.unit(row, line))
            }
            Column::Unit => self.unit(row, line),
            Column::UnitPrice => {
                let text = self.number_text(line.unit_price, 2);
                let price = self
                    .ink
                    .cell(row, K::UnitPrice, &text, &line.unit_price.to_string());
                self.with_currency(plan, price)
            }
            Column::Discount => match line.discount {
                Some(discount) => {
                    let text = self.number_text(discount, 2);
                    self.ink
                        .cell(row, K::DiscountAmount, &text, &discount.to_string())
                }
                None => String::new(),
            },
            Column::Amount => {
                let text = self.number_text(line.amount, 2);
                let amount = self
                    .ink
                    .cell(row, K::LineAmount, &text, &line.amount.to_string());
                self.with_currency(plan, amount)
            }
            Column::Net => self.line_mass(plan, row, K::NetMassKg, line.net_kg),
            Column::Gross => self.line_mass(plan, row, K::GrossMassKg, line.gross_kg),
            Column::Packages => {
                let text = self.number_text(Decimal::from(line.packages), 0);
                self.ink
                    .cell(row, K::Packages, &text, &line.packages.to_string())
            }
            Column::PackagesKind => {
                let kind = self.it.package_kind.clone();
                let text = self.number_text(Decimal::from(line.packages), 0);
                let count = self
                    .ink
                    .cell(row, K::Packages, &text, &line.packages.to_string());
                let name = self.package_kind_name();
                format!(
                    "{count} {}",
                    self.ink.cell(row, K::PackageKind, &name, &kind)
                )
            }
            Column::Cartons => {
                let (first, last) = line.cartons;
                let text = match first == last {
                    true => first.to_string(),
                    false => format!("{first}{}{last}", self.one_of(&["-", " - ", "~", "-"])),
                };
                self.ink
                    .cell(row, K::CartonRange, &text, &format!("{first}-{last}"))
            }
            Column::TaxRate | Column::DiscountRate => {
                let text = self.remember("zero rate", |rng| {
                    ["0 %", "%0,00", "0,00", "0.00", "0"][rng.random_range(0..5)].to_owned()
                });
                escape(&text)
            }
            Column::Incoterm => {
                let code = self.it.incoterm.clone();
                self.ink.plain(K::Incoterm, &code)
            }
            // A batch is a header key that repeats; it stands in the row without being part of it.
            Column::Batch => self.ink.plain(K::BatchNumber, &line.batch),
            Column::Criterion => {
                let criterion = plan.criterion.clone();
                self.ink
                    .cell(row, K::OriginCriterion, &criterion, &criterion)
            }
        }
    }

    fn quantity(&mut self, row: usize, line: &Line) -> String {
        let places = if line.quantity.normalize().scale() > 0 {
            2
        } else {
            0
        };
        let text = self.number_text(line.quantity, places);
        self.ink.cell(
            row,
            FieldKey::Quantity,
            &text,
            &line.quantity.normalize().to_string(),
        )
    }

    /// One print form of each unit a document.
    fn unit(&mut self, row: usize, line: &Line) -> String {
        let language = self.speech.language.clone();
        let text = self.remember(&format!("unit {}", line.unit), |rng| {
            rec20_printed(rng, &line.unit, &language)
        });
        self.ink.cell(row, FieldKey::Unit, &text, &line.unit)
    }

    /// One print form of the kind of packages a document.
    pub fn package_kind_name(&mut self) -> String {
        let (language, kind) = (self.speech.language.clone(), self.it.package_kind.clone());
        self.remember("package kind", |rng| package_name(rng, &kind, &language))
    }

    fn line_mass(&mut self, plan: &Plan, row: usize, key: FieldKey, kg: Decimal) -> String {
        let places = self
            .remember("mass places", |rng| {
                ["0", "1", "2", "3"][rng.random_range(0..4)].to_owned()
            })
            .parse()
            .unwrap_or(2);
        let mut text = self.number_text(kg, places);
        if plan.unit_in_cells {
            text.push_str(&self.remember("mass unit", |rng| {
                [" kg", " KG", "kg", " KGS"][rng.random_range(0..4)].to_owned()
            }));
        }
        self.ink.cell(row, key, &text, &kg.normalize().to_string())
    }

    fn with_currency(&mut self, plan: &Plan, amount: String) -> String {
        if !plan.currency_in_cells {
            return amount;
        }
        let currency = self.it.amounts.currency.clone();
        let sign = self.remember("cell currency", |rng| {
            match (rng.random_range(0..3), currency.as_str()) {
                (0, "EUR") => "€".to_owned(),
                (0, "USD") => "$".to_owned(),
                (0, "GBP") => "£".to_owned(),
                _ => currency.clone(),
            }
        });
        let fragment = self.ink.field(FieldKey::Currency, &sign, &currency);
        match sign == "$" || sign == "£" {
            true => format!("{fragment}{amount}"),
            false => format!("{amount} {fragment}"),
        }
    }

    fn description(&mut self, plan: &Plan, row: usize, line: &Line) -> String {
        use FieldKey as K;
        let item = &goods()[line.goods];
        let language = self.speech.language.clone();
        let mut text = item.description(&language).to_owned();
        if let Some(second) = self.speech.second.clone()
            && self.remember("two descriptions", |rng| rng.random_bool(0.4).to_string()) == "true"
        {
            text = format!("{text} / {}", item.description(&second));
        }
        if !line.variant.is_empty() {
            text = format!("{text}, {}", line.variant);
        }
        if plan.description_upper {
            text = text.to_uppercase();
        }
        let mut fragment = self.ink.cell(row, K::Description, &text, &text);
        if plan.extras.product_code {
            let code = self
                .ink
                .cell(row, K::ProductCode, &line.product_code, &line.product_code);
            fragment = match self.remember("code first", |rng| rng.random_bool(0.5).to_string())
                == "true"
            {
                true => format!("{code} {fragment}"),
                false => {
                    let caption = self.words("col.product_code");
                    format!("{fragment} \\ {} {code}", escape(&format!("{caption}:")))
                }
            };
        }
        if plan.extras.hs_code {
            let caption = self.words("col.hs_code");
            let printed = self.hs_printed(&line.hs_code);
            let code = self.ink.cell(row, K::HsCode, &printed, &line.hs_code);
            fragment = format!("{fragment} \\ {} {code}", escape(&format!("{caption}:")));
        }
        if plan.extras.origin {
            let caption = self.words("col.country_of_origin");
            let name = country_name(&mut self.rng, &line.origin, &language);
            let origin = self.ink.cell(row, K::CountryOfOrigin, &name, &line.origin);
            fragment = format!("{fragment} \\ {} {origin}", escape(&format!("{caption}:")));
        }
        if plan.extras.batch {
            let caption = self.words("batch_number");
            let batch = self.ink.plain(K::BatchNumber, &line.batch);
            fragment = format!("{fragment} \\ {} {batch}", escape(&format!("{caption}:")));
        }
        fragment
    }

    /// One manner of grouping the digits a document.
    fn hs_printed(&mut self, code: &str) -> String {
        let manner = self.remember("hs", |rng| rng.random_range(0..6).to_string());
        let groups: &[usize] = match manner.as_str() {
            "0" => &[4, 2, 2],
            "1" => &[4, 4],
            _ => return code.to_owned(),
        };
        let mark = if manner == "0" { "." } else { " " };
        let mut rest = code;
        let mut parts = Vec::new();
        for &group in groups {
            let (part, after) = rest.split_at(group.min(rest.len()));
            parts.push(part);
            rest = after;
        }
        parts.retain(|part| !part.is_empty());
        parts.join(mark)
    }

    /// Draws once a document and then says the same.
    pub fn remember(
        &mut self,
        what: &str,
        draw: impl FnOnce(&mut rand_chacha::ChaCha8Rng) -> String,
    ) -> String {
        if let Some(drawn) = self.habits.get(what) {
            return drawn.clone();
        }
        let drawn = draw(&mut self.rng);
        self.habits.insert(what.to_owned(), drawn.clone());
        drawn
    }
}
