//! Checks: documents and declaration in, findings out.
//!
//! Goes in: a [`Case`] (declaration, documents, readings, files, history) and a [`RulePack`] (dated
//! parameters and tables). Comes out: findings, at least one per rule, in a fixed order.
//! Deliberately absent: reading of pages, storage, any clock (the declaration's date is "now") and
//! any correction of what was read: a value is compared as it stands on the paper.
//!
//! What becomes of findings (tasks for officers, or nothing) is decided in [`review`].
//!
//! The flow: [`examine`] gathers [`facts`] once (documents by type, rows aligned with items), hands
//! them to every rule under `rules/`, and stamps what the rules say with the pack's severity,
//! legal reference and digest.

mod alignment;
mod case;
mod check_digit_rule;
mod check_digits;
mod code_lists;
mod error;
mod examine;
mod facts;
mod hs_codes;
mod invoice_total;
mod judge;
mod measures_of_items;
mod needed;
mod nomenclature;
mod ocr_confusion;
mod pack;
mod party;
mod party_names;
mod pointers;
mod references;
mod review;
mod rules;
mod seen;
mod sums;
#[cfg(test)]
mod testing;
mod units;
mod verdict;

pub use case::{Case, History, SubmittedFile};
pub use error::ChecksError;
pub use examine::examine;
pub use nomenclature::{Imported, Nomenclature, import, obtain_hint};
pub use pack::{PackProblem, RulePack};
pub use party_names::normalised as normalised_party_name;
pub use review::{Calibration, CalibrationError, ReviewPolicy, Reviewer, fit};

/// Id and meaning of every rule this version knows, in the order of the findings.
pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static str)> {
    rules::RULES.iter().map(|rule| (rule.id, rule.meaning))
}
