//! What a rendered document says, and where: the truth that capture, labelling and evaluation work from.
//!
//! Goes in: nothing. Comes out: plain values, one per document, page and printed word.
//! The labelling rules (what counts as part of a value) stand in `corpus/README.md`.
//! Deliberately absent: how pages are drawn (`render`), damaged or read again (`capture`, `label`).

use docexam_domain::{DocumentType, Field};
use image::RgbImage;

/// The label of a word that belongs to no field.
pub const OUTSIDE: &str = "O";

/// One document as it left its issuer's printer.
#[derive(Clone, Debug)]
pub struct RenderedDocument {
    pub document_type: DocumentType,
    /// ISO 639-1 code of the main language of the captions, e.g. `de`; bilingual forms as `de+en`.
    pub language: String,
    /// Layout family, e.g. `invoice/boxed-grid`; families do not cross the splits.
    pub layout: String,
    pub pages: Vec<RenderedPage>,
    /// Born digital, with its text layer.
    pub pdf: Vec<u8>,
    /// Every value printed, normalised; anchors name the page within this document and `file` 0.
    pub fields: Vec<Field>,
}

/// One page as an image, with every printed word.
#[derive(Clone, Debug)]
pub struct RenderedPage {
    pub image: RgbImage,
    pub dpi: f32,
    pub words: Vec<TruthWord>,
    /// First page of its document.
    pub starts_document: bool,
}

/// One printed word.
#[derive(Clone, Debug, PartialEq)]
pub struct TruthWord {
    pub text: String,
    /// x0 y0 x1 y1 on the page, each in [0, 1].
    pub bbox: [f32; 4],
    /// Index of the printed line within the page, top to bottom, then left to right.
    pub line: u32,
    /// `O`, a header key (`total_amount`) or a cell (`item.quantity`).
    pub label: String,
    /// First word of a mention.
    pub begins: bool,
    /// First word, in reading order, of a line-item row.
    pub starts_row: bool,
}
