//! A claimed task, kept while somebody works on it.

use crate::queue::{QueueError, ReviewQueue};
use docexam_proto::v1 as wire;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A claim is extended this often within its lease, so that one lost message does not lose it.
const EXTENDED_PER_LEASE: u32 = 3;

/// A task that this worker holds. Dropped, it is no longer extended and returns with its lease;
/// [`Claim::release`] gives it back at once.
pub struct Claim {
    queue: ReviewQueue,
    task: wire::ReviewTask,
    lost: watch::Receiver<bool>,
    extending: JoinHandle<()>,
}

impl Claim {
    pub(crate) fn new(queue: ReviewQueue, task: wire::ReviewTask) -> Self {
        let (sender, lost) = watch::channel(false);
        let extending = tokio::spawn(extend(queue.clone(), task.id.clone(), sender));
        Self {
            queue,
            task,
            lost,
            extending,
        }
    }

    /// As it was when it was claimed, with its findings.
    pub fn task(&self) -> &wire::ReviewTask {
        &self.task
    }

    /// Pages, and what officers said before about the same files.
    pub async fn details(&self) -> Result<wire::GetReviewTaskResponse, QueueError> {
        self.queue.task(&self.task.id).await
    }

    /// Whether the task has gone to somebody else: a decision would be refused.
    pub fn is_lost(&self) -> bool {
        *self.lost.borrow()
    }

    /// Completes when the claim is lost, to tell the officer.
    pub async fn lost(&mut self) {
        // An error means that nobody extends it any more, which comes to the same.
        let _ = self.lost.wait_for(|lost| *lost).await;
    }

    /// One verdict for each item of the task. On an error the claim is gone; claim or get the task anew.
    pub async fn decide(
        self,
        verdicts: Vec<wire::FindingVerdict>,
        note: &str,
    ) -> Result<wire::ReviewTask, QueueError> {
        let (id, etag) = (&self.task.id, &self.task.etag);
        self.queue.decide(id, etag, verdicts, note).await
    }

    pub async fn release(self) -> Result<wire::ReviewTask, QueueError> {
        self.queue.release(&self.task.id).await
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.extending.abort();
    }
}

/// Until the claim is over. A service that is away is asked again: the lease may still be running.
async fn extend(queue: ReviewQueue, id: String, lost: watch::Sender<bool>) {
    let pause = (queue.lease / EXTENDED_PER_LEASE).max(Duration::from_millis(100));
    loop {
        tokio::time::sleep(pause).await;
        if let Err(error) = queue.extend(&id).await
            && matches!(
                error.code(),
                Some(tonic::Code::FailedPrecondition | tonic::Code::NotFound)
            )
        {
            lost.send_replace(true);
            return;
        }
    }
}
