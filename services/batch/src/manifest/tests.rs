use super::*;
use std::io::Write;
use tempfile::TempDir;

fn manifest(name: &str, content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    (folder, path)
}

fn tasks(name: &str, content: &str) -> Vec<BatchTask> {
    let (_folder, path) = manifest(name, content);
    let manifest = Manifest::check(&path).expect("good");
    let entries = manifest.entries().expect("opened");
    entries.map(|entry| entry.expect("good").task).collect()
}

fn problem(name: &str, content: &str) -> String {
    let (folder, path) = manifest(name, content);
    let error = Manifest::check(&path).expect_err("refused").to_string();
    error.replace(&format!("{}/", folder.path().display()), "")
}

const DIGEST: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn json_lines_and_csv_say_the_same() {
    let json = format!(
        "{}\n\n{}\n{}\n",
        r#"{"doc_id":"a","path":"x/1.pdf","declaration":{"id":"D1","total_packages":2}}"#,
        r#"{"doc_id":"a","path":"x/2.tif","declaration":null}"#,
        format_args!(
            r#"{{"doc_id":"b","blob":"{DIGEST}","name":"scan.pdf","declaration":"d.json"}}"#
        ),
    );
    let csv = format!(
        "doc_id,path,declaration,blob,name\n\
         a,x/1.pdf,\"{{\"\"id\"\":\"\"D1\"\",\"\"total_packages\"\":2}}\",,\n\
         a,x/2.tif,,,\n\
         b,,d.json,{DIGEST},scan.pdf\n"
    );
    let (from_json, from_csv) = (tasks("m.jsonl", &json), tasks("m.csv", &csv));
    let bare = |tasks: &[BatchTask]| -> Vec<(String, Vec<String>, bool)> {
        let name = |file: &BatchFile| format!("{} {:?}", file.name, file.digest);
        let told = |task: &BatchTask| {
            let files = task.files.iter().map(name).collect();
            (task.document_id.clone(), files, task.declaration.is_some())
        };
        tasks.iter().map(told).collect()
    };
    assert_eq!(bare(&from_json), bare(&from_csv));
    assert_eq!(from_json.len(), 2);
    assert_eq!(from_json[0].files.len(), 2);
    assert!(
        from_json[0].files[0]
            .path
            .as_ref()
            .expect("a path")
            .ends_with("/x/1.pdf")
    );
    assert!(
        matches!(&from_json[0].declaration, Some(DeclarationSource::Inline(d)) if d.id == "D1")
    );
    assert!(
        matches!(&from_json[1].declaration, Some(DeclarationSource::Path(p)) if p.ends_with("/d.json"))
    );
    assert_eq!(from_json[1].files[0].path, None);
}

#[test]
fn problems_name_their_line() {
    let good = r#"{"doc_id":"a","path":"1.pdf"}"#;
    for (line, said) in [
        (
            "{",
            "m.jsonl line 3: EOF while parsing an object at line 1 column 1",
        ),
        (
            r#"{"doc_id":"b"}"#,
            "m.jsonl line 3: one of path and blob must be given, and not both",
        ),
        (
            r#"{"doc_id":"b","path":"1","colour":"red"}"#,
            "m.jsonl line 3: unknown field `colour`",
        ),
        (
            r#"{"doc_id":"b","path":"1","sha256":"12"}"#,
            "m.jsonl line 3: sha256 \"12\" is not sha256: and 64 hex digits",
        ),
        (
            r#"{"doc_id":" ","path":"1"}"#,
            "m.jsonl line 3: doc_id is empty, longer than 256 bytes or has control characters",
        ),
        (
            r#"{"doc_id":"b","path":"1","declaration":{"id":""}}"#,
            "m.jsonl line 3: declaration has no id",
        ),
        (
            r#"{"doc_id":"b","path":"1","declaration":{"id":"D","itms":[]}}"#,
            "m.jsonl line 3: declaration is not the expected JSON: unknown field `itms`",
        ),
    ] {
        let said_now = problem("m.jsonl", &format!("{good}\n\n{line}\n"));
        assert!(said_now.starts_with(said), "{said_now}");
    }
    let twice = problem(
        "m.jsonl",
        &format!("{good}\n{{\"doc_id\":\"b\",\"path\":\"2\"}}\n{good}\n"),
    );
    assert!(
        twice.starts_with("m.jsonl line 3: doc_id a stands on line 1 already"),
        "{twice}"
    );
    let two = format!(
        "{}\n{}\n",
        r#"{"doc_id":"a","path":"1","declaration":"x.json"}"#,
        r#"{"doc_id":"a","path":"2","declaration":"y.json"}"#
    );
    assert_eq!(
        problem("m.jsonl", &two),
        "m.jsonl line 2: document a has two declarations"
    );
    assert_eq!(problem("m.jsonl", "\n \n"), "m.jsonl holds no document");
    assert_eq!(problem("m.xlsx", ""), "m.xlsx is neither .jsonl nor .csv");
    assert_eq!(
        problem("m.csv", "doc_id,file\n"),
        "m.csv: column \"file\" is none of doc_id, path, blob, sha256, declaration and name"
    );
    assert_eq!(
        problem("m.csv", "path\nx\n"),
        "m.csv: no column doc_id in the first line"
    );
    let short = problem("m.csv", "doc_id,path\na,1.pdf\nb\n");
    assert!(short.starts_with("m.csv line 3: "), "{short}");
}

#[test]
fn hostile_manifests_are_refused_before_they_fill_the_memory() {
    let folder = tempfile::tempdir().expect("folder");
    for name in ["long.jsonl", "long.csv"] {
        let path = folder.path().join(name);
        let mut file = File::create(&path).expect("made");
        if name.ends_with("csv") {
            file.write_all(b"doc_id,path\n\"").expect("written");
        } else {
            file.write_all(b"{\"doc_id\":\"").expect("written");
        }
        for _ in 0..40 {
            file.write_all(&vec![b'x'; 1 << 20]).expect("written");
        }
        let error = Manifest::check(&path).expect_err("refused").to_string();
        assert!(
            error.contains("9437184 bytes, which is the limit"),
            "{error}"
        );
    }
    let many: String = (0..101)
        .map(|n| format!("{{\"doc_id\":\"a\",\"path\":\"{n}\"}}\n"))
        .collect();
    assert_eq!(
        problem("m.jsonl", &many),
        "m.jsonl line 101: document a has more than 100 files, which is the limit"
    );
    let nul = problem("m.jsonl", "{\"doc_id\":\"a\\u0000b\",\"path\":\"1\"}\n");
    assert!(nul.contains("control characters"), "{nul}");
    let binary = problem("m.csv", "doc_id,path\n\u{0}\u{1},x\n");
    assert!(binary.contains("line 2"), "{binary}");
}

#[test]
fn the_digest_is_that_of_the_bytes() {
    let (_folder, path) = manifest("m.jsonl", "{\"doc_id\":\"a\",\"path\":\"1\"}\n");
    let manifest = Manifest::check(&path).expect("good");
    let bytes = std::fs::read(&path).expect("read");
    assert_eq!(manifest.digest, Sha256Digest::of(&bytes));
    assert_eq!((manifest.documents, manifest.files), (1, 1));
}
