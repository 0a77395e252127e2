//! `review.toml` of a rule pack: what becomes work for an officer, how urgent it is, who gets it, and
//! how large the error of automatic decisions may be.

use crate::error::ChecksError;
use crate::rules::RULES;
use docexam_domain::{Outcome, Severity, VerdictKind};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;
use std::path::Path;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewPolicy {
    pub tasks: Tasks,
    pub priority: Priority,
    pub due: Due,
    pub routing: Routing,
    #[serde(default)]
    pub four_eyes: Vec<FourEyes>,
    pub automation: Automation,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tasks {
    pub unread_pages: bool,
    pub failed_examinations: bool,
}

/// 0 to 100.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priority {
    low: i32,
    medium: i32,
    high: i32,
    /// Added.
    indeterminate: i32,
    /// Added.
    pass: i32,
    pub unread: i32,
    pub failed: i32,
    #[serde(default)]
    goods: Vec<GoodsPriority>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GoodsPriority {
    hs_prefixes: Vec<String>,
    add: i32,
}

/// Hours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    low: u32,
    medium: u32,
    high: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    pub default_office: String,
    #[serde(default)]
    office: Vec<Office>,
}

/// What is empty fits everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Office {
    office: String,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    hs_prefixes: Vec<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    importing_countries: Vec<String>,
}

/// What is empty fits everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FourEyes {
    #[serde(default)]
    rules: Vec<String>,
    from_severity: Severity,
    #[serde(default)]
    outcomes: Vec<Outcome>,
    verdicts: Vec<VerdictKind>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automation {
    error_bound: Decimal,
    assurance: Decimal,
    pub min_decisions: u32,
    sample_share: Decimal,
    pub passes_need_proof_from: Severity,
    #[serde(default)]
    never: Vec<String>,
}

/// The goods and the country that routing looks at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Goods<'a> {
    pub importing_country: Option<&'a str>,
    pub hs_codes: &'a [&'a str],
}

impl Goods<'_> {
    fn any_begins_with(&self, prefixes: &[String]) -> bool {
        let mut codes = self.hs_codes.iter();
        codes.any(|code| prefixes.iter().any(|prefix| code.starts_with(prefix)))
    }
}

impl ReviewPolicy {
    /// Of one finding, 0 to 100.
    pub fn priority(&self, severity: Severity, outcome: Outcome, goods: &Goods) -> u8 {
        let by_severity = match severity {
            Severity::Low => self.priority.low,
            Severity::Medium => self.priority.medium,
            Severity::High => self.priority.high,
        };
        let by_outcome = match outcome {
            Outcome::Indeterminate => self.priority.indeterminate,
            Outcome::Pass => self.priority.pass,
            Outcome::Discrepancy | Outcome::NotChecked => 0,
        };
        self.priority_with_goods(by_severity + by_outcome, goods)
    }

    /// The value with what the goods add, 0 to 100.
    pub fn priority_with_goods(&self, value: i32, goods: &Goods) -> u8 {
        let rows = self.priority.goods.iter();
        let fitting = rows.filter(|row| goods.any_begins_with(&row.hs_prefixes));
        let added: i32 = fitting.map(|row| row.add).sum();
        u8::try_from((value + added).clamp(0, 100)).unwrap_or(100)
    }

    pub fn due_hours(&self, severity: Severity) -> u32 {
        match severity {
            Severity::Low => self.due.low,
            Severity::Medium => self.due.medium,
            Severity::High => self.due.high,
        }
    }

    /// The first office that fits, else the default one. No rule stands for a whole submission.
    pub fn office(&self, rule_id: Option<&str>, goods: &Goods) -> &str {
        let mut offices = self.routing.office.iter();
        let fitting = offices.find(|row| {
            let rule = row.rules.is_empty()
                || rule_id.is_some_and(|id| row.rules.iter().any(|own| own == id));
            let country = row.importing_countries.is_empty()
                || goods
                    .importing_country
                    .is_some_and(|c| row.importing_countries.iter().any(|own| own == c));
            let fits = row.hs_prefixes.is_empty() || goods.any_begins_with(&row.hs_prefixes);
            rule && country && fits
        });
        fitting.map_or(&self.routing.default_office, |row| &row.office)
    }

