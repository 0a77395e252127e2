//! What is printed on a page, before anything is read: marks of the size of letters.
//!
//! In: grey pixels. Out: the boxes of connected dark marks that can be letters. From them follow
//! whether there is text at all (Tesseract spends half a minute on the noise of an empty page), how
//! large it is, and whether its lines run across the page or up it.
//! Deliberately absent: what the marks say.

use crate::mask::Mask;
use docexam_domain::Rect;
use image::GrayImage;

/// A mark must be this much darker than the paper. Pencil and worn thermal print are; sensor noise
/// and the weave of the paper rarely are.
const MIN_CONTRAST: u8 = 40;
/// Smaller marks are specks.
const MIN_HEIGHT_PX: u32 = 4;
const MIN_AREA_PX: u32 = 8;
/// Larger marks are ruling lines, frames, stamps and pictures.
const MAX_HEIGHT_PX: u32 = 160;
/// Pages with fewer letters hold no text that could be read.
const MIN_LETTERS: usize = 3;
/// Bound on work for pages that are all texture.
const MAX_LETTERS: usize = 100_000;

/// Box of a mark in pixels, right and bottom exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
    pub(crate) area: u32,
}

impl Mark {
    pub(crate) fn height(&self) -> u32 {
        self.bottom - self.top
    }

    pub(crate) fn width(&self) -> u32 {
        self.right - self.left
    }

    /// Makes another mark a part of this one.
    pub(crate) fn take_in(&mut self, other: &Self) {
        self.left = self.left.min(other.left);
        self.top = self.top.min(other.top);
        self.right = self.right.max(other.right);
        self.bottom = self.bottom.max(other.bottom);
        self.area += other.area;
    }

    fn is_speck(&self) -> bool {
        self.area < MIN_AREA_PX
    }

    fn is_flat(&self) -> bool {
        self.width() > 2 * self.height()
    }

    fn is_dot(&self) -> bool {
        self.is_speck() || self.height().max(self.width()) < MIN_HEIGHT_PX
    }

    /// Column and row of its middle.
    pub(crate) fn middle(&self) -> (i32, i32) {
        (
            (self.left + self.right) as i32 / 2,
            (self.top + self.bottom) as i32 / 2,
        )
    }

    /// Its box as a part of a page of the given size in pixels.
    pub(crate) fn on_page(&self, (width, height): (usize, usize)) -> Rect {
        let share = |pixels: u32, all: usize| pixels as f32 / all.max(1) as f32;
        Rect::new(
            share(self.left, width),
            share(self.top, height),
            share(self.right, width),
            share(self.bottom, height),
        )
    }

    pub(crate) fn holds(&self, (x, y): (i32, i32)) -> bool {
        (self.left as i32..self.right as i32).contains(&x)
            && (self.top as i32..self.bottom as i32).contains(&y)
    }

    /// Whether less than `gap` pixels lie between the boxes.
    fn is_close(&self, other: &Self, gap: u32) -> bool {
        self.left < other.right + gap
            && other.left < self.right + gap
            && self.top < other.bottom + gap
            && other.top < self.bottom + gap
    }

    fn is_letter(&self) -> bool {
        (MIN_HEIGHT_PX..=MAX_HEIGHT_PX).contains(&self.height().max(self.width()))
            && !self.is_speck()
            && self.width() <= 8 * self.height()
            && self.height() <= 8 * self.width()
    }
}

/// The letters of a page.
#[derive(Debug)]
pub(crate) struct Ink {
    pub letters: Vec<Mark>,
    /// Marks too small for letters: points, commas and dots on letters, or the noise of a poor scan.
    pub dots: Vec<Mark>,
    /// Those of them that are too small for any print.
    specks: usize,
    /// White print on black, or a picture: nothing can be said from dark marks.
    dark_page: bool,
    /// Pixels as dark as this, or darker, are ink.
    pub threshold: u8,
    /// Median grey of the page.
    pub paper: u8,
    size: (u32, u32),
}

impl Ink {
    pub(crate) fn of(image: &GrayImage) -> Self {
        const DARK_PAPER: u8 = 90;
        let (threshold, paper) = threshold(image);
        let marks = marks(&Mask::of(image, threshold));
        let specks = marks.iter().filter(|mark| mark.is_speck()).count();
        let of_page = |is_one: fn(&Mark) -> bool| {
            let found = marks.iter().filter(|mark| is_one(mark));
            found.take(MAX_LETTERS).copied().collect()
        };
        Self {
            letters: of_page(Mark::is_letter),
            dots: of_page(Mark::is_dot),
            specks,
            dark_page: paper < DARK_PAPER,
            threshold,
            paper,
            size: image.dimensions(),
        }
    }

    pub(crate) fn is_blank(&self) -> bool {
        !self.dark_page && self.letters.len() < MIN_LETTERS
    }

