//! The goods part of a form: columns under the form's captions, a row a line of the invoice, perhaps a
//! total spelt out and a line of asterisks, so that nobody adds to it.

use crate::layout::draft::Draft;
use crate::layout::form::FormLook;
use crate::layout::plan::plain_plan;
use crate::layout::table::Column;
use crate::layout::terms::marks;
use crate::lexicon::words_of_amount;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rust_decimal::Decimal;
use std::ops::Range;

/// What a column of a form shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Item,
    /// The consignment's marks, beside the first row.
    Marks,
    /// Packages and description; perhaps the code below.
    Goods,
    Hs,
    Criterion,
    Gross,
    /// Masses that say which they are, because their caption does not.
    GrossNamed,
    NetNamed,
    Quantity,
    Origin,
    /// Number and date of the invoice, beside the first row.
    Invoice,
}

pub struct FormColumn {
    pub number: &'static str,
    pub caption: String,
    pub content: Content,
}

/// What is the same in all rows.
pub struct Manner {
    pub criterion: String,
    pub hs_in_text: bool,
    pub packages: bool,
}

/// The rows of `range`; the last of all are followed by the totals.
pub fn form_goods(
    draft: &mut Draft,
    look: &FormLook,
    columns: &[FormColumn],
    manner: &Manner,
    range: Range<usize>,
) -> String {
    let it = draft.it;
    let mut plan = plain_plan(draft, Vec::new(), manner.hs_in_text);
    plan.criterion = manner.criterion.clone();
    plan.unit_in_cells |= columns
        .iter()
        .any(|column| matches!(column.content, Content::GrossNamed | Content::NetNamed));
    let head: Vec<String> = columns
        .iter()
        .map(|column| {
            let words = match column.number {
                "" => column.caption.clone(),
                number => format!("{number}. {}", column.caption),
            };
            format!("[#text({}em)[{}]]", look.caption_size, escape(&words))
        })
        .collect();
    let mut cells = Vec::new();
    let (start, end) = (range.start, range.end);
    for row in range {
        let line = &it.lines[row];
        for column in columns {
            let body = match column.content {
                Content::Item => draft.cell(&plan, Column::LineNumber, row, line),
                Content::Marks if row == start => marks(draft),
                Content::Invoice if row == start => invoice(draft),
                Content::Marks | Content::Invoice => String::new(),
                Content::Goods => goods(draft, &plan, manner, row),
                Content::Hs => draft.cell(&plan, Column::HsCode, row, line),
                Content::Criterion => draft.cell(&plan, Column::Criterion, row, line),
                Content::Gross => draft.cell(&plan, Column::Gross, row, line),
                Content::GrossNamed => named_mass(draft, &plan, Column::Gross, row),
                Content::NetNamed => named_mass(draft, &plan, Column::Net, row),
                Content::Quantity => draft.cell(&plan, Column::QuantityUnit, row, line),
                Content::Origin => draft.cell(&plan, Column::Origin, row, line),
            };
            cells.push(format!("[{}]", look.filled_in(&body)));
        }
    }
    if end == it.lines.len() {
        cells.extend(totals(draft, look, columns));
    }
    let widths: Vec<&str> = columns
        .iter()
        .map(|column| match column.content {
            Content::Goods => "3fr",
            Content::Marks | Content::Invoice => "1.3fr",
            Content::Item => "auto",
            _ => "1fr",
        })
        .collect();
    let colour = look.colour;
    let stroke = match draft.percent() {
        0..50 => format!(
            "(x, y) => (left: if x > 0 {{ 0.4pt + {colour} }}, bottom: if y == 0 {{ 0.4pt + {colour} }})"
        ),
        50..75 => format!("0.4pt + {colour}"),
        _ => "none".to_owned(),
    };
    let size = if columns.len() > 6 { "0.88em" } else { "1em" };
    format!(
        "#[#set text({size})\n#table(columns: ({}), stroke: {stroke}, inset: 3pt, fill: none, table.header({}),\n{})]\n",
        widths.join(", "),
        head.join(", "),
        cells.join(",\n")
    )
}

