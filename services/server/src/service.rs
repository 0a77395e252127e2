//! The calls of `docexam.v1.ExaminationService`: check, ask the store, answer.

use crate::call::Call;
use crate::caller::Caller;
use crate::convert::{record_to_wire, state_filter_from_wire};
use crate::desk::Desk;
use crate::status::CallError;
use crate::watch::{WatchStream, finished, watch};
use crate::{page_token, submit, upload};
use docexam_proto::v1 as wire;
use docexam_store::{Accepted, ListFilter, NewExamination, Store, StoreError, Tenant};
use std::sync::Arc;
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;
use wire::examination_service_server::ExaminationService;

const DEFAULT_PAGE_SIZE: u32 = 50;
const MAX_PAGE_SIZE: u32 = 500;
/// An examination can be discarded between finding and awaiting it; more often than this is an error.
const MAX_TRIES: usize = 3;

pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) desk: Arc<Desk>,
}

#[tonic::async_trait]
impl ExaminationService for Service {
    async fn examine(
        &self,
        request: Request<wire::ExamineRequest>,
    ) -> Result<Response<wire::Examination>, Status> {
        let mut call = Call::begin("Examine", request.metadata());
        let result = self.examine_and_wait(&mut call, request.into_inner()).await;
        call.end(result)
    }

    async fn upload_file(
        &self,
        request: Request<Streaming<wire::UploadFileRequest>>,
    ) -> Result<Response<wire::UploadFileResponse>, Status> {
        let call = Call::begin("UploadFile", request.metadata());
        let result = match call.tenant() {
            Ok(tenant) => upload::upload(&self.store, &tenant, request.into_inner()).await,
            Err(error) => Err(error),
        };
        call.end(result)
    }

    async fn create_examination(
        &self,
        request: Request<wire::CreateExaminationRequest>,
    ) -> Result<Response<wire::Examination>, Status> {
        let mut call = Call::begin("CreateExamination", request.metadata());
        let result = self.create(&mut call, request.into_inner()).await;
        call.end(result)
    }

    async fn get_examination(
        &self,
        request: Request<wire::GetExaminationRequest>,
    ) -> Result<Response<wire::Examination>, Status> {
        let mut call = Call::begin("GetExamination", request.metadata());
        let result = self.get(&mut call, &request.get_ref().id).await;
        call.end(result)
    }

    async fn list_examinations(
        &self,
        request: Request<wire::ListExaminationsRequest>,
    ) -> Result<Response<wire::ListExaminationsResponse>, Status> {
        let call = Call::begin("ListExaminations", request.metadata());
        let result = self.list(&call, request.into_inner()).await;
        call.end(result)
    }

    type WatchExaminationStream = WatchStream;

    async fn watch_examination(
        &self,
        request: Request<wire::WatchExaminationRequest>,
    ) -> Result<Response<WatchStream>, Status> {
        let mut call = Call::begin("WatchExamination", request.metadata());
        let checked = call
            .tenant()
            .and_then(|tenant| Ok((tenant, known_form(&request.get_ref().id)?)));
        let (tenant, id) = match checked {
            Ok(checked) => checked,
            Err(error) => return call.end(Err(error)),
        };
        call.concerns(&id);
        let stream = watch(self.store.clone(), Arc::clone(&self.desk), tenant, id, call).await;
        stream
            .map(Response::new)
            .or_else(|(error, call)| call.end(Err(error)))
    }
}

impl Service {
    async fn examine_and_wait(
        &self,
        call: &mut Call,
        request: wire::ExamineRequest,
    ) -> Result<wire::Examination, CallError> {
        let tenant = call.tenant()?;
        let wire::ExamineRequest {
            submission,
            request_id,
        } = request;
        let new = submit::submission(&self.store, &tenant, submission, &request_id).await?;
        let mut tries = 1;
        loop {
            let accepted = self.accept(call, &tenant, &new).await?;
            let mut caller = Caller::came(&self.store, &self.desk, &tenant, accepted.id());
            if matches!(accepted, Accepted::New(_)) {
                caller.entry.set_droppable(true);
            }
            match finished(&self.store, &self.desk, &tenant, accepted.id()).await {
                Ok(record) => {
                    caller.answered = true;
                    return Ok(record_to_wire(record));
                }
                // The call that had started it went away; this one still wants it.
                Err(CallError::Store(StoreError::NoExamination(_))) if tries < MAX_TRIES => {
                    caller.answered = true;
                    tries += 1;
                }
                Err(error) => {
                    // Not given up by its caller: a stopping server takes it up again.
                    caller.answered = true;
                    return Err(error);
                }
            }
        }
    }

    async fn create(
        &self,
        call: &mut Call,
        request: wire::CreateExaminationRequest,
    ) -> Result<wire::Examination, CallError> {
        let tenant = call.tenant()?;
        let wire::CreateExaminationRequest {
            submission,
            request_id,
        } = request;
        let new = submit::submission(&self.store, &tenant, submission, &request_id).await?;
        let accepted = self.accept(call, &tenant, &new).await?;
        // It stays even if a call of `Examine` had started it.
        self.desk.entry(accepted.id()).set_droppable(false);
        Ok(record_to_wire(
            self.store.examination(&tenant, accepted.id()).await?,
        ))
    }

    async fn accept(
        &self,
        call: &mut Call,
        tenant: &Tenant,
        new: &NewExamination,
    ) -> Result<Accepted, CallError> {
        let accepted = self.store.create_examination(tenant, new).await?;
        call.concerns(accepted.id());
        self.desk.work.send_replace(());
        Ok(accepted)
    }

    async fn get(&self, call: &mut Call, id: &str) -> Result<wire::Examination, CallError> {
        let tenant = call.tenant()?;
        let id = known_form(id)?;
        call.concerns(&id);
        Ok(record_to_wire(self.store.examination(&tenant, &id).await?))
    }

    async fn list(
        &self,
        call: &Call,
        request: wire::ListExaminationsRequest,
    ) -> Result<wire::ListExaminationsResponse, CallError> {
        let tenant = call.tenant()?;
        let mut filter = ListFilter {
            state: state_filter_from_wire(request.state)?,
            declaration_id: request.declaration_id,
            before: None,
        };
        filter.before = page_token::read(&tenant, &filter, &request.page_token)?;
        let page_size = match request.page_size {
            0 => DEFAULT_PAGE_SIZE,
            size => size.min(MAX_PAGE_SIZE),
        };
        // One more than asked for tells whether there is another page.
        let mut records = self
            .store
            .examinations(&tenant, &filter, page_size + 1)
            .await?;
        let more = records.len() > page_size as usize;
        records.truncate(page_size as usize);
        let next_page_token = match records.last() {
            Some(last) if more => page_token::write(&tenant, &filter, &last.id),
            _ => String::new(),
        };
        let examinations = records.into_iter().map(record_to_wire).collect();
        Ok(wire::ListExaminationsResponse {
            examinations,
            next_page_token,
        })
    }
}

/// Only what can be an id is looked up and logged.
fn known_form(id: &str) -> Result<String, CallError> {
    match Uuid::try_parse(id) {
        Ok(id) => Ok(id.to_string()),
        Err(_) => Err(StoreError::NoExamination(id.chars().take(64).collect()).into()),
    }
}
