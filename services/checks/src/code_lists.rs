//! Code lists small enough to live in the code: countries (ISO 3166-1, through `iso_currency`),
//! currencies (ISO 4217) and package kinds (UN/ECE Rec 21, the usual ones).

use iso_currency::{Country, Currency, Flag};
use std::str::FromStr;

/// `DE` as printed or as its English name, upper-case alpha-2.
pub fn country(text: &str) -> Option<String> {
    let text = text.trim();
    let code = text.to_ascii_uppercase();
    if code.len() == 2 && Country::from_str(&code).is_ok() {
        return Some(code);
    }
    Country::from_name(text).map(|country| country.to_string())
}

/// What ISO 4217 says about a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CurrencyStatus {
    Valid,
    /// Withdrawn in favour of the named one.
    Superseded(String),
    Unknown,
}

pub fn currency(code: &str) -> CurrencyStatus {
    let Some(currency) = Currency::from_code(&code.trim().to_ascii_uppercase()) else {
        return CurrencyStatus::Unknown;
    };
    let successor = currency.flags().into_iter().find_map(|flag| match flag {
        Flag::Superseded(next) => Some(next.code().to_owned()),
        _ => None,
    });
    successor.map_or(CurrencyStatus::Valid, CurrencyStatus::Superseded)
}

/// UN/ECE Recommendation 21 codes in use on declarations, with the words documents print.
const PACKAGE_KINDS: &[(&str, &[&str])] = &[
    (
        "CT",
        &[
            "carton", "cartons", "ctn", "ctns", "karton", "kartons", "koli",
        ],
    ),
    ("BX", &["box", "boxes"]),
    (
        "PX",
        &[
            "pallet", "pallets", "plt", "plts", "palette", "paletten", "palet",
        ],
    ),
    ("PK", &["package", "packages", "pkg", "pkgs"]),
    ("BG", &["bag", "bags"]),
    ("SA", &["sack", "sacks"]),
    ("DR", &["drum", "drums"]),
    ("CS", &["case", "cases"]),
    ("CR", &["crate", "crates"]),
    ("BE", &["bundle", "bundles"]),
    ("RO", &["roll", "rolls"]),
    ("BL", &["bale", "bales"]),
    ("CN", &["container", "containers"]),
    ("WB", &["wickerbottle"]),
    ("CA", &["can", "cans"]),
    ("BO", &["bottle", "bottles"]),
    ("PC", &["parcel", "parcels"]),
    ("PA", &["packet", "packets"]),
    ("NE", &["unpacked"]),
    ("NF", &["unpacked single"]),
    ("VR", &["bulk"]),
    ("VG", &["bulk gas"]),
    ("VL", &["bulk liquid"]),
    ("VO", &["bulk solid"]),
    ("IBC", &["ibc"]),
    ("JR", &["jar", "jars"]),
    ("TB", &["tub", "tubs"]),
    ("TY", &["tray", "trays"]),
    ("WA", &["intermediate bulk container"]),
    ("AE", &["aerosol"]),
    ("BA", &["barrel", "barrels"]),
    ("BJ", &["bucket", "buckets"]),
    ("BK", &["basket", "baskets"]),
    ("CG", &["cage", "cages"]),
    ("CL", &["coil", "coils"]),
    ("CY", &["cylinder", "cylinders"]),
    ("EN", &["envelope", "envelopes"]),
    ("JY", &["jerrican", "jerricans"]),
    ("PL", &["pail", "pails"]),
    ("RL", &["reel", "reels"]),
    ("SH", &["sachet", "sachets"]),
    ("ST", &["sheet", "sheets"]),
    ("TN", &["tin", "tins"]),
    ("TU", &["tube", "tubes"]),
    ("ZZ", &["mutually defined"]),
];

pub fn package_kind(text: &str) -> Option<&'static str> {
    let text = text.trim().to_lowercase();
    let known = PACKAGE_KINDS
        .iter()
        .find(|(code, words)| code.eq_ignore_ascii_case(&text) || words.contains(&text.as_str()));
    known.map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_standards() {
        assert_eq!(country("tr").as_deref(), Some("TR"));
        assert_eq!(country("Germany").as_deref(), Some("DE"));
        assert_eq!(country("XZ"), None);
        assert_eq!(country(""), None);
        assert_eq!(currency("eur"), CurrencyStatus::Valid);
        assert_eq!(currency("ABC"), CurrencyStatus::Unknown);
        assert!(matches!(currency("HRK"), CurrencyStatus::Superseded(_)));
        assert_eq!(package_kind("Pallets"), Some("PX"));
        assert_eq!(package_kind("thing"), None);
    }
}
