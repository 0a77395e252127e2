//! Why a batch cannot go on. A document that cannot be examined is no error: it is counted, with its class.

use docexam_pipeline::PipelineError;
use docexam_store::StoreError;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    #[error("{}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} is neither .jsonl nor .csv", .0.display())]
    ManifestKind(PathBuf),
    #[error("{}: {problem}", path.display())]
    ManifestHead { path: PathBuf, problem: String },
    #[error("{} line {line}: {problem}", path.display())]
    ManifestLine {
        path: PathBuf,
        line: u64,
        problem: String,
    },
    #[error("{} holds no document", .0.display())]
    EmptyManifest(PathBuf),
    #[error("document {document}: {problem}")]
    Document { document: String, problem: String },
    #[error("document {document} hangs: no answer {seconds} s after it was told to stop")]
    Hung { document: String, seconds: u64 },
    #[error("{}: {source}", path.display())]
    Parquet {
        path: PathBuf,
        source: parquet::errors::ParquetError,
    },
    #[error("{}: {source}", path.display())]
    Csv { path: PathBuf, source: csv::Error },
    #[error("{}: {source}", path.display())]
    Json {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}

impl BatchError {
    pub(crate) fn file(path: &Path) -> impl Fn(std::io::Error) -> Self + '_ {
        move |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }
}
