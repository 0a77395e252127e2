//! The heads of the columns: in one language or two, on one line or several, or none at all.

use super::draft::Draft;
use super::look::Rules;
use crate::lexicon::synonym;
use crate::paper::escape;
use rand::RngExt;

impl Draft<'_> {
    /// The heads of wide tables break at every blank.
    pub fn column_heading(&mut self, key: &str, width: usize) -> String {
        let words = self.words(key);
        // So do those in two languages, which would leave no room for the description.
        let broken = width > 9
            || self.speech.second.is_some()
            || self.remember("broken heads", |rng| rng.random_bool(0.2).to_string()) == "true";
        let text = match broken {
            true => words
                .split_whitespace()
                .map(escape)
                .collect::<Vec<_>>()
                .join(" \\ "),
            false => escape(&words),
        };
        let text = match self.look.captions_bold {
            true => format!("#strong[{text}]"),
            false => text,
        };
        match self.speech.second.is_none() && width < 9 && self.habit("heads said twice", 0.1) {
            true => self.said_twice(key, text),
            false => text,
        }
    }

    /// The head again in English below itself, or in another language below English.
    fn said_twice(&mut self, key: &str, text: String) -> String {
        let again = self.again(key);
        let manner = self.remember("set of second heads", |rng| {
            ["0.85em", "0.8em, style: \"italic\"", "1em"][rng.random_range(0..3)].to_owned()
        });
        format!("{text} \\ #text({manner})[{}]", escape(&again))
    }

    /// The caption in another language, on paper that otherwise speaks one.
    pub fn again(&mut self, key: &str) -> String {
        let english = self.speech.language == "en";
        let other = self.remember("language of second captions", |rng| {
            let others = match english {
                true => ["de", "fr", "es", "it"],
                false => ["en"; 4],
            };
            others[rng.random_range(0..4)].to_owned()
        });
        let again = self.remember(&format!("{key} again"), |rng| {
            synonym(rng, &other, key).to_owned()
        });
        again.replace("CUR", &self.it.amounts.currency)
    }

    /// A table that names none of its columns; not where the first row would look like a head.
    pub fn headless(&mut self, width: usize) -> bool {
        let shaded = matches!(
            self.look.rules,
            Rules::Striped | Rules::DarkHead | Rules::HeadOnly
        );
        !shaded && width < 8 && self.habit("tables without heads", 0.2)
    }
}
