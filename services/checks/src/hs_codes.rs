//! Is the HS code printed on a document the declared one? Shared by F09 and G03.

use crate::facts::Facts;
use crate::judge::{Judgement, too_weak};
use crate::nomenclature::Lookup;
use crate::ocr_confusion;
use crate::pointers;
use crate::seen::Seen;
use crate::verdict::{Unable, Verdict, not_checked};
use docexam_domain::DeclarationItem;

/// Digits that are the same in every country.
pub const INTERNATIONAL: usize = 6;
/// Certificates may give the heading only.
const HEADING: usize = 4;

pub fn compare(facts: &Facts, seen: Seen, item: &DeclarationItem) -> Result<Verdict, Unable> {
    let number = item.number;
    let Some(declared) = item.hs_code.as_deref() else {
        return not_checked(format!("item {number} is declared without HS code"));
    };
    let place = seen.place();
    let (printed_code, declared_code) = (digits(seen.value()), digits(declared));
    let compared = INTERNATIONAL
        .min(printed_code.len())
        .min(declared_code.len());
    if compared < HEADING {
        let text = &seen.field.mention_text;
        let text = format!("HS code '{text}' on {place} is too short to compare with {declared}.");
        return Err(Verdict::indeterminate(text).seen([seen]).into_unable());
    }
    let judgement = judge(
        facts,
        seen,
        &printed_code[..compared],
        &declared_code[..compared],
    );
    let value = seen.value();
    let agrees = format!("Item {number}: {declared} agrees with {value} on {place}.");
    let differs = format!("Item {number} is declared under {declared}, but {place} gives {value}.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen([seen])
        .expected(pointers::commodity_code(number), declared)
        .tolerance(format!("equal at {compared} digits")))
}

fn judge(facts: &Facts, seen: Seen, printed: &str, declared: &str) -> Judgement {
    if printed == declared {
        return Judgement::Agrees;
    }
    if let Some(reason) = too_weak(facts, [seen]) {
        return Judgement::Doubtful(reason);
    }
    let misread = facts
        .read_by_ocr(seen)
        .then(|| ocr_confusion::identifier(printed, declared, facts.unsure(seen)))
        .flatten();
    if let Some(reason) = misread {
        return Judgement::Doubtful(reason);
    }
    if printed.len() < INTERNATIONAL && facts.read_by_ocr(seen) {
        // Four digits on a scan are as often a part of a code, or of a model number, as a heading.
        let text = &seen.field.mention_text;
        return Judgement::Doubtful(format!("'{text}' may be a part of a code only."));
    }
    // A code of an earlier edition needs the correlation table, which the pack does not carry.
    let nomenclature = facts.pack.nomenclature();
    let date = facts.declaration.acceptance_date;
    let other_edition = printed.len() == INTERNATIONAL
        && date.is_some_and(|date| {
            matches!(
                nomenclature.lookup(printed, date),
                Lookup::Unknown | Lookup::OtherDate(_)
            )
        });
    if other_edition {
        let editions = nomenclature.editions();
        return Judgement::Doubtful(format!(
            "{printed} is not in {editions}; it may be of another edition."
        ));
    }
    Judgement::Differs
}

pub fn digits(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}
