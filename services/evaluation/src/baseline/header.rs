//! Header fields: a caption with its value behind, to the right or below; and what has a form of its own.

use super::captions::HEADER;
use super::lines::{Line, PagePlace, bbox, text};
use docexam_domain::{Field, FieldKey, Rect, ValueForm, Word};
use docexam_extract::{Context, fold, normalise};
use regex::Regex;
use std::sync::LazyLock;

/// Lines below a caption that are looked at.
const LINES_BELOW: usize = 3;
/// Lines of an address.
const ADDRESS_LINES: usize = 4;
/// Words of a caption.
const CAPTION_WORDS: usize = 6;

/// Fields of a document, from the lines of its pages.
pub fn fields(pages: &[Vec<Line>], context: &Context) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for lines in pages {
        for found in captioned(lines, context)
            .into_iter()
            .chain(by_form(lines, context))
        {
            let known = fields.iter().position(|field| field.key == found.key);
            match known {
                Some(_) if found.key.repeats() => {
                    let again = fields
                        .iter()
                        .any(|f| f.normalized_value == found.normalized_value);
                    fields.extend((!again).then_some(found));
                }
                // Totals stand at the end: the last one is meant. Of all others the first one.
                Some(index) if found.key.value_form() == ValueForm::Decimal => {
                    fields[index] = found
                }
                Some(_) => {}
                None => fields.push(found),
            }
        }
    }
    let countries = [
        (FieldKey::SellerAddress, FieldKey::SellerCountry),
        (FieldKey::BuyerAddress, FieldKey::BuyerCountry),
    ];
    for (address, country) in countries {
        let of_address = fields.iter().find(|field| field.key == address).cloned();
        let value = of_address.as_ref().and_then(|field| {
            let last_line = field.mention_text.lines().last()?;
            normalise(country, last_line, context).value
        });
        if let (Some(field), Some(value)) = (of_address, value) {
            fields.push(Field {
                key: country,
                normalized_value: Some(value),
                ..field
            });
        }
    }
    fields
}

fn captioned(lines: &[Line], context: &Context) -> Vec<Field> {
    let mut fields = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        for (column, phrase) in line.phrases.iter().enumerate() {
            let Some((key, length)) = caption(&phrase.words) else {
                continue;
            };
            let behind = &phrase.words[length..];
            let right: &[Word] = match line.phrases.get(column + 1) {
                Some(next) => &next.words,
                None => &[],
            };
            let mut candidates = [behind, right]
                .into_iter()
                .filter(|words| !words.is_empty() && caption(words).is_none())
                .map(|words| (row, words))
                .chain(below(lines, row, &phrase.bbox));
            let found = candidates
                .find_map(|(row, words)| Some((row, value(key, words, line.page, context)?)));
            if let Some((row, field)) = found {
                fields.extend(address(lines, row, &field, context));
                fields.push(field);
            }
        }
    }
    fields
}

/// The longest caption that a phrase begins with, and its number of words.
fn caption(words: &[Word]) -> Option<(FieldKey, usize)> {
    (1..=CAPTION_WORDS.min(words.len()))
        .rev()
        .find_map(|length| {
            let folded = fold(&text(&words[..length]));
            let key = HEADER
                .iter()
                .find(|(_, captions)| captions.contains(&folded.as_str()))?;
            Some((key.0, length))
        })
}

/// Phrases below a box that begin about where it does or stand under it, nearest first.
fn below<'a>(lines: &'a [Line], row: usize, caption: &Rect) -> Vec<(usize, &'a [Word])> {
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate().skip(row + 1).take(LINES_BELOW) {
        let under = line
            .phrases
            .iter()
            .find(|p| p.bbox.x0 < caption.x1 && p.bbox.x1 > caption.x0);
        let Some(phrase) = under else {
            continue;
        };
        if self::caption(&phrase.words).is_none() {
            found.push((index, phrase.words.as_slice()));
        }
    }
    found
}

/// The field, if the words can be a value of it.
fn value(key: FieldKey, words: &[Word], page: PagePlace, context: &Context) -> Option<Field> {
    let words = match key {
        FieldKey::DocumentNumber
        | FieldKey::InvoiceNumber
        | FieldKey::PurchaseOrderNumber
        | FieldKey::ContractNumber
        | FieldKey::BatchNumber => {
            // The first word with a digit is the number; captions leave `No.:` before it.
            let start = words
                .iter()
                .position(|word| word.text.chars().any(|c| c.is_ascii_digit()))?;
            &words[start..=start]
        }
        _ => words,
    };
    let printed = text(words);
    let printed = printed.trim_start_matches([':', '.', ' ', '-']);
    if printed.is_empty() {
        return None;
    }
    let normalised = normalise(key, printed, context).value;
    let must_be_a_value = key.value_form() != ValueForm::Text;
    if must_be_a_value && normalised.is_none() {
        return None;
    }
    Some(field(key, printed, normalised, &bbox(words), page))
}

