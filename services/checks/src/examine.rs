//! The whole examination: facts once, every rule, stamped findings in a fixed order.

use crate::case::Case;
use crate::facts::Facts;
use crate::pack::{Parameters, RulePack};
use crate::rules::{RULES, Rule};
use crate::verdict::Verdict;
use docexam_domain::{Finding, Outcome, Severity};

/// At least one finding per rule, ordered by rule id, then as the rule lists documents and rows.
pub fn examine(case: &Case, pack: &RulePack) -> Vec<Finding> {
    let facts = Facts::gather(case, pack);
    RULES
        .iter()
        .flat_map(|rule| findings(rule, &facts, pack))
        .collect()
}

fn findings(rule: &Rule, facts: &Facts, pack: &RulePack) -> Vec<Finding> {
    let Some(parameters) = pack.parameters(rule.id) else {
        let reason = format!("rule pack {} does not use this rule", pack.name());
        return vec![stamped(rule, Verdict::not_checked(reason), None, pack)];
    };
    let verdicts = run(rule, facts, parameters);
    verdicts
        .into_iter()
        .map(|verdict| stamped(rule, verdict, Some(parameters), pack))
        .collect()
}

/// A rule that ends early or finds nothing to compare still says so.
pub(crate) fn run(rule: &Rule, facts: &Facts, parameters: &Parameters) -> Vec<Verdict> {
    if let Some(date) = facts.declaration.acceptance_date
        && !facts.pack.period().contains(date)
    {
        let pack = facts.pack.name();
        let reason = format!("Rule pack {pack} does not hold on {date}, the acceptance date.");
        return vec![Verdict::indeterminate(reason)];
    }
    let of_all = facts.pack.bounds().low_confidence;
    let bound = parameters.low_confidence.unwrap_or(of_all);
    facts.low_confidence.set(bound);
    match (rule.check)(facts, parameters) {
        Ok(verdicts) if verdicts.is_empty() => {
            vec![Verdict::not_checked("nothing to compare was found")]
        }
        Ok(verdicts) => verdicts,
        Err(unable) => vec![*unable],
    }
}

fn stamped(
    rule: &Rule,
    verdict: Verdict,
    parameters: Option<&Parameters>,
    pack: &RulePack,
) -> Finding {
    let not_checked = verdict.outcome == Outcome::NotChecked;
    let reference = verdict.legal_reference.or_else(|| {
        let reference = parameters.map(|set| set.legal_reference.clone());
        reference.filter(|text| !text.is_empty())
    });
    let severity = verdict.severity.or(parameters.map(|set| set.severity));
    Finding {
        rule_id: rule.id.to_owned(),
        outcome: verdict.outcome,
        severity: severity.unwrap_or(Severity::Low),
        explanation: if not_checked {
            format!("Not checked: {}.", verdict.explanation)
        } else {
            verdict.explanation.clone()
        },
        observed: verdict.observed,
        expected: verdict.expected,
        tolerance: verdict.tolerance,
        confidence: verdict.confidence,
        not_checked_reason: not_checked.then_some(verdict.explanation),
        rule_pack: pack.name().to_owned(),
        rule_pack_digest: pack.digest().clone(),
        legal_reference: reference,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestCase, document, fresh_pack, invoice};
    use docexam_domain::{DocumentType, FieldKey};
    use serde_json::json;
    use strum::IntoEnumIterator;

    #[test]
    fn an_empty_case_has_a_finding_per_rule_in_order_and_none_passes_on_nothing() {
        let findings = TestCase::new().declaration(json!({"id": "1"})).findings();
        let mut ids: Vec<&str> = findings.iter().map(|f| f.rule_id.as_str()).collect();
        assert!(ids.is_sorted());
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        for finding in &findings {
            assert_eq!(finding.outcome, Outcome::NotChecked, "{finding:?}");
            assert!(finding.not_checked_reason.is_some());
        }
    }

    #[test]
    fn a_pack_of_another_time_judges_nothing() {
        let declaration = json!({"id": "1", "acceptance_date": "1999-01-01"});
        let findings = TestCase::new().declaration(declaration).findings();
        assert!(findings.iter().all(|f| f.outcome == Outcome::Indeterminate));
    }

    #[test]
    fn a_rule_may_have_a_bound_of_its_own() {
        let case = || {
            let total = json!({"amount": "11150.00", "currency": "EUR"});
            let invoice = invoice()
                .field(FieldKey::TotalAmount, "11510.00")
                .confidence(0.6);
            let declaration = json!({"id": "1", "invoice_total": total});
            TestCase::new().declaration(declaration).with(invoice)
        };
        let mut pack = fresh_pack();
        let mut outcome = |bound| {
            pack.rule_mut("E02").low_confidence = bound;
            case().check_with("E02", &pack)[0].outcome
        };
        assert_eq!(outcome(None), Outcome::Indeterminate);
        assert_eq!(outcome(Some(0.5)), Outcome::Discrepancy);
    }

    /// Values that break naive code: empty, absurdly large, not numbers, several bytes a letter.
    const NASTY: [&str; 12] = [
        "",
        " ",
        "-",
        "NaN",
        "1e999",
        "-0",
        "99999999999999999999999999999",
        "٣٫١٤",
        "＄１２",
        "0.0000000000000000000000000001",
        "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
        "9999-12-31",
    ];

    #[test]
    fn nasty_values_never_panic_and_never_end_without_a_finding() {
        for (index, nasty) in NASTY.into_iter().enumerate() {
            let mut case = TestCase::new().declaration(extreme(nasty));
            for document_type in DocumentType::iter() {
                let mut document = document(document_type);
                for key in FieldKey::iter().filter(|key| *key != FieldKey::LineItem) {
                    document = document.field(key, nasty).or(nasty);
                    document = document.confidence([f32::NAN, -1.0, 7.0, 0.9][index % 4]);
                }
                let cells: Vec<_> = FieldKey::iter()
                    .filter(|key| key.is_line_item_cell())
                    .map(|key| (key, nasty))
                    .collect();
                case = case.with(document.row(&cells).row(&cells));
            }
            let findings = case.findings();
            for rule in RULES {
                assert!(
                    findings.iter().any(|f| f.rule_id == rule.id),
                    "{} {nasty}",
                    rule.id
                );
            }
            assert!(findings.iter().all(|f| (0.0..=1.0).contains(&f.confidence)));
        }
    }

    fn extreme(text: &str) -> serde_json::Value {
        let huge = "79228162514264337593543950335";
        let money = json!({"amount": huge, "currency": text});
        let party = json!({"name": text, "country": text, "tax_id": text});
        let item = json!({"number": u32::MAX, "hs_code": text, "description": text, "unit": text,
            "country_of_origin": text, "quantity": huge, "price": money, "net_mass_kg": huge,
            "gross_mass_kg": huge, "packages": u32::MAX, "package_kind": text, "preference": text,
            "supplementary_unit": text, "documents": [{"type": text, "number": text}]});
        json!({"id": "1", "acceptance_date": "2026-05-04", "procedure": text, "transport_mode": text,
            "importing_country": "CN", "exporter": party, "consignee": party, "incoterm": text,
            "invoice_total": money, "freight": money, "insurance": money, "containers": [text, text],
            "seals": [text], "transport_document_number": text, "vessel_name": text,
            "voyage_number": text, "port_of_loading": text, "port_of_discharge": text,
            "total_packages": u32::MAX, "total_gross_mass_kg": huge, "total_net_mass_kg": huge,
            "documents": [{"type": "380", "number": text, "date": "9999-12-31"}],
            "items": [item, item]})
    }
}
