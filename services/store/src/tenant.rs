//! Names that callers choose: tenants and request ids. Both are bounded, because they become keys.

use crate::StoreError;

/// Whose files and examinations these are. Tenants do not see each other's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tenant(String);

impl Tenant {
    pub const DEFAULT: &'static str = "default";

    pub fn parse(name: &str) -> Result<Self, StoreError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        match (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
            true => Ok(Self(name.to_owned())),
            false => Err(StoreError::BadTenant(shortened(name))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Tenant {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

/// Names a call, so that repeating it is harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// An empty text means that the caller gave none.
    pub fn parse(text: &str) -> Result<Option<Self>, StoreError> {
        match text.len() {
            0 => Ok(None),
            1..=128 if text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') => {
                Ok(Some(Self(text.to_owned())))
            }
            _ => Err(StoreError::BadRequestId(shortened(text))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Enough of a refused name to recognise it in a message.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded() {
        assert!(Tenant::parse("customs-NL.1").is_ok());
        assert!(Tenant::parse("").is_err());
        assert!(Tenant::parse("../etc").is_err());
        assert!(Tenant::parse(&"x".repeat(65)).is_err());
        assert_eq!(RequestId::parse("").expect("none"), None);
        assert!(RequestId::parse("0192e4a0-7d5f-7b3a-9c1e-1f2a3b4c5d6e").is_ok());
        assert!(RequestId::parse("line\nbreak").is_err());
        assert!(RequestId::parse(&"x".repeat(129)).is_err());
    }
}
