//! What the rules look at, gathered once per case: documents by type without copies, whether a
//! value was read by OCR and how surely, and the rows of the goods tables aligned with the items.

use crate::alignment::Lines;
use crate::case::Case;
use crate::judge::bare;
use crate::pack::{Bounds, RulePack};
use crate::seen::{Seen, decimal, name_of, type_name};
use crate::verdict::{Unable, Verdict, not_checked};
use docexam_domain::{
    Declaration, Document, DocumentType, Field, FieldKey, PageAnchor, PageReading, ReadingSource,
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::cell::Cell;

pub struct Facts<'a> {
    pub case: Case<'a>,
    pub declaration: &'a Declaration,
    pub pack: &'a RulePack,
    /// All documents but exact copies (same type, number and total), so that nothing counts twice.
    pub documents: Vec<&'a Document>,
    pub invoice_lines: Lines<'a>,
    pub packing_lines: Lines<'a>,
    pub origin_lines: Lines<'a>,
    /// Of the rule that is being judged: a field below this cannot by itself prove a discrepancy.
    pub low_confidence: Cell<f32>,
}

impl<'a> Facts<'a> {
    pub fn gather(case: &Case<'a>, pack: &'a RulePack) -> Self {
        let documents = without_copies(case.documents);
        let lines = |document_type| {
            let of_type = documents.iter().copied();
            let of_type = of_type.filter(move |d| d.document_type == document_type);
            Lines::align(of_type, &case.declaration.items, pack)
        };
        Self {
            case: *case,
            declaration: case.declaration,
            pack,
            invoice_lines: lines(DocumentType::CommercialInvoice),
            packing_lines: lines(DocumentType::PackingList),
            origin_lines: lines(DocumentType::CertificateOfOrigin),
            documents,
            low_confidence: Cell::new(pack.bounds().low_confidence),
        }
    }

    pub fn bounds(&self) -> &'a Bounds {
        self.pack.bounds()
    }

    pub fn of_type(&self, document_type: DocumentType) -> Vec<&'a Document> {
        self.documents_where(|document| document.document_type == document_type)
    }

    pub fn documents_where(&self, wanted: impl Fn(&Document) -> bool) -> Vec<&'a Document> {
        let documents = self.documents.iter().copied();
        documents.filter(|document| wanted(document)).collect()
    }

    /// The documents of a type, or `NOT_CHECKED` naming the missing one.
    pub fn need(&self, document_type: DocumentType) -> Result<Vec<&'a Document>, Unable> {
        let found = self.of_type(document_type);
        if found.is_empty() {
            let name = type_name(document_type);
            return not_checked(format!("no {name} was found in the submission"));
        }
        Ok(found)
    }

    pub fn transport_documents(&self) -> Vec<&'a Document> {
        self.documents_where(|document| document.document_type.is_transport_document())
    }

    pub fn see(&self, document: &'a Document, key: FieldKey) -> Option<Seen<'a>> {
        let field = document.field(key)?;
        Some(Seen {
            document,
            field,
            row: None,
        })
    }

    pub fn see_all(&self, document: &'a Document, key: FieldKey) -> Vec<Seen<'a>> {
        let fields = document.fields_of(key);
        fields.map(|field| self.header(document, field)).collect()
    }

    fn header(&self, document: &'a Document, field: &'a Field) -> Seen<'a> {
        Seen {
            document,
            field,
            row: None,
        }
    }

    /// The header value, or `NOT_CHECKED` naming document and field.
    pub fn need_seen(&self, document: &'a Document, key: FieldKey) -> Result<Seen<'a>, Unable> {
        match self.see(document, key) {
            Some(seen) => Ok(seen),
            None => not_checked(format!("{} shows no {key}", name_of(document))),
        }
    }

    /// The header value as a number: `NOT_CHECKED` without it, `INDETERMINATE` if it is no number.
    pub fn need_number(
        &self,
        document: &'a Document,
        key: FieldKey,
    ) -> Result<(Seen<'a>, Decimal), Unable> {
        let seen = self.need_seen(document, key)?;
        Ok((seen, number_of(seen)?))
    }

    /// The header value as a number if the document shows one.
    pub fn number(
        &self,
        document: &'a Document,
        key: FieldKey,
    ) -> Result<Option<(Seen<'a>, Decimal)>, Unable> {
        let Some(seen) = self.see(document, key) else {
            return Ok(None);
        };
        Ok(Some((seen, number_of(seen)?)))
    }

    pub fn need_date(
        &self,
        document: &'a Document,
        key: FieldKey,
    ) -> Result<(Seen<'a>, Date), Unable> {
        let seen = self.need_seen(document, key)?;
        match seen.date() {
            Some(date) => Ok((seen, date)),
            None => Err(unreadable(seen, "a date")),
        }
    }

    /// The declaration's date: decides which dated rows apply.
    pub fn need_acceptance_date(&self) -> Result<Date, Unable> {
        match self.declaration.acceptance_date {
            Some(date) => Ok(date),
            None => not_checked("the declaration has no acceptance date"),
        }
    }

    /// Judges with another bound than the rule's.
    pub fn with_bound<T>(&self, bound: f32, judge: impl FnOnce() -> T) -> T {
        let of_rule = self.low_confidence.replace(bound);
        let judgement = judge();
        self.low_confidence.set(of_rule);
        judgement
    }

    /// False only where the page is known to be read from the file's own text.
    pub fn read_by_ocr(&self, seen: Seen) -> bool {
        let page = anchor_of(seen).and_then(|anchor| self.page(anchor));
        page.is_none_or(|page| page.source != ReadingSource::TextLayer)
    }

    /// Whether the least sure word of the value is below the pack's bound.
    pub fn unsure(&self, seen: Seen) -> bool {
        self.word_confidence(seen) < self.bounds().unsure_word
    }

    /// Whether a document that has no part in a comparison shows a header value as `wanted`.
    pub fn others_say(
        &self,
        key: FieldKey,
        compared: &[Seen],
        wanted: impl Fn(Seen) -> bool,
    ) -> bool {
        let has_part = |id: &str| compared.iter().any(|seen| seen.document.id == id);
        let mut others = self.documents.iter().filter(|other| !has_part(&other.id));
        others.any(|other| self.see_all(other, key).into_iter().any(&wanted))
    }

    fn word_confidence(&self, seen: Seen) -> f32 {
        let of_field = seen.confidence();
        let Some(anchor) = anchor_of(seen) else {
            return of_field;
        };
        let words = self.page(anchor).map(|page| words_within(page, anchor));
        let least = words.into_iter().flatten().reduce(f32::min);
        least.unwrap_or(of_field)
    }

    fn page(&self, anchor: &PageAnchor) -> Option<&'a PageReading> {
        let mut pages = self.case.pages.iter();
        pages.find(|page| page.file == anchor.file && page.page == anchor.page)
    }

    /// The readings of a document's pages.
    pub fn pages_of(&self, document: &Document) -> Vec<&'a PageReading> {
        let pages = self.case.pages.iter();
        let belongs = |page: &&PageReading| {
            let mut refs = document.pages.iter();
            refs.any(|at| at.file == page.file && at.page == page.page)
        };
        pages.filter(belongs).collect()
    }
}

