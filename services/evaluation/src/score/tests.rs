use super::*;
use crate::tally::total;
use crate::testing::{document, field, row, truth_row};
use FieldKey::{
    ContainerNumber, Description, DocumentNumber, IssueDate, Marks, Quantity, TotalAmount,
};
use std::path::Path;

const INVOICE: DocumentType = DocumentType::CommercialInvoice;

fn truth(header: &[(FieldKey, &str)], complete: bool) -> TruthDocument {
    TruthDocument {
        header: header
            .iter()
            .map(|(key, value)| TruthValue::new(*key, *value))
            .collect(),
        complete,
        ..TruthDocument::partial(Some(INVOICE))
    }
}

fn case(documents: Vec<TruthDocument>) -> TruthCase {
    TruthCase::of_file(Path::new("x/invoice.pdf"), documents)
}

fn tally(right: u64, false_values: u64, missed: u64) -> Tally {
    Tally {
        right,
        false_values,
        missed,
    }
}

#[test]
fn a_wrong_value_is_a_false_and_a_missed_one() {
    let case = case(vec![truth(
        &[
            (DocumentNumber, "K-17"),
            (TotalAmount, "12"),
            (IssueDate, "2026-05-04"),
        ],
        false,
    )]);
    let read = document(
        INVOICE,
        &[1],
        &[(DocumentNumber, "K17"), (TotalAmount, "1.2")],
    );
    let score = score(&case, &[read]);
    assert_eq!(score.header[&DocumentNumber], tally(1, 0, 0));
    assert_eq!(score.header[&TotalAmount], tally(0, 1, 1));
    assert_eq!(score.header[&IssueDate], tally(0, 0, 1));
    assert_eq!(total(&score.header), tally(1, 1, 2));
    assert_eq!(total(&score.header).f1(), Some(0.4));
    let kinds: Vec<ErrorKind> = score.errors.iter().map(|error| error.kind).collect();
    assert_eq!(kinds, [ErrorKind::Missed, ErrorKind::Wrong]);
    assert_eq!(score.judged.len(), 2);
    assert_eq!(score.documents, Count { right: 1, of: 1 });
    assert_eq!(score.page_classes, Count { right: 1, of: 1 });
    assert_eq!(score.bundles, Count { right: 1, of: 1 });
}

#[test]
fn what_partial_truth_does_not_speak_of_does_not_count() {
    let read = document(INVOICE, &[1], &[(DocumentNumber, "K17"), (Marks, "N/M")]);
    let known = [(DocumentNumber, "K17")];
    let partial = score(
        &case(vec![truth(&known, false)]),
        std::slice::from_ref(&read),
    );
    assert_eq!(total(&partial.header), tally(1, 0, 0));
    let complete = score(&case(vec![truth(&known, true)]), &[read]);
    assert_eq!(total(&complete.header), tally(1, 1, 0));
    assert_eq!(complete.errors[0].kind, ErrorKind::Invented);
}

#[test]
fn what_is_not_printed_does_not_count_whatever_is_read() {
    let mut unprinted = truth(
        &[(TotalAmount, "12"), (ContainerNumber, "CSQU3054383")],
        true,
    );
    for value in unprinted.values_mut() {
        value.standing = Standing::NotPrinted;
    }
    let read = document(
        INVOICE,
        &[1],
        &[(TotalAmount, "99"), (ContainerNumber, "MSKU1234565")],
    );
    let score = score(&case(vec![unprinted]), &[read]);
    assert_eq!(total(&score.header), Tally::default());
    assert!(score.judged.is_empty() && score.errors.is_empty());
}

#[test]
fn any_of_several_mentions_is_right_and_repeated_keys_count_each() {
    let truth = truth(
        &[
            (IssueDate, "2026-05-04"),
            (IssueDate, "2026-05-05"),
            (ContainerNumber, "CSQU3054383"),
            (ContainerNumber, "MSKU1234565"),
        ],
        true,
    );
    let read = document(
        INVOICE,
        &[1],
        &[
            (IssueDate, "2026-05-05"),
            (ContainerNumber, "CSQU3054383"),
            (ContainerNumber, "CSQU3054383"),
            (ContainerNumber, "TGHU0000000"),
        ],
    );
    let score = score(&case(vec![truth]), &[read]);
    assert_eq!(score.header[&IssueDate], tally(1, 0, 0));
    assert_eq!(score.header[&ContainerNumber], tally(1, 1, 1));
}

