//! Statements of origin in sentences: `GOODS ARE OF TURKISH ORIGIN`, `MALLARIMIZ TÜRK MENŞEİLİDİR`.
//!
//! The model knows the country of origin under captions and in a column; a sentence it takes for print outside fields. Goes in:
//! the tags of a page. Comes out: the same, with the name of the country before the word for origin as the country of origin,
//! where the line speaks of goods and the page says it nowhere else.

use crate::fragments::Shape;
use crate::normalise::{fold, names_country};
use crate::settle::adjoin;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::FieldKey;

const ORIGIN: Tag = Tag::Header(FieldKey::CountryOfOrigin);
/// Of the name.
const STATED: f32 = 0.6;
/// Behind the name, folded.
const WORDS: [&str; 7] = [
    "origin",
    "mensei",
    "menseli",
    "menseilidir",
    "menselidir",
    "ursprungs",
    "oorsprong",
];
/// What the sentence is about, folded beginnings of words.
const GOODS: [&str; 9] = [
    "goods",
    "product",
    "merchandise",
    "commodit",
    "mallar",
    "urun",
    "esya",
    "ware",
    "goederen",
];

pub fn read_origins(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    if words.iter().any(|word| word.tag == ORIGIN) {
        return;
    }
    let speaks_of_goods = |line: u32| {
        let of_line = read.iter().filter(|word| word.line == line);
        let mut folded = of_line.map(|word| fold(&word.text));
        folded.any(|word| GOODS.iter().any(|goods| word.starts_with(goods)))
    };
    for at in 1..words.len().min(read.len()) {
        let is_statement = WORDS.contains(&fold(&read[at].text).as_str())
            && words[at - 1].tag == Tag::Outside
            && adjoin(page, shape, at - 1, at)
            && names_country(&read[at - 1].text);
        if is_statement && speaks_of_goods(read[at].line) {
            words[at - 1].turn_into(ORIGIN, STATED, 1.0 - STATED);
            words[at - 1].begins = STATED;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;

    fn stated(page: PageOf) -> Option<String> {
        let page = page.page();
        let mut words = page.words.clone();
        read_origins(&page, &Shape::of(&page), &mut words);
        let at = words.iter().position(|word| word.tag == ORIGIN)?;
        Some(page.reading.words[at].text.clone())
    }

    #[test]
    fn a_sentence_may_state_the_origin_of_the_goods() {
        let says = |text: &str| stated(PageOf::invoice().print(0.1, 0.1, text));
        assert_eq!(
            says("(GOODS ARE TURKISH ORIGIN)").as_deref(),
            Some("TURKISH")
        );
        assert_eq!(says("MALLARIMIZ TÜRK MENŞEİLİDİR").as_deref(), Some("TÜRK"));
        assert_eq!(says("Certificate of Turkish origin"), None);
        assert_eq!(says("goods of preferential origin"), None);
        let known = PageOf::invoice()
            .header(FieldKey::CountryOfOrigin, 0.1, 0.1, "Germany")
            .print(0.1, 0.2, "goods of Turkish origin");
        assert_eq!(stated(known).as_deref(), Some("Germany"));
    }
}
