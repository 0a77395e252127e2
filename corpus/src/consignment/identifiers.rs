//! Identifiers with check digits: IBAN (ISO 13616), containers (ISO 6346), air waybills.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Four letters, six digits and the ISO 6346 check digit.
pub fn container_number(rng: &mut ChaCha8Rng) -> String {
    const OWNERS: [&str; 10] = [
        "QVXU", "TRZU", "MKLU", "HZNU", "OBRU", "WESU", "NORU", "KLVU", "SXPU", "DGTU",
    ];
    loop {
        let owner = OWNERS.choose(rng).copied().unwrap_or("QVXU");
        let stem = format!("{owner}{:06}", rng.random_range(100_000..1_000_000));
        let check = container_check(&stem);
        // 10 is written as 0 by some owners and avoided by all others.
        if check < 10 {
            return format!("{stem}{check}");
        }
    }
}

/// Whether the check digit fits.
pub fn is_container_number(number: &str) -> bool {
    number.len() == 11
        && number.is_ascii()
        && number[10..].parse() == Ok(container_check(&number[..10]) % 10)
}

/// ISO 6346: letters count 10 to 38 without multiples of 11, weighted by powers of two, mod 11.
fn container_check(stem: &str) -> u32 {
    let sum: u32 = stem
        .chars()
        .enumerate()
        .map(|(index, character)| {
            let value = match character.to_digit(10) {
                Some(digit) => digit,
                None => {
                    let letter = u32::from(character).saturating_sub(u32::from('A')) + 10;
                    letter + (letter - 1) / 10
                }
            };
            value << index
        })
        .sum();
    sum % 11
}

/// An IBAN of the country's length with right check digits; `None` where IBANs are not used.
pub fn iban(country: &str, rng: &mut ChaCha8Rng) -> Option<String> {
    let (letters, digits) = match country {
        "DE" => (0, 18),
        "FR" => (0, 23),
        "ES" => (0, 20),
        "IT" => (1, 22),
        "PT" => (0, 21),
        "NL" => (4, 10),
        "PL" => (0, 24),
        "TR" => (0, 22),
        "GB" => (4, 14),
        "AE" => (0, 19),
        "EG" => (0, 25),
        "AT" => (0, 16),
        "BE" => (0, 12),
        "CH" => (0, 17),
        "CZ" => (0, 20),
        "DK" => (0, 14),
        "FI" => (0, 14),
        "GR" => (0, 23),
        "HU" => (0, 24),
        "IE" => (4, 14),
        "IL" => (0, 19),
        "RO" => (4, 16),
        "SA" => (0, 20),
        "SE" => (0, 20),
        "BR" => (0, 23),
        _ => return None,
    };
    let mut account = String::new();
    for _ in 0..letters {
        account.push(char::from(rng.random_range(b'A'..=b'Z')));
    }
    for _ in 0..digits {
        account.push(char::from(rng.random_range(b'0'..=b'9')));
    }
    if country == "BR" {
        account.push_str("C1");
    }
    let check = 98 - mod_97(&format!("{account}{country}00"));
    Some(format!("{country}{check:02}{account}"))
}

fn mod_97(text: &str) -> u32 {
    text.chars().fold(0, |rest, character| {
        let value = character.to_digit(36).unwrap_or_default();
        let shift = if value < 10 { 10 } else { 100 };
        (rest * shift + value) % 97
    })
}

/// Three digits of the carrier, seven of the waybill, and the seven modulo 7.
pub fn air_waybill(rng: &mut ChaCha8Rng) -> String {
    let serial: u32 = rng.random_range(1_000_000..10_000_000);
    let carrier = [117, 172, 205, 334, 618, 729]
        .choose(rng)
        .copied()
        .unwrap_or(117);
    format!("{carrier}-{serial}{}", serial % 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn check_digits_are_those_of_the_standards() {
        // The worked example of ISO 6346 and the IBAN of ISO 13616's own example.
        assert!(is_container_number("CSQU3054383"));
        assert!(!is_container_number("CSQU3054384"));
        assert_eq!(mod_97("WEST12345698765432GB82"), 1);
    }

    #[test]
    fn generated_identifiers_are_valid() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for _ in 0..200 {
            assert!(is_container_number(&container_number(&mut rng)));
            let iban = iban("NL", &mut rng).expect("used there");
            assert_eq!(iban.len(), 18);
            assert_eq!(mod_97(&format!("{}{}", &iban[4..], &iban[..4])), 1);
        }
    }
}
