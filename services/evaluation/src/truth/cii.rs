//! Factur-X and ZUGFeRD invoices (UN/CEFACT Cross Industry Invoice): the business terms of EN 16931 as fields.
//!
//! The XML is not a copy of the page: what is not printed is left out later, and where the page may show
//! either of two terms (net or gross price, the seller's or the standard article number) both are accepted.
//! A discount, charge or tax of zero is no value.

use super::{TruthCase, TruthDocument, TruthRow, TruthValue, read_text};
use crate::EvaluationError;
use docexam_domain::{DocumentType, FieldKey};
use roxmltree::{Document, Node};
use rust_decimal::Decimal;
use std::path::Path;

pub fn load(file: &Path, xml: &Path) -> Result<TruthCase, EvaluationError> {
    let text = read_text(xml)?;
    let parsed = Document::parse(&text).map_err(|error| EvaluationError::content(xml, error))?;
    let root = parsed.root_element();
    if root.tag_name().name() != "CrossIndustryInvoice" {
        let problem = format!("`{}` is no CrossIndustryInvoice", root.tag_name().name());
        return Err(EvaluationError::content(xml, problem));
    }
    let document = TruthDocument {
        header: header(root),
        rows: rows(root),
        ..TruthDocument::partial(Some(DocumentType::CommercialInvoice))
    };
    Ok(TruthCase {
        may_be_unprinted: true,
        ..TruthCase::of_file(file, vec![document])
    })
}

fn header(root: Node) -> Vec<TruthValue> {
    const AGREEMENT: &str = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement";
    const DELIVERY: &str = "SupplyChainTradeTransaction/ApplicableHeaderTradeDelivery";
    const SETTLEMENT: &str = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement";
    let mut values = Values::default();
    if let Some(document) = at(root, "ExchangedDocument") {
        values.text(FieldKey::DocumentNumber, document, "ID"); // BT-1
        values.date(
            FieldKey::IssueDate,
            document,
            "IssueDateTime/DateTimeString",
        ); // BT-2
    }
    if let Some(agreement) = at(root, AGREEMENT) {
        if let Some(seller) = at(agreement, "SellerTradeParty") {
            values.party(seller, SELLER); // BT-27, 31, 35, 40
        }
        if let Some(buyer) = at(agreement, "BuyerTradeParty") {
            values.party(buyer, BUYER); // BT-44, 48, 50, 55
        }
        values.text(
            FieldKey::PurchaseOrderNumber,
            agreement,
            "BuyerOrderReferencedDocument/IssuerAssignedID",
        ); // BT-13
        values.text(
            FieldKey::ContractNumber,
            agreement,
            "ContractReferencedDocument/IssuerAssignedID",
        ); // BT-12
        values.text(
            FieldKey::Incoterm,
            agreement,
            "ApplicableTradeDeliveryTerms/DeliveryTypeCode",
        );
    }
    if let Some(consignee) = at(root, DELIVERY).and_then(|node| at(node, "ShipToTradeParty")) {
        values.text(FieldKey::ConsigneeName, consignee, "Name"); // BT-70
        values.address(FieldKey::ConsigneeAddress, consignee); // BT-75
    }
    if let Some(settlement) = at(root, SETTLEMENT) {
        settlement_terms(&mut values, settlement);
    }
    values.0
}

