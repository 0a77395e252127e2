//! Replay: documents a second on two threads, over an archive with SQLite.
//!
//! The archive is the sample consignment, read once by the real reader. A few hundred distinct variants (one
//! digit of each page is another one) are extracted from its readings and stored; documents take turns.

use crate::made::{BATCH, another, examiner, root, sample_declaration, sample_files};
use crate::{Failure, size};
use docexam_batch::{Replay, reader_digest, replay};
use docexam_checks::SubmittedFile;
use docexam_domain::{PageReading, Sha256Digest};
use docexam_pipeline::{Assessor, Earlier, InputFile, Readings, ReadingsError, Submission};
use docexam_store::{
    BatchClaim, BatchFile, BatchResult, BatchTask, Store, StoreLimits, StoredFile, Tenant,
};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub async fn bench() -> Result<(), Failure> {
    let documents = size("DOCEXAM_BENCH_DOCUMENTS", 2_000);
    let variants = size("DOCEXAM_BENCH_VARIANTS", 50).min(documents);
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path(), StoreLimits::default()).await?;
    let assessor = Arc::new(Assessor::load(
        &root().join("models"),
        Path::new("wco-baseline"),
    )?);
    let filled = Instant::now();
    fill(&store, &assessor, documents, variants).await?;
    println!(
        "\nreplay: {documents} documents of 4 pages, {variants} distinct, in SQLite (filled in {:.0} s)\n",
        filled.elapsed().as_secs_f64()
    );
    println!("| replay | documents | s | documents/s | CPU ms a document |");
    println!("|---|---|---|---|---|");
    let again = Replay {
        store: store.clone(),
        tenant: Tenant::default(),
        assessor,
        extract: false,
        threads: 2,
    };
    run("rules on stored fields", &again, BATCH, folder.path()).await?;
    let extracting = Replay {
        extract: true,
        ..again
    };
    run(
        "extraction from stored readings, then rules",
        &extracting,
        "few",
        folder.path(),
    )
    .await?;
    store.close().await;
    Ok(())
}

async fn run(what: &str, again: &Replay, batch: &str, folder: &Path) -> Result<(), Failure> {
    let (start, cpu) = (Instant::now(), cpu_time::ProcessTime::now());
    let replayed = replay(again, batch, &folder.join("out"), &|_| {}).await?;
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
    let documents = replayed.diff.documents;
    if replayed.diff.documents_changed + replayed.diff.documents_without_result > 0 {
        return Err(format!("the same rules found something else: {:?}", replayed.diff).into());
    }
    println!(
        "| {what} | {documents} | {seconds:.1} | {:.0} | {:.2} |",
        documents as f64 / seconds,
        cpu * 1000.0 / documents as f64
    );
    Ok(())
}

/// Keeps what is read, for the variants.
#[derive(Default)]
struct Notebook(Mutex<Vec<(Sha256Digest, PageReading)>>);

impl Readings for Notebook {
    fn reading(&self, _: &Sha256Digest, _: u32) -> Result<Option<PageReading>, ReadingsError> {
        Ok(None)
    }

    fn keep(&self, file: &Sha256Digest, reading: &PageReading) -> Result<(), ReadingsError> {
        let mut notes = self.0.lock().map_err(|error| error.to_string())?;
        notes.push((file.clone(), reading.clone()));
        Ok(())
    }
}

/// The batches `bench`, of all documents, and `few`, of one for each variant.
async fn fill(
    store: &Store,
    assessor: &Assessor,
    documents: u64,
    variants: u64,
) -> Result<(), Failure> {
    let (earlier, notes) = read_sample()?;
    let reader = reader_digest(&earlier.examination.digests.engine);
    let mut results = Vec::new();
    for number in 0..variants {
        results.push(variant(store, assessor, &earlier, &notes, &reader, number).await?);
    }
    for (batch, count) in [(BATCH, documents), ("few", variants)] {
        store_results(store, batch, count, &results).await?;
    }
    Ok(())
}

