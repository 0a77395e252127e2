//! Where a change of tasks is told, once for all who must know: those who watch the queue, those outside
//! who wait for decisions, and the audit log. Always in the transaction that makes the change.

use super::sql::Sql;
use super::tasks::ReviewTask;
use crate::{StoreError, Tenant, audit, outbox};
use docexam_audit::{DecidedFinding, Entry, Verdict, canonical_digest};
use docexam_domain::{Decision, FindingVerdict, VerdictKind};
use serde::Serialize;
use sqlx::AnyConnection;

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewChangeKind {
    Created,
    Claimed,
    /// Given back by its worker.
    Released,
    /// Its lease ended.
    Lapsed,
    /// An officer has spoken and another one must.
    Referred,
    Decided,
}

/// Tells the change of these tasks, whose rows show it already, to those who watch.
pub(super) async fn changed(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    what: ReviewChangeKind,
    ids: &[String],
) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(
        "INSERT INTO review_changes (tenant, task_id, version, what, office, worker, changed_at)
         SELECT tenant, id, version, ",
    );
    sql.push("CAST(").bind(what.to_string().as_str());
    sql.push(" AS TEXT), office, worker, changed_at FROM review_tasks WHERE tenant = ");
    sql.bind(tenant.as_str()).push(" AND id IN ").bind_list(ids);
    sql.query().execute(connection).await?;
    Ok(())
}

/// An officer has spoken: to the watchers, to the audit log, and to those outside once it is final.
pub(super) async fn decided(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    task: &ReviewTask,
    decision: &Decision,
    complete: Option<&[FindingVerdict]>,
) -> Result<(), StoreError> {
    let what = match complete {
        Some(_) => ReviewChangeKind::Decided,
        None => ReviewChangeKind::Referred,
    };
    changed(connection, tenant, what, std::slice::from_ref(&task.id)).await?;
    let entry = Entry::Decision {
        examination: task.examination_id.clone(),
        task: task.id.clone(),
        officer: decision.officer.clone(),
        findings: recorded(task, &decision.verdicts)?,
        complete: complete.is_some(),
    };
    audit::record(connection, tenant, &entry).await?;
    if let Some(verdicts) = complete {
        let event = DecidedEvent::new(task, decision, verdicts);
        outbox::append(
            connection,
            tenant,
            outbox::REVIEW_TASK_DECIDED,
            &task.examination_id,
            decision.decided_at,
            &event,
        )
        .await?;
    }
    Ok(())
}

fn recorded(
    task: &ReviewTask,
    verdicts: &[FindingVerdict],
) -> Result<Vec<DecidedFinding>, StoreError> {
    verdicts
        .iter()
        .map(|given| {
            let corrections = given.verdict.corrections();
            Ok(DecidedFinding {
                finding: given.finding,
                rule_id: rule_of(task, given.finding).to_owned(),
                verdict: match given.verdict.kind() {
                    VerdictKind::Confirm => Verdict::Confirm,
                    VerdictKind::Dismiss => Verdict::Dismiss,
                    VerdictKind::Correct => Verdict::Correct,
                },
                reason: reason_of(given),
                correction: match corrections {
                    [] => None,
                    some => Some(canonical_digest(&some)?),
                },
            })
        })
        .collect()
}

fn rule_of(task: &ReviewTask, finding: u32) -> &str {
    let mut items = task.plan.items.iter();
    items
        .find(|item| item.finding == finding)
        .map_or("", |item| item.rule_id.as_str())
}

fn reason_of(given: &FindingVerdict) -> Option<String> {
    match &given.verdict {
        docexam_domain::Verdict::Dismiss { reason } => Some(reason.to_string()),
        _ => None,
    }
}

/// The data of the event: what a workbench or a Single Window needs to act on the decision.
#[derive(Serialize)]
struct DecidedEvent<'a> {
    task_id: &'a str,
    examination_id: &'a str,
    declaration_id: &'a str,
    office: &'a str,
    reason: docexam_domain::ReviewReason,
    /// All who spoke, in that order.
    officers: Vec<&'a str>,
    note: Option<&'a str>,
    findings: Vec<DecidedFindingEvent<'a>>,
}

#[derive(Serialize)]
struct DecidedFindingEvent<'a> {
    rule_id: &'a str,
    outcome: Option<docexam_domain::Outcome>,
    /// Whether the finding holds.
    right: bool,
    #[serde(flatten)]
    given: &'a FindingVerdict,
}

impl<'a> DecidedEvent<'a> {
    fn new(task: &'a ReviewTask, last: &'a Decision, verdicts: &'a [FindingVerdict]) -> Self {
        let before = task.decisions.iter();
        let mut officers: Vec<&str> = before.map(|decision| decision.officer.as_str()).collect();
        officers.push(&last.officer);
        let outcome = |finding| {
            let mut items = task.plan.items.iter();
            items
                .find(|item| item.finding == finding)
                .map(|item| item.outcome)
        };
        let findings = verdicts.iter().map(|given| DecidedFindingEvent {
            rule_id: rule_of(task, given.finding),
            outcome: outcome(given.finding),
            right: given.verdict.finding_is_right(),
            given,
        });
        Self {
            task_id: &task.id,
            examination_id: &task.examination_id,
            declaration_id: &task.declaration_id,
            office: &task.plan.office,
            reason: task.plan.reason,
            officers,
            note: last.note.as_deref(),
            findings: findings.collect(),
        }
    }
}
