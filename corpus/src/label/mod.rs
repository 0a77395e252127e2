//! Training pages: generated documents, captured, read by the real reader, with the truth carried
//! over to the words that were read.
//!
//! Goes in: rendered documents. Comes out: `TrainingPage`s of three kinds: really read captures,
//! text layers of the born-digital PDF, and text layers misread on purpose (`misread`).
//! Also lines of print with their texts, for the letters of the line reader (`lines`).
//! Deliberately absent: the model, and documents that somebody really sent.

mod align;
mod confusions;
mod corpus;
mod documents;
mod lines;
mod misread;
mod pages;
mod receipts;

pub use align::{Labelling, Tally, label_page, upright_truth};
pub use confusions::{Confusions, ErrorCounts};
pub use corpus::{LabelOptions, LabelProgress, LabelSummary, label_corpus};
pub use documents::document;
pub use lines::{LineOptions, PrintedLine, line_corpus};
pub use misread::misread;
pub use pages::{Read, read_page, text_layer_pages, training_pages};
pub use receipts::receipts;

#[cfg(test)]
mod tests;
