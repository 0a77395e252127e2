//! The goods table: which columns, in which order and under which names, drawn with the rules of
//! the look, over as many pages as it takes, with carried totals where the look has them.

use super::draft::Draft;
use super::look::Rules;
use crate::paper::escape;
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
}
