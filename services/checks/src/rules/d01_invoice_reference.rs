//! D01 Invoice number and date.
//!
//! *What it checks*: the invoice number and date that packing list, certificates and declaration
//! refer to are those of an invoice in the submission.
//! *Why it matters*: a certificate for another invoice proves nothing about these goods.
//! *Example*: invoice IHR2025000000002, certificate of origin for invoice IHR2025000000012.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, Side, any_identifier, bare, is_altered, same_date};
use crate::ocr_confusion::differs_by_one;
use crate::pack::Parameters;
use crate::pointers;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DeclaredDocument, DocumentType, FieldKey};
use jiff::civil::Date;

pub const RULE: Rule = Rule {
    id: "D01",
    meaning: "invoice number and date wherever they are mentioned",
    parameters: &["altered_confidence"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let altered = parameters.share("altered_confidence")? as f32;
    let invoices = facts.need(DocumentType::CommercialInvoice)?;
    let numbers: Vec<Seen> = invoices
        .iter()
        .filter_map(|invoice| facts.see(invoice, FieldKey::DocumentNumber))
        .collect();
    if numbers.is_empty() {
        return not_checked("the commercial invoice shows no document_number");
    }
    let mut verdicts = Vec::new();
    for document in facts.documents.iter().copied() {
        let mention = facts.see(document, FieldKey::InvoiceNumber);
        verdicts.extend(mention.map(|seen| Ok(number_on_paper(facts, seen, &numbers, altered))));
        let date = facts.see(document, FieldKey::InvoiceDate);
        verdicts.extend(date.and_then(|seen| date_on_paper(facts, seen, &numbers)));
    }
    for (declared, pointer) in declared_invoices(facts) {
        verdicts.push(declared_number(facts, declared, pointer.clone(), &numbers));
    }
    if verdicts.is_empty() {
        return not_checked("neither a document nor the declaration refers to the invoice");
    }
    Ok(folded(verdicts))
}

fn number_on_paper(facts: &Facts, seen: Seen, numbers: &[Seen], altered: f32) -> Verdict {
    let sides: Vec<Side> = numbers.iter().map(|number| Side::Seen(*number)).collect();
    let judgement = match any_identifier(facts, seen, &sides) {
        Judgement::Doubtful(_) if numbers.iter().any(|n| is_altered(seen, *n, altered)) => {
            Judgement::Differs
        }
        Judgement::Differs => number_may_be_misread(facts, numbers, seen),
        other => other,
    };
    let (value, place, all) = (seen.value(), seen.place(), joined(numbers));
    let agrees = format!("{place} refers to invoice {value}, which is in the submission.");
    let differs = format!("{place} refers to invoice {value}, but the invoice is {all}.");
    Verdict::of(judgement, agrees, differs)
        .seen([seen].into_iter().chain(numbers.iter().copied()))
        .expected(None, all)
}

/// The number on the invoice is the one that is misread where other papers and the declaration cite it like this one.
fn number_may_be_misread(facts: &Facts, numbers: &[Seen], seen: Seen) -> Judgement {
    let declared: Vec<&str> = declared_invoices(facts)
        .into_iter()
        .map(|(declared, _)| declared.number.as_str())
        .collect();
    let compared: Vec<Seen> = numbers.iter().copied().chain([seen]).collect();
    alone(facts, numbers, seen.value(), &compared, &declared)
}

/// Whether a number of the invoices, read by OCR, is alone in differing from `other` by a character: a paper that has no
/// part in the comparison, or the declaration, says `other` too.
fn alone(
    facts: &Facts,
    numbers: &[Seen],
    other: &str,
    compared: &[Seen],
    declared: &[&str],
) -> Judgement {
    let other = bare(other);
    let is_said = declared.iter().any(|text| bare(text) == other)
        || facts.others_say(FieldKey::InvoiceNumber, compared, |seen| {
            bare(seen.value()) == other
        });
    let differs = |number: &&Seen| {
        facts.read_by_ocr(**number) && differs_by_one(&bare(number.value()), &other)
    };
    match numbers.iter().find(differs).filter(|_| is_said) {
        Some(number) => {
            let (value, place) = (number.value(), number.place());
            Judgement::Doubtful(format!(
                "'{value}' on {place} stands alone, and one character of it may be misread."
            ))
        }
        None => Judgement::Differs,
    }
}

/// Only where there is one invoice, so that it is clear which date is meant.
fn date_on_paper(facts: &Facts, seen: Seen, numbers: &[Seen]) -> Option<Result<Verdict, Unable>> {
    let [number] = numbers else { return None };
    let issued = facts.see(number.document, FieldKey::IssueDate)?;
    let dates: Vec<Date> = issued.dates();
    if dates.is_empty() {
        return None;
    }
    let judgement = dated(facts, seen, &dates, Some(issued));
    let (value, place, date) = (seen.value(), seen.place(), issued.value());
    let agrees = format!("{place} gives {value} as the date of the invoice.");
    let differs = format!("{place} dates the invoice {value}, but it is dated {date}.");
    let verdict = Verdict::of(judgement, agrees, differs).seen([seen, issued]);
    Some(Ok(verdict.expected(None, date)))
}

fn declared_invoices<'a>(facts: &Facts<'a>) -> Vec<(&'a DeclaredDocument, Option<String>)> {
    let codes = DocumentType::CommercialInvoice.untded_codes();
    let declaration = facts.declaration;
    let of_header = declaration
        .documents
        .iter()
        .map(|document| (document, None));
    let of_items = declaration.items.iter().flat_map(|item| {
        let pointer = pointers::documents(item.number);
        item.documents
            .iter()
            .map(move |document| (document, pointer.clone()))
    });
    let all = of_header.chain(of_items);
    all.filter(|(document, _)| codes.contains(&document.type_code.as_str()))
        .collect()
}

