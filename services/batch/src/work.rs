//! A worker: takes documents up, works on several at once, and stores what became of each.
//!
//! Documents whose earlier worker ended are worked on last, one at a time and alone, so that a document
//! that ends the process is found out and its neighbours are not blamed. Told to stop, a worker finishes
//! what it has in hand. Deliberately absent: starting again after a crash; whoever runs the process does.

use crate::document::{Desk, Unexamined};
use crate::readings::StoredReadings;
use crate::{BatchError, Examine, FailureClass};
use docexam_domain::{PageStatus, Sha256Digest};
use docexam_pipeline::Event;
use docexam_store::{BatchClaim, BatchResult, ClaimedDocument, Store, StoreError, Tenant};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use uuid::Uuid;

/// Between looks at a batch whose last documents are with other workers.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// From telling a document to stop (it looks up after each page) to giving up on it.
const GRACE: Duration = Duration::from_secs(180);
/// A database that restarts is back within this, or not soon.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub struct WorkOptions {
    /// Documents in hand at once; at least 1.
    pub threads: usize,
    /// How long a worker may be silent before others take its documents.
    pub lease: Duration,
    /// More failed documents than this in the batch end the work.
    pub max_failures: Option<u64>,
    /// A document that takes longer is told to stop, and fails.
    pub max_document_time: Duration,
    pub max_file_bytes: u64,
}

impl Default for WorkOptions {
    fn default() -> Self {
        Self {
            threads: 1,
            lease: Duration::from_secs(120),
            max_failures: None,
            // 5,000 pages at 1 s are 83 minutes.
            max_document_time: Duration::from_secs(4 * 3600),
            max_file_bytes: docexam_intake::Limits::default().max_file_bytes,
        }
    }
}

/// What happens, for whoever shows progress. Called from any thread.
#[derive(Clone, Debug, PartialEq)]
pub enum WorkEvent {
    Opened {
        pages: u32,
    },
    PageRead,
    Examined {
        document: String,
        pages: u64,
        pages_failed: u64,
    },
    Failed {
        document: String,
        class: String,
        problem: String,
    },
}

/// Why work ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing is left to do.
    Finished,
    /// It was told to stop; what was in hand is finished.
    Stopped,
    TooManyFailures {
        failed: u64,
        limit: u64,
    },
}

#[derive(Clone)]
pub struct Worker {
    pub store: Store,
    pub tenant: Tenant,
    pub examine: Arc<Examine>,
    /// See [`crate::reader_digest`].
    pub reader: Sha256Digest,
    pub options: WorkOptions,
    pub observe: Arc<dyn Fn(WorkEvent) + Send + Sync>,
    /// Becomes true when the worker is to stop.
    pub stop: watch::Receiver<bool>,
}

impl Worker {
    /// Works on a batch until nothing is left of it, those documents included that other workers have
    /// taken up and not finished.
    pub async fn work(&self, batch: &str) -> Result<End, BatchError> {
        let owner = format!("{}-{}", std::process::id(), Uuid::new_v4());
        let _renewal = self.renewal(batch, &owner);
        let failed = self.store.batch(&self.tenant, batch).await?.failed;
        let shift = Shift {
            worker: self,
            batch,
            owner: &owner,
            failed: Arc::new(AtomicU64::new(failed)),
        };
        shift.work().await
    }

    /// Prolongs the leases of what is in hand until it is dropped.
    fn renewal(&self, batch: &str, owner: &str) -> AbortOnDrop {
        let (store, tenant, lease) = (self.store.clone(), self.tenant.clone(), self.options.lease);
        let (batch, owner) = (batch.to_owned(), owner.to_owned());
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(lease / 4).await;
                let extended = store.extend_batch_claims(&tenant, &batch, &owner, lease);
                if let Err(error) = extended.await {
                    tracing::warn!(%error, "leases not prolonged");
                }
            }
        });
        AbortOnDrop(task.abort_handle())
    }
}

/// One worker on one batch.
struct Shift<'a> {
    worker: &'a Worker,
    batch: &'a str,
    owner: &'a str,
    /// In the whole batch, as far as this worker knows.
    failed: Arc<AtomicU64>,
}

