//! Everything after reading: tagged pages -> documents -> findings. Examining and replaying share it.
//!
//! Deliberately absent: files, pixels, the reader. Whoever holds an [`Assessor`] alone cannot read a page.

use crate::{PipelineError, Submission};
use docexam_checks::{Case, History, RulePack, SubmittedFile};
use docexam_domain::{
    Declaration, Digests, Document, Examination, ExaminationState, FileProblem, Finding,
    PageReading, Sha256Digest,
};
use docexam_extract::Extractor;
use std::path::Path;

/// The layout model and a rule pack, loaded and verified once.
pub struct Assessor {
    extractor: Extractor,
    rule_pack: RulePack,
}

/// An earlier examination with what it was about: all but the words of its pages.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// Absent when only the fields were wanted.
    pub declaration: Option<Declaration>,
    /// In submission order.
    pub files: Vec<SubmittedFile>,
    pub examination: Examination,
}

/// What is examined, apart from its pages.
pub(crate) struct Subject<'a> {
    pub declaration: Option<&'a Declaration>,
    pub files: &'a [SubmittedFile],
    pub history: &'a History,
}

/// What was read, and by what.
pub(crate) struct Reading {
    pub documents: Vec<Document>,
    /// Without words.
    pub pages: Vec<PageReading>,
    pub problems: Vec<FileProblem>,
    pub engine: String,
    /// The program and the limits that it was read by.
    pub configuration: Option<Sha256Digest>,
}

impl Assessor {
    /// `rule_pack` is the folder of a pack, or its name under `rules` of the models folder.
    pub fn load(models_dir: &Path, rule_pack: &Path) -> Result<Self, PipelineError> {
        let named = models_dir.join("rules").join(rule_pack);
        let pack_dir = match named.is_dir() {
            true => named.as_path(),
            false if rule_pack.is_dir() => rule_pack,
            // The error then names the usual place.
            false => named.as_path(),
        };
        Ok(Self {
            extractor: Extractor::load(&models_dir.join("layout/weights"))?,
            rule_pack: RulePack::load(pack_dir, &models_dir.join("nomenclature/data"))?,
        })
    }

    pub fn rule_pack(&self) -> &RulePack {
        &self.rule_pack
    }

    pub fn model_digest(&self) -> &Sha256Digest {
        self.extractor.model_digest()
    }

    pub(crate) fn extractor(&self) -> &Extractor {
        &self.extractor
    }

    /// Checks the documents of an earlier examination against this rule pack. They are what this model
    /// would find only if it found them then: see `model_digest`.
    pub fn recheck(&self, earlier: &Earlier) -> Examination {
        let examination = &earlier.examination;
        let reading = Reading {
            documents: examination.documents.clone(),
            pages: examination.pages.clone(),
            problems: examination.problems.clone(),
            engine: examination.digests.engine.clone(),
            configuration: examination.digests.configuration.clone(),
        };
        let model = examination.digests.model.clone();
        self.concluded(&earlier.subject(), reading, model)
    }

    /// Finds the documents anew in what was read then, and checks them. `readings` are those of the
    /// pages that `earlier` lists, with their words, in any order.
    pub fn extract_again(
        &self,
        earlier: &Earlier,
        readings: Vec<PageReading>,
    ) -> Result<Examination, PipelineError> {
        let reading = Reading {
            documents: docexam_extract::documents(&self.extractor, readings)?,
            pages: earlier.examination.pages.clone(),
            problems: earlier.examination.problems.clone(),
            engine: earlier.examination.digests.engine.clone(),
            configuration: earlier.examination.digests.configuration.clone(),
        };
        Ok(self.conclude(&earlier.subject(), reading))
    }

    /// The findings, and with them the whole examination.
    pub(crate) fn conclude(&self, subject: &Subject, reading: Reading) -> Examination {
        self.concluded(subject, reading, self.model_digest().clone())
    }

    fn concluded(&self, subject: &Subject, reading: Reading, model: Sha256Digest) -> Examination {
        let findings = self.findings(subject, &reading);
        let id = |declaration: &Declaration| declaration.id.clone();
        Examination {
            declaration_id: subject.declaration.map_or_else(String::new, id),
            state: ExaminationState::Examined,
            files: subject.files.iter().map(|file| file.name.clone()).collect(),
            documents: reading.documents,
            findings,
            pages: reading.pages,
            problems: reading.problems,
            digests: Digests {
                input: subject.digest(),
                engine: reading.engine,
                model,
                rule_pack: self.rule_pack.digest().clone(),
                configuration: reading.configuration,
            },
        }
    }

    /// No findings without a declaration: then the caller asked for the fields alone.
    fn findings(&self, subject: &Subject, reading: &Reading) -> Vec<Finding> {
        let Some(declaration) = subject.declaration else {
            return Vec::new();
        };
        let case = Case {
            declaration,
            documents: &reading.documents,
            files: subject.files,
            pages: &reading.pages,
            history: subject.history,
        };
        docexam_checks::examine(&case, &self.rule_pack)
    }
}

/// Archives are examined without a history of their own.
static NO_HISTORY: History = History {
    seen_files: std::collections::BTreeMap::new(),
};

impl Earlier {
    fn subject(&self) -> Subject<'_> {
        Subject {
            declaration: self.declaration.as_ref(),
            files: &self.files,
            history: &NO_HISTORY,
        }
    }
}

impl<'a> Subject<'a> {
    pub(crate) fn of(submission: &'a Submission, files: &'a [SubmittedFile]) -> Self {
        Self {
            declaration: submission.declaration.as_ref(),
            files,
            history: &submission.history,
        }
    }

    /// Over the declaration's JSON and the digests of the files, in their order.
    fn digest(&self) -> Sha256Digest {
        // A declaration is plain data with string keys: its JSON always exists.
        let declaration = serde_json::to_vec(&self.declaration).unwrap_or_default();
        let parts = self
            .files
            .iter()
            .map(|file| file.digest.as_str().as_bytes());
        Sha256Digest::of_parts(std::iter::once(declaration.as_slice()).chain(parts))
    }
}
