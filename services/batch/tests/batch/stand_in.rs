//! An archive of text files, and an examiner for which each line of a file is a page.
//!
//! The ledger is a file to which everything that is read is appended at once, so that it tells what was done
//! even by a process that was killed.

use docexam_batch::{
    BatchError, Examine, Manifest, Shard, Source, WorkOptions, Worker, reader_digest, submit,
};
use docexam_domain::{
    Digests, Document, DocumentType, Examination, ExaminationState, Field, FieldKey, FileProblem,
    Finding, PageReading, PageRef, PageStatus, Placement, ReadingSource, Ruling, Sha256Digest,
    Word,
};
use docexam_intake::IntakeError;
use docexam_pipeline::{Event, PipelineError, Readings, Submission};
use docexam_store::{Places, Store, StoreLimits, Tenant};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;

pub const ENGINE: &str = "stand-in 1";
pub const BATCH: &str = "b";

/// A folder with documents, a manifest, a store and a ledger.
pub struct Archive {
    pub folder: TempDir,
}

impl Archive {
    /// Documents by id and content.
    pub fn of(documents: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let mut manifest = String::new();
        for (id, content) in documents {
            std::fs::write(folder.path().join(id), content).expect("written");
            manifest.push_str(&format!("{{\"doc_id\":\"{id}\",\"path\":\"{id}\"}}\n"));
        }
        let archive = Self { folder };
        archive.write_manifest(&manifest);
        archive
    }

