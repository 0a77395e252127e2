//! A stand-in for the examiner: cheap, deterministic, and it does what the file's name says.
//!
//! Each line of a file is a page. `hold.*` waits after its first page until the test lets it go on or it
//! is cancelled; `panic.*` panics; `abort.*` takes the process with it; `refuse.*` cannot be examined.

use docexam_domain::{
    Digests, Document, DocumentType, Examination, ExaminationState, Examined, Expected, Field,
    FieldKey, Finding, NewReviewTask, Observed, Outcome, PageAnchor, PageReading, PageRef,
    PageStatus, Placement, Polygon, ReadingSource, ReviewItem, ReviewReason, Ruling, Severity,
    Sha256Digest, Triage, VerdictKind,
};
use docexam_server::{Event, Examine, ExamineError, Examiner, InputFile, Picture, Submission};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

#[derive(Default)]
pub struct StandIn {
    /// How many submissions were taken up.
    pub taken_up: AtomicUsize,
    /// How many gave up because they were told to.
    pub cancelled: AtomicUsize,
    /// Lets `hold.*` go on.
    pub go_on: AtomicBool,
}

pub fn examiner(stand_in: &Arc<StandIn>) -> Arc<Examine> {
    let stand_in = Arc::clone(stand_in);
    Arc::new(move |submission, progress, cancelled| {
        stand_in.taken_up.fetch_add(1, Ordering::SeqCst);
        stand_in.examine(submission, progress, cancelled)
    })
}

/// The stand-in with an officers' queue and pictures of pages.
pub fn reviewed(stand_in: &Arc<StandIn>) -> Examiner {
    Examiner {
        plan_review: Some(Arc::new(plan)),
        render_page: Some(Arc::new(draw)),
        field_confidence: Some(Arc::new(|key: &str, _| {
            (key == "total_amount").then_some(0.5)
        })),
        ..examiner(stand_in).into()
    }
}

/// All findings of an examination are one task; a declaration called `four-eyes` asks for a second officer.
fn plan(examined: &Examined) -> Triage {
    let four_eyes = examined
        .declaration
        .is_some_and(|declaration| declaration.id == "four-eyes");
    let findings = examined.result.map_or(&[][..], |result| &result.findings);
    let items = (0..).zip(findings).map(|(index, finding)| ReviewItem {
        finding: index,
        rule_id: finding.rule_id.clone(),
        outcome: finding.outcome,
        severity: finding.severity,
        calibrated_confidence: None,
        sampled: false,
        four_eyes: match four_eyes {
            true => vec![VerdictKind::Dismiss],
            false => Vec::new(),
        },
    });
    let task = NewReviewTask {
        reason: match examined.result {
            Ok(_) => ReviewReason::Findings,
            Err(_) => ReviewReason::Failed,
        },
        office: "documents".to_owned(),
        priority: 80,
        severity: Severity::High,
        due_hours: 4,
        hs_chapters: Default::default(),
        items: items.collect(),
        problem: examined.result.err().map(str::to_owned),
    };
    Triage {
        rule_pack: "stand-in@1".to_owned(),
        error_bound: 0.01,
        tasks: vec![task],
        ..Triage::default()
    }
}

/// As large as it is asked for, in bytes; a file has as many pages as lines.
fn draw(name: &str, bytes: Arc<[u8]>, page: u32, side: u32) -> Result<Picture, String> {
    let pages = bytes.split(|byte| *byte == b'\n').count() as u32;
    if !(1..=pages).contains(&page) {
        return Err(format!("file {name} has {pages} pages, not {page}"));
    }
    Ok(Picture {
        png: vec![0; side as usize * 100],
        width_px: side,
        height_px: side,
    })
}

impl StandIn {
    fn examine(
        &self,
        submission: &Submission,
        progress: &(dyn Fn(Event) + Sync),
        cancelled: &AtomicBool,
    ) -> Result<Examination, ExamineError> {
        let mut pages = Vec::new();
        for (index, file) in (0..).zip(&submission.files) {
            self.read(index, file, &mut pages, progress, cancelled)?;
        }
        let documents = vec![document(submission, &pages)];
        progress(Event::DocumentsFound(documents.len()));
        let findings = findings(submission);
        for finding in &findings {
            progress(Event::Finding(finding.clone()));
        }
        let declaration = submission.declaration.as_ref();
        Ok(Examination {
            declaration_id: declaration.map_or(String::new(), |declared| declared.id.clone()),
            state: ExaminationState::Examined,
            files: submission
                .files
                .iter()
                .map(|file| file.name.clone())
                .collect(),
            documents,
            findings,
            pages,
            problems: Vec::new(),
            digests: Digests {
                input: Sha256Digest::of_parts(submission.files.iter().map(|file| &*file.bytes)),
                engine: "stand-in".to_owned(),
                model: Sha256Digest::of(b"model"),
                rule_pack: Sha256Digest::of(b"rule pack"),
                configuration: Some(Sha256Digest::of(b"configuration")),
            },
        })
    }

