//! The result of evaluating a set, as it is printed and as machines read it.

use crate::calibration::{Calibration, calibration};
use crate::score::{FieldError, Score};
use crate::tally::{ByKey, Count, Tally, total};
use crate::timing::Timing;
use crate::truth::{Standing, TruthCase};
use docexam_domain::FieldKey;
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct SetResult {
    /// The folder's name.
    pub name: String,
    pub cases: usize,
    pub pages: usize,
    pub documents: usize,
    /// Values of the truth by what became of them.
    pub truth_values: TruthValues,
    pub reader: Figures,
    /// The captions-and-regexes extractor on the same words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Figures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
    /// Files and pages that could not be read; their values are missed.
    pub problems: Vec<String>,
    /// Of the reader.
    pub errors: Vec<FieldError>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TruthValues {
    pub counted: usize,
    /// Nowhere on the page: left out.
    pub not_printed: usize,
    /// Left out by corrections or labels.
    pub ignored: usize,
}

impl TruthValues {
    pub fn add(&mut self, case: &TruthCase) {
        let documents = case.documents.iter();
        let values = documents.flat_map(|document| {
            let cells = document.rows.iter().flat_map(|row| &row.cells);
            document.header.iter().chain(cells)
        });
        for value in values {
            *match value.standing {
                Standing::Counts => &mut self.counted,
                Standing::NotPrinted => &mut self.not_printed,
                // A key that is left out as such has no value.
                Standing::Ignored if value.accepted.is_empty() => continue,
                Standing::Ignored => &mut self.ignored,
            } += 1;
        }
    }
}

/// How well one reader did.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Over all header values.
    pub header: Figure,
    /// Over all cells of line items, after rows were paired.
    pub line_items: Figure,
    pub page_classes: CountFigure,
    pub bundles_exact: CountFigure,
    pub documents_found: CountFigure,
    /// Of header values and cells; none for a reader without confidences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    pub header_fields: Vec<FieldFigure>,
    pub cell_fields: Vec<FieldFigure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    #[serde(flatten)]
    pub tally: Tally,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
}

impl From<Tally> for Figure {
    fn from(tally: Tally) -> Self {
        Self {
            tally,
            precision: tally.precision(),
            recall: tally.recall(),
            f1: tally.f1(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CountFigure {
    #[serde(flatten)]
    pub count: Count,
    pub share: Option<f64>,
}

impl From<Count> for CountFigure {
    fn from(count: Count) -> Self {
        Self {
            count,
            share: count.share(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FieldFigure {
    pub key: FieldKey,
    #[serde(flatten)]
    pub figure: Figure,
}

impl Figures {
    /// `has_confidences` is false for a reader whose confidences mean nothing.
    pub fn of(score: &Score, has_confidences: bool) -> Self {
        let fields = |by_key: &ByKey| {
            let figure = |(key, tally): (&FieldKey, &Tally)| FieldFigure {
                key: *key,
                figure: (*tally).into(),
            };
            by_key.iter().map(figure).collect()
        };
        Self {
            header: total(&score.header).into(),
            line_items: total(&score.cells).into(),
            page_classes: score.page_classes.into(),
            bundles_exact: score.bundles.into(),
            documents_found: score.documents.into(),
            calibration: calibration(&score.judged).filter(|_| has_confidences),
            header_fields: fields(&score.header),
            cell_fields: fields(&score.cells),
        }
    }
}
