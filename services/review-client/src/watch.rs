//! Following the queue over broken connections and restarts: every change once.

use crate::queue::{Client, QueueError, is_passing, pauses};
use backon::Retryable;
use docexam_proto::v1 as wire;
use std::time::Duration;
use tonic::{Status, Streaming};

/// A service that ends every stream at once must not be asked without a pause.
const BEFORE_REOPENING: Duration = Duration::from_millis(100);

/// A watch of the queue. Keep [`Watch::resume_token`] with what was done about the changes, and go on from it
/// after a restart of your own.
pub struct Watch {
    client: Client,
    office: String,
    token: String,
    from_beginning: bool,
    stream: Option<Streaming<wire::WatchReviewTasksResponse>>,
}

impl Watch {
    pub(crate) fn new(client: Client, office: &str) -> Self {
        Self {
            client,
            office: office.to_owned(),
            token: String::new(),
            from_beginning: false,
            stream: None,
        }
    }

    /// Goes on after the change that this token came with.
    pub fn resuming(mut self, token: &str) -> Self {
        self.token = token.to_owned();
        self
    }

    /// Begins with the first change there is.
    pub fn from_beginning(mut self) -> Self {
        self.from_beginning = true;
        self
    }

    /// After the last change seen; empty before the service has answered.
    pub fn resume_token(&self) -> &str {
        &self.token
    }

    /// Opens the watch, so that no change after this is missed. `next` does it too.
    pub async fn open(&mut self) -> Result<(), QueueError> {
        while self.stream.is_none() || self.token.is_empty() {
            self.message().await?;
        }
        Ok(())
    }

    /// The next change; waits for it, and for a service that is away. An error is a refusal.
    pub async fn next(&mut self) -> Result<wire::ReviewTaskChange, QueueError> {
        loop {
            if let Some(change) = self.message().await? {
                return Ok(change);
            }
        }
    }

    /// None where a message holds no change, or the stream has ended and is to be opened again.
    async fn message(&mut self) -> Result<Option<wire::ReviewTaskChange>, QueueError> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.opened().await?,
        };
        match stream.message().await {
            Ok(Some(message)) => {
                self.token = message.resume_token;
                self.stream = Some(stream);
                Ok(message.change)
            }
            Ok(None) => {
                tokio::time::sleep(BEFORE_REOPENING).await;
                Ok(None)
            }
            Err(status) if is_passing(&status) => {
                tokio::time::sleep(BEFORE_REOPENING).await;
                Ok(None)
            }
            Err(status) => Err(status.into()),
        }
    }

    async fn opened(&self) -> Result<Streaming<wire::WatchReviewTasksResponse>, Status> {
        let request = wire::WatchReviewTasksRequest {
            resume_token: self.token.clone(),
            office: self.office.clone(),
            from_beginning: self.from_beginning && self.token.is_empty(),
        };
        let attempt = || {
            let (mut client, request) = (self.client.clone(), request.clone());
            async move { client.watch_review_tasks(request).await }
        };
        let opened = attempt.retry(pauses().without_max_times()).when(is_passing);
        Ok(opened.await?.into_inner())
    }
}