pub fn field(
    key: FieldKey,
    printed: &str,
    normalised: Option<String>,
    bbox: &Rect,
    page: PagePlace,
) -> Field {
    Field {
        key,
        mention_text: printed.to_owned(),
        normalized_value: normalised,
        alternative_values: Vec::new(),
        confidence: 1.0,
        page_anchor: Some(page.anchor(bbox)),
        properties: Vec::new(),
    }
}

/// The lines below the name of a party, as its address.
fn address(lines: &[Line], row: usize, name: &Field, context: &Context) -> Option<Field> {
    let key = match name.key {
        FieldKey::SellerName => FieldKey::SellerAddress,
        FieldKey::BuyerName => FieldKey::BuyerAddress,
        FieldKey::ConsigneeName => FieldKey::ConsigneeAddress,
        _ => return None,
    };
    let first = lines.get(row)?;
    let named = first.phrases.iter().find(|phrase| {
        let printed = phrase.text();
        printed.contains(name.mention_text.as_str())
    })?;
    let mut place = named.bbox;
    let mut all: Option<Rect> = None;
    let mut texts = Vec::new();
    for line in lines.iter().skip(row + 1).take(ADDRESS_LINES) {
        let under = line
            .phrases
            .iter()
            .find(|p| (p.bbox.x0 - place.x0).abs() < 0.02);
        let Some(phrase) = under.filter(|phrase| caption(&phrase.words).is_none()) else {
            break;
        };
        // An empty line ends an address.
        if phrase.bbox.y0 - place.y1 > 1.5 * place.height() {
            break;
        }
        place = phrase.bbox;
        all = Some(all.map_or(place, |all| all.union(&place)));
        texts.push(phrase.text());
    }
    let printed = texts.join("\n");
    let normalised = normalise(key, &printed, context).value?;
    Some(field(key, &printed, Some(normalised), &all?, first.page))
}

/// What is known by its form wherever it stands.
fn by_form(lines: &[Line], context: &Context) -> Vec<Field> {
    static FORMS: LazyLock<[(FieldKey, Regex); 5]> = LazyLock::new(|| {
        let form = |pattern| Regex::new(pattern).expect("a constant pattern");
        [
            (
                FieldKey::ContainerNumber,
                form(r"\b[A-Z]{3}U\s?\d{6}\s?-?\d\b"),
            ),
            (
                FieldKey::Iban,
                form(r"\b[A-Z]{2}\d{2}(?:\s?[0-9A-Z]{4}){3,7}(?:\s?[0-9A-Z]{1,3})?\b"),
            ),
            (
                FieldKey::Incoterm,
                form(r"\b(?:EXW|FCA|FAS|FOB|CFR|CIF|CPT|CIP|DAP|DPU|DDP)\b"),
            ),
            (
                FieldKey::TotalNetMassKg,
                form(r"(?i)\bnet(?:to)?\b\D{0,20}\d[\d.,' ]*\s?kgs?\b"),
            ),
            (
                FieldKey::TotalGrossMassKg,
                form(r"(?i)\b(?:gross|br[uü]t(?:to)?)\b\D{0,20}\d[\d.,' ]*\s?kgs?\b"),
            ),
        ]
    });
    static CURRENCY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:EUR|USD|GBP|CNY|TRY|CHF|PLN|JPY|VND)\b|[€$£]")
            .expect("a constant pattern")
    });
    let mut fields = Vec::new();
    for line in lines {
        for phrase in &line.phrases {
            let printed = phrase.text();
            let forms = FORMS.iter().map(|(key, form)| (*key, form));
            for (key, form) in forms.chain([(FieldKey::Currency, &*CURRENCY)]) {
                for found in form.find_iter(&printed) {
                    let value = normalise(key, found.as_str(), context).value;
                    if value.is_some() {
                        fields.push(field(key, found.as_str(), value, &phrase.bbox, line.page));
                    }
                }
            }
        }
    }
    fields
}
