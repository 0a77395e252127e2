//! Incoterms rules: the three letters, and the named place that follows them.

use regex::Regex;
use std::sync::LazyLock;

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
        _ => None,
    }
}

/// The named place, as printed, without rule and edition: `Hamburg` of `DAP Hamburg (Incoterms 2020)`.
pub fn place(text: &str) -> Option<String> {
    let rest = RULE.find(text).map_or(text, |rule| &text[rule.end()..]);
    let rest = EDITION.replace_all(rest, " ");
    let place = rest.trim_matches(|c: char| c.is_whitespace() || ",;:-()[]".contains(c));
    let has_letters = place.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    has_letters.then(|| place.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The named place that follows a rule in the same text.
pub fn place_after_rule(text: &str) -> Option<String> {
    RULE.is_match(text).then(|| place(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

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
