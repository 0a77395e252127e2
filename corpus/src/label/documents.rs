//! Which documents a file of training pages is made of.
//!
//! Goes in: a generator. Comes out: one document of a consignment of its own.

use crate::single::document_of;
use crate::{CorpusError, RenderedDocument, Split};
use docexam_domain::DocumentType;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Shares in 100: what customs files hold, with enough of the rare ones to learn them.
const MIX: [(DocumentType, u32); 14] = [
    (DocumentType::CommercialInvoice, 31),
    (DocumentType::PackingList, 16),
    (DocumentType::CertificateOfOrigin, 12),
    (DocumentType::BillOfLading, 7),
    (DocumentType::SeaWaybill, 2),
    (DocumentType::AirWaybill, 4),
    (DocumentType::PhytosanitaryCertificate, 3),
    (DocumentType::HealthCertificate, 3),
    (DocumentType::VeterinaryCertificate, 2),
    (DocumentType::ConformityCertificate, 3),
    (DocumentType::CertificateOfAnalysis, 4),
    (DocumentType::InsuranceCertificate, 3),
    (DocumentType::CitesPermit, 1),
    (DocumentType::Other, 9),
];

/// A document drawn at `dpi`; the words do not depend on the resolution. Without `languages`, in one
/// of the usual ones that fits the seller.
pub fn document(
    split: Split,
    languages: &[String],
    dpi: f32,
    rng: &mut ChaCha8Rng,
) -> Result<RenderedDocument, CorpusError> {
    let kind = drawn_type(rng);
    let language = languages.choose(rng).map(String::as_str);
    document_of(kind, language, split, rng.random(), dpi)
}

fn drawn_type(rng: &mut ChaCha8Rng) -> DocumentType {
    let mut left = rng.random_range(0..100);
    for (kind, share) in MIX {
        if left < share {
            return kind;
        }
        left -= share;
    }
    DocumentType::CommercialInvoice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_a_hundred() {
        assert_eq!(MIX.iter().map(|(_, share)| share).sum::<u32>(), 100);
    }
}
