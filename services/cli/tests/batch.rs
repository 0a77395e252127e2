//! `docexam batch` as a user meets it: an archive of the two samples, killed twice on the way, gone on with,
//! examined again without a reader, and handed to a knowledge graph.

mod program;

use program::{docexam, root};
use serde_json::Value;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A manifest of both samples and of a document that is not there.
fn manifest(folder: &Path) -> PathBuf {
    let mut rows = vec!["doc_id,path,declaration".to_owned()];
    for sample in ["sample", "sample-clean"] {
        let sample_dir = root()
            .join("corpus")
            .join(sample)
            .canonicalize()
            .expect("the sample");
        let mut files: Vec<PathBuf> = std::fs::read_dir(sample_dir.join("documents"))
            .expect("its documents")
            .map(|entry| entry.expect("a file").path())
            .collect();
        files.sort();
        for file in files {
            let declaration = sample_dir.join("declaration.json");
            rows.push(format!(
                "{sample},{},{}",
                file.display(),
                declaration.display()
            ));
        }
    }
    rows.push("gone,gone.pdf,".to_owned());
    let path = folder.join("manifest.csv");
    std::fs::write(&path, rows.join("\n") + "\n").expect("written");
    path
}

fn batch(arguments: &[&str]) -> Command {
    let mut command = docexam();
    command.arg("batch").args(arguments);
    command
}

fn run(manifest: &Path, out: &Path) -> Command {
    let mut command = batch(&["run", "--threads", "1", "--format", "json"]);
    command
        .arg("--manifest")
        .arg(manifest)
        .arg("--out")
        .arg(out);
    command
}

/// Standard output, and the code.
fn told(output: &Output) -> (String, Option<i32>) {
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        output.status.code(),
    )
}

