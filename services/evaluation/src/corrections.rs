//! Wrong truth, put right with the reason. A TOML file:
//!
//! ```toml
//! [[correction]]
//! document = "invoice-7.pdf"          # name of the case; with several documents: "bundle.pdf#2"
//! key = "total_net_mass_kg"           # a cell: "line_item[1].quantity", rows from 1
//! truth = "1145"                      # what the set says, normalised; "" where it says nothing
//! right = "1450"                      # "ignore" leaves the value out; a list accepts any of its values
//! reason = "transposed digits; the page prints 1450 KG"
//! ```
//!
//! A correction that does not fit the truth it is meant for is an error, so that none outlives its cause.

use crate::EvaluationError;
use crate::comparable::comparable;
use crate::truth::{Standing, TruthCase, TruthDocument, TruthValue, read_text};
use docexam_domain::FieldKey;
use docexam_extract::{Context, normalise};
use serde::Deserialize;
use std::path::Path;
use std::str::FromStr;

/// The word that leaves a value out.
const IGNORE: &str = "ignore";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    correction: Vec<Correction>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    document: String,
    key: String,
    truth: String,
    right: Right,
    /// For whoever reads the file; required, because a correction without one is a wish.
    reason: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Right {
    Value(String),
    AnyOf(Vec<String>),
}

impl Right {
    fn is_ignored(&self) -> bool {
        matches!(self, Self::Value(value) if value == IGNORE)
    }

    fn accepted(&self, key: FieldKey) -> Vec<String> {
        let values = match self {
            Self::Value(value) => std::slice::from_ref(value),
            Self::AnyOf(values) => values,
        };
        values.iter().map(|text| normalised(key, text)).collect()
    }
}

/// Reads a corrections file.
pub fn load(path: &Path) -> Result<Vec<Correction>, EvaluationError> {
    let file: File =
        toml::from_str(&read_text(path)?).map_err(|error| EvaluationError::content(path, error))?;
    for correction in &file.correction {
        if correction.reason.trim().is_empty() {
            let problem = format!("{} {}: no reason", correction.document, correction.key);
            return Err(EvaluationError::content(path, problem));
        }
        Place::parse(&correction.key).map_err(|problem| EvaluationError::content(path, problem))?;
    }
    Ok(file.correction)
}

/// Corrects a case; returns how many corrections were for it, or why one does not fit.
pub fn apply(case: &mut TruthCase, corrections: &[Correction]) -> Result<usize, EvaluationError> {
    let mut applied = 0;
    for correction in corrections {
        let (name, number) = match correction.document.rsplit_once('#') {
            Some((name, number)) => (name, number.parse().unwrap_or(0)),
            None => (correction.document.as_str(), 1_usize),
        };
        if name != case.name {
            continue;
        }
        let document = number
            .checked_sub(1)
            .and_then(|index| case.documents.get_mut(index));
        let done = match document {
            None => Err(format!("there is no document {number}")),
            Some(document) => put_right(document, correction),
        };
        done.map_err(|problem| EvaluationError::Content {
            path: name.into(),
            problem: format!("correction of {}: {problem}", correction.key),
        })?;
        applied += 1;
    }
    Ok(applied)
}

fn put_right(document: &mut TruthDocument, correction: &Correction) -> Result<(), String> {
    let place = Place::parse(&correction.key)?;
    let values = match place.row {
        None => &mut document.header,
        Some(row) => {
            let row = document.rows.get_mut(row).ok_or("there is no such row")?;
            &mut row.cells
        }
    };
    let wanted = comparable(place.key, &correction.truth);
    let found = values
        .iter_mut()
        .find(|value| value.key == place.key && comparable(place.key, value.value()) == wanted);
    let standing = match correction.right.is_ignored() {
        true => Standing::Ignored,
        false => Standing::Counts,
    };
    match found {
        Some(value) if standing == Standing::Ignored => value.standing = standing,
        Some(value) => {
            value.accepted = correction.right.accepted(place.key);
            value.standing = standing;
        }
        None if correction.truth.is_empty() => values.push(TruthValue {
            standing,
            ..TruthValue::any_of(place.key, correction.right.accepted(place.key))
        }),
        None => {
            let there: Vec<&str> = values
                .iter()
                .filter(|value| value.key == place.key)
                .map(TruthValue::value)
                .collect();
            return Err(format!(
                "the truth is `{}`, not `{}`",
                there.join("`, `"),
                correction.truth
            ));
        }
    }
    Ok(())
}

