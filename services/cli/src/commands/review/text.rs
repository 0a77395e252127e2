//! Tasks, findings and changes as text for people.

use crate::output::table;
use comfy_table::ColumnConstraint;
use docexam_proto::v1;
use std::fmt::Write;

/// A table, a task a row.
pub fn tasks(tasks: &[v1::ReviewTask]) -> String {
    let mut table = table();
    table.set_header([
        "Task",
        "Priority",
        "Due",
        "Office",
        "State",
        "Findings",
        "Declaration",
    ]);
    for task in tasks {
        table.add_row([
            task.id.clone(),
            format!("{}\n{}", task.priority, name(task.severity().as_str_name())),
            time(task.due_time.as_ref()),
            task.office.clone(),
            state(task),
            findings_in_short(task),
            task.declaration_id.clone(),
        ]);
    }
    // An id that is broken over two lines cannot be copied.
    if let Some(id) = table.column_mut(0) {
        id.set_constraint(ColumnConstraint::ContentWidth);
    }
    format!("{table}\n")
}

/// Everything that an officer needs to decide from a terminal.
pub fn details(details: &v1::GetReviewTaskResponse) -> String {
    let Some(task) = &details.task else {
        return String::new();
    };
    let mut out = String::new();
    let _ = writeln!(out, "task {}  etag {}", task.id, task.etag);
    let _ = writeln!(
        out,
        "declaration {}  examination {}",
        task.declaration_id, task.examination_id
    );
    let _ = writeln!(
        out,
        "office {}  priority {}  due {}  {}",
        task.office,
        task.priority,
        time(task.due_time.as_ref()),
        standing(task)
    );
    if !task.problem.is_empty() {
        let _ = writeln!(out, "{}", task.problem);
    }
    for item in &task.items {
        finding(&mut out, item, &details.readings);
    }
    for decision in &task.decisions {
        let when = time(decision.decide_time.as_ref());
        let _ = writeln!(
            out,
            "\n{} said on {when}: {}",
            decision.officer, decision.note
        );
        for verdict in &decision.verdicts {
            let _ = writeln!(out, "  {}", verdict_line(verdict));
        }
    }
    for correction in &details.corrections {
        let anchor = correction.page_anchor.clone().unwrap_or_default();
        let read = correction.present_value.as_deref().unwrap_or("nothing");
        let _ = writeln!(
            out,
            "\ncorrected by {} on {}: {} on file {} page {} is {}; read here: {read}",
            correction.officer,
            time(correction.decide_time.as_ref()),
            correction.field,
            anchor.file,
            anchor.page,
            correction.value,
        );
    }
    out
}

/// How a task stands, in a line.
pub fn standing(task: &v1::ReviewTask) -> String {
    let spoken = task.decisions.len();
    match task.state() {
        v1::review_task::State::Open if spoken > 0 => format!(
            "{} OPEN: {spoken} of {} officers have spoken",
            task.id, task.officers_needed
        ),
        v1::review_task::State::Claimed => format!(
            "{} CLAIMED by {} until {}",
            task.id,
            task.worker,
            time(task.lease_expire_time.as_ref())
        ),
        other => format!("{} {}", task.id, other.as_str_name()),
    }
}

/// A change in a line, with the token to go on after it.
pub fn change(change: &v1::ReviewTaskChange, token: &str) -> String {
    format!(
        "{} {} {} {} {} {token}",
        time(change.change_time.as_ref()),
        change.kind().as_str_name(),
        change.task_id,
        change.office,
        if change.worker.is_empty() {
            "-"
        } else {
            &change.worker
        },
    )
}

fn finding(out: &mut String, item: &v1::ReviewItem, readings: &[v1::ReadingConfidence]) {
    let finding = item.finding.clone().unwrap_or_default();
    let calibrated = match item.calibrated_confidence {
        Some(share) => format!("right in {:.0} of 100 like it", share * 100.0),
        None => format!("confidence {:.2}", finding.confidence),
    };
    let sampled = if item.sampled {
        ", drawn as a sample"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "\nfinding {}  {} {} {} ({calibrated}{sampled})",
        item.finding_index,
        item.rule_id,
        item.outcome().as_str_name(),
        name(item.severity().as_str_name()),
    );
    let _ = writeln!(out, "  {}", finding.explanation);
    for (index, observed) in (0u32..).zip(&finding.observed) {
        let anchor = observed.page_anchor.clone().unwrap_or_default();
        let mut of_it = readings
            .iter()
            .filter(|r| (r.finding_index, r.observed_index) == (item.finding_index, index));
        let sure = of_it.next().map_or(String::new(), |reading| {
            let share = reading.calibrated_confidence.unwrap_or(reading.confidence);
            format!(" ({share:.2})")
        });
        let _ = writeln!(
            out,
            "  {}.{} = {}{sure}, file {} page {}",
            observed.document, observed.field, observed.value, anchor.file, anchor.page
        );
    }
    if let Some(expected) = &finding.expected {
        let pointer = expected
            .declaration_pointer
            .as_deref()
            .unwrap_or("worked out");
        let _ = writeln!(out, "  expected {} ({pointer})", expected.value);
    }
    if !item.four_eyes.is_empty() {
        let kinds: Vec<&str> = item.four_eyes().map(|kind| kind.as_str_name()).collect();
        let _ = writeln!(out, "  {} needs a second officer", kinds.join(", "));
    }
}

fn verdict_line(verdict: &v1::FindingVerdict) -> String {
    let mut line = format!(
        "finding {}: {}",
        verdict.finding_index,
        verdict.verdict().as_str_name()
    );
    if verdict.verdict() == v1::VerdictKind::Dismiss {
        let _ = write!(line, " {}", verdict.dismiss_reason().as_str_name());
    }
    for correction in &verdict.corrections {
        let _ = write!(
            line,
            " {}.{} = {}",
            correction.document, correction.field, correction.value
        );
    }
    if !verdict.note.is_empty() {
        let _ = write!(line, " ({})", verdict.note);
    }
    line
}

fn findings_in_short(task: &v1::ReviewTask) -> String {
    if task.items.is_empty() {
        return task.reason().as_str_name().to_owned();
    }
    let count = |outcome| {
        let of_it: Vec<&str> = task
            .items
            .iter()
            .filter(|item| item.outcome() == outcome)
            .map(|item| item.rule_id.as_str())
            .collect();
        of_it
    };
    let mut parts = Vec::new();
    for outcome in [
        v1::finding::Outcome::Discrepancy,
        v1::finding::Outcome::Indeterminate,
    ] {
        let rules = count(outcome);
        if !rules.is_empty() {
            parts.push(format!("{}: {}", outcome.as_str_name(), rules.join(" ")));
        }
    }
    let passes = count(v1::finding::Outcome::Pass).len();
    if passes > 0 {
        parts.push(format!("{passes} PASS to check"));
    }
    parts.join("\n")
}

fn state(task: &v1::ReviewTask) -> String {
    match task.state() {
        v1::review_task::State::Claimed => format!("CLAIMED\n{}", task.worker),
        other => other.as_str_name().to_owned(),
    }
}

fn name(text: &str) -> &str {
    match text {
        "SEVERITY_UNSPECIFIED" => "",
        other => other,
    }
}

fn time(time: Option<&prost_types::Timestamp>) -> String {
    let Some(time) = time else {
        return String::new();
    };
    jiff::Timestamp::new(time.seconds, 0).map_or_else(|_| String::new(), |time| time.to_string())
}
