//! One worker process and two on one store, with pages that cost time and no CPU: what the sharing itself
//! costs, whatever number of cores there are. PostgreSQL, as many machines would have it.

use crate::made::BATCH;
use crate::{Failure, size};
use docexam_batch::{WorkOptions, Worker, reader_digest};
use docexam_domain::{
    Digests, Examination, ExaminationState, PageReading, PageStatus, ReadingSource, Sha256Digest,
};
use docexam_pipeline::{Event, Readings, Submission};
use docexam_store::{BatchFile, BatchTask, Places, Store, StoreLimits, Tenant};
use docexam_tests::postgres::Postgres;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tokio::sync::watch;

const STORE: &str = "DOCEXAM_BENCH_WORKER_STORE";
const FOLDER: &str = "DOCEXAM_BENCH_WORKER_FOLDER";
const PAGES_OF_DOCUMENT: u32 = 4;
const PAGE: Duration = Duration::from_millis(20);
const DOCUMENT: &[u8] = b"a document of the benchmark";

pub async fn bench() -> Result<(), Failure> {
    let documents = size("DOCEXAM_BENCH_SHARED", 200);
    let server = Postgres::start();
    println!(
        "\nworkers on one PostgreSQL: {documents} documents of {PAGES_OF_DOCUMENT} pages of 20 ms\n"
    );
    println!("| workers | s | documents/s | times one |");
    println!("|---|---|---|---|");
    let mut one = 0.0;
    for workers in [1, 2, 4] {
        let (database, folder) = (server.new_database(), tempfile::tempdir()?);
        let store = open(&database, folder.path()).await?;
        enter(&store, documents).await?;
        let start = Instant::now();
        let processes: Vec<_> = (0..workers)
            .map(|_| {
                Command::new(std::env::current_exe()?)
                    .env(STORE, &database)
                    .env(FOLDER, folder.path())
                    .stdin(Stdio::null())
                    .spawn()
            })
            .collect::<Result<_, std::io::Error>>()?;
        for mut process in processes {
            if !process.wait()?.success() {
                return Err("a worker failed".into());
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        let record = store.batch(&Tenant::default(), BATCH).await?;
        if record.examined != documents {
            return Err(format!("not all was done: {record:?}").into());
        }
        store.close().await;
        if workers == 1 {
            one = seconds;
        }
        println!(
            "| {workers} | {seconds:.2} | {:.1} | {:.2} |",
            documents as f64 / seconds,
            one / seconds
        );
    }
    Ok(())
}

async fn open(database: &str, folder: &Path) -> Result<Store, Failure> {
    let places = Places::parse(folder, Some(database), None)?;
    Ok(Store::open_at(&places, StoreLimits::default()).await?)
}

async fn enter(store: &Store, documents: u64) -> Result<(), Failure> {
    let tenant = Tenant::default();
    let digest = store
        .put_file(&tenant, "document", bytes::Bytes::from_static(DOCUMENT))
        .await?;
    store
        .begin_batch(&tenant, BATCH, &Sha256Digest::of(b"bench"))
        .await?;
    let task = |number: u64| BatchTask {
        document_id: format!("doc-{number}"),
        declaration: None,
        files: vec![BatchFile {
            name: "document".to_owned(),
            path: None,
            digest: Some(digest.clone()),
        }],
    };
    let tasks: Vec<(i64, BatchTask)> = (0..documents).map(|n| (n as i64, task(n))).collect();
    store.add_batch_documents(&tenant, BATCH, &tasks).await?;
    Ok(store.seal_batch(&tenant, BATCH, documents).await?)
}

pub fn is_worker() -> bool {
    std::env::var_os(STORE).is_some()
}

/// What a worker process runs: one document at a time.
pub fn work() -> Result<(), Failure> {
    let database = std::env::var(STORE)?;
    let folder = std::env::var_os(FOLDER)
        .map(PathBuf::from)
        .ok_or("no folder")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = open(&database, &folder).await?;
        let worker = Worker {
            store: store.clone(),
            tenant: Tenant::default(),
            examine: Arc::new(
                |submission: &Submission,
                 _: &dyn Readings,
                 progress: &(dyn Fn(Event) + Sync),
                 _: &AtomicBool| Ok(slowly(submission, progress)),
            ),
            reader: reader_digest("bench"),
            options: WorkOptions::default(),
            observe: Arc::new(|_| {}),
            stop: watch::channel(false).1,
        };
        worker.work(BATCH).await?;
        store.close().await;
        Ok(())
    })
}

fn slowly(submission: &Submission, progress: &(dyn Fn(Event) + Sync)) -> Examination {
    let page = |page: u32| {
        std::thread::sleep(PAGE);
        let reading = PageReading {
            status: PageStatus::Blank,
            source: ReadingSource::None,
            problem: None,
            ..PageReading::failed(0, page, String::new())
        };
        progress(Event::PageRead {
            reading: reading.clone(),
            cost: Default::default(),
        });
        reading
    };
    Examination {
        declaration_id: String::new(),
        state: ExaminationState::Examined,
        files: submission
            .files
            .iter()
            .map(|file| file.name.clone())
            .collect(),
        documents: Vec::new(),
        findings: Vec::new(),
        pages: (1..=PAGES_OF_DOCUMENT).map(page).collect(),
        problems: Vec::new(),
        digests: Digests {
            input: Sha256Digest::of(b"input"),
            engine: "bench".to_owned(),
            model: Sha256Digest::of(b"model"),
            rule_pack: Sha256Digest::of(b"pack"),
            configuration: None,
        },
    }
}
