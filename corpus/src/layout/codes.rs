//! Article numbers and tariff numbers as they are printed: grouped, stacked, beside the numbers of others.

use super::draft::Draft;
use crate::consignment::Line;
use crate::paper::escape;
use docexam_domain::FieldKey;
use rand::RngExt;

impl Draft<'_> {
    /// The code as it stands below the customer's code and above the article number of the trade, where all of
    /// them share a column. Either may be missing, and leave its line empty.
    pub fn among_other_codes(&mut self, code: String) -> String {
        let stacked = self.remember("codes stacked", |rng| {
            ["no", "no", "no", "no", "above", "below", "both"][rng.random_range(0..7)].to_owned()
        });
        let mut lines = vec![code];
        if matches!(stacked.as_str(), "above" | "both") {
            let customers = match self.chance(0.4) {
                true => "~".to_owned(),
                false => escape(&self.digits(6)),
            };
            lines.insert(0, customers);
        }
        if matches!(stacked.as_str(), "below" | "both") && self.chance(0.7) {
            lines.push(escape(&self.digits(13)));
            if self.remember("scheme of codes", |rng| rng.random_bool(0.4).to_string()) == "true" {
                lines.push(escape("(GTIN)"));
            }
        }
        lines.join(" \\ ")
    }

    pub fn product_code(&mut self, row: usize, line: &Line) -> String {
        let code = &line.product_code;
        self.ink.cell(row, FieldKey::ProductCode, code, code)
    }

    /// Where codes have no column of their own, they may stand below the line number.
    pub fn above_code(&mut self, number: String, row: usize, line: &Line) -> String {
        if !self.habit("codes below line numbers", 0.06) {
            return number;
        }
        let code = self.product_code(row, line);
        let code = self.among_other_codes(code);
        format!("{number} \\ {code}")
    }

    /// The code before the description, above or below it, or above it beside the customer's.
    pub fn beside_code(&mut self, description: String, code: String) -> String {
        match self
            .remember("code and description", |rng| {
                rng.random_range(0..6).to_string()
            })
            .as_str()
        {
            "0" => format!("{code} \\ {description}"),
            "1" => format!("{description} \\ {code}"),
            "2" => {
                let customers = self.digits(6);
                let between = self.remember("between codes", |rng| {
                    [" / ", " | ", "  "][rng.random_range(0..3)].to_owned()
                });
                format!(
                    "{code}{} \\ {description}",
                    escape(&format!("{between}{customers}"))
                )
            }
            "3" => format!("{code} {description}"),
            _ => {
                let caption = self.words("col.product_code");
                format!("{description} \\ {} {code}", escape(&format!("{caption}:")))
            }
        }
    }

    /// One manner of grouping the digits a document.
    pub fn hs_printed(&mut self, code: &str) -> String {
        let manner = self.remember("hs", |rng| rng.random_range(0..6).to_string());
        let groups: &[usize] = match manner.as_str() {
            "0" => &[4, 2, 2],
            "1" => &[4, 4],
            _ => return code.to_owned(),
        };
        let mark = if manner == "0" { "." } else { " " };
        let mut rest = code;
        let mut parts = Vec::new();
        for &group in groups {
            let (part, after) = rest.split_at(group.min(rest.len()));
            parts.push(part);
            rest = after;
        }
        parts.retain(|part| !part.is_empty());
        parts.join(mark)
    }
}
