//! What an examiner is built from.

use docexam_domain::Sha256Digest;
use docexam_intake::Limits;
use docexam_ocr::OcrConfig;
use std::path::PathBuf;

#[derive(Clone, Debug)]
pub struct Config {
    /// Folder with `layout/weights`, `reader/data`, `rules/<pack>` and `nomenclature/data`.
    pub models_dir: PathBuf,
    /// Folder name of the rule pack.
    pub rule_pack: String,
    pub limits: Limits,
    pub ocr: OcrConfig,
    /// Worker threads, each with its own OCR engine (about 100 MB); at least 1.
    pub threads: usize,
    /// A consignment's bundle seldom has 20 files; a hundred is a mistake or an attack.
    pub max_files: usize,
    /// Over all files of a submission.
    pub max_pages_per_submission: u32,
}

impl Config {
    /// Folder of the layout model.
    pub fn layout_weights(&self) -> PathBuf {
        self.models_dir.join("layout/weights")
    }

    /// The defaults, with artefacts in `models_dir` and a thread for each core.
    pub fn new(models_dir: PathBuf) -> Self {
        let ocr = OcrConfig::with_models(&models_dir);
        Self {
            models_dir,
            rule_pack: "wco-baseline".to_owned(),
            limits: Limits::default(),
            ocr,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            max_files: 100,
            max_pages_per_submission: 5_000,
        }
    }

    /// Over the program's version and all settings that can change a result and have no digest of
    /// their own: where artefacts lie and how many threads read makes no difference to it.
    pub fn digest(&self) -> Sha256Digest {
        let Self {
            models_dir: _,
            rule_pack: _,
            limits,
            ocr,
            threads: _,
            max_files,
            max_pages_per_submission,
        } = self;
        let ocr = OcrConfig {
            tessdata_dir: None,
            line_model: None,
            ..ocr.clone()
        };
        let settings = format!("{limits:?} {ocr:?} {max_files} {max_pages_per_submission}");
        Sha256Digest::of_parts([env!("CARGO_PKG_VERSION"), &settings].map(str::as_bytes))
    }
}
