//! How a document looks: the choices that make up a layout family, and those that vary within one.
//!
//! The family is the placement of things (letterhead, captions, parties, table, totals). A family
//! belongs to one split by the hash of its name, so that a test page is laid out as no training page.

use crate::split::Split;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Letterhead {
    NameLeft,
    NameCentred,
    NameRight,
    Band,
    Logo,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Totals {
    Right,
    InTable,
    FullWidth,
    BoxedRight,
    LeftList,
}

#[derive(Clone, Debug)]
pub struct Look {
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
            let look = Self::any(rng, language);
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
        format!("{document}/{}", parts.join("."))
    }

    fn any(rng: &mut ChaCha8Rng, language: &str) -> Self {
        use Letterhead as L;
        let mono = rng.random_bool(0.08);
        Self {
            letterhead: *pick(
                rng,
                &[
                    L::NameLeft,
                    L::NameCentred,
                    L::NameRight,
                    L::Band,
                    L::Logo,
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
            colon: *pick(rng, &[":", ":", ":", "", " :"]),
            strong_values: rng.random_bool(0.12),
            mono,
        }
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