pub fn number_of(seen: Seen) -> Result<Decimal, Unable> {
    seen.decimal().ok_or_else(|| unreadable(seen, "a number"))
}

fn unreadable(seen: Seen, wanted: &str) -> Unable {
    let text = &seen.field.mention_text;
    let (name, place) = (seen.name(), seen.place());
    Verdict::indeterminate(format!(
        "{name} on {place} reads '{text}', which is not {wanted}."
    ))
    .seen([seen])
    .into_unable()
}

fn anchor_of<'a>(seen: Seen<'a>) -> Option<&'a PageAnchor> {
    seen.field.page_anchor.as_ref()
}

/// Confidences of the words whose centre, as displayed, lies in the anchor's bounding rectangle.
fn words_within<'p>(
    page: &'p PageReading,
    anchor: &'p PageAnchor,
) -> impl Iterator<Item = f32> + 'p {
    let corners = &anchor.polygon.0;
    let bound = |axis: usize, pick: fn(f32, f32) -> f32, start: f32| {
        corners.iter().map(|corner| corner[axis]).fold(start, pick)
    };
    let (x0, x1) = (bound(0, f32::min, 1.0), bound(0, f32::max, 0.0));
    let (y0, y1) = (bound(1, f32::min, 1.0), bound(1, f32::max, 0.0));
    let inside = move |word: &&docexam_domain::Word| {
        let displayed = page.placement.map(|place| place.displayed(&word.bbox));
        let [x, y] = match displayed {
            Some(polygon) => centre(&polygon.0),
            None => word.bbox.centre(),
        };
        (x0..=x1).contains(&x) && (y0..=y1).contains(&y)
    };
    page.words.iter().filter(inside).map(|word| word.confidence)
}

fn centre(corners: &[[f32; 2]]) -> [f32; 2] {
    let count = corners.len().max(1) as f32;
    let sum = |axis: usize| corners.iter().map(|corner| corner[axis]).sum::<f32>();
    [sum(0) / count, sum(1) / count]
}

/// `15465.00` and `15465.000` are the same; what is no number stays as it is printed.
fn as_number(text: &str) -> Result<Decimal, String> {
    decimal(text).ok_or_else(|| text.to_owned())
}

/// Scanned twice or attached twice, or an original and its copy: the same number and total make a copy. Without a number
/// nothing is a copy, and another total is another document (rules will compare them).
fn without_copies(documents: &[Document]) -> Vec<&Document> {
    let identity = |document: &Document| {
        let number = bare(document.field(FieldKey::DocumentNumber)?.value());
        let total = [FieldKey::TotalAmount, FieldKey::TotalGrossMassKg]
            .map(|key| document.field(key).map(|field| as_number(field.value())));
        (!number.is_empty()).then_some((document.document_type, number, total))
    };
    let mut kept: Vec<&Document> = Vec::new();
    for document in documents {
        let copy = identity(document)
            .is_some_and(|own| kept.iter().any(|k| identity(k).as_ref() == Some(&own)));
        if !copy {
            kept.push(document);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestCase, document};

    #[test]
    fn a_copy_counts_once_and_another_total_is_another_document() {
        let invoice = |total: &str| {
            document(DocumentType::CommercialInvoice)
                .field(FieldKey::DocumentNumber, "INV-1")
                .field(FieldKey::TotalAmount, total)
        };
        let case = TestCase::new()
            .with(invoice("10.00"))
            .with(invoice("10.000"))
            .with(invoice("12.00"));
        case.with_facts(|facts| assert_eq!(facts.documents.len(), 2));
    }
}
