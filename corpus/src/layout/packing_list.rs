//! Packing lists and weight notes.

use super::draft::{Draft, Pair};
use super::heading::Titled;
use super::look::Scheme;
use super::parties::Role;
use super::scheme::{Parts, arrange};
use super::table::{Column, Extras, Plan};
use super::terms::{incoterm, route};
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::seq::SliceRandom;
use rust_decimal::Decimal;

pub fn write(draft: &mut Draft) -> String {
    let it = draft.it;
    draft.edge_marks();
    // A list that shares the invoice's number cites the invoice instead of numbering itself.
    let own_number = it.numbers.packing_list != it.numbers.invoice;
    let titled = match own_number {
        true => draft.titled(
            "title.packing_list",
            &it.numbers.packing_list,
            it.dates.packed,
        ),
        false => Titled {
            fragment: draft.title("title.packing_list"),
            has_number: false,
            has_date: false,
        },
    };
    if own_number {
        let number = &it.numbers.packing_list;
        draft.continuation_head("number.packing_list", K::DocumentNumber, number);
    }
    let info = header_values(draft, &titled);
    let mut others = Vec::new();
    if it.consignee.is_some() {
        others.push((Role::Consignee, "consignee"));
    }
    if draft.chance(0.3) {
        others.push((Role::Notify, "notify_party_name"));
    }
    let share = draft.one_of(&[0.0, 0.0, 0.0, 0.12]);
    draft.draw_row_habits(share);
    let plan = plan(draft);
    draft.draw_sub_rows_of_list(&plan);
    let in_table = draft.chance(0.6);
    let totals = match in_table {
        true => column_totals(draft, &plan),
        false => Vec::new(),
    };
    let table = match it.lines.len() > 1 && draft.chance(0.3) {
        true => grouped(draft, &plan, &totals),
        false => draft.goods_table(&plan, &totals),
    };
    let sums = match !in_table || draft.chance(0.4) {
        true => draft.masses(),
        false => String::new(),
    };
    let mut tail = Vec::new();
    if draft.chance(0.25) {
        let heading = draft.heading("marks");
        let marks = super::terms::marks(draft);
        tail.push(format!("{heading} \\\n{marks}"));
    }
    if draft.chance(0.2) {
        tail.push(draft.note("thanks"));
    }
    let parts = Parts {
        title: titled.fragment,
        info,
        others,
        route: match draft.chance(0.5) || draft.look.scheme == Scheme::ExportForm {
            true => route(draft),
            false => Vec::new(),
        },
        table,
        sums,
        tail,
        signature: match draft.chance(0.5) {
            true => draft.signature(),
            false => String::new(),
        },
        small_print: match draft.chance(0.25) {
            true => draft.small_print(),
            false => String::new(),
        },
    };
    arrange(draft, parts)
}

/// A table for each delivery, container or load, with its head and its own sums; these are no fields.
fn grouped(draft: &mut Draft, plan: &Plan, totals: &[(Column, String)]) -> String {
    let count = draft.it.lines.len();
    let each = draft.one_of(&[1, 2, 3, 4]).min(count - 1);
    let with_sums = draft.chance(0.6);
    let mut parts = Vec::new();
    let mut start = 0;
    while start < count {
        let end = (start + each).min(count);
        let heading = group_heading(draft, parts.len());
        let sums = match with_sums {
            true => group_sums(draft, plan, start..end),
            false => Vec::new(),
        };
        let table = draft.table_part(plan, start..end, (None, None), &sums);
        parts.push(format!("{heading}\n{table}"));
        start = end;
    }
    if !totals.is_empty() {
        // The sums of all, as one more table without rows.
        parts.push(draft.table_part(plan, count..count, (None, None), totals));
    }
    parts.join("\n#v(5pt)\n")
}

/// The container with its seal in turn, or a number of the house.
fn group_heading(draft: &mut Draft, index: usize) -> String {
    let it = draft.it;
    let container = it.containers.get(index);
    match container {
        Some(container) if draft.habit("containers head groups", 0.6) => {
            let words = draft.words("container_number");
            let number = draft.ink.plain(K::ContainerNumber, &container.number);
            let seal_words = draft.words("seal_number");
            let seal = draft.ink.plain(K::SealNumber, &container.seal);
            format!(
                "{} {number} #h(14pt) {} {seal}\n",
                escape(&format!("{words}:")),
                escape(&format!("{seal_words}:"))
            )
        }
        _ => format!("{}\n", draft.row_heading()),
    }
}

fn group_sums(
    draft: &mut Draft,
    plan: &Plan,
    range: std::ops::Range<usize>,
) -> Vec<(Column, String)> {
    let lines = &draft.it.lines[range];
    let sum = |value: fn(&crate::consignment::Line) -> Decimal| -> Decimal {
        lines.iter().map(value).sum()
    };
    let sums = [
        (Column::Net, sum(|line| line.net_kg)),
        (Column::Gross, sum(|line| line.gross_kg)),
        (Column::Packages, sum(|line| Decimal::from(line.packages))),
    ];
    let mut totals: Vec<(Column, String)> = sums
        .iter()
        .filter(|(column, _)| plan.columns.contains(column))
        .map(|&(column, sum)| (column, escape(&draft.number_text(sum, 0))))
        .collect();
    let words = draft.words("subtotal");
    totals.push((Column::Description, escape(&words)));
    totals
}

