//! Article numbers printed in one cell with the name of the goods and parted from it by a slash: `5050938 / Resin`, `5050938/RESIN`
//! before `LL6201`. The text is cut, not changed.

use crate::mentions::Mention;
use docexam_domain::FieldKey;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// A number of four figures and more, a slash, and a word.
static NUMBER_AND_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)^(?P<number>[\p{Lu}\d][\p{Lu}\d.-]{3,})\s*/\s*(?P<name>\p{L}{3}.*)$")
        .expect("a constant pattern")
});
const FEWEST_FIGURES: usize = 4;

/// The cells with the number apart from the name.
pub fn told_apart(cells: &mut Vec<Mention>) {
    let position = |key| cells.iter().position(|cell: &Mention| cell.key == key);
    let code = position(FieldKey::ProductCode);
    let description = position(FieldKey::Description);
    match (code, description) {
        (None, Some(description)) => {
            let cell = cells[description].clone();
            if let Some([number, name]) = number_and_name(&cell.text) {
                cells[description].text = name;
                let number = Mention {
                    key: FieldKey::ProductCode,
                    text: number,
                    ..cell
                };
                cells.insert(description, number);
            }
        }
        (Some(code), Some(description)) if follows(&cells[code], &cells[description]) => {
            if let Some([number, name]) = number_and_name(&cells[code].text) {
                let text = format!("{name} {}", cells[description].text);
                cells[description].text = text;
                cells[description].bbox = cells[code].bbox.union(&cells[description].bbox);
                cells[code].text = number;
            }
        }
        _ => {}
    }
}

fn number_and_name(text: &str) -> Option<[String; 2]> {
    let parts = NUMBER_AND_NAME.captures(text)?;
    let part = |parts: &Captures, name| parts.name(name).map(|m| m.as_str().to_owned());
    let number = part(&parts, "number")?;
    let figures = number.chars().filter(char::is_ascii_digit).count();
    (figures >= FEWEST_FIGURES).then_some([number, part(&parts, "name")?])
}

/// Whether the name begins right behind the number on its line.
fn follows(code: &Mention, description: &Mention) -> bool {
    code.page == description.page && code.first_word + 1 == description.first_word
}
