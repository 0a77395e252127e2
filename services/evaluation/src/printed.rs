//! Whether a value stands on the page at all. Truth from an XML beside a page holds much that nobody printed;
//! a reader cannot be blamed for not finding it.
//!
//! Goes in: the file's own text layer, never what the reader made of it. Comes out: yes or no for a value, by its kind:
//! numbers, dates, countries, currencies and units by value, in any notation; texts by their words;
//! identifiers by their letters and digits in a row. A file without a text layer (a scan) cannot be asked:
//! then everything counts as printed. What stands there by chance (a quantity that is also a house number)
//! counts as printed too, to the reader's disadvantage.

use crate::comparable::{address_words, compact, comparable};
use crate::truth::{Standing, TruthCase, TruthDocument, TruthValue};
use docexam_domain::{FieldKey, ValueForm, Word};
use docexam_extract::{Context, fold, normalise};
use docexam_intake::OpenFile;
use std::collections::HashSet;

/// Words of a printed date, country or number, at most: `4 de maio de 2026` has five.
const LONGEST_RUN: usize = 5;

/// Marks the values of a case that stand nowhere on its pages. `files` are the case's files, opened.
pub fn leave_out_unprinted(case: &mut TruthCase, files: &[OpenFile]) {
    if !case.may_be_unprinted {
        return;
    }
    let Some(printed) = Printed::of_files(files) else {
        return;
    };
    for document in &mut case.documents {
        printed.mark(document);
    }
}

/// What stands on some pages, ready to be asked.
#[derive(Debug, Default)]
pub struct Printed {
    /// All words, folded, without spaces.
    letters: String,
    /// First words of the text lines, comparable.
    line_starts: HashSet<String>,
    /// Every reading of every run of words that reads as something, comparable.
    numbers: HashSet<String>,
    dates: HashSet<String>,
    countries: HashSet<String>,
    currencies: HashSet<String>,
    incoterms: HashSet<String>,
    units: HashSet<String>,
}

impl Printed {
    /// `None` where a page has no text layer of its own.
    fn of_files(files: &[OpenFile]) -> Option<Self> {
        let mut printed = Self::default();
        for file in files {
            for number in 1..=file.page_count() {
                let page = file.page(number).ok()?;
                if page.text_is_hidden {
                    return None;
                }
                printed.add(&page.text_layer?);
            }
        }
        Some(printed)
    }

    /// Adds the words of one page.
    pub fn add(&mut self, words: &[Word]) {
        for line in words.chunk_by(|one, next| one.line == next.line) {
            let texts: Vec<&str> = line.iter().map(|word| word.text.as_str()).collect();
            if let Some(first) = texts.first() {
                self.line_starts
                    .insert(comparable(FieldKey::LineNumber, first));
            }
            for text in &texts {
                self.letters.push_str(&fold(text).replace(' ', ""));
            }
            for start in 0..texts.len() {
                for length in 1..=LONGEST_RUN.min(texts.len() - start) {
                    self.add_run(&texts[start..start + length].join(" "), length);
                }
            }
        }
    }

    fn add_run(&mut self, run: &str, words: usize) {
        let add = |set: &mut HashSet<String>, key: FieldKey| {
            let reading = normalise(key, run, &Context::default());
            let readings = reading.value.into_iter().chain(reading.alternatives);
            set.extend(readings.map(|value| comparable(key, &value)));
        };
        let has_digit = run.chars().any(|c| c.is_numeric());
        if has_digit {
            add(&mut self.dates, FieldKey::IssueDate);
        }
        if has_digit && words <= 3 {
            add(&mut self.numbers, FieldKey::LineAmount);
            add(&mut self.numbers, FieldKey::TotalGrossMassKg);
        }
        if words <= 4 {
            add(&mut self.countries, FieldKey::SellerCountry);
        }
        if words <= 2 {
            add(&mut self.currencies, FieldKey::Currency);
            add(&mut self.incoterms, FieldKey::Incoterm);
            add(&mut self.units, FieldKey::Unit);
        }
    }

    /// Marks what of a document is not printed. Line numbers are: a page that counts its lines begins each
    /// of them with its number.
    fn mark(&self, document: &mut TruthDocument) {
        let starts = |value: &TruthValue| {
            self.line_starts
                .contains(&comparable(FieldKey::LineNumber, value.value()))
        };
        let lines_are_counted = document
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .filter(|cell| cell.key == FieldKey::LineNumber)
            .all(starts);
        for value in document.values_mut().filter(|value| value.counts()) {
            let key = value.key;
            if key == FieldKey::LineNumber {
                if !lines_are_counted {
                    value.standing = Standing::NotPrinted;
                }
                continue;
            }
            let shown: Vec<String> = value
                .accepted
                .iter()
                .filter(|accepted| self.shows(key, accepted))
                .cloned()
                .collect();
            if shown.is_empty() {
                value.standing = Standing::NotPrinted;
            } else {
                value.accepted = shown;
            }
        }
    }

