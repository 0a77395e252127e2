//! Counting: right, false and missed values, and shares of things that are right or not.

use docexam_domain::FieldKey;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Values of one kind. A wrong value is a false one and a missed one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub right: u64,
    /// Read and not true.
    pub false_values: u64,
    /// True and not read.
    pub missed: u64,
}

impl Tally {
    /// Of what was read, how much is true; `None` when nothing was read.
    pub fn precision(self) -> Option<f64> {
        share(self.right, self.right + self.false_values)
    }

    /// Of what is true, how much was read; `None` when nothing is.
    pub fn recall(self) -> Option<f64> {
        share(self.right, self.right + self.missed)
    }

    /// Harmonic mean of both; `None` when there was nothing to read and nothing read.
    pub fn f1(self) -> Option<f64> {
        share(
            2 * self.right,
            2 * self.right + self.false_values + self.missed,
        )
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.false_values += other.false_values;
        self.missed += other.missed;
    }
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub right: u64,
    pub of: u64,
}

impl Count {
    pub fn add(&mut self, right: bool) {
        self.right += u64::from(right);
        self.of += 1;
    }

    pub fn share(self) -> Option<f64> {
        share(self.right, self.of)
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.of += other.of;
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Tallies by key.
pub type ByKey = BTreeMap<FieldKey, Tally>;

/// All keys together: every value weighs the same (micro average).
pub fn total(by_key: &ByKey) -> Tally {
    let mut total = Tally::default();
    for tally in by_key.values() {
        total += *tally;
    }
    total
}
