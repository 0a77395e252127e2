//! Invoices as flat JSON beside a file: `{"data": [{"invoice_id": …, "items": [{…}]}]}`, one entry for each
//! invoice in the file. Null says nothing. Amounts and dates are as printed: days before months, and a
//! number that can be read in two ways is the one with which quantity × price is the amount.

use super::{TruthCase, TruthDocument, TruthRow, TruthValue};
use crate::EvaluationError;
use docexam_domain::{DocumentType, FieldKey};
use docexam_extract::{Context, normalise};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::Path;

#[derive(Deserialize)]
struct Invoices {
    data: Vec<Map<String, Value>>,
}

const HEADER: [(&str, FieldKey); 19] = [
    ("invoice_id", FieldKey::DocumentNumber),
    ("invoice_date", FieldKey::IssueDate),
    ("invoice_currency", FieldKey::Currency),
    ("invoice_customer_name", FieldKey::BuyerName),
    ("invoice_customer_address", FieldKey::BuyerAddress),
    ("invoice_customer_country", FieldKey::BuyerCountry),
    ("invoice_supplier_name", FieldKey::SellerName),
    ("invoice_supplier_address", FieldKey::SellerAddress),
    ("invoice_supplier_country", FieldKey::SellerCountry),
    ("invoice_supplier_vkn", FieldKey::SellerTaxId),
    ("invoice_delivery_term", FieldKey::Incoterm),
    ("invoice_payment_term", FieldKey::PaymentTerms),
    ("invoice_po_number", FieldKey::PurchaseOrderNumber),
    (
        "invoice_shipment_country_of_origin",
        FieldKey::CountryOfOrigin,
    ),
    ("invoice_total_amount", FieldKey::TotalAmount),
    ("invoice_total_package_quantity", FieldKey::TotalPackages),
    ("invoice_total_gross_weight", FieldKey::TotalGrossMassKg),
    ("invoice_total_net_weight", FieldKey::TotalNetMassKg),
    ("invoice_total_quantity", FieldKey::TotalQuantity),
];

const CELLS: [(&str, FieldKey); 10] = [
    ("invoice_item_no", FieldKey::LineNumber),
    ("invoice_item_product_id", FieldKey::ProductCode),
    ("invoice_item_description", FieldKey::Description),
    ("invoice_item_commodity_code", FieldKey::HsCode),
    ("invoice_item_country_of_origin", FieldKey::CountryOfOrigin),
    ("invoice_item_quantity", FieldKey::Quantity),
    ("invoice_item_unit_type", FieldKey::Unit),
    ("invoice_item_unit_price", FieldKey::UnitPrice),
    ("invoice_item_total_amount", FieldKey::LineAmount),
    ("invoice_item_package_quantity", FieldKey::Packages),
];
/// All dates of the form have the day first, also those that could be read either way.
const DAY_FIRST: (FieldKey, &str) = (FieldKey::IssueDate, "31.12.2025");

pub fn load(file: &Path, path: &Path, text: &str) -> Result<TruthCase, EvaluationError> {
    let invoices: Invoices =
        serde_json::from_str(text).map_err(|error| EvaluationError::content(path, error))?;
    let documents = invoices.data.iter().map(document).collect();
    Ok(TruthCase {
        may_be_unprinted: true,
        ..TruthCase::of_file(file, documents)
    })
}

fn document(invoice: &Map<String, Value>) -> TruthDocument {
    let items: Vec<&Map<String, Value>> = invoice
        .get("items")
        .and_then(Value::as_array)
        .map(|items| items.iter().filter_map(Value::as_object).collect())
        .unwrap_or_default();
    let context = context(invoice, &items);
    let header = HEADER
        .iter()
        .filter_map(|(name, key)| value(invoice, name, *key, &context));
    TruthDocument {
        header: header.collect(),
        rows: items.iter().map(|item| row(item, &context)).collect(),
        ..TruthDocument::partial(Some(DocumentType::CommercialInvoice))
    }
}

/// How the invoice writes its numbers, from those that leave no doubt.
fn context(invoice: &Map<String, Value>, items: &[&Map<String, Value>]) -> Context {
    let of_header = HEADER.iter().map(|(name, key)| (invoice, name, key));
    let of_items = items
        .iter()
        .flat_map(|item| CELLS.iter().map(move |(name, key)| (*item, name, key)));
    let mentions = of_header
        .chain(of_items)
        .filter_map(|(object, name, key)| Some((*key, text(object, name)?)));
    Context::infer(mentions.chain([DAY_FIRST]), [])
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = object.get(name)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

fn value(
    object: &Map<String, Value>,
    name: &str,
    key: FieldKey,
    context: &Context,
) -> Option<TruthValue> {
    let text = text(object, name)?;
    let value = normalise(key, text, context).value;
    Some(TruthValue::new(
        key,
        value.unwrap_or_else(|| text.to_owned()),
    ))
}

fn row(item: &Map<String, Value>, context: &Context) -> TruthRow {
    let cells = CELLS
        .iter()
        .filter_map(|(name, key)| value(item, name, *key, context));
    let mut cells: Vec<TruthValue> = cells.collect();
    if let Some(quantity) = quantity_by_arithmetic(item, context) {
        for cell in cells.iter_mut().filter(|c| c.key == FieldKey::Quantity) {
            cell.accepted = vec![quantity.clone()];
        }
    }
    TruthRow { cells }
}

/// The reading of the quantity with which quantity × price is the amount, to half a per cent.
fn quantity_by_arithmetic(item: &Map<String, Value>, context: &Context) -> Option<String> {
    let number = |name, key| -> Option<Decimal> {
        normalise(key, text(item, name)?, context)
            .value?
            .parse()
            .ok()
    };
    let price = number("invoice_item_unit_price", FieldKey::UnitPrice)?;
    let amount = number("invoice_item_total_amount", FieldKey::LineAmount)?;
    let printed = text(item, "invoice_item_quantity")?;
    // Both readings of `4,860`: as this invoice writes numbers, and as the other marks have it.
    let usual = normalise(FieldKey::Quantity, printed, context).value?;
    let ungrouped: String = printed.chars().filter(char::is_ascii_digit).collect();
    [usual, ungrouped].into_iter().find(|reading| {
        let Ok(quantity) = reading.parse::<Decimal>() else {
            return false;
        };
        let Some(product) = quantity.checked_mul(price) else {
            return false;
        };
        (product - amount).abs() <= amount.abs() * Decimal::new(5, 3)
    })
}
