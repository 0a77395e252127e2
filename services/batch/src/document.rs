//! One document on a thread that may block: fetch its files and declaration, examine, say what failed.

use crate::readings::StoredReadings;
use docexam_domain::{Declaration, DeclarationProblem, Examination, Sha256Digest};
use docexam_intake::IntakeError;
use docexam_pipeline::{Event, InputFile, PipelineError, Readings, Submission};
use docexam_store::{
    BatchFile, BatchResult, ClaimedDocument, DeclarationSource, StoreError, StoredFile, Tenant,
};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// What examines: in the program the pipeline, in tests a stand-in.
pub type Examine = dyn Fn(
        &Submission,
        &dyn Readings,
        &(dyn Fn(Event) + Sync),
        &AtomicBool,
    ) -> Result<Examination, PipelineError>
    + Send
    + Sync;

/// Why a document could not be examined. The names stand in results and are never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum FailureClass {
    /// A file or the declaration is not where the manifest says.
    Missing,
    /// A file cannot be read from its place, or none of the files is a document that can be opened.
    Unreadable,
    /// A file is another one than the manifest announces, or damaged.
    DigestMismatch,
    /// Over a limit of size or pages.
    TooLarge,
    /// Took longer than a document may.
    Timeout,
    /// The declaration is not the expected JSON.
    BadDeclaration,
    /// It ended the process or a reading thread.
    Crashed,
    /// Anything else; the text says what.
    Failed,
}

/// How work on a document ended without a result.
#[derive(Debug)]
pub(crate) enum Unexamined {
    Failed(FailureClass, String),
    /// Reader, database or model are at fault: other documents would fare no better.
    Broken(String),
}

/// What is needed beside the document.
pub(crate) struct Desk<'a> {
    pub readings: StoredReadings,
    pub examine: &'a Examine,
    pub max_file_bytes: u64,
}

impl Desk<'_> {
    pub(crate) fn examined(
        &self,
        claimed: &ClaimedDocument,
        progress: &(dyn Fn(&Event) + Sync),
        cancelled: &AtomicBool,
    ) -> Result<BatchResult, Unexamined> {
        let declaration = claimed
            .task
            .declaration
            .as_ref()
            .map(declaration)
            .transpose()?;
        let mut submission = Submission {
            declaration,
            ..Submission::default()
        };
        let mut files = Vec::with_capacity(claimed.task.files.len());
        for file in &claimed.task.files {
            let (digest, bytes) = self.content(&claimed.tenant, file)?;
            files.push(StoredFile {
                name: file.name.clone(),
                digest,
            });
            submission.files.push(InputFile {
                name: file.name.clone(),
                bytes: bytes.into(),
            });
        }
        let unopened = Mutex::new(Vec::new());
        let observe = |event: Event| {
            progress(&event);
            if let Event::FileFailed { problem, error } = event
                && let Ok(mut unopened) = unopened.lock()
            {
                unopened.push((class_of(&error), problem.problem));
            }
        };
        let examination =
            (self.examine)(&submission, &self.readings, &observe, cancelled).map_err(unexamined)?;
        // Bad paper is a value, but a document of which nothing could be opened is no result.
        let unopened = unopened.into_inner().unwrap_or_default();
        match unopened.into_iter().next() {
            Some((class, problem)) if examination.pages.is_empty() => {
                Err(Unexamined::Failed(class, problem))
            }
            _ => Ok(BatchResult {
                declaration: submission.declaration,
                files,
                examination,
            }),
        }
    }

    fn content(
        &self,
        tenant: &Tenant,
        file: &BatchFile,
    ) -> Result<(Sha256Digest, Vec<u8>), Unexamined> {
        if let Some(path) = &file.path {
            let bytes = read(path, self.max_file_bytes)?;
            let digest = Sha256Digest::of(&bytes);
            return match &file.digest {
                Some(announced) if *announced != digest => Err(Unexamined::Failed(
                    FailureClass::DigestMismatch,
                    format!("{path} is {digest}, announced is {announced}"),
                )),
                _ => Ok((digest, bytes)),
            };
        }
        let Some(digest) = &file.digest else {
            let problem = format!("{} has neither path nor digest", file.name);
            return Err(Unexamined::Failed(FailureClass::Missing, problem));
        };
        let stored = self.readings.store.read_file(tenant, digest);
        match self.readings.runtime.block_on(stored) {
            Ok(bytes) => Ok((digest.clone(), bytes.to_vec())),
            Err(error @ StoreError::NoFile(_)) => {
                Err(Unexamined::Failed(FailureClass::Missing, error.to_string()))
            }
            Err(error @ StoreError::DamagedFile { .. }) => Err(Unexamined::Failed(
                FailureClass::DigestMismatch,
                error.to_string(),
            )),
            Err(error) => Err(Unexamined::Broken(error.to_string())),
        }
    }
}

