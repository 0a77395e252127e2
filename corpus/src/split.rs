//! Train, validation and test, and which of them a layout family, a company name part or a kind of
//! goods belongs to: a fixed hash of its name, so that adding one never moves another.

use docexam_domain::Sha256Digest;
use serde::{Deserialize, Serialize};

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Split {
    Train,
    Validation,
    Test,
}

impl Split {
    /// About 70 % train, 15 % validation, 15 % test.
    pub fn of(name: &str) -> Self {
        let digest = Sha256Digest::of(name.as_bytes());
        let bucket = u32::from_str_radix(&digest.hex()[..4], 16).unwrap_or_default() % 100;
        match bucket {
            0..70 => Self::Train,
            70..85 => Self::Validation,
            _ => Self::Test,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_is_fixed_and_about_70_15_15() {
        assert_eq!(Split::of("goods 84821010"), Split::of("goods 84821010"));
        let count = |split| {
            (0..1000)
                .filter(|n| Split::of(&format!("name {n}")) == split)
                .count()
        };
        assert!((650..750).contains(&count(Split::Train)));
        assert!((100..200).contains(&count(Split::Validation)));
        assert!((100..200).contains(&count(Split::Test)));
    }
}
