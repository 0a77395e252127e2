//! The documents of a consignment, composed from placements rather than picked from templates.
//!
//! Goes in: a consignment, a document type, a split and a seed. Comes out: a rendered document with
//! the truth of every word. `look` draws the placements, `draft` writes fragments, `frame`, `table`
//! and `totals` write the parts, and one file a group of document types puts them together.
//! Deliberately absent: damage by scanners and cameras (`capture`).

mod cells;
mod certificates;
mod charges;
mod clutter;
mod codes;
mod draft;
mod electronic;
mod export_form;
mod footers;
mod form;
mod frame;
mod heading;
mod heads;
mod info;
mod invoice;
mod letter;
mod letterhead;
mod listing;
mod look;
mod messrs;
mod office;
mod official;
mod origin;
mod other;
mod packing_list;
mod particulars;
mod parties;
mod party;
mod plan;
mod prose;
mod rows;
mod scheme;
mod sub_rows;
mod table;
mod terms;
mod totals;
mod transport;

use crate::consignment::{Consignment, country};
use crate::lexicon::{DateForm, LANGUAGES, NumberForm, Speech};
use crate::paper::{Ink, Mention, print};
use crate::{CorpusError, RenderedDocument, Split};
use docexam_domain::{DocumentType, Field, FieldKey, PageAnchor, Placement, Rect};
use draft::Draft;
use look::{Look, pick};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, HashMap};

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub document_type: DocumentType,
    pub split: Split,
    /// ISO 639-1; `None` draws one that fits the seller.
    pub language: Option<&'a str>,
    pub dpi: f32,
    pub seed: u64,
}

/// Draws one document of the consignment.
pub fn draw(it: &Consignment, order: Order) -> Result<RenderedDocument, CorpusError> {
    let kind: &'static str = order.document_type.into();
    let mut draft = begun(it, order);
    let setup = draft.page_setup();
    let with_code = matches!(
        order.document_type,
        DocumentType::CommercialInvoice | DocumentType::PackingList
    );
    let marks = draft.corner_marks(with_code);
    let body = match order.document_type {
        DocumentType::CommercialInvoice => invoice::write(&mut draft),
        DocumentType::PackingList => packing_list::write(&mut draft),
        DocumentType::CertificateOfOrigin => origin::write(&mut draft),
        DocumentType::BillOfLading | DocumentType::SeaWaybill => {
            transport::sea(&mut draft, order.document_type)
        }
        DocumentType::AirWaybill => transport::air(&mut draft),
        DocumentType::Other => other::write(&mut draft),
        certificate => certificates::write(&mut draft, certificate),
    };
    let name = format!("{kind} {}", order.seed);
    let sheets = print(
        &name,
        format!(
            "{setup}
{}
{}
{marks}
{body}",
            draft.backdrop, draft.page_rules
        ),
        &draft.ink.mentions,
        order.dpi,
    )?;
    let mut fields = truth(&draft.ink.mentions, &sheets.places);
    if !order.document_type.tells_signature() {
        fields.retain(|field| field.key != FieldKey::SignaturePresent);
    }
    Ok(RenderedDocument {
        document_type: order.document_type,
        language: draft.speech.name(),
        layout: draft.family,
        pages: sheets.pages,
        pdf: sheets.pdf,
        fields,
    })
}

/// A document of which nothing is written yet.
fn begun<'a>(it: &'a Consignment, order: Order) -> Draft<'a> {
    let mut rng = ChaCha8Rng::seed_from_u64(order.seed);
    let speech = speech(&mut rng, it, order);
    let kind: &'static str = order.document_type.into();
    let look = Look::draw(&mut rng, order.split, kind, &speech.language);
    Draft {
        it,
        number_form: NumberForm::draw(&mut rng, &speech.language),
        date_form: DateForm::draw(&mut rng, &speech.language, &it.seller.country),
        rng,
        ink: Ink::default(),
        speech,
        family: look.family(kind),
        look,
        habits: HashMap::new(),
        split: order.split,
        backdrop: String::new(),
        page_rules: String::new(),
        row_notes: Vec::new(),
        notes_below: false,
        text_rows: false,
    }
}

