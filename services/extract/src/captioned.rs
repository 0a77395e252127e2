//! Values under captions that leave no doubt: `PO NO DPI/7`, `Bestellung : 2018-47`, `GST Registration No. M2-0009186-8`.
//!
//! The model weighs a caption with everything around it, and on papers unlike those it has seen it now and then takes the value
//! for another field's, or for print outside fields. Goes in: the tags of a page. Comes out: the same, with such values
//! under the key of their caption (`data/captions.csv`), where they have its form.
//! Deliberately absent: captions that other fields have too (`Date`, `No.`, `Reference`).

use crate::candidates::is_date;
use crate::fragments::{Shape, is_ruled_off};
use crate::mentions::is_party_name;
use crate::normalise::{Context, Synonyms, normalise};
use crate::settle::adjoin;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, ValueForm, Word};
use std::str::FromStr;
use std::sync::LazyLock;

static CAPTIONS: LazyLock<Synonyms> =
    LazyLock::new(|| Synonyms::parse(include_str!("../data/captions.csv")));

/// Captions have so many words at most.
const MOST_WORDS: usize = 5;
/// A caption stands apart from what is before it on its line, in heights.
const APART: f32 = 1.5;
/// Its value begins this close behind it, in heights: lists have their values in a column.
const REACH: f32 = 25.0;
/// Another field of which the model is surer than this keeps the value.
const SURE: f32 = 0.9;
/// Of the value.
const UNDER_CAPTION: f32 = 0.7;
/// What stands below goods belongs to their row within so many heights.
const ROW: f32 = 12.0;
const DESCRIPTION: Tag = Tag::Cell(FieldKey::Description);
/// Figures in a number that identifies an order, a contract or a taxpayer, at least.
const FEWEST_FIGURES: usize = 3;

pub fn heed_captions(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    let count = words.len().min(read.len());
    for start in 0..count {
        if !stands_apart(page, shape, start) {
            continue;
        }
        let Some((caption, end)) = caption(page, shape, start, count) else {
            continue;
        };
        let Some(at) = value(read, shape, end, count) else {
            continue;
        };
        let Some(tag) = tag_of(caption, read, words, at) else {
            continue;
        };
        let word = &mut words[at];
        let is_taken = word.tag != Tag::Outside && word.probability > SURE;
        if word.tag != tag && !is_taken && fits(tag, &read[at].text) {
            let before = word.probability.min(1.0 - UNDER_CAPTION);
            word.turn_into(tag, UNDER_CAPTION, before);
            word.begins = UNDER_CAPTION;
        }
    }
}

/// Whether a word begins a line, or a cell, or follows a mark.
fn stands_apart(page: &TaggedPage, shape: &Shape, at: usize) -> bool {
    let read = &page.reading.words;
    let Some(before) = at.checked_sub(1).map(|before| &read[before]) else {
        return true;
    };
    let word = &read[at];
    let gap = shape.in_heights(word.bbox.x0 - before.bbox.x1, before.bbox.height());
    before.line != word.line
        || gap > APART
        || before.text.ends_with([':', '*', '•'])
        || is_ruled_off(&page.reading.ruling, &before.bbox, &word.bbox)
}

/// The longest caption that begins at a word: what it names, and the word behind it. A value may be glued to its last
/// word, which then is that word.
fn caption(
    page: &TaggedPage,
    shape: &Shape,
    start: usize,
    count: usize,
) -> Option<(&'static str, usize)> {
    let read = &page.reading.words;
    let together = (start + 1..count).take_while(|at| adjoin(page, shape, at - 1, *at));
    let most = (together.count() + 1).min(MOST_WORDS);
    (1..=most).rev().find_map(|length| {
        let texts: Vec<&str> = read[start..start + length]
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        let whole = texts.join(" ");
        if let Some(named) = CAPTIONS.code(&whole) {
            return Some((named, start + length));
        }
        let (_, glued) = texts.last()?.rsplit_once(':')?;
        let named = CAPTIONS.code(whole.strip_suffix(glued).filter(|_| !glued.is_empty())?)?;
        Some((named, start + length - 1))
    })
}

/// The word with which the value begins: behind a mark or a translation in brackets.
fn value(read: &[Word], shape: &Shape, from: usize, count: usize) -> Option<usize> {
    let mut end = &read.get(from.checked_sub(1)?)?.bbox;
    let line = read.get(from).map(|word| word.line)?;
    let mut in_brackets = false;
    for (at, word) in read.iter().enumerate().take(count).skip(from) {
        let gap = shape.in_heights(word.bbox.x0 - end.x1, word.bbox.height());
        if word.line != line || gap > REACH {
            return None;
        }
        end = &word.bbox;
        in_brackets |= word.text.starts_with('(');
        let is_mark = !word.text.contains(char::is_alphanumeric);
        if !in_brackets && !is_mark {
            return Some(at);
        }
        in_brackets &= !word.text.contains(')');
    }
    None
}

