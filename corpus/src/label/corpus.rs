//! A file of training pages, written by several threads, in order, so that it can be continued.
//!
//! Goes in: a seed and a number of documents. Comes out: JSON lines, one training page each. A
//! document depends on seed and index alone: whoever stops and starts again gets the same file.

use crate::Split;
use crate::error::CorpusError;
use crate::label::align::Tally;
use crate::label::confusions::{Confusions, ErrorCounts};
use crate::label::documents::document;
use crate::label::misread::misread;
use crate::label::pages::{text_layer_pages, total, training_pages};
use crate::lexicon::check_languages;
use docexam_layout::TrainingPage;
use docexam_ocr::{OcrConfig, Reader};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

#[derive(Clone, Debug)]
pub struct LabelOptions {
    pub seed: u64,
    /// Documents in the finished file, those already in it included.
    pub count: u64,
    pub split: Split,
    /// ISO 639-1; empty for the usual eleven.
    pub languages: Vec<String>,
    pub out: PathBuf,
    pub threads: usize,
    /// Share of documents whose captures are really read, in [0, 1]; about one second a page.
    pub share_ocr: f64,
    /// Share of the other documents that enter as clean text layers; the rest is misread.
    pub share_text_layer: f64,
    /// Misread variants of each document that is not a clean text layer.
    pub variants: u32,
    pub ocr: OcrConfig,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct LabelProgress {
    /// Documents in the file, of how many.
    pub documents: u64,
    pub of: u64,
    /// Pages written in this run.
    pub pages: u64,
}

#[derive(Clone, Debug, Default)]
pub struct LabelSummary {
    pub documents: u64,
    pub pages: u64,
    /// Documents that could not be made or read, with the reason.
    pub problems: Vec<String>,
    /// Over the pages that were really read.
    pub tally: Tally,
    /// From the same pages: [`ErrorCounts::table`] refits the error model.
    pub errors: ErrorCounts,
}

/// Resolution of pages whose picture nobody looks at.
const UNSEEN_DPI: f32 = 24.0;

/// What one document gave.
struct Labelled {
    index: u64,
    pages: Vec<TrainingPage>,
    tally: Tally,
    errors: ErrorCounts,
    problem: Option<String>,
}

/// Continues or begins `options.out`.
pub fn label_corpus(
    options: &LabelOptions,
    progress: &dyn Fn(LabelProgress),
) -> Result<LabelSummary, CorpusError> {
    check_languages(&options.languages, options.split)?;
    let confusions = Confusions::fitted().map_err(|source| CorpusError::Json {
        path: PathBuf::from("data/ocr_errors.json"),
        source,
    })?;
    let mut file = Continued::open(&options.out)?;
    let first = file.next_index;
    let (next, stop) = (AtomicU64::new(first), AtomicBool::new(false));
    let (send, receive) = mpsc::sync_channel::<Labelled>(16);
    let mut summary = LabelSummary::default();
    std::thread::scope(|threads| {
        for _ in 0..options.threads.max(1) {
            let (send, next, stop, confusions) = (send.clone(), &next, &stop, &confusions);
            threads.spawn(move || {
                work(options, confusions, next, stop, &send);
            });
        }
        drop(send);
        let written = gather(options, &mut file, receive, first, &mut summary, progress);
        stop.store(true, Ordering::Relaxed);
        written
    })?;
    Ok(summary)
}

fn work(
    options: &LabelOptions,
    confusions: &Confusions,
    next: &AtomicU64,
    stop: &AtomicBool,
    send: &mpsc::SyncSender<Labelled>,
) {
    let mut reader = None;
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= options.count || stop.load(Ordering::Relaxed) {
            return;
        }
        let labelled = label(options, index, confusions, &mut reader);
        let labelled = labelled.unwrap_or_else(|problem| Labelled {
            index,
            pages: Vec::new(),
            tally: Tally::default(),
            errors: ErrorCounts::default(),
            problem: Some(format!("document {index}: {problem}")),
        });
        if send.send(labelled).is_err() {
            return;
        }
    }
}

fn label(
    options: &LabelOptions,
    index: u64,
    confusions: &Confusions,
    reader: &mut Option<Reader>,
) -> Result<Labelled, CorpusError> {
    let mut rng = dice(options.seed, options.split, index);
    let id = format!("{}-{}-{index:06}", options.split, options.seed);
    let mut labelled = Labelled {
        index,
        pages: Vec::new(),
        tally: Tally::default(),
        errors: ErrorCounts::default(),
        problem: None,
    };
    if rng.random_bool(options.share_ocr) {
        let reader = started(reader, &options.ocr)?;
        let document = document(
            options.split,
            &options.languages,
            scan_dpi(&mut rng),
            &mut rng,
        )?;
        let (pages, reads) = training_pages(&document, &id, options.split, reader, &mut rng)?;
        labelled.tally = total(&reads);
        reads
            .iter()
            .for_each(|read| labelled.errors.add(&read.labelling, &read.truth));
        labelled.pages = pages;
        return Ok(labelled);
    }
    let document = document(options.split, &options.languages, UNSEEN_DPI, &mut rng)?;
    let clean = text_layer_pages(&document, &id, options.split)?;
    if rng.random_bool(options.share_text_layer) {
        labelled.pages = clean;
        return Ok(labelled);
    }
    for page in clean {
        for variant in 0..options.variants.max(1) {
            labelled.pages.push(TrainingPage {
                id: format!("{}-misread{variant}", page.id.trim_end_matches("-text")),
                words: misread(&page.words, confusions, &mut rng),
                ..page.clone()
            });
        }
    }
    Ok(labelled)
}

