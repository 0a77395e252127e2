//! Whether confidences mean what they say.

use docexam_domain::{FieldKey, PageReading, PageRef};
use docexam_extract::{Observation, Tier};
use serde::Serialize;

/// Bins of equal width over [0, 1].
const BINS: usize = 10;
/// The precision at which coverage is stated.
const PRECISION: f64 = 0.95;

/// A value that was read and whether it is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    pub key: FieldKey,
    /// Cell of a line item.
    pub is_cell: bool,
    /// Where it was read; none if it follows from other fields without a place.
    pub page: Option<PageRef>,
    /// In [0, 1].
    pub confidence: f32,
    pub is_right: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error: mean over all values of |share right - mean confidence| of their bin.
    pub ece: f64,
    /// The largest share of the values read that can be kept, by a bound on confidence, so that 95 % of
    /// those kept are right.
    pub coverage_at_95_precision: f64,
    /// From low to high confidence; empty bins are left out.
    pub bins: Vec<Bin>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    pub values: usize,
    pub mean_confidence: f64,
    pub share_right: f64,
}

impl Judged {
    /// As `docexam_extract::Calibration` is fitted on; `readings` are those of the case.
    pub fn observation(&self, readings: &[PageReading]) -> Observation {
        let reading = self.page.as_ref().and_then(|page| {
            let mut all = readings.iter();
            all.find(|reading| (reading.file, reading.page) == (page.file, page.page))
        });
        Observation {
            key: self.key,
            is_cell: self.is_cell,
            tier: reading.map_or(Tier::Poor, Tier::of),
            confidence: self.confidence,
            right: self.is_right,
        }
    }
}

/// `None` when nothing was read.
pub fn calibration(judged: &[Judged]) -> Option<Calibration> {
    if judged.is_empty() {
        return None;
    }
    let bins = bins(judged);
    let gaps = bins
        .iter()
        .map(|bin| bin.values as f64 * (bin.share_right - bin.mean_confidence).abs());
    Some(Calibration {
        ece: gaps.sum::<f64>() / judged.len() as f64,
        coverage_at_95_precision: coverage(judged),
        bins,
    })
}

fn bins(judged: &[Judged]) -> Vec<Bin> {
    let mut members: [Vec<&Judged>; BINS] = Default::default();
    for value in judged {
        let index = (f64::from(value.confidence) * BINS as f64) as usize;
        members[index.min(BINS - 1)].push(value);
    }
    let filled = members.iter().filter(|members| !members.is_empty());
    filled
        .map(|members| {
            let count = members.len() as f64;
            let confidence: f64 = members.iter().map(|v| f64::from(v.confidence)).sum();
            let right = members.iter().filter(|value| value.is_right).count();
            Bin {
                values: members.len(),
                mean_confidence: confidence / count,
                share_right: right as f64 / count,
            }
        })
        .collect()
}

fn coverage(judged: &[Judged]) -> f64 {
    let mut sorted = judged.to_vec();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let (mut kept, mut right, mut best) = (0_usize, 0_usize, 0_usize);
    // A bound on confidence keeps or drops values of equal confidence together.
    for equal in sorted.chunk_by(|a, b| a.confidence == b.confidence) {
        kept += equal.len();
        right += equal.iter().filter(|value| value.is_right).count();
        if right as f64 >= PRECISION * kept as f64 {
            best = kept;
        }
    }
    best as f64 / judged.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(confidence: f32, right: usize, wrong: usize) -> Vec<Judged> {
        let of = |is_right| Judged {
            key: FieldKey::TotalAmount,
            is_cell: false,
            page: None,
            confidence,
            is_right,
        };
        let mut all = vec![of(true); right];
        all.extend(vec![of(false); wrong]);
        all
    }

    #[test]
    fn confidences_that_hold_have_no_error() {
        let mut honest = judged(0.75, 3, 1);
        honest.extend(judged(0.25, 1, 3));
        let calibration = calibration(&honest).expect("values");
        assert!(calibration.ece.abs() < 1e-9, "{calibration:?}");
        assert_eq!(calibration.bins.len(), 2);
    }

    #[test]
    fn overconfidence_is_the_gap() {
        let calibration = calibration(&judged(1.0, 6, 4)).expect("values");
        assert!((calibration.ece - 0.4).abs() < 1e-9, "{calibration:?}");
        assert_eq!(calibration.coverage_at_95_precision, 0.0);
        assert_eq!(super::calibration(&[]), None);
    }

    #[test]
    fn coverage_is_what_a_bound_can_keep() {
        let mut values = judged(0.9, 19, 1);
        values.extend(judged(0.5, 10, 10));
        let calibration = calibration(&values).expect("values");
        assert!((calibration.coverage_at_95_precision - 0.5).abs() < 1e-9);
        // Equal confidences cannot be told apart by a bound.
        let mixed = super::calibration(&judged(0.9, 18, 2)).expect("values");
        assert_eq!(mixed.coverage_at_95_precision, 0.0);
    }
}
