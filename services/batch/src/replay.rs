//! Examining an archive again from what is stored: under another rule pack, or by another model.
//!
//! Goes in: a batch and an [`Assessor`], which holds no reader, so no page can be read here. Comes out: the
//! files that [`crate::export`] writes, of the new results, and `replay.json` and `changes.jsonl`, which say
//! what differs from the stored ones. The stored results stay as they are.

use crate::diff::{Change, changes};
use crate::export::{DOCUMENTS_AT_ONCE, Lines, write_json};
use crate::{
    BatchError, Exporter, FailureClass, OutcomeDiff, SCHEMA_VERSION, Summary, reader_digest,
};
use docexam_checks::SubmittedFile;
use docexam_domain::{ExaminationState, PageReading, PageStatus};
use docexam_pipeline::{Assessor, Earlier};
use docexam_store::{BatchDocument, BatchResult, Store, StoreError, Tenant};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// How to examine again.
#[derive(Clone)]
pub struct Replay {
    pub store: Store,
    pub tenant: Tenant,
    /// The new rule pack and model.
    pub assessor: Arc<Assessor>,
    /// Extract fields anew even where the stored ones are by the same model.
    pub extract: bool,
    /// At least 1.
    pub threads: usize,
}

/// The new results in figures, and how they differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    pub summary: Summary,
    pub diff: OutcomeDiff,
}

/// Examines all documents of a batch that have a result. `observe` is told how many are done.
pub async fn replay(
    replay: &Replay,
    batch: &str,
    folder: &Path,
    observe: &(dyn Fn(u64) + Sync),
) -> Result<Replayed, BatchError> {
    let record = replay.store.batch(&replay.tenant, batch).await?;
    let mut exporter = Exporter::create(folder, batch, record.manifest.as_str())?;
    let mut lines = Lines::create(folder, "changes.jsonl")?;
    let mut diff = OutcomeDiff {
        schema_version: SCHEMA_VERSION,
        batch: batch.to_owned(),
        rule_pack: replay.assessor.rule_pack().name().to_owned(),
        rule_pack_digest: replay.assessor.rule_pack().digest().to_string(),
        model: replay.assessor.model_digest().to_string(),
        ..OutcomeDiff::default()
    };
    // The next documents are fetched while these are examined.
    let (sender, mut chunks) = mpsc::channel(1);
    let fetching = tokio::spawn(fetch(replay.clone(), batch.to_owned(), sender));
    let mut done = 0;
    while let Some(chunk) = chunks.recv().await {
        let (replay, runtime) = (replay.clone(), Handle::current());
        let again = tokio::task::spawn_blocking(move || replay.examined(chunk, &runtime));
        let again = again.await.map_err(|panic| BatchError::Document {
            document: format!("one of those from {done}"),
            problem: panic.to_string(),
        })?;
        for document in again {
            let document = document?;
            diff.documents += 1;
            diff.documents_extracted += u64::from(document.extracted);
            diff.documents_without_result += u64::from(document.document.result.is_none());
            diff.add(&document.changes);
            for change in &document.changes {
                lines.push(change)?;
            }
            exporter.add(&document.document)?;
            done += 1;
        }
        observe(done);
    }
    fetching.await.map_err(|error| BatchError::Document {
        document: format!("one after {done}"),
        problem: error.to_string(),
    })??;
    lines.finish()?;
    let summary = exporter.finish(record.is_finished())?;
    write_json(&folder.join("replay.json"), &diff)?;
    Ok(Replayed { summary, diff })
}

async fn fetch(
    replay: Replay,
    batch: String,
    chunks: mpsc::Sender<Vec<BatchDocument>>,
) -> Result<(), StoreError> {
    let mut position = -1;
    loop {
        let documents = replay
            .store
            .batch_documents(&replay.tenant, &batch, position, DOCUMENTS_AT_ONCE)
            .await?;
        let Some(last) = documents.last() else {
            return Ok(());
        };
        position = last.position;
        // Nobody receives once writing has failed.
        if chunks.send(documents).await.is_err() {
            return Ok(());
        }
    }
}

