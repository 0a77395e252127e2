//! Which document read is which true one, and which row is which: the pairing with the most agreement, found by
//! Kuhn and Munkres' algorithm, so that one missed row does not make all rows below it wrong.

use crate::comparable::comparable;
use crate::truth::{TruthDocument, TruthRow, TruthValue};
use docexam_domain::{Document, Field, FieldKey};
use pathfinding::prelude::{Matrix, kuhn_munkres};

/// Whether a value read is one of those accepted.
pub fn is_right(truth: &TruthValue, read: &Field) -> bool {
    let value = comparable(truth.key, read.value());
    truth
        .accepted
        .iter()
        .any(|accepted| comparable(truth.key, accepted) == value)
}

/// For each true document the index of the document read that it is paired with, if any. Documents that share
/// no page are never paired (where the truth says which pages).
pub fn pair_documents(truth: &[TruthDocument], read: &[Document]) -> Vec<Option<usize>> {
    pair(truth.len(), read.len(), |t, r| {
        likeness(&truth[t], &read[r])
    })
}

/// For each true row the index of the row read that it is paired with, if any.
pub fn pair_rows(truth: &[TruthRow], read: &[&Field]) -> Vec<Option<usize>> {
    pair(truth.len(), read.len(), |t, r| {
        let cells = truth[t].cells.iter().filter(|cell| cell.counts());
        let equal = cells
            .filter(|cell| {
                let read = read[r].property(cell.key);
                read.is_some_and(|read| is_right(cell, read))
            })
            .count() as i64;
        // Of equally good pairings the one in order.
        1 + 100 * equal + i64::from(t == r)
    })
}

/// Pages decide, then the number of the document, its type and its other values.
fn likeness(truth: &TruthDocument, read: &Document) -> i64 {
    let shared = truth
        .pages
        .iter()
        .filter(|page| read.pages.contains(page))
        .count();
    if shared == 0 && !truth.pages.is_empty() {
        return 0;
    }
    let all = truth.pages.len() + read.pages.len() - shared;
    let of_pages = (10_000 * shared / all.max(1)) as i64;
    let agrees = |value: &TruthValue| {
        read.fields_of(value.key)
            .any(|field| is_right(value, field))
    };
    let of_number = truth
        .header_value(FieldKey::DocumentNumber)
        .is_some_and(agrees);
    let of_type = truth.document_type == Some(read.document_type);
    let of_values = truth.header.iter().filter(|value| agrees(value)).count() as i64;
    1 + of_pages + 2_000 * i64::from(of_number) + 1_000 * i64::from(of_type) + 10 * of_values
}

/// The pairing of the greatest total weight; pairs of weight 0 are none.
fn pair(left: usize, right: usize, weight: impl Fn(usize, usize) -> i64) -> Vec<Option<usize>> {
    let mut pairs = vec![None; left];
    if left == 0 || right == 0 {
        return pairs;
    }
    // The algorithm wants no more rows than columns.
    let flipped = left > right;
    let (rows, columns) = if flipped {
        (right, left)
    } else {
        (left, right)
    };
    let weights = Matrix::from_fn(rows, columns, |(row, column)| match flipped {
        true => weight(column, row),
        false => weight(row, column),
    });
    let (_, columns) = kuhn_munkres(&weights);
    for (row, column) in columns.into_iter().enumerate() {
        if weights[(row, column)] == 0 {
            continue;
        }
        match flipped {
            true => pairs[column] = Some(row),
            false => pairs[row] = Some(column),
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{document, row, truth_row};
    use docexam_domain::{DocumentType, PageRef};

    #[test]
    fn a_missed_and_an_extra_row_shift_nothing() {
        use FieldKey::{Description, Quantity};
        let truth = [
            truth_row(&[(Description, "copper wire"), (Quantity, "5")]),
            truth_row(&[(Description, "glass beads"), (Quantity, "7")]),
            truth_row(&[(Description, "wool felt"), (Quantity, "9")]),
        ];
        let read = [
            row(&[(Description, "carried forward")]),
            row(&[(Description, "glass beads"), (Quantity, "7")]),
            row(&[(Description, "wool fell"), (Quantity, "9")]),
        ];
        let read: Vec<&Field> = read.iter().collect();
        assert_eq!(pair_rows(&truth, &read), [Some(0), Some(1), Some(2)]);
        assert_eq!(pair_rows(&truth, &read[1..]), [None, Some(0), Some(1)]);
        assert_eq!(pair_rows(&truth[1..], &read), [Some(1), Some(2)]);
        assert_eq!(pair_rows(&truth, &[]), [None, None, None]);
    }

    #[test]
    fn documents_on_one_page_are_told_by_their_number() {
        let truth = |number| {
            let mut truth = TruthDocument::partial(Some(DocumentType::CommercialInvoice));
            truth.header = vec![TruthValue::new(FieldKey::DocumentNumber, number)];
            truth
        };
        let read = |number| {
            document(
                DocumentType::CommercialInvoice,
                &[1],
                &[(FieldKey::DocumentNumber, number)],
            )
        };
        let pairs = pair_documents(&[truth("A1"), truth("B2")], &[read("B2"), read("A1")]);
        assert_eq!(pairs, [Some(1), Some(0)]);
    }

    #[test]
    fn documents_without_a_common_page_are_two() {
        let mut truth = TruthDocument::partial(Some(DocumentType::PackingList));
        truth.pages = vec![PageRef { file: 0, page: 2 }];
        let read = document(DocumentType::PackingList, &[1], &[]);
        assert_eq!(pair_documents(&[truth], &[read]), [None]);
    }
}
