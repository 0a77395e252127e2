//! Waiting for an examination, and telling what happens meanwhile.
//! The store is the truth; the desk only says when to look again.

use crate::call::Call;
use crate::convert::{progress_to_wire, record_to_wire};
use crate::desk::{Desk, Phase};
use crate::status::CallError;
use docexam_proto::v1 as wire;
use docexam_store::{ExaminationRecord, Store, Tenant};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};
use wire::watch_examination_response::Event;

/// To look again even if nobody woke us: the work may be done by another process.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Messages ahead of a slow reader; events beyond them wait in the store.
const AHEAD: usize = 16;

pub(crate) type WatchStream = ReceiverStream<Result<wire::WatchExaminationResponse, Status>>;

/// The examination once it is finished.
pub(crate) async fn finished(
    store: &Store,
    desk: &Desk,
    tenant: &Tenant,
    id: &str,
) -> Result<ExaminationRecord, CallError> {
    let entry = desk.entry(id);
    let mut changes = entry.changes();
    let mut phase = desk.phase.subscribe();
    loop {
        let stopped = *phase.borrow_and_update() == Phase::Stopped;
        let record = store.examination(tenant, id).await?;
        if record.is_finished() {
            return Ok(record);
        }
        if stopped {
            return Err(CallError::Stopping);
        }
        tokio::select! {
            _ = changes.changed() => {}
            _ = phase.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// The stream of a watcher. It looks the examination up before it returns, so that a wrong id is an
/// error of the call.
pub(crate) async fn watch(
    store: Store,
    desk: Arc<Desk>,
    tenant: Tenant,
    id: String,
    call: Call,
) -> Result<WatchStream, (CallError, Call)> {
    let record = match store.examination(&tenant, &id).await {
        Ok(record) => record,
        Err(error) => return Err((error.into(), call)),
    };
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let gone = sender.clone();
        let told = tokio::select! {
            told = tell(&store, &desk, &tenant, &id, record, &sender) => told,
            () = gone.closed() => return,
        };
        match told {
            Ok(()) => call.ended_with(Code::Ok),
            Err(error) => {
                let status = Status::from(error);
                call.ended_with(status.code());
                // A watcher that is gone needs no error.
                let _ = sender.send(Err(status)).await;
            }
        }
    });
    Ok(ReceiverStream::new(receiver))
}

type Sender = mpsc::Sender<Result<wire::WatchExaminationResponse, Status>>;

async fn tell(
    store: &Store,
    desk: &Desk,
    tenant: &Tenant,
    id: &str,
    mut record: ExaminationRecord,
    sender: &Sender,
) -> Result<(), CallError> {
    let was_finished = record.is_finished();
    send(sender, Event::Examination(record_to_wire(record))).await;
    if was_finished {
        return Ok(());
    }
    let entry = desk.entry(id);
    let mut changes = entry.changes();
    let mut phase = desk.phase.subscribe();
    let mut told = 0;
    loop {
        let stopped = *phase.borrow_and_update() == Phase::Stopped;
        // The state first: once it says finished, all events are there.
        record = store.examination(tenant, id).await?;
        for (sequence, progress) in store.events_after(tenant, id, told).await? {
            send(sender, progress_to_wire(progress)).await;
            told = sequence;
        }
        if record.is_finished() {
            send(sender, Event::Examination(record_to_wire(record))).await;
            return Ok(());
        }
        if stopped {
            return Err(CallError::Stopping);
        }
        tokio::select! {
            _ = changes.changed() => {}
            _ = phase.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

async fn send(sender: &Sender, event: Event) {
    // A watcher that is gone is noticed in `watch`.
    let _ = sender
        .send(Ok(wire::WatchExaminationResponse { event: Some(event) }))
        .await;
}
