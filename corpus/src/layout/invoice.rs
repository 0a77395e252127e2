//! Commercial and proforma invoices.

use super::draft::{Draft, Pair};
use super::heading::Titled;
use super::look::{Scheme, Totals};
use super::parties::Role;
use super::scheme::{Parts, arrange};
use super::table::{Column, Extras, Plan};
use super::terms::{incoterm, payment_terms, route, terms_and_bank};
use docexam_domain::FieldKey as K;
use rand::seq::SliceRandom;

pub fn write(draft: &mut Draft) -> String {
    let it = draft.it;
    let key = match it.amounts.total.is_sign_negative() {
        true => "title.credit_note",
        false if draft.chance(0.06) => "title.proforma",
        false if draft.chance(0.05) => "title.customs_invoice",
        false => "title.commercial_invoice",
    };
    draft.edge_marks();
    let titled = draft.titled(key, &it.numbers.invoice, it.dates.invoice);
    let number = &it.numbers.invoice;
    draft.continuation_head("number.commercial_invoice", K::DocumentNumber, number);
    let info = header_values(draft, &titled);
    let mut others = Vec::new();
    if it.consignee.is_some() {
        others.push((Role::Consignee, "consignee"));
    }
    if draft.chance(0.3) {
        others.push((Role::Notify, "notify_party_name"));
    }
    if draft.chance(0.06) {
        others.push((Role::Payee, "party.payee"));
    }
    if draft.chance(0.05) {
        others.push((Role::TaxRepresentative, "party.tax_representative"));
    }
    let share = draft.one_of(&[0.0, 0.0, 0.0, 0.12, 0.25]);
    draft.draw_row_habits(share);
    let wide = draft.look.scheme == Scheme::Electronic && draft.chance(0.8);
    let mut plan = match wide {
        true => wide_plan(draft),
        false => plan(draft),
    };
    if it.of_services {
        plan.without_goods();
    }
    draft.draw_sub_rows(&mut plan);
    let totals_in_table = draft.look.totals == Totals::InTable || draft.chance(0.12);
    let totals = match totals_in_table && it.amounts.goods == it.amounts.total {
        true => column_totals(draft, &plan),
        false => Vec::new(),
    };
    let table = draft.goods_table(&plan, &totals);
    let sums = match totals.is_empty() {
        true => draft.amounts(),
        false if draft.chance(0.3) => draft.amount_in_words(),
        false => String::new(),
    };
    let parts = Parts {
        title: titled.fragment,
        info,
        others,
        route: match draft.chance(0.35) || draft.look.scheme == Scheme::ExportForm {
            true => route(draft),
            false => Vec::new(),
        },
        sums: match draft.chance(0.02) {
            true => format!("#pagebreak(weak: true)\n{sums}"),
            false => sums,
        },
        table,
        tail: tail(draft),
        signature: match draft.chance(0.5) {
            true => draft.signature(),
            false => String::new(),
        },
        small_print: match draft.chance(0.35) {
            true => draft.small_print(),
            false => String::new(),
        },
    };
    let body = arrange(draft, parts);
    match draft.chance(0.05) {
        true => format!("{body}\n{}", draft.conditions_page()),
        false => body,
    }
}

/// Masses, bank and notes, in this order or any other.
fn tail(draft: &mut Draft) -> Vec<String> {
    let mut tail = Vec::new();
    if draft.chance(0.5) {
        tail.push(draft.masses());
    }
    if draft.chance(0.25) {
        tail.push(terms_and_bank(draft));
    } else if draft.chance(0.45) {
        tail.push(draft.bank());
    }
    if draft.it.payment_days > 0 && draft.chance(0.12) {
        tail.push(draft.cash_discount());
    }
    for key in ["thanks", "origin_statement", "tax.exemption"] {
        if draft.chance(0.25) {
            tail.push(draft.note(key));
        }
    }
    if draft.chance(0.25) {
        tail.push(draft.notes_box());
    }
    if draft.chance(0.4) {
        tail.shuffle(&mut draft.rng);
    }
    tail
}

/// Sums in the last row of the table, below their columns.
fn column_totals(draft: &mut Draft, plan: &Plan) -> Vec<(Column, String)> {
    let mut totals = Vec::new();
    let with_currency = draft.chance(0.4);
    let total = draft.money(K::TotalAmount, draft.it.amounts.total, with_currency);
    totals.push((Column::Amount, total));
    if draft.chance(0.9) {
        let words = draft.words("total");
        totals.push((Column::Description, crate::paper::escape(&words)));
    }
    if plan.columns.contains(&Column::Quantity)
        && let Some(quantity) = total_quantity(draft)
    {
        totals.push((Column::Quantity, quantity));
    }
    totals
}

