//! `docexam store`: what an operator does with the state of a service.

use crate::exit::Done;
use crate::input::StoreOptions;
use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use docexam_store::{BlobPlace, DatabasePlace};
use jiff::{Span, SpanRelativeTo, Timestamp};
use std::path::PathBuf;

/// Check, back up, move or thin out the state of a service
#[derive(Subcommand)]
pub enum Command {
    Check(Check),
    Backup(Backup),
    Migrate(Migrate),
    Retain(Retain),
}

/// Read everything once and list what is missing, damaged or does not fit together
///
/// May run beside a service. Exit code 3 if there are problems.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    store: StoreOptions,
}

/// Copy database and files of one moment to a folder that a service can be started on
///
/// May run beside a service. For SQLite; PostgreSQL has pg_dump.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    store: StoreOptions,
    /// The folder; it must not hold a store yet
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Copy all rows of a database to an empty one, verified: all of them or none
///
/// SQLite and PostgreSQL, both ways. Stop the services that use the two databases first.
#[derive(Args)]
pub struct Migrate {
    /// postgres://HOST/DATABASE (user and password by PGUSER and PGPASSWORD) or the path of a SQLite file
    #[arg(long, value_name = "PLACE")]
    from: String,
    /// The same
    #[arg(long, value_name = "PLACE")]
    to: String,
    /// Copy the files too, from here: a folder, s3://BUCKET/PREFIX, az:// or gs://
    #[arg(long, value_name = "PLACE", requires = "blobs_to")]
    blobs_from: Option<String>,
    /// To here
    #[arg(long, value_name = "PLACE", requires = "blobs_from")]
    blobs_to: Option<String>,
}

/// Delete files that no younger examination uses; examinations, results and the audit log stay
///
/// May run beside a service. Files that are sent again are stored again.
#[derive(Args)]
pub struct Retain {
    #[command(flatten)]
    store: StoreOptions,
    /// Age since the file was last stored and its last examination finished, such as 90d, 12w or 36h
    #[arg(long, value_name = "AGE")]
    older_than: Span,
}

pub fn run(command: &Command) -> anyhow::Result<Done> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match command {
            Command::Check(arguments) => check(arguments).await,
            Command::Backup(arguments) => backup(arguments).await,
            Command::Migrate(arguments) => migrate(arguments).await,
            Command::Retain(arguments) => retain(arguments).await,
        }
    })
}

async fn check(arguments: &Check) -> anyhow::Result<Done> {
    let store = arguments.store.open().await?;
    let report = store.check().await?;
    store.close().await;
    println!("files\t{}", report.files);
    println!("examinations\t{}", report.examinations);
    println!("readings\t{}", report.readings);
    println!("orphans\t{}", report.orphans);
    println!("problems\t{}", report.problem_count);
    for problem in &report.problems {
        println!("problem\t{problem}");
    }
    Ok(match report.problem_count {
        0 => Done::Complete,
        _ => Done::Partial,
    })
}

async fn backup(arguments: &Backup) -> anyhow::Result<Done> {
    let store = arguments.store.open().await?;
    let files = store.backup(&arguments.folder).await?;
    store.close().await;
    println!("files\t{files}");
    Ok(Done::Complete)
}

async fn migrate(arguments: &Migrate) -> anyhow::Result<Done> {
    let from = DatabasePlace::parse(&arguments.from)?;
    let to = DatabasePlace::parse(&arguments.to)?;
    ensure!(from != to, "--from and --to are the same database");
    // Files first: they do no harm without rows, but rows do without files.
    if let (Some(blobs_from), Some(blobs_to)) = (&arguments.blobs_from, &arguments.blobs_to) {
        let places = docexam_store::Places {
            database: from.clone(),
            blobs: BlobPlace::parse(blobs_from)?,
        };
        let store = StoreOptions::open_places(&places).await?;
        let files = store.copy_files(&BlobPlace::parse(blobs_to)?).await?;
        store.close().await;
        println!("files\t{files}");
    }
    for table in docexam_store::migrate(&from, &to).await? {
        println!("{}\t{}", table.name, table.rows);
    }
    Ok(Done::Complete)
}

async fn retain(arguments: &Retain) -> anyhow::Result<Done> {
    let age = arguments.older_than;
    ensure!(
        age.is_positive(),
        "--older-than {age} is not an age: 90d, for example"
    );
    // Months and years have no fixed length: they are refused here.
    let moment = age
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .and_then(|age| Timestamp::now().checked_sub(age))
        .with_context(|| format!("--older-than {age}"))?;
    let store = arguments.store.open().await?;
    let report = store.retain(moment).await?;
    store.close().await;
    println!("files\t{}", report.removed);
    println!("readings\t{}", report.readings);
    println!("orphans\t{}", report.orphans);
    Ok(Done::Complete)
}
