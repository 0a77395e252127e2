//! The calls of `docexam.v1.ReviewService`: check, ask the store, answer.

use super::page_image::PageImages;
use super::token;
use super::watch::{ReviewWatchStream, Watched, watch};
use crate::call::Call;
use crate::convert::{
    filter_from_wire, given, note, officer_correction_to_wire, pages_to_wire, task_to_wire,
    timestamp_to_wire, verdicts_from_wire, version_from_etag,
};
use crate::desk::Desk;
use crate::examiner::{Examiner, FieldConfidence};
use crate::status::CallError;
use docexam_domain::Examination;
use docexam_proto::v1 as wire;
use docexam_store::{
    LeaseDuration, NewClaim, NewDecision, RequestId, ReviewTask, Store, StoreError, Tenant, Worker,
};
use std::sync::Arc;
use std::time::Duration;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};
use uuid::Uuid;
use wire::review_service_server::ReviewService;

const DEFAULT_PAGE_SIZE: u32 = 50;
const MAX_PAGE_SIZE: u32 = 500;
/// More than an officer works off in an hour.
const MAX_CLAIMED: u32 = 100;
const DEFAULT_LEASE: Duration = Duration::from_secs(300);

pub(crate) struct ReviewDesk {
    store: Store,
    desk: Arc<Desk>,
    images: PageImages,
    field_confidence: Option<Arc<FieldConfidence>>,
}

impl ReviewDesk {
    pub(crate) fn new(
        store: &Store,
        desk: &Arc<Desk>,
        examiner: &Examiner,
        max_message_bytes: usize,
    ) -> Self {
        // Room for the rest of the message.
        let max_image_bytes = max_message_bytes.saturating_sub(1_024);
        Self {
            store: store.clone(),
            desk: Arc::clone(desk),
            images: PageImages::new(examiner.render_page.clone(), max_image_bytes),
            field_confidence: examiner.field_confidence.clone(),
        }
    }
}

#[tonic::async_trait]
impl ReviewService for ReviewDesk {
    async fn list_review_tasks(
        &self,
        request: Request<wire::ListReviewTasksRequest>,
    ) -> Result<Response<wire::ListReviewTasksResponse>, Status> {
        let (call, request) = begin("ListReviewTasks", request);
        let result = self.list(&call, request).await;
        call.end(result)
    }

    async fn get_review_task(
        &self,
        request: Request<wire::GetReviewTaskRequest>,
    ) -> Result<Response<wire::GetReviewTaskResponse>, Status> {
        let (mut call, request) = begin("GetReviewTask", request);
        let result = self.get(&mut call, &request.id).await;
        call.end(result)
    }

    async fn claim_review_tasks(
        &self,
        request: Request<wire::ClaimReviewTasksRequest>,
    ) -> Result<Response<wire::ClaimReviewTasksResponse>, Status> {
        let (call, request) = begin("ClaimReviewTasks", request);
        let result = self.claim(&call, request).await;
        call.end(result)
    }

    async fn extend_claim(
        &self,
        request: Request<wire::ExtendClaimRequest>,
    ) -> Result<Response<wire::ExtendClaimResponse>, Status> {
        let (call, request) = begin("ExtendClaim", request);
        let result = self.extend(&call, request).await;
        call.end(result)
    }

    async fn release_review_task(
        &self,
        request: Request<wire::ReleaseReviewTaskRequest>,
    ) -> Result<Response<wire::ReviewTask>, Status> {
        let (mut call, request) = begin("ReleaseReviewTask", request);
        let result = self.release(&mut call, request).await;
        call.end(result)
    }

    async fn decide_review_task(
        &self,
        request: Request<wire::DecideReviewTaskRequest>,
    ) -> Result<Response<wire::ReviewTask>, Status> {
        let (mut call, request) = begin("DecideReviewTask", request);
        let result = self.decide(&mut call, request).await;
        call.end(result)
    }

    type WatchReviewTasksStream = ReviewWatchStream;

    async fn watch_review_tasks(
        &self,
        request: Request<wire::WatchReviewTasksRequest>,
    ) -> Result<Response<ReviewWatchStream>, Status> {
        let (call, request) = begin("WatchReviewTasks", request);
        let watched = match self.watched(&call, request).await {
            Ok(watched) => watched,
            Err(error) => return call.end(Err(error)),
        };
        let (store, desk) = (self.store.clone(), Arc::clone(&self.desk));
        Ok(Response::new(watch(store, desk, watched, call)))
    }

