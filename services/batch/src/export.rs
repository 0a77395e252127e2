//! Results as files: `results.jsonl` (a line for each document), Parquet tables of documents, pages, fields
//! and findings, and `summary.json`. Documents are written one after the other, so memory stays flat.

use crate::tables::{Cell, Kind, PassingFile, Table};
use crate::{BatchError, SCHEMA_VERSION, Summary};
use docexam_domain::{
    Document, Examination, ExaminationState, Field, FieldKey, Finding, Outcome, PageAnchor,
    PageStatus,
};
use docexam_store::{BatchDocument, BatchResult, Store, StoredFile, Tenant};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Documents fetched from the store at a time.
pub(crate) const DOCUMENTS_AT_ONCE: u32 = 64;

const DOCUMENTS: &[(&str, Kind)] = &[
    ("doc_id", Kind::Text),
    ("state", Kind::Text),
    ("attempts", Kind::Integer),
    ("failure_class", Kind::Text),
    ("failure", Kind::Text),
    ("declaration_id", Kind::Text),
    ("files", Kind::Integer),
    ("pages", Kind::Integer),
    ("pages_failed", Kind::Integer),
    ("discrepancies", Kind::Integer),
    ("indeterminate", Kind::Integer),
    ("passed", Kind::Integer),
    ("not_checked", Kind::Integer),
    ("engine", Kind::Text),
    ("model", Kind::Text),
    ("rule_pack", Kind::Text),
];

const PAGES: &[(&str, Kind)] = &[
    ("doc_id", Kind::Text),
    ("file", Kind::Integer),
    ("file_name", Kind::Text),
    ("file_digest", Kind::Text),
    ("page", Kind::Integer),
    ("status", Kind::Text),
    ("source", Kind::Text),
    ("quality", Kind::Real),
    ("problem", Kind::Text),
    ("document", Kind::Text),
    ("document_type", Kind::Text),
];

const FIELDS: &[(&str, Kind)] = &[
    ("doc_id", Kind::Text),
    ("declaration_id", Kind::Text),
    ("document", Kind::Text),
    ("document_type", Kind::Text),
    ("field", Kind::Text),
    // Of the goods table, from 1; null for a field of the header.
    ("row", Kind::Integer),
    ("mention_text", Kind::Text),
    ("normalized_value", Kind::Text),
    ("confidence", Kind::Real),
    ("file", Kind::Integer),
    ("page", Kind::Integer),
    ("x0", Kind::Real),
    ("y0", Kind::Real),
    ("x1", Kind::Real),
    ("y1", Kind::Real),
];

const FINDINGS: &[(&str, Kind)] = &[
    ("doc_id", Kind::Text),
    ("declaration_id", Kind::Text),
    ("rule_id", Kind::Text),
    ("outcome", Kind::Text),
    ("severity", Kind::Text),
    ("confidence", Kind::Real),
    ("explanation", Kind::Text),
    ("expected_pointer", Kind::Text),
    ("expected_value", Kind::Text),
    ("tolerance", Kind::Text),
    // JSON, as in the contract.
    ("observed", Kind::Text),
    // Separated by blanks.
    ("hs_chapters", Kind::Text),
    ("rule_pack", Kind::Text),
    ("rule_pack_digest", Kind::Text),
    ("legal_reference", Kind::Text),
];

/// Writes all that a batch has so far into a folder.
pub async fn export(
    store: &Store,
    tenant: &Tenant,
    batch: &str,
    folder: &Path,
) -> Result<Summary, BatchError> {
    let record = store.batch(tenant, batch).await?;
    let mut exporter = Exporter::create(folder, batch, record.manifest.as_str())?;
    let mut position = -1;
    loop {
        let documents = store
            .batch_documents(tenant, batch, position, DOCUMENTS_AT_ONCE)
            .await?;
        let Some(last) = documents.last() else {
            break;
        };
        position = last.position;
        for document in &documents {
            exporter.add(document)?;
        }
    }
    exporter.finish(record.is_finished())
}

/// The files of a batch while they are written.
pub struct Exporter {
    results: Lines,
    documents: Table,
    pages: Table,
    fields: Table,
    findings: Table,
    summary: Summary,
    summary_file: std::path::PathBuf,
}

impl Exporter {
    pub fn create(folder: &Path, batch: &str, manifest: &str) -> Result<Self, BatchError> {
        std::fs::create_dir_all(folder).map_err(BatchError::file(folder))?;
        Ok(Self {
            results: Lines::create(folder, "results.jsonl")?,
            documents: Table::create(folder, "documents", DOCUMENTS)?,
            pages: Table::create(folder, "pages", PAGES)?,
            fields: Table::create(folder, "fields", FIELDS)?,
            findings: Table::create(folder, "findings", FINDINGS)?,
            summary: Summary {
                schema_version: SCHEMA_VERSION,
                batch: batch.to_owned(),
                manifest: manifest.to_owned(),
                ..Summary::default()
            },
            summary_file: folder.join("summary.json"),
        })
    }

