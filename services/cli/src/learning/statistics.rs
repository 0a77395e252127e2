//! Counting verdicts and automatic decisions by week. Goes in: judged findings and sorted examinations.
//! Weeks are those of ISO 8601 in UTC: of the decision for verdicts, of the examination for the rest.

use docexam_domain::{JudgedFinding, Outcome, SettledBasis, VerdictKind};
use docexam_store::SortedExamination;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Default, Serialize)]
pub struct Statistics {
    /// By `2026-W19`.
    pub weeks: BTreeMap<String, Week>,
}

#[derive(Default, Serialize)]
pub struct Week {
    pub examinations: u64,
    /// Findings put before officers, those drawn as a sample included.
    pub to_officers: u64,
    pub sampled: u64,
    /// Settled because decisions prove the bound.
    pub proven: u64,
    /// Passes that the pack lets through without proof.
    pub allowed: u64,
    /// The largest bound in force.
    pub error_bound: Option<f64>,
    /// DISCREPANCY findings that officers judged.
    pub discrepancies: u64,
    /// Of these, right: their share is the precision.
    pub discrepancies_right: u64,
    pub rules: Vec<Rule>,
}

#[derive(Serialize)]
pub struct Rule {
    pub rule_id: String,
    pub outcome: Outcome,
    pub confirmed: u64,
    pub dismissed: u64,
    pub corrected: u64,
    /// Findings that were right.
    pub right: u64,
}

impl Rule {
    pub fn judged(&self) -> u64 {
        self.confirmed + self.dismissed + self.corrected
    }
}

impl Week {
    pub fn findings(&self) -> u64 {
        self.to_officers + self.proven + self.allowed
    }

    pub fn judged(&self) -> u64 {
        self.rules.iter().map(Rule::judged).sum()
    }
}

impl Statistics {
    pub fn judged(&mut self, judged: &JudgedFinding) {
        let week = self.week(judged.decided_at);
        if judged.outcome == Outcome::Discrepancy {
            week.discrepancies += 1;
            week.discrepancies_right += u64::from(judged.right);
        }
        let key = |rule: &Rule| (rule.rule_id.clone(), rule.outcome);
        let wanted = (judged.rule_id.clone(), judged.outcome);
        let at = match week.rules.binary_search_by_key(&wanted, key) {
            Ok(at) => at,
            Err(at) => {
                let rule = Rule {
                    rule_id: judged.rule_id.clone(),
                    outcome: judged.outcome,
                    confirmed: 0,
                    dismissed: 0,
                    corrected: 0,
                    right: 0,
                };
                week.rules.insert(at, rule);
                at
            }
        };
        let rule = &mut week.rules[at];
        match judged.verdict {
            VerdictKind::Confirm => rule.confirmed += 1,
            VerdictKind::Dismiss => rule.dismissed += 1,
            VerdictKind::Correct => rule.corrected += 1,
        }
        rule.right += u64::from(judged.right);
    }

    pub fn sorted(&mut self, sorted: &SortedExamination) {
        let week = self.week(sorted.at);
        week.examinations += 1;
        let bound = sorted.triage.error_bound;
        week.error_bound = Some(week.error_bound.map_or(bound, |known| known.max(bound)));
        for item in sorted.triage.tasks.iter().flat_map(|task| &task.items) {
            week.to_officers += 1;
            week.sampled += u64::from(item.sampled);
        }
        for settled in &sorted.triage.settled {
            match settled.basis {
                SettledBasis::Proven => week.proven += 1,
                SettledBasis::Allowed => week.allowed += 1,
            }
        }
    }

    pub fn keep_last(&mut self, weeks: usize) {
        while self.weeks.len() > weeks {
            self.weeks.pop_first();
        }
    }

    fn week(&mut self, time: Timestamp) -> &mut Week {
        let date = TimeZone::UTC.to_datetime(time).date().iso_week_date();
        let name = format!("{:04}-W{:02}", date.year(), date.week());
        self.weeks.entry(name).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::{NewReviewTask, ReviewItem, ReviewReason, Settled, Severity, Triage};

    fn judged(rule_id: &str, verdict: VerdictKind, right: bool, at: &str) -> JudgedFinding {
        JudgedFinding {
            examination_id: "e".to_owned(),
            rule_id: rule_id.to_owned(),
            outcome: Outcome::Discrepancy,
            severity: Severity::High,
            confidence: 0.9,
            verdict,
            reason: None,
            right,
            sampled: false,
            rule_pack: "test@1".to_owned(),
            decided_at: at.parse().expect("a time"),
            fields: Vec::new(),
        }
    }

    #[test]
    fn verdicts_are_counted_by_week_and_rule() {
        let mut statistics = Statistics::default();
        // The first of January 2027 is in the last week of 2026.
        statistics.judged(&judged(
            "E02",
            VerdictKind::Confirm,
            true,
            "2027-01-01T10:00:00Z",
        ));
        statistics.judged(&judged(
            "E02",
            VerdictKind::Dismiss,
            false,
            "2027-01-01T11:00:00Z",
        ));
        statistics.judged(&judged(
            "C09",
            VerdictKind::Correct,
            true,
            "2027-01-01T12:00:00Z",
        ));
        statistics.judged(&judged(
            "C09",
            VerdictKind::Confirm,
            true,
            "2027-01-04T00:00:00Z",
        ));
        let weeks: Vec<&String> = statistics.weeks.keys().collect();
        assert_eq!(weeks, ["2026-W53", "2027-W01"]);
        let first = &statistics.weeks["2026-W53"];
        assert_eq!((first.discrepancies, first.discrepancies_right), (3, 2));
        let rules: Vec<_> = first
            .rules
            .iter()
            .map(|rule| rule.rule_id.as_str())
            .collect();
        assert_eq!(rules, ["C09", "E02"]);
        assert_eq!((first.rules[1].confirmed, first.rules[1].dismissed), (1, 1));
        statistics.keep_last(1);
        assert_eq!(statistics.weeks.len(), 1);
    }

    #[test]
    fn coverage_counts_what_no_officer_saw() {
        let item = |sampled| ReviewItem {
            finding: 0,
            rule_id: "E02".to_owned(),
            outcome: Outcome::Discrepancy,
            severity: Severity::High,
            calibrated_confidence: None,
            sampled,
            four_eyes: Vec::new(),
        };
        let settled = |basis| Settled {
            finding: 1,
            rule_id: "D02".to_owned(),
            outcome: Outcome::Pass,
            basis,
            calibrated_confidence: None,
        };
        let triage = Triage {
            error_bound: 0.01,
            tasks: vec![NewReviewTask {
                reason: ReviewReason::Findings,
                office: "documents".to_owned(),
                priority: 80,
                severity: Severity::High,
                due_hours: 4,
                hs_chapters: Default::default(),
                items: vec![item(false), item(true)],
                problem: None,
            }],
            settled: vec![
                settled(SettledBasis::Proven),
                settled(SettledBasis::Allowed),
            ],
            ..Triage::default()
        };
        let mut statistics = Statistics::default();
        statistics.sorted(&SortedExamination {
            examination_id: "e".to_owned(),
            at: "2026-05-04T10:00:00Z".parse().expect("a time"),
            triage,
        });
        let week = &statistics.weeks["2026-W19"];
        assert_eq!((week.findings(), week.to_officers, week.sampled), (4, 2, 1));
        assert_eq!((week.proven, week.allowed), (1, 1));
        assert_eq!(week.error_bound, Some(0.01));
    }
}
