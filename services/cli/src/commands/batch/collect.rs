//! `docexam batch status`, `collect` and `graph`: what the batches of a store have come to.

use super::archive::Archive;
use crate::exit::Done;
use crate::output::{self, Format};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    archive: Archive,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Args)]
pub struct Collect {
    #[command(flatten)]
    archive: Archive,
    /// Folder for the results
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Args)]
pub struct Graph {
    #[command(flatten)]
    archive: Archive,
    /// Folder for nodes.parquet, edges.parquet, neo4j/nodes.csv and neo4j/relationships.csv
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn status(arguments: &Status) -> anyhow::Result<Done> {
    super::runtime()?.block_on(async {
        let (store, tenant) = arguments.archive.open().await?;
        let mut records = Vec::new();
        for batch in arguments.archive.batches(&store, &tenant).await? {
            records.push(store.batch(&tenant, &batch).await?);
        }
        store.close().await;
        output::batch::print_status(&records, arguments.format)?;
        Ok(Done::Complete)
    })
}

pub fn collect(arguments: &Collect) -> anyhow::Result<Done> {
    super::runtime()?.block_on(async {
        let (store, tenant) = arguments.archive.open().await?;
        let batch = arguments.archive.batch(&store, &tenant).await?;
        let summary = docexam_batch::export(&store, &tenant, &batch, &arguments.out).await?;
        store.close().await;
        output::batch::print_summary(&summary, arguments.format)?;
        Ok(match summary.has_failures() {
            true => Done::Partial,
            false => Done::Complete,
        })
    })
}

pub fn graph(arguments: &Graph) -> anyhow::Result<Done> {
    super::runtime()?.block_on(async {
        let (store, tenant) = arguments.archive.open().await?;
        let batch = arguments.archive.batch(&store, &tenant).await?;
        let counts = docexam_batch::graph(&store, &tenant, &batch, &arguments.out).await?;
        store.close().await;
        println!(
            "{} nodes and {} edges of {} documents",
            counts.nodes, counts.edges, counts.documents
        );
        Ok(Done::Complete)
    })
}
