//! A calibration: for every rule and field, how often officers found right what had which confidence.
//! A dated file that names the decisions it was fitted on; it is never changed, only followed by another.

use super::bound;
use super::policy::Automation;
use docexam_domain::{Outcome, Sha256Digest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Raise it when older programs would misread the file.
const FORMAT: u32 = 1;
/// A calibration of all rules has some hundred kilobytes.
const MAX_BYTES: u64 = 64 << 20;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    pub format: u32,
    pub created_at: Timestamp,
    /// How many judged findings it was fitted on.
    pub decisions: u64,
    /// When the last of them was judged; absent without any.
    pub decided_until: Option<Timestamp>,
    /// Over these decisions, in their order.
    pub decisions_digest: Sha256Digest,
    /// By rule id.
    pub rules: BTreeMap<String, Vec<RuleCurve>>,
    /// By key of the field; the key `*` stands for fields with too few decisions of their own.
    pub fields: BTreeMap<String, FieldCurve>,
    /// Of the file it was read from.
    #[serde(skip)]
    pub digest: Option<Sha256Digest>,
}

/// One outcome of one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleCurve {
    pub outcome: Outcome,
    pub decisions: u64,
    pub right: u64,
    /// Confidence as the rule gives it, and the share of right findings at it; rising. Empty where too few
    /// findings were judged.
    pub points: Vec<[f32; 2]>,
    /// How many were judged, and how many of them would have been settled wrongly, on the safe side of
    /// each confidence: at or below it, or for PASS at or above it. From few findings to all.
    pub risk: Vec<RiskPoint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskPoint {
    pub confidence: f32,
    pub judged: u64,
    pub wrong: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldCurve {
    pub decisions: u64,
    pub right: u64,
    pub points: Vec<[f32; 2]>,
}

#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    #[error("calibration {path}: {error}")]
    File { path: String, error: std::io::Error },
    #[error("calibration {path} has {bytes} bytes, limit {MAX_BYTES}")]
    TooLarge { path: String, bytes: u64 },
    #[error("calibration {path}: {problem}")]
    Content { path: String, problem: String },
    #[error("calibration {path} has format {format}, this program knows up to {FORMAT}")]
    NewerFormat { path: String, format: u32 },
}

impl Calibration {
    pub(super) fn empty(created_at: Timestamp, decisions_digest: Sha256Digest) -> Self {
        Self {
            format: FORMAT,
            created_at,
            decisions: 0,
            decided_until: None,
            decisions_digest,
            rules: BTreeMap::new(),
            fields: BTreeMap::new(),
            digest: None,
        }
    }

    pub fn load(path: &Path) -> Result<Self, CalibrationError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let name = || path.display().to_string();
        let file = |error| CalibrationError::File {
            path: name(),
            error,
        };
        let content = |problem: serde_json::Error| CalibrationError::Content {
            path: name(),
            problem: problem.to_string(),
        };
        let bytes = std::fs::metadata(path).map_err(file)?.len();
        if bytes > MAX_BYTES {
            return Err(CalibrationError::TooLarge {
                path: name(),
                bytes,
            });
        }
        let text = std::fs::read(path).map_err(file)?;
        let Format { format } = serde_json::from_slice(&text).map_err(content)?;
        if format > FORMAT {
            return Err(CalibrationError::NewerFormat {
                path: name(),
                format,
            });
        }
        let calibration: Self = serde_json::from_slice(&text).map_err(content)?;
        Ok(Self {
            digest: Some(Sha256Digest::of(&text)),
            ..calibration
        })
    }

    /// Writes a new file; one that is there is an error, because past results may cite it.
    pub fn write_new(&self, path: &Path) -> Result<Sha256Digest, CalibrationError> {
        let name = || path.display().to_string();
        let mut text =
            serde_json::to_vec_pretty(self).map_err(|problem| CalibrationError::Content {
                path: name(),
                problem: problem.to_string(),
            })?;
        text.push(b'\n');
        let write = || -> std::io::Result<()> {
            let mut file = std::fs::File::create_new(path)?;
            std::io::Write::write_all(&mut file, &text)?;
            file.sync_all()
        };
        write().map_err(|error| CalibrationError::File {
            path: name(),
            error,
        })?;
        Ok(Sha256Digest::of(&text))
    }

    pub(super) fn rule(&self, rule_id: &str, outcome: Outcome) -> Option<&RuleCurve> {
        let mut curves = self.rules.get(rule_id)?.iter();
        curves.find(|curve| curve.outcome == outcome)
    }

    /// The share of such findings that officers found right.
    pub fn of_finding(&self, rule_id: &str, outcome: Outcome, confidence: f32) -> Option<f32> {
        at(&self.rule(rule_id, outcome)?.points, confidence)
    }

    /// The share of fields of this key, read with this confidence, that officers found right.
    pub fn of_field(&self, key: &str, confidence: f32) -> Option<f32> {
        let curve = self.fields.get(key).or_else(|| self.fields.get("*"))?;
        at(&curve.points, confidence)
    }
}

