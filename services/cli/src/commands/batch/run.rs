//! `docexam batch run`: a manifest, examined on this machine.

use super::archive::{RUN, store_folder};
use super::supervise::supervised;
use super::worker::{Crew, WorkArguments};
use crate::exit::Done;
use crate::input::ReadingOptions;
use crate::output::{self, Format};
use anyhow::Context;
use clap::Args;
use docexam_batch::{Manifest, Shard, Source, export, submit};
use docexam_store::{Store, StoreError, StoreLimits, Tenant};
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// The documents, .jsonl or .csv: doc_id, path or blob, sha256, declaration (a path or the JSON itself),
    /// name; consecutive rows with one doc_id are the files of one document
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,
    /// Folder for results and for everything that is needed to go on
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only this part of the manifest, e.g. 2/8; each part needs a folder of its own
    #[arg(long, default_value_t = Shard::WHOLE, value_name = "I/N")]
    shard: Shard,
    /// Try documents again that have failed
    #[arg(long)]
    retry_failed: bool,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    work: WorkArguments,
    #[command(flatten)]
    reading: ReadingOptions,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    // Before a second process is started: it is not worth one if it is bad.
    let manifest = Manifest::check(&arguments.manifest)?;
    supervised(|shift| {
        super::runtime()?.block_on(async {
            let config = arguments.reading.config()?;
            let tenant = Tenant::default();
            let folder = store_folder(&arguments.out);
            let store = Store::open(&folder, StoreLimits::default()).await?;
            let entered = submit(
                &store,
                &tenant,
                RUN,
                &manifest,
                arguments.shard,
                Source::InPlace,
            );
            let record = entered.await.map_err(|error| match error {
                docexam_batch::BatchError::Store(StoreError::OtherManifest { .. }) => {
                    anyhow::anyhow!(
                        "{} holds another manifest or part of one; choose another --out",
                        arguments.out.display()
                    )
                }
                other => other.into(),
            })?;
            // Not again after a crash: what crashed has failed since.
            if arguments.retry_failed && shift.is_first {
                store.retry_failed_batch_documents(&tenant, RUN).await?;
            } else if record.is_finished() {
                eprintln!("docexam: all documents are done already");
            }
            let crew = Crew::new(
                config,
                &arguments.work,
                store.clone(),
                tenant.clone(),
                shift.stop,
            )?;
            let done = crew.work(RUN).await;
            if let Ok(Done::Interrupted) = done {
                let record = store.batch(&tenant, RUN).await?;
                eprintln!(
                    "docexam: {} of {} documents are done; the same command goes on",
                    record.examined + record.failed,
                    record.documents.unwrap_or_default()
                );
                return Ok(Done::Interrupted);
            }
            let summary = export(&store, &tenant, RUN, &arguments.out).await?;
            store.close().await;
            let done = done
                .with_context(|| format!("what is done stands in {}", arguments.out.display()))?;
            output::batch::print_summary(&summary, arguments.format)?;
            Ok(match summary.has_failures() {
                true => Done::Partial,
                false => done,
            })
        })
    })
}
