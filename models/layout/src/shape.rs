//! What a word looks like, whatever it means: digits, case, punctuation, patterns.
//!
//! Also its hashed spellings (character pairs, prefix, suffix), which index a trainable table.

/// Number of values that `shape_into` writes.
pub const SHAPE_FEATURES: usize = 46;

/// Writes features in about [0, 1].
pub fn shape_into(text: &str, confidence: f32, pieces: usize, out: &mut [f32]) {
    let count = Counts::of(text);
    let n = count.chars.max(1) as f32;
    let ends_with = |c: char| text.ends_with(c);
    let upper_word = count.upper == count.chars;
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let bare_count = Counts::of(&bare);
    let number = count.digits > 0 && count.letters == 0 && !text.contains(['/', ':']);
    let mut at = 0;
    let mut put = |value: f32| {
        if let Some(slot) = out.get_mut(at) {
            *slot = value;
        }
        at += 1;
    };
    put((n.ln_1p() / 3.0).min(1.5));
    put(count.digits as f32 / n);
    put(count.upper as f32 / n);
    put(count.lower as f32 / n);
    put((count.letters - count.upper - count.lower) as f32 / n);
    put((count.chars - count.letters - count.digits) as f32 / n);
    for flag in [
        count.digits == count.chars,
        number,
        number && decimals(text) == Some(2),
        number && decimals(text) == Some(3),
        number && matches!(decimals(text), Some(1 | 4..)),
        number && grouped(text),
        looks_like_date(text),
        count.letters > 0 && count.digits > 0,
        text.contains('-'),
        text.contains('/'),
        text.contains('.'),
        text.contains(','),
        ends_with(':') || ends_with('：'),
        ends_with(',') || ends_with('.'),
        text.contains('%'),
        text.contains(['€', '$', '£', '¥', '￥', '₺', '₫']),
        text.contains('@'),
        text.contains(['(', ')', '（', '）', '[', ']']),
        text.contains(['#', '°', 'º', '№']),
        text.contains(['*', '•', '|', '_', '=']),
        text.chars().next().is_some_and(char::is_uppercase),
        upper_word && count.chars == 2,
        upper_word && count.chars == 3,
        upper_word && count.chars > 3,
        looks_like_iban(&bare),
        bare_count.upper == 4 && bare_count.digits == 7 && bare_count.chars == 11,
        matches!(bare_count.digits, 4 | 6 | 8 | 10) && bare_count.letters == 0,
        pieces == 0,
    ] {
        put(f32::from(u8::from(flag)));
    }
    let digits = [1..=1, 2..=2, 3..=3, 4..=4, 5..=7, 8..=8, 9..=12, 13..=99];
    for range in digits {
        put(f32::from(u8::from(range.contains(&count.digits))));
    }
    put((pieces as f32 / 6.0).min(1.5));
    put(if confidence.is_finite() {
        confidence.clamp(0.0, 1.0)
    } else {
        0.0
    });
    for range in [1..=1, 2..=3] {
        put(f32::from(u8::from(range.contains(&count.chars))));
    }
}

#[derive(Default)]
struct Counts {
    chars: usize,
    digits: usize,
    letters: usize,
    upper: usize,
    lower: usize,
}

impl Counts {
    fn of(text: &str) -> Self {
        let mut counts = Self::default();
        for c in text.chars() {
            counts.chars += 1;
            counts.digits += usize::from(c.is_numeric());
            counts.letters += usize::from(c.is_alphabetic());
            counts.upper += usize::from(c.is_uppercase() && c.is_alphabetic());
            counts.lower += usize::from(c.is_lowercase() && c.is_alphabetic());
        }
        counts
    }
}

/// Digits after the last point or comma, if any.
fn decimals(text: &str) -> Option<usize> {
    let at = text.rfind(['.', ','])?;
    Some(text[at..].chars().filter(|c| c.is_ascii_digit()).count())
}

/// Two separators or more, or one with three digits behind it.
fn grouped(text: &str) -> bool {
    let separators = text
        .chars()
        .filter(|c| matches!(c, '.' | ',' | '\'' | '’'))
        .count();
    separators >= 2 || (separators == 1 && decimals(text) == Some(3))
}

/// Three groups of digits (or a month's name) joined by one kind of separator, or 2026年5月4日.
fn looks_like_date(text: &str) -> bool {
    let text = text.trim_end_matches([',', ';']);
    let western = ['.', '/', '-'].iter().any(|separator| {
        let groups: Vec<&str> = text.split(*separator).filter(|g| !g.is_empty()).collect();
        groups.len() == 3
            && groups
                .iter()
                .all(|g| g.chars().count() <= 4 && g.chars().all(char::is_alphanumeric))
            && groups
                .iter()
                .filter(|g| g.chars().all(|c| c.is_ascii_digit()))
                .count()
                >= 2
    });
    western || (text.contains('年') && text.contains('月'))
}

fn looks_like_iban(bare: &str) -> bool {
    let mut chars = bare.chars();
    let letters = chars.by_ref().take(2).all(|c| c.is_ascii_uppercase());
    let digits = chars.by_ref().take(2).all(|c| c.is_ascii_digit());
    letters && digits && (11..=30).contains(&chars.count())
}

/// Rows of the spelling table for a word: the word, its character pairs, prefix and suffix. Case is
/// folded and every digit counts as 0, so that codes of one make share their rows.
pub fn spellings(text: &str, rows: usize) -> Vec<u32> {
    const LONGEST: usize = 20;
    let chars: Vec<char> = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .take(LONGEST)
        .collect();
    let rows = rows.max(1) as u64;
    let hash = |salt: u64, chars: &[char]| {
        let mut h = 0xcbf2_9ce4_8422_2325_u64 ^ salt;
        for c in chars {
            h = (h ^ u64::from(u32::from(*c))).wrapping_mul(0x0000_0100_0000_01b3);
        }
        ((h ^ (h >> 29)) % rows) as u32
    };
    let mut out = vec![hash(1, &chars)];
    out.extend(chars.windows(2).map(|pair| hash(2, pair)));
    if chars.len() > 3 {
        out.push(hash(3, &chars[..3]));
        out.push(hash(4, &chars[chars.len() - 3..]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_its_place() {
        let mut out = vec![f32::NAN; SHAPE_FEATURES];
        for text in [
            "",
            "1.234,56",
            "INVOICE",
            "发票",
            "MSKU1234567",
            "€",
            "\u{0}",
            "2026-05-04",
        ] {
            shape_into(text, f32::NAN, 1, &mut out);
            assert!(out.iter().all(|x| x.is_finite()), "{text}: {out:?}");
        }
    }

    #[test]
    fn patterns_are_seen() {
        assert_eq!(decimals("1.234,56"), Some(2));
        assert!(grouped("1,234.56") && grouped("11.150") && !grouped("11.15"));
        assert!(looks_like_date("04.05.2026") && looks_like_date("4-May-26"));
        assert!(looks_like_date("2026年5月4日") && !looks_like_date("8421.21.00.90"));
        assert!(looks_like_iban("DE89370400440532013000") && !looks_like_iban("MSKU1234567"));
    }

    #[test]
    fn spellings_fold_case_and_digits_and_stay_in_the_table() {
        assert_eq!(spellings("AB-12", 500), spellings("ab-97", 500));
        assert_ne!(spellings("net", 500), spellings("gross", 500));
        assert!(spellings(&"x".repeat(9_999), 7).iter().all(|row| *row < 7));
    }
}