    pub fn write_manifest(&self, content: &str) {
        std::fs::write(self.path().join("manifest.jsonl"), content).expect("written");
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn manifest(&self) -> Manifest {
        Manifest::check(&self.path().join("manifest.jsonl")).expect("a good manifest")
    }

    pub async fn store(&self) -> Store {
        store(self.path()).await
    }

    /// Enters the manifest and opens the store.
    pub async fn entered(&self) -> Store {
        self.entered_in(None).await
    }

    pub async fn entered_in(&self, database: Option<&str>) -> Store {
        let store = store_at(self.path(), database).await;
        let manifest = self.manifest();
        submit(
            &store,
            &Tenant::default(),
            BATCH,
            &manifest,
            Shard::WHOLE,
            Source::InPlace,
        )
        .await
        .expect("entered");
        store
    }

    pub fn ledger(&self) -> Vec<String> {
        let ledger = std::fs::read_to_string(ledger(self.path())).unwrap_or_default();
        ledger.lines().map(str::to_owned).collect()
    }
}

pub async fn store(folder: &Path) -> Store {
    store_at(folder, None).await
}

/// SQLite in the folder, or another database.
pub async fn store_at(folder: &Path, database: Option<&str>) -> Store {
    let places = Places::parse(&folder.join("store"), database, None).expect("places");
    Store::open_at(&places, StoreLimits::default())
        .await
        .expect("opened")
}

fn ledger(folder: &Path) -> PathBuf {
    folder.join("ledger")
}

pub fn worker(store: &Store, folder: &Path, threads: usize) -> (Worker, watch::Sender<bool>) {
    let (sender, stop) = watch::channel(false);
    let worker = Worker {
        store: store.clone(),
        tenant: Tenant::default(),
        examine: examine(folder),
        reader: reader_digest(ENGINE),
        options: WorkOptions {
            threads,
            lease: Duration::from_secs(5),
            ..WorkOptions::default()
        },
        observe: Arc::new(|_| {}),
        stop,
    };
    (worker, sender)
}

pub async fn worked(
    store: &Store,
    folder: &Path,
    threads: usize,
) -> Result<docexam_batch::End, BatchError> {
    worker(store, folder, threads).0.work(BATCH).await
}

/// `abort` ends the process, `panic` the thread, `unopenable` is no document, `slow` takes for ever unless it
/// is told to stop, `pause N` takes N ms; any other line is a page with these words.
pub fn examine(folder: &Path) -> Arc<Examine> {
    let ledger = ledger(folder);
    Arc::new(
        move |submission: &Submission,
              kept: &dyn Readings,
              progress: &(dyn Fn(Event) + Sync),
              cancelled: &AtomicBool| {
            let note = |text: String| {
                let opened = OpenOptions::new().create(true).append(true).open(&ledger);
                let mut file = opened.expect("the ledger");
                // One call, so that lines of several threads do not mix.
                file.write_all(format!("{text}\n").as_bytes())
                    .expect("noted");
            };
            let (mut pages, mut problems) = (Vec::new(), Vec::new());
            for (index, file) in (0u32..).zip(&submission.files) {
                note(format!("begin {}", file.name));
                let text = String::from_utf8_lossy(&file.bytes).into_owned();
                if text.starts_with("unopenable") {
                    let error = IntakeError::Encrypted {
                        file: file.name.clone(),
                    };
                    let problem = FileProblem {
                        file: index,
                        name: file.name.clone(),
                        problem: error.to_string(),
                    };
                    problems.push(problem.clone());
                    progress(Event::FileFailed { problem, error });
                    continue;
                }
                let digest = Sha256Digest::of(&file.bytes);
                for (number, line) in (1u32..).zip(text.lines()) {
                    if cancelled.load(Ordering::Relaxed) {
                        return Err(PipelineError::Cancelled);
                    }
                    let stored = kept.reading(&digest, number).expect("the store answers");
                    let reading = match stored {
                        Some(reading) => PageReading {
                            file: index,
                            ..reading
                        },
                        None => {
                            let reading = read(index, number, line, cancelled);
                            note(format!("read {} {number}", file.name));
                            kept.keep(&digest, &reading).expect("the store answers");
                            reading
                        }
                    };
                    progress(Event::PageRead {
                        reading: reading.clone(),
                        cost: Default::default(),
                    });
                    pages.push(reading);
                }
            }
            Ok(examination(submission, pages, problems))
        },
    )
}

fn read(file: u32, page: u32, line: &str, cancelled: &AtomicBool) -> PageReading {
    match line.split_once(' ').unwrap_or((line, "")) {
        ("abort", _) => std::process::abort(),
        ("panic", _) => panic!("a page that panics"),
        ("slow", _) => {
            while !cancelled.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        ("pause", ms) => std::thread::sleep(Duration::from_millis(ms.parse().unwrap_or(1))),
        _ => {}
    }
    let word = |text: &str| Word {
        text: text.to_owned(),
        bbox: Default::default(),
        confidence: 0.9,
        line: 0,
    };
    PageReading {
        file,
        page,
        status: PageStatus::Read,
        source: ReadingSource::Ocr,
        quality: 0.9,
        problem: None,
        placement: Some(Placement::upright(100, 100)),
        ruling: Ruling::default(),
        signatures: Vec::new(),
        words: line.split(' ').map(word).collect(),
    }
}

fn examination(
    submission: &Submission,
    pages: Vec<PageReading>,
    problems: Vec<FileProblem>,
) -> Examination {
    let page_refs = pages.iter().map(|page| PageRef {
        file: page.file,
        page: page.page,
    });
    let document = Document {
        id: "d1".to_owned(),
        document_type: DocumentType::CommercialInvoice,
        confidence: 0.99,
        pages: page_refs.collect(),
        fields: pages.iter().flat_map(fields).collect(),
    };
    Examination {
        declaration_id: submission
            .declaration
            .as_ref()
            .map_or_else(String::new, |d| d.id.clone()),
        state: ExaminationState::Examined,
        files: submission
            .files
            .iter()
            .map(|file| file.name.clone())
            .collect(),
        documents: vec![document],
        findings: Vec::<Finding>::new(),
        pages: pages
            .into_iter()
            .map(|page| PageReading {
                words: Vec::new(),
                ..page
            })
            .collect(),
        problems,
        digests: Digests {
            input: Sha256Digest::of(b"input"),
            engine: ENGINE.to_owned(),
            model: Sha256Digest::of(b"model"),
            rule_pack: Sha256Digest::of(b"pack"),
            configuration: None,
        },
    }
}

/// `key=value` makes a field, with `_` for a blank.
fn fields(page: &PageReading) -> Vec<Field> {
    let field = |word: &Word| {
        let (key, value) = word.text.split_once('=')?;
        let value = value.replace('_', " ");
        Some(Field {
            key: key.parse::<FieldKey>().ok()?,
            mention_text: value.clone(),
            normalized_value: Some(value),
            alternative_values: Vec::new(),
            confidence: 0.95,
            page_anchor: None,
            properties: Vec::new(),
        })
    };
    page.words.iter().filter_map(field).collect()
}
