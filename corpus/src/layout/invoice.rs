//! Commercial and proforma invoices.

use super::draft::{Draft, Pair};
use super::look::Totals;
use super::parties::Role;
use super::table::{Column, Extras, Plan};
use super::terms::{incoterm, payment_terms, route};
use docexam_domain::FieldKey as K;
use rand::seq::SliceRandom;

pub fn write(draft: &mut Draft) -> String {
    let it = draft.it;
    let proforma = draft.chance(0.06);
    let title = draft.title(if proforma {
        "title.proforma"
    } else {
        "title.commercial_invoice"
    });
    let head = draft.letterhead();
    let info = header_values(draft);
    let mut roles = Vec::new();
    if !draft.has_letterhead() || draft.chance(0.6) {
        roles.push((Role::Seller, "seller"));
    }
    roles.push((Role::Buyer, "buyer"));
    if it.consignee.is_some() {
        roles.push((Role::Consignee, "consignee"));
    }
    if draft.chance(0.35) {
        roles.push((Role::Notify, "notify_party_name"));
    }
    let parties = draft.parties(&roles, info);

    let plan = plan(draft);
    let totals_in_table = draft.look.totals == Totals::InTable;
    let mut totals = Vec::new();
    if totals_in_table && it.amounts.goods == it.amounts.total {
        let total = draft.money(K::TotalAmount, it.amounts.total, false);
        totals.push((Column::Amount, total));
        if draft.chance(0.9) {
            let words = draft.words("total");
            totals.push((Column::Description, crate::paper::escape(&words)));
        }
        if let Some(quantity) = total_quantity(draft) {
            totals.push((Column::Quantity, quantity));
        }
    }
    let table = draft.goods_table(&plan, &totals);
    let sums = match totals.is_empty() {
        true => draft.amounts(),
        false => String::new(),
    };
    let notes = if draft.chance(0.22) {
        draft.notes_box()
    } else {
        String::new()
    };
    let masses = if draft.chance(0.55) {
        draft.masses()
    } else {
        String::new()
    };
    let route = if draft.chance(0.35) {
        let pairs = route(draft);
        draft.info(pairs)
    } else {
        String::new()
    };
    let bank = if draft.chance(0.6) {
        draft.bank()
    } else {
        String::new()
    };
    let thanks = if draft.chance(0.4) {
        draft.note("thanks")
    } else {
        String::new()
    };
    let statement = if draft.chance(0.2) {
        draft.note("origin_statement")
    } else {
        String::new()
    };
    let signature = if draft.chance(0.6) {
        draft.signature()
    } else {
        String::new()
    };
    let small_print = if draft.chance(0.35) {
        draft.small_print()
    } else {
        String::new()
    };

    let mut tail = vec![masses, route, bank, thanks, statement, notes];
    if draft.chance(0.4) {
        tail.shuffle(&mut draft.rng);
    }
    tail.retain(|part| !part.is_empty());
    let top = match draft.chance(0.75) {
        true => format!("{head}\n{title}"),
        false => format!("{title}\n{head}"),
    };
    format!(
        "{top}\n#v(4pt)\n{parties}\n#v(6pt)\n{table}\n#v(3pt)\n{sums}\n#v(5pt)\n{}\n{signature}\n{small_print}",
        tail.join("\n\n#v(4pt)\n\n")
    )
}

