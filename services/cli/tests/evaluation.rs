//! `docexam eval` on a sample consignment: the figures, the baseline beside them, the page of errors, the planted errors.

mod program;

use program::{docexam, evaluated};
use serde_json::Value;

const SAMPLE: &str = "corpus/sample";

#[test]
fn the_sample_is_scored_beside_the_baseline_and_errors_are_shown() {
    let folder = tempfile::tempdir().expect("folder");
    let (report, readings) = (folder.path().join("errors.html"), folder.path());
    let path = report.to_str().expect("a path");
    let set = evaluated(
        &["fields", "--baseline", "--report", path],
        SAMPLE,
        readings,
    );
    assert_eq!(set["name"], "sample");
    assert_eq!((&set["cases"], &set["pages"]), (&1.into(), &4.into()));
    let f1 = |reader: &str, part: &str| set[reader][part]["f1"].as_f64().expect("a figure");
    for part in ["header", "line_items"] {
        let (reader, baseline) = (f1("reader", part), f1("baseline", part));
        assert!(
            reader > 0.7 && reader > baseline,
            "{part}: {reader} {baseline}"
        );
    }
    assert_eq!(set["reader"]["bundles_exact"]["right"], 1);
    let calibration = &set["reader"]["calibration"];
    assert!(calibration["ece"].as_f64().is_some_and(|ece| ece < 1.0));
    assert_eq!(set["baseline"].get("calibration"), None);

    let html = std::fs::read_to_string(report).expect("the report");
    let errors = set["errors"].as_array().expect("errors");
    assert_eq!(html.matches("<article").count(), errors.len());
    assert!(errors.is_empty() || html.contains("<polygon"));

    let checks = evaluated(&["checks"], SAMPLE, readings);
    let total = &checks["total"];
    assert_eq!(
        (&checks["cases"], &total["planted"]),
        (&1.into(), &5.into())
    );
    assert_eq!(
        (&total["reported"], &checks["unreported"]),
        (&5.into(), &Value::Array(Vec::new()))
    );
    assert_eq!(checks["rules"]["E02"]["reported"], 1);
}

#[test]
fn what_is_wrong_with_the_truth_is_said_before_anything_is_read() {
    let folder = tempfile::tempdir().expect("folder");
    let run_kind = |kind: &str, arguments: &[&str]| {
        let output = docexam()
            .args(["eval", kind, "--truth"])
            .arg(folder.path())
            .args(arguments)
            .output()
            .expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    let run = |arguments: &[&str]| run_kind("fields", arguments);
    let (code, said) = run(&[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("no truth in"), "{said}");
    let (code, _) = run(&["--as-scans", "9"]);
    assert_eq!(code, Some(2), "a density that no scanner has");
    std::fs::write(folder.path().join("a.pdf"), "%PDF-").expect("written");
    std::fs::write(folder.path().join("a.json"), "{\"documents\": 1}").expect("written");
    let (code, said) = run(&[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("a.json"), "{said}");
    let documents = "{\"documents\": [{\"type\": \"other\", \"pages\": [1]}]}";
    std::fs::write(folder.path().join("a.json"), documents).expect("written");
    let (code, said) = run_kind("checks", &[]);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("a.pdf") && said.contains("no declaration"),
        "{said}"
    );
}
