//! The pack's own tests of its review policy: findings in, the tasks that must come out. They run without a
//! calibration, so they say what a pack does on its first day.

use super::RulePack;
use crate::review::Reviewer;
use docexam_domain::{
    Declaration, DeclarationItem, Digests, Examination, ExaminationState, Examined, Finding,
    NewReviewTask, Outcome, Severity, Sha256Digest, VerdictKind,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewCase {
    pub name: String,
    #[serde(default)]
    importing_country: Option<String>,
    #[serde(default)]
    hs_codes: Vec<String>,
    findings: Vec<CaseFinding>,
    /// In the order of the offices' names.
    #[serde(default)]
    tasks: Vec<CaseTask>,
    /// Rules whose findings no officer sees.
    #[serde(default)]
    settled: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFinding {
    rule: String,
    outcome: Outcome,
    severity: Severity,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseTask {
    office: String,
    priority: u8,
    due_hours: u32,
    rules: Vec<String>,
    /// Verdicts on any of its findings that need a second officer.
    #[serde(default)]
    four_eyes: Vec<VerdictKind>,
}

pub(super) fn check(pack: &RulePack, case: &ReviewCase) -> Result<(), String> {
    let items = case.hs_codes.iter().map(|code| DeclarationItem {
        hs_code: Some(code.clone()),
        ..DeclarationItem::default()
    });
    let declaration = Declaration {
        id: "test".to_owned(),
        importing_country: case.importing_country.clone(),
        items: items.collect(),
        ..Declaration::default()
    };
    let result = examination(pack, case);
    let triage = Reviewer::new(pack, None).triage(&Examined {
        id: "test",
        declaration: Some(&declaration),
        result: Ok(&result),
    });
    let tasks: Vec<CaseTask> = triage.tasks.into_iter().map(case_task).collect();
    if tasks != case.tasks {
        return Err(format!("expected {:?}, got {tasks:?}", case.tasks));
    }
    let settled = triage.settled.into_iter();
    let settled: Vec<String> = settled.map(|settled| settled.rule_id).collect();
    match settled == case.settled {
        true => Ok(()),
        false => Err(format!(
            "expected settled {:?}, got {settled:?}",
            case.settled
        )),
    }
}

fn case_task(task: NewReviewTask) -> CaseTask {
    let items = task.items.iter();
    let mut four_eyes: Vec<VerdictKind> = items.flat_map(|item| item.four_eyes.clone()).collect();
    four_eyes.sort_unstable();
    four_eyes.dedup();
    CaseTask {
        office: task.office,
        priority: task.priority,
        due_hours: task.due_hours,
        rules: task.items.into_iter().map(|item| item.rule_id).collect(),
        four_eyes,
    }
}

fn examination(pack: &RulePack, case: &ReviewCase) -> Examination {
    let none = Sha256Digest::of(b"");
    let findings = case.findings.iter().map(|finding| Finding {
        rule_id: finding.rule.clone(),
        outcome: finding.outcome,
        severity: finding.severity,
        explanation: String::new(),
        observed: Vec::new(),
        expected: None,
        tolerance: None,
        confidence: 1.0,
        not_checked_reason: None,
        rule_pack: pack.name().to_owned(),
        rule_pack_digest: pack.digest().clone(),
        legal_reference: None,
    });
    Examination {
        declaration_id: "test".to_owned(),
        state: ExaminationState::Examined,
        files: Vec::new(),
        documents: Vec::new(),
        findings: findings.collect(),
        pages: Vec::new(),
        problems: Vec::new(),
        digests: Digests {
            input: none.clone(),
            engine: String::new(),
            model: none.clone(),
            rule_pack: none,
            configuration: None,
        },
    }
}
