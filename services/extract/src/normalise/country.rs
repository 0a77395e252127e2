//! Countries: names in the languages of the trade, adjectives ("German"), alpha-3 and alpha-2 codes, to
//! ISO 3166-1 alpha-2. `EU` stands for the European Union, which certificates name as an origin.
//! The table has every country and territory of ISO 3166-1, those outside the main streams of trade by the names of Unicode
//! CLDR; left out are names that are rather a town, a street or a word (`Norfolk`, `Guadalupe`, `Grenade`).

use super::fold::{fold, is_ideograph};
use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;

struct Countries {
    by_name: HashMap<String, &'static str>,
    by_alpha3: HashMap<&'static str, &'static str>,
}

static COUNTRIES: LazyLock<Countries> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    let mut by_alpha3 = HashMap::new();
    for line in include_str!("../../data/countries.csv").lines().skip(1) {
        let mut columns = line.splitn(3, ',');
        if let (Some(alpha2), Some(alpha3), Some(names)) =
            (columns.next(), columns.next(), columns.next())
        {
            by_alpha3.insert(alpha3, alpha2);
            for name in names.split('|') {
                by_name.entry(fold(name)).or_insert(alpha2);
            }
        }
    }
    Countries { by_name, by_alpha3 }
});

/// Names longer than this many words do not occur in the table.
const LONGEST_NAME: usize = 6;
/// A name found inside other words must have this many letters, so that `Nga` or `Fas` is no chance hit.
const SHORTEST_INSIDE: usize = 4;
/// Codes that are something else when they stand among other words: taxes, masses, an ending of addresses in the net.
const WORDS: [&str; 4] = ["COM", "TON", "TUV", "VAT"];
/// Codes of two letters that are words far oftener than Tonga, Somalia, American Samoa, the Isle of Man or Saint Pierre.
const SHORT_WORDS: [&str; 5] = ["TO", "SO", "AS", "IM", "PM"];

/// Parts of the world whose names hold the adjective of a country, folded.
const CONTINENTS: [&str; 4] = [
    "south american",
    "north american",
    "central american",
    "latin american",
];

/// The country that a text names, if it names exactly one.
pub fn country(text: &str) -> Option<String> {
    let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric());
    let by_code = code(trimmed);
    let by_name = || COUNTRIES.by_name.get(&fold(trimmed)).copied();
    by_code
        .or_else(by_name)
        .or_else(|| the_one_inside(trimmed))
        .map(str::to_owned)
}

/// Whether a text names a part of the world by an adjective that holds that of a country.
pub fn is_continental(text: &str) -> bool {
    CONTINENTS.contains(&fold(text).as_str())
}

/// Whether a text is the name of a country, not its code.
pub fn names_country(text: &str) -> bool {
    COUNTRIES.by_name.contains_key(&fold(text)) && code(text).is_none()
}

/// The country of an address: its last line that names one, or the code before the postcode.
pub fn country_of_address(address: &str) -> Option<String> {
    let lines: Vec<&str> = address.lines().collect();
    for line in lines.iter().rev() {
        let last_part = line.rsplit([',', '-', '/']).next().unwrap_or(line).trim();
        let named = COUNTRIES.by_name.get(&fold(last_part)).copied();
        let coded = code(last_part).filter(|_| last_part.len() == 3 || lines.len() > 1);
        if let Some(found) = named.or(coded).or_else(|| the_one_inside(line)) {
            return Some(found.to_owned());
        }
    }
    before_postcode(address)
}

/// The country of a VAT number by its first two letters.
pub fn country_of_tax_id(tax_id: &str) -> Option<String> {
    let prefix = tax_id.get(..2)?;
    let digits = tax_id.bytes().filter(u8::is_ascii_digit).count();
    // Greek VAT numbers begin with EL.
    if prefix == "EL" && digits >= 7 {
        return Some("GR".to_owned());
    }
    (digits >= 7).then(|| code(prefix))?.map(str::to_owned)
}

/// An alpha-2 or alpha-3 code in capitals.
fn code(text: &str) -> Option<&'static str> {
    if !text.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    match text.len() {
        2 if SHORT_WORDS.contains(&text) => None,
        2 => COUNTRIES.by_alpha3.values().find(|a| **a == text).copied(),
        3 => COUNTRIES.by_alpha3.get(text).copied(),
        _ => None,
    }
}

/// The one country named among other words; none when two are. A member state beats the Union.
fn the_one_inside(text: &str) -> Option<&'static str> {
    let folded = fold(text);
    let mut found: Vec<&'static str> = if folded.chars().any(is_ideograph) {
        in_ideographs(&folded)
    } else {
        in_words(&folded.split_whitespace().collect::<Vec<_>>())
    };
    // "(CN)", "CN-200120": a code in capitals confirms or replaces a missing name.
    if found.is_empty() {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let codes = words.filter(|word| word.len() == 3 && !WORDS.contains(word));
        found.extend(codes.filter_map(code));
    }
    found.sort_unstable();
    found.dedup();
    if found.len() > 1 {
        found.retain(|code| *code != "EU");
    }
    match found.as_slice() {
        [code] => Some(code),
        _ => None,
    }
}

