//! What a batch costs beside reading: CPU time of the same documents, examined one after the other without
//! and with a batch around them, in turns, one thread.

use crate::made::{copies, entered, examiner, sample_declaration, sample_files, worker};
use crate::{Failure, made, size};
use docexam_batch::export;
use docexam_pipeline::{Examiner, InputFile, Submission};
use docexam_store::Tenant;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub async fn bench() -> Result<(), Failure> {
    let rounds = size("DOCEXAM_BENCH_ROUNDS", 3);
    let copies_a_round = 2;
    let examiner = Arc::new(examiner(1)?);
    let (mut bare, mut batch) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..rounds {
        bare += examine(&examiner, copies_a_round)?;
        batch += work(&examiner, copies_a_round).await?;
    }
    let documents = (rounds * copies_a_round) as f64;
    let more = batch.as_secs_f64() / bare.as_secs_f64() - 1.0;
    println!(
        "\nbatch beside bare reading: {documents} documents of 4 pages each way, one thread\n"
    );
    println!("| | CPU s a document |");
    println!("|---|---|");
    println!("| examined | {:.3} |", bare.as_secs_f64() / documents);
    println!(
        "| examined in a batch, exported | {:.3} |",
        batch.as_secs_f64() / documents
    );
    println!("| more | {:.1} % |", more * 100.0);
    Ok(())
}

fn examine(examiner: &Examiner, count: u64) -> Result<Duration, Failure> {
    let declaration = sample_declaration()?;
    let files = sample_files()?;
    let start = cpu_time::ProcessTime::now();
    for number in 0..count {
        let file = |(name, bytes): &(String, Vec<u8>)| InputFile {
            name: name.clone(),
            bytes: made::another(bytes, number).into(),
        };
        let submission = Submission {
            declaration: Some(declaration.clone()),
            files: files.iter().map(file).collect(),
            ..Submission::default()
        };
        examiner.examine(&submission, &|_| {}, &AtomicBool::new(false))?;
    }
    Ok(start.elapsed())
}

/// All that `docexam batch run` does once its examiner is there.
async fn work(examiner: &Arc<Examiner>, count: u64) -> Result<Duration, Failure> {
    let folder = tempfile::tempdir()?;
    let manifest = copies(folder.path(), count)?;
    let start = cpu_time::ProcessTime::now();
    let store = entered(folder.path(), &manifest).await?;
    worker(&store, examiner.clone(), 1)
        .work(made::BATCH)
        .await?;
    let out = folder.path().join("out");
    let summary = export(&store, &Tenant::default(), made::BATCH, &out).await?;
    let spent = start.elapsed();
    if summary.documents.examined != count || summary.has_failures() {
        return Err(format!("not all was read: {summary:?}").into());
    }
    store.close().await;
    Ok(spent)
}