fn normalised(key: FieldKey, text: &str) -> String {
    normalise(key, text, &Context::default())
        .value
        .unwrap_or_else(|| text.to_owned())
}

/// `total_amount` or `line_item[1].quantity`.
#[derive(Debug, PartialEq)]
struct Place {
    /// From 0.
    row: Option<usize>,
    key: FieldKey,
}

impl Place {
    fn parse(text: &str) -> Result<Self, String> {
        let unknown = |name: &str| format!("`{name}` is no field key");
        let Some(cell) = text.strip_prefix("line_item[") else {
            let key = FieldKey::from_str(text).map_err(|_| unknown(text))?;
            return Ok(Self { row: None, key });
        };
        let parts = cell.split_once("].").and_then(|(row, name)| {
            let row = row.parse::<usize>().ok()?.checked_sub(1)?;
            Some((row, name))
        });
        let (row, name) =
            parts.ok_or_else(|| format!("`{text}` is not of the form line_item[1].quantity"))?;
        Ok(Self {
            row: Some(row),
            key: FieldKey::from_str(name).map_err(|_| unknown(name))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::TruthRow;

    fn case() -> TruthCase {
        let mut document = TruthDocument::partial(None);
        document.header = vec![TruthValue::new(FieldKey::TotalNetMassKg, "1145")];
        document.rows = vec![TruthRow {
            cells: vec![TruthValue::new(FieldKey::Quantity, "12")],
        }];
        TruthCase::of_file(Path::new("a/invoice-7.pdf"), vec![document])
    }

    fn correction(key: &str, truth: &str, right: &str) -> Correction {
        Correction {
            document: "invoice-7.pdf".to_owned(),
            key: key.to_owned(),
            truth: truth.to_owned(),
            right: Right::Value(right.to_owned()),
            reason: "looked at".to_owned(),
        }
    }

    #[test]
    fn a_value_is_put_right_added_or_left_out() {
        let mut case = case();
        let corrections = [
            correction("total_net_mass_kg", "1145.0", "1.450,00 kg"),
            correction("line_item[1].quantity", "12", "ignore"),
            correction("total_amount", "", "9.50"),
        ];
        assert_eq!(apply(&mut case, &corrections).expect("fits"), 3);
        let document = &case.documents[0];
        assert_eq!(document.header[0].value(), "1450.00");
        assert_eq!(document.header[1].value(), "9.50");
        assert_eq!(document.rows[0].cells[0].standing, Standing::Ignored);
        let either = Correction {
            right: Right::AnyOf(vec!["9".to_owned(), "9.5".to_owned()]),
            ..correction("total_amount", "9.5", "")
        };
        apply(&mut case, &[either]).expect("fits");
        assert_eq!(case.documents[0].header[1].accepted, ["9", "9.5"]);
        let elsewhere = Correction {
            document: "other.pdf".to_owned(),
            ..corrections[0].clone()
        };
        assert_eq!(apply(&mut case, &[elsewhere]).expect("not for it"), 0);
    }

    #[test]
    fn a_correction_that_does_not_fit_is_refused() {
        for (wrong, says) in [
            (correction("total_net_mass_kg", "1", "2"), "`1145`, not `1`"),
            (
                correction("line_item[2].quantity", "12", "2"),
                "no such row",
            ),
        ] {
            let error = apply(&mut case(), &[wrong]).expect_err("does not fit");
            assert!(error.to_string().contains(says), "{error}");
        }
        assert!(Place::parse("total_weight").is_err());
        assert!(Place::parse("line_item[0].quantity").is_err());
    }
}