fn header_values(draft: &mut Draft, titled: &Titled) -> Vec<Pair> {
    let it = draft.it;
    let mut pairs: Vec<Pair> = Vec::new();
    // A value that the title shows is seldom said again.
    if !titled.has_number || draft.chance(0.2) {
        pairs.push((
            "number.commercial_invoice".into(),
            draft.plain(K::DocumentNumber, &it.numbers.invoice),
        ));
    }
    if !titled.has_date || draft.chance(0.2) {
        let date = draft.date(K::IssueDate, it.dates.invoice);
        let time = match draft.chance(0.04) {
            true => format!(" {}", crate::paper::escape(&draft.clock())),
            false => String::new(),
        };
        pairs.push(("issue_date".into(), format!("{date}{time}")));
    }
    let mut more: Vec<Pair> = Vec::new();
    if draft.chance(0.5) {
        more.push((
            "purchase_order_number".into(),
            draft.plain(K::PurchaseOrderNumber, &it.numbers.order),
        ));
        if draft.chance(0.3) {
            let date = draft.day(it.dates.order);
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
        let date = draft.day(it.dates.due);
        more.push(("due_date".into(), crate::paper::escape(&date)));
    }
    if draft.chance(0.25) {
        more.push(("contact".into(), crate::paper::escape(&it.seller.person)));
    }
    more.extend(draft.house_numbers());
    // Some print the total twice: at the top, and below the goods.
    if draft.chance(0.12) {
        let total = draft.money(K::TotalAmount, it.amounts.total, true);
        more.push(("total_amount".into(), total));
    }
    if draft.chance(0.5) {
        more.shuffle(&mut draft.rng);
    }
    pairs.extend(more);
    if draft.chance(0.15) && pairs.len() > 1 {
        pairs.rotate_left(1);
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
    if draft.look.scheme == Scheme::Messrs && draft.chance(0.7) {
        columns.push(C::Marks);
    }
    if draft.chance(0.6) {
        columns.push(C::LineNumber);
    }
    let mut extras = Extras::default();
    let code_column = draft.chance(0.4);
    if code_column {
        columns.push(C::ProductCode);
    } else {
        extras.product_code = draft.chance(0.4);
    }
    extras.batch = draft.chance(0.06);
    columns.push(C::Description);
    for seldom in [C::Kind, C::Composition, C::Remark, C::Ean, C::Delivered] {
        if draft.chance(0.04) {
            columns.push(seldom);
        }
    }
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
    if draft.chance(0.15) {
        columns.push(draft.one_of(&[C::Packages, C::PackagesKind]));
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
    if draft.chance(0.04) {
        columns.push(C::GrossPrice);
    }
    columns.push(C::UnitPrice);
    if draft.chance(0.05) || draft.training_chance(0.05) {
        columns.push(C::PricePer);
    }
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
    // Customs forms name the tariff number before the goods.
    if draft.chance(0.2)
        && let Some(code) = columns.iter().position(|&column| column == C::HsCode)
    {
        columns.remove(code);
        let at = columns.iter().position(|&column| column == C::Description);
        columns.insert(at.unwrap_or(0), C::HsCode);
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

/// A dozen columns and more, most of them empty of meaning, as electronic invoices print them.
fn wide_plan(draft: &mut Draft) -> Plan {
    use Column as C;
    let mut columns = vec![C::LineNumber];
    let chosen = |draft: &mut Draft, columns: &mut Vec<C>, share: f64, column: C| {
        if draft.chance(share) {
            columns.push(column);
        }
    };
    let early_code = draft.chance(0.25);
    if early_code {
        columns.push(C::HsCode);
    }
    chosen(draft, &mut columns, 0.5, C::ProductCode);
    columns.push(C::Description);
    chosen(draft, &mut columns, 0.3, C::Origin);
    chosen(draft, &mut columns, 0.25, C::Kind);
    chosen(draft, &mut columns, 0.25, C::Composition);
    chosen(draft, &mut columns, 0.15, C::Remark);
    chosen(draft, &mut columns, 0.12, C::Ean);
    match draft.chance(0.6) {
        true => columns.push(C::QuantityUnit),
        false => columns.extend([C::Quantity, C::Unit]),
    }
    columns.push(C::UnitPrice);
    if draft.it.lines.iter().any(|line| line.discount.is_some()) {
        columns.extend([C::DiscountRate, C::Discount]);
    } else {
        chosen(draft, &mut columns, 0.5, C::DiscountRate);
        chosen(draft, &mut columns, 0.5, C::NoDiscount);
    }
    chosen(draft, &mut columns, 0.6, C::TaxRate);
    chosen(draft, &mut columns, 0.5, C::TaxAmount);
    columns.push(C::Amount);
    chosen(draft, &mut columns, 0.45, C::Incoterm);
    chosen(draft, &mut columns, 0.3, C::PackageKind);
    chosen(draft, &mut columns, 0.3, C::Packages);
    if draft.look.landscape || columns.len() < 14 {
        chosen(draft, &mut columns, 0.25, C::DeliveryPlace);
    }
    chosen(draft, &mut columns, 0.35, C::Mode);
    if !early_code {
        chosen(draft, &mut columns, 0.8, C::HsCode);
    }
    // Money in two sums and a unit must still fit.
    if columns.len() > 13 && !draft.look.landscape {
        columns.retain(|column| !matches!(column, C::Remark | C::Ean | C::Kind | C::Composition));
    }
    Plan {
        columns,
        extras: Extras::default(),
        currency_in_cells: draft.chance(0.5),
        unit_in_cells: false,
        description_upper: draft.chance(0.4),
        criterion: String::new(),
    }
}
