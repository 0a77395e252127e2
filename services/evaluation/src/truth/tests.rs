use super::*;
use FieldKey::{
    AmountDue, BuyerName, ContainerNumber, Currency, Description, DiscountAmount, DocumentNumber,
    FreightAmount, Incoterm, IssueDate, LineAmount, LineNumber, OtherChargesAmount, PaymentTerms,
    Quantity, SellerAddress, SellerCountry, SellerName, SellerTaxId, TaxAmount, TotalAmount,
    TotalGrossMassKg, Unit, UnitPrice,
};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
        std::fs::write(path, text).expect("written");
    }
    folder
}

fn loaded(files: &[(&str, &str)]) -> Vec<TruthCase> {
    load(folder(files).path()).expect("truth")
}

fn of(values: &[TruthValue], key: FieldKey) -> &str {
    let value = values.iter().find(|value| value.key == key);
    value.unwrap_or_else(|| panic!("{key}")).value()
}

#[test]
fn generated_cases_are_folders_with_their_truth() {
    let truth = r#"{"seed": 1, "split": "test", "planted": [], "documents": [
        {"file_name": "01-a.pdf", "type": "commercial_invoice", "language": "en", "layout": "x",
         "pages": [{"file": 0, "page": 1}],
         "fields": [
          {"type": "issue_date", "mention_text": "4 May 2026", "confidence": 1.0},
          {"type": "line_item", "mention_text": "", "confidence": 1.0, "properties": [
            {"type": "quantity", "mention_text": "1,200", "normalized_value": "1200", "confidence": 1.0,
             "page_anchor": {"file": 0, "page": 1, "polygon": [[0.1, 0.2]]}}]}]},
        {"file_name": "02-b.pdf", "type": "other", "language": "en", "layout": "x",
         "pages": [{"file": 1, "page": 1}], "fields": []}]}"#;
    let cases = loaded(&[("case-1/truth.json", truth), ("case-2/truth.json", truth)]);
    assert_eq!(cases.len(), 2);
    let case = &cases[0];
    assert_eq!(case.name, "case-1");
    assert!(case.files[1].ends_with("case-1/02-b.pdf"));
    assert!(case.pages_known && !case.may_be_unprinted);
    let invoice = &case.documents[0];
    assert!(invoice.complete);
    assert_eq!(of(&invoice.header, IssueDate), "2026-05-04");
    let cell = &invoice.rows[0].cells[0];
    assert_eq!((cell.key, cell.value()), (Quantity, "1200"));
    assert_eq!(cell.anchor.as_ref().map(|anchor| anchor.page), Some(1));
}

