//! A table of names and the code that each stands for, read from `data/*.csv` (built into the program).
//! Form: a header line, then `code,name|name|…`; the first code that claims a name keeps it.

use super::fold::fold;
use std::collections::{BTreeSet, HashMap};

pub struct Synonyms {
    /// By folded name.
    codes: HashMap<String, &'static str>,
}

impl Synonyms {
    pub fn parse(csv: &'static str) -> Self {
        let mut codes = HashMap::new();
        for line in csv.lines().skip(1) {
            let Some((code, names)) = line.split_once(',') else {
                continue;
            };
            for name in names.split('|') {
                codes.entry(key_of(name)).or_insert(code);
            }
        }
        Self { codes }
    }

    pub fn code(&self, text: &str) -> Option<&'static str> {
        self.codes.get(&key_of(text)).copied()
    }

    /// The codes of the names from which a folded text differs in at most so many letters.
    pub fn codes_near(&self, folded: &str, errors: usize) -> BTreeSet<&'static str> {
        let near = |name: &str| strsim::damerau_levenshtein(folded, name) <= errors;
        let names = self.codes.iter().filter(|(name, _)| near(name));
        names.map(|(_, code)| *code).collect()
    }

    /// Whether the text is itself one of the codes, in capitals.
    pub fn is_code(&self, text: &str) -> bool {
        self.codes.values().any(|code| *code == text)
    }
}

/// `m²` and `m2` alike; a name of signs only (`%`) stays as it is.
fn key_of(name: &str) -> String {
    let folded = fold(name);
    if folded.is_empty() {
        name.trim().to_owned()
    } else {
        folded
    }
}
