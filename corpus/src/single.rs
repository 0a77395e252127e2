//! A single document of a type, of a consignment of its own: for looking at, and for tests.

use crate::consignment::{Wish, compose, countries};
use crate::layout::{Order, draw};
use crate::lexicon::TEST_LANGUAGES;
use crate::{CorpusError, RenderedDocument, Split};
use docexam_domain::DocumentType;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A document of this type, of a consignment of its own; the language is drawn if not given.
pub fn document_of(
    document_type: DocumentType,
    language: Option<&str>,
    split: Split,
    seed: u64,
    dpi: f32,
) -> Result<RenderedDocument, CorpusError> {
    let mut rng = stream(seed, 0);
    let mut wish = wish_for(document_type);
    // Paper in a language kept for tests comes from where it is spoken, most of the time.
    if let Some(language) = language.filter(|language| TEST_LANGUAGES.contains(language))
        && rng.random_bool(0.8)
    {
        wish.seller_country = countries()
            .iter()
            .find(|country| country.language == language)
            .map(|country| country.code.as_str());
    }
    let mut it = compose(&mut rng, split, wish);
    if document_type == DocumentType::CommercialInvoice && rng.random_bool(0.025) {
        it.credit();
    }
    it.charges_as_rows = document_type == DocumentType::CommercialInvoice && rng.random_bool(0.3);
    it.of_services = document_type == DocumentType::CommercialInvoice && rng.random_bool(0.06);
    if it.of_services {
        for line in &mut it.lines {
            let unit = ["HUR", "HUR", "MON", "KWH", "C62"][rng.random_range(0..5)];
            line.unit = unit.to_owned();
        }
    }
    let order = Order {
        document_type,
        split,
        language,
        dpi,
        seed: rng.random(),
    };
    draw(&it, order)
}

/// What a consignment must be like for such a document to be issued.
pub(crate) fn wish_for(kind: DocumentType) -> Wish<'static> {
    Wish {
        seller_country: None,
        chapters: chapters(kind),
        by_air: match kind {
            DocumentType::AirWaybill => Some(true),
            DocumentType::BillOfLading | DocumentType::SeaWaybill => Some(false),
            _ => None,
        },
    }
}

/// HS chapters for which such a certificate is issued; empty for any.
pub(crate) fn chapters(kind: DocumentType) -> &'static [u32] {
    match kind {
        DocumentType::PhytosanitaryCertificate => &[6, 7, 8, 9, 10, 12, 44],
        DocumentType::HealthCertificate => &[2, 3, 4, 15, 16, 17, 18, 19, 20, 22],
        DocumentType::VeterinaryCertificate => &[2, 3, 4, 23],
        DocumentType::ConformityCertificate => &[39, 40, 84, 85, 87, 90, 94, 95],
        DocumentType::CertificateOfAnalysis => &[15, 17, 28, 29, 30, 32, 34, 35, 38, 39],
        DocumentType::CitesPermit => &[42, 44, 94],
        _ => &[],
    }
}

