//! One call: whose it is, and one line of log when it ends, however it ends.

use crate::status::CallError;
use docexam_store::Tenant;
use std::time::Instant;
use tonic::metadata::MetadataMap;
use tonic::{Code, Response, Status};

const TENANT_HEADER: &str = "x-docexam-tenant";

pub(crate) struct Call {
    method: &'static str,
    tenant: String,
    examination: String,
    started: Instant,
    /// Cancelled until it is known better: a call whose caller goes away is dropped half way.
    code: Code,
}

impl Call {
    pub(crate) fn begin(method: &'static str, metadata: &MetadataMap) -> Self {
        let tenant = metadata
            .get(TENANT_HEADER)
            .map_or(Ok(Tenant::DEFAULT), |name| name.to_str());
        Self {
            method,
            // What is no text is no tenant either; `tenant()` then says so.
            tenant: tenant.unwrap_or("?").to_owned(),
            examination: String::new(),
            started: Instant::now(),
            code: Code::Cancelled,
        }
    }

    pub(crate) fn tenant(&self) -> Result<Tenant, CallError> {
        Ok(Tenant::parse(&self.tenant)?)
    }

    /// Which examination the call turned out to be about.
    pub(crate) fn concerns(&mut self, examination: &str) {
        self.examination = examination.chars().take(64).collect();
    }

    pub(crate) fn end<T>(mut self, result: Result<T, CallError>) -> Result<Response<T>, Status> {
        let result = result.map(Response::new).map_err(Status::from);
        self.code = result.as_ref().map_or_else(Status::code, |_| Code::Ok);
        result
    }

    /// For streams, which end after the method has returned.
    pub(crate) fn ended_with(mut self, code: Code) {
        self.code = code;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        tracing::info!(
            method = self.method,
            tenant = self.tenant.chars().take(64).collect::<String>(),
            examination = self.examination,
            status = ?self.code,
            ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "call"
        );
    }
}
