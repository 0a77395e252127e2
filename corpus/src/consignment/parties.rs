//! Invented companies with addresses, numbers and banks as they are written in their country.

use super::Party;
use super::compose::{letters, pick};
use super::tables::Country;
use crate::split::Split;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// An invented company with an address as written in its country.
pub fn party(rng: &mut ChaCha8Rng, country: &Country, split: Split) -> Party {
    const TRADES: [&str; 30] = [
        "",
        "",
        "",
        "Trading",
        "International",
        "Industries",
        "Export",
        "Group",
        "Global",
        "Logistics",
        "Foods",
        "Technik",
        "Textile",
        "Commerce",
        "Agro",
        "Supply",
        "Machinery",
        "Chemicals",
        "Packaging",
        "Automotive",
        "Food Ingredients",
        "Electronics",
        "Steel",
        "Home",
        "Medical",
        "Systems",
        "Services",
        "Pharma",
        "Fashion",
        "Tools",
    ];
    let stems = country.stems(split);
    let stem = match rng.random_range(0..10) {
        0..4 => (*pick(rng, &stems)).to_owned(),
        4..6 => family_name(rng, split),
        _ => invented_name(rng, split),
    };
    let trade = *pick(rng, &TRADES);
    let form = pick(rng, &country.legal_forms).as_str();
    let joined = |parts: &[&str]| -> String {
        let filled: Vec<&str> = parts
            .iter()
            .copied()
            .filter(|part| !part.is_empty())
            .collect();
        filled.join(" ")
    };
    let mut name = match rng.random_range(0..28) {
        0 => joined(&[&letters(rng, 3), trade, form]),
        1 => joined(&[&letters(rng, 2), "&", &letters(rng, 1), &stem, form]),
        2 => joined(&[&stem, "&", &family_name(rng, split), form]),
        3 => joined(&[
            &stem,
            *pick(rng, &["& Co.", "& Sons", "Bros.", "et Fils", "& Söhne"]),
        ]),
        4 => joined(&[&person(rng, split), trade]),
        5 => joined(&[&stem, form, "-", "Division", trade]),
        6 => joined(&[trade, &stem, form]),
        7 => joined(&[&stem, &invented_name(rng, split), form]),
        8 => joined(&[&stem, trade, pick(rng, &country.cities).0.as_str(), form]),
        9 => stem.clone(),
        10 => joined(&[&format!("{}-{stem}", letters(rng, 2)), form]),
        // `SARL Dupont Frères`, `Kunden AG Mitte`: the legal form is not always the end of the name.
        11..13 => joined(&[
            form,
            &stem,
            *pick(rng, &["", "Frères", "& Figli", "Hermanos", trade]),
        ]),
        13..15 => {
            let place = pick(rng, &country.cities).0.as_str();
            let parts = [place, trade, "Nord", "Mitte", "International"];
            joined(&[&stem, form, *pick(rng, &parts)])
        }
        15 => {
            let place = format!("({})", pick(rng, &country.cities).0);
            joined(&[&stem, &place, form])
        }
        _ => joined(&[&stem, trade, form]),
    };
    if split == Split::Train && rng.random_bool(0.1) {
        name = shop_name(rng);
    }
    if rng.random_bool(0.3) {
        name = name.to_uppercase();
    }
    let (city, code) = pick(rng, &country.cities);
    let (street, house) = (pick(rng, &country.streets), rng.random_range(1..190));
    let street = match country.code.as_str() {
        "FR" | "GB" | "US" | "VN" | "IN" | "ZA" | "TH" | "IE" | "AU" | "NZ" | "CA" | "MY"
        | "PK" | "BD" | "LK" | "PH" | "IL" | "MA" | "TN" => format!("{house} {street}"),
        "TR" => format!("{street} No: {house}"),
        "CN" | "SG" => format!("No. {house}, {street}"),
        _ => format!("{street} {house}"),
    };
    let town = match country.code.as_str() {
        "GB" | "US" | "VN" | "IN" | "KR" | "JP" | "TH" | "AE" | "EG" | "CN" | "IE" | "AU"
        | "NZ" | "CA" | "PK" | "BD" | "LK" | "ID" | "TW" | "HK" | "SA" => {
            match rng.random_range(0..2) {
                0 => format!("{city} {code}"),
                _ => format!("{city}, {code}"),
            }
        }
        "DE" | "FR" | "ES" | "IT" if rng.random_bool(0.2) => {
            format!("{}-{code} {city}", country.code)
        }
        _ => format!("{code} {city}"),
    };
    let mut address = vec![street, town];
    if rng.random_bool(0.3) && address[0].len() < 40 {
        let extra = [
            "3rd Floor",
            "Building B",
            "Block 12",
            "Suite 410",
            "Unit 7",
            "P.O. Box 1187",
        ];
        address.insert(0, (*pick(rng, &extra)).to_owned());
    }
    let tax_digits: String = (0..country.tax_id_digits)
        .map(|_| char::from(rng.random_range(b'0'..=b'9')))
        .collect();
    let tax_id = match country.code.as_str() {
        "DE" | "FR" | "ES" | "IT" | "PT" | "PL" | "GB" => format!("{}{tax_digits}", country.code),
        "NL" => format!("NL{}B{:02}", &tax_digits[..9], rng.random_range(1..99)),
        "CN" => format!("91{tax_digits}MA5{:03}", rng.random_range(0..1000)),
        _ => tax_digits,
    };
    let domain: String = stem
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase();
    Party {
        address,
        country: country.code.clone(),
        tax_id,
        phone: format!(
            "{} {} {}",
            country.phone_prefix,
            rng.random_range(20..999),
            rng.random_range(100_000..9_999_999)
        ),
        email: format!(
            "{}@{domain}.example",
            pick(rng, &["info", "export", "sales", "office"])
        ),
        person: person(rng, split),
        name,
    }
}

