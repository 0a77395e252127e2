//! The Harmonized System: which codes exist, in which edition, from when to when.
//!
//! Goes in: the folder that set-up or `docexam nomenclature import` filled. Comes out: lookups by
//! code and date at six digits, the depth that is the same in every country. National codes are
//! longer; they are judged by their first six digits. The table itself is not part of docexam.

mod import;

pub use import::{Imported, import};

use crate::error::ChecksError;
use docexam_domain::Sha256Digest;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One code in one edition; the form of the files in the nomenclature folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Digits only: 2 (chapter), 4 (heading), 6 (subheading) or more (national).
    pub code: String,
    pub description: String,
    /// `HS 2022`.
    pub edition: String,
    pub valid_from: Date,
    /// Last day on which the code may be used; open if empty.
    pub valid_to: Option<Date>,
}

impl Entry {
    fn valid_on(&self, date: Date) -> bool {
        self.valid_from <= date && self.valid_to.is_none_or(|last| date <= last)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Nomenclature {
    entries: BTreeMap<String, Vec<Entry>>,
    editions: BTreeSet<String>,
    digest: Option<Sha256Digest>,
}

/// What a lookup found.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup<'n> {
    Found(&'n Entry),
    /// Known, but not on that date.
    OtherDate(&'n Entry),
    Unknown,
    /// No edition covers the date, or there is no nomenclature at all.
    NoEdition,
}

/// How a user gets the table; named wherever it is missing.
pub fn obtain_hint() -> &'static str {
    "run models/nomenclature/obtain.sh or `docexam nomenclature import FILE.csv`"
}

impl Nomenclature {
    /// Reads every `*.csv` of the folder. A missing or empty folder is a nomenclature without codes.
    pub fn load(dir: &Path) -> Result<Self, ChecksError> {
        let mut files = Vec::new();
        if dir.is_dir() {
            let read = |source| ChecksError::Read {
                path: dir.to_owned(),
                source,
            };
            for file in std::fs::read_dir(dir).map_err(read)? {
                let path = file.map_err(read)?.path();
                if path.extension().is_some_and(|extension| extension == "csv") {
                    files.push(path);
                }
            }
        }
        files.sort();
        let mut nomenclature = Self::default();
        let mut contents = Vec::new();
        for path in &files {
            let bytes = std::fs::read(path).map_err(|source| ChecksError::Read {
                path: path.clone(),
                source,
            })?;
            for entry in import::read_csv(path, &bytes)? {
                nomenclature.add(entry);
            }
            contents.push(bytes);
        }
        if !contents.is_empty() {
            let parts = contents.iter().map(Vec::as_slice);
            nomenclature.digest = Some(Sha256Digest::of_parts(parts));
        }
        Ok(nomenclature)
    }

    #[cfg(test)]
    pub fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut nomenclature = Self::default();
        for entry in entries {
            nomenclature.add(entry);
        }
        nomenclature
    }

    fn add(&mut self, entry: Entry) {
        self.editions.insert(entry.edition.clone());
        let editions = self.entries.entry(entry.code.clone()).or_default();
        editions.push(entry);
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Over the files as they lie in the folder; absent without a nomenclature.
    pub fn digest(&self) -> Option<&Sha256Digest> {
        self.digest.as_ref()
    }

    /// `HS 2022`, or all editions with a comma between them.
    pub fn editions(&self) -> String {
        let editions: Vec<&str> = self.editions.iter().map(String::as_str).collect();
        editions.join(", ")
    }

    /// Looks a code of six digits up. Longer codes must be cut by the caller, who then says so.
    pub fn lookup(&self, code: &str, date: Date) -> Lookup<'_> {
        let editions = self.entries.get(code).map_or(&[][..], Vec::as_slice);
        if let Some(entry) = editions.iter().find(|entry| entry.valid_on(date)) {
            return Lookup::Found(entry);
        }
        if let Some(entry) = editions.first() {
            return Lookup::OtherDate(entry);
        }
        let covered = self
            .entries
            .values()
            .flatten()
            .any(|entry| entry.valid_on(date));
        if covered {
            Lookup::Unknown
        } else {
            Lookup::NoEdition
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(code: &str, from: &str, to: Option<&str>) -> Entry {
        Entry {
            code: code.to_owned(),
            description: "something".to_owned(),
            edition: "HS 2022".to_owned(),
            valid_from: from.parse().expect("a date"),
            valid_to: to.map(|to| to.parse().expect("a date")),
        }
    }

    #[test]
    fn codes_exist_on_dates() {
        let nomenclature = Nomenclature::of([entry("848210", "2022-01-01", Some("2027-12-31"))]);
        let on = |code, date: &str| nomenclature.lookup(code, date.parse().expect("a date"));
        assert!(matches!(on("848210", "2026-05-04"), Lookup::Found(_)));
        assert!(matches!(on("848210", "2028-01-01"), Lookup::OtherDate(_)));
        assert_eq!(on("848299", "2026-05-04"), Lookup::Unknown);
        assert_eq!(on("848299", "2029-05-04"), Lookup::NoEdition);
    }

    #[test]
    fn a_missing_folder_is_an_empty_nomenclature() {
        let nomenclature = Nomenclature::load(Path::new("/nowhere/at/all")).expect("no error");
        assert!(nomenclature.is_empty() && nomenclature.digest().is_none());
    }
}
