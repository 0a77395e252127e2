//! How a document looks: the choices that make up a layout family, and those that vary within one.
//!
//! The family is the placement of things (letterhead, captions, parties, table, totals). A family
//! belongs to one split by the hash of its name, so that a test page is laid out as no training page.

use crate::split::Split;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// The habit behind a paper as a whole; the other placements vary within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Scheme {
    /// Letterhead, parties, table, sums: one below the other.
    Composed,
    /// A business letter: address window, information block, columns in the footer.
    Letter,
    /// Lists of `caption : value`, parties as sections.
    Listing,
    /// The print of an electronic invoice: blocks of caption and value, a wide table.
    Electronic,
    /// One grid of boxes, as on export forms.
    ExportForm,
    /// The print of an office program: address boxes, shaded captions, small tables of sums.
    Office,
    /// Centred letterhead, `To Messrs.`, a column of marks.
    Messrs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Letterhead {
    NameLeft,
    NameCentred,
    NameRight,
    Band,
    Logo,
    /// A short name in large letters, which is not the name of the company.
    Wordmark,
    /// Name left, address and numbers right.
    Split,
    /// All in one small line.
    Line,
    Absent,
}

/// Where the caption of a header value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Info {
    /// `Invoice No.: 4711`, one under the other.
    Inline,
    /// Captions in one column, values in the next.
    Columns,
    /// Two such columns side by side.
    TwoColumns,
    /// A grid of boxes, caption above value.
    BoxedAbove,
    /// A table of one row of captions and one of values.
    Strip,
    /// The same with white captions on dark.
    DarkStrip,
    /// Captions on grey, values beside them.
    Shaded,
    /// `Caption      : value`, the colons below each other.
    Colons,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Parties {
    SideBySide,
    Boxed,
    Stacked,
    /// Parties left, header values right.
    BesideInfo,
    /// Boxes left and right as on a shipping form.
    FormGrid,
    /// The caption on a bar above each.
    Bars,
    /// A table with a row for each.
    Rows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Rules {
    Full,
    Horizontal,
    HeadOnly,
    Striped,
    Bare,
    Columns,
    /// All lines, the head white on dark.
    DarkHead,
    /// A frame and a line below the head.
    Frame,
    /// Thin broken lines between the rows.
    Dashed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Totals {
    Right,
    InTable,
    FullWidth,
    BoxedRight,
    LeftList,
    /// A row of captions above a row of amounts.
    Strip,
    /// `Caption : amount`.
    Colons,
    /// Captions on grey.
    Shaded,
    /// The total between lines.
    Ruled,
}

#[derive(Clone, Debug)]
pub struct Look {
    pub scheme: Scheme,
    pub letterhead: Letterhead,
    pub info: Info,
    pub parties: Parties,
    pub rules: Rules,
    pub totals: Totals,
    pub fonts: Vec<&'static str>,
    /// Points.
    pub size: f64,
    pub paper: &'static str,
    pub landscape: bool,
    /// Millimetres.
    pub margin: u32,
    /// Typst colour of rules, bands and the letterhead.
    pub accent: &'static str,
    pub title_size: f64,
    pub title_right: bool,
    pub captions_bold: bool,
    pub captions_upper: bool,
    pub colon: &'static str,
    /// Values in bold.
    pub strong_values: bool,
    /// Typewriter look.
    pub mono: bool,
}

impl Look {
    /// A look of a family that belongs to `split`.
    pub fn draw(rng: &mut ChaCha8Rng, split: Split, document: &str, language: &str) -> Self {
        loop {
            let mut look = Self::any(rng, language);
            if matches!(document, "commercial_invoice" | "packing_list") {
                look.scheme = scheme(rng, language);
                look.mono |= look.scheme == Scheme::Listing && rng.random_bool(0.35);
                if look.mono {
                    look.fonts = fonts(rng, language, true);
                }
            }
            if Split::of(&look.family(document)) == split {
                return look;
            }
        }
    }

    /// `commercial_invoice/logo.columns.boxed.full.right`.
    pub fn family(&self, document: &str) -> String {
        let parts: [&'static str; 5] = [
            self.letterhead.into(),
            self.info.into(),
            self.parties.into(),
            self.rules.into(),
            self.totals.into(),
        ];
        let scheme: &'static str = match self.scheme {
            Scheme::Composed => "",
            other => other.into(),
        };
        let dot = if scheme.is_empty() { "" } else { "." };
        format!("{document}/{scheme}{dot}{}", parts.join("."))
    }

    fn any(rng: &mut ChaCha8Rng, language: &str) -> Self {
        use Letterhead as L;
        let mono = rng.random_bool(0.08);
        Self {
            scheme: Scheme::Composed,
            letterhead: *pick(
                rng,
                &[
                    L::NameLeft,
                    L::NameCentred,
                    L::NameRight,
                    L::Band,
                    L::Logo,
                    L::Wordmark,
                    L::Split,
                    L::Line,
                    L::Absent,
                ],
            ),
            info: *pick(
                rng,
                &[
                    Info::Inline,
                    Info::Columns,
                    Info::TwoColumns,
                    Info::BoxedAbove,
                    Info::Strip,
                    Info::DarkStrip,
                    Info::Shaded,
                    Info::Colons,
                ],
            ),
            parties: *pick(
                rng,
                &[
                    Parties::SideBySide,
                    Parties::Boxed,
                    Parties::Stacked,
                    Parties::BesideInfo,
                    Parties::FormGrid,
                    Parties::Bars,
                    Parties::Rows,
                ],
            ),
            rules: *pick(
                rng,
                &[
                    Rules::Full,
                    Rules::Horizontal,
                    Rules::HeadOnly,
                    Rules::Striped,
                    Rules::Bare,
                    Rules::Columns,
                    Rules::DarkHead,
                    Rules::Frame,
                    Rules::Dashed,
                ],
            ),
            totals: *pick(
                rng,
                &[
                    Totals::Right,
                    Totals::InTable,
                    Totals::FullWidth,
                    Totals::BoxedRight,
                    Totals::LeftList,
                    Totals::Strip,
                    Totals::Colons,
                    Totals::Shaded,
                    Totals::Ruled,
                ],
            ),
            fonts: fonts(rng, language, mono),
            size: rng.random_range(15..21) as f64 / 2.0 - f64::from(u8::from(mono)),
            paper: *pick(rng, &["a4", "a4", "a4", "a4", "us-letter"]),
            landscape: rng.random_bool(0.06),
            margin: rng.random_range(10..24),
            accent: *pick(
                rng,
                &[
                    "black",
                    "black",
                    "rgb(\"#1f3f77\")",
                    "rgb(\"#7a1f1f\")",
                    "rgb(\"#2b5d34\")",
                    "rgb(\"#444444\")",
                    "rgb(\"#0b6e8a\")",
                    "rgb(\"#8a4b0b\")",
                ],
            ),
            title_size: rng.random_range(12..24) as f64,
            title_right: rng.random_bool(0.3),
            captions_bold: rng.random_bool(0.5),
            captions_upper: rng.random_bool(0.15),
            colon: *pick(rng, &[":", ":", ":", ":", ":", "", "", " :", " :", " -"]),
            strong_values: rng.random_bool(0.12),
            mono,
        }
    }
}

/// Every scheme in every language, but each where it is at home most often.
fn scheme(rng: &mut ChaCha8Rng, language: &str) -> Scheme {
    use Scheme::*;
    let home: &[Scheme] = match language {
        "de" | "sv" => &[Letter, Letter, Listing],
        "fr" | "ro" => &[Office, Office, Letter],
        "nl" | "it" => &[Letter, Office],
        "tr" => &[Electronic, Electronic, Electronic],
        "zh" | "vi" => &[Messrs, Messrs, ExportForm],
        "es" | "pt" | "pl" => &[Office, Electronic],
        _ => &[ExportForm, Messrs, Office],
    };
    let anywhere = [
        Composed, Composed, Composed, Letter, Listing, Listing, Electronic, ExportForm, Office,
        Messrs,
    ];
    match rng.random_bool(0.35) {
        true => *pick(rng, home),
        false => *pick(rng, &anywhere),
    }
}

/// The wanted face first, then one that has Chinese and one that has everything else.
fn fonts(rng: &mut ChaCha8Rng, language: &str, mono: bool) -> Vec<&'static str> {
    let latin: &[&str] = match mono {
        true => &["Liberation Mono", "DejaVu Sans Mono"],
        false => &[
            "Liberation Sans",
            "Liberation Sans",
            "Liberation Sans",
            "Liberation Serif",
            "Liberation Serif",
            "Liberation Sans Narrow",
            "DejaVu Sans",
            "DejaVu Serif",
            "Libertinus Serif",
            "New Computer Modern",
        ],
    };
    let chinese: &[&str] = &[
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
        "Droid Sans Fallback",
    ];
    let mut faces = vec![*pick(rng, latin)];
    // Chinese printers often set Latin letters in the Chinese face too.
    if language == "zh" && rng.random_bool(0.4) {
        faces.clear();
    }
    let first = rng.random_range(0..chinese.len());
    faces.extend(chinese.iter().cycle().skip(first).take(chinese.len()));
    faces.push("DejaVu Sans");
    faces
}

pub(super) fn pick<'a, T>(rng: &mut ChaCha8Rng, from: &'a [T]) -> &'a T {
    from.choose(rng).unwrap_or(&from[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn every_split_has_every_scheme_and_no_family_of_another() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut families: HashMap<String, Split> = HashMap::new();
        for split in [Split::Train, Split::Validation, Split::Test] {
            let mut schemes: HashSet<&'static str> = HashSet::new();
            for _ in 0..400 {
                let look = Look::draw(&mut rng, split, "commercial_invoice", "en");
                schemes.insert(look.scheme.into());
                let other = families.insert(look.family("commercial_invoice"), split);
                assert!(other.is_none_or(|other| other == split));
            }
            assert_eq!(schemes.len(), 7, "{split}: {schemes:?}");
        }
    }
}
