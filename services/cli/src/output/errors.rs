//! The HTML page of an evaluation: every error in a list, and on the picture of its page what was read (red) and what
//! is true (green, where the truth says where it stands).

use super::html::{self, PagePicture, points, top_left};
use docexam_domain::PageAnchor;
use docexam_evaluation::{ErrorKind, FieldError, SetResult};
use docexam_intake::{Limits, OpenFile};
use docexam_pipeline::InputFile;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

const TEMPLATE: &str = include_str!("errors.html");
/// Pictures in one file, to keep it openable; the errors beyond are listed without.
const MAX_PICTURES: usize = 300;

/// The files of a case, whose pages are shown.
pub struct CaseFiles {
    pub case: String,
    pub files: Vec<InputFile>,
}

#[derive(Serialize)]
struct View<'a> {
    sets: Vec<SetView<'a>>,
}

#[derive(Serialize)]
struct SetView<'a> {
    result: &'a SetResult,
    cases: Vec<CaseView<'a>>,
}

#[derive(Serialize)]
struct CaseView<'a> {
    name: &'a str,
    errors: Vec<ErrorView<'a>>,
    pages: Vec<PageView>,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    id: String,
    /// `total_amount`, `line_item[1].quantity`.
    field: String,
    kind: ErrorKind,
    error: &'a FieldError,
    confidence: String,
    /// Whether there is a box to go to.
    placed: bool,
}

#[derive(Serialize)]
struct PageView {
    name: String,
    page: u32,
    #[serde(flatten)]
    picture: PagePicture,
    boxes: Vec<BoxView>,
}

#[derive(Serialize)]
struct BoxView {
    /// Of the first box of its error; empty for others.
    id: String,
    error: String,
    /// `read` or `truth`.
    class: &'static str,
    title: String,
    field: String,
    points: String,
    label_x: f32,
    label_y: f32,
}

/// Writes the page. `files` holds the cases of each result, in its order.
pub fn write(
    path: &Path,
    results: &[SetResult],
    files: &[Vec<CaseFiles>],
    limits: &Limits,
) -> anyhow::Result<()> {
    let mut pictures = MAX_PICTURES;
    let mut number = 0;
    let mut sets = Vec::new();
    for (result, cases) in results.iter().zip(files) {
        let mut views = Vec::new();
        for case in cases {
            let errors: Vec<ErrorView> = result
                .errors
                .iter()
                .filter(|error| error.case == case.case)
                .map(|error| {
                    number += 1;
                    view(number, error)
                })
                .collect();
            if !errors.is_empty() {
                let pages = pages(case, &errors, limits, &mut pictures);
                views.push(CaseView {
                    name: &case.case,
                    errors,
                    pages,
                });
            }
        }
        sets.push(SetView {
            result,
            cases: views,
        });
    }
    html::write(path, &html::render(TEMPLATE, &View { sets })?)
}

fn view(number: usize, error: &FieldError) -> ErrorView<'_> {
    ErrorView {
        id: format!("e{number}"),
        field: match error.row {
            Some(row) => format!("line_item[{row}].{}", error.key),
            None => error.key.to_string(),
        },
        kind: error.kind,
        error,
        confidence: error
            .confidence
            .map_or_else(String::new, |confidence| format!("{confidence:.2}")),
        placed: error.read_anchor.is_some() || error.truth_anchor.is_some(),
    }
}

/// The pages of a case that carry boxes.
fn pages(
    case: &CaseFiles,
    errors: &[ErrorView],
    limits: &Limits,
    pictures: &mut usize,
) -> Vec<PageView> {
    let anchors = errors.iter().flat_map(|view| {
        let error = view.error;
        [&error.read_anchor, &error.truth_anchor]
            .into_iter()
            .flatten()
    });
    let places: BTreeSet<(u32, u32)> = anchors.map(|anchor| (anchor.file, anchor.page)).collect();
    let open: Vec<Option<OpenFile>> = case
        .files
        .iter()
        .map(|file| docexam_intake::open(&file.name, file.bytes.clone(), limits).ok())
        .collect();
    let mut views = Vec::new();
    for (file, page) in places.into_iter().take(*pictures) {
        let Some((input, Some(opened))) =
            case.files.get(file as usize).zip(open.get(file as usize))
        else {
            continue;
        };
        let boxes = errors.iter().flat_map(|error| boxes(error, (file, page)));
        views.push(PageView {
            name: input.name.clone(),
            page,
            picture: PagePicture::of(opened, page),
            boxes: boxes.collect(),
        });
    }
    *pictures -= views.len();
    views
}

/// The boxes of an error on one page.
fn boxes(view: &ErrorView, page: (u32, u32)) -> Vec<BoxView> {
    let error = view.error;
    let sides = [
        ("read", &error.read_anchor, &error.read),
        ("truth", &error.truth_anchor, &error.truth),
    ];
    let here = |anchor: &&PageAnchor| (anchor.file, anchor.page) == page;
    let mut boxes: Vec<BoxView> = Vec::new();
    for (class, anchor, value) in sides {
        let Some(anchor) = anchor.as_ref().filter(here) else {
            continue;
        };
        let (label_x, label_y) = top_left(&anchor.polygon);
        boxes.push(BoxView {
            id: if boxes.is_empty() {
                format!("{}-box", view.id)
            } else {
                String::new()
            },
            error: view.id.clone(),
            class,
            title: format!(
                "{} {class}: {}",
                view.field,
                value.as_deref().unwrap_or_default()
            ),
            field: view.field.clone(),
            points: points(&anchor.polygon),
            label_x,
            label_y,
        });
    }
    boxes
}
