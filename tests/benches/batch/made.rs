//! Archives for the benchmarks: copies of the sample consignment, and a store of them.

use crate::Failure;
use docexam_batch::{Manifest, Shard, Source, WorkOptions, Worker, reader_digest, submit};
use docexam_domain::Declaration;
use docexam_pipeline::{Config, Examiner};
use docexam_store::{Store, StoreLimits, Tenant};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

pub const BATCH: &str = "bench";

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub fn examiner(threads: usize) -> Result<Examiner, Failure> {
    let mut config = Config::new(root().join("models"));
    config.threads = threads;
    Ok(Examiner::new(config)?)
}

pub fn sample_declaration() -> Result<Declaration, Failure> {
    let json = std::fs::read(root().join("corpus/sample/declaration.json"))?;
    Ok(Declaration::from_json(&json)?)
}

/// The sample's files, in their order.
pub fn sample_files() -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let folder = root().join("corpus/sample/documents");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    paths.sort();
    let read = |path: PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok((name, std::fs::read(path)?))
    };
    paths.into_iter().map(read).collect()
}

/// The same file with another digest: all three kinds of files allow for bytes behind their end.
pub fn another(bytes: &[u8], number: u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.extend(format!("\n%copy {number}\n").as_bytes());
    bytes
}

/// A manifest of copies of the sample, with their files.
pub fn copies(folder: &Path, count: u64) -> Result<Manifest, Failure> {
    let declaration = root()
        .join("corpus/sample/declaration.json")
        .canonicalize()?;
    let path = folder.join("manifest.jsonl");
    let mut manifest = std::fs::File::create(&path)?;
    for number in 0..count {
        for (name, bytes) in sample_files()? {
            let file = format!("{number}-{name}");
            std::fs::write(folder.join(&file), another(&bytes, number))?;
            let row = serde_json::json!({
                "doc_id": format!("copy-{number}"), "path": file, "declaration": declaration,
            });
            writeln!(manifest, "{row}")?;
        }
    }
    Ok(Manifest::check(&path)?)
}

pub async fn entered(folder: &Path, manifest: &Manifest) -> Result<Store, Failure> {
    let store = Store::open(&folder.join("store"), StoreLimits::default()).await?;
    submit(
        &store,
        &Tenant::default(),
        BATCH,
        manifest,
        Shard::WHOLE,
        Source::InPlace,
    )
    .await?;
    Ok(store)
}

/// A worker of this examiner; nobody tells it to stop.
pub fn worker(store: &Store, examiner: Arc<Examiner>, threads: usize) -> Worker {
    Worker {
        store: store.clone(),
        tenant: Tenant::default(),
        reader: reader_digest(examiner.engine()),
        examine: Arc::new(move |submission, kept, progress, cancelled| {
            examiner.examine_keeping(submission, Some(kept), progress, cancelled)
        }),
        options: WorkOptions {
            threads,
            ..WorkOptions::default()
        },
        observe: Arc::new(|_| {}),
        stop: watch::channel(false).1,
    }
}
