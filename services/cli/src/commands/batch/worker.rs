//! `docexam batch worker`: one of many processes that work on the batches of a store. `batch run` works in
//! the same way on a store of its own.

use super::archive::SharedStore;
use super::supervise::{HANGS, supervised};
use crate::exit::Done;
use crate::input::ReadingOptions;
use crate::output::batch::BatchProgress;
use anyhow::bail;
use clap::Args;
use docexam_batch::{BatchError, End, WorkOptions, Worker, reader_digest};
use docexam_pipeline::{Config, Examiner};
use docexam_store::{Store, Tenant};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Between looks for a new batch.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

#[derive(Args)]
pub struct Arguments {
    /// Work on this batch only (default: on all, the oldest first)
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    /// Wait for new batches when nothing is left, until told to stop
    #[arg(long)]
    stay: bool,
    #[command(flatten)]
    work: WorkArguments,
    #[command(flatten)]
    store: SharedStore,
    #[command(flatten)]
    reading: ReadingOptions,
}

#[derive(Args, Clone)]
pub struct WorkArguments {
    /// End once more documents than this have failed
    #[arg(long, value_name = "N")]
    max_failures: Option<u64>,
    /// A document that takes longer fails as `timeout`
    #[arg(long, default_value_t = 14_400, value_name = "SECONDS")]
    max_document_seconds: u64,
    /// How long a worker may be silent before another one takes its documents
    #[arg(long, default_value_t = 120, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(5..))]
    lease_seconds: u64,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    supervised(|shift| {
        super::runtime()?.block_on(async {
            let config = arguments.reading.config()?;
            let (store, tenant) = arguments.store.make().await?;
            let crew = Crew::new(
                config,
                &arguments.work,
                store.clone(),
                tenant.clone(),
                shift.stop,
            )?;
            let mut failures = false;
            loop {
                let batches = match &arguments.batch {
                    Some(batch) => vec![batch.clone()],
                    None => store.batches(&tenant).await?,
                };
                for batch in batches {
                    if store.batch(&tenant, &batch).await?.is_finished() {
                        continue;
                    }
                    match crew.work(&batch).await? {
                        Done::Complete => {}
                        Done::Partial => failures = true,
                        other => return Ok(other),
                    }
                }
                if !arguments.stay {
                    break;
                }
                if crew.is_stopped_within(LOOK_AGAIN).await {
                    return Ok(Done::Interrupted);
                }
            }
            store.close().await;
            Ok(if failures {
                Done::Partial
            } else {
                Done::Complete
            })
        })
    })
}

/// The reader, and who works with it.
pub struct Crew {
    worker: Worker,
    progress: Arc<BatchProgress>,
}

impl Crew {
    pub fn new(
        config: Config,
        work: &WorkArguments,
        store: Store,
        tenant: Tenant,
        stop: watch::Receiver<bool>,
    ) -> anyhow::Result<Self> {
        let options = WorkOptions {
            threads: config.threads,
            lease: Duration::from_secs(work.lease_seconds),
            max_failures: work.max_failures,
            max_document_time: Duration::from_secs(work.max_document_seconds),
            max_file_bytes: config.limits.max_file_bytes,
        };
        let examiner = Examiner::new(config)?;
        let progress = Arc::new(BatchProgress::default());
        let shown = progress.clone();
        Ok(Self {
            worker: Worker {
                store,
                tenant,
                reader: reader_digest(examiner.engine()),
                examine: Arc::new(move |submission, kept, progress, cancelled| {
                    examiner.examine_keeping(submission, Some(kept), progress, cancelled)
                }),
                options,
                observe: Arc::new(move |event| shown.observe(&event)),
                stop,
            },
            progress,
        })
    }

    /// Until nothing is left of the batch, or it is told to stop.
    pub async fn work(&self, batch: &str) -> anyhow::Result<Done> {
        let record = self.worker.store.batch(&self.worker.tenant, batch).await?;
        self.progress.begin(&record);
        let end = self.worker.work(batch).await;
        self.progress.finish();
        match end {
            Ok(End::Finished) => {
                let record = self.worker.store.batch(&self.worker.tenant, batch).await?;
                match record.failed + record.pages_failed {
                    0 => Ok(Done::Complete),
                    _ => Ok(Done::Partial),
                }
            }
            Ok(End::Stopped) => Ok(Done::Interrupted),
            Ok(End::TooManyFailures { failed, limit }) => {
                bail!("ended because {failed} documents have failed; --max-failures is {limit}")
            }
            Err(error @ BatchError::Hung { .. }) => {
                eprintln!("docexam: {error}");
                // Its thread cannot be ended otherwise.
                std::process::exit(HANGS)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn is_stopped_within(&self, time: Duration) -> bool {
        let mut stop = self.worker.stop.clone();
        let told = tokio::time::timeout(time, stop.wait_for(|stop| *stop));
        matches!(told.await, Ok(Ok(_)))
    }
}