/// An own stream of random numbers for each document.
pub(crate) fn stream(seed: u64, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index + 1);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use strum::IntoEnumIterator;

    #[test]
    fn the_same_number_gives_the_same_bytes() {
        let once =
            document_of(DocumentType::PackingList, None, Split::Train, 11, 72.0).expect("drawn");
        let again =
            document_of(DocumentType::PackingList, None, Split::Train, 11, 72.0).expect("drawn");
        assert_eq!(once.pdf, again.pdf);
        assert_eq!(once.fields, again.fields);
        for (a, b) in once.pages.iter().zip(&again.pages) {
            assert_eq!(a.words, b.words);
            assert!(a.image == b.image);
        }
    }

    #[test]
    fn every_type_is_drawn_with_its_title_fields_and_rows() {
        for kind in DocumentType::iter() {
            for seed in 0..8 {
                let document = document_of(kind, None, Split::Train, seed, 30.0).expect("drawn");
                let words: Vec<_> = document.pages.iter().flat_map(|page| &page.words).collect();
                assert!(
                    !words.is_empty() || kind == DocumentType::Other,
                    "{kind} {seed}"
                );
                let labelled = words.iter().filter(|word| word.label != "O").count();
                match kind {
                    DocumentType::Other => assert_eq!(labelled, 0, "{kind} {seed}"),
                    _ => assert!(labelled > 10, "{kind} {seed}: {labelled}"),
                }
                let rows = document
                    .fields
                    .iter()
                    .filter(|field| !field.properties.is_empty())
                    .count();
                let starts = words.iter().filter(|word| word.starts_row).count();
                assert_eq!(rows, starts, "{kind} {seed}");
                for word in words {
                    let [x0, y0, x1, y1] = word.bbox;
                    assert!(x0 < x1 && y0 < y1, "{kind} {seed}: {word:?}");
                }
            }
        }
    }

    /// Text over text cannot be read again; a layout that overflows its boxes shows here.
    #[test]
    fn words_do_not_lie_on_each_other() {
        let area = |b: [f32; 4]| (b[2] - b[0]) * (b[3] - b[1]);
        let shared = |a: [f32; 4], b: [f32; 4]| {
            let width = a[2].min(b[2]) - a[0].max(b[0]);
            let height = a[3].min(b[3]) - a[1].max(b[1]);
            width.max(0.0) * height.max(0.0)
        };
        let (mut words, mut covered) = (0, 0);
        for kind in DocumentType::iter() {
            for seed in 100..112 {
                let document = document_of(kind, None, Split::Train, seed, 30.0).expect("drawn");
                let mut here = 0;
                for page in &document.pages {
                    words += page.words.len();
                    // Letters of more than 1/25 of the page are a watermark, which lies under the text.
                    let printed: Vec<_> = page
                        .words
                        .iter()
                        .filter(|word| word.bbox[3] - word.bbox[1] < 0.04)
                        .collect();
                    for (at, word) in printed.iter().enumerate() {
                        let hit = printed[at + 1..].iter().find(|other| {
                            let least = area(word.bbox).min(area(other.bbox));
                            shared(word.bbox, other.bbox) > 0.25 * least
                        });
                        here += usize::from(hit.is_some());
                    }
                }
                if here > 2 {
                    println!(
                        "{kind} {seed} {} {}: {here}",
                        document.language, document.layout
                    );
                }
                covered += here;
            }
        }
        assert!(covered * 200 < words, "{covered} of {words}");
    }

    #[test]
    fn layout_families_do_not_cross_the_splits() {
        for kind in [
            DocumentType::CommercialInvoice,
            DocumentType::CertificateOfOrigin,
            DocumentType::BillOfLading,
            DocumentType::InsuranceCertificate,
        ] {
            let families = |split| -> HashSet<String> {
                (0..25)
                    .map(|seed| document_of(kind, None, split, seed, 24.0))
                    .map(|document| document.expect("drawn").layout)
                    .collect()
            };
            let trained = families(Split::Train);
            assert!(trained.len() > 8, "{trained:?}");
            assert!(trained.is_disjoint(&families(Split::Test)), "{kind}");
        }
    }

    #[test]
    fn a_language_kept_for_tests_is_drawn_when_asked_for() {
        let document = document_of(
            DocumentType::CommercialInvoice,
            Some("sv"),
            Split::Test,
            5,
            30.0,
        )
        .expect("drawn");
        assert!(document.language.starts_with("sv"), "{}", document.language);
        for seed in 0..30 {
            let usual = document_of(DocumentType::PackingList, None, Split::Train, seed, 24.0);
            let language = usual.expect("drawn").language;
            assert!(
                !language.contains("sv") && !language.contains("ro"),
                "{language}"
            );
        }
    }
}
