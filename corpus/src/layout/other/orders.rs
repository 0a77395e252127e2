//! Papers of the trade that look like an invoice or a list and are none: orders, confirmations,
//! quotations, delivery notes, statements of account, price lists, notices of forwarders.

use crate::layout::draft::{Draft, Pair};
use crate::layout::parties::Role;
use crate::layout::plan::plain_plan;
use crate::layout::prose::paragraph;
use crate::layout::table::Column as C;
use crate::paper::escape;
use rand::RngExt;
use rust_decimal::Decimal;

/// Title, then number and date and more under their own captions.
fn head(draft: &mut Draft, titles: &[&'static str]) -> String {
    let letterhead = draft.letterhead();
    let title = draft.one_of(titles);
    let banner = draft.banner(title);
    match draft.chance(0.3) {
        true => format!("{banner}\n{letterhead}\n"),
        false => format!("{letterhead}\n{banner}\n"),
    }
}

pub fn order(draft: &mut Draft) -> String {
    let it = draft.it;
    let head = head(
        draft,
        &[
            "PURCHASE ORDER",
            "Purchase Order",
            "ORDER CONFIRMATION",
            "Sales Order",
            "QUOTATION",
            "OFFER",
            "SALES CONTRACT",
            "Bestellung",
            "Auftragsbestätigung",
            "ANGEBOT",
            "BON DE COMMANDE",
            "Confirmation de commande",
            "PEDIDO DE COMPRA",
            "ORDINE DI ACQUISTO",
            "SATINALMA SİPARİŞİ",
            "SİPARİŞ ONAYI",
            "销售合同",
            "采购订单",
            "ZAMÓWIENIE",
            "ENCOMENDA",
        ],
    );
    let date = draft.day(it.dates.order);
    let due = draft.day(it.dates.packed);
    let mut info: Vec<Pair> = vec![
        ("purchase_order_number".into(), escape(&it.numbers.order)),
        ("order_date".into(), escape(&date)),
        ("departure_date".into(), escape(&due)),
        ("contract_number".into(), escape(&it.numbers.contract)),
        (
            "incoterm".into(),
            escape(&format!("{} {}", it.incoterm, it.incoterm_place)),
        ),
    ];
    info.retain(|_| draft.chance(0.8));
    let parties = draft.parties(&[(Role::Buyer, "buyer"), (Role::Seller, "seller")], info);
    let mut columns = vec![C::LineNumber, C::Description, C::Quantity, C::Unit];
    if draft.chance(0.5) {
        columns.insert(1, C::ProductCode);
    }
    if draft.chance(0.8) {
        columns.extend([C::UnitPrice, C::Amount]);
    }
    let plan = plain_plan(draft, columns, false);
    let table = draft.goods_table(&plan, &[]);
    let sums = match draft.chance(0.6) {
        true => draft.amounts(),
        false => String::new(),
    };
    let count = draft.rng.random_range(0..5);
    let language = draft.speech.language.clone();
    let text = paragraph(&mut draft.rng, &language, count);
    let signature = draft.signature();
    format!(
        "{head}{parties}\n#v(6pt)\n{table}\n{sums}\n#v(6pt)\n{}\n{signature}",
        escape(&text)
    )
}

pub fn delivery(draft: &mut Draft) -> String {
    let it = draft.it;
    let head = head(
        draft,
        &[
            "DELIVERY NOTE",
            "Delivery Note",
            "LIEFERSCHEIN",
            "BON DE LIVRAISON",
            "ALBARÁN DE ENTREGA",
            "DOCUMENTO DI TRASPORTO",
            "İRSALİYE",
            "SEVK İRSALİYESİ",
            "送货单",
            "PAKBON / AFLEVERBON",
            "DOWÓD DOSTAWY",
            "GUIA DE REMESSA",
            "GOODS RECEIVED NOTE",
            "PHIẾU GIAO HÀNG",
        ],
    );
    let date = draft.day(it.dates.packed);
    let info: Vec<Pair> = vec![
        ("other.delivery".into(), escape(&it.numbers.packing_list)),
        ("issue_date".into(), escape(&date)),
        ("purchase_order_number".into(), escape(&it.numbers.order)),
    ];
    let parties = draft.parties(&[(Role::Buyer, "consignee")], info);
    let mut columns = vec![
        C::LineNumber,
        C::ProductCode,
        C::Description,
        C::QuantityUnit,
    ];
    if draft.chance(0.3) {
        columns.push(C::Batch);
    }
    let plan = plain_plan(draft, columns, false);
    let table = draft.goods_table(&plan, &[]);
    let received = draft.one_of(&[
        "Goods received in good condition",
        "Ware vollständig und unbeschädigt erhalten",
        "Marchandises reçues en bon état",
        "Recibí conforme",
        "Teslim alan",
    ]);
    format!(
        "{head}{parties}\n#v(6pt)\n{table}\n#v(30pt)\n{}\n#v(16pt)\n#line(length: 40%)\n",
        escape(received)
    )
}

/// A statement of account, a reminder: numbers and sums of many invoices.
pub fn statement(draft: &mut Draft) -> String {
    let it = draft.it;
    let head = head(
        draft,
        &[
            "STATEMENT OF ACCOUNT",
            "PAYMENT REMINDER",
            "Mahnung",
            "RELEVÉ DE COMPTE",
            "Kontoauszug",
            "CARİ HESAP EKSTRESİ",
        ],
    );
    let mut balance = Decimal::ZERO;
    let mut cells = Vec::new();
    for row in 0..draft.rng.random_range(4..22) {
        let amount = Decimal::new(draft.rng.random_range(1000..9_000_000), 2);
        balance += amount;
        let date = draft.day(it.dates.order.saturating_add(jiff::ToSpan::days(row * 3)));
        let number = format!(
            "{}{:06}",
            draft.one_of(&["INV", "RE-", "", "F"]),
            draft.rng.random_range(0..999_999)
        );
        for text in [
            date,
            number,
            draft.number_text(amount, 2),
            draft.number_text(balance, 2),
        ] {
            cells.push(format!("[{}]", escape(&text)));
        }
    }
    format!(
        "{head}{} \\ {}\n#v(6pt)\n#table(columns: (1fr, 1fr, 1fr, 1fr), stroke: {}, inset: 3pt, [{}], [{}], [{}], [{}], {})\n",
        escape(&it.buyer.name),
        escape(&it.buyer.address.join(", ")),
        draft.one_of(&["none", "0.4pt", "(x, y) => (bottom: 0.4pt)"]),
        escape("Date"),
        escape("Document"),
        escape("Amount"),
        escape("Balance"),
        cells.join(", ")
    )
}

/// A page of a catalogue or price list.
pub fn catalogue(draft: &mut Draft) -> String {
    let it = draft.it;
    let across = draft.one_of(&[1, 2, 3]);
    let language = draft.speech.language.clone();
    let title = draft.one_of(&[
        "PRICE LIST",
        "Product catalogue",
        "PRODUCT DATA SHEET",
        "SAFETY DATA SHEET",
        "Preisliste",
        "CATALOGUE",
    ]);
    let banner = draft.banner(title);
    let goods = crate::consignment::goods();
    let mut cells = Vec::new();
    for _ in 0..draft.rng.random_range(4..20) {
        let item = &it.lines[draft.rng.random_range(0..it.lines.len())];
        let shade = draft.rng.random_range(150..230);
        let count = draft.rng.random_range(1..3);
        let text = paragraph(&mut draft.rng, &language, count);
        let price = draft.number_text(item.unit_price, 2);
        cells.push(format!(
            "[#rect(width: 100%, height: {}pt, fill: luma({shade})) #strong[{}] \\ {} \\ {}]",
            draft.rng.random_range(0..60),
            escape(goods[item.goods].description(&language)),
            escape(&text),
            escape(&format!(
                "{} {} {price}",
                item.product_code, it.amounts.currency
            ))
        ));
    }
    format!(
        "{banner}\n#grid(columns: (1fr,) * {across}, gutter: 9pt, {})\n",
        cells.join(", ")
    )
}

/// Arrival notices, bookings, weight notes, inspection reports: captions and values, no field of ours.
pub fn notice(draft: &mut Draft) -> String {
    let it = draft.it;
    let head = head(
        draft,
        &[
            "ARRIVAL NOTICE",
            "BOOKING CONFIRMATION",
            "DELIVERY ORDER",
            "WEIGHT NOTE",
            "PRE-ALERT",
            "VGM DECLARATION",
            "DANGEROUS GOODS DECLARATION",
            "CONTAINER INSPECTION REPORT",
            "FUMIGATION CERTIFICATE",
            "SHIPPING INSTRUCTIONS",
            "DOCK RECEIPT",
            "GATE PASS",
            "Tally sheet",
            "Avis d'arrivée",
            "Ankunftsavis",
        ],
    );
    let roles = match draft.chance(0.5) {
        true => &[
            (Role::Seller, "shipper"),
            (Role::Consignee, "consignee"),
            (Role::Notify, "notify_party_name"),
        ][..],
        false => &[(Role::Buyer, "consignee")][..],
    };
    let mut info = crate::layout::terms::route(draft);
    info.extend(draft.mass_pairs());
    info.retain(|_| draft.chance(0.8));
    let parties = draft.parties(roles, info);
    let count = draft.rng.random_range(0..5);
    let text = paragraph(&mut draft.rng, "en", count);
    let mut rows = Vec::new();
    for container in &it.containers {
        rows.push(format!(
            "[{}], [{}], [{}]",
            escape(&container.number),
            escape(&container.kind),
            escape(&draft.number_text(it.gross_kg, 0))
        ));
    }
    let table = match rows.is_empty() {
        true => String::new(),
        false => format!("#table(columns: 3, stroke: 0.4pt, {})", rows.join(", ")),
    };
    format!(
        "{head}{parties}\n#v(5pt)\n{table}\n#v(5pt)\n{}\n",
        escape(&text)
    )
}
