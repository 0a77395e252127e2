//! The queue as one worker sees it.

use crate::claim::Claim;
use crate::watch::Watch;
use backon::{ExponentialBuilder, Retryable};
use docexam_proto::v1 as wire;
use std::time::Duration;
use tonic::metadata::{AsciiMetadataValue, errors::InvalidMetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use uuid::Uuid;
use wire::review_service_client::ReviewServiceClient;

const TENANT_HEADER: &str = "x-docexam-tenant";
/// A picture of a page may have as much.
const MAX_ANSWER_BYTES: usize = 256 << 20;
/// A server that restarts is back by then.
const ATTEMPTS: usize = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) type Client = ReviewServiceClient<InterceptedService<Channel, TenantHeader>>;

/// A worker's view of the queue. Cheap to clone.
#[derive(Clone)]
pub struct ReviewQueue {
    pub(crate) client: Client,
    pub(crate) worker: String,
    pub(crate) lease: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("no service at {url}: {error}")]
    Connect {
        url: String,
        error: tonic::transport::Error,
    },
    #[error("tenant: {0}")]
    Tenant(#[from] InvalidMetadataValue),
    /// The service said no; its code tells what to do.
    #[error("{}", .0.message())]
    Refused(Box<Status>),
}

impl QueueError {
    /// Of a refusal.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(status) => Some(status.code()),
            Self::Connect { .. } | Self::Tenant(_) => None,
        }
    }
}

impl From<Status> for QueueError {
    fn from(status: Status) -> Self {
        Self::Refused(Box::new(status))
    }
}

impl ReviewQueue {
    /// `worker` names the officer, or the program that works for officers.
    pub async fn connect(
        url: &str,
        worker: &str,
        tenant: Option<&str>,
    ) -> Result<Self, QueueError> {
        let failed = |error| QueueError::Connect {
            url: url.to_owned(),
            error,
        };
        let endpoint = Endpoint::from_shared(url.to_owned()).map_err(failed)?;
        let channel = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .connect()
            .await
            .map_err(failed)?;
        let tenant = tenant.map(AsciiMetadataValue::try_from).transpose()?;
        let client = ReviewServiceClient::with_interceptor(channel, TenantHeader(tenant))
            .max_decoding_message_size(MAX_ANSWER_BYTES);
        Ok(Self {
            client,
            worker: worker.to_owned(),
            lease: Duration::from_secs(300),
        })
    }

    /// How long claims last (1 s to 1 h). They are extended while they are held: a short lease only means
    /// that a task is free again sooner after the program has died.
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// A page of tasks, in the order in which they should be worked.
    pub async fn list(
        &self,
        request: wire::ListReviewTasksRequest,
    ) -> Result<wire::ListReviewTasksResponse, QueueError> {
        self.call(|mut client| {
            let request = request.clone();
            async move { client.list_review_tasks(request).await }
        })
        .await
    }

    /// A task with its findings and pages, and what officers said before about the same files.
    pub async fn task(&self, id: &str) -> Result<wire::GetReviewTaskResponse, QueueError> {
        let request = wire::GetReviewTaskRequest { id: id.to_owned() };
        self.call(|mut client| {
            let request = request.clone();
            async move { client.get_review_task(request).await }
        })
        .await
    }

    /// A page as PNG, its long side at most so many pixels.
    pub async fn page_image(
        &self,
        examination_id: &str,
        file: u32,
        page: u32,
        max_side_px: u32,
    ) -> Result<wire::PageImage, QueueError> {
        let request = wire::GetPageImageRequest {
            examination_id: examination_id.to_owned(),
            file,
            page,
            max_side_px,
        };
        self.call(|mut client| {
            let request = request.clone();
            async move { client.get_page_image(request).await }
        })
        .await
    }