    /// Whether a value of `key` can be seen.
    pub fn shows(&self, key: FieldKey, value: &str) -> bool {
        let wanted = comparable(key, value);
        match key.value_form() {
            ValueForm::Decimal | ValueForm::Integer | ValueForm::MassKg => {
                let negative =
                    key == FieldKey::DiscountAmount && self.numbers.contains(&format!("-{wanted}"));
                negative || self.numbers.contains(&wanted)
            }
            ValueForm::Date => self.dates.contains(&wanted),
            ValueForm::Country => self.countries.contains(&wanted),
            ValueForm::Currency => self.currencies.contains(&wanted),
            ValueForm::Incoterm => self.incoterms.contains(&wanted),
            ValueForm::Unit => self.units.contains(&wanted),
            ValueForm::HsCode => self.letters.contains(&wanted),
            // Whether a signature is there, no text says.
            ValueForm::Flag => true,
            ValueForm::Text => self.shows_text(key, value),
        }
    }

    fn shows_text(&self, key: FieldKey, value: &str) -> bool {
        if is_identifier(key) {
            return self.letters.contains(&compact(value));
        }
        // Wrapped in its cell, a text has other words in between.
        let words = match crate::comparable::is_address(key) {
            true => address_words(value),
            false => fold(value).split(' ').map(str::to_owned).collect(),
        };
        words
            .iter()
            .all(|word| self.letters.contains(word.as_str()))
    }
}

fn is_identifier(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::DocumentNumber
            | FieldKey::InvoiceNumber
            | FieldKey::PurchaseOrderNumber
            | FieldKey::ContractNumber
            | FieldKey::TransportDocumentNumber
            | FieldKey::SellerTaxId
            | FieldKey::BuyerTaxId
            | FieldKey::Iban
            | FieldKey::ProductCode
            | FieldKey::ContainerNumber
            | FieldKey::SealNumber
            | FieldKey::BatchNumber
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::TruthRow;
    use docexam_domain::Rect;

    fn page(lines: &[&str]) -> Printed {
        let mut words = Vec::new();
        for (line, text) in (0u32..).zip(lines) {
            words.extend(text.split(' ').map(|text| Word {
                text: text.to_owned(),
                bbox: Rect::default(),
                confidence: 1.0,
                line,
            }));
        }
        let mut printed = Printed::default();
        printed.add(&words);
        printed
    }

    #[test]
    fn values_are_looked_for_in_the_notation_of_the_page() {
        let printed = page(&[
            "Rechnung Nr. K-17 vom 4. Mai 2026",
            "Hafenweg 20, DE 80333 München",
            "1 Zitronen- 12 Stk 1 234,56 EUR -5,60",
            "säure",
        ]);
        for (key, value) in [
            (FieldKey::DocumentNumber, "K17"),
            (FieldKey::IssueDate, "2026-05-04"),
            (FieldKey::LineAmount, "1234.56"),
            (FieldKey::DiscountAmount, "5.60"),
            (FieldKey::SellerCountry, "DE"),
            (FieldKey::Unit, "H87"),
            (FieldKey::Currency, "EUR"),
            (FieldKey::SellerAddress, "Hafenweg 20, 80333 München"),
            (FieldKey::Description, "Zitronen-säure"),
        ] {
            assert!(printed.shows(key, value), "{key} {value}");
        }
        for (key, value) in [
            (FieldKey::IssueDate, "2026-05-05"),
            (FieldKey::LineAmount, "1234.57"),
            (FieldKey::LineAmount, "5.60"),
            (FieldKey::SellerCountry, "FR"),
            (FieldKey::Currency, "USD"),
            (FieldKey::SellerName, "Kestrel GmbH"),
        ] {
            assert!(!printed.shows(key, value), "{key} {value}");
        }
    }

    #[test]
    fn what_is_not_printed_is_marked_and_alternatives_are_narrowed() {
        let printed = page(&["Nougat 250g 20 4,55", "Honey 1 5,00"]);
        let cell = |key, values: &[&str]| {
            TruthValue::any_of(key, values.iter().map(|v| (*v).to_owned()).collect())
        };
        let mut document = TruthDocument::partial(None);
        document.header = vec![cell(FieldKey::TotalAmount, &["99"])];
        document.rows = vec![TruthRow {
            cells: vec![
                cell(FieldKey::LineNumber, &["1"]),
                cell(FieldKey::UnitPrice, &["4.10", "4.55"]),
                cell(FieldKey::Description, &["Nougat 250g", "Nougat 250g soft"]),
            ],
        }];
        printed.mark(&mut document);
        let standing: Vec<Standing> = document.values_mut().map(|v| v.standing).collect();
        // The 1 on the page begins no line.
        let (out, counts) = (Standing::NotPrinted, Standing::Counts);
        assert_eq!(standing, [out, out, counts, counts]);
        assert_eq!(document.rows[0].cells[1].accepted, ["4.55"]);
        assert_eq!(document.rows[0].cells[2].accepted, ["Nougat 250g"]);
    }
}
