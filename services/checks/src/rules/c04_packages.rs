//! C04 Packages.
//!
//! *What it checks*: the packages of the packing list's rows sum to its total.
//! *Why it matters*: a package too many is goods that nobody declared.
//! *Example*: rows of 12 and 8 cartons under a total of 21.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::sums::{column, column_equals};
use crate::verdict::{Checked, Unable, Verdict, folded};
use docexam_domain::{Document, DocumentType, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "C04",
    meaning: "packages of the rows sum to the total",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let lists = facts.need(DocumentType::PackingList)?;
    Ok(folded(lists.into_iter().map(|list| on_list(facts, list))))
}

fn on_list<'a>(facts: &Facts<'a>, list: &'a Document) -> Result<Verdict, Unable> {
    let cells = column(list, FieldKey::Packages)?;
    let total = facts.need_number(list, FieldKey::TotalPackages)?;
    column_equals(facts, &cells, total, Decimal::ZERO, "package counts")
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, packing_list};
    use docexam_domain::{FieldKey, Outcome};

    fn list(second: &str, total: &str) -> TestDocument {
        packing_list()
            .row(&[(FieldKey::Packages, "12")])
            .row(&[(FieldKey::Packages, second)])
            .field(FieldKey::TotalPackages, total)
    }

    #[test]
    fn fires() {
        let verdicts = TestCase::new().with(list("8", "21")).check("C04");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert_eq!(verdicts[0].observed.len(), 3);
    }

    #[test]
    fn silent() {
        let case = TestCase::new().with(list("8", "20"));
        assert_eq!(case.outcomes("C04"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let misread = TestCase::new().with(list("B", "20"));
        assert_eq!(misread.outcomes("C04"), [Outcome::Indeterminate]);
        let no_rows = packing_list().field(FieldKey::TotalPackages, "5");
        assert_eq!(
            TestCase::new().with(no_rows).outcomes("C04"),
            [Outcome::NotChecked]
        );
    }
}
