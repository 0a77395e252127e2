//! Generated trade consignments: documents with truth, for training, tests and evaluation.
//!
//! Goes in: a seed. Comes out: consignments that never were, their documents as pages with every
//! word labelled, their declarations, and errors planted on purpose with a record of each.
//! Deliberately absent: the model that learns from them, and any document that somebody really sent.

pub mod truth;

pub use truth::{OUTSIDE, RenderedDocument, RenderedPage, TruthWord};