    pub fn add(&mut self, document: &BatchDocument) -> Result<(), BatchError> {
        self.summary.add(document);
        self.results.push(&Line::of(document))?;
        self.documents.push(&document_row(document))?;
        let Some(result) = &document.result else {
            return Ok(());
        };
        let id = document.document_id.as_str();
        self.add_pages(id, result)?;
        for part in &result.examination.documents {
            self.add_fields(id, &result.examination, part)?;
        }
        for finding in &result.examination.findings {
            self.add_finding(id, result, finding)?;
        }
        Ok(())
    }

    fn add_pages(&mut self, id: &str, result: &BatchResult) -> Result<(), BatchError> {
        for page in &result.examination.pages {
            let file = result.files.get(page.file as usize);
            let mut documents = result.examination.documents.iter();
            let document = documents.find(|document| {
                let mut pages = document.pages.iter();
                pages.any(|at| (at.file, at.page) == (page.file, page.page))
            });
            let document_type = document.map(|document| document.document_type.to_string());
            self.pages.push(&[
                Cell::Text(id),
                Cell::Integer(i64::from(page.file)),
                Cell::text(file.map(|file| file.name.as_str())),
                Cell::text(file.map(|file| file.digest.as_str())),
                Cell::Integer(i64::from(page.page)),
                Cell::Text(&name_of(&page.status)),
                Cell::Text(&name_of(&page.source)),
                Cell::Real(f64::from(page.quality)),
                Cell::text(page.problem.as_deref()),
                Cell::text(document.map(|document| document.id.as_str())),
                Cell::text(document_type.as_deref()),
            ])?;
        }
        Ok(())
    }

    fn add_fields(
        &mut self,
        id: &str,
        examination: &Examination,
        document: &Document,
    ) -> Result<(), BatchError> {
        let mut row = 0;
        for field in &document.fields {
            if field.key != FieldKey::LineItem {
                self.add_field(id, examination, document, field, Cell::Nothing)?;
                continue;
            }
            row += 1;
            for cell in &field.properties {
                self.add_field(id, examination, document, cell, Cell::Integer(row))?;
            }
        }
        Ok(())
    }

    fn add_field(
        &mut self,
        id: &str,
        examination: &Examination,
        document: &Document,
        field: &Field,
        row: Cell,
    ) -> Result<(), BatchError> {
        let anchor = field.page_anchor.as_ref();
        let corners = anchor.map(corners);
        let corner = |index: usize| corners.map_or(Cell::Nothing, |all| Cell::Real(all[index]));
        let place = |number: Option<u32>| {
            number.map_or(Cell::Nothing, |number| Cell::Integer(i64::from(number)))
        };
        self.fields.push(&[
            Cell::Text(id),
            Cell::Text(&examination.declaration_id),
            Cell::Text(&document.id),
            Cell::Text(document.document_type.into()),
            Cell::Text(field.key.into()),
            row,
            Cell::Text(&field.mention_text),
            Cell::text(field.normalized_value.as_deref()),
            Cell::Real(f64::from(field.confidence)),
            place(anchor.map(|anchor| anchor.file)),
            place(anchor.map(|anchor| anchor.page)),
            corner(0),
            corner(1),
            corner(2),
            corner(3),
        ])
    }

    fn add_finding(
        &mut self,
        id: &str,
        result: &BatchResult,
        finding: &Finding,
    ) -> Result<(), BatchError> {
        let observed = serde_json::to_string(&finding.observed).unwrap_or_default();
        let chapters = crate::diff::chapters(finding, result.declaration.as_ref()).join(" ");
        let expected = finding.expected.as_ref();
        let pointer = expected.and_then(|expected| expected.declaration_pointer.as_deref());
        self.findings.push(&[
            Cell::Text(id),
            Cell::Text(&result.examination.declaration_id),
            Cell::Text(&finding.rule_id),
            Cell::Text(&finding.outcome.to_string()),
            Cell::Text(&finding.severity.to_string()),
            Cell::Real(f64::from(finding.confidence)),
            Cell::Text(&finding.explanation),
            Cell::text(pointer),
            Cell::text(expected.map(|expected| expected.value.as_str())),
            Cell::text(finding.tolerance.as_deref()),
            Cell::Text(&observed),
            Cell::Text(&chapters),
            Cell::Text(&finding.rule_pack),
            Cell::Text(finding.rule_pack_digest.as_str()),
            Cell::text(finding.legal_reference.as_deref()),
        ])
    }