fn settlement_terms(values: &mut Values, settlement: Node) {
    values.text(FieldKey::Currency, settlement, "InvoiceCurrencyCode"); // BT-5
    let currency = text(settlement, "InvoiceCurrencyCode");
    values.text(
        FieldKey::Iban,
        settlement,
        "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID",
    ); // BT-84
    values.text(
        FieldKey::PaymentTerms,
        settlement,
        "SpecifiedTradePaymentTerms/Description",
    ); // BT-20
    if let Some(earlier) = at(settlement, "InvoiceReferencedDocument") {
        values.text(FieldKey::InvoiceNumber, earlier, "IssuerAssignedID"); // BT-25
        values.date(
            FieldKey::InvoiceDate,
            earlier,
            "FormattedIssueDateTime/DateTimeString",
        ); // BT-26
    }
    let carriage: Decimal = all(settlement, "SpecifiedLogisticsServiceCharge")
        .filter_map(|charge| decimal(charge, "AppliedAmount"))
        .sum();
    values.amount(FieldKey::FreightAmount, Some(carriage));
    let Some(sums) = at(
        settlement,
        "SpecifiedTradeSettlementHeaderMonetarySummation",
    ) else {
        return;
    };
    values.stated(FieldKey::GoodsAmount, sums, "LineTotalAmount"); // BT-106
    values.amount(
        FieldKey::DiscountAmount,
        decimal(sums, "AllowanceTotalAmount"),
    ); // BT-107
    let charges = decimal(sums, "ChargeTotalAmount").map(|all| all - carriage); // BT-108
    values.amount(FieldKey::OtherChargesAmount, charges);
    let taxes: Vec<Node> = all(sums, "TaxTotalAmount").collect();
    let tax = taxes
        .iter()
        .find(|tax| tax.attribute("currencyID") == currency.as_deref())
        .or(taxes.first())
        .and_then(|tax| tax.text()?.trim().parse().ok());
    values.amount(FieldKey::TaxAmount, tax); // BT-110
    values.stated(FieldKey::TotalAmount, sums, "GrandTotalAmount"); // BT-112
    values.stated(FieldKey::AmountDue, sums, "DuePayableAmount"); // BT-115
}

fn rows(root: Node) -> Vec<TruthRow> {
    const LINE: &str = "IncludedSupplyChainTradeLineItem";
    let Some(transaction) = at(root, "SupplyChainTradeTransaction") else {
        return Vec::new();
    };
    all(transaction, LINE).map(row).collect()
}

fn row(line: Node) -> TruthRow {
    let mut values = Values::default();
    values.text(
        FieldKey::LineNumber,
        line,
        "AssociatedDocumentLineDocument/LineID",
    ); // BT-126
    if let Some(product) = at(line, "SpecifiedTradeProduct") {
        // BT-155, 156, 157: the page prints any of them as the article's number.
        let codes = ["SellerAssignedID", "BuyerAssignedID", "GlobalID"];
        let codes = codes.iter().filter_map(|name| text(product, name));
        values.any_of(FieldKey::ProductCode, codes.collect());
        values.any_of(FieldKey::Description, descriptions(product)); // BT-153, 154
        values.text(FieldKey::CountryOfOrigin, product, "OriginTradeCountry/ID"); // BT-159
        let harmonised = all(product, "DesignatedProductClassification")
            .filter_map(|class| at(class, "ClassCode"))
            .find(|code| code.attribute("listID") == Some("HS"));
        if let Some(code) = harmonised.and_then(|code| code.text()) {
            values
                .0
                .push(TruthValue::new(FieldKey::HsCode, code.trim())); // BT-158
        }
    }
    if let Some(agreement) = at(line, "SpecifiedLineTradeAgreement") {
        // BT-146, 148
        let prices = ["NetPriceProductTradePrice", "GrossPriceProductTradePrice"];
        let prices = prices
            .iter()
            .filter_map(|name| text(at(agreement, name)?, "ChargeAmount"));
        values.any_of(FieldKey::UnitPrice, prices.collect());
    }
    if let Some(delivery) = at(line, "SpecifiedLineTradeDelivery") {
        values.stated(FieldKey::Quantity, delivery, "BilledQuantity"); // BT-129
        let unit = at(delivery, "BilledQuantity").and_then(|node| node.attribute("unitCode"));
        values
            .0
            .extend(unit.map(|code| TruthValue::new(FieldKey::Unit, code))); // BT-130
        values.stated(FieldKey::Packages, delivery, "PackageQuantity");
    }
    if let Some(settlement) = at(line, "SpecifiedLineTradeSettlement") {
        let discount: Decimal = all(settlement, "SpecifiedTradeAllowanceCharge")
            .filter(|entry| text(*entry, "ChargeIndicator/Indicator").as_deref() == Some("false"))
            .filter_map(|entry| decimal(entry, "ActualAmount"))
            .sum();
        values.amount(FieldKey::DiscountAmount, Some(discount)); // BT-136
        values.stated(
            FieldKey::LineAmount,
            settlement,
            "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
        ); // BT-131
    }
    TruthRow { cells: values.0 }
}

