//! The pack's own tests: `tests/*.toml`, each case the facts of one item and the measures and the
//! supplementary unit that must come out, or findings and the review tasks that must come out. They travel with the pack and run without documents.

use super::lint::PackProblem;
use super::measures::ItemFacts;
use super::tests_of_review::{self, ReviewCase};
use super::{RulePack, tables::SupplementaryUnit};
use crate::error::ChecksError;
use docexam_domain::{Declaration, DeclarationItem};
use jiff::civil::Date;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    #[serde(default)]
    case: Vec<PackCase>,
    #[serde(default)]
    review: Vec<ReviewCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackCase {
    name: String,
    date: String,
    #[serde(default = "import_procedure")]
    procedure: String,
    hs_code: String,
    #[serde(default)]
    origin: Option<String>,
    #[serde(default)]
    description: Option<String>,
    /// Ids of the measures that apply, in the order of the table; a failing row as `id!`.
    #[serde(default)]
    measures: Vec<String>,
    #[serde(default)]
    unit: Option<String>,
}

fn import_procedure() -> String {
    "import".to_owned()
}

pub(super) fn run(pack: &RulePack, dir: &Path) -> Result<Vec<PackProblem>, ChecksError> {
    let read = |source| ChecksError::Read {
        path: dir.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(read)? {
        paths.push(entry.map_err(read)?.path());
    }
    paths.sort();
    let mut problems = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(|source| ChecksError::Read {
            path: path.clone(),
            source,
        })?;
        let cases: Cases = toml::from_str(&text).map_err(|problem| ChecksError::Content {
            path: path.clone(),
            problem: problem.to_string(),
        })?;
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        for case in cases.case {
            if let Err(problem) = check(pack, &case) {
                problems.push(PackProblem::new(&file, format!("{}: {problem}", case.name)));
            }
        }
        for case in cases.review {
            if let Err(problem) = tests_of_review::check(pack, &case) {
                problems.push(PackProblem::new(&file, format!("{}: {problem}", case.name)));
            }
        }
    }
    Ok(problems)
}

fn check(pack: &RulePack, case: &PackCase) -> Result<(), String> {
    let date: Date = case
        .date
        .parse()
        .map_err(|_| format!("'{}' is no date", case.date))?;
    let declaration = Declaration {
        procedure: Some(case.procedure.clone()),
        ..Declaration::default()
    };
    let item = DeclarationItem {
        hs_code: Some(case.hs_code.clone()),
        country_of_origin: case.origin.clone(),
        description: case.description.clone(),
        ..DeclarationItem::default()
    };
    let facts = ItemFacts::of(&declaration, &item, &[], &[]);
    let applying: Vec<String> = pack
        .measures()
        .iter()
        .filter_map(|measure| match measure.applies(&facts, date) {
            Ok(true) => Some(measure.id.clone()),
            Ok(false) => None,
            Err(_) => Some(format!("{}!", measure.id)),
        })
        .collect();
    if applying != case.measures {
        return Err(format!("expected {:?}, got {applying:?}", case.measures));
    }
    let unit = pack
        .supplementary_unit(&case.hs_code, date)
        .map(|row| row.unit.clone());
    if unit != case.unit {
        return Err(format!("expected unit {:?}, got {unit:?}", case.unit));
    }
    Ok(())
}

impl RulePack {
    /// The row with the longest prefix of the code that holds on the date.
    pub fn supplementary_unit(&self, hs_code: &str, date: Date) -> Option<&SupplementaryUnit> {
        let rows = self.supplementary_units.iter();
        let fitting =
            rows.filter(|row| hs_code.starts_with(&row.hs_prefix) && row.period().contains(date));
        fitting.max_by_key(|row| row.hs_prefix.len())
    }
}