    /// `complete`: that no document is missing from the results.
    pub fn finish(mut self, complete: bool) -> Result<Summary, BatchError> {
        self.results.finish()?;
        for table in [self.documents, self.pages, self.fields, self.findings] {
            table.finish()?;
        }
        self.summary.complete = complete;
        write_json(&self.summary_file, &self.summary)?;
        Ok(self.summary)
    }
}

fn document_row(document: &BatchDocument) -> [Cell<'_>; 16] {
    let (class, failure) = document
        .failure
        .as_ref()
        .map_or((None, None), |(class, failure)| {
            (Some(class.as_str()), Some(failure.as_str()))
        });
    let state = match document.state {
        ExaminationState::Pending => "PENDING",
        ExaminationState::Running => "RUNNING",
        ExaminationState::Examined => "EXAMINED",
        ExaminationState::Failed => "FAILED",
    };
    let mut row = [Cell::Nothing; 16];
    row[0] = Cell::Text(&document.document_id);
    row[1] = Cell::Text(state);
    row[2] = Cell::Integer(document.attempts);
    row[3] = Cell::text(class);
    row[4] = Cell::text(failure);
    if let Some(result) = &document.result {
        let examination = &result.examination;
        let pages = &examination.pages;
        let failed = pages
            .iter()
            .filter(|page| page.status == PageStatus::Failed);
        let count = |outcome: Outcome| {
            let findings = examination.findings.iter();
            Cell::count(
                findings
                    .filter(|finding| finding.outcome == outcome)
                    .count(),
            )
        };
        row[5] = Cell::Text(&examination.declaration_id);
        row[6] = Cell::count(result.files.len());
        row[7] = Cell::count(pages.len());
        row[8] = Cell::count(failed.count());
        row[9] = count(Outcome::Discrepancy);
        row[10] = count(Outcome::Indeterminate);
        row[11] = count(Outcome::Pass);
        row[12] = count(Outcome::NotChecked);
        row[13] = Cell::Text(&examination.digests.engine);
        row[14] = Cell::Text(examination.digests.model.as_str());
        row[15] = Cell::Text(examination.digests.rule_pack.as_str());
    }
    row
}

/// The smallest rectangle around the anchor: x0, y0, x1, y1 on the displayed page, [0, 1].
fn corners(anchor: &PageAnchor) -> [f64; 4] {
    let start = [1.0f32, 1.0, 0.0, 0.0];
    let [x0, y0, x1, y1] = anchor
        .polygon
        .0
        .iter()
        .fold(start, |[x0, y0, x1, y1], [x, y]| {
            [x0.min(*x), y0.min(*y), x1.max(*x), y1.max(*y)]
        });
    [x0, y0, x1, y1].map(f64::from)
}

/// The name that a plain enum has in JSON.
fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// A line of `results.jsonl`.
#[derive(Serialize)]
struct Line<'a> {
    doc_id: &'a str,
    state: ExaminationState,
    attempts: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<&'a [StoredFile]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    examination: Option<&'a Examination>,
}

impl<'a> Line<'a> {
    fn of(document: &'a BatchDocument) -> Self {
        let failure = document.failure.as_ref();
        let result = document.result.as_ref();
        Self {
            doc_id: &document.document_id,
            state: document.state,
            attempts: document.attempts,
            failure_class: failure.map(|(class, _)| class.as_str()),
            failure: failure.map(|(_, failure)| failure.as_str()),
            files: result.map(|result| result.files.as_slice()),
            examination: result.map(|result| &result.examination),
        }
    }
}

/// JSON lines under a passing name until they are complete.
pub(crate) struct Lines {
    file: PassingFile,
    lines: BufWriter<File>,
}

impl Lines {
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Self, BatchError> {
        let (file, handle) = PassingFile::create(folder.join(name))?;
        Ok(Self {
            file,
            lines: BufWriter::with_capacity(1 << 18, handle),
        })
    }

    pub(crate) fn push(&mut self, line: &impl Serialize) -> Result<(), BatchError> {
        serde_json::to_writer(&mut self.lines, line).map_err(|source| BatchError::Json {
            path: self.file.path.clone(),
            source,
        })?;
        self.lines
            .write_all(b"\n")
            .map_err(BatchError::file(&self.file.path))
    }

    pub(crate) fn finish(self) -> Result<(), BatchError> {
        self.file.complete(self.lines)
    }
}

/// Indented, with a line end.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), BatchError> {
    let (file, handle) = PassingFile::create(path.to_owned())?;
    let mut out = BufWriter::new(handle);
    serde_json::to_writer_pretty(&mut out, value).map_err(|source| BatchError::Json {
        path: path.to_owned(),
        source,
    })?;
    out.write_all(b"\n").map_err(BatchError::file(path))?;
    file.complete(out)
}
