//! The audit log through the program: a service examines the sample, its log is exported and verified, and
//! the examination is replayed: byte-identical with another number of threads, or told what differs.

mod program;

use program::{Service, docexam, examination, root};
use std::path::Path;
use std::process::Output;

fn audit(arguments: &[&str], store: Option<&Path>) -> Output {
    let mut command = docexam();
    command.arg("audit").args(arguments);
    if let Some(data_dir) = store {
        command.arg("--data-dir").arg(data_dir);
    }
    command.output().expect("the program runs")
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn printed(output: &Output) -> String {
    let (printed, errors) = said(output);
    assert!(output.status.success(), "{printed}{errors}");
    printed
}

#[test]
fn the_log_of_a_service_verifies_and_its_examinations_replay() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let key_file = path("audit.key");
    let key = printed(&audit(
        &[
            "keygen",
            "--origin",
            "customs.example/log",
            "--out",
            &key_file,
        ],
        None,
    ));
    let config = path("docexam.toml");
    std::fs::write(&config, format!("audit_key = {key_file:?}\n")).expect("written");
    let service = Service::start_with(&data, &["--config", &config]);
    let sample = root().join("corpus/sample-clean");
    examination(
        docexam()
            .args([
                "submit",
                "--format",
                "json",
                "--server",
                service.url(),
                "--declaration",
            ])
            .arg(sample.join("declaration.json"))
            .arg(sample.join("documents")),
    );
    // While the service runs.
    let (kept, log) = (path("kept.txt"), path("log.jsonl"));
    std::thread::sleep(std::time::Duration::from_secs(1));
    std::fs::write(&kept, printed(&audit(&["checkpoint"], Some(&data)))).expect("written");
    printed(&audit(&["export", "--out", &log], Some(&data)));
    let verify = ["verify", &log, "--key", key.trim(), "--checkpoint", &kept];
    let whole = printed(&audit(&verify, None));
    assert!(
        whole.contains("whole; 4 entries of customs.example/log"),
        "{whole}"
    );

    let text = std::fs::read_to_string(&log).expect("read");
    let id = text
        .split("\"examination\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("an id");
    let replayed = printed(&audit(&["replay", id, "--threads", "3"], Some(&data)));
    assert!(replayed.contains("byte-identical"), "{replayed}");
    assert!(!replayed.contains("OTHER"), "{replayed}");
    service.kill();

    // With another rule pack the digest and the findings are told.
    let models = folder.path().join("models");
    copy(&root().join("models"), &models);
    let pack = models.join("rules/wco-baseline/pack.toml");
    let changed = std::fs::read_to_string(&pack).expect("read") + "\n# changed\n";
    std::fs::write(&pack, changed).expect("written");
    let models = models.to_str().expect("text");
    let (printed, errors) = said(&audit(&["replay", id, "--models", models], Some(&data)));
    assert!(
        printed.contains("rule pack     OTHER sha256:"),
        "{printed}{errors}"
    );
    assert!(printed.contains("model         same"), "{printed}");
    assert!(printed.contains("rule_pack_digest: "), "{printed}");
    assert!(
        errors.contains("the result is another one than was recorded"),
        "{errors}"
    );

    // A kept checkpoint of another log, an edit, and a cut.
    let edited = text.replacen("\"declaration_id\":\"", "\"declaration_id\":\"X", 1);
    std::fs::write(&log, &edited).expect("written");
    let output = audit(&verify, None);
    let (printed, _) = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(printed.ends_with("first bad entry: 1\n"), "{printed}");
    let missing = audit(&["export"], Some(&folder.path().join("typo")));
    assert!(said(&missing).1.contains("there is no database"));
    assert!(!folder.path().join("typo").exists());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                std::fs::copy(entry.path(), target).expect("copied");
            }
        }
    }
}