    fn read(
        &self,
        index: u32,
        file: &InputFile,
        pages: &mut Vec<PageReading>,
        progress: &(dyn Fn(Event) + Sync),
        cancelled: &AtomicBool,
    ) -> Result<(), ExamineError> {
        match file.name.split('.').next() {
            Some("panic") => panic!("as the file says"),
            Some("abort") => std::process::abort(),
            Some("refuse") => return Err(ExamineError::Failed("as the file says".to_owned())),
            _ => {}
        }
        let lines: Vec<&[u8]> = file.bytes.split(|byte| *byte == b'\n').collect();
        progress(Event::FileOpened {
            file: index,
            pages: lines.len() as u32,
        });
        for (page, _) in (1..).zip(&lines) {
            let reading = reading(index, page);
            progress(Event::PageRead(reading.clone()));
            pages.push(reading);
            if page == 1 && file.name.starts_with("hold.") {
                self.hold(cancelled)?;
            }
        }
        Ok(())
    }

    fn hold(&self, cancelled: &AtomicBool) -> Result<(), ExamineError> {
        while !self.go_on.load(Ordering::SeqCst) {
            if cancelled.load(Ordering::SeqCst) {
                self.cancelled.fetch_add(1, Ordering::SeqCst);
                return Err(ExamineError::Cancelled);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

fn reading(file: u32, page: u32) -> PageReading {
    PageReading {
        file,
        page,
        status: PageStatus::Read,
        source: ReadingSource::Ocr,
        quality: 0.83,
        problem: None,
        placement: Some(Placement::upright(1654, 2339)),
        ruling: Ruling::default(),
        signatures: Vec::new(),
        words: Vec::new(),
    }
}

fn anchor() -> PageAnchor {
    let polygon = Polygon(vec![[0.1, 0.2], [0.3, 0.2], [0.3, 0.25], [0.1, 0.25]]);
    PageAnchor {
        file: 0,
        page: 1,
        polygon,
    }
}

fn document(submission: &Submission, pages: &[PageReading]) -> Document {
    Document {
        id: "d1".to_owned(),
        document_type: DocumentType::CommercialInvoice,
        confidence: 0.99,
        pages: pages
            .iter()
            .map(|page| PageRef {
                file: page.file,
                page: page.page,
            })
            .collect(),
        fields: vec![Field {
            key: FieldKey::TotalAmount,
            mention_text: String::from_utf8_lossy(&submission.files[0].bytes).into_owned(),
            normalized_value: Some("11150.00".to_owned()),
            alternative_values: Vec::new(),
            confidence: 0.97,
            page_anchor: Some(anchor()),
            properties: Vec::new(),
        }],
    }
}

/// E02 whenever there is a declaration; I02 for a file that another declaration has used.
fn findings(submission: &Submission) -> Vec<Finding> {
    if submission.declaration.is_none() {
        return Vec::new();
    }
    let mut findings = vec![finding("E02", "the totals differ".to_owned())];
    for users in submission.seen_files.values() {
        findings.push(finding("I02", format!("used by {}", users.join(", "))));
    }
    findings
}

fn finding(rule_id: &str, explanation: String) -> Finding {
    Finding {
        rule_id: rule_id.to_owned(),
        outcome: Outcome::Discrepancy,
        severity: Severity::High,
        explanation,
        observed: vec![Observed {
            field: "total_amount".to_owned(),
            value: "11150.00".to_owned(),
            document: "d1".to_owned(),
            page_anchor: Some(anchor()),
        }],
        expected: Some(Expected {
            declaration_pointer: Some("42A.109".to_owned()),
            value: "11510.00".to_owned(),
        }),
        tolerance: Some("0.01".to_owned()),
        confidence: 0.97,
        not_checked_reason: None,
        rule_pack: "stand-in@1".to_owned(),
        rule_pack_digest: Sha256Digest::of(b"rule pack"),
        legal_reference: None,
    }
}
