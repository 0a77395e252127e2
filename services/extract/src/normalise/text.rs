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
    let text = POST_BOX.replace_all(text, "P.O. Box");
    let lines: Vec<String> = text
        .lines()
        .filter_map(collapsed)
        .map(|line| without_caption(&line).trim_matches(edges).to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// A post box whose letter is read as a figure, or whose point is lost.
static POST_BOX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bP\.?0\.? ?[B8](?:ox|0x|OX|0X)\b").expect("a constant pattern"));

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

/// A number that identifies, without what OCR reads of table rules at its edges and without a caption that is
/// glued to it.
pub fn reference(text: &str) -> Option<String> {
    let edges = |c: char| c.is_whitespace() || "|_[]{}.,;:*\"'=".contains(c);
    let joined = paragraph(text)?;
    let bare = joined.trim_matches(edges);
    let value = GLUED_CAPTION
        .find(bare)
        .map_or(bare, |caption| &bare[caption.end()..]);
    collapsed(unclosed_bracket_dropped(value.trim_matches(edges)))
}

/// `Code:.` of `Code:.F546.27`: letters up to a colon, behind which the figures are.
static GLUED_CAPTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\p{L}.°\-]{2,}:[^:\p{L}\p{N}]*").expect("a constant pattern"));

/// `52893724C)` without its bracket, `INV(2)12` and `12 (b)` as they are.
fn unclosed_bracket_dropped(text: &str) -> &str {
    match (text.contains('('), text.contains(')')) {
        (true, false) => text.trim_matches(['(', ' ']),
        (false, true) => text.trim_matches([')', ' ']),
        _ => text,
    }
}

/// A name without the table rules that OCR reads at its edges, the dashes and dots that part it from an
/// address on the same line, and its number in a register; points belong to it (`Co., Ltd.`).
pub fn name(text: &str) -> Option<String> {
    let named = REGISTERED.replace_all(text, "");
    let named = ADDRESSED.replace(&named, "");
    let bare = named.trim_matches(|c: char| c.is_whitespace() || "|_[]{};:,=-–—·•".contains(c));
    let words: Vec<String> = bare.split_whitespace().map(legal_form).collect();
    collapsed(&words.join(" "))
}

/// What is written before the name of whom a paper is for: `To:`, `致：`.
static ADDRESSED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?i:致|to|an|à|messrs\.?|m/s\.?)\s*[:：]\s*").expect("a constant pattern")
});

/// `(BRN 52893724C)`, `(Company No. 123456-X)`: a number in a register of companies or of tax.
static REGISTERED: LazyLock<Regex> = LazyLock::new(|| {
    let registers = r"BRN|UEN|ROC|CIN|ABN|ACN|GSTIN?|RCS|HRB|KvK|SIRE[NT]|NIP|VAT|Co(?:mpany|\.)?|Reg(?:istration|n|\.)?|Tax";
    let number = format!(r"(?i)\s*\((?:{registers})\b[\p{{L}}\s.:/-]*\d[\w./-]*\)");
    Regex::new(&number).expect("a constant pattern")
});

/// Legal forms of companies whose letters are read as figures or signs: O as 0, S as $ or 5, I and L as 1. Without
/// points, in lower case.
const LEGAL_FORMS: [&str; 34] = [
    "ao", "as", "a/s", "aps", "bvba", "co", "corp", "doo", "eood", "gesmbh", "inc", "jdoo", "jsc",
    "llc", "llp", "lda", "ltd", "ltda", "oo", "ohg", "ood", "ooo", "plc", "sa", "sarl", "sas",
    "sc", "sl", "snc", "srl", "sro", "spa", "tov", "vof",
];

/// The word, or the legal form that it is but for letters read as figures or signs.
fn legal_form(word: &str) -> String {
    // "Unit 5A" is a place in a building.
    if word.chars().count() < 3 || !word.contains(['0', '1', '5', '$', '|']) {
        return word.to_owned();
    }
    let lower_case = word.chars().any(char::is_lowercase);
    let lettered = |one: char| -> String {
        let letter = |c: char| match c {
            '0' => 'O',
            '5' | '$' => 'S',
            '1' | '|' => one,
            other => other,
        };
        let text: String = word.chars().map(letter).collect();
        match lower_case {
            true => text.to_lowercase(),
            false => text,
        }
    };
    let is_known = |text: &String| {
        let form = text.trim_end_matches([',', ';']).replace('.', "");
        LEGAL_FORMS.contains(&form.to_lowercase().as_str())
    };
    let found = ['L', 'I'].map(lettered).into_iter().find(is_known);
    found.unwrap_or_else(|| word.to_owned())
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
        for box_number in ["P.0. Box 36", "P0 Box 36", "P.O. Box 36"] {
            assert_eq!(address(box_number).as_deref(), Some("P.O. Box 36"));
        }
        assert_eq!(reference("|AP12025.").as_deref(), Some("AP12025"));
        assert_eq!(reference("Code:.F546.27").as_deref(), Some("F546.27"));
        assert_eq!(reference("No.:DPI/7").as_deref(), Some("DPI/7"));
        assert_eq!(reference("A:7").as_deref(), Some("A:7"));
        assert_eq!(reference("528937C)").as_deref(), Some("528937C"));
        assert_eq!(reference("12 (b)").as_deref(), Some("12 (b)"));
        assert_eq!(name("| Acme Co., Ltd.,").as_deref(), Some("Acme Co., Ltd."));
        for (read, meant) in [
            ("Acme Asia (BRN 52893724C) Ltd", "Acme Asia Ltd"),
            ("Acme Bhd (Company No. 123456-X)", "Acme Bhd"),
            ("Acme (Shanghai) Co 2000", "Acme (Shanghai) Co 2000"),
            ("Acme (Business 2000)", "Acme (Business 2000)"),
            ("Poldermeer Pharma V.0.F.", "Poldermeer Pharma V.O.F."),
            ("HELATRON $.A.", "HELATRON S.A."),
            ("Quorum E00D", "Quorum EOOD"),
            ("Adriatic j.d.0.0.", "Adriatic j.d.o.o."),
            ("Mill 5.r.1., Parma", "Mill s.r.l., Parma"),
            ("Studio 50 LLC", "Studio 50 LLC"),
            ("Terminal 1 S.A.", "Terminal 1 S.A."),
            ("Unit 5A Trading", "Unit 5A Trading"),
            ("致：Marchetti Ltda.", "Marchetti Ltda."),
            ("致S.L.U. Marchetti", "致S.L.U. Marchetti"),
            ("To: Acme", "Acme"),
            ("Toto Ltd", "Toto Ltd"),
        ] {
            assert_eq!(name(read).as_deref(), Some(meant));
        }
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
