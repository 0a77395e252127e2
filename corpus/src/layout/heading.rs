//! The title, alone or with the number and the date of the paper in it.

use super::draft::Draft;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use jiff::civil::Date;

/// A title and what of the paper's values it already shows.
pub struct Titled {
    pub fragment: String,
    pub has_number: bool,
    pub has_date: bool,
}

impl Draft<'_> {
    /// `Commercial Invoice`, `Invoice No. 4711`, `Rechnung Nr. 4711 vom 05.03.2018`, and other ways.
    pub fn titled(&mut self, key: &str, number: &str, date: Date) -> Titled {
        let words = match self.speech.second.is_some() && self.chance(0.5) {
            // In a line with values there is seldom room for two languages.
            true => self.speech.say_once(&mut self.rng, key),
            false => self.words(key),
        };
        let words = escape(&words);
        let manner = self.one_of(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4, 4, 5]);
        if manner == 0 {
            return Titled {
                fragment: self.title_set(&words),
                has_number: false,
                has_date: false,
            };
        }
        let number = self.plain(K::DocumentNumber, number);
        let caption = self.speech.say_once(&mut self.rng, "in_title.number");
        let caption = escape(&caption);
        let mut has_date = false;
        let fragment = match manner {
            1 => {
                let line = format!("{words} {caption} {number}");
                self.title_set(&line)
            }
            2 => {
                has_date = true;
                let dated = self.speech.say_once(&mut self.rng, "in_title.date");
                let date = self.date(K::IssueDate, date);
                let line = format!("{words} {caption} {number} {} {date}", escape(&dated));
                self.title_set(&line)
            }
            // The number stands alone below, without a caption.
            3 => {
                let title = self.title_set(&words);
                let place = self.one_of(&["left", "center", "right"]);
                format!("{title}\n#align({place})[{number}]\n")
            }
            4 => {
                let mark = self.one_of(&["", "", "#\":\"", "#\"#\""]);
                let line = format!("{words}{mark} {number}");
                self.title_set(&line)
            }
            // Number and date in one line at the other side.
            _ => {
                has_date = true;
                let date = self.date(K::IssueDate, date);
                let between = self.one_of(&["#\" | \"", "#\" / \"", " #h(8pt) "]);
                let title = self.title_set(&words);
                format!(
                    "#grid(columns: (1fr, auto), align: (left, right + bottom), [{title}], [{caption} {number}{between}{date}])\n"
                )
            }
        };
        Titled {
            fragment,
            has_number: true,
            has_date,
        }
    }
}
