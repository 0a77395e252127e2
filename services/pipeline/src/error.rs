//! Why an examination could not be done at all. Bad paper is not among the reasons: that is a page status.

#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error("submission has no files")]
    NoFiles,
    #[error("submission has {files} files, limit {limit}")]
    TooManyFiles { files: usize, limit: usize },
    #[error("submission has {pages} pages, limit {limit}")]
    TooManyPages { pages: u32, limit: u32 },
    #[error("cancelled by the caller")]
    Cancelled,
    #[error(transparent)]
    Ocr(#[from] docexam_ocr::OcrError),
    #[error(transparent)]
    Extract(#[from] docexam_extract::ExtractError),
    #[error(transparent)]
    Checks(#[from] docexam_checks::ChecksError),
    #[error("file {file} page {page}: its reading cannot be kept or fetched: {problem}")]
    Readings {
        file: String,
        page: u32,
        problem: String,
    },
    #[error("reader threads could not be started: {0}")]
    Threads(String),
}
