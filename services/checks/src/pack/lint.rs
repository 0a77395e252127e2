//! What can be wrong with a pack although it loads: rules nobody knows, parameters nobody set,
//! periods that end before they start, overlap or leave a gap, conditions that do not compile.

use super::RulePack;
use super::tables::Period;
use crate::rules::RULES;
use crate::units;
use jiff::ToSpan;
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub struct PackProblem {
    /// File of the pack.
    pub file: String,
    pub problem: String,
}

impl fmt::Display for PackProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.problem)
    }
}

impl PackProblem {
    pub(super) fn new(file: &str, problem: String) -> Self {
        Self {
            file: file.to_owned(),
            problem,
        }
    }
}

pub(super) fn lint(pack: &RulePack) -> Vec<PackProblem> {
    let mut problems = rules(pack);
    let review = crate::review::lint(pack.review_policy()).into_iter();
    problems.extend(review.map(|problem| PackProblem::new("review.toml", problem)));
    problems.extend(measures(pack));
    problems.extend(periods(
        "measures.csv",
        pack.measures()
            .iter()
            .map(|row| (row.id.clone(), row.period)),
    ));
    problems.extend(periods(
        "supplementary_units.csv",
        pack.supplementary_units()
            .iter()
            .map(|row| (row.hs_prefix.clone(), row.period())),
    ));
    problems.extend(periods(
        "origin_certificates.csv",
        pack.origin_certificates()
            .iter()
            .map(|row| (row.form.clone(), row.period())),
    ));
    problems.extend(periods(
        "incoterms.csv",
        pack.incoterms()
            .iter()
            .map(|row| (format!("{} {}", row.code, row.edition), row.period())),
    ));
    for row in pack.supplementary_units() {
        if units::unit(&row.unit).is_none() {
            let problem = format!("prefix {}: unit {} is unknown", row.hs_prefix, row.unit);
            problems.push(PackProblem::new("supplementary_units.csv", problem));
        }
    }
    problems
}

fn rules(pack: &RulePack) -> Vec<PackProblem> {
    let mut problems = Vec::new();
    let mut report = |problem: String| problems.push(PackProblem::new("pack.toml", problem));
    for id in pack.header.rules.keys() {
        if !RULES.iter().any(|rule| rule.id == id) {
            report(format!("rule {id} is unknown"));
        }
    }
    for rule in RULES {
        let Some(set) = pack.parameters(rule.id) else {
            report(format!("rule {} is not set", rule.id));
            continue;
        };
        for name in rule.parameters {
            if !set.names().any(|set| set == *name) {
                report(format!("rule {} lacks '{name}'", rule.id));
            }
        }
        let known = |name: &str| {
            // `bulk_share_cn`: the same for one country.
            let general = name
                .rsplit_once('_')
                .filter(|(_, country)| country.len() == 2);
            rule.parameters.contains(&name)
                || general.is_some_and(|(name, _)| rule.parameters.contains(&name))
        };
        for name in set.names().filter(|name| !known(name)) {
            report(format!("rule {} does not use '{name}'", rule.id));
        }
    }
    problems
}

fn measures(pack: &RulePack) -> Vec<PackProblem> {
    let mut problems = Vec::new();
    for measure in pack.measures() {
        let mut report = |problem: &str| {
            let problem = format!("measure {}: {problem}", measure.id);
            problems.push(PackProblem::new("measures.csv", problem));
        };
        if !matches!(measure.rule.as_str(), "G05" | "G06") {
            report(&format!("rule {} takes no measures", measure.rule));
        }
        if measure.rule == "G05"
            && measure.document_types.is_empty()
            && measure.declared_codes.is_empty()
        {
            report("requires no document");
        }
        if measure.hs_prefixes.is_empty() {
            report("names no HS prefix");
        }
        for prefix in &measure.hs_prefixes {
            let digits = prefix.bytes().all(|b| b.is_ascii_digit());
            if !digits || !(2..=12).contains(&prefix.len()) {
                report(&format!("'{prefix}' is no HS prefix"));
            }
        }
        if measure.legal_reference.is_empty() {
            report("has no legal reference");
        }
        if let Some(problem) = measure.compile_problem() {
            report(&format!("its condition does not compile: {problem}"));
        }
    }
    problems
}

/// Rows of one key must follow each other day by day.
fn periods(file: &str, rows: impl Iterator<Item = (String, Period)>) -> Vec<PackProblem> {
    let mut by_key: BTreeMap<String, Vec<Period>> = BTreeMap::new();
    for (key, period) in rows {
        by_key.entry(key).or_default().push(period);
    }
    let mut problems = Vec::new();
    for (key, mut periods) in by_key {
        let mut report = |problem: String| problems.push(PackProblem::new(file, problem));
        periods.sort_by_key(|period| period.valid_from);
        for period in &periods {
            if period.last() < period.valid_from {
                let (first, last) = (period.valid_from, period.last());
                report(format!("{key} ends on {last}, before it starts on {first}"));
            }
        }
        for pair in periods.windows(2) {
            let [earlier, later] = pair else { continue };
            let (last, next) = (earlier.last(), later.valid_from);
            if last >= next {
                report(format!(
                    "{key} overlaps: one row ends on {last}, the next starts on {next}"
                ));
            } else if last.checked_add(1.day()).is_ok_and(|day| day < next) {
                report(format!("{key} has a gap between {last} and {next}"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn periods_follow_each_other() {
        let period = |from: &str, to: &str| Period {
            valid_from: from.parse().expect("a date"),
            valid_to: to.parse().ok(),
        };
        let problems = |rows: [Period; 2]| {
            let rows = rows.into_iter().map(|row| ("x".to_owned(), row));
            let texts: Vec<String> = periods("t.csv", rows)
                .iter()
                .map(ToString::to_string)
                .collect();
            texts.join("; ")
        };
        let first = period("2022-01-01", "2022-12-31");
        assert_eq!(problems([first, period("2023-01-01", "")]), "");
        assert!(problems([first, period("2022-06-01", "")]).contains("overlaps"));
        assert!(problems([first, period("2023-06-01", "")]).contains("gap"));
        assert!(problems([first, period("2023-01-01", "2022-12-31")]).contains("before it starts"));
    }

    #[test]
    fn wrong_conditions_and_parameters_are_found() {
        let mut pack = testing::fresh_pack();
        pack.measures_mut()[0].set_condition("item.hs_code ==");
        pack.rule_mut("E02").set("tolerence", "0.01");
        let problems: Vec<String> = pack.lint().iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("tolerence"));
        assert!(problems[1].contains("does not compile"));
    }
}