/// Mostly 200 or 300 dpi.
pub(super) fn scan_dpi(rng: &mut ChaCha8Rng) -> f32 {
    match rng.random_range(0..10) {
        0..6 => 200.0,
        6..8 => 300.0,
        8 => 240.0,
        _ => 150.0,
    }
}

fn started<'a>(
    reader: &'a mut Option<Reader>,
    ocr: &OcrConfig,
) -> Result<&'a mut Reader, CorpusError> {
    if reader.is_none() {
        let new = Reader::new(ocr);
        *reader = Some(new.map_err(|problem| CorpusError::Read {
            problem: problem.to_string(),
        })?);
    }
    reader.as_mut().ok_or_else(|| CorpusError::Read {
        problem: "no reader".to_owned(),
    })
}

/// Seed, split and index give the same random numbers in any thread and any run.
pub(super) fn dice(seed: u64, split: Split, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ ((split as u64 + 1) << 56));
    rng.set_stream(index);
    rng
}

/// Writes documents in the order of their index, whatever order they come in.
fn gather(
    options: &LabelOptions,
    file: &mut Continued,
    receive: mpsc::Receiver<Labelled>,
    first: u64,
    summary: &mut LabelSummary,
    progress: &dyn Fn(LabelProgress),
) -> Result<(), CorpusError> {
    let mut waiting = BTreeMap::new();
    let mut due = first;
    for labelled in receive {
        waiting.insert(labelled.index, labelled);
        while let Some(labelled) = waiting.remove(&due) {
            file.append(&labelled.pages)?;
            summary.documents += 1;
            summary.pages += labelled.pages.len() as u64;
            summary.tally.add(&labelled.tally);
            summary.errors.merge(labelled.errors);
            summary.problems.extend(labelled.problem);
            due += 1;
        }
        progress(LabelProgress {
            documents: due,
            of: options.count,
            pages: summary.pages,
        });
    }
    Ok(())
}

/// The output file and where it goes on.
struct Continued {
    path: PathBuf,
    writer: BufWriter<File>,
    next_index: u64,
}

impl Continued {
    /// Opens or creates. The last document found may be incomplete, so it is cut off and made anew.
    fn open(path: &Path) -> Result<Self, CorpusError> {
        let failed = |source| CorpusError::Write {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).read(true).write(true);
        let mut file = options.open(path).map_err(failed)?;
        let (next_index, keep) = last_document(&file).map_err(failed)?;
        file.set_len(keep).map_err(failed)?;
        file.seek(std::io::SeekFrom::End(0)).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            writer: BufWriter::new(file),
            next_index,
        })
    }

    /// All pages of a document, then flushed.
    fn append(&mut self, pages: &[TrainingPage]) -> Result<(), CorpusError> {
        let failed = |source| CorpusError::Write {
            path: self.path.clone(),
            source,
        };
        for page in pages {
            let line = serde_json::to_string(page).map_err(|source| CorpusError::Json {
                path: self.path.clone(),
                source,
            })?;
            writeln!(self.writer, "{line}").map_err(failed)?;
        }
        self.writer.flush().map_err(failed)
    }
}

/// Index of the last document in the file, and the offset at which it begins; 0 and 0 if there is none.
fn last_document(file: &File) -> std::io::Result<(u64, u64)> {
    let (mut last, mut begins, mut offset) = (None, 0, 0);
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        let index = index_of(&line);
        if index.is_some() && index != last {
            (last, begins) = (index, offset);
        }
        if index.is_none() {
            break;
        }
        offset += line.len() as u64 + 1;
    }
    Ok((last.unwrap_or(0), begins))
}

/// The document's index out of a page's id: `train-7-000012-p1-ocr`.
fn index_of(line: &[u8]) -> Option<u64> {
    let page: TrainingPage = serde_json::from_slice(line).ok()?;
    page.id.split('-').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(index: u64, number: u32) -> TrainingPage {
        TrainingPage {
            id: format!("train-7-{index:06}-p{number}-text"),
            page_class: "packing_list".to_owned(),
            starts_document: number == 1,
            language: "de".to_owned(),
            split: "train".to_owned(),
            words: Vec::new(),
        }
    }

    #[test]
    fn a_stopped_file_goes_on_at_its_last_document() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("train.jsonl");
        let mut file = Continued::open(&path).expect("created");
        assert_eq!(file.next_index, 0);
        file.append(&[page(0, 1), page(0, 2)]).expect("written");
        file.append(&[page(1, 1), page(1, 2)]).expect("written");
        drop(file);
        let whole = std::fs::read(&path).expect("read");
        std::fs::write(&path, &whole[..whole.len() - 9]).expect("torn");
        let mut file = Continued::open(&path).expect("opened");
        assert_eq!(file.next_index, 1);
        file.append(&[page(1, 1), page(1, 2)]).expect("written");
        drop(file);
        assert_eq!(std::fs::read(&path).expect("read"), whole);
    }
}