    async fn get_page_image(
        &self,
        request: Request<wire::GetPageImageRequest>,
    ) -> Result<Response<wire::PageImage>, Status> {
        let (mut call, request) = begin("GetPageImage", request);
        let result = self.page_image(&mut call, &request).await;
        call.end(result)
    }
}

fn begin<T>(method: &'static str, request: Request<T>) -> (Call, T) {
    let metadata: &MetadataMap = request.metadata();
    (Call::begin(method, metadata), request.into_inner())
}

impl ReviewDesk {
    async fn list(
        &self,
        call: &Call,
        request: wire::ListReviewTasksRequest,
    ) -> Result<wire::ListReviewTasksResponse, CallError> {
        let tenant = call.tenant()?;
        let filter = filter_from_wire(request.filter, request.state)?;
        let after = token::read_page(&tenant, &filter, &request.page_token)?;
        let page_size = match request.page_size {
            0 => DEFAULT_PAGE_SIZE,
            size => size.min(MAX_PAGE_SIZE),
        };
        // One more than asked for tells whether there is another page.
        let mut tasks = self
            .store
            .review_tasks(&tenant, &filter, after.as_ref(), page_size + 1)
            .await?;
        let more = tasks.len() > page_size as usize;
        tasks.truncate(page_size as usize);
        let next_page_token = match tasks.last() {
            Some(last) if more => token::write_page(&tenant, &filter, &last.place()),
            _ => String::new(),
        };
        Ok(wire::ListReviewTasksResponse {
            tasks: tasks
                .into_iter()
                .map(|task| task_to_wire(task, None))
                .collect(),
            next_page_token,
        })
    }

    async fn get(
        &self,
        call: &mut Call,
        id: &str,
    ) -> Result<wire::GetReviewTaskResponse, CallError> {
        let tenant = call.tenant()?;
        let task = self.store.review_task(&tenant, &task_id(id)?).await?;
        call.concerns(&task.examination_id);
        let examination_id = task.examination_id.clone();
        let corrections = self.store.corrections_for(&tenant, &examination_id).await?;
        let result = self
            .store
            .examination(&tenant, &examination_id)
            .await?
            .result;
        let pages = result.as_ref().map(pages_to_wire);
        let readings = result.as_ref().map(|result| self.readings(&task, result));
        Ok(wire::GetReviewTaskResponse {
            task: Some(task_to_wire(task, result.as_ref())),
            pages: pages.unwrap_or_default(),
            corrections: corrections
                .into_iter()
                .map(officer_correction_to_wire)
                .collect(),
            readings: readings.unwrap_or_default(),
        })
    }

    fn readings(&self, task: &ReviewTask, result: &Examination) -> Vec<wire::ReadingConfidence> {
        let mut readings = Vec::new();
        for item in &task.plan.items {
            let Some(finding) = result.findings.get(item.finding as usize) else {
                continue;
            };
            for (index, observed) in (0u32..).zip(&finding.observed) {
                let Some(field) = result.cited(observed) else {
                    continue;
                };
                let calibrated = self.field_confidence.as_ref();
                readings.push(wire::ReadingConfidence {
                    finding_index: item.finding,
                    observed_index: index,
                    confidence: field.confidence,
                    calibrated_confidence: calibrated
                        .and_then(|of| of(&field.key.to_string(), field.confidence)),
                });
            }
        }
        readings
    }

    async fn claim(
        &self,
        call: &Call,
        request: wire::ClaimReviewTasksRequest,
    ) -> Result<wire::ClaimReviewTasksResponse, CallError> {
        let tenant = call.tenant()?;
        if !(1..=MAX_CLAIMED).contains(&request.max_tasks) {
            let problem = format!("is {}, not 1 to {MAX_CLAIMED}", request.max_tasks);
            return Err(CallError::field("max_tasks", problem));
        }
        let claim = NewClaim {
            worker: Worker::parse(&request.worker)?,
            most: request.max_tasks,
            lease: lease(request.lease)?,
            filter: filter_from_wire(request.filter, 0)?,
            request_id: RequestId::parse(&request.request_id)?,
        };
        let claimed = self.store.claim_review_tasks(&tenant, &claim).await?;
        if !claimed.is_empty() {
            self.desk.review.send_replace(());
        }
        let mut tasks = Vec::with_capacity(claimed.len());
        for task in claimed {
            let result = self.result(&tenant, &task).await?;
            tasks.push(task_to_wire(task, result.as_ref()));
        }
        Ok(wire::ClaimReviewTasksResponse { tasks })
    }

