//! What a caller sees while an examination runs.

use crate::PageCost;
use docexam_domain::{FileProblem, Finding, PageReading};
use docexam_intake::IntakeError;

#[derive(Clone, Debug)]
pub enum Event {
    FileOpened {
        file: u32,
        pages: u32,
    },
    FileFailed {
        problem: FileProblem,
        error: IntakeError,
    },
    /// The reading comes without its words.
    PageRead {
        reading: PageReading,
        cost: PageCost,
    },
    /// The same with its words, for those who keep readings.
    Reading(PageReading),
    DocumentsFound(usize),
    Finding(Finding),
}
