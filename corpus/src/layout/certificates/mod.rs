//! Certificates of authorities, laboratories and insurers about the goods: each kind on the form that is
//! usual for it, or on the issuer's own paper.
//!
//! Goes in: a draft and the kind. Comes out: Typst source.

mod analysis;
mod conformity;
mod general;
mod health;
mod insurance;
mod permit;
mod phytosanitary;
mod words;

use super::draft::Draft;
use docexam_domain::DocumentType;

pub fn write(draft: &mut Draft, kind: DocumentType) -> String {
    use DocumentType as T;
    if draft.chance(0.3) {
        return general::write(draft, kind);
    }
    match kind {
        T::PhytosanitaryCertificate => phytosanitary::write(draft),
        T::HealthCertificate | T::VeterinaryCertificate => health::write(draft, kind),
        T::ConformityCertificate => conformity::write(draft),
        T::CertificateOfAnalysis => analysis::write(draft),
        T::InsuranceCertificate => insurance::write(draft),
        T::CitesPermit => permit::write(draft),
        _ => general::write(draft, kind),
    }
}
