//! Why truth could not be used. A wrong reading is a figure in the result, never an error.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    #[error("cannot read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} is {bytes} bytes, limit {limit}", path.display())]
    TooLarge {
        path: PathBuf,
        bytes: u64,
        limit: u64,
    },
    #[error("{}: {problem}", path.display())]
    Content { path: PathBuf, problem: String },
    #[error(
        "no truth in {}: expected truth.json (also in the folders below), documents with .json or .xml beside them, or keys/ and images/",
        .0.display()
    )]
    NoTruth(PathBuf),
    #[error(transparent)]
    Intake(#[from] docexam_intake::IntakeError),
    #[error("file {file} page {page}: cannot be made a scan: {problem}")]
    Scan {
        file: String,
        page: u32,
        problem: String,
    },
}

impl EvaluationError {
    pub(crate) fn content(path: &std::path::Path, problem: impl ToString) -> Self {
        Self::Content {
            path: path.to_owned(),
            problem: problem.to_string(),
        }
    }
}
