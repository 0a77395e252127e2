//! The names of fields: the contract of `Field.type`. More may be added; none is ever renamed.

use serde::{Deserialize, Serialize};

/// A header field, `line_item`, or a cell of a line item. Written in `snake_case`.
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
pub enum FieldKey {
    // identity of the document and references to others
    DocumentNumber,
    IssueDate,
    PurchaseOrderNumber,
    ContractNumber,
    InvoiceNumber,
    InvoiceDate,
    TransportDocumentNumber,
    OnBoardDate,
    // parties
    SellerName,
    SellerAddress,
    SellerCountry,
    SellerTaxId,
    BuyerName,
    BuyerAddress,
    BuyerCountry,
    BuyerTaxId,
    ConsigneeName,
    ConsigneeAddress,
    NotifyPartyName,
    ProducerName,
    // delivery and route
    Incoterm,
    IncotermPlace,
    CountryOfOrigin,
    CountryOfDestination,
    CountryOfIssue,
    PortOfLoading,
    PortOfDischarge,
    VesselName,
    VoyageNumber,
    ContainerNumber,
    SealNumber,
    Marks,
    // amounts
    Currency,
    GoodsAmount,
    DiscountAmount,
    FreightAmount,
    InsuranceAmount,
    OtherChargesAmount,
    TaxAmount,
    TotalAmount,
    AmountDue,
    PaymentTerms,
    Iban,
    // totals of the consignment; masses in kg, volume in m³
    TotalPackages,
    PackageKind,
    TotalQuantity,
    TotalNetMassKg,
    TotalGrossMassKg,
    #[serde(rename = "total_volume_m3")]
    #[strum(serialize = "total_volume_m3")]
    TotalVolumeM3,
    // certificates
    Form,
    IssuingAuthority,
    OriginCriterion,
    ValidityDate,
    DepartureDate,
    IssuedRetroactively,
    ThirdPartyInvoicing,
    SignaturePresent,
    StampPresent,
    SpeciesName,
    Treatment,
    AdditionalDeclaration,
    EstablishmentNumber,
    Standard,
    BatchNumber,
    // line items: the row, and the cells that only rows have
    LineItem,
    LineNumber,
    ProductCode,
    Description,
    HsCode,
    Quantity,
    Unit,
    UnitPrice,
    LineAmount,
    NetMassKg,
    GrossMassKg,
    Packages,
    CartonRange,
}

/// How a value of a key is written once normalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueForm {
    Text,
    /// ISO 8601 calendar date.
    Date,
    /// Digits with an optional decimal point, no grouping.
    Decimal,
    Integer,
    /// Decimal in kilograms; other units are converted.
    MassKg,
    /// ISO 3166-1 alpha-2.
    Country,
    /// ISO 4217.
    Currency,
    /// Incoterms rule, three letters.
    Incoterm,
    /// Digits only.
    HsCode,
    /// UN/ECE Recommendation 20 code when resolvable.
    Unit,
    /// `true` or `false`.
    Flag,
}

impl FieldKey {
    pub fn value_form(self) -> ValueForm {
        match self {
            Self::IssueDate
            | Self::InvoiceDate
            | Self::OnBoardDate
            | Self::ValidityDate
            | Self::DepartureDate => ValueForm::Date,
            Self::GoodsAmount
            | Self::DiscountAmount
            | Self::FreightAmount
            | Self::InsuranceAmount
            | Self::OtherChargesAmount
            | Self::TaxAmount
            | Self::TotalAmount
            | Self::AmountDue
            | Self::TotalQuantity
            | Self::TotalVolumeM3
            | Self::Quantity
            | Self::UnitPrice
            | Self::LineAmount => ValueForm::Decimal,
            Self::TotalPackages | Self::Packages | Self::LineNumber => ValueForm::Integer,
            Self::TotalNetMassKg | Self::TotalGrossMassKg | Self::NetMassKg | Self::GrossMassKg => {
                ValueForm::MassKg
            }
            Self::SellerCountry
            | Self::BuyerCountry
            | Self::CountryOfOrigin
            | Self::CountryOfDestination
            | Self::CountryOfIssue => ValueForm::Country,
            Self::Currency => ValueForm::Currency,
            Self::Incoterm => ValueForm::Incoterm,
            Self::HsCode => ValueForm::HsCode,
            Self::Unit => ValueForm::Unit,
            Self::IssuedRetroactively
            | Self::ThirdPartyInvoicing
            | Self::SignaturePresent
            | Self::StampPresent => ValueForm::Flag,
            _ => ValueForm::Text,
        }
    }

    /// Whether it is seen in the picture of a page and not said by words.
    pub fn is_drawn(self) -> bool {
        matches!(self, Self::SignaturePresent | Self::StampPresent)
    }

    /// Whether a document may carry several values of this header key.
    pub fn repeats(self) -> bool {
        matches!(
            self,
            Self::LineItem | Self::ContainerNumber | Self::SealNumber | Self::BatchNumber
        )
    }

    /// Whether the key may stand in a row of the goods table (some may stand in the header too).
    pub fn is_line_item_cell(self) -> bool {
        matches!(
            self,
            Self::LineNumber
                | Self::ProductCode
                | Self::Description
                | Self::HsCode
                | Self::CountryOfOrigin
                | Self::Quantity
                | Self::Unit
                | Self::UnitPrice
                | Self::DiscountAmount
                | Self::LineAmount
                | Self::NetMassKg
                | Self::GrossMassKg
                | Self::Packages
                | Self::PackageKind
                | Self::CartonRange
                | Self::Marks
                | Self::OriginCriterion
                | Self::InvoiceNumber
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;
    use strum::IntoEnumIterator;

    #[test]
    fn json_and_text_names_agree_and_are_those_of_the_contract() {
        for key in FieldKey::iter() {
            let json = serde_json::to_value(key).expect("a unit variant serialises");
            assert_eq!(json, key.to_string(), "{key:?}");
            assert_eq!(FieldKey::from_str(&key.to_string()), Ok(key));
        }
        assert_eq!(FieldKey::TotalVolumeM3.to_string(), "total_volume_m3");
        assert_eq!(FieldKey::SellerTaxId.to_string(), "seller_tax_id");
    }
}
