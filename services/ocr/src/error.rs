//! What can go wrong with the reader itself. A page that cannot be read is not an error: it is a
//! `PageReading` with status `Failed`.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    #[error("no tessdata folder found; looked in {looked_in}")]
    NoTessdata { looked_in: String },
    #[error("no trained data `{model}` in {folder}")]
    NoModel { model: String, folder: PathBuf },
    #[error("cannot read {path}: {source}")]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("no line reader {path}; models/reader/obtain.sh puts it there")]
    NoLineModel { path: PathBuf },
    #[error("{path} is no reader of lines: {problem}")]
    LineModel { path: PathBuf, problem: String },
    #[error("tesseract does not load `{languages}` from {folder}")]
    EngineDoesNotStart { languages: String, folder: PathBuf },
    #[error("tesseract has no variable `{name}` that takes `{value}`")]
    UnknownVariable { name: String, value: String },
    #[error("`{text}` holds a zero byte")]
    ZeroByte { text: String },
    #[error(
        "OMP_THREAD_LIMIT=1 does not stand in the environment this process was started with; \
         without it a page costs up to seven times the CPU"
    )]
    NotSingleThreaded,
}