/// A document as it is now, and what differs.
struct Again {
    document: BatchDocument,
    changes: Vec<Change>,
    extracted: bool,
}

impl Replay {
    /// In the order given, on several threads.
    fn examined(
        &self,
        documents: Vec<BatchDocument>,
        runtime: &Handle,
    ) -> Vec<Result<Again, BatchError>> {
        let share = documents.len().div_ceil(self.threads.max(1)).max(1);
        let mut documents = documents.into_iter();
        std::thread::scope(|scope| {
            let mut parts = Vec::new();
            loop {
                let part: Vec<BatchDocument> = documents.by_ref().take(share).collect();
                if part.is_empty() {
                    break;
                }
                parts.push(scope.spawn(move || {
                    let again = |document| self.again(document, runtime);
                    part.into_iter().map(again).collect::<Vec<_>>()
                }));
            }
            let mut all = Vec::new();
            for part in parts {
                match part.join() {
                    Ok(part) => all.extend(part),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            all
        })
    }

    fn again(&self, document: BatchDocument, runtime: &Handle) -> Result<Again, BatchError> {
        let BatchDocument {
            result: Some(stored),
            ..
        } = document
        else {
            return Ok(Again {
                document,
                changes: Vec::new(),
                extracted: false,
            });
        };
        let earlier = Earlier {
            declaration: stored.declaration,
            files: stored.files.iter().map(submitted).collect(),
            examination: stored.examination,
        };
        let same_model = earlier.examination.digests.model == *self.assessor.model_digest();
        let extracted = self.extract || !same_model;
        let examination = if extracted {
            match runtime.block_on(self.readings(&earlier))? {
                Ok(readings) => self.assessor.extract_again(&earlier, readings)?,
                Err(problem) => {
                    let failure = (FailureClass::Missing.to_string(), problem);
                    let document = BatchDocument {
                        state: ExaminationState::Failed,
                        failure: Some(failure),
                        result: None,
                        ..document
                    };
                    return Ok(Again {
                        document,
                        changes: Vec::new(),
                        extracted: false,
                    });
                }
            }
        } else {
            self.assessor.recheck(&earlier)
        };
        let changes = changes(
            &document.document_id,
            earlier.declaration.as_ref(),
            &earlier.examination.findings,
            &examination.findings,
        );
        let result = BatchResult {
            declaration: earlier.declaration,
            files: stored.files,
            examination,
        };
        Ok(Again {
            document: BatchDocument {
                result: Some(result),
                ..document
            },
            changes,
            extracted,
        })
    }

    /// All pages of the examination with their words; the text says which one is not in the store.
    async fn readings(
        &self,
        earlier: &Earlier,
    ) -> Result<Result<Vec<PageReading>, String>, BatchError> {
        let reader = reader_digest(&earlier.examination.digests.engine);
        let mut readings = Vec::with_capacity(earlier.examination.pages.len());
        for page in &earlier.examination.pages {
            if page.status != PageStatus::Read {
                readings.push(page.clone());
                continue;
            }
            let Some(file) = earlier.files.get(page.file as usize) else {
                return Ok(Err(format!("file {} is not listed", page.file)));
            };
            let stored = self
                .store
                .reading(&file.digest, page.page, &reader, page.file)
                .await?;
            let Some(stored) = stored else {
                let (name, page) = (&file.name, page.page);
                return Ok(Err(format!(
                    "the reading of {name} page {page} is not stored"
                )));
            };
            // Status and problem are those of the examination.
            readings.push(PageReading {
                status: page.status,
                problem: page.problem.clone(),
                ..stored
            });
        }
        Ok(Ok(readings))
    }
}

fn submitted(file: &docexam_store::StoredFile) -> SubmittedFile {
    SubmittedFile {
        name: file.name.clone(),
        digest: file.digest.clone(),
    }
}