fn declared_number(
    facts: &Facts,
    declared: &DeclaredDocument,
    pointer: Option<String>,
    numbers: &[Seen],
) -> Result<Verdict, Unable> {
    let number = &declared.number;
    if number.trim().is_empty() {
        return not_checked("the declared invoice has no number");
    }
    let wanted = [Side::Declared(number)];
    let mut judgement = Judgement::Differs;
    let mut dated = None;
    for seen in numbers {
        match any_identifier(facts, *seen, &wanted) {
            Judgement::Agrees => {
                judgement = Judgement::Agrees;
                dated = date_of(facts, declared, *seen);
                break;
            }
            doubtful @ Judgement::Doubtful(_) => judgement = doubtful,
            Judgement::Differs => {}
        }
    }
    if judgement == Judgement::Differs {
        judgement = alone(facts, numbers, number, numbers, &[]);
    }
    let all = joined(numbers);
    if let (Judgement::Agrees, Some((date_judgement, issued, date))) = (&judgement, dated) {
        let printed = issued.value();
        let agrees = format!("Invoice {number} of {date} is declared and in the submission.");
        let differs =
            format!("Invoice {number} is declared with date {date}, but dated {printed}.");
        return Ok(Verdict::of(date_judgement, agrees, differs)
            .seen(numbers.iter().copied().chain([issued]))
            .expected(pointer, format!("{number} {date}")));
    }
    let agrees = format!("Invoice {number} is declared and in the submission.");
    let differs = format!("Invoice {number} is declared, but the invoice is {all}.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(numbers.iter().copied())
        .expected(pointer, number))
}

fn date_of<'a>(
    facts: &Facts<'a>,
    declared: &DeclaredDocument,
    number: Seen<'a>,
) -> Option<(Judgement, Seen<'a>, Date)> {
    let date = declared.date?;
    let issued = facts.see(number.document, FieldKey::IssueDate)?;
    Some((dated(facts, issued, &[date], None), issued, date))
}

