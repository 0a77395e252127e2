//! C03 Gross masses.
//!
//! *What it checks*: the gross masses of the packing list's rows sum to its total gross mass, up to half a
//! step of the last printed digit per row.
//! *Why it matters*: carriers, terminals and the declaration all take the total; the rows show whether it holds.
//! *Example*: rows of 765.0 and 770.0 kg under a total of 1,635.0 kg.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::sums::{column, column_equals, rounding};
use crate::verdict::{Checked, Unable, Verdict, folded};
use docexam_domain::{Document, DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "C03",
    meaning: "gross masses of the rows sum to the total",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let lists = facts.need(DocumentType::PackingList)?;
    Ok(folded(lists.into_iter().map(|list| on_list(facts, list))))
}

fn on_list<'a>(facts: &Facts<'a>, list: &'a Document) -> Result<Verdict, Unable> {
    let cells = column(list, FieldKey::GrossMassKg)?;
    let total = facts.need_number(list, FieldKey::TotalGrossMassKg)?;
    column_equals(facts, &cells, total, rounding(&cells), "gross masses")
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, packing_list};
    use docexam_domain::{FieldKey, Outcome};

    fn list(second: &str, total: &str) -> TestDocument {
        packing_list()
            .row(&[(FieldKey::GrossMassKg, "765.0")])
            .row(&[(FieldKey::GrossMassKg, second)])
            .field(FieldKey::TotalGrossMassKg, total)
    }

    #[test]
    fn fires() {
        let verdicts = TestCase::new().with(list("770.0", "1635.0")).check("C03");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert_eq!(verdicts[0].observed.len(), 3);
    }

    #[test]
    fn silent() {
        let case = TestCase::new().with(list("770.0", "1535.0"));
        assert_eq!(case.outcomes("C03"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let misread = TestCase::new().with(list("77O.0", "1535.0"));
        assert_eq!(misread.outcomes("C03"), [Outcome::Indeterminate]);
        let no_rows = packing_list().field(FieldKey::TotalGrossMassKg, "5");
        assert_eq!(
            TestCase::new().with(no_rows).outcomes("C03"),
            [Outcome::NotChecked]
        );
    }
}