impl Shift<'_> {
    async fn work(&self) -> Result<End, BatchError> {
        let mut in_hand = JoinSet::new();
        let end = self.take_up(&mut in_hand).await;
        // Whatever the reason for ending: what was begun is finished.
        while let Some(done) = in_hand.join_next().await {
            settled(done)?;
        }
        end
    }

    async fn take_up(
        &self,
        in_hand: &mut JoinSet<Result<(), BatchError>>,
    ) -> Result<End, BatchError> {
        let mut stop = self.worker.stop.clone();
        loop {
            while let Some(done) = in_hand.try_join_next() {
                settled(done)?;
            }
            if *stop.borrow_and_update() {
                return Ok(End::Stopped);
            }
            if let Some(end) = self.too_many_failures() {
                return Ok(end);
            }
            let free = self
                .worker
                .options
                .threads
                .max(1)
                .saturating_sub(in_hand.len());
            let fresh = BatchClaim::Fresh(u32::try_from(free).unwrap_or(u32::MAX));
            let claimed = self.claim(fresh).await?;
            let all_taken = claimed.len() < free;
            for document in claimed {
                in_hand.spawn(self.document(document));
            }
            if in_hand.is_empty() {
                if let Some(suspect) = self.claim(BatchClaim::Suspect).await?.pop() {
                    self.document(suspect).await?;
                    continue;
                }
                let record = self
                    .worker
                    .store
                    .batch(&self.worker.tenant, self.batch)
                    .await?;
                if record.is_finished() {
                    return Ok(End::Finished);
                }
                wait(&mut stop, tokio::time::sleep(LOOK_AGAIN)).await;
            } else if all_taken || in_hand.len() >= self.worker.options.threads {
                tokio::select! {
                    done = in_hand.join_next() => if let Some(done) = done { settled(done)? },
                    Ok(()) = stop.changed() => {}
                }
            }
        }
    }

    fn too_many_failures(&self) -> Option<End> {
        let failed = self.failed.load(Ordering::Relaxed);
        let limit = self
            .worker
            .options
            .max_failures
            .filter(|limit| failed > *limit)?;
        Some(End::TooManyFailures { failed, limit })
    }

    async fn claim(&self, claim: BatchClaim) -> Result<Vec<ClaimedDocument>, BatchError> {
        let Worker {
            store,
            tenant,
            options,
            ..
        } = self.worker;
        patiently(|| {
            store.claim_batch_documents(tenant, self.batch, self.owner, claim, options.lease)
        })
        .await
    }

    /// Examines one document and stores what became of it. An error ends the worker.
    fn document(
        &self,
        claimed: ClaimedDocument,
    ) -> impl Future<Output = Result<(), BatchError>> + Send + use<> {
        let worker = self.worker.clone();
        let failed = Arc::clone(&self.failed);
        async move {
            match worker.examined(&claimed).await? {
                Ok(result) => worker.keep(&claimed, &result).await,
                Err(Unexamined::Failed(class, problem)) => {
                    failed.fetch_add(1, Ordering::Relaxed);
                    worker.bury(&claimed, class, problem).await
                }
                Err(Unexamined::Broken(problem)) => {
                    // The document is not to blame: it waits as if nobody had tried it.
                    worker.store.give_back_batch_document(&claimed).await?;
                    Err(BatchError::Document {
                        document: claimed.task.document_id,
                        problem,
                    })
                }
            }
        }
    }
}

