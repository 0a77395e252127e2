//! Header values in the placements that a look may have: inline, in columns, in boxes, in a strip.

use super::draft::{Draft, Pair};
use super::look::Info;
use crate::paper::escape;

impl Draft<'_> {
    /// Header values in the placement of the look.
    pub fn info(&mut self, pairs: Vec<Pair>) -> String {
        self.info_as(self.look.info, pairs)
    }

    /// Header values where half the page's width is to be had.
    pub fn narrow_info(&mut self, pairs: Vec<Pair>) -> String {
        let placement = match self.look.info {
            Info::TwoColumns => Info::Columns,
            placement => placement,
        };
        self.info_within(placement, pairs, 2)
    }

    pub fn info_as(&mut self, placement: Info, pairs: Vec<Pair>) -> String {
        self.info_within(placement, pairs, 5)
    }

    /// At most `across` values beside each other.
    pub fn info_within(&mut self, placement: Info, pairs: Vec<Pair>, across: usize) -> String {
        let pairs: Vec<Pair> = pairs
            .into_iter()
            .filter(|pair| !pair.1.is_empty())
            .collect();
        if pairs.is_empty() {
            return String::new();
        }
        match placement {
            Info::Inline => pairs
                .into_iter()
                .map(|(key, value)| format!("{} {value}", self.caption(&key)))
                .collect::<Vec<_>>()
                .join(" \\\n"),
            Info::Shaded => {
                let cells: Vec<String> = pairs
                    .into_iter()
                    .map(|(key, value)| {
                        let heading = self.heading(&key);
                        format!("table.cell(fill: luma(230))[#strong[{heading}]], [{value}]")
                    })
                    .collect();
                let stroke = self.one_of(&["none", "0.5pt + luma(160)"]);
                format!(
                    "#table(columns: (auto, 1fr), stroke: {stroke}, inset: 3.5pt, {})",
                    cells.join(", ")
                )
            }
            Info::Colons => self.colons(pairs),
            Info::Columns => self.columns(pairs, 1),
            Info::TwoColumns => self.columns(pairs, 2),
            Info::BoxedAbove => {
                let across = self.one_of(&[2, 3, 4]).min(across);
                let cells: Vec<String> = pairs
                    .into_iter()
                    .map(|(key, value)| {
                        format!("[#text(0.8em)[{}] \\ {value}]", self.heading(&key))
                    })
                    .collect();
                let accent = self.look.accent;
                format!(
                    "#table(columns: (1fr,) * {across}, stroke: 0.6pt + {accent}, inset: 4pt, {})",
                    cells.join(", ")
                )
            }
            Info::Strip | Info::DarkStrip => pairs
                .chunks(across)
                .map(|pairs| {
                    let accent = self.look.accent;
                    let heads: Vec<String> = pairs
                        .iter()
                        .map(|(key, _)| match placement {
                            Info::DarkStrip => format!(
                                "table.cell(fill: {accent})[#text(fill: white)[{}]]",
                                self.heading(key)
                            ),
                            _ => format!("[{}]", self.heading(key)),
                        })
                        .collect();
                    let values: Vec<String> = pairs
                        .iter()
                        .map(|(_, value)| format!("[{value}]"))
                        .collect();
                    format!(
                        "#table(columns: (1fr,) * {}, stroke: 0.5pt, inset: 3pt, {}, {})",
                        pairs.len(),
                        heads.join(", "),
                        values.join(", ")
                    )
                })
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    fn columns(&mut self, pairs: Vec<Pair>, across: usize) -> String {
        let mut cells: Vec<String> = pairs
            .into_iter()
            .map(|(key, value)| format!("[{}], [{value}]", self.caption(&key)))
            .collect();
        while !cells.len().is_multiple_of(across) {
            cells.push("[], []".to_owned());
        }
        let widths = vec!["auto, 1fr"; across].join(", ");
        format!(
            "#grid(columns: ({widths}), column-gutter: 8pt, row-gutter: 5pt, {})",
            cells.join(", ")
        )
    }

    /// `Caption      : value`: in a typewriter face padded with blanks, else in three columns.
    fn colons(&mut self, pairs: Vec<Pair>) -> String {
        let captions: Vec<String> = pairs.iter().map(|(key, _)| self.words(key)).collect();
        let widest = captions
            .iter()
            .map(|caption| caption.chars().count())
            .max()
            .unwrap_or_default();
        if self.look.mono && widest < 40 {
            let lines: Vec<String> = captions
                .iter()
                .zip(&pairs)
                .map(|(caption, (_, value))| {
                    // Blanks would collapse; unbreakable ones do not.
                    let blanks = "\u{a0}".repeat(widest - caption.chars().count());
                    format!("{} {value}", escape(&format!("{caption}{blanks} :")))
                })
                .collect();
            return lines.join(" \\\n");
        }
        let cells: Vec<String> = captions
            .iter()
            .zip(&pairs)
            .map(|(caption, (_, value))| format!("[{}], [#\":\" {value}]", escape(caption)))
            .collect();
        format!(
            "#grid(columns: (auto, 1fr), column-gutter: 6pt, row-gutter: 4.5pt, {})",
            cells.join(", ")
        )
    }
}
