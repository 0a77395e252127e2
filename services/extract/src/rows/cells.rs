//! The cells of one row: fragments of one key become one mention.

use super::{Line, Row, anchors_row};
use crate::candidates::is_plausible;
use crate::fragments::{Fragment, text_of};
use crate::mentions::{Mention, may_go_on, mention};
use crate::tagged::{Tag, TaggedPage};
use docexam_domain::{FieldKey, ValueForm};

/// Of two numbers in one cell the lower one wins only when it is surer by this.
const CLEARLY: f32 = 0.05;

/// The row on the given printed lines; none if nothing on them tells of an item.
pub fn row(all: &[TaggedPage], lines: &[Line]) -> Option<Row> {
    let parts = parts(all, lines);
    let mut keys: Vec<FieldKey> = parts.iter().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    keys.dedup();
    let of_key = |key: FieldKey| -> Vec<&Fragment> {
        let parts = parts.iter().filter(|(of, _)| *of == key);
        parts.map(|(_, part)| *part).collect()
    };
    let mut cells: Vec<Mention> = keys
        .into_iter()
        .filter_map(|key| cell(all, key, &of_key(key)))
        .filter(is_plausible)
        .collect();
    cells.sort_by_key(|cell| (cell.page, cell.first_word));
    let is_cell = |price: &Mention| {
        cells
            .iter()
            .any(|cell| cell.key == price.key && cell.first_word == price.first_word)
    };
    let other_prices = numbers(all, FieldKey::UnitPrice, &of_key(FieldKey::UnitPrice))
        .filter(|price| !is_cell(price))
        .collect();
    is_an_item(&cells).then_some(Row {
        cells,
        other_prices,
    })
}

/// What stands on the lines, by key. Codes in the column of the line number, below it, are easily taken for
/// a part of the description beside them.
fn parts<'a>(all: &[TaggedPage], lines: &'a [Line]) -> Vec<(FieldKey, &'a Fragment)> {
    let cells = || lines.iter().flat_map(|line| &line.cells);
    let description = cells().find(|cell| cell.tag == Tag::Cell(FieldKey::Description));
    let is_code_beside = |cell: &Fragment| {
        cell.tag == Tag::Cell(FieldKey::Description)
            && description
                .is_some_and(|first| first.page == cell.page && cell.bbox.x1 < first.bbox.x0)
            && all
                .get(cell.page)
                .is_some_and(|page| is_code(&text_of(page, &cell.words)))
    };
    cells()
        .filter_map(|cell| match cell.tag {
            Tag::Cell(_) if is_code_beside(cell) => Some((FieldKey::ProductCode, cell)),
            Tag::Cell(key) => Some((key, cell)),
            _ => None,
        })
        .collect()
}

/// One word of capitals and figures.
fn is_code(text: &str) -> bool {
    let letters = |c: char| c.is_uppercase() || c.is_ascii_digit() || "-/.".contains(c);
    text.len() >= 3 && text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(letters)
}

/// A text is all its parts; of several numbers the surest, the upper one first.
fn cell(all: &[TaggedPage], key: FieldKey, parts: &[&Fragment]) -> Option<Mention> {
    let joins = key.value_form() == ValueForm::Text && key != FieldKey::PackageKind;
    if !joins {
        return numbers(all, key, parts).reduce(|best, next| {
            if next.confidence > best.confidence + CLEARLY {
                next
            } else {
                best
            }
        });
    }
    // One mention for each page that the text runs over, then one text anchored on the first.
    let mut joined: Option<Mention> = None;
    for on_page in parts.chunk_by(|a, b| a.page == b.page) {
        let owned: Vec<Fragment> = on_page.iter().map(|part| (*part).clone()).collect();
        let Some(next) = of_one_page(all, key, &owned) else {
            continue;
        };
        joined = Some(match joined {
            None => next,
            Some(mut all) => {
                all.text = format!("{}\n{}", all.text, next.text);
                all.confidence = all.confidence.min(next.confidence);
                all
            }
        });
    }
    joined
}

/// What is no text, each for itself: a number broken in a narrow column goes on right below itself.
fn numbers<'a>(
    all: &'a [TaggedPage],
    key: FieldKey,
    parts: &'a [&'a Fragment],
) -> impl Iterator<Item = Mention> + 'a {
    let unbroken = parts.chunk_by(move |a, b| {
        is_broken(a, b) && all.get(b.page).is_some_and(|page| may_go_on(key, page, b))
    });
    unbroken.filter_map(move |chunk| {
        let owned: Vec<Fragment> = chunk.iter().map(|part| (*part).clone()).collect();
        of_one_page(all, key, &owned)
    })
}

fn of_one_page(all: &[TaggedPage], key: FieldKey, parts: &[Fragment]) -> Option<Mention> {
    mention(key, all.get(parts.first()?.page)?, parts)
}

fn is_broken(above: &Fragment, below: &Fragment) -> bool {
    let height = above.bbox.height().max(below.bbox.height());
    let gap = below.bbox.y0 - above.bbox.y1;
    let overlaps = below.bbox.x0 < above.bbox.x1 && below.bbox.x1 > above.bbox.x0;
    above.page == below.page && below.begins < 0.3 && overlaps && gap.abs() < height
}

/// A lone unit or line number is a stray tag, not an item.
fn is_an_item(cells: &[Mention]) -> bool {
    let tells = |key: FieldKey| {
        anchors_row(key)
            || matches!(
                key,
                FieldKey::Description | FieldKey::HsCode | FieldKey::ProductCode
            )
    };
    match cells {
        [] => false,
        [only] => tells(only.key) && only.confidence > 0.3,
        several => several.iter().any(|cell| tells(cell.key)),
    }
}
