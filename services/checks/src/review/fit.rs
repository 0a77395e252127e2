//! Fitting a calibration: from findings that officers judged to shares of right ones by confidence.
//! Isotonic regression (pool adjacent violators, Ayer et al. 1955): the only assumption is that
//! surer findings are right more often. Confidences as the rules gave them go in, never calibrated ones.

use super::calibration::{Calibration, FieldCurve, RiskPoint, RuleCurve};
use docexam_domain::{JudgedFinding, Outcome, Sha256Digest};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// With fewer decisions than this a curve says more about chance than about the rule.
const FEWEST: usize = 30;
/// Bounds that may be tried: few, so that the file stays small; the assurance does not depend on it.
const RISK_STEPS: usize = 40;
/// Decisions that every block of a curve is diluted with, at the share of the whole: a block of five
/// right ones is no certainty.
const PRIOR: f64 = 2.0;

pub fn fit(judged: &[JudgedFinding], created_at: Timestamp) -> Calibration {
    let mut rules: BTreeMap<String, Vec<RuleCurve>> = BTreeMap::new();
    for ((rule_id, outcome), cases) in by_rule(judged) {
        let curve = rule_curve(outcome, cases);
        rules.entry(rule_id).or_default().push(curve);
    }
    let mut calibration = Calibration::empty(created_at, digest(judged));
    calibration.decisions = judged.len() as u64;
    calibration.decided_until = judged.iter().map(|judged| judged.decided_at).max();
    calibration.rules = rules;
    calibration.fields = fields(judged);
    calibration
}

/// Confidence, and whether it was right.
type Case = (f32, bool);

fn by_rule(judged: &[JudgedFinding]) -> BTreeMap<(String, Outcome), Vec<Case>> {
    let mut cases: BTreeMap<_, Vec<Case>> = BTreeMap::new();
    for judged in judged {
        let key = (judged.rule_id.clone(), judged.outcome);
        cases
            .entry(key)
            .or_default()
            .push((judged.confidence, judged.right));
    }
    cases
}

fn fields(judged: &[JudgedFinding]) -> BTreeMap<String, FieldCurve> {
    let mut cases: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for field in judged.iter().flat_map(|judged| &judged.fields) {
        for key in [field.key.as_str(), "*"] {
            let of_key = cases.entry(key.to_owned()).or_default();
            of_key.push((field.confidence, field.right));
        }
    }
    let enough = cases.into_iter().filter(|(_, cases)| cases.len() >= FEWEST);
    enough
        .map(|(key, mut cases)| {
            sort(&mut cases);
            let curve = FieldCurve {
                decisions: cases.len() as u64,
                right: right(&cases),
                points: isotonic(&cases),
            };
            (key, curve)
        })
        .collect()
}

fn rule_curve(outcome: Outcome, mut cases: Vec<Case>) -> RuleCurve {
    sort(&mut cases);
    let points = match cases.len() >= FEWEST {
        true => isotonic(&cases),
        false => Vec::new(),
    };
    RuleCurve {
        outcome,
        decisions: cases.len() as u64,
        right: right(&cases),
        points,
        risk: risk(outcome, &cases),
    }
}

fn sort(cases: &mut [Case]) {
    cases.sort_by(|a, b| a.0.total_cmp(&b.0));
}

fn right(cases: &[Case]) -> u64 {
    cases.iter().filter(|(_, right)| *right).count() as u64
}

/// Neighbouring cases that break the rise are pooled until none does.
fn isotonic(cases: &[Case]) -> Vec<[f32; 2]> {
    struct Block {
        confidence: f64,
        right: f64,
        count: f64,
    }
    let share = right(cases) as f64 / cases.len().max(1) as f64;
    let mut blocks: Vec<Block> = Vec::new();
    for (confidence, is_right) in cases {
        blocks.push(Block {
            confidence: f64::from(*confidence),
            right: f64::from(u8::from(*is_right)),
            count: 1.0,
        });
        while let [.., before, last] = blocks.as_slice()
            && before.right / before.count >= last.right / last.count
            && let (Some(last), Some(before)) = (blocks.pop(), blocks.last_mut())
        {
            before.confidence += last.confidence;
            before.right += last.right;
            before.count += last.count;
        }
    }
    let mut least = 0.0_f64;
    blocks
        .iter()
        .map(|block| {
            let diluted = (block.right + PRIOR * share) / (block.count + PRIOR);
            // A small block is diluted more than its neighbours; the rise is kept.
            least = least.max(diluted);
            [(block.confidence / block.count) as f32, least as f32]
        })
        .collect()
}

/// From the findings that are safest to settle to all. Dismissing a right finding is wrong, and letting a
/// wrong pass through is.
fn risk(outcome: Outcome, cases: &[Case]) -> Vec<RiskPoint> {
    let is_pass = outcome == Outcome::Pass;
    let ordered: Vec<Case> = match is_pass {
        true => cases.iter().rev().copied().collect(),
        false => cases.to_vec(),
    };
    let step = ordered.len().div_ceil(RISK_STEPS).max(1);
    let mut points = Vec::new();
    let (mut judged, mut wrong, mut next) = (0usize, 0u64, step);
    // Findings of the same confidence are settled together or not at all.
    for group in ordered.chunk_by(|a, b| a.0 == b.0) {
        judged += group.len();
        wrong += group.iter().filter(|(_, right)| *right != is_pass).count() as u64;
        if judged >= next || judged == ordered.len() {
            points.push(RiskPoint {
                confidence: group[0].0,
                judged: judged as u64,
                wrong,
            });
            next = judged + step;
        }
    }
    points
}

