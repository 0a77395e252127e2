//! What the print of one page says about its place in a document: "page 2 of 3", the document number.

use crate::fragments::{fragments, text_of};
use crate::mentions::mentions;
use crate::tagged::{Tag, TaggedPage};
use crate::titles::title;
use docexam_domain::{DocumentType, FieldKey};
use regex::Regex;
use std::sync::LazyLock;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageFacts {
    pub numbered: Option<Numbered>,
    /// It says of itself that it goes on: `TERMS AND CONDITIONS (CONTINUED)`.
    pub is_continued: bool,
    /// Capitals, letters and digits only; absent when the model is unsure of it.
    pub document_number: Option<String>,
    /// Whether it shows any field or cell: small print has none.
    pub has_fields: bool,
    /// Whether it shows a number or a party, as the first page of a trade document does.
    pub has_head: bool,
    /// Whether it shows rows of goods, and sums below them.
    pub has_rows: bool,
    pub has_total: bool,
    /// Whether it shows a premium.
    pub has_premium: bool,
    /// The kind of paper that its title names.
    pub title: Option<DocumentType>,
    /// Line numbers of the first and the last row of the goods table.
    pub line_numbers: Option<(u32, u32)>,
}

impl PageFacts {
    /// Whether it shows all that a document has, from its title to its sums; an insurance certificate sums up nothing but its premium.
    pub fn is_whole(&self) -> bool {
        let is_insured = self.title == Some(DocumentType::InsuranceCertificate) && self.has_premium;
        self.title.is_some() && self.has_head && (self.has_total || is_insured)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// From 1.
    pub page: u32,
    pub of: u32,
}

/// A number below this confidence is too often part of another number.
const SURE_NUMBER: f32 = 0.6;
/// What the head of a document names, when it is likelier so than not.
const HEAD: [FieldKey; 4] = [
    FieldKey::DocumentNumber,
    FieldKey::SellerName,
    FieldKey::BuyerName,
    FieldKey::ConsigneeName,
];
/// What rows of goods have, and what stands below the last one.
const ROW: [FieldKey; 3] = [
    FieldKey::Quantity,
    FieldKey::LineAmount,
    FieldKey::NetMassKg,
];
const TOTALS: [FieldKey; 4] = [
    FieldKey::TotalAmount,
    FieldKey::AmountDue,
    FieldKey::TotalNetMassKg,
    FieldKey::TotalGrossMassKg,
];
const LIKELY: f32 = 0.5;
/// A page count beyond this is a misreading.
const MOST_PAGES: u32 = 999;

pub fn page_facts(page: &TaggedPage) -> PageFacts {
    let mentions = mentions(0, page);
    let best = mentions
        .iter()
        .filter(|m| m.key == FieldKey::DocumentNumber && m.confidence >= SURE_NUMBER)
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence));
    let shows = |keys: &[FieldKey]| {
        let mut likely = mentions.iter().filter(|m| m.confidence >= LIKELY);
        likely.any(|m| keys.contains(&m.key))
    };
    let cells = page.words.iter().filter(|word| {
        matches!(word.tag, Tag::Cell(key) if ROW.contains(&key)) && word.probability >= LIKELY
    });
    let fields = page
        .words
        .iter()
        .filter(|word| word.tag != Tag::Outside && word.probability >= LIKELY);
    PageFacts {
        has_fields: fields.count() >= 2,
        has_head: shows(&HEAD),
        has_rows: cells.count() >= 2,
        has_total: shows(&TOTALS),
        has_premium: shows(&[FieldKey::InsuranceAmount]),
        numbered: numbered(&printed(page)),
        is_continued: is_continued(page),
        line_numbers: line_numbers(page),
        title: title(page),
        document_number: best.map(|mention| {
            mention
                .text
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_uppercase)
                .collect()
        }),
    }
}

