//! What became of a batch, in figures.

use docexam_domain::{ExaminationState, Outcome, PageStatus};
use docexam_store::BatchDocument;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The content of `summary.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub schema_version: u32,
    pub batch: String,
    /// Digest of the manifest.
    pub manifest: String,
    /// Nothing waits and nothing runs any more.
    pub complete: bool,
    pub documents: DocumentCounts,
    pub pages: PageCounts,
    /// How many documents failed for which class of reasons.
    pub failures: BTreeMap<String, u64>,
    /// Findings by outcome.
    pub findings: BTreeMap<String, u64>,
    /// Discrepancies by rule.
    pub discrepancies: BTreeMap<String, u64>,
    /// What made the results, and how many of them.
    pub made_by: Vec<MadeBy>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DocumentCounts {
    pub total: u64,
    pub examined: u64,
    /// Examined, but a file or a page of it could not be read.
    pub examined_in_part: u64,
    pub failed: u64,
    /// Not done yet.
    pub waiting: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageCounts {
    pub total: u64,
    pub read: u64,
    pub blank: u64,
    pub failed: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeBy {
    pub engine: String,
    pub model: String,
    pub rule_pack: String,
    pub documents: u64,
}

impl Summary {
    /// Whether anything could not be read.
    pub fn has_failures(&self) -> bool {
        self.documents.failed + self.documents.examined_in_part > 0
    }

    pub(crate) fn add(&mut self, document: &BatchDocument) {
        self.documents.total += 1;
        match document.state {
            ExaminationState::Examined => self.documents.examined += 1,
            ExaminationState::Failed => self.documents.failed += 1,
            ExaminationState::Pending | ExaminationState::Running => self.documents.waiting += 1,
        }
        if let Some((class, _)) = &document.failure {
            *self.failures.entry(class.clone()).or_default() += 1;
        }
        let Some(result) = &document.result else {
            return;
        };
        let examination = &result.examination;
        let mut in_part = !examination.problems.is_empty();
        for page in &examination.pages {
            self.pages.total += 1;
            match page.status {
                PageStatus::Read => self.pages.read += 1,
                PageStatus::Blank => self.pages.blank += 1,
                PageStatus::Failed => {
                    self.pages.failed += 1;
                    in_part = true;
                }
            }
        }
        self.documents.examined_in_part += u64::from(in_part);
        for finding in &examination.findings {
            *self
                .findings
                .entry(finding.outcome.to_string())
                .or_default() += 1;
            if finding.outcome == Outcome::Discrepancy {
                let rule = finding.rule_id.clone();
                *self.discrepancies.entry(rule).or_default() += 1;
            }
        }
        let digests = &examination.digests;
        let same = |made: &&mut MadeBy| {
            made.engine == digests.engine
                && made.model == digests.model.as_str()
                && made.rule_pack == digests.rule_pack.as_str()
        };
        match self.made_by.iter_mut().find(same) {
            Some(made) => made.documents += 1,
            None => self.made_by.push(MadeBy {
                engine: digests.engine.clone(),
                model: digests.model.to_string(),
                rule_pack: digests.rule_pack.to_string(),
                documents: 1,
            }),
        }
    }
}
