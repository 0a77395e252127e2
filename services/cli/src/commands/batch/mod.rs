//! `docexam batch`: archives, on this machine or on many.

mod archive;
mod collect;
mod replay;
mod run;
mod submit;
mod supervise;
mod worker;

use crate::exit::Done;
use clap::Subcommand;

/// Examine archives of documents, and examine them again
#[derive(Subcommand)]
pub enum Command {
    /// Examine all documents of a manifest on this machine. Stop it as you like (or kill it): the same
    /// command goes on where it ended
    Run(run::Arguments),
    /// Enter the documents of a manifest into a store, for workers on any number of machines
    Submit(submit::Arguments),
    /// Work on the documents that were submitted to a store, until none is left
    Worker(worker::Arguments),
    /// Show how far the batches of a store are
    Status(collect::Status),
    /// Write the results of a batch: JSON lines, Parquet, summary
    Collect(collect::Collect),
    /// Examine again from stored readings, without reading a page, and show what differs
    Replay(replay::Arguments),
    /// Write parties, identifiers, addresses and documents with their relations for a knowledge graph
    Graph(collect::Graph),
}

pub fn run(command: &Command) -> anyhow::Result<Done> {
    match command {
        Command::Run(arguments) => run::run(arguments),
        Command::Submit(arguments) => submit::run(arguments),
        Command::Worker(arguments) => worker::run(arguments),
        Command::Status(arguments) => collect::status(arguments),
        Command::Collect(arguments) => collect::collect(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::Graph(arguments) => collect::graph(arguments),
    }
}

/// Several threads: the database must answer while a result is written.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}
