//! Incoterms rules: the three letters, or the name of the rule, and the named place that follows.

use super::fold::fold;
use regex::Regex;
use std::sync::LazyLock;

/// Folded names of rules with their letters, the longest first: `cost and freight` is part of no other name then.
static NAMES: LazyLock<Vec<(String, &'static str)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/incoterms.csv").lines().skip(1);
    let codes = lines.filter_map(|line| line.split_once(','));
    let mut names: Vec<(String, &str)> = codes
        .flat_map(|(code, names)| names.split('|').map(move |name| (fold(name), code)))
        .collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    names
});

/// Rules of Incoterms 2000, 2010 and 2020, with the older ways of writing CFR.
static RULE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(EXW|FCA|FAS|FOB|CFR|CIF|CPT|CIP|DAP|DPU|DDP|DAT|DAF|DES|DEQ|DDU|C\s?&\s?F|CNF)\b",
    )
    .expect("a constant pattern")
});
static EDITION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[\s,;(\[-]*(\bicc\b)?\s*\b(incoterms?)\b\s*®?\s*(\d{4})?[\s)\].,;:-]*")
        .expect("a constant pattern")
});

/// The rule, if the text names exactly one.
pub fn rule(text: &str) -> Option<String> {
    let mut rules: Vec<String> = RULE
        .find_iter(text)
        .map(|found| match found.as_str().to_uppercase() {
            cost_and_freight if cost_and_freight.contains('&') || cost_and_freight == "CNF" => {
                "CFR".to_owned()
            }
            rule => rule,
        })
        .collect();
    rules.dedup();
    match rules.as_slice() {
        [rule] => Some(rule.clone()),
        [] => named(text).map(|(code, _)| code.to_owned()),
        _ => None,
    }
}

/// The rule whose name the text begins with, and what follows the name.
fn named(text: &str) -> Option<(&'static str, &str)> {
    let folded = fold(text);
    let ends = || (1..=text.len()).filter(|end| text.is_char_boundary(*end));
    let begins = |(name, _): &&(String, &str)| folded.starts_with(name.as_str());
    NAMES.iter().filter(begins).find_map(|(name, code)| {
        let is_name = |end: &usize| {
            let follows = text[*end..].chars().next();
            let ends_there = follows.is_none_or(|c| !c.is_alphanumeric()) || !name.is_ascii();
            ends_there && fold(&text[..*end]) == *name
        };
        let end = ends().find(is_name)?;
        Some((*code, &text[end..]))
    })
}

/// The named place, as printed, without rule and edition: `Hamburg` of `DAP Hamburg (Incoterms 2020)`.
pub fn place(text: &str) -> Option<String> {
    let letters = RULE.find(text).map(|rule| &text[rule.end()..]);
    let rest = letters.or_else(|| named(text).map(|(_, rest)| rest));
    let rest = rest.unwrap_or(text);
    let rest = EDITION.replace_all(rest, " ");
    let place = rest.trim_matches(|c: char| c.is_whitespace() || ",;:-()[]".contains(c));
    let has_letters = place.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    has_letters.then(|| place.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The named place that follows a rule in the same text.
pub fn place_after_rule(text: &str) -> Option<String> {
    let has_rule = RULE.is_match(text) || named(text).is_some();
    has_rule.then(|| place(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_known_by_their_names() {
        for (text, letters, there) in [
            ("Delivered Duty Unpaid", "DDU", ""),
            ("RENDU DROITS NON ACQUITTÉS, Lyon", "DDU", "Lyon"),
            ("Rendu droits acquittés Lyon", "DDP", "Lyon"),
            ("Delivered at Place Unloaded: Izmir", "DPU", "Izmir"),
            ("Cost, Insurance and Freight Shanghai", "CIF", "Shanghai"),
            ("frachtfrei versichert Wien", "CIP", "Wien"),
            ("ab Werk", "EXW", ""),
            ("完税后交货上海", "DDP", "上海"),
        ] {
            assert_eq!(rule(text).as_deref(), Some(letters), "{text}");
            assert_eq!(place_after_rule(text).unwrap_or_default(), there, "{text}");
        }
        assert_eq!(rule("ex worksop"), None);
        assert_eq!(rule("not cost and freight"), None);
    }

    #[test]
    fn the_rule_and_its_place() {
        assert_eq!(rule("DAP").as_deref(), Some("DAP"));
        assert_eq!(rule("cif Shanghai").as_deref(), Some("CIF"));
        assert_eq!(rule("C&F Izmir").as_deref(), Some("CFR"));
        assert_eq!(rule("Incoterms 2020: FOB Ningbo").as_deref(), Some("FOB"));
        assert_eq!(rule("FOB or CIF"), None);
        assert_eq!(rule("prepaid"), None);
        let place = |text| place_after_rule(text).unwrap_or_default();
        assert_eq!(place("DAP Hamburg (Incoterms 2020)"), "Hamburg");
        assert_eq!(
            place("CIF - Ho Chi Minh City, Incoterms® 2010"),
            "Ho Chi Minh City"
        );
        assert_eq!(place("EXW"), "");
        assert_eq!(place("FOB Incoterms 2020"), "");
        assert_eq!(place("Hamburg"), "");
        assert_eq!(
            super::place("Porto, Incoterms 2020").as_deref(),
            Some("Porto")
        );
    }
}
