//! Preprinted forms: how their boxes are ruled, captioned and numbered, and what lies under the print.
//!
//! Goes in: a split, a form's name. Comes out: a look whose family belongs to the split, and the Typst
//! source of boxes, grids, watermarks, bar codes and hand-made signatures.
//! Deliberately absent: which boxes a form has (`origin`, `certificates`, `transport`, `other`).

use super::draft::Draft;
use super::look::pick;
use crate::paper::escape;
use crate::split::Split;
use docexam_domain::FieldKey;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum CaptionPlace {
    /// Small, above the value.
    Above,
    /// Smaller still, in the colour of the rules.
    Tinted,
    /// In a column of its own, left of the value.
    Beside,
    /// `Caption: value`.
    Inline,
    /// On a grey strip along the top of the box.
    Band,
    /// Bold, above a value that is set off.
    Bold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Ruling {
    Full,
    Heavy,
    Hairline,
    Horizontal,
    Open,
    Tiled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Numbering {
    Absent,
    Dot,
    Plain,
    Bracket,
    Boxed,
}

/// Where title and number stand beside the parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum HeadPlace {
    Right,
    Left,
    Above,
}

#[derive(Clone, Debug)]
pub struct FormLook {
    pub caption: CaptionPlace,
    pub ruling: Ruling,
    pub numbering: Numbering,
    pub head: HeadPlace,
    /// Typst colour of rules and captions.
    pub colour: &'static str,
    /// Typst colour of the boxes, or `none`.
    pub tint: &'static str,
    /// Face of what is filled in; the form's own face where `None`.
    pub filled: Option<&'static str>,
    /// Size of captions beside the text's, in em.
    pub caption_size: f64,
    /// Points between rule and text.
    pub inset: u32,
}

impl FormLook {
    /// A look of a family that belongs to `split`.
    pub fn draw(rng: &mut ChaCha8Rng, split: Split, form: &str) -> Self {
        loop {
            let look = Self::any(rng);
            if Split::of(&look.family(form)) == split {
                return look;
            }
        }
    }

    /// `certificate_of_origin/form-a.above.full.dot.right`.
    pub fn family(&self, form: &str) -> String {
        let parts: [&'static str; 4] = [
            self.caption.into(),
            self.ruling.into(),
            self.numbering.into(),
            self.head.into(),
        ];
        format!("{form}.{}", parts.join("."))
    }

    fn any(rng: &mut ChaCha8Rng) -> Self {
        use {CaptionPlace as C, HeadPlace as H, Numbering as N, Ruling as R};
        Self {
            caption: *pick(
                rng,
                &[
                    C::Above,
                    C::Above,
                    C::Tinted,
                    C::Beside,
                    C::Inline,
                    C::Band,
                    C::Bold,
                ],
            ),
            ruling: *pick(
                rng,
                &[
                    R::Full,
                    R::Full,
                    R::Heavy,
                    R::Hairline,
                    R::Horizontal,
                    R::Open,
                    R::Tiled,
                ],
            ),
            numbering: *pick(
                rng,
                &[N::Absent, N::Dot, N::Dot, N::Plain, N::Bracket, N::Boxed],
            ),
            head: *pick(rng, &[H::Right, H::Right, H::Right, H::Left, H::Above]),
            colour: *pick(
                rng,
                &[
                    "black",
                    "black",
                    "black",
                    "rgb(\"#2b5d34\")",
                    "rgb(\"#7a1f1f\")",
                    "rgb(\"#1f3f77\")",
                    "rgb(\"#8a5a0b\")",
                    "luma(90)",
                ],
            ),
            tint: *pick(
                rng,
                &[
                    "none",
                    "none",
                    "none",
                    "rgb(\"#eef5e9\")",
                    "rgb(\"#f4efe2\")",
                    "rgb(\"#eef3f9\")",
                    "luma(245)",
                ],
            ),
            filled: *pick(
                rng,
                &[
                    None,
                    None,
                    None,
                    Some("Liberation Mono"),
                    Some("Liberation Mono"),
                    Some("Liberation Sans Narrow"),
                    Some("Liberation Serif"),
                    Some("DejaVu Sans Mono"),
                ],
            ),
            caption_size: *pick(rng, &[0.62, 0.7, 0.75, 0.8, 0.9]),
            inset: rng.random_range(2..6),
        }
    }

    /// A table of boxes; `columns` are Typst widths, `cells` come from [`FormLook::cell`].
    pub fn grid(&self, columns: &str, cells: &[String]) -> String {
        let colour = self.colour;
        let (stroke, fill, gutter) = match self.ruling {
            Ruling::Full => (format!("0.5pt + {colour}"), self.tint.to_owned(), "0pt"),
            Ruling::Heavy => (format!("1.1pt + {colour}"), self.tint.to_owned(), "0pt"),
            Ruling::Hairline => ("0.3pt + luma(120)".to_owned(), self.tint.to_owned(), "0pt"),
            Ruling::Horizontal => (
                format!("(x, y) => (top: 0.6pt + {colour}, bottom: 0.6pt + {colour})"),
                "none".to_owned(),
                "0pt",
            ),
            Ruling::Open => ("none".to_owned(), "none".to_owned(), "0pt"),
            Ruling::Tiled => ("none".to_owned(), "luma(236)".to_owned(), "2pt"),
        };
        format!(
            "#table(columns: ({columns}), stroke: {stroke}, fill: {fill}, gutter: {gutter}, inset: {}pt,\n{})\n",
            self.inset,
            packed(cells, columns.split(',').count()).join(",\n")
        )
    }

    /// A box over `across` columns and `down` rows; `number` is that of the form.
    pub fn cell(&self, number: &str, caption: &str, value: &str, across: u32, down: u32) -> String {
        format!(
            "table.cell(colspan: {across}, rowspan: {down})[{}]",
            self.captioned(number, caption, value)
        )
    }

    /// Caption and value as they stand in a box.
    pub fn captioned(&self, number: &str, caption: &str, value: &str) -> String {
        let (size, colour) = (self.caption_size, self.colour);
        let words = escape(&self.numbered(number, caption));
        let number_box = match self.numbering {
            Numbering::Boxed if !number.is_empty() => format!(
                "#box(stroke: 0.4pt + {colour}, inset: 1.5pt)[#text({size}em)[{}]] ",
                escape(number)
            ),
            _ => String::new(),
        };
        let value = self.filled_in(value);
        let small = format!("{number_box}#text({size}em)[{words}]");
        match self.caption {
            CaptionPlace::Above => format!("{small} \\ {value}"),
            CaptionPlace::Tinted => {
                format!(
                    "{number_box}#text({size}em, fill: {colour}, style: \"italic\")[{words}] \\ {value}"
                )
            }
            CaptionPlace::Beside => {
                format!("#grid(columns: (30%, 1fr), column-gutter: 4pt, [{small}], [{value}])")
            }
            CaptionPlace::Inline if caption.is_empty() => value,
            CaptionPlace::Inline => format!("{small}#\":\" {value}"),
            CaptionPlace::Band => format!(
                "#block(width: 100%, fill: luma(222), inset: 1.5pt, spacing: 2pt)[{small}] {value}"
            ),
            CaptionPlace::Bold => format!("#strong[{small}] \\ #h(6pt) {value}"),
        }
    }

    fn numbered(&self, number: &str, caption: &str) -> String {
        match self.numbering {
            _ if number.is_empty() => caption.to_owned(),
            Numbering::Absent | Numbering::Boxed => caption.to_owned(),
            Numbering::Dot => format!("{number}. {caption}"),
            Numbering::Plain => format!("{number} {caption}"),
            Numbering::Bracket => format!("({number}) {caption}"),
        }
    }

    /// A value in the face of what is filled in.
    pub fn filled_in(&self, value: &str) -> String {
        match self.filled {
            Some(face) if !value.is_empty() => {
                format!(
                    "#text(font: (\"{face}\", \"WenQuanYi Zen Hei\", \"DejaVu Sans\"))[{value}]"
                )
            }
            _ => value.to_owned(),
        }
    }
}

/// With empty boxes where the next one is too wide for the rest of its row.
fn packed(cells: &[String], columns: usize) -> Vec<String> {
    let mut packed = Vec::new();
    // Rows that a box from above still takes up, by column.
    let mut taken = vec![0_usize; columns];
    let mut column = 0;
    for cell in cells {
        let (across, down) = spans(cell);
        loop {
            while column < columns && taken[column] > 0 {
                column += 1;
            }
            let free = taken[column..]
                .iter()
                .take_while(|rows| **rows == 0)
                .count();
            if free >= across.min(columns) {
                break;
            }
            packed.extend(vec!["[]".to_owned(); free]);
            column += free;
            if column >= columns {
                taken
                    .iter_mut()
                    .for_each(|rows| *rows = rows.saturating_sub(1));
                column = 0;
            }
        }
        let until = (column + across).min(columns);
        taken[column..until].fill(down);
        packed.push(cell.clone());
        column = until;
        if taken[column..].iter().all(|rows| *rows > 0) {
            taken
                .iter_mut()
                .for_each(|rows| *rows = rows.saturating_sub(1));
            column = 0;
        }
    }
    packed
}

/// Columns and rows of a cell as its source says; a bare `[…]` has one of each.
fn spans(cell: &str) -> (usize, usize) {
    let arguments = cell
        .strip_prefix("table.cell(")
        .and_then(|rest| rest.split_once(')'))
        .map_or("", |rest| rest.0);
    let of = |name: &str| {
        let number = arguments
            .split(", ")
            .find_map(|part| part.strip_prefix(name));
        number.and_then(|number| number.parse().ok()).unwrap_or(1)
    };
    (of("colspan: "), of("rowspan: "))
}

impl Draft<'_> {
    /// 0 to 99.
    pub fn percent(&mut self) -> u32 {
        self.rng.random_range(0..100)
    }

    /// Chooses the form's look; its family becomes that of the document.
    pub fn form(&mut self, name: &str) -> FormLook {
        let look = FormLook::draw(&mut self.rng, self.split, name);
        self.family = look.family(name);
        look
    }

    /// Letters or a pattern that are printed on the paper before the form is filled in.
    pub fn background(&mut self, word: Option<&str>) {
        let shade = self.rng.random_range(205..238);
        let layer = match (word, self.rng.random_range(0..4)) {
            (Some(word), 0 | 1) => {
                let turn = self.one_of(&[-45, -30, 0, 0]);
                let size = self.rng.random_range(50..86);
                format!(
                    "align(center + horizon)[#rotate({turn}deg)[#text({size}pt, weight: \"bold\", fill: luma({shade}))[{}]]]",
                    escape(word)
                )
            }
            (_, 2) => format!(
                "rect(width: 100%, height: 100%, fill: tiling(size: (5pt, 5pt))[#place(line(start: (0%, 100%), end: (100%, 0%), stroke: 0.35pt + luma({shade})))])"
            ),
            _ => format!(
                "rect(width: 100%, height: 100%, fill: tiling(size: (9pt, 6pt))[#place(dx: 1pt, dy: 1pt, ellipse(width: 7pt, height: 4pt, stroke: 0.3pt + luma({shade})))])"
            ),
        };
        self.backdrop = format!("#set page(background: {layer})\n");
    }

    /// A carrier's or insurer's mark: shapes and perhaps its first letter.
    pub fn emblem(&mut self, name: &str) -> String {
        let colour = self.one_of(&[
            "rgb(\"#0b4f8a\")",
            "rgb(\"#c8102e\")",
            "rgb(\"#00703c\")",
            "black",
            "rgb(\"#e07a00\")",
        ]);
        let size = self.rng.random_range(20..38);
        let initial: String = name.chars().take(1).collect();
        match self.rng.random_range(0..4) {
            0 => format!(
                "#box(circle(radius: {}pt, fill: {colour})[#align(center + horizon)[#text(fill: white, {}pt)[{}]]])",
                size / 2,
                size / 2,
                escape(&initial)
            ),
            1 => format!("#box(polygon.regular(size: {size}pt, vertices: 7, fill: {colour}))"),
            2 => format!(
                "#box(rect(width: {size}pt, height: {size}pt, fill: {colour})[#place(center + horizon, polygon.regular(size: {}pt, vertices: 3, fill: white))])",
                size / 2
            ),
            _ => format!(
                "#box(stack(dir: ltr, spacing: 2pt, rect(width: 5pt, height: {size}pt, fill: {colour}), rect(width: 9pt, height: {size}pt, fill: {colour}), rect(width: 3pt, height: {size}pt, fill: {colour})))"
            ),
        }
    }

    /// Bars that say nothing.
    pub fn bar_code(&mut self, width: u32, height: u32) -> String {
        let mut bars = String::new();
        let mut x = 0.0;
        while x < f64::from(width) - 4.0 {
            let bar = self.one_of(&[0.7, 0.7, 1.4, 2.1]);
            bars.push_str(&format!(
                "#place(dx: {x:.1}pt, rect(width: {bar}pt, height: {height}pt, fill: black))"
            ));
            x += bar + self.one_of(&[0.7, 0.7, 1.4, 2.1]);
        }
        format!("#box(width: {width}pt, height: {height}pt)[{bars}]")
    }

    /// Pen strokes over a line, in ink; no words. They are the document's signature, where it has that field.
    pub fn scrawl(&mut self) -> String {
        let ink = self.one_of(&["rgb(\"#1b2a78\")", "rgb(\"#1b2a78\")", "black"]);
        let mut strokes = String::from("curve.move((0pt, 16pt))");
        let mut x = 0;
        for _ in 0..self.rng.random_range(3..8) {
            let (a, b, c) = (
                self.rng.random_range(-6..28),
                self.rng.random_range(-6..28),
                self.rng.random_range(4..22),
            );
            let step = self.rng.random_range(8..22);
            strokes.push_str(&format!(
                ", curve.cubic(({}pt, {a}pt), ({}pt, {b}pt), ({}pt, {c}pt))",
                x + step / 3,
                x + step,
                x + step
            ));
            x += step;
        }
        let mention = self.ink.drawn(FieldKey::SignaturePresent, "true");
        format!("#box(height: 22pt)[#curve(stroke: 0.9pt + {ink}, {strokes}){mention}]")
    }

    /// A title in the manner of the look, with words that no caption file has.
    pub fn banner(&mut self, words: &str) -> String {
        let size = self.look.title_size.min(19.0);
        let place = self.one_of(&["center", "left", "center", "right"]);
        let text = escape(words);
        match self.rng.random_range(0..6) {
            0 => format!(
                "#block(fill: {}, width: 100%, inset: 5pt)[#align({place})[#text({size}pt, weight: \"bold\", fill: white)[{text}]]]\n",
                self.look.accent
            ),
            1 => format!("#align({place})[#underline[#text({size}pt)[{text}]]]\n"),
            2 => format!(
                "#align({place})[#box(stroke: 1pt, inset: 5pt)[#text({size}pt, weight: \"bold\")[{text}]]]\n"
            ),
            _ => format!("#align({place})[#text({size}pt, weight: \"bold\")[{text}]]\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn boxes_that_do_not_fit_a_row_begin_the_next() {
        let cells = [
            "[a]",
            "table.cell(colspan: 2)[b]",
            "table.cell(colspan: 1, rowspan: 2)[c]",
            "[d]",
            "[e]",
        ];
        let packed = packed(&cells.map(str::to_owned), 2);
        assert_eq!(packed, ["[a]", "[]", cells[1], cells[2], "[d]", "[e]"]);
    }

    #[test]
    fn a_family_of_forms_belongs_to_one_split() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for split in [Split::Train, Split::Validation, Split::Test] {
            for form in ["certificate_of_origin/form-a", "bill_of_lading/liner"] {
                for _ in 0..20 {
                    let look = FormLook::draw(&mut rng, split, form);
                    assert_eq!(Split::of(&look.family(form)), split);
                }
            }
        }
    }
}
