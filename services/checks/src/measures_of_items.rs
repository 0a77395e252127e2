//! Measures on the declared items: which rows of the decision table apply, and whether the papers
//! satisfy them. Shared by G05 (required documents) and G06 (prohibitions and restrictions).

use crate::facts::Facts;
use crate::judge::too_weak;
use crate::pack::{ItemFacts, Measure};
use crate::pointers;
use crate::seen::{Seen, name_of, type_name};
use crate::verdict::{Checked, Verdict, folded, not_checked};
use docexam_domain::{DeclarationItem, Document, DocumentType, FieldKey, Outcome};
use jiff::civil::Date;

pub fn check_measures(facts: &Facts, rule_id: &str) -> Checked {
    let items = &facts.declaration.items;
    if items.is_empty() {
        return not_checked("the declaration has no items");
    }
    let date = facts.need_acceptance_date()?;
    let mut verdicts = Vec::new();
    let mut without_code = Vec::new();
    let mut free: Vec<u32> = Vec::new();
    let mut found: Vec<OnItem> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if item.hs_code.is_none() {
            let number = item.number;
            without_code.push(not_checked(format!(
                "item {number} is declared without HS code"
            )));
            continue;
        }
        let applying = on_item(facts, rule_id, index, item, date);
        if applying.is_empty() {
            free.push(item.number);
        }
        found.extend(applying);
    }
    if !free.is_empty() {
        let text = format!("No measure applies to {}.", items_text(&free));
        verdicts.push(Ok(Verdict::pass(text)));
    }
    verdicts.extend(by_measure(found).into_iter().map(Ok));
    Ok(folded(verdicts.into_iter().chain(without_code)))
}

/// What one measure says about one item.
struct OnItem {
    measure: String,
    item: u32,
    verdict: Verdict,
}

fn on_item(
    facts: &Facts,
    rule_id: &str,
    index: usize,
    item: &DeclarationItem,
    date: Date,
) -> Vec<OnItem> {
    let descriptions = printed_descriptions(facts, index);
    let texts: Vec<&str> = descriptions.iter().map(Seen::value).collect();
    let types: Vec<DocumentType> = facts.documents.iter().map(|d| d.document_type).collect();
    let item_facts = ItemFacts::of(facts.declaration, item, &texts, &types);
    let code = item.hs_code.as_deref().unwrap_or_default();
    let mut verdicts = Vec::new();
    let measures = facts.pack.measures().iter();
    for measure in measures.filter(|measure| measure.rule == rule_id) {
        let verdict = match measure.applies(&item_facts, date) {
            Ok(false) => continue,
            Ok(true) => satisfied(facts, measure, item, date),
            Err(problem) => Verdict::indeterminate(format!(
                "whether measure {} applies cannot be told: {problem}.",
                measure.id
            )),
        };
        let verdict = verdict
            .seen(descriptions.iter().copied())
            .expected(pointers::commodity_code(item.number), code)
            .legal_reference(&measure.legal_reference)
            .severity(measure.severity);
        verdicts.push(OnItem {
            measure: measure.id.clone(),
            item: item.number,
            verdict,
        });
    }
    verdicts
}

/// One verdict where a measure says the same about several items; the first item's code stands.
fn by_measure(found: Vec<OnItem>) -> Vec<Verdict> {
    let mut groups: Vec<(OnItem, Vec<u32>)> = Vec::new();
    for one in found {
        let same = groups.iter_mut().find(|(first, _)| {
            first.measure == one.measure
                && first.verdict.outcome == one.verdict.outcome
                && first.verdict.explanation == one.verdict.explanation
        });
        match same {
            Some((first, items)) => {
                items.push(one.item);
                let verdict = &mut first.verdict;
                verdict.confidence = verdict.confidence.min(one.verdict.confidence);
                for observed in one.verdict.observed {
                    if !verdict.observed.contains(&observed) {
                        verdict.observed.push(observed);
                    }
                }
            }
            None => {
                let item = one.item;
                groups.push((one, vec![item]));
            }
        }
    }
    let verdicts = groups.into_iter().map(|(first, items)| {
        let mut verdict = first.verdict;
        verdict.explanation = format!("For {}: {}", items_text(&items), verdict.explanation);
        verdict
    });
    verdicts.collect()
}