    /// Median height of the letters in pixels, upper and lower case together: about 0.6 of the
    /// font size. `None` where there are too few to say. Pieces of dashed lines, which may outnumber
    /// the letters of a page, do not count.
    pub(crate) fn letter_height_px(&self) -> Option<u32> {
        const ENOUGH: usize = 20;
        let upright = self.letters.iter().filter(|mark| !mark.is_flat());
        let mut heights: Vec<u32> = upright.map(Mark::height).collect();
        if heights.len() < ENOUGH {
            return None;
        }
        heights.sort_unstable();
        heights.get(heights.len() / 2).copied()
    }

    /// More specks than print can account for.
    pub(crate) fn is_speckled(&self) -> bool {
        self.specks > 2 * self.letters.len()
    }

    /// Which way text lines run. Between them there are gaps that no letter covers, so the profile
    /// across the lines is the rougher one. A hint: letters of fixed width stand in columns too.
    pub(crate) fn direction(&self) -> Direction {
        const ENOUGH: usize = 40;
        /// Tables have columns with gaps too, so the difference must be clear.
        const CLEARLY: f32 = 1.5;
        let (width, height) = self.size;
        let rows = roughness(self.letters.iter().map(|m| (m.top, m.bottom)), height);
        let columns = roughness(self.letters.iter().map(|m| (m.left, m.right)), width);
        if self.letters.len() < ENOUGH {
            Direction::Unclear
        } else if columns > CLEARLY * rows {
            Direction::UpOrDown
        } else if rows > CLEARLY * columns {
            Direction::Across
        } else {
            Direction::Unclear
        }
    }
}

/// Which way text lines run on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Across,
    UpOrDown,
    Unclear,
}

impl Direction {
    /// Clockwise turns that can make the text upright. 0 is always among them, because the hint may
    /// be wrong and most pages are upright.
    pub(crate) fn turns(self) -> &'static [u16] {
        match self {
            Self::Across => &[0, 180],
            Self::UpOrDown => &[0, 90, 270],
            Self::Unclear => &[0, 180, 90, 270],
        }
    }
}

/// Sum of squared steps of the coverage profile over the sum of its squares.
fn roughness(spans: impl Iterator<Item = (u32, u32)>, length: u32) -> f32 {
    let mut steps = vec![0_i64; length as usize + 1];
    for (from, to) in spans {
        if let Some(step) = steps.get_mut(from as usize) {
            *step += 1;
        }
        if let Some(step) = steps.get_mut(to as usize) {
            *step -= 1;
        }
    }
    let (mut covered, mut stepped, mut total) = (0_i64, 0_i64, 0_i64);
    for step in steps {
        covered += step;
        stepped += step * step;
        total += covered * covered;
    }
    stepped as f32 / total.max(1) as f32
}

/// The grey level below which a pixel is ink, by Otsu's method, but clearly darker than the paper
/// (the median), which is the second value.
fn threshold(image: &GrayImage) -> (u8, u8) {
    let mut histogram = [0_u64; 256];
    for pixel in image.as_raw() {
        histogram[usize::from(*pixel)] += 1;
    }
    let count = image.as_raw().len() as u64;
    let mut seen = 0;
    let median = (0..=255_u8).find(|level| {
        seen += histogram[usize::from(*level)];
        2 * seen >= count
    });
    let median = median.unwrap_or(255);
    let threshold = otsu(&histogram, count).min(median.saturating_sub(MIN_CONTRAST));
    (threshold, median)
}

fn otsu(histogram: &[u64; 256], count: u64) -> u8 {
    let levels = 0..=255_u8;
    let total: f64 = levels
        .clone()
        .map(|l| f64::from(l) * histogram[usize::from(l)] as f64)
        .sum();
    let (mut below, mut sum_below) = (0_u64, 0.0);
    let (mut best, mut best_level) = (0.0, 0);
    for level in levels {
        below += histogram[usize::from(level)];
        sum_below += f64::from(level) * histogram[usize::from(level)] as f64;
        let above = count - below;
        if below == 0 || above == 0 {
            continue;
        }
        let distance = sum_below / below as f64 - (total - sum_below) / above as f64;
        let between = below as f64 * above as f64 * distance * distance;
        if between > best {
            (best, best_level) = (between, level);
        }
    }
    best_level
}

/// A run of dark pixels in one row, `to` exclusive, and the mark it belongs to.
struct Run {
    from: u32,
    to: u32,
    mark: usize,
}

/// Connected marks (4 and 8 neighbours alike), row by row: runs that touch a run of the row above
/// join its mark.
pub(crate) fn marks(mask: &Mask) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    let mut above: Vec<Run> = Vec::new();
    for y in 0..mask.size().1 {
        let row = mask.row(y);
        let y = y as u32;
        let mut here: Vec<Run> = Vec::new();
        let mut next_above = 0;
        let mut at = 0;
        while let Some(start) = row[at..].iter().position(|ink| *ink).map(|gap| at + gap) {
            let length = row[start..].iter().position(|ink| !ink);
            at = length.map_or(row.len(), |length| start + length);
            let (from, to) = (start as u32, at as u32);
            let mut mark = marks.len();
            marks.push(Mark {
                left: from,
                top: y,
                right: to,
                bottom: y + 1,
                area: to - from,
            });
            parents.push(mark);
            while above.get(next_above).is_some_and(|run| run.to < from) {
                next_above += 1;
            }
            for run in above[next_above..].iter().take_while(|run| run.from <= to) {
                mark = join(&mut marks, &mut parents, mark, run.mark);
            }
            here.push(Run { from, to, mark });
        }
        above = here;
    }
    let roots = parents
        .iter()
        .enumerate()
        .filter(|(index, parent)| index == *parent);
    roots
        .filter_map(|(index, _)| marks.get(index).copied())
        .collect()
}

