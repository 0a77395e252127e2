//! Typst source in which every printed string is a literal, and every value's literal is followed
//! by a comment with the number of its mention: `#"11,150.00"/*7*/`. Typst keeps the place of a
//! literal through layout, so a glyph leads back to its mention wherever the fragment was put.

use docexam_domain::FieldKey;
use std::fmt::Write;

/// A value printed once.
#[derive(Clone, Debug)]
pub struct Mention {
    pub key: FieldKey,
    /// Row of the goods table, from 0; a header field has none.
    pub row: Option<usize>,
    /// As printed, lines joined by `\n`.
    pub text: String,
    /// In the form of the key.
    pub value: String,
    /// Stands in the head or foot of every page: each page has the whole of it.
    pub every_page: bool,
}

impl Mention {
    /// `total_amount`, or `item.quantity` in a row.
    pub fn label(&self) -> String {
        match self.row {
            None => self.key.to_string(),
            Some(_) => format!("item.{}", self.key),
        }
    }
}

/// Collects the mentions of one document while its source is written.
#[derive(Debug, Default)]
pub struct Ink {
    pub mentions: Vec<Mention>,
}

impl Ink {
    /// A header value. `value` is its normalised form.
    pub fn field(&mut self, key: FieldKey, text: &str, value: &str) -> String {
        self.mention(key, None, text, value)
    }

    /// A value whose normalised form is its text.
    pub fn plain(&mut self, key: FieldKey, text: &str) -> String {
        self.mention(key, None, text, text)
    }

    /// A cell of row `row` of the goods table.
    pub fn cell(&mut self, row: usize, key: FieldKey, text: &str, value: &str) -> String {
        self.mention(key, Some(row), text, value)
    }

    fn mention(&mut self, key: FieldKey, row: Option<usize>, text: &str, value: &str) -> String {
        if text.trim().is_empty() {
            return String::new();
        }
        let number = self.number(key, row, text, value);
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| format!("{}/*{number}*/", escape(line)))
            .collect();
        lines.join(" \\ ")
    }

    /// Notes a mention; its number.
    fn number(&mut self, key: FieldKey, row: Option<usize>, text: &str, value: &str) -> usize {
        self.mentions.push(Mention {
            key,
            row,
            text: text.to_owned(),
            value: value.to_owned(),
            every_page: false,
        });
        self.mentions.len() - 1
    }

    /// One mention in pieces, between which other things may stand.
    pub fn pieces(&mut self, key: FieldKey, texts: &[String], value: &str) -> Vec<String> {
        let number = self.number(key, None, &texts.join("\n"), value);
        texts
            .iter()
            .map(|text| format!("{}/*{number}*/", escape(text)))
            .collect()
    }

    /// A value that is drawn, not written: the comment that is put right behind the call of Typst that draws it.
    pub fn drawn(&mut self, key: FieldKey, value: &str) -> String {
        let number = self.number(key, None, "", value);
        format!("/*{number}*/")
    }

    /// All mentions from `first` on stand in the head or foot of every page.
    pub fn repeat_from(&mut self, first: usize) {
        for mention in self.mentions.iter_mut().skip(first) {
            mention.every_page = true;
        }
    }
}

/// Any text as a Typst string literal in markup: nothing in it is read as markup.
pub fn escape(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 3);
    literal.push_str("#\"");
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(literal, "\\u{{{:x}}}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_stays_text() {
        assert_eq!(escape(r#"#let "x" \ *y*"#), r##"#"#let \"x\" \\ *y*""##);
    }

    #[test]
    fn every_line_of_a_mention_carries_its_number() {
        let mut ink = Ink::default();
        let source = ink.plain(FieldKey::SellerAddress, "Kai 4\n20457 Hamburg");
        assert_eq!(source, "#\"Kai 4\"/*0*/ \\ #\"20457 Hamburg\"/*0*/");
        assert_eq!(ink.mentions[0].label(), "seller_address");
    }
}