#[test]
fn labels_by_hand_name_pages_and_what_may_be_left_open() {
    let labels = r#"{"documents": [
        {"type": "bill_of_lading", "pages": [1, 2], "complete": true,
         "fields": {"total_gross_mass_kg": "1.5 MT", "container_number": ["CSQU 305438-3", "MSKU1234565"],
                    "payment_terms": {"any_of": ["30 days", "30 days net"]}},
         "ignored": ["marks"], "ignored_cells": ["line_number"],
         "line_items": [{"description": "ball bearings"}]},
        {"type": "other", "pages": [3]}]}"#;
    let cases = loaded(&[("bundle.pdf", "%PDF-"), ("bundle.json", labels)]);
    let document = &cases[0].documents[0];
    assert_eq!(of(&document.header, TotalGrossMassKg), "1500");
    assert_eq!(of(&document.header, ContainerNumber), "CSQU3054383");
    let terms = document.header_value(PaymentTerms).expect("terms");
    assert_eq!(terms.accepted, ["30 days", "30 days net"]);
    let marks = document.header_value(FieldKey::Marks).expect("marks");
    assert_eq!(marks.standing, Standing::Ignored);
    assert!(document.open_cells.contains(&LineNumber));
    assert_eq!(document.pages[1].page, 2);
    assert!(!cases[0].documents[1].complete);

    for (wrong, says) in [
        (
            r#"{"documents": [{"type": "other", "pages": [1]}, {"type": "other", "pages": [1]}]}"#,
            "page 1",
        ),
        (r#"{"documents": [{"type": "bill", "pages": [1]}]}"#, "bill"),
        (r#"{"documents": [], "x": 1}"#, "x"),
    ] {
        let folder = folder(&[("bundle.pdf", ""), ("bundle.json", wrong)]);
        let error = load(folder.path()).expect_err("refused").to_string();
        assert!(
            error.contains(says) && error.contains("bundle.json"),
            "{error}"
        );
    }
}

#[test]
fn a_label_file_may_stand_apart_from_its_document() {
    let labels =
        r#"{"file": "../docs/bundle.pdf", "documents": [{"type": "other", "pages": [1]}]}"#;
    let folder = folder(&[("labels/b.json", labels)]);
    let cases = load(&folder.path().join("labels/b.json")).expect("labels");
    assert_eq!(cases[0].name, "bundle.pdf");
    assert!(cases[0].files[0].ends_with("labels/../docs/bundle.pdf"));
}

#[test]
fn flat_invoices_are_read_with_the_day_first_and_by_arithmetic() {
    let invoices = r#"{"data": [
      {"invoice_id": "KST-1", "invoice_date": "02-01-2026", "invoice_total_amount": "11.150,00",
       "invoice_total_gross_weight": "1535 KG", "invoice_supplier_country": "Türkiye", "invoice_po_number": null,
       "items": [
        {"invoice_item_no": "1", "invoice_item_quantity": "4,860", "invoice_item_unit_price": "2,00000",
         "invoice_item_total_amount": "9.720,00", "invoice_item_unit_type": "Adet"},
        {"invoice_item_quantity": "715,00", "invoice_item_unit_price": "2,00",
         "invoice_item_total_amount": "1.430,00"}]},
      {"invoice_id": "KST-2", "items": []}]}"#;
    let cases = loaded(&[("a.pdf", "%PDF-"), ("a.json", invoices)]);
    let [first, second] = cases[0].documents.as_slice() else {
        panic!("{:?}", cases[0].documents)
    };
    assert_eq!(of(&first.header, IssueDate), "2026-01-02");
    assert_eq!(of(&first.header, TotalAmount), "11150.00");
    assert_eq!(of(&first.header, TotalGrossMassKg), "1535");
    assert_eq!(of(&first.header, SellerCountry), "TR");
    assert_eq!(of(&first.rows[0].cells, Quantity), "4860");
    assert_eq!(of(&first.rows[0].cells, Unit), "C62");
    assert_eq!(of(&first.rows[1].cells, Quantity), "715.00");
    assert!(first.header_value(FieldKey::PurchaseOrderNumber).is_none());
    assert_eq!(of(&second.header, DocumentNumber), "KST-2");
    assert!(!first.complete && !cases[0].pages_known);
}

