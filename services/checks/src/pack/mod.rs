//! A rule pack: everything about the rules that an administration may set, as data with dates.
//!
//! Goes in: a folder (`pack.toml`, `review.toml`, tables as CSV, tests as TOML) and the nomenclature. Comes out:
//! parameters per rule, decision tables, a name and a digest that every finding cites.
//! Deliberately absent: the rules themselves, which are code under `rules/`.

mod lint;
mod measures;
mod parameters;
mod tables;
mod tests_of_pack;
mod tests_of_review;

pub use lint::PackProblem;
pub use measures::{ItemFacts, Measure};
pub use parameters::{Bounds, Parameters};
pub use tables::{IncotermRow, OriginCertificate, Period, SupplementaryUnit};

use crate::error::ChecksError;
use crate::nomenclature::Nomenclature;
use crate::review::{self, ReviewPolicy};
use docexam_domain::Sha256Digest;
use parameters::Header;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Loaded once, shared by all examinations.
#[derive(Debug)]
pub struct RulePack {
    dir: PathBuf,
    name: String,
    digest: Sha256Digest,
    header: Header,
    measures: Vec<Measure>,
    supplementary_units: Vec<SupplementaryUnit>,
    origin_certificates: Vec<OriginCertificate>,
    incoterms: Vec<IncotermRow>,
    review: ReviewPolicy,
    nomenclature: Nomenclature,
}

impl RulePack {
    pub fn load(pack_dir: &Path, nomenclature_dir: &Path) -> Result<Self, ChecksError> {
        let nomenclature = Nomenclature::load(nomenclature_dir)?;
        let files = files_of(pack_dir)?;
        let header = parameters::read(&pack_dir.join("pack.toml"))?;
        Ok(Self {
            dir: pack_dir.to_owned(),
            name: format!("{}@{}", header.name, header.version),
            digest: digest(&files, &nomenclature),
            measures: measures::read(&pack_dir.join("measures.csv"))?,
            supplementary_units: tables::read(&pack_dir.join("supplementary_units.csv"))?,
            origin_certificates: tables::read(&pack_dir.join("origin_certificates.csv"))?,
            incoterms: tables::read(&pack_dir.join("incoterms.csv"))?,
            review: review::read(&pack_dir.join("review.toml"))?,
            header,
            nomenclature,
        })
    }

    /// `wco-baseline@2026.1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Over all files of the pack and the nomenclature.
    pub fn digest(&self) -> &Sha256Digest {
        &self.digest
    }

    pub fn nomenclature(&self) -> &Nomenclature {
        &self.nomenclature
    }

    pub fn bounds(&self) -> &Bounds {
        &self.header.bounds
    }

    /// Days on which the pack's rules hold.
    pub fn period(&self) -> &Period {
        &self.header.period
    }

    /// What the pack sets for a rule; `None` if it does not use the rule.
    pub fn parameters(&self, rule_id: &str) -> Option<&Parameters> {
        self.header.rules.get(rule_id)
    }

    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    pub fn supplementary_units(&self) -> &[SupplementaryUnit] {
        &self.supplementary_units
    }

    pub fn origin_certificates(&self) -> &[OriginCertificate] {
        &self.origin_certificates
    }

    pub fn incoterms(&self) -> &[IncotermRow] {
        &self.incoterms
    }

    /// What becomes work for an officer, and what may be settled without one.
    pub fn review_policy(&self) -> &ReviewPolicy {
        &self.review
    }

    /// Everything wrong with the pack that loading does not refuse; empty is good.
    pub fn lint(&self) -> Vec<PackProblem> {
        lint::lint(self)
    }

    /// Runs the pack's own tests (`tests/*.toml`): facts in, expected measures out; findings in, expected
    /// review tasks out.
    pub fn run_tests(&self) -> Result<Vec<PackProblem>, ChecksError> {
        tests_of_pack::run(self, &self.dir.join("tests"))
    }

    #[cfg(test)]
    pub fn with_nomenclature(mut self, nomenclature: Nomenclature) -> Self {
        self.nomenclature = nomenclature;
        self
    }

    #[cfg(test)]
    pub fn rule_mut(&mut self, rule_id: &str) -> &mut Parameters {
        self.header
            .rules
            .get_mut(rule_id)
            .expect("the pack sets it")
    }

    #[cfg(test)]
    pub fn measures_mut(&mut self) -> &mut Vec<Measure> {
        &mut self.measures
    }
}

/// Relative path and content of every file of the pack, by path.
fn files_of(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, ChecksError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |source| ChecksError::Read {
            path: folder.clone(),
            source,
        };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = std::fs::read(&path).map_err(|source| ChecksError::Read {
                path: path.clone(),
                source,
            })?;
            let relative = path.strip_prefix(dir).unwrap_or(&path);
            // One name on every system.
            let name = relative.to_string_lossy().replace('\\', "/");
            files.insert(name, content);
        }
    }
    Ok(files)
}

fn digest(files: &BTreeMap<String, Vec<u8>>, nomenclature: &Nomenclature) -> Sha256Digest {
    let edition = nomenclature.digest().map_or("", Sha256Digest::as_str);
    let named = files
        .iter()
        .flat_map(|(name, content)| [name.as_bytes(), content.as_slice()]);
    Sha256Digest::of_parts(named.chain([b"nomenclature".as_slice(), edition.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_baseline_pack_is_clean_and_passes_its_own_tests() {
        let pack = testing::pack();
        assert_eq!(pack.lint(), []);
        assert_eq!(pack.run_tests().expect("readable"), []);
        assert_eq!(pack.name(), "wco-baseline@2026.1");
    }

    #[test]
    fn the_pack_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<RulePack>();
    }

    #[test]
    fn a_changed_file_is_another_digest() {
        let copy = tempfile::tempdir().expect("a folder");
        for (name, content) in files_of(&testing::pack_dir()).expect("readable") {
            let path = copy.path().join(name);
            std::fs::create_dir_all(path.parent().expect("inside")).expect("made");
            std::fs::write(path, content).expect("written");
        }
        let nowhere = copy.path().join("none");
        let same = RulePack::load(copy.path(), &nowhere).expect("loads");
        let original = RulePack::load(&testing::pack_dir(), &nowhere).expect("loads");
        assert_eq!(same.digest(), original.digest());
        std::fs::write(copy.path().join("NOTES"), "x").expect("written");
        let changed = RulePack::load(copy.path(), &nowhere).expect("loads");
        assert_ne!(changed.digest(), original.digest());
    }

    #[test]
    fn a_missing_pack_is_named() {
        let nowhere = Path::new("/nowhere/pack");
        let problem = RulePack::load(nowhere, nowhere).expect_err("missing");
        assert!(problem.to_string().contains("/nowhere/pack"));
    }
}