    /// Takes up to `most` tasks (1 to 100), the most urgent first. Each claim is extended in the background
    /// until it is decided, released or dropped. To be called within a tokio runtime.
    pub async fn claim(
        &self,
        filter: wire::ReviewTaskFilter,
        most: u32,
    ) -> Result<Vec<Claim>, QueueError> {
        let tasks = self.claim_for(filter, most).await?;
        let claims = tasks.into_iter();
        Ok(claims.map(|task| Claim::new(self.clone(), task)).collect())
    }

    /// The same without the background: the claims end with their lease.
    pub async fn claim_for(
        &self,
        filter: wire::ReviewTaskFilter,
        most: u32,
    ) -> Result<Vec<wire::ReviewTask>, QueueError> {
        let request = wire::ClaimReviewTasksRequest {
            worker: self.worker.clone(),
            max_tasks: most,
            lease: prost_types::Duration::try_from(self.lease).ok(),
            filter: Some(filter),
            request_id: new_request_id(),
        };
        let answer = self
            .call(|mut client| {
                let request = request.clone();
                async move { client.claim_review_tasks(request).await }
            })
            .await?;
        Ok(answer.tasks)
    }

    /// Lets a claim last for a whole lease from now on.
    pub async fn extend(&self, id: &str) -> Result<(), QueueError> {
        let request = wire::ExtendClaimRequest {
            id: id.to_owned(),
            worker: self.worker.clone(),
            lease: prost_types::Duration::try_from(self.lease).ok(),
        };
        self.call(|mut client| {
            let request = request.clone();
            async move { client.extend_claim(request).await }
        })
        .await?;
        Ok(())
    }

    /// Judges a claimed task; `etag` is that of the task as the officer saw it.
    pub async fn decide(
        &self,
        id: &str,
        etag: &str,
        verdicts: Vec<wire::FindingVerdict>,
        note: &str,
    ) -> Result<wire::ReviewTask, QueueError> {
        let request = wire::DecideReviewTaskRequest {
            id: id.to_owned(),
            worker: self.worker.clone(),
            etag: etag.to_owned(),
            verdicts,
            note: note.to_owned(),
            request_id: new_request_id(),
        };
        self.call(|mut client| {
            let request = request.clone();
            async move { client.decide_review_task(request).await }
        })
        .await
    }

    /// Gives a claimed task back.
    pub async fn release(&self, id: &str) -> Result<wire::ReviewTask, QueueError> {
        let request = wire::ReleaseReviewTaskRequest {
            id: id.to_owned(),
            worker: self.worker.clone(),
        };
        self.call(|mut client| {
            let request = request.clone();
            async move { client.release_review_task(request).await }
        })
        .await
    }

    /// Changes of an office, or of all (empty), from now on.
    pub fn watch(&self, office: &str) -> Watch {
        Watch::new(self.client.clone(), office)
    }

    /// Repeats a call while the service is away. Every call that changes something carries a request id or
    /// may be repeated as it is.
    async fn call<T, F>(&self, call: impl Fn(Client) -> F) -> Result<T, QueueError>
    where
        F: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        let attempt = || call(self.client.clone());
        let answer = attempt
            .retry(pauses().with_max_times(ATTEMPTS))
            .when(is_passing);
        Ok(answer.await?.into_inner())
    }
}

pub(crate) fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(Duration::from_secs(10))
        .with_jitter()
}

/// The service is away or was cut off; another attempt may find it.
pub(crate) fn is_passing(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable | Code::Cancelled => true,
        // How a broken connection shows in the middle of a call.
        Code::Unknown | Code::Internal => std::error::Error::source(status).is_some(),
        _ => false,
    }
}

fn new_request_id() -> String {
    Uuid::new_v4().to_string()
}

/// Says whose queue it is.
#[derive(Clone)]
pub(crate) struct TenantHeader(Option<AsciiMetadataValue>);

impl Interceptor for TenantHeader {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(tenant) = &self.0 {
            request.metadata_mut().insert(TENANT_HEADER, tenant.clone());
        }
        Ok(request)
    }
}
