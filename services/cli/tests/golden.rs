//! The golden consignments (`corpus/golden`) through the whole flow: how many fields are right, how many planted
//! errors are found, how many traders would be held up for nothing. The bounds lie a little beyond what the committed
//! weights give, so that whatever makes reading worse is noticed.

mod program;

use docexam_domain::Outcome;
use program::{docexam, examination_with_code, root};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// F1 of header fields and of cells, and share of pages whose kind is told.
const LEAST_HEADER: f64 = 0.897;
const LEAST_CELLS: f64 = 0.865;
const LEAST_CLASSES: f64 = 0.98;
/// Planted errors that the rule they break reports.
const LEAST_FOUND: usize = 22;
/// Discrepancies on consignments without planted errors.
const MOST_FALSE: usize = 8;

/// Each test reads with two threads: both at once would hold up single pages of a slow machine beyond their time.
static ONE_AFTER_THE_OTHER: Mutex<()> = Mutex::new(());

fn cases() -> Vec<PathBuf> {
    let folder = root().join("corpus/golden");
    let entries = std::fs::read_dir(folder).expect("the golden consignments");
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("listed").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert_eq!(cases.len(), 30);
    cases
}

/// Rules that report a discrepancy on a case, once for each finding.
fn reported(case: &Path) -> Vec<String> {
    let mut command = docexam();
    command.args([
        "examine",
        "--format",
        "json",
        "--threads",
        "1",
        "--declaration",
    ]);
    command.arg(case.join("declaration.json"));
    let files = std::fs::read_dir(case)
        .expect("a case")
        .map(|entry| entry.expect("listed").path());
    command.args(files.filter(|file| file.extension().is_none_or(|end| end != "json")));
    let (examination, _) = examination_with_code(&mut command);
    assert_eq!(examination.problems, [], "{}", case.display());
    let findings = examination.findings.into_iter();
    let discrepancies = findings.filter(|finding| finding.outcome == Outcome::Discrepancy);
    discrepancies.map(|finding| finding.rule_id).collect()
}

#[test]
fn planted_errors_are_found_and_clean_papers_left_alone() {
    let _turn = ONE_AFTER_THE_OTHER.lock();
    let waiting = Mutex::new(cases());
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("no thread failed").pop();
                    let Some(case) = next else { return };
                    let found = (case.clone(), reported(&case));
                    results.lock().expect("no thread failed").push(found);
                }
            });
        }
    });
    let (mut found, mut missed, mut false_ones) = (0, Vec::new(), Vec::new());
    for (case, rules) in results.into_inner().expect("no thread failed") {
        let text = std::fs::read(case.join("truth.json")).expect("truth");
        let truth: Value = serde_json::from_slice(&text).expect("JSON");
        let planted = truth["planted"].as_array().expect("planted errors");
        let name = case
            .file_name()
            .expect("named")
            .to_string_lossy()
            .into_owned();
        for error in planted {
            match rules.iter().any(|rule| error["rule_id"] == **rule) {
                true => found += 1,
                false => missed.push(format!("{name} {}", error["rule_id"])),
            }
        }
        if planted.is_empty() {
            false_ones.extend(rules.iter().map(|rule| format!("{name} {rule}")));
        }
    }
    println!("{found} found, missed: {missed:?}; false: {false_ones:?}");
    assert!(found >= LEAST_FOUND, "{found} found, missed: {missed:?}");
    assert!(false_ones.len() <= MOST_FALSE, "{false_ones:?}");
}

#[test]
fn fields_are_read_as_well_as_ever() {
    let _turn = ONE_AFTER_THE_OTHER.lock();
    let output = docexam()
        .args([
            "eval",
            "fields",
            "--format",
            "json",
            "--threads",
            "2",
            "--truth",
        ])
        .arg(root().join("corpus/golden"))
        .output()
        .expect("the program runs");
    assert!(output.status.success());
    let sets: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let reader = &sets[0]["reader"];
    let figure = |value: &Value| value.as_f64().expect("a figure");
    let (header, cells) = (&reader["header"]["f1"], &reader["line_items"]["f1"]);
    let classes = &reader["page_classes"]["share"];
    println!("header {header}, cells {cells}, classes {classes}");
    assert!(figure(header) >= LEAST_HEADER, "{header}");
    assert!(figure(cells) >= LEAST_CELLS, "{cells}");
    assert!(figure(classes) >= LEAST_CLASSES, "{classes}");
}