fn json(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// In a process group of its own, so that it can be killed with the process that it watches over.
fn start(command: &mut Command) -> Child {
    command
        .process_group(0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs")
}

fn kill(target: &str) {
    let status = Command::new("kill").args(["-9", "--", target]).status();
    assert!(status.expect("kill runs").success(), "{target}");
}

/// The process that works for this one.
fn working_process(watcher: &Child) -> Option<String> {
    let id = watcher.id();
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).ok()?;
    children.split_whitespace().next().map(str::to_owned)
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1_200 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited a minute: {what}");
}

fn examined(out: &Path) -> u64 {
    let mut status = batch(&["status", "--format", "json", "--archive"]);
    let output = status.arg(out).output().expect("the program runs");
    let records: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    records[0]["examined"].as_u64().unwrap_or(0)
}

#[test]
fn an_archive_survives_kills_and_is_examined_again_without_a_reader() {
    let folder = tempfile::tempdir().expect("folder");
    let (manifest, out) = (manifest(folder.path()), folder.path().join("out"));

    // The working process is killed: the watcher starts another one. Then both are.
    let mut watcher = start(&mut run(&manifest, &out));
    until("it works", || {
        out.join("store/docexam.db").exists() && working_process(&watcher).is_some()
    });
    let first = working_process(&watcher).expect("it works");
    std::thread::sleep(Duration::from_secs(2));
    kill(&first);
    until("it is started again", || {
        working_process(&watcher).is_some_and(|id| id != first)
    });
    until("a document is done", || examined(&out) >= 1);
    kill(&format!("-{}", watcher.id()));
    watcher.wait().expect("it ended");

    let output = run(&manifest, &out).output().expect("the program runs");
    let summary = json(&output);
    assert_eq!(output.status.code(), Some(3), "one document is not there");
    assert_eq!(summary["documents"]["examined"], 2);
    assert_eq!(summary["failures"]["missing"], 1);
    assert_eq!(
        (&summary["pages"]["total"], &summary["complete"]),
        (&8.into(), &true.into())
    );
    let results = std::fs::read_to_string(out.join("results.jsonl")).expect("written");
    let results: Vec<Value> = results
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let ids: Vec<&Value> = results.iter().map(|line| &line["doc_id"]).collect();
    assert_eq!(ids, ["sample", "sample-clean", "gone"]);
    let discrepancies = |line: &Value| {
        let findings = line["examination"]["findings"]
            .as_array()
            .expect("findings")
            .iter();
        findings
            .filter(|finding| finding["outcome"] == "DISCREPANCY")
            .count()
    };
    assert_eq!(
        (discrepancies(&results[0]), discrepancies(&results[1])),
        (10, 0)
    );
    for table in ["documents", "pages", "fields", "findings"] {
        assert!(
            out.join(format!("{table}.parquet"))
                .metadata()
                .expect("there")
                .len()
                > 500
        );
    }

    replayed_without_a_reader(folder.path(), &manifest, &out);

    let graph = folder.path().join("graph");
    let mut command = batch(&["graph", "--archive"]);
    let output = command
        .arg(&out)
        .arg("--out")
        .arg(&graph)
        .output()
        .expect("the program runs");
    let (said, code) = told(&output);
    assert!(
        said.ends_with("edges of 2 documents\n") && code == Some(0),
        "{said}"
    );
    let nodes = std::fs::read_to_string(graph.join("neo4j/nodes.csv")).expect("there");
    assert!(nodes.starts_with("id:ID,:LABEL,"));
    assert!(nodes.contains(",Party,") && nodes.contains(",Identifier,"));
}

fn replayed_without_a_reader(folder: &Path, manifest: &Path, out: &Path) {
    // With these the reader cannot even start.
    let nowhere = folder.join("nowhere");
    let no_reader = |command: &mut Command| {
        command
            .env("DOCEXAM_TESSDATA", &nowhere)
            .env("TESSDATA_PREFIX", &nowhere);
    };
    let mut command = run(manifest, out);
    no_reader(command.arg("--retry-failed"));
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("nowhere"), "{said}");

    let pack = folder.join("pack");
    let baseline = root().join("models/rules/wco-baseline");
    std::fs::create_dir(&pack).expect("made");
    for entry in std::fs::read_dir(baseline)
        .expect("there")
        .flatten()
        .filter(|e| e.path().is_file())
    {
        std::fs::copy(entry.path(), pack.join(entry.file_name())).expect("copied");
    }
    let text = std::fs::read_to_string(pack.join("pack.toml")).expect("read");
    let before = "[rules.E02]\nseverity = \"HIGH\"\ntolerance = \"0.01\"";
    assert!(text.contains(before));
    let after = "[rules.E02]\nseverity = \"HIGH\"\ntolerance = \"50000\"";
    std::fs::write(pack.join("pack.toml"), text.replace(before, after)).expect("written");

    let replay = |more: &[&str], name: &str| {
        let mut command = batch(&["replay", "--format", "json"]);
        command
            .args(more)
            .arg("--archive")
            .arg(out)
            .arg("--out")
            .arg(folder.join(name));
        no_reader(command.arg("--rule-pack").arg(&pack));
        command.output().expect("the program runs")
    };
    let diff = json(&replay(&[], "fields"));
    assert_eq!(
        (&diff["documents"], &diff["documents_extracted"]),
        (&3.into(), &0.into())
    );
    assert_eq!(diff["by_rule"]["E02"]["vanish"], 1);
    assert_eq!(
        diff["total"],
        serde_json::json!({"appear": 0, "vanish": 1, "change": 0})
    );
    // From the readings, with the same outcome.
    let diff = json(&replay(&["--extract"], "readings"));
    assert_eq!(diff["documents_extracted"], 2);
    assert_eq!(
        diff["total"],
        serde_json::json!({"appear": 0, "vanish": 1, "change": 0})
    );
}

#[test]
fn slips_are_told_before_any_work() {
    let folder = tempfile::tempdir().expect("folder");
    let manifest = folder.path().join("m.jsonl");
    std::fs::write(
        &manifest,
        "{\"doc_id\":\"a\",\"path\":\"1.pdf\"}\n{\"doc_id\":\"b\"}\n",
    )
    .expect("written");
    let out = folder.path().join("out");
    let output = run(&manifest, &out).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.ends_with("m.jsonl line 2: one of path and blob must be given, and not both\n"),
        "{said}"
    );
    assert!(!out.exists());

    let output = run(&manifest, &out)
        .args(["--shard", "3/2"])
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(2));

    let mut status = batch(&["status", "--archive"]);
    let output = status.arg(&out).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("has no results of `docexam batch run`"),
        "{said}"
    );
}
