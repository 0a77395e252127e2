//! What a number would have to be for the papers to agree.

use rust_decimal::Decimal;

/// From `least` to `most`, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Needed {
    pub least: Decimal,
    pub most: Decimal,
}

impl Needed {
    /// Values within `tolerance` of `wanted`; `None` where the numbers are too large to compute with.
    pub fn within(wanted: Decimal, tolerance: Decimal) -> Option<Self> {
        Some(Self {
            least: wanted.checked_sub(tolerance)?,
            most: wanted.checked_add(tolerance)?,
        })
    }

    /// The same of numbers that had to be computed first, and may be too large.
    pub fn within_computed(wanted: Option<Decimal>, tolerance: Option<Decimal>) -> Option<Self> {
        Self::within(wanted?, tolerance?)
    }

    pub fn is(&self, value: Decimal) -> bool {
        self.least <= value && value <= self.most
    }

    /// How far the ends lie apart; `None` where that is too large to compute with.
    pub fn width(&self) -> Option<Decimal> {
        self.most.checked_sub(self.least)
    }
}