/// "item 1", "items 1, 5, 9".
fn items_text(items: &[u32]) -> String {
    let numbers: Vec<String> = items.iter().map(u32::to_string).collect();
    match items.len() {
        1 => format!("item {}", numbers.concat()),
        _ => format!("items {}", numbers.join(", ")),
    }
}

fn printed_descriptions<'a>(facts: &Facts<'a>, index: usize) -> Vec<Seen<'a>> {
    let rows = facts.invoice_lines.of_item(index).unwrap_or_default();
    let cells = rows
        .iter()
        .filter_map(|row| row.cell(FieldKey::Description));
    cells.collect()
}

/// A measure that applies: is one of the documents it asks for there and valid?
fn satisfied(facts: &Facts, measure: &Measure, item: &DeclarationItem, date: Date) -> Verdict {
    let message = &measure.message;
    let needs_nothing = measure.document_types.is_empty() && measure.declared_codes.is_empty();
    if needs_nothing {
        return Verdict::discrepancy(format!("{message}."));
    }
    let documents = measure
        .document_types
        .iter()
        .flat_map(|kind| facts.of_type(*kind));
    let mut verdicts: Vec<Verdict> = documents
        .map(|document| validity(facts, measure, document, date))
        .collect();
    if !verdicts.is_empty() {
        // One valid document is enough; otherwise the first says what is wrong.
        let valid = verdicts
            .iter()
            .position(|verdict| verdict.outcome == Outcome::Pass);
        return verdicts.swap_remove(valid.unwrap_or(0));
    }
    if let Some(code) = cited(facts, item, &measure.declared_codes) {
        let text = format!("{message}; document {code} is declared.");
        return Verdict::pass(text);
    }
    let names: Vec<String> = measure
        .document_types
        .iter()
        .map(|document_type| type_name(*document_type))
        .chain(
            measure
                .declared_codes
                .iter()
                .map(|code| format!("document {code}")),
        )
        .collect();
    let names = names.join(" or ");
    let text = format!("{message}; no {names} was found.");
    let codes = measure
        .document_types
        .iter()
        .flat_map(|kind| kind.untded_codes());
    let codes: Vec<String> = codes.map(|code| (*code).to_owned()).collect();
    if let Some(code) = cited(facts, item, &codes) {
        return Verdict::indeterminate(format!(
            "{text} Document {code} is declared, but not here."
        ));
    }
    let unknown = facts.of_type(DocumentType::Other);
    match unknown.first() {
        Some(document) => {
            Verdict::indeterminate(format!("{text} It may be the {}.", name_of(document)))
        }
        None => Verdict::discrepancy(text),
    }
}

fn validity(facts: &Facts, measure: &Measure, document: &Document, date: Date) -> Verdict {
    let (message, name) = (&measure.message, name_of(document));
    let last = document.field(FieldKey::ValidityDate);
    let last = last.map(|field| Seen {
        document,
        field,
        row: None,
    });
    let expired = last
        .and_then(|seen| seen.date())
        .filter(|last| *last < date);
    match (last, expired) {
        (Some(seen), Some(day)) => {
            let text = format!("{message}; the {name} was valid until {day} only.");
            let verdict = match too_weak(facts, [seen]) {
                Some(reason) => Verdict::indeterminate(format!("{text} {reason}")),
                None if seen.dates().iter().any(|last| *last >= date) => {
                    Verdict::indeterminate(format!("{text} The date can be read otherwise."))
                }
                None => Verdict::discrepancy(text),
            };
            verdict.seen([seen])
        }
        _ => {
            let text = format!("{message}; the {name} is there.");
            let first = document
                .fields
                .iter()
                .find(|field| field.key != FieldKey::LineItem);
            Verdict::pass(text).seen(first.map(|field| Seen {
                document,
                field,
                row: None,
            }))
        }
    }
}

/// The first of these codes that the item or the header cites.
fn cited(facts: &Facts, item: &DeclarationItem, codes: &[String]) -> Option<String> {
    let documents = item.documents.iter().chain(&facts.declaration.documents);
    let mut types = documents.map(|document| document.type_code.trim());
    let cited = types.find(|code| codes.iter().any(|known| known == code));
    cited.map(str::to_owned)
}
