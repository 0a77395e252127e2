//! What a check found: an outcome with its evidence, for an officer to confirm.

use crate::{PageAnchor, Sha256Digest};
use serde::{Deserialize, Serialize};

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
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    Pass,
    Discrepancy,
    /// The evidence is too weak to say; the explanation says why.
    Indeterminate,
    /// An input is missing; `not_checked_reason` names it.
    NotChecked,
}

/// How much a confirmed discrepancy matters. Ordered: `Low < Medium < High`.
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
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    Low,
    Medium,
    High,
}

/// What a document says, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Key of the field, e.g. `total_amount`; `line_item[2].quantity` for a cell (rows from 1).
    pub field: String,
    pub value: String,
    /// Id of the document (`d1`).
    pub document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_anchor: Option<PageAnchor>,
}

/// What the declaration (or arithmetic, or a rule) says instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// WCO Data Model pointer of the declared element; absent when the value is computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration_pointer: Option<String>,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Id in the catalogue of checks, e.g. `E02`.
    pub rule_id: String,
    pub outcome: Outcome,
    pub severity: Severity,
    /// One or two sentences for an officer, with the values.
    pub explanation: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<Observed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// The tolerance applied, as text with its unit, e.g. `0.01` or `0.5 kg`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<String>,
    /// Probability that the outcome is right given the readings, [0, 1].
    pub confidence: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_checked_reason: Option<String>,
    /// `name@version`, e.g. `wco-baseline@2026.1`.
    pub rule_pack: String,
    pub rule_pack_digest: Sha256Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_reference: Option<String>,
}
