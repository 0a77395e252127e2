//! `docexam batch submit`: a manifest into a store that workers share.

use super::archive::SharedStore;
use crate::exit::Done;
use clap::Args;
use docexam_batch::{Manifest, Shard, Source, batch_id, submit};
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// The documents, .jsonl or .csv; see `docexam batch run --help`
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,
    /// What the batch is called (default: after the digest of the manifest, so that submitting it twice is
    /// harmless)
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    /// Leave the files where they are: all workers see them under the same path
    #[arg(long)]
    in_place: bool,
    /// Try documents of an earlier submission again that have failed
    #[arg(long)]
    retry_failed: bool,
    #[command(flatten)]
    store: SharedStore,
}

/// Prints the name of the batch.
pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let manifest = Manifest::check(&arguments.manifest)?;
    let batch = arguments
        .batch
        .clone()
        .unwrap_or_else(|| batch_id(&manifest));
    let source = match arguments.in_place {
        true => Source::InPlace,
        false => Source::Uploaded,
    };
    super::runtime()?.block_on(async {
        let (store, tenant) = arguments.store.make().await?;
        let record = submit(&store, &tenant, &batch, &manifest, Shard::WHOLE, source).await?;
        if arguments.retry_failed {
            let again = store.retry_failed_batch_documents(&tenant, &batch).await?;
            eprintln!("{again} documents are tried again");
        }
        eprintln!(
            "{} documents, {} of them to do",
            record.documents.unwrap_or_default(),
            record.waiting + record.running
        );
        store.close().await;
        println!("{batch}");
        Ok(Done::Complete)
    })
}
