//! What differs between two results, for a person: which findings came, went or changed, then which other
//! values, each by its place in the JSON.

use serde_json::Value;
use std::collections::BTreeMap;

/// A result that differs everywhere is not read to its end.
const MAX_LINES: usize = 100;
/// Longest part of a value that is shown.
const MAX_CHARS: usize = 80;

pub fn lines(then: &Value, now: &Value) -> Vec<String> {
    let mut lines = findings(&then["findings"], &now["findings"]);
    let without_findings = |result: &Value| {
        let mut result = result.clone();
        if let Some(members) = result.as_object_mut() {
            members.remove("findings");
        }
        result
    };
    values(
        "",
        &without_findings(then),
        &without_findings(now),
        &mut lines,
    );
    let more = lines.len().saturating_sub(MAX_LINES);
    lines.truncate(MAX_LINES);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

/// Findings of a rule are compared in their order, without those that are the same.
fn findings(then: &Value, now: &Value) -> Vec<String> {
    let mut rules: BTreeMap<&str, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
    for finding in then.as_array().into_iter().flatten() {
        rules.entry(rule(finding)).or_default().0.push(finding);
    }
    for finding in now.as_array().into_iter().flatten() {
        let (then, now) = rules.entry(rule(finding)).or_default();
        match then.iter().position(|earlier| *earlier == finding) {
            Some(same) => {
                then.remove(same);
            }
            None => now.push(finding),
        }
    }
    let mut lines = Vec::new();
    for (rule, (then, now)) in rules {
        for (then, now) in then.iter().zip(&now) {
            values(&format!("finding {rule} "), then, now, &mut lines);
        }
        for gone in then.iter().skip(now.len()) {
            lines.push(format!("finding {rule} is gone: {}", told(gone)));
        }
        for new in now.iter().skip(then.len()) {
            lines.push(format!("finding {rule} is new: {}", told(new)));
        }
    }
    lines
}

fn rule(finding: &Value) -> &str {
    finding["rule_id"].as_str().unwrap_or_default()
}

fn told(finding: &Value) -> String {
    let text = |member: &str| finding[member].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("outcome"), text("explanation"))
}

fn values(place: &str, then: &Value, now: &Value, lines: &mut Vec<String>) {
    match (then, now) {
        _ if then == now => {}
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                values(&format!("{place}/{key}"), &then[key], &now[key], lines);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                let (then, now) = (a.get(index), b.get(index));
                let null = &Value::Null;
                let place = format!("{place}/{index}");
                values(&place, then.unwrap_or(null), now.unwrap_or(null), lines);
            }
        }
        _ => lines.push(format!("{place}: {} is now {}", short(then), short(now))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.chars().count() > MAX_CHARS {
        true => format!("{}…", text.chars().take(MAX_CHARS).collect::<String>()),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn findings_are_told_by_their_rule_and_values_by_their_place() {
        let finding = |rule: &str, outcome: &str| json!({"rule_id": rule, "outcome": outcome, "explanation": "because"});
        let then = json!({
            "findings": [finding("B01", "PASS"), finding("C09", "PASS"), finding("C09", "DISCREPANCY")],
            "pages": [{"quality": 0.8}, {"quality": 0.9}]
        });
        let now = json!({
            "findings": [finding("A01", "PASS"), finding("B01", "DISCREPANCY"), finding("C09", "DISCREPANCY")],
            "pages": [{"quality": 0.8}, {"quality": 0.7}]
        });
        assert_eq!(
            lines(&then, &now),
            [
                "finding A01 is new: PASS because",
                "finding B01 /outcome: \"PASS\" is now \"DISCREPANCY\"",
                "finding C09 is gone: PASS because",
                "/pages/1/quality: 0.9 is now 0.7",
            ]
        );
        assert!(lines(&then, &then).is_empty());
    }
}
