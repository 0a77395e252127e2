//! Text made comparable: case, accents, width and punctuation are folded away.
//! For look-ups only; what is shown or stored is never folded.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case without accents; every run of anything but letters and digits becomes one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut pending_space = false;
    for character in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        if !character.is_alphanumeric() {
            // An apostrophe or a point inside an abbreviation separates too: "U.S.A." is "u s a".
            pending_space = true;
            continue;
        }
        if pending_space && !folded.is_empty() {
            folded.push(' ');
        }
        pending_space = false;
        match character {
            'ß' => folded.push_str("ss"),
            'ł' | 'Ł' => folded.push('l'),
            'ı' | 'İ' => folded.push('i'),
            'ø' | 'Ø' => folded.push('o'),
            'đ' | 'Đ' | 'ð' => folded.push('d'),
            'æ' | 'Æ' => folded.push_str("ae"),
            'œ' | 'Œ' => folded.push_str("oe"),
            other => folded.extend(other.to_lowercase()),
        }
    }
    without_spaces_between_ideographs(&folded)
}

/// Whether a character is of a script written without spaces (Han, kana).
pub fn is_ideograph(character: char) -> bool {
    matches!(u32::from(character), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF)
}

/// OCR separates ideographs by spaces where print has none.
fn without_spaces_between_ideographs(text: &str) -> String {
    if !text.chars().any(is_ideograph) {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let ideograph_at = |index: Option<usize>| {
        index
            .and_then(|i| characters.get(i))
            .is_some_and(|c| is_ideograph(*c))
    };
    characters
        .iter()
        .enumerate()
        .filter(|(i, c)| {
            **c != ' ' || !(ideograph_at(i.checked_sub(1)) || ideograph_at(Some(i + 1)))
        })
        .map(|(_, c)| *c)
        .collect()
}

/// Decimal digits of any script as ASCII digits, spaces, quotes and dashes of any kind as the plain
/// ones; all other characters as they are.
pub fn plain_digits(text: &str) -> String {
    text.chars()
        .map(|character| {
            let code = u32::from(character);
            let digit = match code {
                0x0660..=0x0669 => Some(code - 0x0660), // Arabic-Indic
                0x06F0..=0x06F9 => Some(code - 0x06F0), // Persian
                0x0966..=0x096F => Some(code - 0x0966), // Devanagari
                0xFF10..=0xFF19 => Some(code - 0xFF10), // full-width
                _ => None,
            };
            if let Some(digit) = digit.and_then(|d| char::from_digit(d, 10)) {
                return digit;
            }
            match character {
                '\u{00A0}' | '\u{2007}' | '\u{2009}' | '\u{200A}' | '\u{202F}' | '\u{3000}'
                | '\t' | '\n' | '\r' => ' ',
                '\u{2018}' | '\u{2019}' | '\u{02B9}' | '\u{00B4}' | '`' => '\'',
                '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' => '-',
                '\u{FF0C}' => ',',
                '\u{FF0E}' => '.',
                '\u{FF0F}' => '/',
                '\u{FF08}' => '(',
                '\u{FF09}' => ')',
                other => other,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_width_and_points_fold_away() {
        assert_eq!(fold("  TÜRKİYE "), "turkiye");
        assert_eq!(fold("Włochy"), "wlochy");
        assert_eq!(fold("P.R. China"), "p r china");
        assert_eq!(fold("ＥＵＲ"), "eur");
        assert_eq!(fold("中 国"), "中国");
        assert_eq!(plain_digits("١٢٣ ４５ ۶"), "123 45 6");
    }
}
