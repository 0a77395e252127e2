//! Captions of official forms, from `data/forms.txt`: a fixed wording, in one language or in several.
//!
//! Goes in: a form's name and the language or languages of the document. Comes out: number and caption of
//! each box. The captions of traders' own papers are in `lexicon`.

use super::draft::Draft;
use super::look::pick;
use std::collections::HashMap;
use std::sync::OnceLock;

/// `(form language, box)` to the box's number and its captions.
type Boxes = HashMap<(&'static str, &'static str), (&'static str, Vec<&'static str>)>;

fn boxes() -> &'static Boxes {
    static BOXES: OnceLock<Boxes> = OnceLock::new();
    BOXES.get_or_init(|| {
        let mut boxes = Boxes::new();
        let mut section = "";
        for line in include_str!("../../data/forms.txt").lines() {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']');
            } else if let Some((key, rest)) = line.split_once(' ')
                && let Some((number, captions)) = rest.split_once(' ')
                && !line.starts_with('#')
            {
                let number = if number == "-" { "" } else { number };
                let captions = captions.split(" | ").map(str::trim).collect();
                boxes.insert((section, key), (number, captions));
            }
        }
        boxes
    })
}

/// One form in the languages of a document.
pub struct Official {
    sections: Vec<&'static str>,
    separator: &'static str,
}

impl Official {
    /// In the document's languages as far as the form has them, else in English.
    pub fn of(draft: &mut Draft, form: &str) -> Self {
        let mut wanted = vec![draft.speech.language.clone()];
        wanted.extend(draft.speech.second.clone());
        // Forms of the European Union are printed in three languages at once.
        if draft.chance(0.15) {
            wanted.extend(["en".to_owned(), "fr".to_owned()]);
        }
        let mut sections: Vec<&'static str> = Vec::new();
        for language in wanted {
            let name = format!("{form} {language}");
            let known = boxes().keys().find(|key| key.0 == name);
            if let Some(known) = known
                && !sections.contains(&known.0)
            {
                sections.push(known.0);
            }
        }
        if sections.is_empty() {
            let name = format!("{form} en");
            sections.extend(boxes().keys().find(|key| key.0 == name).map(|key| key.0));
        }
        Self {
            sections,
            separator: draft.one_of(&[" / ", " - ", " · "]),
        }
    }

    pub fn number(&self, key: &str) -> &'static str {
        self.entry(key).map_or("", |entry| entry.0)
    }

    /// The caption in all languages of the form; empty where the form has no such box.
    pub fn caption(&self, draft: &mut Draft, key: &str) -> String {
        let captions: Vec<&str> = self
            .sections
            .iter()
            .filter_map(|section| boxes().get(&(*section, key)))
            .map(|entry| *pick(&mut draft.rng, &entry.1))
            .collect();
        captions.join(self.separator)
    }

    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    fn entry(&self, key: &str) -> Option<&'static (&'static str, Vec<&'static str>)> {
        let section = self.sections.first()?;
        boxes()
            .iter()
            .find(|(at, _)| at.0 == *section && at.1 == key)
            .map(|(_, entry)| entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_of_a_form_uses_boxes_that_its_english_one_has() {
        for (section, key) in boxes().keys() {
            let (form, _) = section.split_once(' ').expect("form and language");
            let english = boxes()
                .keys()
                .any(|at| at.0 == format!("{form} en") && at.1 == *key);
            assert!(english, "{section}: {key}");
        }
        assert_eq!(boxes()[&("form_a en", "criterion")].0, "8");
    }
}
