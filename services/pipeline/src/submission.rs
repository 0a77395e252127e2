//! What a caller hands in.

use crate::{Config, PipelineError};
use docexam_checks::{History, SubmittedFile};
use docexam_domain::{Declaration, Sha256Digest};
use std::sync::Arc;

/// A file as received: the name is for messages only, the content decides what it is.
#[derive(Clone)]
pub struct InputFile {
    pub name: String,
    pub bytes: Arc<[u8]>,
}

#[derive(Clone, Default)]
pub struct Submission {
    /// Absent when only the fields are wanted.
    pub declaration: Option<Declaration>,
    pub files: Vec<InputFile>,
    /// What was submitted before, for the duplicate checks.
    pub history: History,
}

impl Submission {
    pub(crate) fn check(&self, config: &Config) -> Result<(), PipelineError> {
        match self.files.len() {
            0 => Err(PipelineError::NoFiles),
            files if files > config.max_files => Err(PipelineError::TooManyFiles {
                files,
                limit: config.max_files,
            }),
            _ => Ok(()),
        }
    }

    /// Hashes every file: once for a submission, because files are large.
    pub(crate) fn submitted_files(&self) -> Vec<SubmittedFile> {
        let submitted = |file: &InputFile| SubmittedFile {
            name: file.name.clone(),
            digest: Sha256Digest::of(&file.bytes),
        };
        self.files.iter().map(submitted).collect()
    }
}
