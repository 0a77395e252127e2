//! A document found in the submission, and the fields on it.

use crate::{FieldKey, Polygon};
use serde::{Deserialize, Serialize};

/// What kind of paper it is. Strings and codes are those of the field contract (UNTDED 1001).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DocumentType {
    CommercialInvoice,
    PackingList,
    CertificateOfOrigin,
    PhytosanitaryCertificate,
    HealthCertificate,
    VeterinaryCertificate,
    ConformityCertificate,
    CitesPermit,
    CertificateOfAnalysis,
    InsuranceCertificate,
    BillOfLading,
    SeaWaybill,
    AirWaybill,
    Other,
}

impl DocumentType {
    /// UNTDED 1001 codes a declaration may use for this type, the usual one first; empty if none.
    pub fn untded_codes(self) -> &'static [&'static str] {
        match self {
            Self::CommercialInvoice => &["380", "325", "935"],
            Self::PackingList => &["271"],
            Self::CertificateOfOrigin => &["861", "864", "865", "954"],
            Self::PhytosanitaryCertificate => &["851"],
            Self::HealthCertificate => &["852"],
            Self::VeterinaryCertificate => &["853"],
            Self::ConformityCertificate => &["2"],
            Self::BillOfLading => &["705"],
            Self::SeaWaybill => &["710"],
            Self::AirWaybill => &["740"],
            Self::CitesPermit
            | Self::CertificateOfAnalysis
            | Self::InsuranceCertificate
            | Self::Other => &[],
        }
    }

    /// A certificate of any kind: issued by an authority or a chamber about the goods.
    pub fn is_certificate(self) -> bool {
        matches!(
            self,
            Self::CertificateOfOrigin
                | Self::PhytosanitaryCertificate
                | Self::HealthCertificate
                | Self::VeterinaryCertificate
                | Self::ConformityCertificate
                | Self::CitesPermit
                | Self::CertificateOfAnalysis
                | Self::InsuranceCertificate
        )
    }

    /// Whether `signature_present` is a field of it: who issues an invoice or a certificate answers for it by signing.
    pub fn tells_signature(self) -> bool {
        self == Self::CommercialInvoice || self.is_certificate()
    }

    pub fn is_transport_document(self) -> bool {
        matches!(
            self,
            Self::BillOfLading | Self::SeaWaybill | Self::AirWaybill
        )
    }
}

/// A page of a submission: file index from 0, page within the file from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PageRef {
    pub file: u32,
    pub page: u32,
}

/// Where on the submission something stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageAnchor {
    pub file: u32,
    pub page: u32,
    /// On the displayed page.
    pub polygon: Polygon,
}

/// One value on a document, or a line item whose cells are its `properties`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    #[serde(rename = "type")]
    pub key: FieldKey,
    /// As read, words joined by one space, line breaks kept as `\n`; never corrected.
    pub mention_text: String,
    /// In the form of the key (ISO date, plain decimal, code); absent if the text does not yield one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalized_value: Option<String>,
    /// Other normalised readings that are as possible, e.g. of an ambiguous day and month.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternative_values: Vec<String>,
    /// Probability that the value is right, [0, 1].
    pub confidence: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_anchor: Option<PageAnchor>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Field>,
}

impl Field {
    /// The normalised value if there is one, else the text as read.
    pub fn value(&self) -> &str {
        self.normalized_value
            .as_deref()
            .unwrap_or(&self.mention_text)
    }

    /// The first cell of a line item with this key.
    pub fn property(&self, key: FieldKey) -> Option<&Field> {
        self.properties.iter().find(|cell| cell.key == key)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// `d1`, `d2`, … in page order.
    pub id: String,
    #[serde(rename = "type")]
    pub document_type: DocumentType,
    /// Probability that the type is right, [0, 1].
    pub confidence: f32,
    pub pages: Vec<PageRef>,
    pub fields: Vec<Field>,
}

impl Document {
    /// The most confident header field with this key.
    pub fn field(&self, key: FieldKey) -> Option<&Field> {
        self.fields_of(key)
            .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
    }

    /// All header fields with this key, in reading order (containers, seals and batches repeat).
    pub fn fields_of(&self, key: FieldKey) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.key == key)
    }

    pub fn line_items(&self) -> impl Iterator<Item = &Field> {
        self.fields_of(FieldKey::LineItem)
    }
}