    async fn result(
        &self,
        tenant: &Tenant,
        task: &ReviewTask,
    ) -> Result<Option<Examination>, CallError> {
        let id = &task.examination_id;
        Ok(self.store.examination(tenant, id).await?.result)
    }

    async fn extend(
        &self,
        call: &Call,
        request: wire::ExtendClaimRequest,
    ) -> Result<wire::ExtendClaimResponse, CallError> {
        let tenant = call.tenant()?;
        let (id, worker) = (task_id(&request.id)?, Worker::parse(&request.worker)?);
        let lease = lease(request.lease)?;
        let until = self
            .store
            .extend_claim(&tenant, &id, &worker, lease)
            .await?;
        Ok(wire::ExtendClaimResponse {
            lease_expire_time: Some(timestamp_to_wire(until)),
        })
    }

    async fn release(
        &self,
        call: &mut Call,
        request: wire::ReleaseReviewTaskRequest,
    ) -> Result<wire::ReviewTask, CallError> {
        let tenant = call.tenant()?;
        let (id, worker) = (task_id(&request.id)?, Worker::parse(&request.worker)?);
        let task = self
            .store
            .release_review_task(&tenant, &id, &worker)
            .await?;
        call.concerns(&task.examination_id);
        self.desk.review.send_replace(());
        Ok(task_to_wire(task, None))
    }

    async fn decide(
        &self,
        call: &mut Call,
        request: wire::DecideReviewTaskRequest,
    ) -> Result<wire::ReviewTask, CallError> {
        let tenant = call.tenant()?;
        let id = task_id(&request.id)?;
        let decision = NewDecision {
            worker: Worker::parse(&request.worker)?,
            version: version_from_etag(&request.etag)?,
            verdicts: verdicts_from_wire(request.verdicts)?,
            note: note(request.note, "note")?,
            request_id: RequestId::parse(&request.request_id)?,
        };
        let task = self
            .store
            .decide_review_task(&tenant, &id, &decision)
            .await?;
        call.concerns(&task.examination_id);
        self.desk.review.send_replace(());
        Ok(task_to_wire(task, None))
    }

    async fn watched(
        &self,
        call: &Call,
        request: wire::WatchReviewTasksRequest,
    ) -> Result<Watched, CallError> {
        let tenant = call.tenant()?;
        let last = self.store.last_review_change(&tenant).await?;
        let position = match (request.resume_token.as_str(), request.from_beginning) {
            ("", true) => 0,
            ("", false) => last,
            (token, false) => token::read_resume(&tenant, token)?,
            (_, true) => {
                let problem = "goes without a resume_token";
                return Err(CallError::field("from_beginning", problem));
            }
        };
        if position > last {
            let problem = "is ahead of the stream: it belongs to another store";
            return Err(CallError::field("resume_token", problem));
        }
        Ok(Watched {
            office: given(request.office, "office")?,
            tenant,
            position,
        })
    }

    async fn page_image(
        &self,
        call: &mut Call,
        request: &wire::GetPageImageRequest,
    ) -> Result<wire::PageImage, CallError> {
        let tenant = call.tenant()?;
        let id = Uuid::try_parse(&request.examination_id).map_err(|_| {
            let id: String = request.examination_id.chars().take(64).collect();
            StoreError::NoExamination(id)
        })?;
        let id = id.to_string();
        call.concerns(&id);
        self.images.get(&self.store, &tenant, &id, request).await
    }
}

/// Only what can be an id is looked up.
fn task_id(id: &str) -> Result<String, CallError> {
    match Uuid::try_parse(id) {
        Ok(id) => Ok(id.to_string()),
        Err(_) => Err(StoreError::NoReviewTask(id.chars().take(64).collect()).into()),
    }
}

fn lease(wire: Option<prost_types::Duration>) -> Result<LeaseDuration, CallError> {
    let duration = match wire {
        None => Some(DEFAULT_LEASE),
        Some(wire) => Duration::try_from(wire).ok(),
    };
    duration.and_then(LeaseDuration::new).ok_or_else(|| {
        let (least, most) = (
            LeaseDuration::LEAST.as_secs(),
            LeaseDuration::MOST.as_secs(),
        );
        CallError::field("lease", format!("is not between {least} s and {most} s"))
    })
}
