//! Bundles cut into documents, and pages that could not be read.

use super::*;
use crate::fixture::PageOf;
use crate::page_facts::page_facts;
use DocumentType::{CommercialInvoice, Other, PackingList};
use docexam_domain::{FieldKey, PageReading};

fn groups(pages: &[TaggedPage]) -> Vec<(DocumentType, Vec<usize>)> {
    let facts: Vec<PageFacts> = pages.iter().map(page_facts).collect();
    split(pages, &facts)
        .into_iter()
        .map(|g| (g.document_type, g.pages))
        .collect()
}

fn page(kind: DocumentType, file: u32, number: u32, starts: f32) -> PageOf {
    PageOf::of(kind)
        .at(file, number)
        .starts(starts)
        .print(0.1, 0.1, "text")
}

fn blank(file: u32, number: u32) -> TaggedPage {
    TaggedPage::untagged(PageReading::failed(file, number, "too dark".to_owned()))
}

#[test]
fn a_bundle_is_cut_where_documents_start() {
    let pages = [
        page(CommercialInvoice, 0, 1, 0.9).page(),
        page(CommercialInvoice, 0, 2, 0.1).page(),
        page(PackingList, 0, 3, 0.9).page(),
    ];
    assert_eq!(
        groups(&pages),
        [(CommercialInvoice, vec![0, 1]), (PackingList, vec![2])]
    );
}

#[test]
fn printed_page_numbers_overrule_a_doubtful_model() {
    let pages = [
        page(CommercialInvoice, 0, 1, 0.9)
            .print(0.8, 0.95, "Page 1 of 2")
            .page(),
        page(CommercialInvoice, 0, 2, 0.8)
            .print(0.8, 0.95, "Page 2 of 2")
            .page(),
        page(CommercialInvoice, 0, 3, 0.4)
            .print(0.8, 0.95, "Page 1 of 2")
            .page(),
    ];
    assert_eq!(
        groups(&pages),
        [
            (CommercialInvoice, vec![0, 1]),
            (CommercialInvoice, vec![2])
        ]
    );
}

#[test]
fn a_changed_document_number_starts_a_document() {
    let numbered = |n: u32, text: &str| {
        page(CommercialInvoice, 0, n, 0.4)
            .header(FieldKey::DocumentNumber, 0.5, 0.2, text)
            .page()
    };
    let pages = [numbered(1, "A-1"), numbered(2, "A-2"), numbered(3, "A-2")];
    assert_eq!(
        groups(&pages),
        [
            (CommercialInvoice, vec![0]),
            (CommercialInvoice, vec![1, 2])
        ]
    );
}

#[test]
fn a_page_of_totals_shows_neither_number_nor_party_and_goes_on() {
    let head = page(CommercialInvoice, 0, 1, 0.9)
        .header(FieldKey::DocumentNumber, 0.5, 0.2, "A-1")
        .page();
    let totals = |starts| {
        page(CommercialInvoice, 0, 2, starts)
            .header(FieldKey::TotalAmount, 0.8, 0.2, "529.87")
            .page()
    };
    assert_eq!(groups(&[head.clone(), totals(0.85)]).len(), 1);
    assert_eq!(
        groups(&[head.clone(), totals(0.99)]).len(),
        2,
        "the model is sure"
    );
    let another = page(CommercialInvoice, 0, 2, 0.85)
        .header(FieldKey::SellerName, 0.1, 0.1, "Acme Ltd")
        .page();
    assert_eq!(groups(&[head, another]).len(), 2);
}

#[test]
fn a_head_is_completed_by_goods_and_goods_by_their_sum() {
    let head = || {
        page(CommercialInvoice, 0, 1, 0.99)
            .header(FieldKey::DocumentNumber, 0.5, 0.2, "A-1")
            .header(FieldKey::SellerName, 0.1, 0.1, "Acme Ltd")
    };
    let goods = |sheet: PageOf| {
        sheet.first_cell(FieldKey::Quantity, 0.1, 0.5, "12").cell(
            FieldKey::LineAmount,
            0.5,
            0.5,
            "99.00",
        )
    };
    let second = || page(CommercialInvoice, 0, 2, 0.99);
    let sum = |sheet: PageOf| sheet.header(FieldKey::TotalAmount, 0.8, 0.7, "99.00");
    let count = |one: PageOf, other: PageOf| groups(&[one.page(), other.page()]).len();
    assert_eq!(count(head(), goods(second())), 1);
    assert_eq!(count(goods(head()), sum(second())), 1);
    // What is complete is not gone on with.
    assert_eq!(count(sum(goods(head())), goods(second())), 2);
}

