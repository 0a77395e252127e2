//! C09 Declared packages.
//!
//! *What it checks*: the declared number of packages is that of the packing list and of the
//! transport document.
//! *Why it matters*: an officer at the gate counts packages; the difference is goods not declared.
//! *Example*: declared 2, bill of lading 12.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Term, balance};
use crate::pack::Parameters;
use crate::pointers;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "C09",
    meaning: "declared packages and those of the papers",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let declared = match facts.declaration.total_packages {
        Some(total) => Some((total, pointers::some(pointers::TOTAL_PACKAGES))),
        None => sum_of_items(facts),
    };
    let Some((declared, pointer)) = declared else {
        return not_checked("the declaration gives no number of packages");
    };
    let documents = facts.documents_where(|document| {
        document.document_type == DocumentType::PackingList
            || document.document_type.is_transport_document()
    });
    if documents.is_empty() {
        return not_checked("no packing list or transport document was found");
    }
    let verdicts = documents.into_iter();
    Ok(folded(verdicts.map(|document| {
        on_document(facts, document, Decimal::from(declared), pointer.clone())
    })))
}

fn sum_of_items(facts: &Facts) -> Option<(u32, Option<String>)> {
    let mut items = facts.declaration.items.iter().peekable();
    let pointer = pointers::packages(items.peek()?.number);
    let sum = items.try_fold(0u32, |sum, item| sum.checked_add(item.packages?))?;
    Some((sum, pointer))
}

fn on_document<'a>(
    facts: &Facts<'a>,
    document: &'a Document,
    declared: Decimal,
    pointer: Option<String>,
) -> Result<Verdict, Unable> {
    let (seen, printed) = facts.need_number(document, FieldKey::TotalPackages)?;
    let terms = [Term::plus(seen, printed), Term::wanted(declared)];
    let judgement = balance(facts, &terms, Decimal::ZERO)?;
    let place = seen.place();
    let agrees = format!("{declared} packages are declared and shown on {place}.");
    let differs = format!("{declared} packages are declared, but {place} shows {printed}.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen([seen])
        .expected(pointer, declared)
        .tolerance(0))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading, packing_list};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(listed: &str) -> TestCase {
        TestCase::new()
            .declaration(json!({"id": "1", "total_packages": 20}))
            .with(packing_list().field(FieldKey::TotalPackages, listed))
    }

    #[test]
    fn fires() {
        let carried = bill_of_lading().field(FieldKey::TotalPackages, "24");
        assert_eq!(
            case("20").with(carried).outcomes("C09"),
            [Outcome::Pass, Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        assert_eq!(case("20").outcomes("C09"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(case("2O").outcomes("C09"), [Outcome::Indeterminate]);
        // One digit, against another paper as well as the declaration.
        let alone = || case("20").with(bill_of_lading().field(FieldKey::TotalPackages, "28"));
        assert_eq!(
            alone().outcomes("C09"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        assert_eq!(
            alone().text_layer().outcomes("C09"),
            [Outcome::Pass, Outcome::Discrepancy]
        );
        let undeclared = TestCase::new().with(packing_list());
        assert_eq!(undeclared.outcomes("C09"), [Outcome::NotChecked]);
    }
}
