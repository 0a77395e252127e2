//! The seam between the server and what examines: a function. The program plugs the pipeline in; tests
//! plug in a cheap one, so that they need neither models nor an OCR engine.

use docexam_domain::{Declaration, Examination, FileProblem, Finding, PageReading, Sha256Digest};
use docexam_store::PlanReview;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Examines one submission. Blocks; called on a thread of its own. Calls the second argument, from any
/// thread, with what happens. Gives up with `Cancelled` soon after the flag is set.
pub type Examine = dyn Fn(&Submission, &(dyn Fn(Event) + Sync), &AtomicBool) -> Result<Examination, ExamineError>
    + Send
    + Sync;

/// All that the program plugs into the server.
#[derive(Clone)]
pub struct Examiner {
    pub examine: Arc<Examine>,
    /// Sorts finished examinations into work for officers; without it there is none.
    pub plan_review: Option<Arc<PlanReview>>,
    /// Without it there are no pictures of pages.
    pub render_page: Option<Arc<RenderPage>>,
    /// Without it readings have their own confidence only.
    pub field_confidence: Option<Arc<FieldConfidence>>,
}

impl From<Arc<Examine>> for Examiner {
    /// Examines only.
    fn from(examine: Arc<Examine>) -> Self {
        Self {
            examine,
            plan_review: None,
            render_page: None,
            field_confidence: None,
        }
    }
}

/// Draws a page of a file: name, content, page from 1, longest side in pixels. Blocks. The error names the
/// problem.
pub type RenderPage = dyn Fn(&str, Arc<[u8]>, u32, u32) -> Result<Picture, String> + Send + Sync;

/// A page as a viewer shows it.
pub struct Picture {
    pub png: Vec<u8>,
    pub width_px: u32,
    pub height_px: u32,
}

/// How often officers found readings right, by key of the field and confidence of the reading.
pub type FieldConfidence = dyn Fn(&str, f32) -> Option<f32> + Send + Sync;

pub struct Submission {
    /// Absent when only the fields are wanted.
    pub declaration: Option<Declaration>,
    pub files: Vec<InputFile>,
    /// Files that other declarations had used before, with the ids of these declarations.
    pub seen_files: BTreeMap<Sha256Digest, Vec<String>>,
}

pub struct InputFile {
    pub name: String,
    pub bytes: Arc<[u8]>,
}

#[derive(Clone, Debug)]
pub enum Event {
    FileOpened {
        /// Index in the submission, from 0.
        file: u32,
        pages: u32,
    },
    FileFailed(FileProblem),
    /// Without its words.
    PageRead(PageReading),
    /// With its words, to be kept; read by this engine with these models and settings.
    Reading {
        reader: Sha256Digest,
        reading: PageReading,
    },
    DocumentsFound(usize),
    Finding(Finding),
}

#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    #[error("cancelled")]
    Cancelled,
    /// The submission cannot be examined; the text says why.
    #[error("{0}")]
    Failed(String),
}