impl Worker {
    /// On a blocking thread, for as long as a document may take.
    async fn examined(
        &self,
        claimed: &ClaimedDocument,
    ) -> Result<Result<BatchResult, Unexamined>, BatchError> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let mut work = tokio::task::spawn_blocking({
            let (worker, claimed, cancelled) = (self.clone(), claimed.clone(), cancelled.clone());
            let runtime = tokio::runtime::Handle::current();
            move || worker.examine_now(&claimed, runtime, &cancelled)
        });
        let limit = self.options.max_document_time;
        let done = match tokio::time::timeout(limit, &mut work).await {
            Ok(done) => done,
            Err(_) => {
                cancelled.store(true, Ordering::Relaxed);
                match tokio::time::timeout(GRACE, &mut work).await {
                    Ok(done) => done,
                    // The thread cannot be stopped: the process has to end, which costs an attempt.
                    Err(_) => {
                        return Err(BatchError::Hung {
                            document: claimed.task.document_id.clone(),
                            seconds: GRACE.as_secs(),
                        });
                    }
                }
            }
        };
        Ok(match done {
            Ok(Err(Unexamined::Failed(FailureClass::Timeout, _)))
                if cancelled.load(Ordering::Relaxed) =>
            {
                let problem = format!("took longer than {} s, which is the limit", limit.as_secs());
                Err(Unexamined::Failed(FailureClass::Timeout, problem))
            }
            Ok(examined) => examined,
            Err(panic) => Err(Unexamined::Failed(
                FailureClass::Crashed,
                format!("its reading broke off: {panic}"),
            )),
        })
    }

    fn examine_now(
        &self,
        claimed: &ClaimedDocument,
        runtime: tokio::runtime::Handle,
        cancelled: &AtomicBool,
    ) -> Result<BatchResult, Unexamined> {
        let desk = Desk {
            readings: StoredReadings {
                store: self.store.clone(),
                reader: self.reader.clone(),
                runtime,
            },
            examine: self.examine.as_ref(),
            max_file_bytes: self.options.max_file_bytes,
        };
        let progress = |event: &Event| match event {
            Event::FileOpened { pages, .. } => (self.observe)(WorkEvent::Opened { pages: *pages }),
            Event::PageRead { .. } => (self.observe)(WorkEvent::PageRead),
            Event::FileFailed { .. }
            | Event::Reading(_)
            | Event::DocumentsFound(_)
            | Event::Finding(_) => {}
        };
        desk.examined(claimed, &progress, cancelled)
    }

    async fn keep(
        &self,
        claimed: &ClaimedDocument,
        result: &BatchResult,
    ) -> Result<(), BatchError> {
        let stored = patiently(|| self.store.finish_batch_document(claimed, result)).await;
        if !is_ours(stored)? {
            return Ok(());
        }
        let pages = &result.examination.pages;
        let failed = pages
            .iter()
            .filter(|page| page.status == PageStatus::Failed);
        (self.observe)(WorkEvent::Examined {
            document: claimed.task.document_id.clone(),
            pages: pages.len() as u64,
            pages_failed: failed.count() as u64,
        });
        Ok(())
    }

    async fn bury(
        &self,
        claimed: &ClaimedDocument,
        class: FailureClass,
        problem: String,
    ) -> Result<(), BatchError> {
        let class = class.to_string();
        let stored = patiently(|| self.store.fail_batch_document(claimed, &class, &problem)).await;
        if is_ours(stored)? {
            (self.observe)(WorkEvent::Failed {
                document: claimed.task.document_id.clone(),
                class,
                problem,
            });
        }
        Ok(())
    }
}

/// False when the lease was lost meanwhile: then another worker has the document, and its result counts.
fn is_ours(stored: Result<(), BatchError>) -> Result<bool, BatchError> {
    match stored {
        Ok(()) => Ok(true),
        Err(BatchError::Store(error @ StoreError::AttemptOver { .. })) => {
            tracing::warn!(%error, "result not wanted");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Tries again while the database is away: hours of reading must not be lost to a restart of it.
async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(
    mut call: impl FnMut() -> F,
) -> Result<T, BatchError> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match call().await {
            Err(error) if error.is_temporary() && tokio::time::Instant::now() < deadline => {
                tracing::warn!(%error, "the database does not answer");
                tokio::time::sleep(PAUSE).await;
            }
            other => return Ok(other?),
        }
    }
}

async fn wait(stop: &mut watch::Receiver<bool>, other: impl Future<Output = ()>) {
    tokio::select! {
        Ok(()) = stop.changed() => {}
        () = other => {}
    }
}

fn settled(done: Result<Result<(), BatchError>, tokio::task::JoinError>) -> Result<(), BatchError> {
    match done {
        Ok(result) => result,
        Err(error) => Err(BatchError::Document {
            document: "in hand".to_owned(),
            problem: error.to_string(),
        }),
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
