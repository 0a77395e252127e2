//! The title of a page: a line of larger print that names a kind of paper, in the languages of the trade.
//!
//! The model has seen papers that were made up; a real one it may take for another kind although its title
//! stands on it. Deliberately absent: captions in boxes (`Invoice No.`), which are as small as the rest.

use crate::fragments::Shape;
use crate::normalise::Synonyms;
use crate::tagged::TaggedPage;
use docexam_domain::{DocumentType, Word};
use std::str::FromStr;
use std::sync::LazyLock;

/// Titles stand in the upper part of a page, as a share of its height.
const UPPER_PART: f32 = 0.4;
/// Height of a title against the median of the page's words; a single word must stand out more.
const LARGER: f32 = 1.2;
const SINGLE_WORD: f32 = 1.35;
/// Gap before a title, in heights, if other print stands on its line.
const APART: f32 = 1.5;
const MOST_WORDS: usize = 8;
/// A title of so many words is not part of a sentence, if it is in capitals.
const LONG: usize = 3;

static TITLES: LazyLock<Synonyms> =
    LazyLock::new(|| Synonyms::parse(include_str!("../data/titles.csv")));

/// What the largest title on the page names.
pub fn title(page: &TaggedPage) -> Option<DocumentType> {
    let words = &page.reading.words;
    let mut heights: Vec<f32> = words.iter().map(|word| word.bbox.height()).collect();
    heights.sort_by(f32::total_cmp);
    let median = *heights.get(heights.len() / 2)?;
    let shape = Shape::of(page);
    let mut largest: Option<(f32, DocumentType)> = None;
    for line in words.chunk_by(|one, next| one.line == next.line) {
        for start in 0..line.len() {
            if line[start].bbox.y0 > UPPER_PART {
                continue;
            }
            let is_apart = start == 0 || apart(&line[start - 1], &line[start], &shape);
            if let Some((height, kind)) = named(&line[start..], median, is_apart)
                && largest.is_none_or(|(other, _)| height > other)
            {
                largest = Some((height, kind));
            }
        }
    }
    largest.map(|(_, kind)| kind)
}

fn apart(before: &Word, word: &Word, shape: &Shape) -> bool {
    let gap = shape.in_heights(word.bbox.x0 - before.bbox.x1, before.bbox.height());
    gap > APART || word.bbox.height() > LARGER * before.bbox.height()
}

/// The longest title that the words begin with, if it is large enough, and its height. One that does not stand
/// apart must be long and in capitals, as behind a blot that was read as a word.
fn named(words: &[Word], median: f32, is_apart: bool) -> Option<(f32, DocumentType)> {
    let most = words.len().min(MOST_WORDS);
    let fewest = if is_apart { 1 } else { LONG };
    (fewest..=most).rev().find_map(|count| {
        let in_capitals = || {
            let mut letters = words[..count].iter().flat_map(|word| word.text.chars());
            !letters.any(char::is_lowercase)
        };
        if !is_apart && !in_capitals() {
            return None;
        }
        let texts: Vec<&str> = words[..count]
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        let kind = TITLES.code(&texts.join(" "))?;
        let height = words[..count]
            .iter()
            .map(|word| word.bbox.height())
            .sum::<f32>();
        let height = height / count as f32;
        let least = if count == 1 { SINGLE_WORD } else { LARGER };
        (height >= least * median).then_some(())?;
        Some((height, DocumentType::from_str(kind).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;

    /// A page of small print with the text at the top, so many times as high.
    fn page(text: &str, times: f32) -> TaggedPage {
        let mut page = PageOf::invoice()
            .print(0.1, 0.05, text)
            .print(
                0.1,
                0.5,
                "Invoice No. 12 Packing list No. 13 and more print below",
            )
            .page();
        let words = text.split_whitespace().count();
        for word in &mut page.reading.words[..words] {
            word.bbox.y1 = word.bbox.y0 + times * word.bbox.height();
        }
        page
    }

    #[test]
    fn large_print_that_names_a_paper_is_its_title() {
        use DocumentType::{BillOfLading, CommercialInvoice, Other, PackingList};
        for (text, kind) in [
            ("COMMERCIAL INVOICE No. 7", CommercialInvoice),
            ("Packliste", PackingList),
            ("BILL OF LADING FOR OCEAN TRANSPORT", BillOfLading),
            ("Proforma Invoice", Other),
            ("İHRACAT FATURASI", CommercialInvoice),
            ("Nj BILL OF LADING FOR OCEAN TRANSPORT", BillOfLading),
        ] {
            assert_eq!(title(&page(text, 1.6)), Some(kind), "{text}");
            assert_eq!(title(&page(text, 1.0)), None, "{text}");
        }
        for sentence in [
            "The packing list is attached",
            "Our bill of lading is attached",
        ] {
            assert_eq!(title(&page(sentence, 1.6)), None, "{sentence}");
        }
    }

    #[test]
    fn every_title_belongs_to_a_kind() {
        for line in include_str!("../data/titles.csv").lines().skip(1) {
            let kind = line.split(',').next().unwrap_or_default();
            assert!(DocumentType::from_str(kind).is_ok(), "{kind}");
        }
    }
}
