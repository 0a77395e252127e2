//! Packing lists and weight notes.

use super::draft::{Draft, Pair};
use super::parties::Role;
use super::table::{Column, Extras, Plan};
use super::terms::{incoterm, route};
use docexam_domain::FieldKey as K;
use rand::seq::SliceRandom;
use rust_decimal::Decimal;

pub fn write(draft: &mut Draft) -> String {
    let it = draft.it;
    let title = draft.title("title.packing_list");
    let head = draft.letterhead();
    let info = header_values(draft);
    let mut roles = Vec::new();
    if !draft.has_letterhead() || draft.chance(0.6) {
        roles.push((
            Role::Seller,
            if draft.chance(0.3) {
                "shipper"
            } else {
                "seller"
            },
        ));
    }
    roles.push((Role::Buyer, "buyer"));
    if it.consignee.is_some() {
        roles.push((Role::Consignee, "consignee"));
    }
    if draft.chance(0.3) {
        roles.push((Role::Notify, "notify_party_name"));
    }
    let parties = draft.parties(&roles, info);
    let plan = plan(draft);
    let in_table = draft.chance(0.6);
    let totals = if in_table {
        column_totals(draft, &plan)
    } else {
        Vec::new()
    };
    let table = draft.goods_table(&plan, &totals);
    let masses = if !in_table || draft.chance(0.4) {
        draft.masses()
    } else {
        String::new()
    };
    let route = match draft.chance(0.5) {
        true => {
            let pairs = route(draft);
            draft.info(pairs)
        }
        false => String::new(),
    };
    let remarks = if draft.chance(0.2) {
        draft.note("thanks")
    } else {
        String::new()
    };
    let signature = if draft.chance(0.55) {
        draft.signature()
    } else {
        String::new()
    };
    let small_print = if draft.chance(0.25) {
        draft.small_print()
    } else {
        String::new()
    };
    let (before, after) = match draft.chance(0.4) {
        true => (route, String::new()),
        false => (String::new(), route),
    };
    let top = match draft.chance(0.75) {
        true => format!("{head}\n{title}"),
        false => format!("{title}\n{head}"),
    };
    format!(
        "{top}\n#v(4pt)\n{parties}\n#v(4pt)\n{before}\n#v(6pt)\n{table}\n#v(5pt)\n{masses}\n\n#v(4pt)\n{after}\n\n\
         {remarks}\n{signature}\n{small_print}"
    )
}

fn header_values(draft: &mut Draft) -> Vec<Pair> {
    let it = draft.it;
    let same = it.numbers.packing_list == it.numbers.invoice;
    let mut pairs: Vec<Pair> = Vec::new();
    // A list that shares the invoice's number cites the invoice instead of numbering itself.
    if !same {
        pairs.push((
            "number.packing_list".into(),
            draft.plain(K::DocumentNumber, &it.numbers.packing_list),
        ));
    }
    pairs.push(("issue_date".into(), {
        draft.date(K::IssueDate, it.dates.packed)
    }));
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
                crate::paper::escape(&words)
            }
            _ => continue,
        };
        totals.push((column, fragment));
    }
    totals
}