/// The tag of a caption's value. A taxpayer's number is of the party whose name stands nearest above; a cell stands below
/// a row of goods.
fn tag_of(caption: &str, read: &[Word], words: &[TaggedWord], at: usize) -> Option<Tag> {
    if let Some(cell) = caption.strip_prefix("item.") {
        let is_above = |word: &Word| word.bbox.y1 < read[at].bbox.y0 && near(word, &read[at]);
        let mut tagged = words.iter().zip(read);
        let below_goods = tagged.any(|(word, read)| word.tag == DESCRIPTION && is_above(read));
        let tag = Tag::Cell(FieldKey::from_str(cell).ok()?);
        return (below_goods && words[at].tag == Tag::Outside).then_some(tag);
    }
    if caption != "tax_id" {
        return FieldKey::from_str(caption).ok().map(Tag::Header);
    }
    let place = &read[at].bbox;
    let distance = |name: &Word| {
        let apart = (name.bbox.x0 - place.x1).max(place.x0 - name.bbox.x1);
        apart.max(0.0) + place.y0 - name.bbox.y0
    };
    let names = words
        .iter()
        .zip(read)
        .filter_map(|(word, name)| match word.tag {
            Tag::Header(key) if is_party_name(key) && name.bbox.y0 <= place.y1 => Some((key, name)),
            _ => None,
        });
    let nearest = names.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
    match nearest?.0 {
        FieldKey::SellerName => Some(Tag::Header(FieldKey::SellerTaxId)),
        FieldKey::BuyerName => Some(Tag::Header(FieldKey::BuyerTaxId)),
        _ => None,
    }
}

/// Whether a word stands so close above another one that it can be of the same row.
fn near(above: &Word, below: &Word) -> bool {
    below.bbox.y0 - above.bbox.y1 < ROW * below.bbox.height()
}

/// Whether a word has the form of the tag's values.
fn fits(tag: Tag, text: &str) -> bool {
    let context = Context::default();
    let value = text.rsplit(':').next().unwrap_or(text);
    match tag {
        Tag::Outside => false,
        Tag::Cell(key) | Tag::Header(key) if key.value_form() != ValueForm::Text => {
            normalise(key, value, &context).value.is_some()
        }
        _ => {
            let figures = value.chars().filter(char::is_ascii_digit).count();
            figures >= FEWEST_FIGURES && !is_date(value) && !value.contains(['%', '€', '$', '@'])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LINE, PageOf};
    use FieldKey::{
        BuyerName, Incoterm, PurchaseOrderNumber, SellerTaxId, TransportDocumentNumber,
    };

    /// The words under `key` when a page says the text, after the name of a seller.
    fn heeded(text: &str, key: FieldKey) -> Vec<String> {
        let page = PageOf::invoice()
            .header(FieldKey::SellerName, 0.1, 0.1, "Acme Ltd")
            .header(BuyerName, 0.6, 0.1, "Zenith Ltd")
            .print(0.1, 0.2, text)
            .page();
        let mut words = page.words.clone();
        heed_captions(&page, &Shape::of(&page), &mut words);
        let of_key = page.reading.words.iter().zip(&words);
        let of_key = of_key.filter(|(_, word)| word.tag == Tag::Header(key));
        of_key.map(|(word, _)| word.text.clone()).collect()
    }

    #[test]
    fn a_value_has_the_key_of_its_caption() {
        for (text, key, value) in [
            (
                "PO NO DPI/AUG01/2016-17",
                PurchaseOrderNumber,
                "DPI/AUG01/2016-17",
            ),
            (
                "Bestellung : 2018-471331",
                PurchaseOrderNumber,
                "2018-471331",
            ),
            ("PO No.:DPI/7741", PurchaseOrderNumber, "No.:DPI/7741"),
            (
                "GST Registration No. M2-0009186-8",
                SellerTaxId,
                "M2-0009186-8",
            ),
            ("* Teslim Şekli (Delivery Term) :FCA", Incoterm, ":FCA"),
        ] {
            assert_eq!(heeded(text, key), [value], "{text}");
        }
    }

    #[test]
    fn packages_below_goods_are_a_cell() {
        let below = |lines: f32| {
            let page = PageOf::invoice()
                .cell(FieldKey::Description, 0.2, 0.2, "Citric acid")
                .print(0.2, 0.2 + lines * LINE, "* Anzahl Packstücke: 4 XCT")
                .page();
            let mut words = page.words.clone();
            heed_captions(&page, &Shape::of(&page), &mut words);
            words
                .iter()
                .position(|word| word.tag == Tag::Cell(FieldKey::Packages))
        };
        assert_eq!(below(4.0), Some(5));
        assert_eq!(below(20.0), None);
    }

    #[test]
    fn prose_other_captions_and_other_forms_are_left() {
        for text in [
            "Sales Purchase Order 4711",
            "Order 4711",
            "PO No. 31.12.2025",
            "PO No. see below",
        ] {
            assert_eq!(heeded(text, PurchaseOrderNumber), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_the_model_is_sure_of_stands() {
        let page = PageOf::invoice()
            .print(0.1, 0.2, "PO No.")
            .header(TransportDocumentNumber, 0.17, 0.2, "4711")
            .page();
        let mut words = page.words.clone();
        heed_captions(&page, &Shape::of(&page), &mut words);
        assert_eq!(words, page.words);
    }
}