/// The size is looked at before memory is taken.
fn read(path: &str, max_bytes: u64) -> Result<Vec<u8>, Unexamined> {
    let failed = |error: std::io::Error| {
        let class = match error.kind() {
            std::io::ErrorKind::NotFound => FailureClass::Missing,
            _ => FailureClass::Unreadable,
        };
        Unexamined::Failed(class, format!("{path}: {error}"))
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        let problem = format!("{path} is not a file");
        return Err(Unexamined::Failed(FailureClass::Unreadable, problem));
    }
    if metadata.len() > max_bytes {
        let problem = format!("{path} is {} bytes, limit {max_bytes}", metadata.len());
        return Err(Unexamined::Failed(FailureClass::TooLarge, problem));
    }
    std::fs::read(path).map_err(failed)
}

/// Twice what a declaration may have, so that its own limit gives the message.
const MOST_DECLARATION_BYTES: u64 = 8 << 20;

fn declaration(source: &DeclarationSource) -> Result<Declaration, Unexamined> {
    let path = match source {
        DeclarationSource::Inline(declaration) => return Ok(declaration.as_ref().clone()),
        DeclarationSource::Path(path) => path,
    };
    let bytes = read(path, MOST_DECLARATION_BYTES)?;
    Declaration::from_json(&bytes).map_err(|problem| {
        let class = match problem {
            DeclarationProblem::TooLarge { .. } | DeclarationProblem::TooManyItems { .. } => {
                FailureClass::TooLarge
            }
            _ => FailureClass::BadDeclaration,
        };
        Unexamined::Failed(class, format!("{}: {problem}", Path::new(path).display()))
    })
}

fn class_of(error: &IntakeError) -> FailureClass {
    match error {
        IntakeError::TooManyBytes { .. }
        | IntakeError::TooManyPages { .. }
        | IntakeError::SideTooLong { .. }
        | IntakeError::TooManyMegapixels { .. }
        | IntakeError::StreamTooLarge { .. }
        | IntakeError::ObjectsTooLarge { .. } => FailureClass::TooLarge,
        IntakeError::FileTimeout { .. }
        | IntakeError::PageTimeout { .. }
        | IntakeError::TooManyOverruns { .. } => FailureClass::Timeout,
        IntakeError::Empty { .. }
        | IntakeError::UnknownContent { .. }
        | IntakeError::Encrypted { .. }
        | IntakeError::BrokenFile { .. }
        | IntakeError::NoSuchPage { .. }
        | IntakeError::BrokenPage { .. } => FailureClass::Unreadable,
    }
}

fn unexamined(error: PipelineError) -> Unexamined {
    let text = error.to_string();
    match error {
        PipelineError::TooManyFiles { .. } | PipelineError::TooManyPages { .. } => {
            Unexamined::Failed(FailureClass::TooLarge, text)
        }
        PipelineError::Cancelled => Unexamined::Failed(FailureClass::Timeout, text),
        PipelineError::NoFiles | PipelineError::Extract(_) => {
            Unexamined::Failed(FailureClass::Failed, text)
        }
        PipelineError::Readings { .. }
        | PipelineError::Ocr(_)
        | PipelineError::Checks(_)
        | PipelineError::Threads(_) => Unexamined::Broken(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_store::CRASHED;

    #[test]
    fn the_store_and_this_crate_call_a_crash_the_same() {
        assert_eq!(FailureClass::Crashed.to_string(), CRASHED);
    }
}
