//! The officers' queue and what is learnt from it, through the program: a real service with the real examiner on
//! one side, the terminal on the other.

mod program;

use docexam_layout::read_training_pages;
use program::{Service, docexam, root};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Runs a command that must end well; its standard output.
fn said(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {problem}");
    String::from_utf8(output.stdout).expect("text")
}

fn refused(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{command:?}");
    String::from_utf8(output.stderr).expect("text")
}

fn review(service: &Service, arguments: &[&str]) -> Command {
    let mut command = docexam();
    command.arg("review").args(arguments);
    command.args(["--server", service.url()]);
    command
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("JSON lines")
}

fn submit(service: &Service) {
    let folder = root().join("corpus/sample");
    let mut command = docexam();
    command.args(["submit", "--server", service.url(), "--declaration"]);
    command.arg(folder.join("declaration.json"));
    command.arg(folder.join("documents"));
    said(&mut command);
}

/// Number of the first finding of this rule and outcome.
fn finding(task: &Value, rule: &str, outcome: &str) -> Value {
    let items = task["items"].as_array().expect("items").iter();
    let mut fitting = items.filter(|item| item["rule_id"] == rule && item["outcome"] == outcome);
    let item = fitting.next();
    item.unwrap_or_else(|| panic!("{rule} {outcome} in {task}"))
        .clone()
}