#[test]
fn cells_count_after_rows_are_paired() {
    let mut truth = truth(&[], false);
    truth.rows = vec![
        truth_row(&[(Description, "copper wire"), (Quantity, "5")]),
        truth_row(&[(Description, "glass beads"), (Quantity, "7")]),
    ];
    let mut read = document(INVOICE, &[1], &[]);
    read.fields = vec![
        row(&[(Description, "glass beads"), (Quantity, "1"), (Marks, "A")]),
        row(&[(Description, "carried forward"), (Marks, "B")]),
        row(&[(Description, "thank you")]),
    ];
    let score = score(&case(vec![truth]), &[read]);
    // Both rows are paired; the third read is invented. Marks are not spoken of.
    assert_eq!(score.cells[&Description], tally(1, 2, 1));
    assert_eq!(score.cells[&Quantity], tally(0, 1, 2));
    assert!(!score.cells.contains_key(&Marks));
}

#[test]
fn documents_missed_and_invented_cost_their_values() {
    let page = |page| vec![PageRef { file: 0, page }];
    let mut first = truth(&[(DocumentNumber, "K17")], true);
    first.pages = page(1);
    let mut second = truth(&[(DocumentNumber, "K18")], true);
    second.pages = page(2);
    let mut bundle = case(vec![first, second]);
    bundle.pages_known = true;
    let whole = document(INVOICE, &[1, 2], &[(DocumentNumber, "K17")]);
    let merged = score(&bundle, &[whole]);
    assert_eq!(total(&merged.header), tally(1, 0, 1));
    assert_eq!(merged.bundles, Count { right: 0, of: 1 });
    assert_eq!(merged.documents, Count { right: 1, of: 2 });

    let other = document(DocumentType::PackingList, &[2], &[(DocumentNumber, "K18")]);
    let torn = score(
        &bundle,
        &[document(INVOICE, &[1], &[(DocumentNumber, "K17")]), other],
    );
    assert_eq!(total(&torn.header), tally(2, 0, 0));
    assert_eq!(torn.bundles, Count { right: 1, of: 1 });
    assert_eq!(torn.page_classes, Count { right: 1, of: 2 });
    assert_eq!(torn.documents, Count { right: 1, of: 2 });

    let twice = [
        document(INVOICE, &[1], &[(DocumentNumber, "K17")]),
        document(INVOICE, &[2], &[(DocumentNumber, "K18")]),
        document(INVOICE, &[2], &[(DocumentNumber, "K18")]),
    ];
    let mut invented = score(&bundle, &twice);
    assert_eq!(total(&invented.header), tally(2, 1, 0));
    invented.add(merged);
    assert_eq!(total(&invented.header), tally(3, 1, 1));
}

#[test]
fn runs_of_other_pages_may_be_cut_anywhere() {
    let mut other = truth(&[], true);
    other.document_type = Some(DocumentType::Other);
    other.pages = (1..=3).map(|page| PageRef { file: 0, page }).collect();
    let mut bundle = case(vec![other]);
    bundle.pages_known = true;
    let read = [
        document(DocumentType::Other, &[1], &[]),
        document(DocumentType::Other, &[2, 3], &[]),
    ];
    let score = score(&bundle, &read);
    assert_eq!(score.bundles, Count { right: 1, of: 1 });
    assert_eq!(score.documents, Count::default());
    assert_eq!(score.page_classes, Count { right: 3, of: 3 });
}

#[test]
fn mentions_that_yield_no_value_are_compared_as_read() {
    let case = case(vec![truth(&[(TotalAmount, "12")], false)]);
    let mut read = document(INVOICE, &[1], &[]);
    read.fields = vec![Field {
        normalized_value: None,
        ..field(TotalAmount, "twelve")
    }];
    assert_eq!(score(&case, &[read]).header[&TotalAmount], tally(0, 1, 1));
}
