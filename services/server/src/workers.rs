//! Workers: each takes the examination that has waited longest, examines it on a blocking thread, and
//! stores what happens as it happens.

use crate::desk::{Desk, Entry, Phase};
use crate::examiner::{Event, Examine, ExamineError, InputFile, Submission};
use docexam_domain::Examination;
use docexam_store::{ClaimedExamination, Progress, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// To look again even if nobody woke us.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Progress stored in one transaction at most.
const EVENTS_AT_ONCE: usize = 256;

#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) store: Store,
    pub(crate) desk: Arc<Desk>,
    pub(crate) examine: Arc<Examine>,
}

impl Worker {
    /// Works until the server stops.
    pub(crate) async fn run(self) {
        let mut work = self.desk.work.subscribe();
        let mut phase = self.desk.phase.subscribe();
        while *phase.borrow_and_update() == Phase::Running {
            work.borrow_and_update();
            match self.store.claim().await {
                Ok(Some(claimed)) => self.work_on(claimed).await,
                Ok(None) => tokio::select! {
                    _ = work.changed() => {}
                    _ = phase.changed() => {}
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                },
                Err(error) => {
                    tracing::error!(%error, "no work can be taken up");
                    tokio::time::sleep(LOOK_AGAIN).await;
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
        let outcome = match self.submission(&claimed).await {
            Ok(submission) => self.examine(&claimed, &entry, submission).await,
            Err(error) => Err(ExamineError::Failed(error.to_string())),
        };
        let outcome_name = match &outcome {
            Ok(_) => "EXAMINED",
            Err(ExamineError::Cancelled) => "CANCELLED",
            Err(ExamineError::Failed(_)) => "FAILED",
        };
        if let Err(error) = self.settle(&claimed, outcome).await {
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
            let progress: Vec<Progress> = batch.drain(..).map(progress_of).collect();
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

    async fn settle(
        &self,
        claimed: &ClaimedExamination,
        outcome: Result<Examination, ExamineError>,
    ) -> Result<(), StoreError> {
        match outcome {
            Ok(result) => match self.store.finish(claimed, &result).await {
                Err(error) if !matches!(error, StoreError::AttemptOver { .. }) => {
                    tracing::error!(%error, examination = claimed.id, "result not stored");
                    self.store
                        .fail(claimed, "the result could not be stored")
                        .await
                }
                stored => stored,
            },
            Err(ExamineError::Failed(reason)) => self.store.fail(claimed, &reason).await,
            Err(ExamineError::Cancelled) if *self.desk.phase.borrow() == Phase::Running => {
                self.store.discard(&claimed.tenant, &claimed.id).await
            }
            Err(ExamineError::Cancelled) => self.store.give_back(claimed).await,
        }
    }
}

fn progress_of(event: Event) -> Progress {
    match event {
        Event::FileOpened { file, pages } => Progress::FileOpened { file, pages },
        Event::FileFailed(problem) => Progress::FileFailed(problem),
        Event::PageRead(reading) => Progress::PageRead(reading),
        Event::DocumentsFound(documents) => {
            Progress::DocumentsFound(u32::try_from(documents).unwrap_or(u32::MAX))
        }
        Event::Finding(finding) => Progress::Finding(finding),
    }
}

struct CancelOnDrop(Arc<Entry>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }
}
