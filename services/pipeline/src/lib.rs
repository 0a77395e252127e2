//! The flow of an examination: files -> pages -> readings -> documents -> findings.
//!
//! Goes in: a [`Submission`] (declaration and files). Comes out: an [`Examination`] in which every page
//! of every file is accounted for. CPU work runs on a pool of its own with one OCR engine a thread.
//! Deliberately absent: storage, the wire, async. Callers on an async runtime use a blocking thread.

mod config;
mod cost;
mod error;
mod event;
mod pages;
mod submission;

pub use config::Config;
pub use cost::PageCost;
pub use error::PipelineError;
pub use event::Event;
pub use submission::{InputFile, Submission};

use docexam_checks::{Case, RulePack, SubmittedFile};
use docexam_domain::{
    Declaration, Digests, Document, Examination, ExaminationState, Finding, PageReading,
    Sha256Digest,
};
use docexam_extract::Extractor;
use std::sync::atomic::AtomicBool;

/// All artefacts, loaded and verified once; shared by every caller of the process.
pub struct Examiner {
    config: Config,
    extractor: Extractor,
    rule_pack: RulePack,
    engine: String,
    pool: rayon::ThreadPool,
}

impl Examiner {
    /// Loads model, rule pack, nomenclature and one OCR engine, so that what is missing shows at start.
    pub fn new(config: Config) -> Result<Self, PipelineError> {
        let extractor = Extractor::load(&config.models_dir.join("layout/weights"))?;
        let rule_pack = RulePack::load(
            &config.models_dir.join("rules").join(&config.rule_pack),
            &config.models_dir.join("nomenclature/data"),
        )?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(config.threads)
            .thread_name(|index| format!("reader-{index}"))
            .build()
            .map_err(|error| PipelineError::Threads(error.to_string()))?;
        let engine = pool.install(|| pages::engine(&config.ocr))?;
        Ok(Self {
            config,
            extractor,
            rule_pack,
            engine,
            pool,
        })
    }

    pub fn rule_pack(&self) -> &RulePack {
        &self.rule_pack
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
        self.extractor.model_digest()
    }

    /// Reads, extracts and checks one submission. Blocks; `progress` is called from worker threads,
    /// pages in the order in which they are done. `cancelled` stops it at the next page.
    pub fn examine(
        &self,
        submission: &Submission,
        progress: &(dyn Fn(Event) + Sync),
        cancelled: &AtomicBool,
    ) -> Result<Examination, PipelineError> {
        submission.check(&self.config)?;
        let (open_files, problems) = pages::open(submission, &self.config.limits, progress);
        pages::check_total(&open_files, self.config.max_pages_per_submission)?;
        let tagged = self.pool.install(|| {
            pages::read_all(
                &open_files,
                &self.config.ocr,
                &self.extractor,
                progress,
                cancelled,
            )
        })?;
        let readings: Vec<PageReading> = tagged
            .iter()
            .map(|page| pages::without_words(&page.reading))
            .collect();
        let documents = self.extractor.assemble(tagged);
        progress(Event::DocumentsFound(documents.len()));
        let submitted = submission.submitted_files();
        let findings = self.findings(submission, &submitted, &documents, &readings);
        for finding in &findings {
            progress(Event::Finding(finding.clone()));
        }
        Ok(Examination {
            declaration_id: submission
                .declaration
                .as_ref()
                .map_or_else(String::new, id_of),
            state: ExaminationState::Examined,
            files: submission
                .files
                .iter()
                .map(|file| file.name.clone())
                .collect(),
            documents,
            findings,
            pages: readings,
            problems,
            digests: self.digests(submission, &submitted),
        })
    }

    /// No findings without a declaration: then the caller asked for the fields alone.
    fn findings(
        &self,
        submission: &Submission,
        submitted: &[SubmittedFile],
        documents: &[Document],
        pages: &[PageReading],
    ) -> Vec<Finding> {
        let Some(declaration) = &submission.declaration else {
            return Vec::new();
        };
        let case = Case {
            declaration,
            documents,
            files: submitted,
            pages,
            history: &submission.history,
        };
        docexam_checks::examine(&case, &self.rule_pack)
    }

    fn digests(&self, submission: &Submission, submitted: &[SubmittedFile]) -> Digests {
        Digests {
            input: submission.digest(submitted),
            engine: self.engine.clone(),
            model: self.extractor.model_digest().clone(),
            rule_pack: self.rule_pack.digest().clone(),
            configuration: Some(self.config.digest()),
        }
    }
}

fn id_of(declaration: &Declaration) -> String {
    declaration.id.clone()
}
