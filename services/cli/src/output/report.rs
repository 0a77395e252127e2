//! The HTML report: every page as an image with the evidence boxes drawn on it, every finding linked to
//! its boxes. One file, no script and nothing fetched, so that it can be mailed and archived.

use super::evidence;
use super::html::{self, PagePicture, points, top_left};
use docexam_domain::{Examination, Finding, Outcome, PageReading, PageStatus};
use docexam_intake::{Limits, OpenFile};
use docexam_pipeline::InputFile;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

const TEMPLATE: &str = include_str!("report.html");
/// A longer submission shows only the pages that carry evidence, to keep the file openable.
const MAX_PAGES_WITHOUT_EVIDENCE: usize = 60;

/// All that the template shows.
#[derive(Serialize)]
struct ReportView<'a> {
    examination: &'a Examination,
    /// Discrepancies and what is indeterminate, drawn on the pages.
    judged: Vec<FindingView>,
    /// Passed and not checked, listed only.
    rest: Vec<FindingView>,
    pages: Vec<PageView>,
    unread: Vec<String>,
    discrepancies: usize,
    indeterminate: usize,
    passed: usize,
    not_checked: usize,
}

#[derive(Serialize)]
struct FindingView {
    number: usize,
    rule_id: String,
    outcome: Outcome,
    severity: String,
    explanation: String,
    says: String,
    declared: String,
    tolerance: String,
    legal_reference: String,
    not_checked_reason: String,
    confidence: String,
    boxes: Vec<BoxLink>,
}

#[derive(Serialize)]
struct BoxLink {
    id: String,
    place: String,
}

#[derive(Serialize)]
struct PageView {
    name: String,
    page: u32,
    status: String,
    source: String,
    quality: String,
    problem: String,
    #[serde(flatten)]
    picture: PagePicture,
    boxes: Vec<BoxView>,
}

#[derive(Serialize)]
struct BoxView {
    id: String,
    finding: usize,
    rule_id: String,
    outcome: Outcome,
    title: String,
    /// SVG `points` in thousandths of the page's width and height.
    points: String,
    /// The rule's name is written once a page: more would hide the print.
    labelled: bool,
    label_x: f32,
    label_y: f32,
}

pub fn write(
    path: &Path,
    examination: &Examination,
    files: &[InputFile],
    limits: &Limits,
) -> anyhow::Result<()> {
    html::write(path, &render(examination, files, limits)?)
}

fn render(
    examination: &Examination,
    files: &[InputFile],
    limits: &Limits,
) -> anyhow::Result<String> {
    let (judged, rest): (Vec<_>, Vec<_>) = findings(examination)
        .into_iter()
        .partition(|view| matches!(view.outcome, Outcome::Discrepancy | Outcome::Indeterminate));
    let view = ReportView {
        examination,
        judged,
        rest,
        pages: pages(examination, files, limits),
        unread: super::unread(examination),
        discrepancies: count(examination, Outcome::Discrepancy),
        indeterminate: count(examination, Outcome::Indeterminate),
        passed: count(examination, Outcome::Pass),
        not_checked: count(examination, Outcome::NotChecked),
    };
    html::render(TEMPLATE, &view)
}

fn count(examination: &Examination, outcome: Outcome) -> usize {
    examination
        .findings
        .iter()
        .filter(|finding| finding.outcome == outcome)
        .count()
}

/// Findings in the order of the table on screen, numbered by their place in the examination.
fn findings(examination: &Examination) -> Vec<FindingView> {
    let mut numbered: Vec<(usize, &Finding)> = examination.findings.iter().enumerate().collect();
    numbered.sort_by_key(|(_, finding)| {
        (
            finding.outcome != Outcome::Discrepancy,
            std::cmp::Reverse(finding.severity),
        )
    });
    numbered
        .into_iter()
        .map(|(number, finding)| view(examination, number, finding))
        .collect()
}