fn read_sample() -> Result<(Earlier, Vec<(Sha256Digest, PageReading)>), Failure> {
    let examiner = examiner(2)?;
    let files = sample_files()?;
    let submission = Submission {
        declaration: Some(sample_declaration()?),
        files: files
            .iter()
            .map(|(name, bytes)| InputFile {
                name: name.clone(),
                bytes: bytes.clone().into(),
            })
            .collect(),
        ..Submission::default()
    };
    let notebook = Notebook::default();
    let never = AtomicBool::new(false);
    let examination = examiner.examine_keeping(&submission, Some(&notebook), &|_| {}, &never)?;
    let notes = notebook.0.into_inner().map_err(|error| error.to_string())?;
    let files = files
        .iter()
        .map(|(name, bytes)| SubmittedFile {
            name: name.clone(),
            digest: Sha256Digest::of(bytes),
        })
        .collect();
    let earlier = Earlier {
        declaration: submission.declaration,
        files,
        examination,
    };
    Ok((earlier, notes))
}

/// Another consignment, as far as its readings go: stored under other files.
async fn variant(
    store: &Store,
    assessor: &Assessor,
    sample: &Earlier,
    notes: &[(Sha256Digest, PageReading)],
    reader: &Sha256Digest,
    number: u64,
) -> Result<BatchResult, Failure> {
    let mut earlier = sample.clone();
    if let Some(declaration) = &mut earlier.declaration {
        declaration.id = format!("{}-{number}", declaration.id);
    }
    let mut readings = Vec::new();
    for (index, file) in (0u32..).zip(&mut earlier.files) {
        let mut pages: Vec<PageReading> = notes
            .iter()
            .filter(|(digest, _)| *digest == file.digest)
            .map(|(_, reading)| changed(reading, number))
            .collect();
        file.digest = Sha256Digest::of(&another(file.name.as_bytes(), number));
        store.put_readings(&file.digest, reader, &pages).await?;
        pages.iter_mut().for_each(|page| page.file = index);
        readings.extend(pages);
    }
    let examination = assessor.extract_again(&earlier, readings)?;
    let files = earlier.files.iter().map(|file| StoredFile {
        name: file.name.clone(),
        digest: file.digest.clone(),
    });
    Ok(BatchResult {
        files: files.collect(),
        declaration: earlier.declaration,
        examination,
    })
}

/// One word with digits ends with another digit.
fn changed(reading: &PageReading, number: u64) -> PageReading {
    let mut reading = reading.clone();
    let numbers = reading.words.iter_mut();
    let mut numbers: Vec<&mut String> = numbers
        .map(|word| &mut word.text)
        .filter(|text| text.ends_with(|last: char| last.is_ascii_digit()))
        .collect();
    if !numbers.is_empty() {
        let index = number as usize % numbers.len();
        let text = &mut numbers[index];
        text.pop();
        text.push_str(&(number % 10).to_string());
    }
    reading
}

async fn store_results(
    store: &Store,
    batch: &str,
    count: u64,
    results: &[BatchResult],
) -> Result<(), Failure> {
    let tenant = Tenant::default();
    store
        .begin_batch(&tenant, batch, &Sha256Digest::of(batch.as_bytes()))
        .await?;
    let tasks: Vec<(i64, BatchTask)> = (0..count)
        .map(|number| {
            let result = &results[number as usize % results.len()];
            let task = BatchTask {
                document_id: format!("doc-{number}"),
                declaration: None,
                files: result
                    .files
                    .iter()
                    .map(|file| BatchFile {
                        name: file.name.clone(),
                        path: None,
                        digest: Some(file.digest.clone()),
                    })
                    .collect(),
            };
            (number as i64, task)
        })
        .collect();
    for tasks in tasks.chunks(500) {
        store.add_batch_documents(&tenant, batch, tasks).await?;
    }
    store.seal_batch(&tenant, batch, count).await?;
    loop {
        let claimed = store
            .claim_batch_documents(
                &tenant,
                batch,
                "bench",
                BatchClaim::Fresh(200),
                Duration::from_secs(600),
            )
            .await?;
        if claimed.is_empty() {
            return Ok(());
        }
        for document in claimed {
            let result = &results[document.position as usize % results.len()];
            store.finish_batch_document(&document, result).await?;
        }
    }
}
