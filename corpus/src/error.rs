//! What can go wrong while generating; every text names the document or the path.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    #[error("document {document} does not typeset: {problem}")]
    Typeset { document: String, problem: String },
    #[error("document {document} does not export to pdf: {problem}")]
    Export { document: String, problem: String },
    #[error("{path}: {source}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {source}")]
    Json {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("generated page is not read: {problem}")]
    Read { problem: String },
    #[error("captured pages do not encode as {format}: {problem}")]
    Encode {
        format: &'static str,
        problem: String,
    },
    #[error("language {language}: {problem}")]
    Language { language: String, problem: String },
    #[error("table {table}, line {line}: {problem}")]
    Table {
        table: &'static str,
        line: usize,
        problem: String,
    },
}
