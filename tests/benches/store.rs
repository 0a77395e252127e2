//! Examinations a second that workers claim and complete: `make bench`.
//!
//! Goes in: nothing. Comes out: one table, for SQLite and for PostgreSQL. 8 workers take 20 examinations at a
//! time and finish them in one transaction, synced to the disk. No reading, no network but loopback.

use docexam_domain::{Declaration, Examination};
use docexam_store::{
    Claimant, DatabasePlace, NewExamination, Places, Store, StoreLimits, StoredFile, Tenant,
};
use docexam_tests::postgres::Postgres;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WORKERS: usize = 8;
const AT_ONCE: u32 = 20;
const EXAMINATIONS: usize = 800;
const RUNS: usize = 3;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    println!("{WORKERS} workers, {AT_ONCE} a claim; examinations a second, {RUNS} runs\n");
    println!("| database | median | lowest | highest |");
    println!("|---|--:|--:|--:|");
    let folder = tempfile::tempdir()?;
    let sqlite = Places::in_folder(folder.path());
    runtime.block_on(bench("SQLite", &sqlite))?;
    let server = Postgres::start();
    let postgres = Places {
        database: DatabasePlace::Postgres(server.new_database()),
        ..sqlite
    };
    runtime.block_on(bench("PostgreSQL", &postgres))
}

async fn bench(name: &str, places: &Places) -> Result<(), Failure> {
    let limits = StoreLimits {
        max_waiting: EXAMINATIONS as u64,
        ..StoreLimits::default()
    };
    let store = Store::open_at(places, limits).await?;
    let mut rates = Vec::new();
    for _ in 0..RUNS {
        fill(&store).await?;
        let began = Instant::now();
        let done = work(&store).await?;
        assert_eq!(done, EXAMINATIONS);
        rates.push((done as f64 / began.elapsed().as_secs_f64()).round() as u64);
    }
    rates.sort_unstable();
    println!(
        "| {name} | {} | {} | {} |",
        rates[RUNS / 2],
        rates[0],
        rates[RUNS - 1]
    );
    store.close().await;
    Ok(())
}

/// Each with a file of its own, as consignments have.
async fn fill(store: &Store) -> Result<(), Failure> {
    let tenant = Tenant::default();
    let mut callers = JoinSet::new();
    for caller in 0..WORKERS {
        let (store, tenant) = (store.clone(), tenant.clone());
        callers.spawn(async move {
            for number in 0..EXAMINATIONS / WORKERS {
                let content = format!("file {caller} {number}").into();
                let digest = store.put_file(&tenant, "invoice.pdf", content).await?;
                let new = NewExamination {
                    declaration: Some(Declaration {
                        id: format!("{caller}-{number}"),
                        ..Declaration::default()
                    }),
                    files: vec![StoredFile {
                        name: "invoice.pdf".to_owned(),
                        digest,
                    }],
                    request_id: None,
                };
                store.create_examination(&tenant, &new).await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    Ok(())
}

async fn work(store: &Store) -> Result<usize, Failure> {
    let result = sample()?;
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (store, result) = (store.clone(), result.clone());
        workers.spawn(async move {
            let claimant = Claimant::new(Duration::from_secs(60));
            let mut done = 0;
            loop {
                let claimed = store.claim_some(&claimant, AT_ONCE).await?;
                if claimed.is_empty() {
                    return Ok::<usize, Failure>(done);
                }
                let results: Vec<_> = claimed.iter().map(|one| (one, &result)).collect();
                for finished in store.finish_all(&results).await? {
                    finished?;
                    done += 1;
                }
            }
        });
    }
    let mut done = 0;
    while let Some(ended) = workers.join_next().await {
        done += ended??;
    }
    Ok(done)
}

/// The result that the store's own tests use.
fn sample() -> Result<Examination, Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let json = std::fs::read(root.join("services/store/samples/result-1.json"))?;
    let sample: serde_json::Value = serde_json::from_slice(&json)?;
    Ok(serde_json::from_value(sample["body"].clone())?)
}
