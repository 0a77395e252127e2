//! From files to tagged pages, a page at a time on each worker thread: no thread ever holds more than
//! one decoded page, so memory depends on the number of threads and not on the length of a file.

use crate::cost::charge;
use crate::{Event, PageCost, PipelineError, Readings, ReadingsError, Submission};
use docexam_checks::SubmittedFile;
use docexam_domain::{FileProblem, PageReading, PageStatus, Ruling, Sha256Digest};
use docexam_extract::{Extractor, TaggedPage};
use docexam_intake::{Limits, OpenFile};
use docexam_ocr::{OcrConfig, OcrError, Reader};
use rayon::prelude::*;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// A file that could be opened, with its index in the submission.
pub(crate) struct SubmissionFile<'a> {
    index: u32,
    name: &'a str,
    digest: &'a Sha256Digest,
    file: OpenFile,
}

/// What pages are read with; shared by the worker threads.
pub(crate) struct PageReader<'a> {
    pub ocr: &'a OcrConfig,
    pub extractor: &'a Extractor,
    pub kept: Option<&'a dyn Readings>,
    pub progress: &'a (dyn Fn(Event) + Sync),
    pub cancelled: &'a AtomicBool,
}

/// Opens every file; those that cannot be opened become problems and do not stop the others.
pub(crate) fn open<'a>(
    submission: &'a Submission,
    submitted: &'a [SubmittedFile],
    limits: &Limits,
    progress: &(dyn Fn(Event) + Sync),
) -> (Vec<SubmissionFile<'a>>, Vec<FileProblem>) {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for ((index, input), submitted) in (0u32..).zip(&submission.files).zip(submitted) {
        match docexam_intake::open(&input.name, input.bytes.clone(), limits) {
            Ok(file) => {
                progress(Event::FileOpened {
                    file: index,
                    pages: file.page_count(),
                });
                files.push(SubmissionFile {
                    index,
                    name: &input.name,
                    digest: &submitted.digest,
                    file,
                });
            }
            Err(error) => {
                let problem = FileProblem {
                    file: index,
                    name: input.name.clone(),
                    problem: error.to_string(),
                };
                problems.push(problem.clone());
                progress(Event::FileFailed { problem, error });
            }
        }
    }
    (files, problems)
}

pub(crate) fn check_total(files: &[SubmissionFile], limit: u32) -> Result<(), PipelineError> {
    let pages = files
        .iter()
        .fold(0u32, |sum, file| sum.saturating_add(file.file.page_count()));
    if pages > limit {
        return Err(PipelineError::TooManyPages { pages, limit });
    }
    Ok(())
}

impl PageReader<'_> {
    /// Reads and tags all pages on the current thread pool, in submission order.
    pub(crate) fn read_all(
        &self,
        files: &[SubmissionFile],
    ) -> Result<Vec<TaggedPage>, PipelineError> {
        let pages: Vec<(&SubmissionFile, u32)> = files
            .iter()
            .flat_map(|file| (1..=file.file.page_count()).map(move |number| (file, number)))
            .collect();
        pages
            .into_par_iter()
            .map(|(file, number)| self.tagged(file, number))
            .collect()
    }

    fn tagged(&self, file: &SubmissionFile, number: u32) -> Result<TaggedPage, PipelineError> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(PipelineError::Cancelled);
        }
        let mut cost = PageCost::default();
        let reading = doubted(file, self.reading(file, number, &mut cost)?);
        let listed = without_words(&reading);
        (self.progress)(Event::Reading(reading.clone()));
        let tagged = charge(&mut cost.tag, || self.extractor.tag(reading))?;
        (self.progress)(Event::PageRead {
            reading: listed,
            cost,
        });
        Ok(tagged)
    }

    /// As it was read before, if it was.
    fn reading(
        &self,
        file: &SubmissionFile,
        number: u32,
        cost: &mut PageCost,
    ) -> Result<PageReading, PipelineError> {
        let Some(kept) = self.kept else {
            return read(file, number, self.ocr, cost);
        };
        let problem = |error: ReadingsError| PipelineError::Readings {
            file: file.name.to_owned(),
            page: number,
            problem: error.to_string(),
        };
        if let Some(reading) = kept.reading(file.digest, number).map_err(problem)? {
            return Ok(PageReading {
                file: file.index,
                ..reading
            });
        }
        let reading = read(file, number, self.ocr, cost)?;
        if reading.status != PageStatus::Failed {
            kept.keep(file.digest, &reading).map_err(problem)?;
        }
        Ok(reading)
    }
}

/// A page of a file that was cut on its way may miss anything: one without text counts as not read.
fn doubted(file: &SubmissionFile, reading: PageReading) -> PageReading {
    if !file.file.ends_early() || reading.problem.is_some() {
        return reading;
    }
    let status = match reading.status {
        PageStatus::Blank => PageStatus::Failed,
        other => other,
    };
    let (name, page) = (file.name, reading.page);
    let problem = format!("file {name} page {page}: the file ends early, something may be missing");
    PageReading {
        status,
        problem: Some(problem),
        ..reading
    }
}

/// A page that cannot be decoded or read is a failed page with its reason, not an error.
fn read(
    file: &SubmissionFile,
    number: u32,
    ocr: &OcrConfig,
    cost: &mut PageCost,
) -> Result<PageReading, PipelineError> {
    let page = match charge(&mut cost.decode, || file.file.page(number)) {
        Ok(page) => page,
        Err(error) => return Ok(PageReading::failed(file.index, number, error.to_string())),
    };
    let reading = charge(&mut cost.read, || {
        with_reader(ocr, |reader| reader.read(file.index, page))
    })?;
    // The reader knows the file by its index only.
    let problem = reading.problem;
    let problem = problem.map(|problem| format!("{}: {problem}", file.name));
    Ok(PageReading { problem, ..reading })
}

thread_local! {
    /// The OCR engine of this worker thread. It is not shared: Tesseract is not thread-safe.
    static READER: RefCell<Option<Reader>> = const { RefCell::new(None) };
}

fn with_reader<T>(config: &OcrConfig, work: impl FnOnce(&mut Reader) -> T) -> Result<T, OcrError> {
    READER.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Some(Reader::new(config)?);
        }
        match slot {
            Some(reader) => Ok(work(reader)),
            None => unreachable!("the slot was filled above"),
        }
    })
}

/// Name, version and settings of the OCR engine; starts the engine of the calling thread.
pub(crate) fn engine(config: &OcrConfig) -> Result<String, PipelineError> {
    Ok(with_reader(config, |reader| reader.engine().to_owned())?)
}

/// The reading as results and events list it: everything but words, lines and signatures, which are never copied.
pub(crate) fn without_words(reading: &PageReading) -> PageReading {
    let PageReading {
        file,
        page,
        status,
        source,
        quality,
        problem,
        placement,
        words: _,
        ruling: _,
        signatures: _,
    } = reading;
    PageReading {
        file: *file,
        page: *page,
        status: *status,
        source: *source,
        quality: *quality,
        problem: problem.clone(),
        placement: *placement,
        words: Vec::new(),
        ruling: Ruling::default(),
        signatures: Vec::new(),
    }
}