fn header_values(draft: &mut Draft) -> Vec<Pair> {
    let it = draft.it;
    let mut pairs: Vec<Pair> = vec![
        (
            "number.commercial_invoice".into(),
            draft.plain(K::DocumentNumber, &it.numbers.invoice),
        ),
        (
            "issue_date".into(),
            draft.date(K::IssueDate, it.dates.invoice),
        ),
    ];
    let mut more: Vec<Pair> = Vec::new();
    if draft.chance(0.5) {
        more.push((
            "purchase_order_number".into(),
            draft.plain(K::PurchaseOrderNumber, &it.numbers.order),
        ));
        if draft.chance(0.3) {
            let date = draft
                .date_form
                .write(it.dates.order, &draft.speech.language);
            more.push(("order_date".into(), crate::paper::escape(&date)));
        }
    }
    if draft.chance(0.25) {
        more.push((
            "contract_number".into(),
            draft.plain(K::ContractNumber, &it.numbers.contract),
        ));
    }
    if draft.chance(0.85) {
        more.push(("incoterm".into(), incoterm(draft)));
    }
    if draft.chance(0.7) {
        more.push(("payment_terms".into(), payment_terms(draft)));
    }
    if let Some(origin) = it.common_origin()
        && draft.chance(0.55)
    {
        more.push((
            "country_of_origin".into(),
            draft.country(K::CountryOfOrigin, origin),
        ));
    }
    if draft.chance(0.3) {
        more.push((
            "country_of_destination".into(),
            draft.country(K::CountryOfDestination, &it.buyer.country),
        ));
    }
    if draft.chance(0.25) {
        more.push((
            "currency".into(),
            draft.plain(K::Currency, &it.amounts.currency),
        ));
    }
    if draft.chance(0.15) {
        let date = draft.date_form.write(it.dates.due, &draft.speech.language);
        more.push(("due_date".into(), crate::paper::escape(&date)));
    }
    if draft.chance(0.25) {
        more.push(("contact".into(), crate::paper::escape(&it.seller.person)));
    }
    more.extend(draft.house_numbers());
    if draft.chance(0.06) {
        let total = draft.money(K::TotalAmount, it.amounts.total, true);
        more.push(("total_amount".into(), total));
    }
    if draft.chance(0.5) {
        more.shuffle(&mut draft.rng);
    }
    pairs.extend(more);
    if draft.chance(0.2) {
        pairs.swap(0, 1);
    }
    pairs
}

fn total_quantity(draft: &mut Draft) -> Option<String> {
    draft.it.common_unit()?;
    let quantity = draft.it.total_quantity;
    let places = if quantity.normalize().scale() > 0 {
        2
    } else {
        0
    };
    let text = draft.number_text(quantity, places);
    Some(
        draft
            .ink
            .field(K::TotalQuantity, &text, &quantity.normalize().to_string()),
    )
}

fn plan(draft: &mut Draft) -> Plan {
    use Column as C;
    let mut columns = Vec::new();
    if draft.chance(0.6) {
        columns.push(C::LineNumber);
    }
    let mut extras = Extras::default();
    let code_column = draft.chance(0.4);
    if code_column {
        columns.push(C::ProductCode);
    } else {
        extras.product_code = draft.chance(0.25);
    }
    extras.batch = draft.chance(0.06);
    columns.push(C::Description);
    if draft.chance(0.5) {
        columns.push(C::HsCode);
    } else {
        extras.hs_code = draft.chance(0.35);
    }
    let one_origin = draft.it.common_origin().is_some();
    if draft.chance(if one_origin { 0.2 } else { 0.6 }) {
        columns.push(C::Origin);
    } else {
        extras.origin = draft.chance(0.12);
    }
    if draft.chance(0.1) {
        columns.push(C::Packages);
    }
    if draft.chance(0.15) {
        columns.push(C::Net);
    }
    let unit_apart = draft.chance(0.45);
    match unit_apart {
        true if draft.chance(0.3) => columns.extend([C::Unit, C::Quantity]),
        true => columns.extend([C::Quantity, C::Unit]),
        false => columns.push(if draft.chance(0.8) {
            C::QuantityUnit
        } else {
            C::Quantity
        }),
    }
    columns.push(C::UnitPrice);
    if draft.it.lines.iter().any(|line| line.discount.is_some()) {
        columns.push(C::Discount);
    }
    if draft.chance(0.1) {
        columns.push(C::DiscountRate);
    }
    if draft.chance(0.12) {
        columns.push(C::TaxRate);
    }
    if draft.chance(0.05) {
        columns.push(C::Incoterm);
    }
    columns.push(C::Amount);
    // Some forms count first and describe afterwards.
    if draft.chance(0.15)
        && let Some(at) = columns.iter().position(|&column| column == C::Description)
        && let Some(quantity) = columns
            .iter()
            .position(|column| matches!(column, C::Quantity | C::QuantityUnit))
    {
        let moved = columns.remove(quantity);
        columns.insert(at, moved);
    }
    Plan {
        columns,
        extras,
        currency_in_cells: draft.chance(0.2),
        unit_in_cells: draft.chance(0.3),
        description_upper: draft.chance(0.25),
        criterion: String::new(),
    }
}