/// By the bound of the pack: that of the rule is for numbers.
fn dated(facts: &Facts, seen: Seen, wanted: &[Date], other: Option<Seen>) -> Judgement {
    let bound = facts.bounds().low_confidence;
    facts.with_bound(bound, || same_date(facts, seen, wanted, other))
}

fn joined(numbers: &[Seen]) -> String {
    let texts: Vec<&str> = numbers.iter().map(Seen::value).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading, invoice, origin_certificate};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(mention: &str) -> TestCase {
        TestCase::new()
            .with(
                invoice()
                    .field(FieldKey::DocumentNumber, "IHR2025000000002")
                    .field(FieldKey::IssueDate, "2025-01-02"),
            )
            .with(origin_certificate().field(FieldKey::InvoiceNumber, mention))
    }

    #[test]
    fn fires() {
        let verdicts = case("IHR2025000000312").check("D01");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert_eq!(verdicts[0].observed[0].document, "d2");
        let documents =
            json!([{"type": "380", "number": "IHR2025000000002", "date": "2025-01-22"}]);
        let declared =
            case("IHR2025000000002").declaration(json!({"id": "1", "documents": documents}));
        assert_eq!(
            declared.outcomes("D01"),
            [Outcome::Pass, Outcome::Discrepancy]
        );
    }

    #[test]
    fn an_altered_number_needs_less_confidence() {
        let case = |number: &str, confidence: f32| {
            let certificate = origin_certificate().field(FieldKey::InvoiceNumber, number);
            let invoice = invoice().field(FieldKey::DocumentNumber, "23697655");
            let case = TestCase::new().with(invoice);
            case.with(certificate.confidence(confidence))
                .outcomes("D01")
        };
        assert_eq!(case("23697629", 0.75), [Outcome::Discrepancy]);
        assert_eq!(case("23697629", 0.6), [Outcome::Indeterminate]);
        assert_eq!(case("23697625", 0.75), [Outcome::Indeterminate]);
    }

    #[test]
    fn an_invoice_whose_number_stands_alone_may_be_misread() {
        let case = |on_lading: &str| {
            let documents = json!([{"type": "380", "number": "IV 65859/26"}]);
            let lading = bill_of_lading().field(FieldKey::InvoiceNumber, on_lading);
            TestCase::new()
                .declaration(json!({"id": "1", "documents": documents}))
                .with(invoice().field(FieldKey::DocumentNumber, "TV 65859/26"))
                .with(origin_certificate().field(FieldKey::InvoiceNumber, "IV 65859/26"))
                .with(lading)
        };
        let all_doubtful = [Outcome::Indeterminate; 3];
        assert_eq!(case("IV 65859/26").outcomes("D01"), all_doubtful);
        let layer = case("IV 65859/26").text_layer().outcomes("D01");
        assert_eq!(layer, [Outcome::Discrepancy; 3]);
        let other = case("IV 65812/26").check("D01");
        let outcomes = other.iter().map(|verdict| verdict.outcome);
        assert!(outcomes.into_iter().any(|o| o == Outcome::Discrepancy));
    }

    #[test]
    fn a_date_needs_the_confidence_of_the_pack() {
        let case = |confidence: f32| {
            let certificate = origin_certificate().field(FieldKey::InvoiceDate, "2025-01-05");
            let invoice = invoice()
                .field(FieldKey::DocumentNumber, "23697655")
                .field(FieldKey::IssueDate, "2025-01-02");
            let case = TestCase::new().with(invoice);
            case.with(certificate.confidence(confidence))
                .outcomes("D01")
        };
        assert_eq!(case(0.98), [Outcome::Discrepancy]);
        assert_eq!(case(0.85), [Outcome::Indeterminate]);
    }

    #[test]
    fn silent() {
        assert_eq!(case("IHR 2025/000000002").outcomes("D01"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("IHR2O25OO0000002").outcomes("D01"),
            [Outcome::Indeterminate]
        );
        let alone = TestCase::new().with(invoice().field(FieldKey::DocumentNumber, "A1"));
        assert_eq!(alone.outcomes("D01"), [Outcome::NotChecked]);
    }
}