#[test]
fn business_terms_of_an_xml_become_fields() {
    let xml = r#"<?xml version="1.0"?>
    <rsm:CrossIndustryInvoice xmlns:rsm="r" xmlns:ram="a" xmlns:udt="u">
     <rsm:ExchangedDocument><ram:ID>K-17</ram:ID>
      <ram:IssueDateTime><udt:DateTimeString format="102">20260504</udt:DateTimeString></ram:IssueDateTime>
     </rsm:ExchangedDocument>
     <rsm:SupplyChainTradeTransaction>
      <ram:IncludedSupplyChainTradeLineItem>
       <ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
       <ram:SpecifiedTradeProduct><ram:GlobalID>4000001</ram:GlobalID><ram:SellerAssignedID>A1</ram:SellerAssignedID>
        <ram:Name>Wool felt</ram:Name><ram:Description>grey</ram:Description></ram:SpecifiedTradeProduct>
       <ram:SpecifiedLineTradeAgreement>
        <ram:GrossPriceProductTradePrice><ram:ChargeAmount>5.00</ram:ChargeAmount></ram:GrossPriceProductTradePrice>
        <ram:NetPriceProductTradePrice><ram:ChargeAmount>4.50</ram:ChargeAmount></ram:NetPriceProductTradePrice>
       </ram:SpecifiedLineTradeAgreement>
       <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="MTK">20.0000</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
       <ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
        <ram:LineTotalAmount>90.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
       </ram:SpecifiedLineTradeSettlement>
      </ram:IncludedSupplyChainTradeLineItem>
      <ram:ApplicableHeaderTradeAgreement>
       <ram:SellerTradeParty><ram:Name>Kestrel Bay GmbH</ram:Name>
        <ram:PostalTradeAddress><ram:PostcodeCode>20457</ram:PostcodeCode><ram:LineOne>Hafenweg 2</ram:LineOne>
         <ram:CityName>Hamburg</ram:CityName><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>
        <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">22/815</ram:ID></ram:SpecifiedTaxRegistration>
        <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE999999999</ram:ID></ram:SpecifiedTaxRegistration>
       </ram:SellerTradeParty>
       <ram:BuyerTradeParty><ram:Name>Desert Rose</ram:Name></ram:BuyerTradeParty>
       <ram:ApplicableTradeDeliveryTerms><ram:DeliveryTypeCode>DAP</ram:DeliveryTypeCode></ram:ApplicableTradeDeliveryTerms>
      </ram:ApplicableHeaderTradeAgreement>
      <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
       <ram:SpecifiedLogisticsServiceCharge><ram:AppliedAmount>3.00</ram:AppliedAmount></ram:SpecifiedLogisticsServiceCharge>
       <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
        <ram:ChargeTotalAmount>7.00</ram:ChargeTotalAmount><ram:AllowanceTotalAmount>0.00</ram:AllowanceTotalAmount>
        <ram:TaxTotalAmount currencyID="USD">9.99</ram:TaxTotalAmount>
        <ram:TaxTotalAmount currencyID="EUR">18.43</ram:TaxTotalAmount>
        <ram:GrandTotalAmount>115.43</ram:GrandTotalAmount><ram:DuePayableAmount>0.00</ram:DuePayableAmount>
       </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
      </ram:ApplicableHeaderTradeSettlement>
     </rsm:SupplyChainTradeTransaction>
    </rsm:CrossIndustryInvoice>"#;
    let cases = loaded(&[("k.pdf", "%PDF-"), ("k.xml", xml)]);
    assert!(cases[0].may_be_unprinted);
    let document = &cases[0].documents[0];
    for (key, value) in [
        (DocumentNumber, "K-17"),
        (IssueDate, "2026-05-04"),
        (SellerName, "Kestrel Bay GmbH"),
        (SellerAddress, "Hafenweg 2, 20457 Hamburg"),
        (SellerCountry, "DE"),
        (BuyerName, "Desert Rose"),
        (Incoterm, "DAP"),
        (Currency, "EUR"),
        (FreightAmount, "3"),
        (OtherChargesAmount, "4"),
        (TaxAmount, "18.43"),
        (TotalAmount, "115.43"),
        (AmountDue, "0"),
    ] {
        assert_eq!(of(&document.header, key), value);
    }
    assert!(document.header_value(DiscountAmount).is_none(), "zero");
    let tax_ids = document.header_value(SellerTaxId).expect("tax numbers");
    assert_eq!(tax_ids.accepted, ["22/815", "DE999999999"]);
    let cells = &document.rows[0].cells;
    for (key, value) in [
        (LineNumber, "1"),
        (FieldKey::ProductCode, "A1"),
        (Quantity, "20"),
        (Unit, "MTK"),
        (UnitPrice, "4.50"),
        (LineAmount, "90"),
    ] {
        assert_eq!(of(cells, key), value);
    }
    let description = cells.iter().find(|cell| cell.key == Description);
    assert_eq!(
        description.expect("a description").accepted,
        ["Wool felt", "Wool felt grey"]
    );

    let wrong = folder(&[("k.pdf", ""), ("k.xml", "<a/>")]);
    assert!(load(wrong.path()).is_err());
}

#[test]
fn receipts_have_four_keys_beside_their_pictures() {
    let keys = r#"{"company": "BOOK BARN", "date": "03/04/2018", "address": "1 LANE, IPOH", "total": "9.00"}"#;
    let cases = loaded(&[
        ("images/001.jpg", ""),
        ("images/002.jpg", ""),
        ("keys/001.json", keys),
        ("keys/003.json", keys),
    ]);
    assert_eq!(cases.len(), 1);
    let document = &cases[0].documents[0];
    assert_eq!(document.document_type, None);
    assert_eq!(of(&document.header, IssueDate), "2018-04-03");
    assert_eq!(of(&document.header, SellerName), "BOOK BARN");
    assert_eq!(of(&document.header, TotalAmount), "9.00");
}

#[test]
fn a_folder_without_truth_says_what_was_looked_for() {
    let folder = folder(&[("a.pdf", "")]);
    let error = load(folder.path()).expect_err("none").to_string();
    assert!(
        error.contains("no truth in") && error.contains("truth.json"),
        "{error}"
    );
    assert!(load(&folder.path().join("missing")).is_err());
}