#[test]
fn small_print_is_the_back_of_the_page_before_unless_it_surely_is_not() {
    let head = page(CommercialInvoice, 0, 1, 0.9)
        .header(FieldKey::DocumentNumber, 0.5, 0.2, "A-1 of May")
        .page();
    let print = |other: f32, starts| {
        let mut sheet = page(Other, 0, 2, starts).page();
        sheet.types = vec![(Other, other), (CommercialInvoice, 1.0 - other)];
        sheet
    };
    let one = groups(&[head.clone(), print(0.8, 0.8)]);
    assert_eq!(one, [(CommercialInvoice, vec![0, 1])]);
    let two = groups(&[head, print(0.99, 0.999)]);
    assert_eq!(two, [(CommercialInvoice, vec![0]), (Other, vec![1])]);
}

#[test]
fn files_are_never_joined_and_no_page_is_lost() {
    let pages = [
        page(CommercialInvoice, 0, 1, 0.1).page(),
        blank(0, 2),
        page(CommercialInvoice, 0, 3, 0.1).page(),
        blank(0, 4),
        blank(0, 5),
        page(CommercialInvoice, 1, 1, 0.1).page(),
        blank(2, 1),
    ];
    assert_eq!(
        groups(&pages),
        [
            (CommercialInvoice, vec![0, 1, 2]),
            (Other, vec![3, 4]),
            (CommercialInvoice, vec![5]),
            (Other, vec![6]),
        ]
    );
}

#[test]
fn probabilities_that_are_none_do_no_harm() {
    let mut broken = page(CommercialInvoice, 0, 1, f32::NAN).page();
    broken.types = vec![(CommercialInvoice, f32::NAN)];
    let other = page(PackingList, 0, 2, f32::NAN).page();
    let found = groups(&[broken, other]);
    let all: Vec<usize> = found.into_iter().flat_map(|(_, pages)| pages).collect();
    assert_eq!(all, [0, 1]);
    assert!(groups(&[]).is_empty());
}

#[test]
fn line_numbers_that_go_on_hold_a_table_together() {
    let rows = |n: u32, from: u32| {
        let mut sheet = page(CommercialInvoice, 0, n, 0.9);
        for step in 0..3u32 {
            let y = 0.3 + step as f32 * 0.03;
            sheet = sheet.first_cell(FieldKey::LineNumber, 0.1, y, &(from + step).to_string());
        }
        sheet.page()
    };
    let going_on = [rows(1, 1), rows(2, 4)];
    assert_eq!(groups(&going_on), [(CommercialInvoice, vec![0, 1])]);
    let starting_over = [rows(1, 1), rows(2, 1)];
    assert_eq!(groups(&starting_over).len(), 2);
}

#[test]
fn a_title_overrules_the_model() {
    let titled = |kind: DocumentType| {
        let mut page = page(kind, 0, 1, 0.9)
            .print(0.1, 0.05, "COMMERCIAL INVOICE")
            .print(0.1, 0.3, "and more in small print below it")
            .page();
        for word in &mut page.reading.words[1..3] {
            word.bbox.y1 = word.bbox.y0 + 2.0 * word.bbox.height();
        }
        page.types = vec![(kind, 0.97), (CommercialInvoice, 0.03)];
        page
    };
    assert_eq!(groups(&[titled(Other)]), [(CommercialInvoice, vec![0])]);
    // A kind that the model thinks impossible stays so.
    let mut page = titled(PackingList);
    page.types = vec![(PackingList, 1.0)];
    assert_eq!(groups(&[page]), [(PackingList, vec![0])]);
}

#[test]
fn an_original_and_its_copy_are_two_documents() {
    let titled = |kind, title: &str, n: u32, sum: FieldKey, amount: &str| {
        let words = title.split(' ').count();
        let mut page = page(kind, 0, n, 0.8)
            .print(0.1, 0.05, title)
            .header(FieldKey::DocumentNumber, 0.5, 0.2, "A-1")
            .header(sum, 0.8, 0.8, amount)
            .page();
        let large = page.reading.words.iter_mut().skip(1).take(words);
        large.for_each(|word| word.bbox.y1 = word.bbox.y0 + 2.0 * word.bbox.height());
        page
    };
    let invoice = |n, total| {
        let title = "COMMERCIAL INVOICE";
        titled(CommercialInvoice, title, n, FieldKey::TotalAmount, total)
    };
    assert_eq!(
        groups(&[invoice(1, "529.87"), invoice(2, "529.87")]).len(),
        2
    );
    // Each page bears the title and the number, the last one the sum.
    assert_eq!(groups(&[invoice(1, ""), invoice(2, "529.87")]).len(), 1);
    let insurance = |n, sum| {
        let title = "INSURANCE CERTIFICATE";
        titled(DocumentType::InsuranceCertificate, title, n, sum, "83.52")
    };
    let premium = FieldKey::InsuranceAmount;
    assert_eq!(
        groups(&[insurance(1, premium), insurance(2, premium)]).len(),
        2
    );
    let freight = FieldKey::FreightAmount;
    assert_eq!(
        groups(&[insurance(1, freight), insurance(2, freight)]).len(),
        1
    );
}
