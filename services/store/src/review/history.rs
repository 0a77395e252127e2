//! Reading back what officers judged and what was put before them, for calibration and statistics.

use super::corrections::key_of;
use super::tasks;
use crate::{Store, StoreError, Tenant, formats};
use docexam_domain::{
    DismissReason, Examination, Finding, FindingVerdict, JudgedField, JudgedFinding, NewReviewTask,
    Triage, Verdict,
};
use jiff::Timestamp;
use sqlx::Any;

/// Where a reading in the order of time goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeCursor {
    /// Microseconds since 1970.
    at: i64,
    id: String,
}

/// How the findings of an examination were sorted.
#[derive(Clone, Debug, PartialEq)]
pub struct SortedExamination {
    pub examination_id: String,
    pub at: Timestamp,
    pub triage: Triage,
}

impl Store {
    /// Findings of at most `limit` tasks decided after the cursor, oldest first, and the next cursor; none
    /// at the end.
    pub async fn judged_findings(
        &self,
        tenant: &Tenant,
        after: &TimeCursor,
        limit: u32,
    ) -> Result<(Vec<JudgedFinding>, Option<TimeCursor>), StoreError> {
        let rows = sqlx::query_as::<Any, (String, String, String, String, i64, Option<String>)>(
            "SELECT t.id, t.examination_id, t.plan, t.verdicts, t.decided_at, e.result
             FROM review_tasks t
             JOIN examinations e ON e.tenant = t.tenant AND e.id = t.examination_id
             WHERE t.tenant = $1 AND t.state = 'DECIDED' AND (t.decided_at, t.id) > ($2, $3)
             ORDER BY t.decided_at, t.id LIMIT $4",
        )
        .bind(tenant.as_str())
        .bind(after.at)
        .bind(after.id.as_str())
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        let next = rows.last().map(|(id, _, _, _, at, _)| TimeCursor {
            at: *at,
            id: id.clone(),
        });
        let mut judged = Vec::new();
        for (_, examination_id, plan, verdicts, at, result) in rows {
            let Some(result) = result else { continue };
            let result = formats::read_result(&result)?;
            let plan = formats::read_review_plan(&plan)?;
            let at = tasks::timestamp(at)?;
            for given in formats::read_verdicts(&verdicts)? {
                judged.extend(judged_finding(&examination_id, &result, &plan, &given, at));
            }
        }
        Ok((judged, next))
    }

    /// At most `limit` examinations sorted after the cursor, oldest first, and the next cursor.
    pub async fn sorted_examinations(
        &self,
        tenant: &Tenant,
        after: &TimeCursor,
        limit: u32,
    ) -> Result<(Vec<SortedExamination>, Option<TimeCursor>), StoreError> {
        let rows = sqlx::query_as::<Any, (String, String, i64)>(
            "SELECT examination_id, triage, created_at FROM review_triage
             WHERE tenant = $1 AND (created_at, examination_id) > ($2, $3)
             ORDER BY created_at, examination_id LIMIT $4",
        )
        .bind(tenant.as_str())
        .bind(after.at)
        .bind(after.id.as_str())
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        let next = rows.last().map(|(id, _, at)| TimeCursor {
            at: *at,
            id: id.clone(),
        });
        let sorted = rows
            .into_iter()
            .map(|(examination_id, triage, at)| {
                Ok(SortedExamination {
                    examination_id,
                    at: tasks::timestamp(at)?,
                    triage: formats::read_triage(&triage)?,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok((sorted, next))
    }
}

fn judged_finding(
    examination_id: &str,
    result: &Examination,
    plan: &NewReviewTask,
    given: &FindingVerdict,
    decided_at: Timestamp,
) -> Option<JudgedFinding> {
    let finding = result.findings.get(given.finding as usize)?;
    let mut items = plan.items.iter();
    let item = items.find(|item| item.finding == given.finding)?;
    Some(JudgedFinding {
        examination_id: examination_id.to_owned(),
        rule_id: finding.rule_id.clone(),
        outcome: finding.outcome,
        severity: finding.severity,
        confidence: finding.confidence,
        verdict: given.verdict.kind(),
        reason: match &given.verdict {
            Verdict::Dismiss { reason } => Some(*reason),
            _ => None,
        },
        right: given.verdict.finding_is_right(),
        sampled: item.sampled,
        rule_pack: finding.rule_pack.clone(),
        decided_at,
        fields: judged_fields(result, finding, &given.verdict),
    })
}

/// What a verdict says about the readings behind the finding; often nothing.
fn judged_fields(result: &Examination, finding: &Finding, verdict: &Verdict) -> Vec<JudgedField> {
    let corrected = |document: &str, field: &str| {
        let mut corrections = verdict.corrections().iter();
        corrections.any(|c| c.document == document && c.field == field)
    };
    let right = |document: &str, field: &str| match verdict {
        Verdict::Confirm => Some(true),
        Verdict::Correct { .. } => Some(!corrected(document, field)),
        Verdict::Dismiss { reason } => match reason {
            // Which of several was misread is not said.
            DismissReason::Misread if finding.observed.len() == 1 => Some(false),
            DismissReason::NotApplicable
            | DismissReason::WithinTolerance
            | DismissReason::Explained => Some(true),
            DismissReason::Misread | DismissReason::MissedDiscrepancy | DismissReason::Other => {
                None
            }
        },
    };
    let observed = finding.observed.iter();
    observed
        .filter_map(|observed| {
            Some(JudgedField {
                key: key_of(&observed.field)?.to_string(),
                confidence: result.cited(observed)?.confidence,
                right: right(&observed.document, &observed.field)?,
            })
        })
        .collect()
}