fn view(examination: &Examination, number: usize, finding: &Finding) -> FindingView {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    FindingView {
        number,
        rule_id: finding.rule_id.clone(),
        outcome: finding.outcome,
        severity: finding.severity.to_string(),
        explanation: finding.explanation.clone(),
        says: evidence::says(finding, 12),
        declared: evidence::declared(finding),
        tolerance: text(&finding.tolerance),
        legal_reference: text(&finding.legal_reference),
        not_checked_reason: text(&finding.not_checked_reason),
        confidence: format!("{:.2}", finding.confidence),
        boxes: box_links(examination, number, finding),
    }
}

fn box_links(examination: &Examination, number: usize, finding: &Finding) -> Vec<BoxLink> {
    let anchored = finding.observed.iter().enumerate();
    anchored
        .filter_map(|(index, observed)| {
            let anchor = observed.page_anchor.as_ref()?;
            let place = format!(
                "{} · {}",
                observed.field,
                evidence::place(examination, anchor)
            );
            Some(BoxLink {
                id: box_id(number, index),
                place,
            })
        })
        .collect()
}

fn box_id(finding: usize, observed: usize) -> String {
    format!("f{finding}-{observed}")
}

fn pages(examination: &Examination, files: &[InputFile], limits: &Limits) -> Vec<PageView> {
    let open: Vec<Option<OpenFile>> = files
        .iter()
        .map(|file| docexam_intake::open(&file.name, file.bytes.clone(), limits).ok())
        .collect();
    let with_evidence = pages_with_evidence(examination);
    let all = examination.pages.len() <= MAX_PAGES_WITHOUT_EVIDENCE;
    let shown = examination
        .pages
        .iter()
        .filter(|page| all || with_evidence.contains(&(page.file, page.page)));
    shown
        .map(|page| {
            let file = open.get(page.file as usize).and_then(Option::as_ref);
            page_view(examination, page, file)
        })
        .collect()
}

fn pages_with_evidence(examination: &Examination) -> BTreeSet<(u32, u32)> {
    let judged = examination
        .findings
        .iter()
        .filter(|finding| is_drawn(finding.outcome));
    let observed = judged.flat_map(|finding| &finding.observed);
    observed
        .filter_map(|o| o.page_anchor.as_ref())
        .map(|a| (a.file, a.page))
        .collect()
}

/// Boxes of what passed would bury those that matter.
fn is_drawn(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Discrepancy | Outcome::Indeterminate)
}

fn page_view(examination: &Examination, page: &PageReading, file: Option<&OpenFile>) -> PageView {
    let file = file.filter(|_| page.status != PageStatus::Failed);
    PageView {
        name: examination
            .files
            .get(page.file as usize)
            .cloned()
            .unwrap_or_default(),
        page: page.page,
        status: format!("{:?}", page.status),
        source: format!("{:?}", page.source),
        quality: format!("{:.2}", page.quality),
        problem: page.problem.clone().unwrap_or_default(),
        picture: file.map_or_else(PagePicture::default, |file| {
            PagePicture::of(file, page.page)
        }),
        boxes: boxes(examination, page),
    }
}

fn boxes(examination: &Examination, page: &PageReading) -> Vec<BoxView> {
    let mut boxes = Vec::new();
    for (number, finding) in examination.findings.iter().enumerate() {
        if !is_drawn(finding.outcome) {
            continue;
        }
        for (index, observed) in finding.observed.iter().enumerate() {
            let Some(anchor) = &observed.page_anchor else {
                continue;
            };
            if (anchor.file, anchor.page) != (page.file, page.page) {
                continue;
            }
            let labelled = !boxes.iter().any(|other: &BoxView| other.finding == number);
            let (label_x, label_y) = top_left(&anchor.polygon);
            boxes.push(BoxView {
                id: box_id(number, index),
                finding: number,
                rule_id: finding.rule_id.clone(),
                outcome: finding.outcome,
                title: format!("{}: {}", finding.rule_id, finding.explanation),
                points: points(&anchor.polygon),
                labelled,
                label_x,
                label_y,
            });
        }
    }
    boxes
}
