//! C05 Carton ranges.
//!
//! *What it checks*: the carton numbers of a packing list's row, last − first + 1, are its packages.
//! *Why it matters*: cartons are numbered when they are packed; a count changed later does not fit.
//! *Example*: cartons 1–20 with 18 packages.

use super::Rule;
use crate::alignment::{Row, rows_of};
use crate::facts::{Facts, number_of};
use crate::judge::{Term, balance};
use crate::pack::Parameters;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DocumentType, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "C05",
    meaning: "carton ranges and packages of rows",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let lists = facts.need(DocumentType::PackingList)?;
    let rows = lists.into_iter().flat_map(rows_of);
    let ranged = rows.filter(|row| row.cell(FieldKey::CartonRange).is_some());
    let verdicts: Vec<_> = ranged.map(|row| in_row(facts, &row)).collect();
    if verdicts.is_empty() {
        return not_checked("no row of the packing list shows a carton range");
    }
    Ok(folded(verdicts))
}

fn in_row(facts: &Facts, row: &Row) -> Result<Verdict, Unable> {
    let place = row.seen().place();
    let Some(range) = row.cell(FieldKey::CartonRange) else {
        return not_checked(format!("{place} has no carton range"));
    };
    let Some(packages) = row.cell(FieldKey::Packages) else {
        return not_checked(format!("{place} has no packages"));
    };
    let printed = number_of(packages)?;
    let text = range.value();
    let Some((first, last)) = first_and_last(text) else {
        let text = format!("Carton range '{text}' on {place} is not two numbers.");
        return Err(Verdict::indeterminate(text).seen([range]).into_unable());
    };
    let counted = Decimal::from(last - first + 1);
    // The count stands for the range: a misread number in it makes it unsure as a whole.
    let terms = [Term::minus(packages, printed), Term::plus(range, counted)];
    let judgement = balance(facts, &terms, Decimal::ZERO)?;
    let agrees = format!("Cartons {text} on {place} are {printed} packages.");
    let differs =
        format!("Cartons {text} on {place} are {counted}, but {printed} packages are shown.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen([range, packages])
        .expected(None, counted)
        .tolerance(0))
}

/// "C/NO. 1-20", "1 ~ 20", "7": the numbers of the first and last carton.
fn first_and_last(text: &str) -> Option<(i64, i64)> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(|digits| digits.parse::<i32>().ok().map(i64::from));
    let first = numbers.next()??;
    let last = numbers.next().unwrap_or(Some(first))?;
    (numbers.next().is_none() && first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, packing_list};
    use docexam_domain::{FieldKey, Outcome};

    fn outcomes(range: &str, packages: &str) -> Vec<Outcome> {
        let cells = [
            (FieldKey::CartonRange, range),
            (FieldKey::Packages, packages),
        ];
        TestCase::new()
            .with(packing_list().row(&cells))
            .outcomes("C05")
    }

    #[test]
    fn fires() {
        assert_eq!(outcomes("C/NO. 1-20", "18"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(outcomes("1 ~ 20", "20"), [Outcome::Pass]);
        assert_eq!(outcomes("21", "1"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(outcomes("A to F", "6"), [Outcome::Indeterminate]);
        assert_eq!(outcomes("20-1", "20"), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("C05"), [Outcome::NotChecked]);
    }
}
