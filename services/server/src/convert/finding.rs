//! Findings: wire <-> domain.

use super::document::{anchor_from_wire, anchor_to_wire, unknown};
use super::parse::{BadField, digest};
use docexam_domain::{Expected, Finding, Observed, Outcome, Severity};
use docexam_proto::v1 as wire;

pub(super) fn finding_to_wire(finding: Finding) -> wire::Finding {
    let outcome = match finding.outcome {
        Outcome::Pass => wire::finding::Outcome::Pass,
        Outcome::Discrepancy => wire::finding::Outcome::Discrepancy,
        Outcome::Indeterminate => wire::finding::Outcome::Indeterminate,
        Outcome::NotChecked => wire::finding::Outcome::NotChecked,
    };
    let severity = match finding.severity {
        Severity::Low => wire::finding::Severity::Low,
        Severity::Medium => wire::finding::Severity::Medium,
        Severity::High => wire::finding::Severity::High,
    };
    wire::Finding {
        rule_id: finding.rule_id,
        outcome: outcome.into(),
        severity: severity.into(),
        explanation: finding.explanation,
        observed: finding.observed.into_iter().map(observed_to_wire).collect(),
        expected: finding.expected.map(expected_to_wire),
        tolerance: finding.tolerance,
        confidence: finding.confidence,
        not_checked_reason: finding.not_checked_reason,
        rule_pack: finding.rule_pack,
        rule_pack_digest: finding.rule_pack_digest.to_string(),
        legal_reference: finding.legal_reference,
    }
}

pub(super) fn finding_from_wire(wire: wire::Finding, path: &str) -> Result<Finding, BadField> {
    let outcome = match wire.outcome() {
        wire::finding::Outcome::Pass => Outcome::Pass,
        wire::finding::Outcome::Discrepancy => Outcome::Discrepancy,
        wire::finding::Outcome::Indeterminate => Outcome::Indeterminate,
        wire::finding::Outcome::NotChecked => Outcome::NotChecked,
        wire::finding::Outcome::Unspecified => {
            return Err(unknown(
                format!("{path}.outcome"),
                &wire.outcome.to_string(),
            ));
        }
    };
    let severity = match wire.severity() {
        wire::finding::Severity::Low => Severity::Low,
        wire::finding::Severity::Medium => Severity::Medium,
        wire::finding::Severity::High => Severity::High,
        wire::finding::Severity::Unspecified => {
            return Err(unknown(
                format!("{path}.severity"),
                &wire.severity.to_string(),
            ));
        }
    };
    let observed = wire.observed.into_iter().enumerate();
    let observed = observed
        .map(|(index, observed)| observed_from_wire(observed, &format!("{path}.observed[{index}]")))
        .collect::<Result<_, _>>()?;
    Ok(Finding {
        rule_id: wire.rule_id,
        outcome,
        severity,
        explanation: wire.explanation,
        observed,
        expected: wire.expected.map(expected_from_wire),
        tolerance: wire.tolerance,
        confidence: wire.confidence,
        not_checked_reason: wire.not_checked_reason,
        rule_pack: wire.rule_pack,
        rule_pack_digest: digest(&wire.rule_pack_digest, &format!("{path}.rule_pack_digest"))?,
        legal_reference: wire.legal_reference,
    })
}

fn observed_to_wire(observed: Observed) -> wire::Observed {
    wire::Observed {
        field: observed.field,
        value: observed.value,
        document: observed.document,
        page_anchor: observed.page_anchor.map(anchor_to_wire),
    }
}

fn observed_from_wire(wire: wire::Observed, path: &str) -> Result<Observed, BadField> {
    Ok(Observed {
        field: wire.field,
        value: wire.value,
        document: wire.document,
        page_anchor: anchor_from_wire(wire.page_anchor, &format!("{path}.page_anchor"))?,
    })
}

fn expected_to_wire(expected: Expected) -> wire::Expected {
    let Expected {
        declaration_pointer,
        value,
    } = expected;
    wire::Expected {
        declaration_pointer,
        value,
    }
}

fn expected_from_wire(wire: wire::Expected) -> Expected {
    let wire::Expected {
        declaration_pointer,
        value,
    } = wire;
    Expected {
        declaration_pointer,
        value,
    }
}