/// The name of the article, and the name with its description behind it.
fn descriptions(product: Node) -> Vec<String> {
    let (name, more) = (text(product, "Name"), text(product, "Description"));
    let both = name
        .as_ref()
        .zip(more.as_ref())
        .map(|(name, more)| format!("{name} {more}"));
    [name, both].into_iter().flatten().collect()
}

/// Keys of a party: name, address, country, tax number.
type PartyKeys = [FieldKey; 4];
const SELLER: PartyKeys = [
    FieldKey::SellerName,
    FieldKey::SellerAddress,
    FieldKey::SellerCountry,
    FieldKey::SellerTaxId,
];
const BUYER: PartyKeys = [
    FieldKey::BuyerName,
    FieldKey::BuyerAddress,
    FieldKey::BuyerCountry,
    FieldKey::BuyerTaxId,
];

#[derive(Default)]
struct Values(Vec<TruthValue>);

impl Values {
    fn any_of(&mut self, key: FieldKey, accepted: Vec<String>) {
        if !accepted.is_empty() {
            self.0.push(TruthValue::any_of(key, accepted));
        }
    }

    fn text(&mut self, key: FieldKey, node: Node, path: &str) {
        self.any_of(key, text(node, path).into_iter().collect());
    }

    /// `20260504` in the format 102 that the profile prescribes.
    fn date(&mut self, key: FieldKey, node: Node, path: &str) {
        let parsed =
            text(node, path).and_then(|text| jiff::civil::Date::strptime("%Y%m%d", &text).ok());
        self.any_of(key, parsed.iter().map(ToString::to_string).collect());
    }

    /// A sum that is a value also when it is zero.
    fn stated(&mut self, key: FieldKey, node: Node, path: &str) {
        let stated = decimal(node, path).map(|value| value.normalize().to_string());
        self.any_of(key, stated.into_iter().collect());
    }

    /// A sum that there is only when it is not zero.
    fn amount(&mut self, key: FieldKey, amount: Option<Decimal>) {
        let amount = amount.filter(|amount| !amount.is_zero());
        self.any_of(
            key,
            amount
                .map(|value| value.normalize().to_string())
                .into_iter()
                .collect(),
        );
    }

    fn party(&mut self, party: Node, [name, address, country, tax_id]: PartyKeys) {
        self.text(name, party, "Name");
        self.address(address, party);
        self.text(country, party, "PostalTradeAddress/CountryID");
        // The VAT number and the national one: a page shows either or both.
        let numbers = all(party, "SpecifiedTaxRegistration").filter_map(|node| text(node, "ID"));
        self.any_of(tax_id, numbers.collect());
    }

    fn address(&mut self, key: FieldKey, party: Node) {
        let Some(address) = at(party, "PostalTradeAddress") else {
            return;
        };
        let lines = ["LineOne", "LineTwo", "LineThree"]
            .iter()
            .filter_map(|name| text(address, name));
        let mut parts: Vec<String> = lines.collect();
        let city = ["PostcodeCode", "CityName"]
            .iter()
            .filter_map(|name| text(address, name));
        let city = city.collect::<Vec<_>>().join(" ");
        if !city.is_empty() {
            parts.push(city);
        }
        if !parts.is_empty() {
            self.0.push(TruthValue::new(key, parts.join(", ")));
        }
    }
}

/// The first element at `a/b/c` below `node`, by local names.
fn at<'a, 'input>(node: Node<'a, 'input>, path: &str) -> Option<Node<'a, 'input>> {
    path.split('/')
        .try_fold(node, |node, name| all(node, name).next())
}

/// All children with a local name.
fn all<'a, 'input>(node: Node<'a, 'input>, name: &str) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn text(node: Node, path: &str) -> Option<String> {
    let text = at(node, path)?.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn decimal(node: Node, path: &str) -> Option<Decimal> {
    text(node, path)?.parse().ok()
}
