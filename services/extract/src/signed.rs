//! Whether an invoice or a certificate is signed. No word says it: the reader tells where strokes of a pen are.
//!
//! Deliberately absent: that a signature is missing, which only a person can say; a stamp may hide it, or be it.

use crate::assemble::anchor;
use crate::mentions::Place;
use crate::tagged::TaggedPage;
use docexam_domain::{DocumentType, Field, FieldKey, Rect};

/// What looks like a signature is one so often, before it is calibrated.
const SURE: f32 = 0.9;

/// `signature_present` of a document on these pages, at the largest of what looks like its signatures.
pub fn signature(
    document_type: DocumentType,
    of_document: &[usize],
    pages: &[TaggedPage],
) -> Option<(Place, Field)> {
    if !document_type.tells_signature() {
        return None;
    }
    let on_page = |index: usize| {
        let page = pages.get(index)?;
        Some(
            page.reading
                .signatures
                .iter()
                .map(move |bbox| (index, bbox)),
        )
    };
    let all = of_document.iter().copied().filter_map(on_page).flatten();
    let (page, bbox) = all.max_by(|(_, a), (_, b)| a.area().total_cmp(&b.area()))?;
    let field = Field {
        key: FieldKey::SignaturePresent,
        mention_text: String::new(),
        normalized_value: Some("true".to_owned()),
        alternative_values: Vec::new(),
        confidence: SURE,
        page_anchor: anchor(page, bbox, pages),
        properties: Vec::new(),
    };
    Some(((page, first_word_below(&pages[page], bbox)), field))
}

/// Where the strokes stand in reading order.
fn first_word_below(page: &TaggedPage, bbox: &Rect) -> usize {
    let mut words = page.reading.words.iter();
    let below = words.position(|word| word.bbox.y0 > bbox.centre()[1]);
    below.unwrap_or(page.reading.words.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::assemble;
    use crate::fixture::PageOf;

    #[test]
    fn an_invoice_is_signed_where_its_largest_strokes_are_and_a_packing_list_is_not_asked() {
        let signed = |document_type| {
            let first = PageOf::of(document_type)
                .print(0.1, 0.1, "No. 4711")
                .signed(0.4, 0.8, 0.45, 0.82);
            let second = PageOf::of(document_type)
                .at(0, 2)
                .starts(0.05)
                .print(0.1, 0.1, "page 2")
                .print(0.1, 0.95, "authorised signature")
                .signed(0.5, 0.85, 0.7, 0.9);
            let documents = assemble(vec![first.page(), second.page()], None);
            assert_eq!(documents.len(), 1);
            documents[0].field(FieldKey::SignaturePresent).cloned()
        };
        let field = signed(DocumentType::CommercialInvoice).expect("signed");
        assert_eq!(field.value(), "true");
        let anchor = field.page_anchor.expect("a place");
        assert_eq!((anchor.file, anchor.page), (0, 2));
        assert!(anchor.polygon.0.contains(&[0.5, 0.85]), "{anchor:?}");
        assert!(signed(DocumentType::InsuranceCertificate).is_some());
        assert!(signed(DocumentType::PackingList).is_none());
    }
}
