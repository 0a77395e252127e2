//! The sizes of a network and the names of its outputs, as stored beside the weights.

use serde::{Deserialize, Serialize};

/// Of the weights folder; a folder of a later version is refused.
pub const FORMAT_VERSION: u32 = 3;
/// Of folders of before, whose matrices are all in half precision: with one network, and with several.
const OLDER_VERSIONS: [u32; 2] = [1, 2];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    pub version: u32,
    pub size: NetworkSize,
    pub labels: Vec<String>,
    pub page_classes: Vec<String>,
    #[serde(default)]
    pub temperatures: Temperatures,
    /// Further networks with the same labels, which read the same words: what all of them say is averaged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Member>,
}

impl ModelConfig {
    /// All networks, the first one first.
    pub fn members(&self) -> impl Iterator<Item = Member> + '_ {
        let first = Member {
            size: self.size,
            temperatures: self.temperatures,
        };
        std::iter::once(first).chain(self.others.iter().copied())
    }

    /// Whether a folder of this version can be read.
    pub fn is_known_version(&self) -> bool {
        let older = OLDER_VERSIONS[usize::from(!self.others.is_empty())];
        [FORMAT_VERSION, older].contains(&self.version)
    }
}

/// A network of several.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    pub size: NetworkSize,
    #[serde(default)]
    pub temperatures: Temperatures,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkSize {
    /// Vector length of the token table.
    pub token_dimension: usize,
    pub width: usize,
    pub layers: usize,
    pub heads: usize,
    pub feed_forward: usize,
    /// Rows and columns of the trainable table of hashed spellings.
    pub spelling_rows: usize,
    pub spelling_width: usize,
    /// Words a window; longer pages are read in overlapping windows.
    pub window: usize,
    /// Whether a word is also given the heading of its column. Weights of the first version are not.
    #[serde(default)]
    pub headings: bool,
}

impl Default for NetworkSize {
    fn default() -> Self {
        Self {
            token_dimension: 192,
            width: 192,
            layers: 4,
            heads: 6,
            feed_forward: 512,
            spelling_rows: 8192,
            spelling_width: 48,
            window: 512,
            headings: true,
        }
    }
}

/// Scores are divided by these before they become probabilities, so that 0.9 means 90 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Temperatures {
    pub labels: f32,
    pub begins: f32,
    pub starts_row: f32,
    pub page_class: f32,
    pub starts_document: f32,
}

impl Default for Temperatures {
    fn default() -> Self {
        Self {
            labels: 1.0,
            begins: 1.0,
            starts_row: 1.0,
            page_class: 1.0,
            starts_document: 1.0,
        }
    }
}