/// Names that are not part of a longer one: 马里 (Mali) ends 索马里 (Somalia).
fn in_ideographs(folded: &str) -> Vec<&'static str> {
    let names = COUNTRIES.by_name.iter();
    let there: Vec<(&String, &&'static str)> = names
        .filter(|(name, _)| name.chars().all(is_ideograph) && folded.contains(name.as_str()))
        .collect();
    let is_whole = |name: &str| {
        let mut others = there.iter();
        !others.any(|(other, _)| other.len() > name.len() && other.contains(name))
    };
    let whole = there.iter().filter(|(name, _)| is_whole(name));
    whole.map(|(_, code)| **code).collect()
}

fn in_words(words: &[&str]) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let pair = words.get(start..start + 2).map(|pair| pair.join(" "));
        if pair.is_some_and(|pair| CONTINENTS.contains(&pair.as_str())) {
            start += 2;
            continue;
        }
        let longest = (1..=LONGEST_NAME.min(words.len() - start)).rev();
        let hit = longest.into_iter().find_map(|length| {
            let name = words[start..start + length].join(" ");
            let code = COUNTRIES.by_name.get(&name)?;
            (name.chars().count() >= SHORTEST_INSIDE).then_some((*code, length))
        });
        match hit {
            Some((code, length)) => {
                found.push(code);
                start += length;
            }
            None => start += 1,
        }
    }
    found
}

/// `D-70173 Stuttgart`, `FR-75001 Paris`.
fn before_postcode(address: &str) -> Option<String> {
    static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[\s,;])([A-Z]{1,2})\s?-\s?\d{4,6}\b").expect("a constant pattern")
    });
    let prefix = PREFIX.captures(address)?.get(1)?.as_str();
    match prefix {
        "D" => Some("DE"),
        "F" => Some("FR"),
        "A" => Some("AT"),
        "I" => Some("IT"),
        "B" => Some("BE"),
        "L" => Some("LU"),
        other => code(other),
    }
    .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_eleven_languages_adjectives_and_codes() {
        for (text, expected) in [
            ("Germany", "DE"),
            ("Deutschland", "DE"),
            ("ALLEMAGNE", "DE"),
            ("Alemania", "DE"),
            ("Germania", "DE"),
            ("Alemanha", "DE"),
            ("Duitsland", "DE"),
            ("Niemcy", "DE"),
            ("Almanya", "DE"),
            ("Đức", "DE"),
            ("德国", "DE"),
            ("中 国", "CN"),
            ("P.R. CHINA", "CN"),
            ("DE", "DE"),
            ("DEU", "DE"),
            ("(TR)", "TR"),
            ("TÜRKİYE", "TR"),
            ("Made in Germany", "DE"),
            ("American oak", "US"),
            ("Country of origin: Viet Nam", "VN"),
            ("German", "DE"),
            ("EUROPEAN UNION", "EU"),
            ("European Union - Germany", "DE"),
            ("the People's Republic of China", "CN"),
            ("United States of America", "US"),
            ("Hergestellt in Österreich", "AT"),
            ("Republic of Korea", "KR"),
            ("Slovakia", "SK"),
            ("Slowakische Waren aus der Slowakei", "SK"),
            ("Made in Guinea-Bissau", "GW"),
            ("Île de la Réunion", "RE"),
            ("原产国：索马里", "SO"),
            ("南苏丹", "SS"),
        ] {
            assert_eq!(country(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "de",
            "Germany / France",
            "Somewhere",
            "IN STOCK",
            "12",
            "VAT 5 TON",
            "South American 60 Day Clause",
            "TO",
        ] {
            assert_eq!(country(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_ends_in_its_country() {
        let of = |address| country_of_address(address).unwrap_or_default();
        assert_eq!(of("Hauptstr. 5\n70173 Stuttgart\nGermany"), "DE");
        assert_eq!(of("12 Nanjing Road, Shanghai 200001, P.R. China"), "CN");
        assert_eq!(of("Hauptstr. 5\nD-70173 Stuttgart"), "DE");
        assert_eq!(of("Rua A, 5\nLisboa PORTUGAL"), "PT");
        assert_eq!(of("Main St 5\nSpringfield"), "");
        assert_eq!(country_of_tax_id("DE123456789").as_deref(), Some("DE"));
        assert_eq!(country_of_tax_id("1234567890"), None);
    }
}
