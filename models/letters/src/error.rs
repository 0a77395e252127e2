//! What can go wrong around the weights and their training.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum LettersError {
    #[error("cannot {action} {path}: {source}")]
    File {
        action: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not valid: {reason}")]
    Format { path: PathBuf, reason: String },
    #[error(
        "{path} was trained on a line reader with digest {expected}, and this one's is {found}"
    )]
    OtherReader {
        path: PathBuf,
        found: String,
        expected: String,
    },
    #[error("no lines to train on: {0}")]
    NoLines(String),
    #[error("tensor computation failed: {0}")]
    Tensor(#[from] candle_core::Error),
}

impl LettersError {
    pub(crate) fn file(action: &'static str, path: &Path, source: std::io::Error) -> Self {
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
