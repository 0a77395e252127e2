//! C02 Net masses.
//!
//! *What it checks*: the net masses of the packing list's rows sum to its total net mass, up to half a
//! step of the last printed digit per row.
//! *Why it matters*: a total that does not follow from its rows was changed, or a row is missing.
//! *Example*: rows of 725.0 and 700.0 kg under a total of 1,450.0 kg.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::sums::{column, column_equals, rounding};
use crate::verdict::{Checked, Unable, Verdict, folded};
use docexam_domain::{Document, DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "C02",
    meaning: "net masses of the rows sum to the total",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let lists = facts.need(DocumentType::PackingList)?;
    Ok(folded(lists.into_iter().map(|list| on_list(facts, list))))
}

fn on_list<'a>(facts: &Facts<'a>, list: &'a Document) -> Result<Verdict, Unable> {
    let cells = column(list, FieldKey::NetMassKg)?;
    let total = facts.need_number(list, FieldKey::TotalNetMassKg)?;
    column_equals(facts, &cells, total, rounding(&cells), "net masses")
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, packing_list};
    use docexam_domain::{FieldKey, Outcome};

    fn list(second: &str, total: &str) -> TestDocument {
        packing_list()
            .row(&[(FieldKey::NetMassKg, "725.0")])
            .row(&[(FieldKey::NetMassKg, second)])
            .field(FieldKey::TotalNetMassKg, total)
    }

    #[test]
    fn fires() {
        let verdicts = TestCase::new().with(list("700.0", "1450.0")).check("C02");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert_eq!(verdicts[0].observed.len(), 3);
    }

    #[test]
    fn silent() {
        let case = TestCase::new().with(list("700.0", "1425.0"));
        assert_eq!(case.outcomes("C02"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let misread = TestCase::new().with(list("7OO.0", "1425.0"));
        assert_eq!(misread.outcomes("C02"), [Outcome::Indeterminate]);
        let no_rows = packing_list().field(FieldKey::TotalNetMassKg, "5");
        assert_eq!(
            TestCase::new().with(no_rows).outcomes("C02"),
            [Outcome::NotChecked]
        );
    }
}