fn header_values(draft: &mut Draft, titled: &Titled) -> Vec<Pair> {
    let it = draft.it;
    let same = it.numbers.packing_list == it.numbers.invoice;
    let mut pairs: Vec<Pair> = Vec::new();
    if !same && (!titled.has_number || draft.chance(0.2)) {
        pairs.push((
            "number.packing_list".into(),
            draft.plain(K::DocumentNumber, &it.numbers.packing_list),
        ));
    }
    if !titled.has_date || draft.chance(0.2) {
        pairs.push((
            "issue_date".into(),
            draft.date(K::IssueDate, it.dates.packed),
        ));
    }
    if same || draft.chance(0.6) {
        pairs.push((
            "invoice_number".into(),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice),
        ));
        if draft.chance(0.5) {
            pairs.push((
                "invoice_date".into(),
                draft.date(K::InvoiceDate, it.dates.invoice),
            ));
        }
    }
    if draft.chance(0.4) {
        pairs.push((
            "purchase_order_number".into(),
            draft.plain(K::PurchaseOrderNumber, &it.numbers.order),
        ));
    }
    if draft.chance(0.2) {
        pairs.push((
            "contract_number".into(),
            draft.plain(K::ContractNumber, &it.numbers.contract),
        ));
    }
    if draft.chance(0.25) {
        pairs.push(("incoterm".into(), incoterm(draft)));
    }
    if let Some(origin) = it.common_origin()
        && draft.chance(0.35)
    {
        pairs.push((
            "country_of_origin".into(),
            draft.country(K::CountryOfOrigin, origin),
        ));
    }
    pairs.extend(draft.house_numbers());
    if draft.chance(0.25) {
        pairs.shuffle(&mut draft.rng);
    }
    pairs
}

fn plan(draft: &mut Draft) -> Plan {
    use Column as C;
    let mut columns = Vec::new();
    if draft.look.scheme == Scheme::Messrs && draft.chance(0.5) {
        columns.push(C::Marks);
    }
    if draft.chance(0.5) {
        columns.push(C::LineNumber);
    }
    let cartons_first = draft.chance(0.5);
    let cartons = draft.chance(0.5);
    if cartons && cartons_first {
        columns.push(C::Cartons);
    }
    let mut extras = Extras::default();
    if draft.chance(0.35) {
        columns.push(C::ProductCode);
    } else {
        extras.product_code = draft.chance(0.25);
    }
    extras.batch = draft.chance(0.1);
    columns.push(C::Description);
    if draft.chance(0.25) {
        columns.push(C::HsCode);
    } else {
        extras.hs_code = draft.chance(0.2);
    }
    if draft.chance(0.15) {
        columns.push(C::Origin);
    }
    if draft.chance(0.15) {
        columns.push(C::Batch);
    }
    if cartons && !cartons_first {
        columns.push(C::Cartons);
    }
    let with_packages = draft.chance(0.8);
    if with_packages {
        columns.push(if draft.chance(0.6) {
            C::Packages
        } else {
            C::PackagesKind
        });
    }
    match draft.chance(0.5) {
        true => columns.push(C::QuantityUnit),
        false => columns.extend([C::Quantity, C::Unit]),
    }
    columns.push(C::Net);
    if draft.chance(0.93) {
        columns.push(C::Gross);
    }
    if draft.chance(0.15) {
        columns.push(C::Dimensions);
    }
    if draft.chance(0.15) {
        columns.push(C::Volume);
    }
    if draft.chance(0.12) {
        let last = columns.len() - 1;
        columns.swap(last, last - 1);
    }
    Plan {
        columns,
        extras,
        currency_in_cells: false,
        unit_in_cells: draft.chance(0.35),
        description_upper: draft.chance(0.25),
        criterion: String::new(),
    }
}

fn column_totals(draft: &mut Draft, plan: &Plan) -> Vec<(Column, String)> {
    let it = draft.it;
    let places = draft.one_of(&[0, 1, 2]);
    let mut totals = Vec::new();
    for &column in &plan.columns {
        let mut number = |key: K, value: Decimal, places: u32| {
            let text = draft.number_text(value, places);
            draft.ink.field(key, &text, &value.normalize().to_string())
        };
        let fragment = match column {
            Column::Net => number(K::TotalNetMassKg, it.net_kg, places),
            Column::Gross => number(K::TotalGrossMassKg, it.gross_kg, places),
            Column::Packages => number(K::TotalPackages, Decimal::from(it.total_packages), 0),
            Column::PackagesKind => draft.packages_with_kind(),
            Column::Quantity | Column::QuantityUnit if it.common_unit().is_some() => {
                number(K::TotalQuantity, it.total_quantity, 0)
            }
            Column::Description => {
                let words = draft.words("total");
                escape(&words)
            }
            _ => continue,
        };
        totals.push((column, fragment));
    }
    totals
}
