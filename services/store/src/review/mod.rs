//! The officers' queue: tasks with leases, decisions, and the stream of changes.
//!
//! A task comes into being in the transaction that stores what it is about (`create.rs`), is claimed for
//! a while (`claims.rs`) and decided by one officer or more (`decide.rs`). Every change is told in one place
//! (`journal.rs`) and read by watchers in an order without gaps (`changes.rs`).

mod changes;
mod claims;
mod corrections;
mod create;
mod decide;
mod files;
mod history;
mod journal;
mod sql;
mod tasks;

pub use changes::{ReviewChange, ReviewChangeKind};
pub use claims::{LeaseDuration, NewClaim};
pub use corrections::{CorrectedPage, OfficerCorrection};
pub(crate) use create::Ended;
pub use decide::NewDecision;
pub use history::{SortedExamination, TimeCursor};
pub use tasks::{QueuePlace, ReviewFilter, ReviewState, ReviewTask};

use crate::StoreError;
use docexam_domain::{Examined, Triage};

/// Sorts the findings of an examination that is over into work for officers.
pub type PlanReview = dyn Fn(&Examined) -> Triage + Send + Sync;

/// Who works on a task, as the calling system names the person or program.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Worker(String);

impl Worker {
    pub fn parse(name: &str) -> Result<Self, StoreError> {
        let printable = !name.trim().is_empty() && !name.chars().any(char::is_control);
        match printable && name.len() <= 128 {
            true => Ok(Self(name.to_owned())),
            false => Err(StoreError::BadWorker(name.chars().take(80).collect())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
