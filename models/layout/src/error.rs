//! What can go wrong around the model: files, not pages. An odd page is never an error.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    #[error("cannot {action} {path}: {source}")]
    File {
        action: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} has digest sha256:{found}, but the manifest says sha256:{expected}")]
    Digest {
        path: PathBuf,
        found: String,
        expected: String,
    },
    #[error("{path} is of format version {found}, this program reads version {expected}")]
    Version {
        path: PathBuf,
        found: u32,
        expected: u32,
    },
    #[error("{path} is not valid: {reason}")]
    Format { path: PathBuf, reason: String },
    #[error("{path} line {line}: {reason}")]
    TrainingPage {
        path: PathBuf,
        line: usize,
        reason: String,
    },
    #[error("no training pages: {0}")]
    NoPages(String),
    #[error("the threads that prepare pages ended early")]
    Ended,
    #[error("tensor computation failed: {0}")]
    Tensor(#[from] candle_core::Error),
}

impl LayoutError {
    pub fn file(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::File {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    pub(crate) fn format(path: &Path, reason: impl ToString) -> Self {
        Self::Format {
            path: path.to_path_buf(),
            reason: reason.to_string(),
        }
    }
}