/// A family name as companies carry them, of those that belong to the split.
fn family_name(rng: &mut ChaCha8Rng, split: Split) -> String {
    const NAMES: [&str; 48] = [
        "Albrecht",
        "Barlow",
        "Castellani",
        "Drummond",
        "Ekström",
        "Fontaine",
        "Grabowski",
        "Hoekstra",
        "Iglesias",
        "Jankovic",
        "Kirchner",
        "Lindqvist",
        "Marchetti",
        "Novotny",
        "Ostrowski",
        "Petrescu",
        "Quintero",
        "Rasmussen",
        "Schaller",
        "Thibault",
        "Ungureanu",
        "Verhoeven",
        "Whitcombe",
        "Yamamura",
        "Zimmerli",
        "Arslanoğlu",
        "Bhandari",
        "Chaudhry",
        "Delacroix",
        "Eberhardt",
        "Ferreira",
        "Gutmann",
        "Horvath",
        "Ivanescu",
        "Jørgensen",
        "Karlsson",
        "Lombardi",
        "Moreau",
        "Nakagawa",
        "Öztürk",
        "Pellegrino",
        "Rautio",
        "Sandoval",
        "Tanaka",
        "Urbano",
        "Villanueva",
        "Wójcik",
        "Zapata",
    ];
    loop {
        let name = pick(rng, &NAMES);
        if Split::of(&format!("company {name}")) == split {
            return (*name).to_owned();
        }
    }
}

/// A name from syllables, of those that belong to the split.
fn invented_name(rng: &mut ChaCha8Rng, split: Split) -> String {
    const FIRST: [&str; 40] = [
        "Al", "Bran", "Cor", "Del", "Ek", "Fal", "Gar", "Hel", "In", "Jas", "Kor", "Lum", "Mar",
        "Nor", "Or", "Pol", "Quin", "Ros", "Sol", "Tor", "Uni", "Ver", "Wes", "Xin", "Yil", "Zen",
        "Ber", "Cham", "Dur", "Euro", "Flex", "Gran", "Hyd", "Iso", "Ker", "Lan", "Med", "Neo",
        "Prom", "Tech",
    ];
    const MIDDLE: [&str; 20] = [
        "a", "e", "i", "o", "u", "ta", "ri", "lo", "ve", "mi", "do", "na", "se", "ga", "ro", "li",
        "", "", "", "ma",
    ];
    const LAST: [&str; 30] = [
        "tex", "plast", "metal", "form", "tron", "dor", "via", "lux", "mar", "nova", "pack", "fer",
        "chem", "land", "berg", "son", "ista", "ex", "ica", "ing", "wood", "med", "san", "ko",
        "tur", "gen", "tek", "pharm", "line", "max",
    ];
    loop {
        let name = format!(
            "{}{}{}",
            pick(rng, &FIRST),
            pick(rng, &MIDDLE),
            pick(rng, &LAST)
        );
        if Split::of(&format!("company {name}")) == split {
            return name;
        }
    }
}

