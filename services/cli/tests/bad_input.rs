//! Files that nobody should send: each gets an error or a page status that names file, page and limit, the
//! other files are still examined, and the service keeps running.

mod program;

use docexam_domain::{Examination, PageStatus};
use docexam_tests::hostile;
use program::{Service, docexam, examination_with_code, root};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The hostile files with one readable file among them. Two deserve no error: a PNG that is called PDF is
/// read as what it is, and a page of one pixel is a blank page.
fn submission(folder: &Path) -> Vec<PathBuf> {
    let plain = hostile::plain_pdf();
    let tiff = hostile::tiff(5);
    let files: [(&str, Vec<u8>); 12] = [
        ("01-empty.pdf", Vec::new()),
        (
            "02-no-document.pdf",
            b"Dear Sirs, please find enclosed nothing.".repeat(20),
        ),
        ("03-in-truth-a-png.pdf", hostile::one_pixel_png()),
        ("04-truncated.pdf", plain[..plain.len() / 3].to_vec()),
        ("05-truncated.tif", tiff[..tiff.len() / 2].to_vec()),
        ("06-encrypted.pdf", hostile::encrypted_pdf()),
        ("07-one-pixel.png", hostile::one_pixel_png()),
        ("08-40000-pixels.png", hostile::png_header(40_000)),
        ("09-10000-pages.pdf", hostile::many_pages_pdf(10_000)),
        ("10-bomb.pdf", hostile::zip_bomb_pdf()),
        ("11-no-document.jpg", vec![0xff; 3_000]),
        ("12-readable.pdf", plain),
    ];
    let write = |(name, bytes): (&str, Vec<u8>)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a temporary folder is writable");
        path
    };
    files.into_iter().map(write).collect()
}

/// What is said of a file: its own problem, or those of its pages.
fn said_of(examination: &Examination, name: &str) -> String {
    let file = examination
        .files
        .iter()
        .position(|own| own == name)
        .expect("submitted") as u32;
    let problems = examination
        .problems
        .iter()
        .filter(|p| p.file == file)
        .map(|p| &p.problem);
    let pages = examination
        .pages
        .iter()
        .filter(|p| p.file == file)
        .filter_map(|p| p.problem.as_ref());
    problems
        .chain(pages)
        .cloned()
        .collect::<Vec<_>>()
        .join("; ")
}

fn check(examination: &Examination) {
    let expected: [(&str, &[&str]); 9] = [
        ("01-empty.pdf", &["01-empty.pdf", "empty"]),
        ("02-no-document.pdf", &["02-no-document.pdf"]),
        ("04-truncated.pdf", &["04-truncated.pdf"]),
        ("05-truncated.tif", &["05-truncated.tif"]),
        ("06-encrypted.pdf", &["06-encrypted.pdf", "encrypted"]),
        (
            "08-40000-pixels.png",
            &["08-40000-pixels.png", "40000", "20000"],
        ),
        (
            "09-10000-pages.pdf",
            &["09-10000-pages.pdf", "10000", "2000"],
        ),
        ("10-bomb.pdf", &["10-bomb.pdf", "page 1", "limit"]),
        ("11-no-document.jpg", &["11-no-document.jpg"]),
    ];
    for (name, words) in expected {
        let said = said_of(examination, name);
        for word in words {
            assert!(
                said.contains(word),
                "{name}: {said:?} does not say {word:?}"
            );
        }
    }
    for name in [
        "03-in-truth-a-png.pdf",
        "07-one-pixel.png",
        "12-readable.pdf",
    ] {
        assert_eq!(said_of(examination, name), "", "{name}");
    }
    let last = examination.pages.last().expect("pages");
    assert_eq!((last.file, last.status), (11, PageStatus::Read), "{last:?}");
    let held: usize = examination
        .documents
        .iter()
        .map(|document| document.pages.len())
        .sum();
    assert_eq!(
        held,
        examination.pages.len(),
        "every page belongs to one document"
    );
}

#[test]
fn the_command_names_each_problem_and_reads_the_rest() {
    let folder = tempfile::tempdir().expect("folder");
    let mut command = docexam();
    command
        .args(["extract", "--format", "json"])
        .args(submission(folder.path()));
    let (examination, code) = examination_with_code(&mut command);
    check(&examination);
    assert_eq!(code, 3, "some files were not read");
}

#[test]
fn the_service_names_each_problem_and_keeps_running() {
    let folder = tempfile::tempdir().expect("folder");
    let service = Service::start(&folder.path().join("data"));
    let files = submission(folder.path());
    for _ in 0..2 {
        let mut command = docexam();
        command
            .args(["submit", "--format", "json", "--server"])
            .arg(service.url());
        command
            .arg("--declaration")
            .arg(root().join("corpus/sample/declaration.json"))
            .args(&files);
        let (examination, code) = examination_with_code(&mut command);
        check(&examination);
        assert_eq!(code, 3);
    }
    let health = docexam()
        .args(["health", "--server"])
        .arg(service.url())
        .output()
        .expect("runs");
    assert_eq!(String::from_utf8_lossy(&health.stdout), "SERVING\n");
}

fn refused(mut command: Command) -> String {
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "data only on standard output");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_declaration_that_is_not_one_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("folder");
    let document = folder.path().join("readable.pdf");
    std::fs::write(&document, hostile::plain_pdf()).expect("writable");
    for (json, word) in [
        ("{\"id\":\"1\",\"items\":[{\"number\":", "EOF"),
        ("{\"id\":\"1\",\"totl_packages\":2}", "totl_packages"),
        ("{}", "no id"),
    ] {
        let declaration = folder.path().join("declaration.json");
        std::fs::write(&declaration, json).expect("writable");
        let mut command = docexam();
        command
            .args(["examine", "--declaration"])
            .arg(&declaration)
            .arg(&document);
        let said = refused(command);
        assert!(
            said.contains("declaration.json") && said.contains(word),
            "{said}"
        );
    }
}

#[test]
fn an_unknown_currency_in_the_declaration_is_a_finding() {
    let folder = tempfile::tempdir().expect("folder");
    let path = root().join("corpus/sample-clean/declaration.json");
    let mut declaration: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("the sample is there")).expect("JSON");
    declaration["invoice_total"]["currency"] = "QQQ".into();
    let changed = folder.path().join("declaration.json");
    std::fs::write(&changed, declaration.to_string()).expect("writable");
    let mut command = docexam();
    command
        .args(["examine", "--format", "json", "--declaration"])
        .arg(&changed);
    command.arg(root().join("corpus/sample-clean/documents"));
    let (examination, _) = examination_with_code(&mut command);
    let found = examination.findings.iter().any(|finding| {
        finding.rule_id == "E01"
            && finding.outcome == docexam_domain::Outcome::Discrepancy
            && finding.explanation.contains("QQQ")
    });
    assert!(
        found,
        "{:#?}",
        examination
            .findings
            .iter()
            .filter(|f| f.rule_id == "E01")
            .collect::<Vec<_>>()
    );
}
