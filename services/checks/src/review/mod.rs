//! From findings to work for officers, and from what officers said to how far findings can be trusted.
//!
//! Goes in: an examination, the pack's policy (`review.toml`) and a calibration. Comes out: tasks for
//! offices, and what needs no officer. Calibrations are fitted here, from findings that officers judged.
//! Deliberately absent: the queue itself, and any change of a finding: its own confidence stays.

mod bound;
mod calibration;
mod fit;
mod policy;
mod triage;

pub use calibration::{Calibration, CalibrationError};
pub use fit::fit;
pub use policy::ReviewPolicy;
pub use triage::Reviewer;

pub(crate) use policy::{lint, read};
