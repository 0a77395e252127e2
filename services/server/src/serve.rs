//! Start to stop: open the store, take up what was left, serve, and end in good order.

use crate::audit_service::Audit;
use crate::auditing;
use crate::config::Config;
use crate::desk::{Desk, Phase};
use crate::examiner::{Examine, Examiner};
use crate::outbox::{BadOutbox, OutboxPlace, Sender};
use crate::review::ReviewDesk;
use crate::service::Service;
use crate::workers::Worker;
use docexam_audit::AuditError;
use docexam_proto::v1::audit_service_server::AuditServiceServer;
use docexam_proto::v1::examination_service_server::ExaminationServiceServer;
use docexam_proto::v1::review_service_server::ReviewServiceServer;
use docexam_store::{Claimant, Store, StoreError};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic::server::NamedService;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;

/// After the workers have ended, calls have this long to send their last answer.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// A peer that does not answer for this long is gone, and with it the work it waits for.
const KEEPALIVE: Duration = Duration::from_secs(20);
/// How late a lapsed claim may be noticed by watchers; who claims notices it at once.
const LAPSED_EVERY: Duration = Duration::from_secs(1);
/// Lets an upload fill a fast line without waiting for the window at every 64 KiB.
const STREAM_WINDOW_BYTES: u32 = 1 << 20;

/// Bounds what one peer can make us hold in memory; its further calls wait.
const MAX_CALLS_PER_CONNECTION: u32 = 128;

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {address}: {error}")]
    Listen {
        address: String,
        error: std::io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error(
        "the key of the audit log {origin} is not at {file}: put it there, or make a new one with \
         docexam audit keygen --origin {origin} --out {file}"
    )]
    NoAuditKey { origin: String, file: String },
    #[error(transparent)]
    Outbox(#[from] BadOutbox),
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    #[error("transport: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves on the configured address until `shutdown` completes. `examiner` is ready to be used.
pub async fn serve(
    config: Config,
    examiner: impl Into<Examiner>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = config.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| ServeError::Listen {
            address: address.to_string(),
            error,
        })?;
    serve_on(listener, config, examiner, shutdown).await
}

/// The same on a listener that is already bound.
pub async fn serve_on(
    listener: TcpListener,
    config: Config,
    examiner: impl Into<Examiner>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    run(listener, config, examiner.into(), shutdown).await
}

async fn run(
    listener: TcpListener,
    config: Config,
    examiner: Examiner,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = listener
        .local_addr()
        .map(|address| address.to_string())
        .unwrap_or_default();
    let outbox = config.outbox.as_deref().map(str::parse::<OutboxPlace>);
    let outbox = outbox.transpose()?;
    let places = config.places()?;
    let mut store = Store::open_at(&places, config.store_limits()).await?;
    if let Some(plan) = &examiner.plan_review {
        store = store.with_review(Arc::clone(plan));
    }
    let waiting = store.recover().await?;
    let sequencer = auditing::sequencer(&config, &store).await?;
    let desk = Arc::new(Desk::new());
    let sequencing = tokio::spawn(auditing::run(sequencer, desk.phase.subscribe()));
    let reviews = ReviewDesk::new(&store, &desk, &examiner, config.max_message_bytes);
    let mut workers = start_workers(&config, &store, &desk, examiner.examine);
    workers.spawn(return_lapsed(store.clone(), Arc::clone(&desk)));
    if let Some(place) = &outbox {
        workers.spawn(Sender::new(&store, &desk, place)?.run());
    }

    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<Examinations>().await;
    health.set_serving::<Audits>().await;
    health
        .set_service_status(Reviews::NAME, ServingStatus::Serving)
        .await;
    let examinations = ExaminationServiceServer::new(Service {
        store: store.clone(),
        desk: Arc::clone(&desk),
    })
    .max_decoding_message_size(config.max_message_bytes)
    .max_encoding_message_size(config.max_message_bytes);
    let audits = AuditServiceServer::new(Audit {
        store: store.clone(),
    })
    .max_encoding_message_size(config.max_message_bytes);
    let reviews = ReviewServiceServer::new(reviews)
        .max_decoding_message_size(config.max_message_bytes)
        .max_encoding_message_size(config.max_message_bytes);
    let mut phase = desk.phase.subscribe();
    let stopping = async move {
        // An error means that the desk is gone, which is the end too.
        let _ = phase.wait_for(|phase| *phase >= Phase::Stopping).await;
    };
    let serving = Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE))
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .max_concurrent_streams(MAX_CALLS_PER_CONNECTION)
        .add_service(health_service)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(examinations)
        .add_service(audits)
        .add_service(reviews)
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            stopping,
        );
    tracing::info!(address, store = %places.database, blobs = %places.blobs, waiting, "serving");

    let ending = async {
        shutdown.await;
        tracing::info!("stopping");
        for service in ["", Examinations::NAME, Audits::NAME, Reviews::NAME] {
            health
                .set_service_status(service, ServingStatus::NotServing)
                .await;
        }
        desk.phase.send_replace(Phase::Stopping);
        end_workers(&mut workers, &desk, config.grace()).await;
        desk.phase.send_replace(Phase::Stopped);
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    let served = tokio::select! {
        served = serving => served,
        () = ending => Ok(()),
    };
    // Only if the transport failed: otherwise they have ended.
    desk.cancel_all();
    workers.shutdown().await;
    // The last entries get their place.
    desk.phase.send_replace(Phase::Stopped);
    if tokio::time::timeout(config.grace(), sequencing)
        .await
        .is_err()
    {
        tracing::warn!("the last entries get their place in the audit log at the next start");
    }
    store.close().await;
    tracing::info!("stopped");
    Ok(served?)
}

type Examinations = ExaminationServiceServer<Service>;
type Audits = AuditServiceServer<Audit>;
type Reviews = ReviewServiceServer<ReviewDesk>;

fn start_workers(
    config: &Config,
    store: &Store,
    desk: &Arc<Desk>,
    examine: Arc<Examine>,
) -> JoinSet<()> {
    let worker = || Worker {
        store: store.clone(),
        desk: Arc::clone(desk),
        examine: Arc::clone(&examine),
        claimant: Claimant::new(config.lease()),
    };
    (0..config.workers.max(1)).map(|_| worker().run()).collect()
}

/// Review tasks whose lease has ended wait again, and watchers hear of it.
async fn return_lapsed(store: Store, desk: Arc<Desk>) {
    let mut phase = desk.phase.subscribe();
    while *phase.borrow_and_update() == Phase::Running {
        match store.return_lapsed_review_tasks().await {
            Ok(0) => {}
            Ok(_) => {
                desk.review.send_replace(());
            }
            Err(error) => tracing::error!(%error, "lapsed claims not returned"),
        }
        tokio::select! {
            _ = phase.changed() => {}
            () = tokio::time::sleep(LAPSED_EVERY) => {}
        }
    }
}

/// Lets running examinations end, for a while; then they are given back, for the next start.
async fn end_workers(workers: &mut JoinSet<()>, desk: &Desk, grace: Duration) {
    let all_ended = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, all_ended).await.is_err() {
        tracing::info!("running examinations are given back");
        desk.cancel_all();
        // The examiner looks at its flag between pages.
        let all_ended = async { while workers.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all_ended).await.is_err() {
            tracing::warn!("an examination does not end; it is taken up again at the next start");
        }
    }
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(docexam_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // So that clients can print the details of errors.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
