//! Settings of the reader, with the values that were measured to be best (see ARCHITECTURE.md).

use crate::OcrError;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, PartialEq)]
pub struct OcrConfig {
    /// Folder with `*.traineddata`; `None` looks at `TESSDATA_PREFIX` and where Linux
    /// distributions put it.
    pub tessdata_dir: Option<PathBuf>,
    /// Model for everything in Latin letters.
    pub latin_model: String,
    /// Network that reads doubtful words again, and Chinese, as ONNX; `None` leaves them as Tesseract read them.
    pub line_model: Option<PathBuf>,
    /// Wall-clock time for reading one page. Tesseract looks at the clock between words, so layout
    /// analysis (about half a second) can run over it.
    pub max_page_seconds: f32,
    /// Whether a PDF's own text may stand in for OCR where it agrees with what the page shows.
    pub use_text_layer: bool,
}

impl OcrConfig {
    /// The defaults, with the line reader that set-up puts in the folder of models.
    pub fn with_models(models_dir: &Path) -> Self {
        Self {
            line_model: Some(models_dir.join("reader/data/PP-OCRv6_rec_small.onnx")),
            ..Self::default()
        }
    }
}

impl Default for OcrConfig {
    fn default() -> Self {
        Self {
            tessdata_dir: None,
            latin_model: "Latin".to_owned(),
            line_model: None,
            max_page_seconds: 60.0,
            use_text_layer: true,
        }
    }
}

/// Fails unless `OMP_THREAD_LIMIT=1` stood in the environment when this process started. Setting it
/// later has no effect, so a program that lacks it re-executes itself with it.
pub fn require_single_thread() -> Result<(), OcrError> {
    // The environment at start, which `set_var` does not change.
    let single = match std::fs::read("/proc/self/environ") {
        Ok(environ) => environ
            .split(|b| *b == 0)
            .any(|entry| entry == b"OMP_THREAD_LIMIT=1"),
        Err(_) => std::env::var_os("OMP_THREAD_LIMIT").is_some_and(|limit| limit == "1"),
    };
    if single {
        Ok(())
    } else {
        Err(OcrError::NotSingleThreaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_starts_tests_with_the_thread_limit() {
        assert!(require_single_thread().is_ok());
    }
}
