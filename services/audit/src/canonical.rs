//! One text for one value: JSON with sorted keys and no spaces, as RFC 8785 asks.
//!
//! Numbers are printed as `serde_json` prints them, which is RFC 8785 for the whole numbers of audit
//! entries; results also hold fractions, whose shortest digits are the same in every run.
//! (The crates for RFC 8785 change how the whole program parses fractions, and rebuild everything.)

use crate::AuditError;
use docexam_domain::Sha256Digest;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

pub fn canonical_json<T: Serialize>(value: &T) -> Result<String, AuditError> {
    // By way of the text, because a fraction of 32 bits keeps its short form only there.
    canonical_text(&serde_json::to_string(value).map_err(AuditError::Json)?)
}

/// The same for JSON that was written by `serde_json`.
pub fn canonical_text(json: &str) -> Result<String, AuditError> {
    let value: Value = serde_json::from_str(json).map_err(AuditError::Json)?;
    let mut sorted = String::with_capacity(json.len());
    write_sorted(&value, &mut sorted);
    Ok(sorted)
}

pub fn canonical_digest<T: Serialize>(value: &T) -> Result<Sha256Digest, AuditError> {
    Ok(Sha256Digest::of(canonical_json(value)?.as_bytes()))
}

fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            // Not as the map yields them: any dependency can switch its order to that of insertion.
            let members: BTreeMap<&String, &Value> = members.iter().collect();
            out.push('{');
            for (position, (key, value)) in members.into_iter().enumerate() {
                comma(position, out);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_sorted(value, out);
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for (position, value) in values.iter().enumerate() {
                comma(position, out);
                write_sorted(value, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn comma(position: usize, out: &mut String) {
    if position > 0 {
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_is_added() {
        let value = json!({"b": [1, {"z": null, "a": "x"}], "a": true, "": "€\u{7}\"\\/"});
        assert_eq!(
            canonical_json(&value).expect("JSON"),
            "{\"\":\"€\\u0007\\\"\\\\/\",\"a\":true,\"b\":[1,{\"a\":\"x\",\"z\":null}]}"
        );
    }

    #[test]
    fn a_short_fraction_stays_short() {
        assert_eq!(canonical_json(&[0.97f32]).expect("JSON"), "[0.97]");
    }
}
