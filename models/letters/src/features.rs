//! What the line reader's network sees in a line of print.

/// Numbers a step behind the pictures' part of the network.
pub const DEEP: usize = 384;
/// Numbers a step before its last layer, which tells its characters apart.
pub const LATE: usize = 120;

/// One line, step by step from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Row by row. Half precision: a corpus of them is held at once.
    values: Vec<half::f16>,
}

impl Features {
    pub const WIDTH: usize = DEEP + LATE;

    /// Of both parts, row by row; absent where they do not have the same number of steps.
    pub fn of(deep: &[f32], late: &[f32]) -> Option<Self> {
        let steps = deep.len() / DEEP;
        if deep.len() != steps * DEEP || late.len() != steps * LATE {
            return None;
        }
        let rows = deep.chunks_exact(DEEP).zip(late.chunks_exact(LATE));
        let both = rows.flat_map(|(deep, late)| deep.iter().chain(late));
        Some(Self {
            values: both.copied().map(half::f16::from_f32).collect(),
        })
    }

    pub fn steps(&self) -> usize {
        self.values.len() / Self::WIDTH
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = f32> + '_ {
        self.values.iter().map(|value| value.to_f32())
    }
}
