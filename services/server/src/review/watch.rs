//! Telling a watcher every change of the queue, once and in order. The store is the truth; the desk only says
//! when to look again.

use super::token;
use crate::call::Call;
use crate::convert::change_to_wire;
use crate::desk::{Desk, Phase};
use crate::status::CallError;
use docexam_proto::v1 as wire;
use docexam_store::{Store, Tenant};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

/// To look again even if nobody woke us: other processes make changes too.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Messages ahead of a slow reader; changes beyond them wait in the store.
const AHEAD: usize = 64;
/// Read at once.
const CHANGES_AT_ONCE: u32 = 256;

pub(crate) type ReviewWatchStream = ReceiverStream<Result<wire::WatchReviewTasksResponse, Status>>;

/// What is watched.
pub(super) struct Watched {
    pub tenant: Tenant,
    pub office: Option<String>,
    /// Changes after this position.
    pub position: i64,
}

pub(super) fn watch(
    store: Store,
    desk: Arc<Desk>,
    watched: Watched,
    call: Call,
) -> ReviewWatchStream {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let gone = sender.clone();
        let told = tokio::select! {
            told = tell(&store, &desk, watched, &sender) => told,
            () = gone.closed() => return,
        };
        let Err(error) = told;
        let status = Status::from(error);
        // A server that stops ends the stream as it should.
        match status.code() {
            Code::Unavailable => call.ended_with(Code::Ok),
            code => call.ended_with(code),
        }
        // A watcher that is gone needs no error.
        let _ = sender.send(Err(status)).await;
    });
    ReceiverStream::new(receiver)
}

type Sender = mpsc::Sender<Result<wire::WatchReviewTasksResponse, Status>>;

async fn tell(
    store: &Store,
    desk: &Desk,
    mut watched: Watched,
    sender: &Sender,
) -> Result<std::convert::Infallible, CallError> {
    let mut changes = desk.review.subscribe();
    let mut phase = desk.phase.subscribe();
    send(sender, &watched.tenant, watched.position, None).await;
    loop {
        let stopping = *phase.borrow_and_update() >= Phase::Stopping;
        changes.borrow_and_update();
        // Before the changes are read, so that none of other offices is looked at twice.
        let last = store.last_review_change(&watched.tenant).await?;
        let office = watched.office.as_deref();
        let new = store
            .review_changes_after(&watched.tenant, watched.position, office, CHANGES_AT_ONCE)
            .await?;
        let more = new.len() == CHANGES_AT_ONCE as usize;
        for change in new {
            watched.position = change.position;
            let wire = change_to_wire(change);
            send(sender, &watched.tenant, watched.position, Some(wire)).await;
        }
        if more {
            continue;
        }
        watched.position = watched.position.max(last);
        if stopping {
            return Err(CallError::Stopping);
        }
        tokio::select! {
            _ = changes.changed() => {}
            _ = phase.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

async fn send(
    sender: &Sender,
    tenant: &Tenant,
    position: i64,
    change: Option<wire::ReviewTaskChange>,
) {
    let message = wire::WatchReviewTasksResponse {
        resume_token: token::write_resume(tenant, position),
        change,
    };
    // A watcher that is gone is noticed in `watch`.
    let _ = sender.send(Ok(message)).await;
}
