//! Sorting the findings of an examination: into tasks for offices, and what needs no officer.
//!
//! A finding is settled without an officer only where decisions on its rule prove that the error stays
//! under the pack's bound; of these a share is drawn for officers all the same, so that a rule that
//! becomes worse is noticed.

use super::calibration::Calibration;
use super::policy::{Goods, ReviewPolicy};
use crate::pack::RulePack;
use docexam_domain::{
    Declaration, Examination, Examined, Finding, NewReviewTask, Outcome, PageStatus, ReviewItem,
    ReviewReason, Settled, SettledBasis, Severity, Sha256Digest, Triage,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is needed to sort findings, apart from the pack's other parts.
pub struct Reviewer {
    policy: ReviewPolicy,
    calibration: Option<Calibration>,
    rule_pack: String,
    /// By rule and outcome: up to (PASS: from) which confidence a finding is settled.
    settled: BTreeMap<(String, Outcome), f32>,
}

impl Reviewer {
    /// Without a calibration nothing is settled but what the pack allows without proof.
    pub fn new(pack: &RulePack, calibration: Option<Calibration>) -> Self {
        let policy = pack.review_policy().clone();
        let settled = calibration.as_ref().map(|c| settled(c, &policy));
        Self {
            policy,
            calibration,
            rule_pack: pack.name().to_owned(),
            settled: settled.unwrap_or_default(),
        }
    }

    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    pub fn triage(&self, examined: &Examined) -> Triage {
        let codes = hs_codes(examined.declaration);
        let goods = Goods {
            importing_country: examined
                .declaration
                .and_then(|declaration| declaration.importing_country.as_deref()),
            hs_codes: &codes,
        };
        let mut triage = Triage {
            rule_pack: self.rule_pack.clone(),
            calibration: self.calibration.as_ref().and_then(|c| c.digest.clone()),
            error_bound: self.policy.automation.error_bound(),
            ..Triage::default()
        };
        match examined.result {
            Ok(result) => {
                self.sort(examined.id, result, &goods, &mut triage);
                triage.tasks.extend(self.unread(result, &goods));
            }
            Err(problem) => triage.tasks.extend(self.failed(problem, &goods)),
        }
        triage
    }

    fn sort(&self, id: &str, result: &Examination, goods: &Goods, triage: &mut Triage) {
        let mut offices: BTreeMap<&str, Vec<(&Finding, ReviewItem)>> = BTreeMap::new();
        for (index, finding) in (0u32..).zip(&result.findings) {
            if finding.outcome == Outcome::NotChecked {
                continue;
            }
            let basis = self.basis(finding);
            let sampled = basis == Some(SettledBasis::Proven) && self.is_drawn(id, index);
            match basis.filter(|_| !sampled) {
                Some(basis) => triage.settled.push(Settled {
                    finding: index,
                    rule_id: finding.rule_id.clone(),
                    outcome: finding.outcome,
                    basis,
                    calibrated_confidence: self.calibrated(finding),
                }),
                None => {
                    let office = self.policy.office(Some(&finding.rule_id), goods);
                    let item = self.item(index, finding, sampled);
                    offices.entry(office).or_default().push((finding, item));
                }
            }
        }
        for (office, findings) in offices {
            triage.tasks.push(self.task(office, findings, goods));
        }
    }

    /// Why no officer needs to see the finding; none if one must.
    fn basis(&self, finding: &Finding) -> Option<SettledBasis> {
        let automation = &self.policy.automation;
        let is_pass = finding.outcome == Outcome::Pass;
        if automation.never_settles(&finding.rule_id, finding.outcome) {
            return None;
        }
        if is_pass && finding.severity < automation.passes_need_proof_from {
            return Some(SettledBasis::Allowed);
        }
        let bound = self
            .settled
            .get(&(finding.rule_id.clone(), finding.outcome))?;
        let within = match is_pass {
            true => finding.confidence >= *bound,
            false => finding.confidence <= *bound,
        };
        within.then_some(SettledBasis::Proven)
    }

    /// The same draw whenever it is asked for, and none that a trader could foresee.
    fn is_drawn(&self, id: &str, finding: u32) -> bool {
        let digest = Sha256Digest::of_parts([id.as_bytes(), &finding.to_be_bytes()]);
        let lot = u32::from_str_radix(&digest.hex()[..8], 16).unwrap_or(0);
        f64::from(lot) / (f64::from(u32::MAX) + 1.0) < self.policy.automation.sample_share()
    }

    fn calibrated(&self, finding: &Finding) -> Option<f32> {
        self.calibration
            .as_ref()?
            .of_finding(&finding.rule_id, finding.outcome, finding.confidence)
    }

    fn item(&self, index: u32, finding: &Finding, sampled: bool) -> ReviewItem {
        ReviewItem {
            finding: index,
            rule_id: finding.rule_id.clone(),
            outcome: finding.outcome,
            severity: finding.severity,
            calibrated_confidence: self.calibrated(finding),
            sampled,
            four_eyes: self
                .policy
                .four_eyes(&finding.rule_id, finding.severity, finding.outcome),
        }
    }

    fn task(
        &self,
        office: &str,
        findings: Vec<(&Finding, ReviewItem)>,
        goods: &Goods,
    ) -> NewReviewTask {
        let priority = findings.iter().map(|(finding, _)| {
            self.policy
                .priority(finding.severity, finding.outcome, goods)
        });
        // What has to be looked at although nothing seems wrong can wait.
        let pressing = findings
            .iter()
            .filter(|(finding, _)| finding.outcome != Outcome::Pass);
        let pressing = pressing.map(|(finding, _)| finding.severity).max();
        NewReviewTask {
            reason: ReviewReason::Findings,
            office: office.to_owned(),
            priority: priority.max().unwrap_or(0),
            severity: pressing.unwrap_or(Severity::Low),
            due_hours: self.policy.due_hours(pressing.unwrap_or(Severity::Low)),
            hs_chapters: chapters(goods),
            items: findings.into_iter().map(|(_, item)| item).collect(),
            problem: None,
        }
    }

    fn unread(&self, result: &Examination, goods: &Goods) -> Option<NewReviewTask> {
        if !self.policy.tasks.unread_pages {
            return None;
        }
        let files = result
            .problems
            .iter()
            .map(|problem| problem.problem.clone());
        let pages = result
            .pages
            .iter()
            .filter(|page| page.status == PageStatus::Failed)
            .filter_map(|page| page.problem.clone());
        let problems: Vec<String> = files.chain(pages).collect();
        let problem = shortened(&problems)?;
        let priority = self.policy.priority.unread;
        Some(self.without_findings(ReviewReason::Unread, priority, problem, goods))
    }

    fn failed(&self, problem: &str, goods: &Goods) -> Option<NewReviewTask> {
        self.policy.tasks.failed_examinations.then(|| {
            let priority = self.policy.priority.failed;
            self.without_findings(ReviewReason::Failed, priority, problem.to_owned(), goods)
        })
    }

    fn without_findings(
        &self,
        reason: ReviewReason,
        priority: i32,
        problem: String,
        goods: &Goods,
    ) -> NewReviewTask {
        let severity = Severity::Medium;
        NewReviewTask {
            reason,
            office: self.policy.office(None, goods).to_owned(),
            priority: self.policy.priority_with_goods(priority, goods),
            severity,
            due_hours: self.policy.due_hours(severity),
            hs_chapters: chapters(goods),
            items: Vec::new(),
            problem: Some(problem),
        }
    }
}

fn settled(calibration: &Calibration, policy: &ReviewPolicy) -> BTreeMap<(String, Outcome), f32> {
    let curves = calibration
        .rules
        .iter()
        .flat_map(|(id, curves)| curves.iter().map(move |curve| (id, curve)));
    curves
        .filter_map(|(id, curve)| {
            let point = curve.settled(&policy.automation)?;
            Some(((id.clone(), curve.outcome), point.confidence))
        })
        .collect()
}

fn hs_codes(declaration: Option<&Declaration>) -> Vec<&str> {
    let items = declaration.map_or(&[][..], |declaration| &declaration.items);
    items
        .iter()
        .filter_map(|item| item.hs_code.as_deref())
        .collect()
}

fn chapters(goods: &Goods) -> BTreeSet<String> {
    let codes = goods.hs_codes.iter();
    codes
        .filter_map(|code| Some(code.get(..2)?.to_owned()))
        .collect()
}

/// The first problems, and how many more there are; none without a problem.
fn shortened(problems: &[String]) -> Option<String> {
    const SHOWN: usize = 20;
    if problems.is_empty() {
        return None;
    }
    let mut text = problems[..problems.len().min(SHOWN)].join("\n");
    if problems.len() > SHOWN {
        text.push_str(&format!("\nand {} more", problems.len() - SHOWN));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::super::fit::{fit, tests::judged};
    use super::*;
    use crate::testing;
    use docexam_domain::{Digests, ExaminationState, FileProblem, JudgedFinding, VerdictKind};
    use jiff::Timestamp;

    fn finding(rule_id: &str, outcome: Outcome, severity: Severity, confidence: f32) -> Finding {
        Finding {
            rule_id: rule_id.to_owned(),
            outcome,
            severity,
            explanation: String::new(),
            observed: Vec::new(),
            expected: None,
            tolerance: None,
            confidence,
            not_checked_reason: None,
            rule_pack: "wco-baseline@2026.1".to_owned(),
            rule_pack_digest: Sha256Digest::of(b"pack"),
            legal_reference: None,
        }
    }

    fn examination(findings: Vec<Finding>) -> Examination {
        Examination {
            declaration_id: "D1".to_owned(),
            state: ExaminationState::Examined,
            files: vec!["a.pdf".to_owned()],
            documents: Vec::new(),
            findings,
            pages: Vec::new(),
            problems: Vec::new(),
            digests: Digests {
                input: Sha256Digest::of(b"input"),
                engine: "test".to_owned(),
                model: Sha256Digest::of(b"model"),
                rule_pack: Sha256Digest::of(b"pack"),
                configuration: None,
            },
        }
    }

    fn triage(reviewer: &Reviewer, id: &str, result: &Examination) -> Triage {
        reviewer.triage(&Examined {
            id,
            declaration: None,
            result: Ok(result),
        })
    }

    fn mixed() -> Examination {
        use Outcome::*;
        examination(vec![
            finding("C09", Pass, Severity::High, 0.9),
            finding("D02", Pass, Severity::Low, 0.9),
            finding("E02", Discrepancy, Severity::High, 0.3),
            finding("F01", Indeterminate, Severity::High, 0.5),
            finding("G01", NotChecked, Severity::High, 1.0),
        ])
    }

    fn rules(task: &NewReviewTask) -> Vec<&str> {
        task.items
            .iter()
            .map(|item| item.rule_id.as_str())
            .collect()
    }

    #[test]
    fn without_a_calibration_an_officer_sees_all_but_what_the_pack_allows() {
        let reviewer = Reviewer::new(testing::pack(), None);
        let triage = triage(&reviewer, "e1", &mixed());
        let [documents, origin] = triage.tasks.as_slice() else {
            panic!("{:?}", triage.tasks);
        };
        assert_eq!(
            (documents.office.as_str(), rules(documents)),
            ("documents", vec!["C09", "E02"])
        );
        assert_eq!((documents.priority, documents.due_hours), (80, 4));
        assert_eq!(documents.items[1].four_eyes, [VerdictKind::Dismiss]);
        assert_eq!(documents.items[0].four_eyes, []);
        assert_eq!(
            (origin.office.as_str(), rules(origin)),
            ("origin", vec!["F01"])
        );
        let settled: Vec<_> = triage
            .settled
            .iter()
            .map(|settled| (settled.rule_id.as_str(), settled.basis))
            .collect();
        assert_eq!(settled, [("D02", SettledBasis::Allowed)]);
    }

    fn proving(
        rule_id: &str,
        outcome: Outcome,
        confidence: f32,
        right: bool,
    ) -> Vec<JudgedFinding> {
        vec![judged(rule_id, outcome, confidence, right); 400]
    }

    #[test]
    fn what_is_proven_is_settled_and_a_share_of_it_drawn() {
        let mut decisions = proving("C09", Outcome::Pass, 0.8, true);
        decisions.extend(proving("E02", Outcome::Discrepancy, 0.4, false));
        decisions.extend(proving("I02", Outcome::Discrepancy, 0.4, false));
        let calibration = fit(&decisions, Timestamp::UNIX_EPOCH);
        let reviewer = Reviewer::new(testing::pack(), Some(calibration));
        let mut result = mixed();
        result
            .findings
            .push(finding("I02", Outcome::Discrepancy, Severity::High, 0.1));
        let mut drawn = 0;
        for number in 0..1_000 {
            let triage = triage(&reviewer, &format!("e{number}"), &result);
            let shown: Vec<_> = triage.tasks.iter().flat_map(|task| &task.items).collect();
            // Never settled, whatever was proven; and never proven.
            assert!(shown.iter().any(|item| item.rule_id == "I02"));
            assert!(shown.iter().any(|item| item.rule_id == "F01"));
            let sampled = shown.iter().filter(|item| item.sampled).count();
            let proven = triage
                .settled
                .iter()
                .filter(|settled| settled.basis == SettledBasis::Proven);
            assert_eq!(sampled + proven.count(), 2);
            drawn += sampled;
        }
        // 2,000 draws at 0.05: 100, give or take four standard deviations.
        assert!((61..=139).contains(&drawn), "{drawn}");
        result.findings[2].confidence = 0.5;
        let triage = triage(&reviewer, "e1", &result);
        let settled: Vec<_> = triage.settled.iter().map(|s| s.rule_id.as_str()).collect();
        assert!(!settled.contains(&"E02"), "over the proven confidence");
    }

    #[test]
    fn unread_paper_and_failed_examinations_are_tasks_of_their_own() {
        let reviewer = Reviewer::new(testing::pack(), None);
        let mut result = examination(Vec::new());
        assert_eq!(triage(&reviewer, "e1", &result).tasks, []);
        result.problems.push(FileProblem {
            file: 0,
            name: "a.pdf".to_owned(),
            problem: "file a.pdf is encrypted".to_owned(),
        });
        let tasks = triage(&reviewer, "e1", &result).tasks;
        assert_eq!(tasks[0].reason, ReviewReason::Unread);
        assert_eq!(tasks[0].problem.as_deref(), Some("file a.pdf is encrypted"));
        let failed = reviewer.triage(&Examined {
            id: "e1",
            declaration: None,
            result: Err("the process ended 3 times"),
        });
        assert_eq!(failed.tasks[0].reason, ReviewReason::Failed);
        assert_eq!(failed.tasks[0].priority, 60);
    }
}