fn digest(judged: &[JudgedFinding]) -> Sha256Digest {
    let lines: Vec<Vec<u8>> = judged
        .iter()
        // Plain data with string keys: its JSON always exists.
        .map(|judged| serde_json::to_vec(judged).unwrap_or_default())
        .collect();
    Sha256Digest::of_parts(lines.iter().map(Vec::as_slice))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::testing;
    use docexam_domain::{JudgedField, Severity, VerdictKind};

    pub fn judged(rule_id: &str, outcome: Outcome, confidence: f32, right: bool) -> JudgedFinding {
        JudgedFinding {
            examination_id: "e".to_owned(),
            rule_id: rule_id.to_owned(),
            outcome,
            severity: Severity::High,
            confidence,
            verdict: match right {
                true => VerdictKind::Confirm,
                false => VerdictKind::Dismiss,
            },
            reason: None,
            right,
            sampled: false,
            rule_pack: "wco-baseline@2026.1".to_owned(),
            decided_at: Timestamp::UNIX_EPOCH,
            fields: vec![JudgedField {
                key: "total_amount".to_owned(),
                confidence,
                right,
            }],
        }
    }

    #[test]
    fn the_fitted_share_is_that_of_the_decisions_and_rises() {
        // At 0.3 one of ten is right, at 0.9 nine of ten; between them it falls once.
        let mut cases = Vec::new();
        for (confidence, right) in [(0.3_f32, 1), (0.5, 6), (0.6, 4), (0.9, 9)] {
            for n in 0..100 {
                let is_right = n % 10 < right;
                cases.push(judged("E02", Outcome::Discrepancy, confidence, is_right));
            }
        }
        let calibration = fit(&cases, Timestamp::UNIX_EPOCH);
        let of = |confidence| {
            let share = calibration.of_finding("E02", Outcome::Discrepancy, confidence);
            share.expect("enough decisions")
        };
        assert!((of(0.3) - 0.1).abs() < 0.02, "{}", of(0.3));
        assert!((of(0.55) - 0.5).abs() < 0.02, "{}", of(0.55));
        assert!((of(0.9) - 0.9).abs() < 0.02, "{}", of(0.9));
        let points = &calibration.rules["E02"][0].points;
        assert!(
            points.is_sorted_by(|a, b| a[0] <= b[0] && a[1] <= b[1]),
            "{points:?}"
        );
        assert!((calibration.of_field("total_amount", 0.9).expect("enough") - 0.9).abs() < 0.02);
        // A field that was never judged falls back on all fields.
        assert_eq!(
            calibration.of_field("quantity", 0.3),
            calibration.of_field("*", 0.3)
        );
    }

    #[test]
    fn few_decisions_give_no_curve_and_settle_nothing() {
        let few = vec![judged("E02", Outcome::Discrepancy, 0.4, false); FEWEST - 1];
        let calibration = fit(&few, Timestamp::UNIX_EPOCH);
        assert_eq!(
            calibration.of_finding("E02", Outcome::Discrepancy, 0.4),
            None
        );
        assert_eq!(calibration.of_field("total_amount", 0.4), None);
        let automation = &testing::pack().review_policy().automation;
        assert_eq!(calibration.rules["E02"][0].settled(automation), None);
    }

    #[test]
    fn findings_are_settled_up_to_where_the_bound_is_proven() {
        // Up to 0.4 none of 400 is right; from 0.6 on every other one is.
        let mut cases = Vec::new();
        for n in 0..400 {
            cases.push(judged(
                "E02",
                Outcome::Discrepancy,
                0.2 + (n % 20) as f32 / 100.0,
                false,
            ));
            cases.push(judged(
                "E02",
                Outcome::Discrepancy,
                0.6 + (n % 20) as f32 / 100.0,
                n % 2 == 0,
            ));
            cases.push(judged(
                "C09",
                Outcome::Pass,
                0.7 + (n % 20) as f32 / 100.0,
                true,
            ));
        }
        let calibration = fit(&cases, Timestamp::UNIX_EPOCH);
        let automation = testing::pack().review_policy().automation.clone();
        let settled = calibration.rules["E02"][0].settled(&automation);
        let point = settled.expect("proven");
        assert!((0.35..0.6).contains(&point.confidence), "{point:?}");
        assert_eq!(point.wrong, 0);
        let bound = calibration.rules["E02"][0].error_at_most(&point, &automation);
        assert!(bound <= 0.01, "{bound}");
        // Of a rule that is always right when it passes, all passes.
        let point = calibration.rules["C09"][0].settled(&automation);
        assert!((point.expect("proven").confidence - 0.7).abs() < 1e-6);
    }

    #[test]
    fn one_wrong_decision_too_many_settles_nothing() {
        // 2 of 400: at most 0.0157 with 0.95, over the bound of 0.01.
        let cases: Vec<_> = (0..400)
            .map(|n| judged("E02", Outcome::Discrepancy, 0.3, n < 2))
            .collect();
        let calibration = fit(&cases, Timestamp::UNIX_EPOCH);
        let automation = testing::pack().review_policy().automation.clone();
        assert_eq!(calibration.rules["E02"][0].settled(&automation), None);
    }
}
