//! Long JSON in a TEXT column: deflated, as base64, which is the same in both databases and a sixth as long.

use crate::StoreError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{Read, Write};

pub(crate) fn packed(what: &'static str, json: &str) -> Result<String, StoreError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder
        .write_all(json.as_bytes())
        .and_then(|()| encoder.finish());
    Ok(STANDARD.encode(packed.map_err(|error| damaged(what, &error))?))
}

/// More than `most_bytes` are damage.
pub(crate) fn unpacked(
    what: &'static str,
    text: &str,
    most_bytes: u64,
) -> Result<String, StoreError> {
    let packed = STANDARD
        .decode(text)
        .map_err(|error| damaged(what, &error))?;
    let mut json = String::new();
    DeflateDecoder::new(packed.as_slice())
        .take(most_bytes)
        .read_to_string(&mut json)
        .map_err(|error| damaged(what, &error))?;
    Ok(json)
}

fn damaged(what: &'static str, error: &dyn std::error::Error) -> StoreError {
    StoreError::DamagedRow {
        what,
        problem: error.to_string(),
    }
}
