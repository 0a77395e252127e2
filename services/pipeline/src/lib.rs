//! The flow of an examination: files -> pages -> readings -> documents -> findings.
//!
//! Goes in: a [`Submission`] (declaration and files). Comes out: an [`Examination`] in which every page
//! of every file is accounted for. CPU work runs on a pool of its own with one OCR engine a thread.
//! Deliberately absent: storage, the wire, async. Callers on an async runtime use a blocking thread.

mod assess;
mod config;
mod cost;
mod error;
mod event;
mod pages;
mod readings;
mod submission;

pub use assess::{Assessor, Earlier};
pub use config::Config;
pub use cost::PageCost;
pub use error::PipelineError;
pub use event::Event;
pub use readings::{Readings, ReadingsError};
pub use submission::{InputFile, Submission};

use assess::{Reading, Subject};
use docexam_checks::{RulePack, SubmittedFile};
use docexam_domain::{Document, Examination, FileProblem, PageReading, Sha256Digest};
use docexam_extract::TaggedPage;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What was read from a submission, words included, before anything is checked.
pub struct Extraction {
    pub documents: Vec<Document>,
    /// Every page of every file that opened.
    pub readings: Vec<PageReading>,
    pub problems: Vec<FileProblem>,
    /// CPU time of putting documents together, all pages.
    pub assembly: Duration,
}

/// All artefacts, loaded and verified once; shared by every caller of the process.
pub struct Examiner {
    config: Config,
    assessor: Assessor,
    engine: String,
    pool: rayon::ThreadPool,
}

impl Examiner {
    /// Loads model, rule pack, nomenclature and one OCR engine, so that what is missing shows at start.
    pub fn new(config: Config) -> Result<Self, PipelineError> {
        let assessor = Assessor::load(&config.models_dir, Path::new(&config.rule_pack))?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(config.threads)
            .thread_name(|index| format!("reader-{index}"))
            .build()
            .map_err(|error| PipelineError::Threads(error.to_string()))?;
        let engine = pool.install(|| pages::engine(&config.ocr))?;
        Ok(Self {
            config,
            assessor,
            engine,
            pool,
        })
    }

    pub fn rule_pack(&self) -> &RulePack {
        self.assessor.rule_pack()
    }

    /// OCR engine, version and settings.
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// Digest of what reads: equal readers give equal readings.
    pub fn reader_digest(&self) -> Sha256Digest {
        Sha256Digest::of(self.engine.as_bytes())
    }

    pub fn model_digest(&self) -> &Sha256Digest {
        self.assessor.model_digest()
    }

    /// Reads, extracts and checks one submission. Blocks; `progress` is called from worker threads,
    /// pages in the order in which they are done. `cancelled` stops it at the next page.
    pub fn examine(
        &self,
        submission: &Submission,
        progress: &(dyn Fn(Event) + Sync),
        cancelled: &AtomicBool,
    ) -> Result<Examination, PipelineError> {
        self.examine_keeping(submission, None, progress, cancelled)
    }

    /// The same, but a page that `kept` has is not read again, and what is read is kept there.
    pub fn examine_keeping(
        &self,
        submission: &Submission,
        kept: Option<&dyn Readings>,
        progress: &(dyn Fn(Event) + Sync),
        cancelled: &AtomicBool,
    ) -> Result<Examination, PipelineError> {
        let submitted = submission.submitted_files();
        let (tagged, problems) = self.read(submission, &submitted, kept, progress, cancelled)?;
        let pages: Vec<PageReading> = tagged
            .iter()
            .map(|page| pages::without_words(&page.reading))
            .collect();
        let documents = self.assessor.extractor().assemble(tagged);
        progress(Event::DocumentsFound(documents.len()));
        let reading = Reading {
            documents,
            pages,
            problems,
            engine: self.engine.clone(),
            configuration: Some(self.config.digest()),
        };
        let subject = Subject::of(submission, &submitted);
        let examination = self.assessor.conclude(&subject, reading);
        for finding in &examination.findings {
            progress(Event::Finding(finding.clone()));
        }
        Ok(examination)
    }

    /// Reads and extracts alone, and returns the words of every page: for whoever measures the reader. A page
    /// that `kept` has is not read again, and what is read is kept there.
    pub fn extract(
        &self,
        submission: &Submission,
        kept: Option<&dyn Readings>,
        progress: &(dyn Fn(Event) + Sync),
        cancelled: &AtomicBool,
    ) -> Result<Extraction, PipelineError> {
        let submitted = submission.submitted_files();
        let (tagged, problems) = self.read(submission, &submitted, kept, progress, cancelled)?;
        let readings = tagged.iter().map(|page| page.reading.clone()).collect();
        let mut assembly = Duration::ZERO;
        let extractor = self.assessor.extractor();
        let documents = cost::charge(&mut assembly, || extractor.assemble(tagged));
        progress(Event::DocumentsFound(documents.len()));
        Ok(Extraction {
            documents,
            readings,
            problems,
            assembly,
        })
    }

    /// Tagged pages of every file that opened; pages that `kept` has are not read again.
    fn read(
        &self,
        submission: &Submission,
        submitted: &[SubmittedFile],
        kept: Option<&dyn Readings>,
        progress: &(dyn Fn(Event) + Sync),
        cancelled: &AtomicBool,
    ) -> Result<(Vec<TaggedPage>, Vec<FileProblem>), PipelineError> {
        submission.check(&self.config)?;
        let (open_files, problems) =
            pages::open(submission, submitted, &self.config.limits, progress);
        pages::check_total(&open_files, self.config.max_pages_per_submission)?;
        let reader = pages::PageReader {
            ocr: &self.config.ocr,
            extractor: self.assessor.extractor(),
            kept,
            progress,
            cancelled,
        };
        let tagged = self.pool.install(|| reader.read_all(&open_files))?;
        Ok((tagged, problems))
    }
}