    pub fn four_eyes(
        &self,
        rule_id: &str,
        severity: Severity,
        outcome: Outcome,
    ) -> Vec<VerdictKind> {
        let fitting = self.four_eyes.iter().filter(|row| {
            let rule = row.rules.is_empty() || row.rules.iter().any(|own| own == rule_id);
            let outcome = row.outcomes.is_empty() || row.outcomes.contains(&outcome);
            rule && outcome && severity >= row.from_severity
        });
        let mut verdicts: Vec<VerdictKind> = fitting.flat_map(|row| row.verdicts.clone()).collect();
        verdicts.sort_unstable();
        verdicts.dedup();
        verdicts
    }
}

impl Automation {
    /// The largest share of wrong automatic decisions, (0, 1).
    pub fn error_bound(&self) -> f64 {
        float(self.error_bound)
    }

    /// Whether an officer sees such findings whatever was proven. Of passes, proof is enough.
    pub fn never_settles(&self, rule_id: &str, outcome: Outcome) -> bool {
        outcome != Outcome::Pass && self.never.iter().any(|never| never == rule_id)
    }

    /// With which probability the bound holds, (0, 1).
    pub fn assurance(&self) -> f64 {
        float(self.assurance)
    }

    /// [0, 1].
    pub fn sample_share(&self) -> f64 {
        float(self.sample_share)
    }
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

pub(crate) fn read(path: &Path) -> Result<ReviewPolicy, ChecksError> {
    let text = std::fs::read_to_string(path).map_err(|source| ChecksError::Read {
        path: path.to_owned(),
        source,
    })?;
    toml::from_str(&text).map_err(|problem| ChecksError::Content {
        path: path.to_owned(),
        problem: problem.to_string(),
    })
}

/// What can be wrong although it loads: unknown rules, odd prefixes, values out of range, a bound that
/// the fewest decisions cannot prove.
pub(crate) fn lint(policy: &ReviewPolicy) -> Vec<String> {
    let mut problems = Vec::new();
    let routed = policy.routing.office.iter().flat_map(|row| &row.rules);
    let doubled = policy.four_eyes.iter().flat_map(|row| &row.rules);
    for id in routed.chain(doubled).chain(&policy.automation.never) {
        if !RULES.iter().any(|rule| rule.id == id) {
            problems.push(format!("rule {id} is unknown"));
        }
    }
    let urgent = policy
        .priority
        .goods
        .iter()
        .flat_map(|row| &row.hs_prefixes);
    let routed = policy
        .routing
        .office
        .iter()
        .flat_map(|row| &row.hs_prefixes);
    for prefix in urgent.chain(routed) {
        let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !(2..=12).contains(&prefix.len()) {
            problems.push(format!("'{prefix}' is no HS prefix"));
        }
    }
    problems.extend(ranges(policy));
    problems.extend(offices(policy));
    for row in &policy.four_eyes {
        if row.verdicts.is_empty() {
            problems.push("four_eyes without verdicts asks for nothing".to_owned());
        }
    }
    problems
}

fn ranges(policy: &ReviewPolicy) -> Vec<String> {
    let mut problems = Vec::new();
    let Priority {
        low,
        medium,
        high,
        unread,
        failed,
        ..
    } = policy.priority;
    let named = [
        ("low", low),
        ("medium", medium),
        ("high", high),
        ("unread", unread),
        ("failed", failed),
    ];
    for (name, value) in named {
        if !(0..=100).contains(&value) {
            problems.push(format!("priority.{name} is {value}, not 0 to 100"));
        }
    }
    if !(low <= medium && medium <= high) {
        problems.push("priority falls where severity rises".to_owned());
    }
    let due = &policy.due;
    if !(due.high <= due.medium && due.medium <= due.low) {
        problems.push("what is more severe is due later".to_owned());
    }
    let automation = &policy.automation;
    let within = |value: f64| value > 0.0 && value < 1.0;
    if !within(automation.error_bound()) || !within(automation.assurance()) {
        problems.push("automation.error_bound and assurance lie between 0 and 1".to_owned());
    } else {
        let fewest = super::bound::fewest(automation.error_bound(), automation.assurance());
        if u64::from(automation.min_decisions) < fewest {
            let set = automation.min_decisions;
            problems.push(format!(
                "automation.min_decisions is {set}; fewer than {fewest} prove no such bound"
            ));
        }
    }
    if !(0.0..=1.0).contains(&automation.sample_share()) {
        problems.push("automation.sample_share lies between 0 and 1".to_owned());
    } else if automation.sample_share() == 0.0 {
        problems.push("automation.sample_share 0: errors would never be noticed".to_owned());
    }
    problems
}

/// Names become keys and columns; a row behind one that fits everything is never reached.
fn offices(policy: &ReviewPolicy) -> Vec<String> {
    let mut problems = Vec::new();
    let rows = &policy.routing.office;
    let names = rows.iter().map(|row| &row.office);
    for name in names.chain([&policy.routing.default_office]) {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if !(1..=64).contains(&name.len()) || !name.bytes().all(allowed) {
            problems.push(format!(
                "office '{name}' is not 1 to 64 letters, digits, '-', '_' or '.'"
            ));
        }
    }
    let everything = |row: &Office| {
        row.rules.is_empty() && row.hs_prefixes.is_empty() && row.importing_countries.is_empty()
    };
    if let Some(at) = rows.iter().position(everything)
        && at + 1 < rows.len()
    {
        let name = &rows[at].office;
        problems.push(format!("offices after '{name}', which takes everything"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn policy() -> ReviewPolicy {
        read(&testing::pack_dir().join("review.toml")).expect("the baseline's")
    }

    #[test]
    fn the_first_office_that_fits_gets_the_finding() {
        let mut policy = policy();
        policy.routing.office.push(Office {
            office: "arms".to_owned(),
            rules: Vec::new(),
            hs_prefixes: vec!["93".to_owned()],
            importing_countries: vec!["NL".to_owned()],
        });
        let rifles = Goods {
            importing_country: Some("NL"),
            hs_codes: &["93033000", "84821090"],
        };
        assert_eq!(policy.office(Some("F01"), &rifles), "origin");
        assert_eq!(policy.office(Some("E02"), &rifles), "arms");
        assert_eq!(policy.office(None, &rifles), "arms");
        assert_eq!(policy.office(Some("E02"), &Goods::default()), "documents");
    }

    #[test]
    fn goods_and_outcome_move_the_priority_within_its_range() {
        let policy = policy();
        let goods = Goods::default();
        let of = |severity, outcome| policy.priority(severity, outcome, &goods);
        assert_eq!(of(Severity::High, Outcome::Discrepancy), 80);
        assert_eq!(of(Severity::High, Outcome::Indeterminate), 65);
        assert_eq!(of(Severity::Low, Outcome::Pass), 0);
        let rifles = Goods {
            importing_country: None,
            hs_codes: &["93033000"],
        };
        assert_eq!(
            policy.priority(Severity::High, Outcome::Discrepancy, &rifles),
            95
        );
    }

    #[test]
    fn mistakes_are_found() {
        let mut policy = policy();
        assert_eq!(lint(&policy), Vec::<String>::new());
        policy.automation.never.push("Z99".to_owned());
        policy.automation.min_decisions = 298;
        policy.automation.sample_share = Decimal::ZERO;
        policy.priority.low = 90;
        policy.due.high = 100;
        policy.routing.default_office = "a b".to_owned();
        policy.priority.goods[0].hs_prefixes.push("x".to_owned());
        let problems = lint(&policy).join("\n");
        for expected in [
            "rule Z99 is unknown",
            "min_decisions is 298; fewer than 299 prove no such bound",
            "errors would never be noticed",
            "priority falls where severity rises",
            "what is more severe is due later",
            "office 'a b'",
            "'x' is no HS prefix",
        ] {
            assert!(problems.contains(expected), "{expected} in {problems}");
        }
    }
}