/// Only when there are at least two, ascending by one: a stray figure proves nothing.
fn line_numbers(page: &TaggedPage) -> Option<(u32, u32)> {
    let mut numbers: Vec<(f32, u32)> = fragments(0, page)
        .iter()
        .filter(|f| f.tag == Tag::Cell(FieldKey::LineNumber))
        .filter_map(|f| {
            let text = text_of(page, &f.words);
            let digits = text.trim_matches(|c: char| !c.is_ascii_digit());
            Some((f.bbox.y0, digits.parse().ok()?))
        })
        .collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (first, last) = (numbers.first()?.1, numbers.last()?.1);
    let steps = numbers.windows(2);
    let ascending = steps.filter(|pair| pair[0].1.checked_add(1) == Some(pair[1].1));
    // One misread number in four is forgiven.
    let trusted = numbers.len() >= 2 && ascending.count() * 4 >= (numbers.len() - 1) * 3;
    trusted.then_some((first, last))
}

/// In a short line at the head of the page; at its foot the word means the page behind it.
fn is_continued(page: &TaggedPage) -> bool {
    const HEAD_LINES: usize = 3;
    const SHORT: usize = 8;
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b(?:continued|continuation|cont['’.]?d|fortsetzung|suite (?:de|du)|continuaci[oó]n|continua[cç][aã]o|continuazione|vervolg|ci[aą]g dalszy|devam[ıi])\b|续页|接上页",
        )
        .expect("a constant pattern")
    });
    let words = &page.reading.words;
    let lines = words.chunk_by(|one, next| one.line == next.line);
    lines.take(HEAD_LINES).any(|line| {
        let texts: Vec<&str> = line.iter().map(|word| word.text.as_str()).collect();
        texts.len() <= SHORT && PATTERN.is_match(&texts.join(" "))
    })
}

fn printed(page: &TaggedPage) -> String {
    let words: Vec<&str> = page.reading.words.iter().map(|w| w.text.as_str()).collect();
    words.join(" ")
}

/// The page number in the languages of the trade, when the page prints exactly one.
fn numbered(text: &str) -> Option<Numbered> {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b(?:page|seite|blatt|pagina|p[áa]gina|strona|sayfa|trang|sheet|blad)\b\W{0,3}(\d{1,3})\s*(?:[o0]f|von|de|di|van|z|sur|từ|/)\s*(\d{1,3})\b|第\s*(\d{1,3})\s*页\W{0,3}共\s*(\d{1,3})\s*页",
        )
        .expect("a constant pattern")
    });
    let mut found: Vec<Numbered> = PATTERN
        .captures_iter(text)
        .filter_map(|c| {
            let figure = |a, b| c.get(a).or_else(|| c.get(b))?.as_str().parse::<u32>().ok();
            let numbered = Numbered {
                page: figure(1, 3)?,
                of: figure(2, 4)?,
            };
            let possible = numbered.page >= 1 && numbered.page <= numbered.of;
            (possible && numbered.of <= MOST_PAGES).then_some(numbered)
        })
        .collect();
    found.dedup();
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;

    #[test]
    fn a_page_says_that_it_goes_on() {
        let page = |text: &str, y: f32| PageOf::invoice().print(0.1, y, text).page();
        for text in [
            "TERMS AND CONDITIONS (CONTINUED)",
            "Fortsetzung von Seite 1",
        ] {
            assert!(is_continued(&page(text, 0.05)), "{text}");
        }
        for text in [
            "Suite 410",
            "Invoice",
            "the seller has continued to ship these goods although payment was late",
        ] {
            assert!(!is_continued(&page(text, 0.05)), "{text}");
        }
        let at_the_foot = PageOf::invoice()
            .print(0.1, 0.1, "Invoice")
            .print(0.1, 0.2, "Bolts")
            .print(0.1, 0.3, "Nuts")
            .print(0.1, 0.9, "continued overleaf");
        assert!(!is_continued(&at_the_foot.page()));
    }

    #[test]
    fn page_numbers_in_several_languages() {
        let two_of_three = Some(Numbered { page: 2, of: 3 });
        for text in [
            "Page 2 of 3",
            "Page 20f3",
            "page: 2/3",
            "Seite 2 von 3",
            "Página 2 de 3",
            "Strona 2 z 3",
            "Sayfa 2 / 3",
            "第 2 页 共 3 页",
            "PAGE 2 OF 3 PAGE 2 OF 3",
        ] {
            assert_eq!(numbered(text), two_of_three, "{text}");
        }
        for text in [
            "Page 3 of 2",
            "Page 0 of 2",
            "page 1",
            "Page 1 of 2 Page 2 of 2",
            "2/3",
        ] {
            assert_eq!(numbered(text), None, "{text}");
        }
    }
}
