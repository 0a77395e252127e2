//! Currencies: ISO 4217 codes, signs and names in the languages of the trade.
//! A sign that several currencies share (`$`, `¥`, `kr`) is settled by the country of the document.

use super::Normalised;
use super::context::Context;
use super::fold::fold;
use iso_currency::Currency;

/// Names by folded words, longest first where one contains another.
const NAMES: [(&str, &str); 44] = [
    ("us dollar", "USD"),
    ("us dollars", "USD"),
    ("dolar amerykanski", "USD"),
    ("abd dolari", "USD"),
    ("amerikan dolari", "USD"),
    ("us dolari", "USD"),
    ("u s dollar", "USD"),
    ("u s dollars", "USD"),
    ("united states dollar", "USD"),
    ("united states dollars", "USD"),
    ("usdollar", "USD"),
    ("美元", "USD"),
    ("美金", "USD"),
    ("do la my", "USD"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("avro", "EUR"),
    ("欧元", "EUR"),
    ("pound sterling", "GBP"),
    ("pounds sterling", "GBP"),
    ("sterling", "GBP"),
    ("英镑", "GBP"),
    ("rmb", "CNY"),
    ("renminbi", "CNY"),
    ("yuan", "CNY"),
    ("人民币", "CNY"),
    ("人民币元", "CNY"),
    ("yen", "JPY"),
    ("japanese yen", "JPY"),
    ("日元", "JPY"),
    ("tl", "TRY"),
    ("turk lirasi", "TRY"),
    ("turkish lira", "TRY"),
    ("zl", "PLN"),
    ("zloty", "PLN"),
    ("zlotych", "PLN"),
    ("vnd", "VND"),
    ("dong", "VND"),
    ("viet nam dong", "VND"),
    ("swiss franc", "CHF"),
    ("swiss francs", "CHF"),
    ("sfr", "CHF"),
    ("reais", "BRL"),
    ("rs", "INR"),
];

/// Signs that mean one currency wherever they stand; the longer first.
const SIGNS: [(&str, &str); 20] = [
    ("US$", "USD"),
    ("USD$", "USD"),
    ("U$S", "USD"),
    ("U.S.$", "USD"),
    ("C$", "CAD"),
    ("CA$", "CAD"),
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("₺", "TRY"),
    ("₹", "INR"),
    ("₫", "VND"),
    ("₩", "KRW"),
    ("₽", "RUB"),
    ("zł", "PLN"),
];

pub fn normalise(text: &str, context: &Context) -> Normalised {
    if let Some(code) = currency_in(text) {
        return Normalised::exactly(code);
    }
    let country = context.country();
    if text.contains('$') {
        return shared_sign(country, &["USD", "CAD", "AUD"], |country| match country {
            "CA" => Some("CAD"),
            "AU" => Some("AUD"),
            "NZ" => Some("NZD"),
            "MX" => Some("MXN"),
            "SG" => Some("SGD"),
            "HK" => Some("HKD"),
            "TW" => Some("TWD"),
            // Elsewhere a dollar in foreign trade is the American one.
            _ => Some("USD"),
        });
    }
    if text.contains(['¥', '￥', '元', '円']) {
        return shared_sign(country, &["CNY", "JPY"], |country| match country {
            "CN" => Some("CNY"),
            "JP" => Some("JPY"),
            _ => None,
        });
    }
    if matches!(
        fold(text).as_str(),
        "kr" | "kr dkk" | "krone" | "kronor" | "kroner"
    ) {
        return shared_sign(country, &["SEK", "DKK", "NOK"], |country| match country {
            "SE" => Some("SEK"),
            "DK" => Some("DKK"),
            "NO" => Some("NOK"),
            _ => None,
        });
    }
    Normalised::default()
}

/// A currency that the text names beyond doubt, alone or beside an amount (`EUR 1.234,56`).
pub fn currency_in(text: &str) -> Option<String> {
    let mut codes: Vec<String> = words(text).filter_map(code).collect();
    let upper = text.to_uppercase();
    let signs = SIGNS
        .iter()
        .filter(|(sign, _)| upper.contains(&sign.to_uppercase()))
        .map(|(_, code)| (*code).to_owned());
    // "C$" is part of "US$C$" nowhere; the longest sign that matches wins by coming first.
    codes.extend(signs.take(1));
    let folded = fold(text);
    let named = NAMES
        .iter()
        .find(|(name, _)| contains_words(&folded, name))
        .map(|(_, code)| (*code).to_owned());
    codes.extend(named);
    codes.dedup();
    match codes.as_slice() {
        [code] => Some(code.clone()),
        _ => None,
    }
}

/// Whether a word glued to a number belongs to a currency.
pub fn is_currency_word(word: &str) -> bool {
    let folded = fold(word);
    code(word).is_some()
        || matches!(
            folded.as_str(),
            "us" | "rs" | "r" | "hk" | "nt" | "kr" | "c" | "a"
        )
        || NAMES.iter().any(|(name, _)| *name == folded)
}

fn code(word: &str) -> Option<String> {
    let is_code = word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase());
    let currency = is_code.then(|| Currency::from_code(word)).flatten()?;
    Some(currency.code().to_owned())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
}

fn contains_words(folded: &str, name: &str) -> bool {
    if name.chars().any(super::fold::is_ideograph) {
        return folded.contains(name);
    }
    let padded = format!(" {folded} ");
    padded.contains(&format!(" {name} "))
}

fn shared_sign(
    country: Option<&str>,
    candidates: &[&str],
    choose: impl Fn(&str) -> Option<&'static str>,
) -> Normalised {
    let alternatives = |chosen: Option<&str>| {
        candidates
            .iter()
            .filter(|code| Some(**code) != chosen)
            .map(|code| (*code).to_owned())
            .collect()
    };
    match country.and_then(choose) {
        Some(code) => Normalised::exactly(code),
        // In foreign trade an unexplained dollar is nearly always the American one.
        None if candidates.first() == Some(&"USD") => Normalised {
            value: Some("USD".to_owned()),
            alternatives: alternatives(Some("USD")),
        },
        None => Normalised::only_alternatives(alternatives(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::FieldKey;

    #[test]
    fn codes_signs_and_names() {
        let value = |text| normalise(text, &Context::default()).value;
        for (text, code) in [
            ("EUR", "EUR"),
            ("€", "EUR"),
            ("US$", "USD"),
            ("$", "USD"),
            ("£", "GBP"),
            ("RMB", "CNY"),
            ("TL", "TRY"),
            ("zł", "PLN"),
            ("人民币", "CNY"),
            ("US Dollars", "USD"),
            ("TOTAL IN EUR", "EUR"),
            ("Euro", "EUR"),
            ("HK$", "HKD"),
        ] {
            assert_eq!(value(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(value("EUR / USD"), None);
        assert_eq!(value("AMOUNT"), None);
        assert_eq!(currency_in("1.234,56 €").as_deref(), Some("EUR"));
        assert_eq!(currency_in("1.234,56"), None);
    }

    #[test]
    fn a_shared_sign_is_settled_by_the_country() {
        let unknown = normalise("¥", &Context::default());
        assert_eq!((unknown.value, unknown.alternatives.len()), (None, 2));
        let china = Context::infer([(FieldKey::SellerCountry, "China")], []);
        assert_eq!(normalise("¥", &china).value.as_deref(), Some("CNY"));
        let canada = Context::infer([(FieldKey::SellerCountry, "Canada")], []);
        assert_eq!(normalise("$", &canada).value.as_deref(), Some("CAD"));
    }
}
