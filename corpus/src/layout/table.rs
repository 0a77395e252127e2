//! The goods table: which columns, in which order and under which names, drawn with the rules of
//! the look, over as many pages as it takes, with carried totals where the look has them.

use super::draft::Draft;
use super::look::Rules;
use super::rows::RowNote;
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
    /// Kind of packages alone.
    PackageKind,
    /// First and last package, and their number before them.
    Mode,
    /// Where the goods go, in each row; no field.
    DeliveryPlace,
    /// Number of the article at the buyer's, or of the trade; no field.
    Ean,
    /// Tax of the row; no field.
    TaxAmount,
    /// Discount of the row where there is none; no field.
    NoDiscount,
    /// A remark, mostly empty; no field.
    Remark,
    /// Composition or size, no field.
    Composition,
    /// What kind of goods they are, beside what they are called; no field.
    Kind,
    /// The price before discount; no field.
    GrossPrice,
    /// Number that the price is for: one; no field.
    PricePer,
    /// Length x width x height of a package; no field.
    Dimensions,
    /// Volume of the row; no field.
    Volume,
    /// When the row was delivered; no field.
    Delivered,
    /// Marks over all rows, in the first of them.
    Marks,
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
            Self::PackageKind => "col.package_kind",
            Self::Mode => "col.mode",
            Self::DeliveryPlace => "col.delivery_place",
            Self::Ean => "row.ean",
            Self::TaxAmount => "tax.amount",
            Self::NoDiscount => "col.discount_amount",
            Self::Remark => "remarks",
            Self::Composition => "col.composition",
            Self::Kind => "col.kind",
            Self::GrossPrice => "row.gross_price",
            Self::PricePer => "col.price_per",
            Self::Dimensions => "col.dimensions",
            Self::Volume => "total_volume_m3",
            Self::Delivered => "other.delivery_date",
            Self::Marks => "col.marks",
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
                | Self::TaxAmount
                | Self::NoDiscount
                | Self::GrossPrice
                | Self::Volume
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

impl Plan {
    /// Services have no columns of what only goods have.
    pub fn without_goods(&mut self) {
        use Column as C;
        self.columns.retain(|column| {
            !matches!(
                column,
                C::HsCode
                    | C::Origin
                    | C::Net
                    | C::Gross
                    | C::Packages
                    | C::PackagesKind
                    | C::PackageKind
                    | C::Kind
                    | C::Composition
                    | C::Marks
                    | C::Batch
            )
        });
        self.extras.hs_code = false;
        self.extras.origin = false;
        self.extras.batch = false;
    }
}