/// Marks that touch or nearly do, less than `gap` pixels apart, as one. The work grows with the square of their number.
pub(crate) fn clustered(mut marks: Vec<Mark>, gap: u32) -> Vec<Mark> {
    let close_pair = |marks: &[Mark]| {
        (0..marks.len()).find_map(|one| {
            let mut behind = one + 1..marks.len();
            let other = behind.find(|other| marks[one].is_close(&marks[*other], gap))?;
            Some((one, other))
        })
    };
    while let Some((one, other)) = close_pair(&marks) {
        let taken = marks.swap_remove(other);
        marks[one].take_in(&taken);
    }
    marks
}

/// Joins two marks into the older one and returns it.
fn join(marks: &mut [Mark], parents: &mut [usize], a: usize, b: usize) -> usize {
    let (a, b) = (root(parents, a), root(parents, b));
    let (old, young) = (a.min(b), a.max(b));
    if old != young {
        parents[young] = old;
        let joined = marks[young];
        marks[old].take_in(&joined);
    }
    old
}

fn root(parents: &mut [usize], mut mark: usize) -> usize {
    while parents[mark] != mark {
        parents[mark] = parents[parents[mark]];
        mark = parents[mark];
    }
    mark
}

/// Print for tests: a block in black.
#[cfg(test)]
pub(crate) fn blacken(image: &mut GrayImage, left: u32, top: u32, width: u32, height: u32) {
    for y in top..top + height {
        for x in left..left + width {
            image.put_pixel(x, y, image::Luma([10]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn page() -> GrayImage {
        GrayImage::from_pixel(400, 600, Luma([245]))
    }

    /// Rows of blocks where letters would stand, 20 px apart.
    fn text_rows() -> GrayImage {
        let mut image = page();
        for row in 0..20 {
            for column in 0..25 {
                // Ragged, as words are.
                let shift = (row * 7 + column * 3) % 5;
                blacken(&mut image, 20 + column * 14 + shift, 50 + row * 20, 7, 10);
            }
        }
        image
    }

    #[test]
    fn empty_and_noisy_pages_are_blank() {
        assert!(
            Ink::of(&GrayImage::from_pixel(1, 1, Luma([0])))
                .letters
                .is_empty()
        );
        assert!(Ink::of(&page()).is_blank());
        let mut noisy = page();
        for (index, pixel) in noisy.pixels_mut().enumerate() {
            // A spread of 60 grey levels without any structure.
            pixel.0[0] = 195 + ((index * 2_654_435_761) >> 7 & 63) as u8 % 60;
        }
        assert!(
            Ink::of(&noisy).is_blank(),
            "{} letters",
            Ink::of(&noisy).letters.len()
        );
    }

    #[test]
    fn marks_are_joined_whatever_their_shape() {
        let mut image = page();
        // A U: its arms meet only at the bottom.
        blacken(&mut image, 100, 100, 3, 20);
        blacken(&mut image, 112, 100, 3, 20);
        blacken(&mut image, 100, 118, 15, 3);
        blacken(&mut image, 0, 300, 400, 2);
        let ink = Ink::of(&image);
        let [u] = ink.letters.as_slice() else {
            panic!("{:?}", ink.letters)
        };
        assert_eq!((u.left, u.top, u.right, u.bottom), (100, 100, 115, 121));
    }

    #[test]
    fn specks_are_told_from_print() {
        let mut image = text_rows();
        assert!(!Ink::of(&image).is_speckled());
        for speck in 0..2_000_u32 {
            // Beside the print, as the dust of a copier is.
            blacken(&mut image, speck % 80 * 5, 455 + speck / 80 * 5, 2, 1);
        }
        assert!(Ink::of(&image).is_speckled());
    }

    #[test]
    fn dashes_do_not_make_the_letters_small() {
        let mut image = text_rows();
        for dash in 0..600_u32 {
            blacken(&mut image, 20 + dash % 30 * 11, 455 + dash / 30 * 6, 7, 3);
        }
        assert_eq!(Ink::of(&image).letter_height_px(), Some(10));
    }

    #[test]
    fn size_and_direction_of_text_are_seen() {
        let upright = text_rows();
        let ink = Ink::of(&upright);
        assert_eq!((ink.letters.len(), ink.letter_height_px()), (500, Some(10)));
        assert!(!ink.is_blank());
        assert_eq!(ink.direction(), Direction::Across);
        let direction = |image| Ink::of(&image).direction();
        assert_eq!(
            direction(image::imageops::rotate90(&upright)),
            Direction::UpOrDown
        );
        assert_eq!(
            direction(image::imageops::rotate180(&upright)),
            Direction::Across
        );
    }
}
