//! Line items: a line with several heads of columns, then the lines below it, cut where the heads stand.

use super::captions::COLUMNS;
use super::header::field;
use super::lines::{Line, bbox, text};
use docexam_domain::{Field, FieldKey, ValueForm, Word};
use docexam_extract::{Context, fold, normalise};

/// Fewer heads in a line are no table.
const FEWEST_COLUMNS: usize = 3;
/// Words of a head.
const HEAD_WORDS: usize = 4;
/// A line that begins so ends the table, folded.
const ENDS: [&str; 14] = [
    "total",
    "subtotal",
    "sub total",
    "grand total",
    "gesamt",
    "summe",
    "zwischensumme",
    "totale",
    "toplam",
    "razem",
    "totaal",
    "合计",
    "总计",
    "tong",
];

struct Column {
    key: FieldKey,
    /// Of the page's width.
    from: f32,
    to: f32,
}

/// Rows of a document; a table without heads on a later page goes on in the columns of the page before.
pub fn rows(pages: &[Vec<Line>], context: &Context) -> Vec<Field> {
    let mut rows = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for lines in pages {
        let head = lines
            .iter()
            .enumerate()
            .map(|(index, line)| (index, heads(line)))
            .find(|(_, heads)| heads.len() >= FEWEST_COLUMNS);
        let start = match head {
            Some((index, heads)) => {
                columns = columns_of(heads);
                index + 1
            }
            None if columns.is_empty() => continue,
            None => 0,
        };
        rows_below(&lines[start..], &columns, context, &mut rows);
    }
    rows
}

/// Heads in a line with their middles, left to right, each key once.
fn heads(line: &Line) -> Vec<(FieldKey, f32, f32)> {
    let mut heads: Vec<(FieldKey, f32, f32)> = Vec::new();
    for phrase in &line.phrases {
        let mut start = 0;
        while start < phrase.words.len() {
            let mut lengths = (1..=HEAD_WORDS.min(phrase.words.len() - start)).rev();
            let head = lengths.find_map(|length| {
                let words = &phrase.words[start..start + length];
                let folded = fold(&text(words));
                let column = COLUMNS.iter().find(|(key, names)| {
                    names.contains(&folded.as_str()) && heads.iter().all(|(other, ..)| other != key)
                })?;
                Some((column.0, words))
            });
            match head {
                Some((key, words)) => {
                    let place = bbox(words);
                    heads.push((key, place.x0, place.x1));
                    start += words.len();
                }
                None => start += 1,
            }
        }
    }
    heads
}

/// A column reaches half way to its neighbours.
fn columns_of(heads: Vec<(FieldKey, f32, f32)>) -> Vec<Column> {
    let middle = |index: usize| (heads[index].2 + heads[index + 1].1) / 2.0;
    (0..heads.len())
        .map(|index| Column {
            key: heads[index].0,
            from: if index == 0 { 0.0 } else { middle(index - 1) },
            to: if index + 1 == heads.len() {
                1.0
            } else {
                middle(index)
            },
        })
        .collect()
}

fn rows_below(lines: &[Line], columns: &[Column], context: &Context, rows: &mut Vec<Field>) {
    let mut on_this_page = false;
    for line in lines {
        let first = line
            .phrases
            .first()
            .map_or_else(String::new, |p| fold(&p.text()));
        if ENDS.iter().any(|end| first.starts_with(end)) {
            return;
        }
        let cells = cells(line, columns, context);
        let begins = cells.iter().any(|cell| {
            let counts = matches!(cell.key, FieldKey::Quantity | FieldKey::LineAmount);
            counts && cell.normalized_value.is_some()
        });
        if begins {
            on_this_page = true;
            rows.push(Field {
                properties: cells,
                ..field(FieldKey::LineItem, "", None, &bbox(&[]), line.page)
            });
        } else if let Some(row) = rows.last_mut().filter(|_| on_this_page) {
            // What is wrapped goes on below.
            for cell in cells.into_iter().filter(|c| c.key == FieldKey::Description) {
                if let Some(description) = row
                    .properties
                    .iter_mut()
                    .find(|other| other.key == FieldKey::Description)
                {
                    description.mention_text.push('\n');
                    description.mention_text.push_str(&cell.mention_text);
                    description.normalized_value =
                        normalise(cell.key, &description.mention_text, context).value;
                }
            }
        }
    }
}

fn cells(line: &Line, columns: &[Column], context: &Context) -> Vec<Field> {
    let words: Vec<&Word> = line
        .phrases
        .iter()
        .flat_map(|phrase| &phrase.words)
        .collect();
    columns
        .iter()
        .filter_map(|column| {
            let inside: Vec<Word> = words
                .iter()
                .filter(|word| {
                    let [x, _] = word.bbox.centre();
                    (column.from..column.to).contains(&x)
                })
                .map(|word| (*word).clone())
                .collect();
            let printed = text(&inside);
            let value = normalise(column.key, &printed, context).value;
            let is_cell = match column.key.value_form() {
                ValueForm::Text => !printed.is_empty(),
                _ => value.is_some(),
            };
            is_cell.then(|| field(column.key, &printed, value, &bbox(&inside), line.page))
        })
        .collect()
}
