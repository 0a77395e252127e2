//! Ports and airports: as printed (`HAMBURG, GERMANY`, `Port of Kobe`) to UN/LOCODE where the table
//! knows the name and the country printed beside it, if any, agrees; else the text as it is.

use super::country::country;
use super::fold::{fold, is_ideograph};
use super::synonyms::Synonyms;
use super::text::collapsed;
use std::sync::LazyLock;

static PORTS: LazyLock<Synonyms> =
    LazyLock::new(|| Synonyms::parse(include_str!("../../data/ports.csv")));

/// Words that say that a place is a port, folded.
const PORT_WORDS: [&str; 15] = [
    "port",
    "seaport",
    "airport",
    "of",
    "de",
    "hafen",
    "puerto",
    "porto",
    "haven",
    "liman",
    "limani",
    "cang",
    "flughafen",
    "aeropuerto",
    "any",
];

pub fn port(text: &str) -> Option<String> {
    locode(text).or_else(|| collapsed(text))
}

fn locode(text: &str) -> Option<String> {
    // A Chinese caption before a name in Latin letters, as in `目的港ANTWERPEN`.
    let latin = text.trim_start_matches(|c: char| is_ideograph(c) || c == ':' || c == '：');
    let text = if latin.is_empty() { text } else { latin };
    let compact: String = text.split_whitespace().collect();
    let is_code = compact.len() == 5
        && compact.bytes().all(|b| b.is_ascii_uppercase())
        && country(compact.get(..2)?).is_some();
    if is_code && PORTS.is_code(&compact) {
        return Some(compact);
    }
    if let Some(code) = named(text) {
        return Some(code.to_owned());
    }
    // "Kobe, Japan", "Kobe (Japan)", "Kobe / Japan": the place first, its country after it.
    let (place, rest) = text.split_once([',', '(', '/', '\n'])?;
    let code = named(place)?;
    let agrees = country(rest).is_none_or(|country| code.starts_with(&country));
    agrees.then(|| code.to_owned())
}

fn named(place: &str) -> Option<&'static str> {
    PORTS.code(place).or_else(|| {
        let folded = fold(place);
        let mut words: Vec<&str> = folded.split(' ').collect();
        let code_of = |words: &[&str]| {
            let by_name = PORTS.code(&words.join(" ")).filter(|_| !words.is_empty());
            by_name.or_else(|| followed_by_country(words))
        };
        // `PORT SAID PORT` is the port of Port Said.
        let is_port = |word: &&str| PORT_WORDS.contains(word);
        let end = words
            .iter()
            .rposition(|word| !is_port(word))
            .map_or(0, |last| last + 1);
        let of_name = code_of(&words[..end]);
        of_name.or_else(|| {
            words.retain(|word| !is_port(word));
            code_of(&words)
        })
    })
}

/// `KOBE JAPAN`: a name of the table and then nothing but its country.
fn followed_by_country(words: &[&str]) -> Option<&'static str> {
    (1..words.len()).rev().find_map(|cut| {
        let (place, rest) = words.split_at(cut);
        let code = PORTS.code(&place.join(" "))?;
        let country = country(&rest.join(" "))?;
        code.starts_with(&country).then_some(code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ports_become_codes_and_others_stay() {
        for (text, expected) in [
            ("HAMBURG", "DEHAM"),
            ("Hamburg, Germany", "DEHAM"),
            ("KOBE JAPAN", "JPUKB"),
            ("Port of Antwerp", "BEANR"),
            ("İstanbul", "TRIST"),
            ("HAI PHONG", "VNHPH"),
            ("Gwangyang, Korea", "KRKAN"),
            ("上海港", "CNSHA"),
            ("CNSHA", "CNSHA"),
            ("Porto", "PTOPO"),
            ("Port Klang (Malaysia)", "MYPKG"),
            ("PORT SAID PORT, EGYPT", "EGPSD"),
            ("目的港：ANTWERPEN PORT, BELGIUM", "BEANR"),
            // Another Valencia, and a place that is in no table.
            ("Valencia, Venezuela", "Valencia, Venezuela"),
            ("Nowhere  on Sea", "Nowhere on Sea"),
        ] {
            assert_eq!(port(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(port(" "), None);
    }
}
