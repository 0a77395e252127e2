//! Sending decisions out: what waits in the store's outbox goes to a file or to an HTTP receiver, in order,
//! again and again until it is taken. At least once: a receiver tells repeated events by their id.
//!
//! One process of those that share a store does it at a time; another takes over when it ends.

mod sink;

pub use sink::{BadOutbox, OutboxPlace};

use crate::desk::{Desk, Phase};
use backon::{ExponentialBuilder, Retryable};
use docexam_store::{OutboxEvent, Store, StoreError};
use sink::{Sink, SinkError};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// To look again even if nobody woke us.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Sent and marked together.
const EVENTS_AT_ONCE: u32 = 100;
const DUTY: &str = "outbox";
/// Longer than a batch takes; another process waits so long after this one was killed.
const DUTY_LASTS: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// A receiver that is away for a day is asked this often.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

pub(crate) struct Sender {
    store: Store,
    desk: Arc<Desk>,
    sink: Sink,
    /// Of this process, among those that share the store.
    owner: String,
}

impl Sender {
    pub(crate) fn new(
        store: &Store,
        desk: &Arc<Desk>,
        place: &OutboxPlace,
    ) -> Result<Self, BadOutbox> {
        Ok(Self {
            store: store.clone(),
            desk: Arc::clone(desk),
            sink: Sink::open(place)?,
            owner: Uuid::new_v4().to_string(),
        })
    }

    /// Sends until the server stops.
    pub(crate) async fn run(self) {
        let mut changes = self.desk.review.subscribe();
        let desk = Arc::clone(&self.desk);
        let mut phase = desk.phase.subscribe();
        while *phase.borrow_and_update() == Phase::Running {
            changes.borrow_and_update();
            let sent = tokio::select! {
                sent = self.send_waiting() => sent,
                _ = phase.changed() => return,
            };
            match sent {
                Ok(sent) if sent == EVENTS_AT_ONCE as usize => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "outbox not read"),
            }
            tokio::select! {
                _ = changes.changed() => {}
                _ = phase.changed() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// How many were sent.
    async fn send_waiting(&self) -> Result<usize, StoreError> {
        let waiting = self.store.waiting_events(EVENTS_AT_ONCE).await?;
        if waiting.is_empty() || !self.on_duty().await? {
            return Ok(0);
        }
        // Anew, because another process may have sent them before the duty was ours.
        let waiting = self.store.waiting_events(EVENTS_AT_ONCE).await?;
        self.send(&waiting).await?;
        let ids: Vec<String> = waiting.into_iter().map(|event| event.id).collect();
        self.store.events_delivered(&ids).await?;
        Ok(ids.len())
    }

    async fn on_duty(&self) -> Result<bool, StoreError> {
        self.store.take_duty(DUTY, &self.owner, DUTY_LASTS).await
    }

    /// Until the receiver has them all. The order is kept: one that is not taken holds up the next.
    async fn send(&self, events: &[OutboxEvent]) -> Result<(), StoreError> {
        for batch in self.sink.batches(events) {
            let pauses = ExponentialBuilder::default()
                .with_min_delay(FIRST_PAUSE)
                .with_max_delay(LONGEST_PAUSE)
                .with_jitter()
                .without_max_times();
            let attempt = || async {
                let sent = self.sink.send(batch).await;
                if let Err(error) = &sent {
                    self.note(&batch[0].id, error).await;
                }
                sent
            };
            let sent = attempt
                .retry(pauses)
                .notify(|error, pause| {
                    tracing::warn!(%error, again_in = ?pause, "outbox: not delivered");
                })
                .await;
            if let Err(error) = sent {
                // Retries have no end; nothing is marked as delivered that was not.
                tracing::error!(%error, "outbox: given up");
                return Ok(());
            }
        }
        Ok(())
    }

    /// Keeps the duty while the receiver is away, and leaves word of the problem beside the event.
    async fn note(&self, id: &str, error: &SinkError) {
        let noted = async {
            self.store.event_refused(id, &error.to_string()).await?;
            self.on_duty().await
        };
        if let Err(error) = noted.await {
            tracing::error!(%error, "outbox: problem not noted");
        }
    }
}