/// `Au Bon Moulin`, `Casa Verde`: a name without a legal form and without a trade in it.
fn shop_name(rng: &mut ChaCha8Rng) -> String {
    const HEADS: [&str; 26] = [
        "Au Bon",
        "La Petite",
        "Ma Belle",
        "Le Vieux",
        "Maison",
        "Chez",
        "Atelier",
        "Casa",
        "La Buona",
        "El",
        "Mi",
        "The Old",
        "Little",
        "Golden",
        "Royal",
        "Haus",
        "Zur Alten",
        "Der Neue",
        "Stadt",
        "Yeni",
        "Büyük",
        "Dom",
        "Nowy",
        "De Oude",
        "O Bom",
        "My",
    ];
    const TAILS: [&str; 34] = [
        "moulin",
        "boutique",
        "four",
        "jardin",
        "épicerie",
        "marché",
        "oliva",
        "tierra",
        "mesa",
        "cucina",
        "bottega",
        "verde",
        "market",
        "corner",
        "pantry",
        "stores",
        "workshop",
        "mill",
        "mühle",
        "markt",
        "werkstatt",
        "garten",
        "çarşı",
        "bahçe",
        "konak",
        "młyn",
        "ogród",
        "sklep",
        "molen",
        "winkel",
        "mercado",
        "oficina",
        "tools",
        "bakery",
    ];
    let name = format!("{} {}", pick(rng, &HEADS), pick(rng, &TAILS));
    match rng.random_range(0..3) {
        0 => name,
        1 => format!("{name} {}", pick(rng, &TAILS)),
        _ => {
            let words: Vec<String> = name
                .split(' ')
                .map(|word| {
                    let mut letters = word.chars();
                    let first = letters.next().map(|first| first.to_uppercase().to_string());
                    first.unwrap_or_default() + letters.as_str()
                })
                .collect();
            words.join(" ")
        }
    }
}

/// Few persons sign for the other splits, whose papers stay what they were; training papers name many, so that
/// none is known by heart.
fn person(rng: &mut ChaCha8Rng, split: Split) -> String {
    const MORE_GIVEN: [&str; 44] = [
        "Alexandre",
        "Beate",
        "Carlos",
        "Dorota",
        "Emre",
        "Fatma",
        "Giulia",
        "Hans",
        "Isabel",
        "Johanna",
        "Karim",
        "Liselotte",
        "Marek",
        "Nadia",
        "Olga",
        "Pedro",
        "Quang",
        "Ruth",
        "Stefan",
        "Tanja",
        "Uwe",
        "Valérie",
        "Willem",
        "Xiao",
        "Yusuf",
        "Zofia",
        "Henrik",
        "Amélie",
        "Bruno",
        "Chiara",
        "Dieter",
        "Elif",
        "Franck",
        "Gül",
        "Hervé",
        "Ilse",
        "Jorge",
        "Katrin",
        "Luís",
        "Minh",
        "J.",
        "M.",
        "H.",
        "T.",
    ];
    const TITLES: [&str; 12] = [
        "", "", "", "", "", "", "Mr. ", "Ms ", "Herr ", "Frau ", "M. ", "Dr. ",
    ];
    if split == Split::Train && rng.random_bool(0.8) {
        let family = match rng.random_bool(0.6) {
            true => family_name(rng, split),
            false => invented_name(rng, split),
        };
        return format!("{}{} {family}", pick(rng, &TITLES), pick(rng, &MORE_GIVEN));
    }
    few_persons(rng)
}

fn few_persons(rng: &mut ChaCha8Rng) -> String {
    const GIVEN: [&str; 16] = [
        "Anna", "Li", "Mehmet", "Claire", "Jan", "Maria", "David", "Ayşe", "Tomás", "Wei", "Ines",
        "Paolo", "Nguyen", "Sarah", "Priya", "Omar",
    ];
    const FAMILY: [&str; 16] = [
        "Berger", "Wang", "Kaya", "Morel", "Kowal", "Santos", "Hughes", "Demir", "Vidal", "Chen",
        "Ferro", "Rossi", "Tran", "Miller", "Nair", "Haddad",
    ];
    format!("{} {}", pick(rng, &GIVEN), pick(rng, &FAMILY))
}

pub fn bank(rng: &mut ChaCha8Rng, country: &Country, split: Split) -> String {
    let stems = country.stems(split);
    format!(
        "{} {}",
        pick(rng, &stems),
        pick(
            rng,
            &["Bank", "Bank AG", "Commercial Bank", "Banque", "Banco"]
        )
    )
}

pub fn bic(rng: &mut ChaCha8Rng, country: &str) -> String {
    let mut code = letters(rng, 4);
    code.push_str(country);
    code.push_str(
        ["2X", "33", "HH", "PP", "BB"]
            .choose(rng)
            .copied()
            .unwrap_or("2X"),
    );
    code
}
