//! The cells of one row: fragments of one key become one mention.

use super::codes::told_apart;
use super::{Line, Row, anchors_row};
use crate::candidates::is_plausible;
use crate::code_column::is_code;
use crate::fragments::{Fragment, is_ruled_off, text_of};
use crate::mentions::{Mention, may_go_on, mention};
use crate::tagged::{Tag, TaggedPage};
use docexam_domain::{FieldKey, Rect, ValueForm};

/// Of two numbers in one cell the lower one wins only when it is surer by this.
const CLEARLY: f32 = 0.05;
/// Less sure codes do not beat others by their length.
const SURE_OF_CODE: f32 = 0.4;

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
    told_apart(&mut cells);
    let price = cells.iter().find(|cell| cell.key == FieldKey::UnitPrice);
    let other_prices = numbers(all, FieldKey::UnitPrice, &of_key(FieldKey::UnitPrice))
        .filter(|number| price.is_none_or(|price| price.place() != number.place()))
        .collect();
    is_an_item(&cells).then_some(Row {
        cells,
        other_prices,
    })
}

/// What stands on the lines, by key. Codes are easily taken for a part of the description beside them: in the column of the
/// line number, below it, or in the column of other codes.
fn parts<'a>(all: &[TaggedPage], lines: &'a [Line]) -> Vec<(FieldKey, &'a Fragment)> {
    let of = |key: FieldKey| {
        let cells = lines.iter().flat_map(|line| &line.cells);
        cells.filter(move |cell| cell.tag == Tag::Cell(key))
    };
    let first = of(FieldKey::Description).next();
    let is_before_first = |cell: &Fragment| {
        first.is_some_and(|first| first.page == cell.page && cell.bbox.x1 < first.bbox.x0)
    };
    let is_among_codes = |cell: &Fragment| {
        let aligned = |code: &Fragment| {
            code.page == cell.page && (code.bbox.x0 - cell.bbox.x0).abs() < cell.bbox.height()
        };
        let right_of = |other: &Fragment| other.page == cell.page && other.bbox.x0 > cell.bbox.x1;
        of(FieldKey::ProductCode).any(aligned) && of(FieldKey::Description).any(right_of)
    };
    let key_of = |cell: &Fragment| match cell.tag {
        Tag::Cell(FieldKey::Description) if is_before_first(cell) || is_among_codes(cell) => {
            let reads_as_code = |page| is_code(&text_of(page, &cell.words));
            match all.get(cell.page).is_some_and(reads_as_code) {
                true => Some(FieldKey::ProductCode),
                false => Some(FieldKey::Description).filter(|_| is_before_first(cell)),
            }
        }
        Tag::Cell(key) => Some(key),
        _ => None,
    };
    let cells = lines.iter().flat_map(|line| &line.cells);
    cells
        .filter_map(|cell| Some((key_of(cell)?, cell)))
        .collect()
}

/// A text is all its parts; of several numbers or codes the surest, the upper one first.
fn cell(all: &[TaggedPage], key: FieldKey, parts: &[&Fragment]) -> Option<Mention> {
    let joins = key.value_form() == ValueForm::Text
        && !matches!(key, FieldKey::PackageKind | FieldKey::ProductCode);
    if !joins {
        return numbers(all, key, parts).reduce(|best, next| match beats(&next, &best) {
            true => next,
            false => best,
        });
    }
    // One mention for each page that the text runs over, then one text anchored on the first.
    let mut joined: Option<Mention> = None;
    for on_page in parts.chunk_by(|a, b| a.page == b.page) {
        let owned = in_columns(all, on_page);
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

/// Whether the lower one of two numbers of a cell stands for it.
fn beats(next: &Mention, best: &Mention) -> bool {
    is_longer_code(next, best)
        || (!is_longer_code(best, next) && next.confidence > best.confidence + CLEARLY)
}

/// Of two tariff codes in a row the national one, of eight to twelve figures, beats one of six, which is an order's number or an
/// article's as easily.
fn is_longer_code(long: &Mention, short: &Mention) -> bool {
    const NATIONAL: [usize; 3] = [8, 10, 12];
    let figures = |mention: &Mention| mention.text.chars().filter(char::is_ascii_digit).count();
    long.key == FieldKey::HsCode
        && NATIONAL.contains(&figures(long))
        && !NATIONAL.contains(&figures(short))
        && long.confidence > SURE_OF_CODE
}

/// Parts of a text on one page; where a line is drawn between them, what stands left of it comes first, to its last line.
fn in_columns(all: &[TaggedPage], parts: &[&Fragment]) -> Vec<Fragment> {
    let mut columns: Vec<Vec<&Fragment>> = Vec::new();
    for part in parts {
        let same = |column: &&mut Vec<&Fragment>| {
            let shares =
                |other: &&Fragment| other.bbox.x0 < part.bbox.x1 && part.bbox.x0 < other.bbox.x1;
            column.iter().any(shares)
        };
        match columns.iter_mut().find(same) {
            Some(column) => column.push(part),
            None => columns.push(vec![part]),
        }
    }
    columns.sort_by(|a, b| around(a).x0.total_cmp(&around(b).x0));
    let ruling = parts
        .first()
        .and_then(|part| all.get(part.page))
        .map(|page| &page.reading.ruling);
    let ruled = ruling.is_some_and(|ruling| {
        columns
            .windows(2)
            .all(|pair| is_ruled_off(ruling, &around(&pair[0]), &around(&pair[1])))
    });
    let in_order = if ruled {
        columns.concat()
    } else {
        parts.to_vec()
    };
    in_order.into_iter().cloned().collect()
}

fn around(parts: &[&Fragment]) -> Rect {
    let boxes = parts.iter().map(|part| part.bbox);
    boxes
        .reduce(|all, bbox| all.union(&bbox))
        .unwrap_or_default()
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
