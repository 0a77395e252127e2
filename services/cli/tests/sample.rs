//! The main job on the sample consignments, through the program: every planted error is found with a box on
//! the right words, the clean sample has no discrepancy, and the service gives what the command gives.

mod program;

use docexam_domain::{Examination, Finding, Outcome, PageAnchor, Polygon};
use program::{Service, docexam, examination, root};
use serde_json::Value;
use std::path::Path;

fn examine(sample: &str) -> Examination {
    let folder = root().join("corpus").join(sample);
    examination(
        docexam()
            .args(["examine", "--format", "json", "--declaration"])
            .arg(folder.join("declaration.json"))
            .arg(folder.join("documents")),
    )
}

fn discrepancies(examination: &Examination) -> Vec<&Finding> {
    let found = examination.findings.iter();
    found
        .filter(|finding| finding.outcome == Outcome::Discrepancy)
        .collect()
}

fn truth(sample: &str) -> Value {
    let path = root().join("corpus").join(sample).join("truth.json");
    serde_json::from_slice(&std::fs::read(path).expect("the sample has its truth")).expect("JSON")
}

/// Centre of a polygon.
fn centre(polygon: &Polygon) -> [f32; 2] {
    let sum = polygon
        .0
        .iter()
        .fold([0.0, 0.0], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
    let count = polygon.0.len().max(1) as f32;
    [sum[0] / count, sum[1] / count]
}

/// Whether the anchor's centre lies where the truth has this field (of any row), give or take a line.
fn is_on_field(anchor: &PageAnchor, truth: &Value, field: &str) -> bool {
    fn places<'a>(value: &'a Value, field: &str, out: &mut Vec<&'a Value>) {
        for entry in value.as_array().into_iter().flatten() {
            if entry["type"] == field {
                out.push(&entry["page_anchor"]);
            }
            places(&entry["properties"], field, out);
        }
    }
    let mut anchors = Vec::new();
    for document in truth["documents"].as_array().expect("documents") {
        places(&document["fields"], field, &mut anchors);
    }
    let [x, y] = centre(&anchor.polygon);
    anchors
        .into_iter()
        .filter_map(|a| serde_json::from_value::<PageAnchor>(a.clone()).ok())
        .any(|right| {
            let xs: Vec<f32> = right.polygon.0.iter().map(|p| p[0]).collect();
            let ys: Vec<f32> = right.polygon.0.iter().map(|p| p[1]).collect();
            let within = |value: f32, all: &[f32]| {
                let least = all.iter().copied().fold(f32::MAX, f32::min);
                let most = all.iter().copied().fold(f32::MIN, f32::max);
                (least - 0.01..=most + 0.01).contains(&value)
            };
            (right.file, right.page) == (anchor.file, anchor.page)
                && within(x, &xs)
                && within(y, &ys)
        })
}

#[test]
fn every_planted_error_is_found_with_a_box_on_the_right_words() {
    let examination = examine("sample");
    let truth = truth("sample");
    let planted = truth["planted"].as_array().expect("planted errors");
    assert!(
        planted.len() >= 4,
        "the sample is there to show errors: {planted:?}"
    );
    let found = discrepancies(&examination);
    for error in planted {
        let (rule, field) = (&error["rule_id"], error["field"].as_str().expect("a field"));
        let of_rule: Vec<_> = found
            .iter()
            .filter(|finding| *rule == finding.rule_id)
            .collect();
        assert!(
            !of_rule.is_empty(),
            "{rule} was planted and not found: {error}"
        );
        let mut anchors = of_rule
            .iter()
            .flat_map(|f| &f.observed)
            .filter_map(|observed| {
                let key = observed.field.rsplit('.').next()?;
                Some((key, observed.page_anchor.as_ref()?))
            });
        assert!(
            anchors.any(|(key, anchor)| is_on_field(anchor, &truth, key)),
            "{rule} ({field}) has no box on the words it is about: {of_rule:#?}"
        );
    }
}

#[test]
fn only_rules_that_a_planted_error_touches_report_a_discrepancy() {
    // One wrong value may break more than one rule, but never a rule about parties, dates or codes.
    let examination = examine("sample");
    for finding in discrepancies(&examination) {
        assert!(
            !matches!(&finding.rule_id[..1], "A" | "H" | "K" | "I"),
            "{finding:#?}"
        );
    }
}

#[test]
fn the_clean_sample_has_no_discrepancy() {
    let examination = examine("sample-clean");
    assert_eq!(discrepancies(&examination), Vec::<&Finding>::new());
    let passed = examination
        .findings
        .iter()
        .filter(|f| f.outcome == Outcome::Pass)
        .count();
    assert!(passed >= 15, "only {passed} rules could be judged");
}

#[test]
fn every_page_belongs_to_exactly_one_document() {
    let examination = examine("sample");
    for page in &examination.pages {
        let holders = examination.documents.iter().filter(|document| {
            document
                .pages
                .iter()
                .any(|own| (own.file, own.page) == (page.file, page.page))
        });
        assert_eq!(holders.count(), 1, "{page:?}");
    }
}

#[test]
fn the_service_finds_what_the_command_finds_and_remembers_it_after_a_kill() {
    let folder = root().join("corpus/sample");
    let data = tempfile::tempdir().expect("folder");
    let submit = |service: &Service, report: &Path| {
        let mut command = docexam();
        command.args([
            "submit",
            "--format",
            "json",
            "--request-id",
            "sample-1",
            "--server",
        ]);
        command.arg(service.url()).arg("--report").arg(report);
        command
            .arg("--declaration")
            .arg(folder.join("declaration.json"));
        command.arg(folder.join("documents"));
        examination(&mut command)
    };
    let report = data.path().join("report.html");
    let service = Service::start(data.path());
    let first = submit(&service, &report);
    let here = examine("sample");
    assert_eq!(first.documents, here.documents);
    assert_eq!(discrepancies(&first), discrepancies(&here));
    let html = std::fs::read_to_string(&report).expect("the report was written");
    assert_eq!(html.matches("<figure>").count(), here.pages.len());
    for finding in discrepancies(&here) {
        assert!(
            html.contains(&format!("<h2>{} ", finding.rule_id)),
            "{} in report",
            finding.rule_id
        );
    }
    assert!(html.matches("<polygon id=").count() >= discrepancies(&here).len());

    service.kill();
    let service = Service::start(data.path());
    assert_eq!(submit(&service, &report), first);
}
