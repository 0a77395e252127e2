//! Workers: each takes the examination that has waited longest, examines it on a blocking thread, and
//! stores what happens as it happens.

use crate::desk::{Desk, Entry, Phase};
use crate::examiner::{Event, Examine, ExamineError, InputFile, Submission};
use docexam_domain::{Examination, PageReading, Sha256Digest};
use docexam_store::{Claimant, ClaimedExamination, Progress, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// To look again even if nobody woke us: work may come in by another process, or be left by one.
const LOOK_AGAIN: Duration = Duration::from_millis(1_000);
/// Times by which workers differ, so that they do not all ask at once.
const STAGGER: Duration = Duration::from_millis(70);
/// Progress stored in one transaction at most.
const EVENTS_AT_ONCE: usize = 256;
/// An examiner that says nothing for so long hangs: a page has a minute or two at most. The lease is no
/// longer extended, so that another worker can try.
const HANGS: Duration = Duration::from_secs(15 * 60);
/// Between attempts to store a result while the store is not there.
const STORE_AGAIN: Duration = Duration::from_millis(500);

pub(crate) struct Worker {
    pub(crate) store: Store,
    pub(crate) desk: Arc<Desk>,
    pub(crate) examine: Arc<Examine>,
    pub(crate) claimant: Claimant,
}

impl Worker {
    /// Works until the server stops.
    pub(crate) async fn run(self) {
        let pause = LOOK_AGAIN + STAGGER * (std::process::id() % 8);
        let mut work = self.desk.work.subscribe();
        let mut phase = self.desk.phase.subscribe();
        while *phase.borrow_and_update() == Phase::Running {
            work.borrow_and_update();
            match self.store.claim(&self.claimant).await {
                Ok(Some(claimed)) => self.work_on(claimed).await,
                Ok(None) => tokio::select! {
                    _ = work.changed() => {}
                    _ = phase.changed() => {}
                    () = tokio::time::sleep(pause) => {}
                },
                Err(error) => {
                    tracing::error!(%error, "no work can be taken up");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    async fn work_on(&self, claimed: ClaimedExamination) {
        let started = Instant::now();
        let entry = self.desk.entry(&claimed.id);
        // If this task is dropped, the blocking thread must not go on for nobody.
        let _cancel = CancelOnDrop(Arc::clone(&entry));
        entry.wake();
        let heart = Heart::start(&self.store, &claimed, &entry);
        let outcome = match self.submission(&claimed).await {
            Ok(submission) => self.examine(&claimed, &entry, &heart, submission).await,
            Err(error) if error.is_temporary() => {
                tracing::warn!(%error, examination = claimed.id, "files cannot be read now");
                // Not by the claim's fault; if this fails too, the lease lapses.
                let _ = self.store.give_back(&claimed).await;
                tokio::time::sleep(LOOK_AGAIN).await;
                return;
            }
            Err(error) => Err(ExamineError::Failed(error.to_string())),
        };
        let outcome_name = match &outcome {
            Ok(_) => "EXAMINED",
            Err(ExamineError::Cancelled) => "CANCELLED",
            Err(ExamineError::Failed(_)) => "FAILED",
        };
        // The lease goes on until the outcome is stored.
        let settled = self.settle(&claimed, outcome).await;
        drop(heart);
        if let Err(error) = settled {
            match error {
                StoreError::AttemptOver { .. } => tracing::debug!(%error, "result not wanted"),
                error => tracing::error!(%error, examination = claimed.id, "result not stored"),
            }
        }
        entry.wake();
        self.desk.review.send_replace(());
        tracing::info!(
            tenant = claimed.tenant.as_str(),
            examination = claimed.id,
            attempt = claimed.attempt,
            outcome = outcome_name,
            ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "examination"
        );
    }

    async fn submission(&self, claimed: &ClaimedExamination) -> Result<Submission, StoreError> {
        let mut files = Vec::with_capacity(claimed.files.len());
        for file in &claimed.files {
            let content = self.store.read_file(&claimed.tenant, &file.digest).await?;
            files.push(InputFile {
                name: file.name.clone(),
                bytes: Arc::from(content.as_ref()),
            });
        }
        Ok(Submission {
            declaration: claimed.declaration.clone(),
            files,
            seen_files: claimed.seen_files.clone(),
        })
    }

    async fn examine(
        &self,
        claimed: &ClaimedExamination,
        entry: &Arc<Entry>,
        heart: &Heart,
        submission: Submission,
    ) -> Result<Examination, ExamineError> {
        // Unbounded, because the examiner must not wait for the disk; it holds a few hundred bytes a page.
        let (sender, mut events) = mpsc::unbounded_channel();
        let (examine, flag) = (Arc::clone(&self.examine), Arc::clone(entry));
        let work = tokio::task::spawn_blocking(move || {
            let progress = |event| {
                // The receiver is gone only when the result is no longer wanted.
                let _ = sender.send(event);
            };
            examine(&submission, &progress, &flag.cancelled)
        });
        let mut batch = Vec::new();
        while events.recv_many(&mut batch, EVENTS_AT_ONCE).await > 0 {
            heart.heard_of();
            self.keep_readings(claimed, &mut batch).await;
            let progress: Vec<Progress> = batch.drain(..).filter_map(progress_of).collect();
            if progress.is_empty() {
                continue;
            }
            match self.store.report(claimed, &progress).await {
                Ok(()) => entry.wake(),
                Err(StoreError::AttemptOver { .. }) => {
                    entry.cancelled.store(true, Ordering::Relaxed);
                }
                Err(error) => tracing::error!(%error, "progress not stored"),
            }
        }
        work.await.unwrap_or_else(|error| {
            tracing::error!(%error, examination = claimed.id, "the examination broke off");
            let reason = "the examination broke off; see the server's log";
            Err(ExamineError::Failed(reason.to_owned()))
        })
    }

    /// So that the archive can be examined again without OCR; without them it still can, with OCR.
    async fn keep_readings(&self, claimed: &ClaimedExamination, events: &mut Vec<Event>) {
        let mut kept: BTreeMap<(u32, Sha256Digest), Vec<PageReading>> = BTreeMap::new();
        for event in events.extract_if(.., |event| matches!(event, Event::Reading { .. })) {
            if let Event::Reading { reader, reading } = event {
                let of_file = kept.entry((reading.file, reader)).or_default();
                of_file.push(reading);
            }
        }
        for ((file, reader), readings) in kept {
            let Some(file) = claimed.files.get(file as usize) else {
                continue;
            };
            let stored = self.store.put_readings(&file.digest, &reader, &readings);
            if let Err(error) = stored.await {
                tracing::warn!(%error, examination = claimed.id, "readings not kept");
            }
        }
    }

    /// What the examination came to is worth waiting for a store that is away; the attempt fences it.
    async fn settle(
        &self,
        claimed: &ClaimedExamination,
        outcome: Result<Examination, ExamineError>,
    ) -> Result<(), StoreError> {
        let mut told = false;
        loop {
            match self.settle_now(claimed, &outcome).await {
                Err(error) if error.is_temporary() || error.is_out_of_space() => {
                    if !told {
                        tracing::warn!(%error, examination = claimed.id, "stored later");
                        told = true;
                    }
                    tokio::time::sleep(STORE_AGAIN).await;
                }
                settled => return settled,
            }
        }
    }

    async fn settle_now(
        &self,
        claimed: &ClaimedExamination,
        outcome: &Result<Examination, ExamineError>,
    ) -> Result<(), StoreError> {
        match outcome {
            Ok(result) => match self.store.finish(claimed, result).await {
                Ok(()) => Ok(()),
                Err(error)
                    if matches!(error, StoreError::AttemptOver { .. })
                        || error.is_temporary()
                        || error.is_out_of_space() =>
                {
                    Err(error)
                }
                Err(error) => {
                    tracing::error!(%error, examination = claimed.id, "result not stored");
                    self.store
                        .fail(claimed, "the result could not be stored")
                        .await
                }
            },
            Err(ExamineError::Failed(reason)) => self.store.fail(claimed, reason).await,
            Err(ExamineError::Cancelled) if *self.desk.phase.borrow() == Phase::Running => {
                self.store.discard(&claimed.tenant, &claimed.id).await
            }
            Err(ExamineError::Cancelled) => self.store.give_back(claimed).await,
        }
    }
}

/// Extends the lease as long as it lives and the examiner says something. It has no say in what is stored:
/// each change asks whose the work is.
struct Heart {
    task: tokio::task::JoinHandle<()>,
    heard: Arc<Mutex<Instant>>,
}

impl Heart {
    fn start(store: &Store, claimed: &ClaimedExamination, entry: &Arc<Entry>) -> Self {
        let heard = Arc::new(Mutex::new(Instant::now()));
        let (store, claimed, entry) = (store.clone(), claimed.clone(), Arc::clone(entry));
        let last_heard = Arc::clone(&heard);
        // Two beats may be lost before the lease is.
        let pause = claimed.claimant.lease / 3;
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let silent = last_heard.lock().map_or(HANGS, |heard| heard.elapsed());
                if silent >= HANGS {
                    tracing::error!(examination = claimed.id, "the examiner hangs");
                    entry.cancelled.store(true, Ordering::Relaxed);
                    return;
                }
                match store.extend(&claimed).await {
                    Ok(()) => {}
                    Err(StoreError::AttemptOver { .. }) => {
                        entry.cancelled.store(true, Ordering::Relaxed);
                        return;
                    }
                    Err(error) => tracing::warn!(%error, "lease not extended"),
                }
            }
        });
        Self { task, heard }
    }

    fn heard_of(&self) {
        if let Ok(mut heard) = self.heard.lock() {
            *heard = Instant::now();
        }
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// None for what is not told to those who watch.
fn progress_of(event: Event) -> Option<Progress> {
    Some(match event {
        Event::FileOpened { file, pages } => Progress::FileOpened { file, pages },
        Event::FileFailed(problem) => Progress::FileFailed(problem),
        Event::PageRead(reading) => Progress::PageRead(reading),
        Event::Reading { .. } => return None,
        Event::DocumentsFound(documents) => {
            Progress::DocumentsFound(u32::try_from(documents).unwrap_or(u32::MAX))
        }
        Event::Finding(finding) => Progress::Finding(finding),
    })
}

struct CancelOnDrop(Arc<Entry>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }
}
