//! Generated trade consignments: documents with truth, for training, tests and evaluation.
//!
//! Goes in: a seed. Comes out: consignments that never were, their documents as pages with every
//! word labelled, their declarations, and errors planted on purpose with a record of each.
//! Deliberately absent: the model that learns from them, and any document that somebody really sent.

/// A decimal literal; the crate's own macro would be one more build-time dependency.
macro_rules! dec {
    ($number:literal) => {
        stringify!($number)
            .replace('_', "")
            .parse::<rust_decimal::Decimal>()
            .unwrap_or_default()
    };
}

pub mod capture;
pub mod consignment;
pub mod discrepancy;
mod error;
mod generate;
mod golden;
pub mod label;
pub mod layout;
mod lexicon;
pub mod paper;
mod sample;
mod single;
mod split;
pub mod truth;

pub use error::CorpusError;
pub use generate::{GenerateOptions, GenerateProgress, case, generate};
pub use golden::golden;
pub use sample::{PLANTED_IN_SAMPLE, sample};
pub use single::document_of;
pub use split::Split;
pub use truth::{OUTSIDE, RenderedDocument, RenderedPage, TruthWord};