/// The seller's language, English, or both.
fn speech(rng: &mut ChaCha8Rng, it: &Consignment, order: Order) -> Speech {
    // A language kept for tests is spoken only when it is asked for.
    let home = match country(&it.seller.country).language.as_str() {
        home if LANGUAGES.contains(&home) => home,
        _ => "en",
    };
    let bilingual = rng.random_bool(0.18);
    let language = match order.language {
        Some(language) => language,
        // Transport documents are in English nearly everywhere.
        None if order.document_type.is_transport_document() && rng.random_bool(0.85) => "en",
        None => match rng.random_range(0..20) {
            0..11 => home,
            11..18 => "en",
            _ => pick(rng, &LANGUAGES),
        },
    };
    let second = match (language, bilingual) {
        (_, false) => None,
        ("en", true) => Some(home),
        (_, true) => Some("en"),
    };
    Speech::new(language, second, rng)
}

/// The values as fields: header values once each, the cells of a row under its line item.
fn truth(mentions: &[Mention], places: &[Option<(usize, [f32; 4])>]) -> Vec<Field> {
    let mut header: Vec<Field> = Vec::new();
    let mut rows: BTreeMap<usize, Vec<Field>> = BTreeMap::new();
    for (mention, place) in mentions.iter().zip(places) {
        let Some((page, bbox)) = place else { continue };
        let field = field(mention, *page, *bbox);
        match mention.row {
            Some(row) => rows.entry(row).or_default().push(field),
            None => {
                let again = header.iter().any(|known| {
                    known.key == field.key && known.normalized_value == field.normalized_value
                });
                if !again {
                    header.push(field);
                }
            }
        }
    }
    for properties in rows.into_values() {
        let page_anchor = properties.first().and_then(|cell| cell.page_anchor.clone());
        let text: Vec<&str> = properties
            .iter()
            .map(|cell| cell.mention_text.as_str())
            .collect();
        header.push(Field {
            key: FieldKey::LineItem,
            mention_text: text.join(" "),
            normalized_value: None,
            alternative_values: Vec::new(),
            confidence: 1.0,
            page_anchor,
            properties,
        });
    }
    header
}

fn field(mention: &Mention, page: usize, [x0, y0, x1, y1]: [f32; 4]) -> Field {
    let polygon = Placement::upright(1000, 1000).displayed(&Rect::new(x0, y0, x1, y1));
    Field {
        key: mention.key,
        mention_text: mention.text.clone(),
        normalized_value: Some(mention.value.clone()),
        alternative_values: Vec::new(),
        confidence: 1.0,
        page_anchor: Some(PageAnchor {
            file: 0,
            page: page as u32 + 1,
            polygon,
        }),
        properties: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consignment::{Wish, compose};

    /// Calls `write` with the unwritten invoices of many consignments.
    pub fn with_invoices(count: u64, mut write: impl FnMut(&mut Draft)) {
        for seed in 0..count {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let it = compose(&mut rng, Split::Train, Wish::default());
            let order = Order {
                document_type: DocumentType::CommercialInvoice,
                split: Split::Train,
                language: None,
                dpi: 24.0,
                seed,
            };
            write(&mut begun(&it, order));
        }
    }

    #[test]
    fn pen_strokes_are_the_signature_of_what_tells_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let it = compose(&mut rng, Split::Train, Wish::default());
        let drawn = |document_type, seed| {
            let order = Order {
                document_type,
                split: Split::Train,
                language: None,
                dpi: 72.0,
                seed,
            };
            draw(&it, order).expect("drawn")
        };
        let of = |document: &RenderedDocument| {
            let mut fields = document.fields.iter();
            let signature = fields.find(|field| field.key == FieldKey::SignaturePresent);
            signature.and_then(|field| field.page_anchor.clone())
        };
        let certificates = (0..12).map(|seed| drawn(DocumentType::InsuranceCertificate, seed));
        let signed = |document: RenderedDocument| Some((of(&document)?, document));
        let mut signed = certificates.filter_map(signed);
        let (anchor, certificate) = signed.next().expect("one of them is signed");
        let image = &certificate.pages[anchor.page as usize - 1].image;
        let [x0, y0, x1, y1] = crate::capture::around(&anchor.polygon.0);
        let at = |share: f32, side: u32| (share * side as f32) as u32;
        let columns = at(x0, image.width())..at(x1, image.width());
        let blue = (at(y0, image.height())..at(y1, image.height()))
            .flat_map(|y| columns.clone().map(move |x| image.get_pixel(x, y).0))
            .filter(|[red, _, blue]| blue.abs_diff(*red) > 30 || *blue < 100);
        assert!(blue.count() > 20, "{anchor:?}");
        // Bills of lading are signed too, but that is no field of them.
        for seed in 0..4 {
            assert_eq!(of(&drawn(DocumentType::BillOfLading, seed)), None);
        }
    }
}