#[test]
fn an_officer_works_the_queue_from_a_terminal_and_the_program_learns_from_it() {
    let data = tempfile::tempdir().expect("folder");
    let outbox = data.path().join("decisions.jsonl");
    let place = format!("file:{}", outbox.display());
    let service = Service::start_with(data.path(), &["--outbox", &place]);
    submit(&service);

    // The task of origin findings is another office's.
    let tasks = lines(&said(&mut review(&service, &["list", "--format", "json"])));
    let offices: Vec<&Value> = tasks.iter().map(|task| &task["office"]).collect();
    assert!(offices.contains(&&json!("documents")) && offices.contains(&&json!("origin")));
    let listed = said(&mut review(&service, &["list", "--office", "documents"]));
    assert!(listed.contains("DISCREPANCY: "), "{listed}");

    let claim = [
        "claim",
        "--worker",
        "anna",
        "--office",
        "documents",
        "--format",
        "json",
    ];
    let task = lines(&said(&mut review(&service, &claim))).remove(0);
    let id = task["id"].as_str().expect("an id");
    let pages = data.path().join("pages");
    let mut show = review(&service, &["show", id]);
    let shown = said(show.arg("--pages").arg(&pages));
    assert!(shown.contains("E02 DISCREPANCY HIGH"), "{shown}");
    assert!(shown.contains("DISMISS needs a second officer"), "{shown}");
    assert_eq!(std::fs::read_dir(&pages).expect("written").count(), 4);

    // A correction where the finding points, a dismissal, and the rest confirmed.
    let total = finding(&task, "E02", "DISCREPANCY");
    let number = total["finding_index"].to_string();
    let observed = &total["finding"]["observed"][0];
    let (document, field) = (&observed["document"], &observed["field"]);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let correction = format!("{number}:{}.{}=11919.41", text(document), text(field));
    let packages = finding(&task, "C09", "DISCREPANCY")["finding_index"].to_string();
    let dismissal = format!("{packages}=explained");
    let decide = [
        "decide",
        id,
        "--correct",
        &correction,
        "--stands",
        &number,
        "--dismiss",
        &dismissal,
        "--rest",
        "confirm",
        "--note",
        "amended packing list seen",
    ];
    let foreign = refused(review(&service, &decide).args(["--worker", "ben"]));
    assert!(foreign.contains("FailedPrecondition"), "{foreign}");
    let stale = refused(review(&service, &decide).args(["--worker", "anna", "--etag", "v1"]));
    assert!(stale.contains("Aborted"), "{stale}");
    let after = said(review(&service, &decide).args(["--worker", "anna"]));
    assert!(
        after.contains("OPEN: 1 of 2 officers have spoken"),
        "{after}"
    );
    said(&mut review(
        &service,
        &["claim", "--worker", "ben", "--office", "documents"],
    ));
    let after = said(review(&service, &decide).args(["--worker", "ben"]));
    assert!(after.contains("DECIDED"), "{after}");

    // What happened to the task, in order, and what went out.
    let watch = [
        "watch",
        "--office",
        "documents",
        "--from-beginning",
        "--count",
        "5",
        "--format",
        "json",
    ];
    let kinds: Vec<Value> = lines(&said(&mut review(&service, &watch)))
        .iter()
        .map(|message| message["change"]["kind"].clone())
        .collect();
    assert_eq!(
        kinds,
        ["CREATED", "CLAIMED", "REFERRED", "CLAIMED", "DECIDED"]
    );
    let event = sent(&outbox);
    assert_eq!(event["type"], "docexam.review.task.decided.v1");
    assert_eq!(event["data"]["officers"], json!(["anna", "ben"]));

    // Beside the running service.
    let exported = data.path().join("pages.jsonl");
    let decisions = data.path().join("judged.jsonl");
    let mut export = docexam();
    export.args([
        "feedback",
        "export",
        "--least-confidence",
        "0",
        "--data-dir",
    ]);
    export.arg(data.path()).arg("--pages").arg(&exported);
    said(export.arg("--decisions").arg(&decisions));
    let page = read_training_pages(&exported)
        .expect("for training")
        .remove(0);
    assert_eq!(page.page_class, "commercial_invoice");
    let label = text(field);
    let labelled: Vec<&str> = page
        .words
        .iter()
        .filter(|word| word.label == label)
        .map(|word| word.word.text.as_str())
        .collect();
    assert!(!labelled.is_empty(), "{label}");
    let judged = lines(&std::fs::read_to_string(&decisions).expect("written"));
    assert_eq!(judged.len(), task["items"].as_array().expect("items").len());

    let mut stats = docexam();
    stats
        .args(["stats", "--format", "json", "--data-dir"])
        .arg(data.path());
    let stats: Value = serde_json::from_str(&said(&mut stats)).expect("JSON");
    let week = stats["weeks"]
        .as_object()
        .expect("weeks")
        .values()
        .next()
        .expect("one");
    assert_eq!(week["examinations"], 1);
    assert_eq!(week["error_bound"], 0.01);
    assert_eq!(week["proven"], 0);
    let dismissed: u64 = week["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .filter_map(|rule| rule["dismissed"].as_u64())
        .sum();
    assert_eq!(dismissed, 1);
}

/// The first event that went out.
fn sent(outbox: &Path) -> Value {
    for _ in 0..100 {
        let text = std::fs::read_to_string(outbox).unwrap_or_default();
        if let Some((line, _)) = text.split_once('\n') {
            return serde_json::from_str(line).expect("an event");
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("nothing was sent");
}

/// Decisions on one rule, as `feedback export` writes them.
fn decisions(folder: &Path, rule: &str, outcome: &str, count: usize, wrong: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for n in 0..count {
        let right = (outcome == "PASS") != (n < wrong);
        let line = json!({
            "examination_id": folder.display().to_string(), "rule_id": rule, "outcome": outcome,
            "severity": "HIGH", "confidence": 1.0, "right": right, "sampled": false,
            "verdict": if right { "CONFIRM" } else { "DISMISS" },
            "rule_pack": "wco-baseline@2026.1", "decided_at": "2026-05-04T10:00:00Z",
        });
        text.extend(serde_json::to_vec(&line).expect("JSON"));
        text.push(b'\n');
    }
    text
}

#[test]
fn a_calibration_settles_what_is_proven_and_nothing_else() {
    let data = tempfile::tempdir().expect("folder");
    let judged = data.path().join("judged.jsonl");
    // Of the sample's findings: packages that differ were never worth a look, totals sometimes.
    let mut text = decisions(data.path(), "C09", "DISCREPANCY", 400, 0);
    text.extend(decisions(data.path(), "E02", "DISCREPANCY", 400, 40));
    text.extend(decisions(data.path(), "G05", "DISCREPANCY", 400, 0));
    std::fs::write(&judged, text).expect("written");
    let out = data.path().join("calibrations");
    let mut calibrate = docexam();
    calibrate.arg("calibrate").arg("--decisions").arg(&judged);
    let report = said(calibrate.arg("--out").arg(&out));
    let row = |rule: &str| {
        let mut lines = report.lines();
        lines
            .find(|line| line.contains(rule))
            .expect(rule)
            .to_owned()
    };
    assert!(row("C09").contains("100.0 %"), "{report}");
    assert!(row("E02").contains("not proven"), "{report}");
    assert!(row("G05").contains("never"), "{report}");
    let files: Vec<_> = std::fs::read_dir(&out).expect("made").collect();
    assert_eq!(files.len(), 1);
    let calibration = files[0].as_ref().expect("readable").path();

    let service = Service::start_with(
        data.path(),
        &["--calibration", &calibration.display().to_string()],
    );
    submit(&service);
    let tasks = lines(&said(&mut review(&service, &["list", "--format", "json"])));
    let items = |rule: &str| {
        let items = tasks
            .iter()
            .flat_map(|task| task["items"].as_array().expect("items"));
        let of_rule = items.filter(|item| item["rule_id"] == rule);
        of_rule
            .filter(|item| item["outcome"] == "DISCREPANCY")
            .cloned()
            .collect::<Vec<_>>()
    };
    let total = items("E02");
    assert_eq!(total.len(), 1);
    let share = total[0]["calibrated_confidence"]
        .as_f64()
        .expect("calibrated");
    assert!((share - 0.1).abs() < 0.01, "{share}");
    // Drawn as a sample, or not seen at all: the draw is by the examination's id.
    assert!(items("C09").iter().all(|item| item["sampled"] == true));
    let mut stats = docexam();
    stats
        .args(["stats", "--format", "json", "--data-dir"])
        .arg(data.path());
    let stats: Value = serde_json::from_str(&said(&mut stats)).expect("JSON");
    let week = stats["weeks"]
        .as_object()
        .expect("weeks")
        .values()
        .next()
        .expect("one");
    let count = |name: &str| week[name].as_u64().expect(name);
    assert!(count("proven") + count("sampled") >= 1, "{week}");
}

#[test]
fn mistakes_on_the_command_line_are_named() {
    let data = tempfile::tempdir().expect("folder");
    let nowhere = refused(docexam().args(["stats", "--data-dir"]).arg(data.path()));
    assert!(nowhere.contains("there is no database"), "{nowhere}");
    let nothing = refused(docexam().args(["feedback", "export"]));
    assert!(nothing.contains("nothing to export"), "{nothing}");
    let away = refused(docexam().args(["review", "list", "--server", "http://127.0.0.1:9"]));
    assert!(away.contains("no service at http://127.0.0.1:9"), "{away}");
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--outbox",
        "ftp://x",
        "--data-dir",
    ];
    let outbox = refused(docexam().args(serve).arg(data.path()));
    assert!(outbox.contains("expected file:PATH, http://"), "{outbox}");
    let missing = refused(docexam().args(["serve", "--calibration", "/nowhere.json"]));
    assert!(missing.contains("calibration /nowhere.json"), "{missing}");
}