impl Draft<'_> {
    /// Rows of text between the goods, and what stands under each row: drawn once a document.
    pub fn draw_row_habits(&mut self, share: f64) {
        for note in RowNote::ALL {
            if self.rng.random_bool(share) {
                self.row_notes.push(note);
            }
        }
        self.notes_below = self.chance(0.4);
        self.text_rows = self.chance(share);
    }

    /// `totals` are fragments for the last row, by column; others stay empty.
    pub fn goods_table(&mut self, plan: &Plan, totals: &[(Column, String)]) -> String {
        let lines = &self.it.lines;
        let carried =
            lines.len() > 12 && plan.columns.contains(&Column::Amount) && self.chance(0.4);
        if !carried {
            return self.table_part(plan, 0..lines.len(), (None, None), totals);
        }
        // About what fits on a page below the header and on the next ones.
        let first = self.rng.random_range(8..12);
        let mut parts = Vec::new();
        let mut start = 0;
        let brought = self.chance(0.5);
        while start < lines.len() {
            let end = (start + if start == 0 { first } else { 16 }).min(lines.len());
            let sum: Decimal = lines[..end].iter().map(|line| line.amount).sum();
            let last = end == lines.len();
            let note = (!last).then_some(sum);
            let before: Decimal = lines[..start].iter().map(|line| line.amount).sum();
            let before = (brought && start > 0).then_some(before);
            let sums = if last { totals } else { &[] };
            parts.push(self.table_part(plan, start..end, (before, note), sums));
            start = end;
        }
        parts.join("\n#pagebreak()\n")
    }

    /// Some of the rows as a table of their own.
    pub fn table_part(
        &mut self,
        plan: &Plan,
        range: std::ops::Range<usize>,
        (brought, carried): (Option<Decimal>, Option<Decimal>),
        totals: &[(Column, String)],
    ) -> String {
        let width = plan.columns.len();
        let mut cells: Vec<String> = Vec::new();
        if let Some(sum) = brought {
            cells.push(self.sum_row("brought_forward", sum, width));
        }
        let count = range.len();
        for row in range.clone() {
            let line = &self.it.lines[row];
            if self.text_rows && (row == 0 || self.chance(0.2)) {
                let text = self.row_heading();
                cells.push(format!("table.cell(colspan: {width})[{text}]"));
            }
            for &column in &plan.columns {
                if column == Column::Marks {
                    if row == range.start {
                        let marks = super::terms::marks(self);
                        let span = if self.text_rows || self.notes_below {
                            1
                        } else {
                            count
                        };
                        cells.push(format!("table.cell(rowspan: {span}, align: left)[{marks}]"));
                    } else if self.text_rows || self.notes_below {
                        cells.push("[]".to_owned());
                    }
                    continue;
                }
                let mut content = self.cell(plan, column, row, line);
                if column == Column::Description && !self.notes_below {
                    for note in self.notes_of(row, line) {
                        content = format!("{content} \\ {note}");
                    }
                }
                cells.push(format!("[{content}]"));
            }
            if self.notes_below {
                let notes = self.notes_of(row, line);
                if !notes.is_empty() {
                    let indent = if width > 1 { 18 } else { 0 };
                    let between = self.one_of(&[" \\ ", " #h(10pt) "]);
                    cells.push(format!(
                        "table.cell(colspan: {width}, align: left)[#pad(left: {}pt)[{}]]",
                        indent,
                        notes.join(between)
                    ));
                }
            }
        }
        for (row, charge) in self.charge_rows(plan, &range) {
            for &column in &plan.columns {
                let cell = self.charge_cell(column, row, charge);
                cells.push(format!("[{cell}]"));
            }
        }
        if let Some(sum) = carried {
            cells.push(self.sum_row("carried_forward", sum, width));
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
                let heading = self.column_heading(column.caption(), width);
                match self.look.rules {
                    Rules::Striped | Rules::DarkHead => format!(
                        "table.cell(fill: {})[#text(fill: white)[{heading}]]",
                        self.dark()
                    ),
                    _ => format!("[{heading}]"),
                }
            })
            .collect();
        let description = self.description_width(width);
        let widths: Vec<&str> = plan
            .columns
            .iter()
            .map(|column| match column {
                Column::Description => description,
                Column::DeliveryPlace | Column::Composition | Column::Kind => "0.5fr",
                _ => "auto",
            })
            .collect();
        let right = self.look.rules != Rules::Columns || self.look.landscape;
        // Beside a description of several lines the figures stand at its first, in its middle, or at its last.
        let beside = self.remember("beside descriptions", |rng| {
            ["top", "top", "horizon", "horizon", "bottom"][rng.random_range(0..5)].to_owned()
        });
        let aligns: Vec<String> = plan
            .columns
            .iter()
            .map(|column| match column.is_number() && right {
                true => format!("right + {beside}"),
                false => format!("left + {beside}"),
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
            Rules::DarkHead => ("0.5pt".to_owned(), "none".to_owned()),
            // The frame is the block around the table.
            Rules::Frame => (
                "(x, y) => if y == 0 { (bottom: 0.6pt) }".to_owned(),
                "none".to_owned(),
            ),
            Rules::Dashed => (
                "(x, y) => (bottom: (thickness: 0.5pt, dash: \"dashed\"))".to_owned(),
                "none".to_owned(),
            ),
            Rules::Columns => (
                "(x, y) => (left: 0.5pt, right: 0.5pt, top: if y < 2 { 0.5pt }, bottom: 0.5pt)"
                    .to_owned(),
                "none".to_owned(),
            ),
        };
        let repeat = match self.chance(0.2) {
            true => "repeat: false, ",
            false => "",
        };
        let head = match self.headless(width) {
            true => String::new(),
            false => format!("table.header({repeat}{}), ", head.join(", ")),
        };
        let inset = match width > 10 {
            true => self.one_of(&["2pt", "(x: 2pt, y: 3pt)", "1.5pt"]),
            false => self.one_of(&[
                "3pt",
                "4pt",
                "(x: 4pt, y: 5pt)",
                "(x: 3pt, y: 2.5pt)",
                "(x: 4pt, y: 9pt)",
            ]),
        };
        let size = if width > 12 {
            "0.62em"
        } else if width > 10 {
            "0.72em"
        } else if width > 8 {
            "0.84em"
        } else if width > 6 {
            "0.93em"
        } else {
            "1em"
        };
        let frame = match self.look.rules {
            Rules::Frame => "stroke: 0.6pt",
            _ => "stroke: none",
        };
        format!(
            "#block({frame}, width: 100%)[#set text({size})\n#table(columns: ({}), align: ({}), stroke: {stroke}, fill: {fill}, \
             inset: {inset}, {head}{})]\n",
            widths.join(", "),
            aligns.join(", "),
            cells.join(",\n")
        )
    }

    fn sum_row(&mut self, key: &str, sum: Decimal, width: usize) -> String {
        let words = self.words(key);
        let sum = escape(&self.number_text(sum, 2));
        format!(
            "table.cell(colspan: {width}, align: right)[{} {sum}]",
            escape(&words)
        )
    }

    /// Most give the description what is left; some keep it narrow, and many lines high.
    fn description_width(&mut self, width: usize) -> &'static str {
        match width < 9 && self.habit("narrow descriptions", 0.18) {
            true => "21%",
            false => "1fr",
        }
    }

    fn dark(&self) -> &'static str {
        self.look.accent
    }
}
