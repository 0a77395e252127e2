//! Receipts with four keys each (the form of ICDAR 2019 SROIE): `images/NAME.jpg` and `keys/NAME.json` with
//! `company`, `date`, `address`, `total`. Days come before months. What kind of document a receipt is, the
//! contract does not say, so its class does not count.

use super::{TruthCase, TruthDocument, TruthValue, read_text, sorted_entries};
use crate::EvaluationError;
use docexam_domain::FieldKey;
use docexam_extract::{Context, normalise};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct Keys {
    company: Option<String>,
    date: Option<String>,
    address: Option<String>,
    total: Option<String>,
}

/// A date whose order is not in doubt, so that all dates of the set are read with the day first.
const DAY_FIRST: (FieldKey, &str) = (FieldKey::IssueDate, "31/12/2018");

pub fn load(folder: &Path) -> Result<Vec<TruthCase>, EvaluationError> {
    let mut cases = Vec::new();
    for image in sorted_entries(&folder.join("images"))? {
        let Some(stem) = image.file_stem() else {
            continue;
        };
        let mut name = stem.to_owned();
        name.push(".json");
        let path = folder.join("keys").join(name);
        if !path.is_file() {
            continue;
        }
        let keys: Keys = serde_json::from_str(&read_text(&path)?)
            .map_err(|error| EvaluationError::content(&path, error))?;
        cases.push(TruthCase::of_file(&image, vec![document(&keys)]));
    }
    if cases.is_empty() {
        return Err(EvaluationError::NoTruth(folder.to_owned()));
    }
    Ok(cases)
}

fn document(keys: &Keys) -> TruthDocument {
    let context = Context::infer([DAY_FIRST], []);
    let value = |key: FieldKey, text: &Option<String>| {
        let text = text.as_deref().map(str::trim).filter(|t| !t.is_empty())?;
        let value = normalise(key, text, &context).value;
        Some(TruthValue::new(
            key,
            value.unwrap_or_else(|| text.to_owned()),
        ))
    };
    let values = [
        value(FieldKey::SellerName, &keys.company),
        value(FieldKey::SellerAddress, &keys.address),
        value(FieldKey::IssueDate, &keys.date),
        value(FieldKey::TotalAmount, &keys.total),
    ];
    TruthDocument {
        header: values.into_iter().flatten().collect(),
        ..TruthDocument::partial(None)
    }
}
