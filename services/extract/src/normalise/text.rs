//! Plain text: runs of white space become one space. Beyond that only the seams of printed lines are
//! closed (the lines of an address by commas, a number broken after its hyphen by nothing) and table
//! rules read as letters at the edges of names and numbers are left out.

use super::fold::plain_digits;
use regex::Regex;
use std::sync::LazyLock;

pub fn collapsed(text: &str) -> Option<String> {
    let collapsed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!collapsed.is_empty()).then_some(collapsed)
}

/// `5 Quay Road, Porto, Portugal` of three lines.
pub fn address(text: &str) -> Option<String> {
    let edges = |c: char| " ,;:|[]{}_-–—·•".contains(c);
    let lines: Vec<String> = text
        .lines()
        .filter_map(collapsed)
        .map(|line| without_caption(&line).trim_matches(edges).to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// The line without the word for "address" that stands before it in boxes of captions and values.
fn without_caption(line: &str) -> &str {
    static CAPTION: LazyLock<Regex> = LazyLock::new(|| {
        let words = "address|addr|add|anschrift|adresse|adres|adresi|adresă|dirección|direccion|\
                     indirizzo|endereço|morada|domicilio|địa chỉ|adress|地址";
        Regex::new(&format!(r"(?i)^(?:{words})(?:\s*[:.]+\s*|\s+)")).expect("a constant pattern")
    });
    CAPTION
        .find(line)
        .map_or(line, |caption| &line[caption.end()..])
}

/// Lines joined by a space, but by nothing where one breaks behind a hyphen or a slash inside a word:
/// `T-` and `shirts` below.
pub fn paragraph(text: &str) -> Option<String> {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines().map(str::trim) {
        let mut ending = joined.chars().rev();
        let broken_word = ending.next().is_some_and(|c| "-/".contains(c))
            && ending.next().is_some_and(char::is_alphanumeric);
        if !joined.is_empty() && !broken_word {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    collapsed(&joined)
}

/// A number that identifies, without what OCR reads of table rules at its edges.
pub fn reference(text: &str) -> Option<String> {
    let joined = paragraph(text)?;
    let bare = joined.trim_matches(|c: char| c.is_whitespace() || "|_[]{}.,;:*\"'=".contains(c));
    collapsed(unclosed_bracket_dropped(bare))
}

/// `52893724C)` without its bracket, `INV(2)12` and `12 (b)` as they are.
fn unclosed_bracket_dropped(text: &str) -> &str {
    match (text.contains('('), text.contains(')')) {
        (true, false) => text.trim_matches(['(', ' ']),
        (false, true) => text.trim_matches([')', ' ']),
        _ => text,
    }
}

/// A name without the table rules that OCR reads at its edges, and the dashes and dots that part it from an
/// address on the same line; points belong to it (`Co., Ltd.`).
pub fn name(text: &str) -> Option<String> {
    collapsed(text.trim_matches(|c: char| c.is_whitespace() || "|_[]{};:,=-–—·•".contains(c)))
}

/// `551-1108` of `551 ~ 1108`.
pub fn range(text: &str) -> Option<String> {
    static DASH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\s*[-~～]\s*").expect("a constant pattern"));
    collapsed(&DASH.replace_all(&plain_digits(text), "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_seams_of_lines_are_closed() {
        assert_eq!(
            address("5 Quay Road,\nPorto\n\nPortugal").as_deref(),
            Some("5 Quay Road, Porto, Portugal")
        );
        assert_eq!(reference("TR-\nHC-2023").as_deref(), Some("TR-HC-2023"));
        assert_eq!(reference("PL 2295\nEC").as_deref(), Some("PL 2295 EC"));
        assert_eq!(range("551 ~ 1108").as_deref(), Some("551-1108"));
        assert_eq!(
            paragraph("Cotton T-\nshirts, 48 g/\nm3 -\nnew").as_deref(),
            Some("Cotton T-shirts, 48 g/m3 - new")
        );
        assert_eq!(collapsed(" a \n b ").as_deref(), Some("a b"));
        assert_eq!(
            address("ANSCHRIFT Egnatia Street 75\nADD. : 54624 Thessaloniki").as_deref(),
            Some("Egnatia Street 75, 54624 Thessaloniki")
        );
        assert_eq!(address("Addison Road 4").as_deref(), Some("Addison Road 4"));
        assert_eq!(address(" \n"), None);
        assert_eq!(reference("|AP12025.").as_deref(), Some("AP12025"));
        assert_eq!(reference("528937C)").as_deref(), Some("528937C"));
        assert_eq!(reference("12 (b)").as_deref(), Some("12 (b)"));
        assert_eq!(name("| Acme Co., Ltd.,").as_deref(), Some("Acme Co., Ltd."));
        assert_eq!(
            name("Moulin-Bleu SARL -").as_deref(),
            Some("Moulin-Bleu SARL")
        );
        assert_eq!(
            address("- 5 Quay Road -\n• 4000 Porto").as_deref(),
            Some("5 Quay Road, 4000 Porto")
        );
    }
}