fn invoice(draft: &mut Draft) -> String {
    let it = draft.it;
    let number = draft.plain(K::InvoiceNumber, &it.numbers.invoice);
    match draft.chance(0.85) {
        true => {
            let between = draft.one_of(&["\\", "\\", "#\"/\"", "#\"dated\""]);
            format!(
                "{number} {between} {}",
                draft.date(K::InvoiceDate, it.dates.invoice)
            )
        }
        false => number,
    }
}

/// `G.W. 1,200 KG`, `1,200 KGS NET`
fn named_mass(
    draft: &mut Draft,
    plan: &crate::layout::table::Plan,
    column: Column,
    row: usize,
) -> String {
    let mass = draft.cell(plan, column, row, &draft.it.lines[row]);
    let number = draft.remember("name of mass", |rng| {
        rand::RngExt::random_range(rng, 0..4).to_string()
    });
    let is_gross = column == Column::Gross;
    let name = match (number.as_str(), is_gross) {
        ("0", true) => "G.W.",
        ("0", false) => "N.W.",
        ("1", true) => "GROSS",
        ("1", false) => "NET",
        ("2", true) => "G/W:",
        ("2", false) => "N/W:",
        (_, true) => "gross",
        (_, false) => "net",
    };
    match number.as_str() {
        "0" | "2" => format!("{} {mass}", escape(name)),
        _ => format!("{mass} {}", escape(name)),
    }
}

fn goods(
    draft: &mut Draft,
    plan: &crate::layout::table::Plan,
    manner: &Manner,
    row: usize,
) -> String {
    let line = &draft.it.lines[row];
    let description = draft.cell(plan, Column::Description, row, line);
    if !manner.packages {
        return description;
    }
    let packages = draft.cell(plan, Column::PackagesKind, row, line);
    let manner = draft.remember("packages in goods", |rng| {
        rand::RngExt::random_range(rng, 0..5).to_string()
    });
    match manner.as_str() {
        "0" => format!(
            "{} {packages} {} {description}",
            escape(&format!("{} (", spelt(line.packages))),
            escape(") OF")
        ),
        "1" => format!("{packages} {} {description}", escape("OF")),
        "2" => format!("{packages} \\ {description}"),
        "3" => format!("{description} \\ {packages}"),
        _ => format!("{packages} {description}"),
    }
}

/// `ONE HUNDRED`
fn spelt(number: u32) -> String {
    words_of_amount(Decimal::from(number), "")
        .trim()
        .trim_end_matches(" ONLY")
        .to_owned()
}

/// Rows below the last line: sums in their columns, `SAY TOTAL …`, asterisks.
fn totals(draft: &mut Draft, look: &FormLook, columns: &[FormColumn]) -> Vec<String> {
    let it = draft.it;
    let mut rows = Vec::new();
    if draft.chance(0.6) {
        for column in columns {
            let body = match column.content {
                Content::Goods => match draft.chance(0.5) {
                    true => format!("{} {}", escape("TOTAL:"), draft.packages_with_kind()),
                    false => escape(draft.one_of(&["TOTAL", "TOTAL:", "TTL"])),
                },
                Content::Gross | Content::GrossNamed => {
                    draft.mass(K::TotalGrossMassKg, it.gross_kg)
                }
                Content::NetNamed => draft.mass(K::TotalNetMassKg, it.net_kg),
                _ => String::new(),
            };
            rows.push(format!("[{}]", look.filled_in(&body)));
        }
    }
    let across = columns.len();
    if draft.chance(0.35) {
        let packages = draft.packages_with_kind();
        let say = format!("SAY TOTAL {} (", spelt(it.total_packages));
        rows.push(format!(
            "table.cell(colspan: {across})[{}]",
            look.filled_in(&format!("{} {packages} {}", escape(&say), escape(") ONLY")))
        ));
    }
    if draft.chance(0.4) {
        let stars = draft.one_of(&[
            "*** *** *** *** ***",
            "********************",
            "- - - - - - - - - -",
            "==================",
        ]);
        rows.push(format!(
            "table.cell(colspan: {across})[#align(center)[{}]]",
            escape(stars)
        ));
    }
    rows
}