impl RuleCurve {
    /// The confidence up to which (for PASS: from which) findings may be settled without an officer, with
    /// the proven bound of the error; none if the pack's bound is not proven.
    ///
    /// Bounds are tried in an order fixed before any verdict is looked at, from few findings to all, and
    /// the first that fails ends it: so the assurance holds for the last that passed (fixed-sequence
    /// testing, Angelopoulos et al., "Learn then test", 2021).
    pub fn settled(&self, automation: &Automation) -> Option<RiskPoint> {
        let enough = self
            .risk
            .iter()
            .filter(|point| point.judged >= u64::from(automation.min_decisions));
        enough
            .take_while(|point| {
                let bound = bound::at_most(point.wrong, point.judged, automation.assurance());
                bound <= automation.error_bound()
            })
            .last()
            .copied()
    }

    pub fn error_at_most(&self, point: &RiskPoint, automation: &Automation) -> f64 {
        bound::at_most(point.wrong, point.judged, automation.assurance())
    }
}

/// Between two points in a straight line, outside them level.
fn at(points: &[[f32; 2]], confidence: f32) -> Option<f32> {
    let [first, .., last] = points else {
        return points.first().map(|point| point[1]);
    };
    if confidence <= first[0] {
        return Some(first[1]);
    }
    let pair = points.windows(2).find(|pair| confidence <= pair[1][0]);
    let Some([[x0, y0], [x1, y1]]) = pair else {
        return Some(last[1]);
    };
    let width = x1 - x0;
    Some(match width > 0.0 {
        true => y0 + (y1 - y0) * (confidence - x0) / width,
        false => *y1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidences_lie_on_the_line_between_points() {
        let points = [[0.2, 0.1], [0.6, 0.5], [0.8, 0.9]];
        for (confidence, expected) in [(0.0, 0.1), (0.4, 0.3), (0.7, 0.7), (1.0, 0.9)] {
            let found = at(&points, confidence).expect("given");
            assert!((found - expected).abs() < 1e-6, "{confidence}: {found}");
        }
        assert_eq!(at(&[], 0.5), None);
        assert_eq!(at(&[[0.5, 0.7]], 0.1), Some(0.7));
    }

    #[test]
    fn a_file_is_written_once_and_read_back_with_its_digest() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.json");
        let calibration = Calibration::empty(Timestamp::UNIX_EPOCH, Sha256Digest::of(b""));
        let digest = calibration.write_new(&path).expect("written");
        let read = Calibration::load(&path).expect("read");
        assert_eq!(read.digest, Some(digest));
        assert_eq!(
            Calibration {
                digest: None,
                ..read
            },
            calibration
        );
        assert!(calibration.write_new(&path).is_err());
        let text = std::fs::read_to_string(&path).expect("read");
        std::fs::write(&path, text.replace("\"format\": 1", "\"format\": 2")).expect("written");
        let error = Calibration::load(&path).expect_err("newer").to_string();
        assert!(error.ends_with("has format 2, this program knows up to 1"));
    }
}
