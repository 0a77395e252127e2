//! Page readings to documents with fields and line items.
//!
//! Goes in: what was read from the pages. Comes out: documents, each with its type, its pages, its header
//! fields and its line items; raw texts as printed and values in the form of their keys. Every page is on
//! exactly one document. Read it in the order of the work:
//! `tagging` (inference, the only place that knows the model) → `continued`, `settle`, `postal_lines`, `captioned`, `brackets`, `iban_heads`, `origins`, `spaced_numbers`, `wrapped`,
//! `columns`, `code_column`, `fragments` →
//! `mentions` and `rows` → `titles`, `split` → `candidates`, `rivals`, `arithmetic`, `choose`, `prices`, `mass_columns` → `signed`, `derived` →
//! `calibration` → `assemble`; `normalise` is used throughout.
//! Deliberately absent: correction of what was read, checks, input and output other than the weights.

mod arithmetic;
mod assemble;
mod brackets;
mod calibration;
mod candidates;
mod captioned;
mod choose;
mod code_column;
mod columns;
mod consignment_dates;
mod continued;
mod derived;
#[cfg(test)]
mod fixture;
mod fragments;
mod iban_heads;
mod line_sums;
mod mass_columns;
mod mentions;
mod misread_words;
mod normalise;
mod odds;
mod origins;
mod page_facts;
mod postal_lines;
mod prices;
mod right_behind;
mod rivals;
mod rows;
mod settle;
mod signed;
mod spaced_numbers;
mod split;
mod tagged;
mod tagging;
mod titles;
mod whole_dates;
mod wrapped;

pub use assemble::assemble;
pub use calibration::{Calibration, Observation, Tier};
pub use normalise::{Context, Normalised, fold, normalise};
pub use tagged::{Tag, TaggedPage, TaggedWord};
pub use tagging::{ExtractError, Extractor, documents};
