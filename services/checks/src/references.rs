//! Numbers by which papers refer to each other: does every mention name the same thing?
//!
//! Shared by the rules about contract, transport document, containers and seals.

use crate::facts::Facts;
use crate::judge::{Judgement, Side, any_identifier, bare, same_identifier};
use crate::seen::{Seen, name_of};
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::FieldKey;

/// What is mentioned, how the officer calls it, and where it is declared.
pub struct Mentioned<'d> {
    pub key: FieldKey,
    pub what: &'d str,
    pub declared: Option<&'d str>,
    pub pointer: Option<&'d str>,
}

impl Mentioned<'_> {
    /// Whether two ways to write it are the same number: `V.0067` and `0067` are one voyage.
    fn is_one(&self, text: &str, other: &str) -> bool {
        self.key == FieldKey::VoyageNumber && voyage(text) == voyage(other)
    }
}

/// The number without the letters that only say what it is.
fn voyage(text: &str) -> String {
    let whole = bare(text);
    let captions = ["VOYAGE", "VOY", "V"];
    let mut rests = captions.iter().filter_map(|word| whole.strip_prefix(word));
    let number = rests.find(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    number.map_or_else(|| whole.clone(), str::to_owned)
}

/// Every printed mention against the declared number, or, without one, against the first mention.
pub fn one_number<'a>(facts: &Facts<'a>, mentioned: &Mentioned, own: Vec<Seen<'a>>) -> Checked {
    let what = mentioned.what;
    // The document's own number first: it decides where nothing is declared.
    let mut mentions = own;
    for document in facts.documents.iter().copied() {
        mentions.extend(facts.see(document, mentioned.key));
    }
    let (reference, rest) = match (mentioned.declared, mentions.as_slice()) {
        (_, []) => return not_checked(format!("no document shows a {what}")),
        (Some(declared), all) => (Side::Declared(declared), all),
        (None, [_]) => {
            return not_checked(format!(
                "only one document shows a {what}, none is declared"
            ));
        }
        (None, [first, rest @ ..]) => (Side::Seen(*first), rest),
    };
    let verdicts = rest.iter().map(|seen| {
        let judgement = match mentioned.is_one(seen.value(), reference.text()) {
            true => Judgement::Agrees,
            false => same_identifier(facts, Side::Seen(*seen), reference),
        };
        let (value, place, other) = (seen.value(), seen.place(), reference.text());
        let source = match reference.seen() {
            Some(first) => format!("on {}", first.place()),
            None => "declared".to_owned(),
        };
        let agrees = format!("The {what} {value} on {place} is the one {source}.");
        let differs = format!("The {what} on {place} is {value}, but {other} {source}.");
        let pointer = mentioned.declared.and(mentioned.pointer).map(str::to_owned);
        Ok(Verdict::of(judgement, agrees, differs)
            .seen([Some(*seen), reference.seen()].into_iter().flatten())
            .expected(pointer, other)
            .tolerance(0))
    });
    Ok(folded(verdicts))
}

/// A set of numbers per document against the declared set, or against the first document's.
pub fn one_set(facts: &Facts, mentioned: &Mentioned, declared: &[String]) -> Checked {
    let what = mentioned.what;
    let documents = facts.documents.iter().copied();
    let mut sets: Vec<Vec<Seen>> = documents
        .map(|document| facts.see_all(document, mentioned.key))
        .filter(|set| !set.is_empty())
        .collect();
    // The carrier's document knows best what it carries.
    sets.sort_by_key(|set| !set[0].document.document_type.is_transport_document());
    let (wanted, pointer): (Vec<Side>, _) = if declared.is_empty() {
        let Some((first, rest)) = sets.split_first() else {
            return not_checked(format!("no document and no declaration shows a {what}"));
        };
        if rest.is_empty() {
            return not_checked(format!(
                "only one document shows a {what}, none is declared"
            ));
        }
        (first.iter().map(|seen| Side::Seen(*seen)).collect(), None)
    } else {
        let declared = declared.iter().map(|text| Side::Declared(text));
        (declared.collect(), mentioned.pointer)
    };
    if sets.is_empty() {
        return not_checked(format!("no document shows a {what}"));
    }
    let compared = sets.iter().skip(usize::from(declared.is_empty()));
    Ok(folded(
        compared.map(|set| same_set(facts, what, set, &wanted, pointer)),
    ))
}

fn same_set(
    facts: &Facts,
    what: &str,
    printed: &[Seen],
    wanted: &[Side],
    pointer: Option<&str>,
) -> Result<Verdict, Unable> {
    let Some(first) = printed.first() else {
        return not_checked(format!("no {what} is printed"));
    };
    let mut doubt = None;
    let mut extra: Vec<&str> = Vec::new();
    let mut found: Vec<String> = Vec::new();
    for seen in printed {
        match any_identifier(facts, *seen, wanted) {
            Judgement::Agrees => found.push(bare(seen.value())),
            Judgement::Doubtful(reason) => doubt = Some(reason),
            Judgement::Differs => match together(facts, *seen, wanted) {
                Judgement::Agrees => found.extend(wanted.iter().map(|side| bare(side.text()))),
                Judgement::Doubtful(reason) => doubt = Some(reason),
                Judgement::Differs => extra.push(seen.value()),
            },
        }
    }
    let missing: Vec<&str> = wanted
        .iter()
        .map(Side::text)
        .filter(|text| !found.contains(&bare(text)))
        .collect();
    let judgement = match doubt {
        None if extra.is_empty() && missing.is_empty() => Judgement::Agrees,
        Some(reason) if extra.is_empty() => Judgement::Doubtful(reason),
        // Only a number that stands there proves a difference; one that is not seen may be unread.
        None if extra.is_empty() => {
            Judgement::Doubtful(format!("Another {what} may stand there unread."))
        }
        _ => Judgement::Differs,
    };
    let place = name_of(first.document);
    let all: Vec<&str> = wanted.iter().map(Side::text).collect();
    let agrees = format!("The {what}s on {place} are {}.", all.join(", "));
    let differs = format!(
        "The {what}s on {place} are not those expected ({}): only there {}; not there {}.",
        all.join(", "),
        list(&extra),
        list(&missing)
    );
    let references = wanted.iter().filter_map(Side::seen);
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(printed.iter().copied().chain(references))
        .expected(pointer.map(str::to_owned), all.join(", "))
        .tolerance(0))
}

/// Numbers printed in one box are often read as one: is it all the wanted ones in a row?
fn together(facts: &Facts, seen: Seen, wanted: &[Side]) -> Judgement {
    if wanted.len() < 2 {
        return Judgement::Differs;
    }
    let joined: String = wanted.iter().map(|side| bare(side.text())).collect();
    any_identifier(facts, seen, &[Side::Declared(&joined)])
}

fn list(values: &[&str]) -> String {
    if values.is_empty() {
        "none".to_owned()
    } else {
        values.join(", ")
    }
}
