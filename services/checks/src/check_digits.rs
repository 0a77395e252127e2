//! Check digits of the identifiers of trade. A failing one is a warning, never a refusal: issued
//! numbers that fail exist. Every function takes the bare identifier (letters and digits, upper
//! case) and answers `None` where the form itself does not fit.

/// ISO 6346: four letters (the fourth U, J or Z), six digits and the check digit.
pub fn container(number: &str) -> Option<bool> {
    let characters: Vec<char> = number.chars().collect();
    let [owner @ .., _, _, _, _, _, _, check] = characters.as_slice() else {
        return None;
    };
    let form = owner.len() == 4
        && owner.iter().all(char::is_ascii_uppercase)
        && characters[4..].iter().all(char::is_ascii_digit);
    if !form {
        return None;
    }
    let sum: u32 = characters[..10]
        .iter()
        .enumerate()
        .map(|(position, c)| container_value(*c) << position)
        .sum();
    Some(sum % 11 % 10 == check.to_digit(10)?)
}

/// Letters count 10 to 38 and skip the multiples of 11.
fn container_value(c: char) -> u32 {
    let plain = c.to_digit(36).unwrap_or(0);
    match plain {
        0..=10 => plain,
        11..=20 => plain + 1,
        21..=30 => plain + 2,
        _ => plain + 3,
    }
}

/// IBAN, ISO 13616: two letters, two digits, up to 30 more; ISO 7064 mod 97-10 leaves 1.
pub fn iban(number: &str) -> Option<bool> {
    let form = (15..=34).contains(&number.len())
        && number.is_ascii()
        && number[..2].bytes().all(|b| b.is_ascii_uppercase())
        && number[2..4].bytes().all(|b| b.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_alphanumeric());
    if !form {
        return None;
    }
    let (head, tail) = number.split_at(4);
    Some(remainder_97(tail.chars().chain(head.chars())) == 1)
}

/// LEI, ISO 17442: 18 letters or digits and two check digits; ISO 7064 mod 97-10 leaves 1.
pub fn lei(number: &str) -> Option<bool> {
    let form = number.len() == 20
        && number.bytes().all(|b| b.is_ascii_alphanumeric())
        && number[18..].bytes().all(|b| b.is_ascii_digit());
    form.then(|| remainder_97(number.chars()) == 1)
}

fn remainder_97(characters: impl Iterator<Item = char>) -> u32 {
    characters.fold(0, |remainder, c| match c.to_digit(36) {
        Some(digit @ 0..=9) => (remainder * 10 + digit) % 97,
        Some(letter) => (remainder * 100 + letter) % 97,
        None => remainder,
    })
}

const USCC_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Unified Social Credit Code, GB 32100-2015: 17 characters and a check character.
/// The answer carries the check character that would be right.
pub fn uscc(number: &str) -> Option<(bool, char)> {
    if number.chars().count() != 18 {
        return None;
    }
    let values: Option<Vec<u32>> = number
        .chars()
        .map(|c| USCC_ALPHABET.find(c).map(|value| value as u32))
        .collect();
    let last = number.chars().last()?;
    // A wrong check character may stand outside the alphabet; the other 17 may not.
    let values = match values {
        Some(values) => values,
        None => number
            .chars()
            .take(17)
            .map(|c| USCC_ALPHABET.find(c).map(|value| value as u32))
            .collect::<Option<Vec<u32>>>()?,
    };
    let mut weight = 1;
    let mut sum = 0;
    for value in values.iter().take(17) {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    let right = USCC_ALPHABET.chars().nth(((31 - sum % 31) % 31) as usize)?;
    Some((right == last, right))
}

/// IMO ship number: seven digits, weights 7 to 2, the last digit of the sum.
pub fn imo(number: &str) -> Option<bool> {
    let digits = digits_of(number, 7)?;
    let sum: u32 = digits[..6]
        .iter()
        .zip((2..=7).rev())
        .map(|(d, w)| d * w)
        .sum();
    Some(sum % 10 == digits[6])
}

/// GTIN-13 and -14 (shorter numbers are mostly sellers' own): weights 3 and 1 from the right, mod 10.
pub fn gtin(number: &str) -> Option<bool> {
    if !matches!(number.len(), 13 | 14) {
        return None;
    }
    let digits = digits_of(number, number.len())?;
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = digits.iter().rev().zip(weights).map(|(d, w)| d * w).sum();
    Some(sum.is_multiple_of(10))
}

/// Air waybill: airline prefix of three digits, serial of seven, its remainder mod 7.
pub fn air_waybill(number: &str) -> Option<bool> {
    let digits = digits_of(number, 11)?;
    let serial = digits[3..10].iter().fold(0, |value, d| value * 10 + d);
    Some(serial % 7 == digits[10])
}

fn digits_of(number: &str, length: usize) -> Option<Vec<u32>> {
    let digits: Option<Vec<u32>> = number.chars().map(|c| c.to_digit(10)).collect();
    digits.filter(|digits| digits.len() == length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_the_standards() {
        assert_eq!(container("CSQU3054383"), Some(true));
        assert_eq!(container("CSQU3054384"), Some(false));
        assert_eq!(container("CSQ3054383"), None);
        assert_eq!(iban("GB82WEST12345698765432"), Some(true));
        assert_eq!(iban("GB82WEST12345698765433"), Some(false));
        assert_eq!(lei("5493001KJTIIGC8Y1R12"), Some(true));
        assert_eq!(lei("5493001KJTIIGC8Y1R13"), Some(false));
        assert_eq!(uscc("91350100M000100Y43"), Some((true, '3')));
        assert_eq!(uscc("91350100M000100Y4Z"), Some((false, '3')));
        assert_eq!(imo("9074729"), Some(true));
        assert_eq!(imo("9074728"), Some(false));
        assert_eq!(gtin("4006381333931"), Some(true));
        assert_eq!(gtin("4006381333930"), Some(false));
        assert_eq!(air_waybill("02012345675"), Some(true));
        assert_eq!(air_waybill("02012345676"), Some(false));
    }

    #[test]
    fn other_forms_are_not_judged_and_never_panic() {
        for odd in [
            "",
            "Ä",
            "ÄÖÜÄÖÜÄÖÜÄ",
            "12",
            "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ",
            "CSQU30543838",
        ] {
            assert_eq!(container(odd), None, "{odd}");
            assert_eq!(iban(odd), None, "{odd}");
            assert_eq!(lei(odd), None, "{odd}");
            assert_eq!(uscc(odd), None, "{odd}");
            assert_eq!(air_waybill(odd), None, "{odd}");
        }
    }
}
