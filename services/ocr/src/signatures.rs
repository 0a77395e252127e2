//! Where a page was signed: strokes of a pen, longer than letters, thin, bent, and with much paper between them.
//!
//! In: grey pixels, their ink and that of drawn lines. Out: the boxes of what looks like a signature, on the upright page.
//! Deliberately absent: whose signature it is, and whether a hand or a printer made it.

use crate::ink::{Ink, Mark, clustered, marks};
use crate::mask::Mask;
use docexam_domain::Rect;
use image::GrayImage;
use std::ops::{Range, RangeInclusive};

/// Pens may be paler than print: so many levels of grey under the paper.
const PALE: u8 = 80;
/// All in heights of the page's letters. A stroke is longer than letters are high and goes farther up and down than a line of print.
const STROKE_LENGTH: f32 = 2.6;
const STROKE_HEIGHT: f32 = 1.2;
/// What a pen draws is no thicker; letters as large as strokes, and logos, are.
const PEN: f32 = 0.5;
/// But a thin pen on a coarse scan is so many pixels wide.
const PEN_PX: f32 = 3.5;
/// Strokes of one signature are this close.
const CLOSE: f32 = 0.6;
const WIDTH: RangeInclusive<f32> = 3.5..=36.0;
const HEIGHT: RangeInclusive<f32> = 1.8..=12.0;
/// Height over width of the steepest signature.
const STEEPEST: f32 = 1.25;
/// Share of the box that is ink: print in capitals, codes and pictures have more.
const INK: f32 = 0.25;
/// Length of what was drawn over width and height of its box: a straight line has less, and an arc.
const BENT: f32 = 1.0;
/// Share of the ink that lies in straight runs across or down as long as a stroke, as in what is left of a frame.
const STRAIGHT: f32 = 0.5;
/// Share of a stroke's ink in the middle of its box, at least: rings around a word and round emblems have none there.
const IN_THE_MIDDLE: f32 = 0.03;
/// More letters inside belong to something else that lies around them: a ring, a stamp, a frame. Letters that are crossed count as strokes.
const MOST_LETTERS: usize = 4;
/// What is as high as this is no letter but a stroke.
const LETTER: f32 = 1.6;
/// With more strokes, or strokes whose boxes together are larger than the page, a page is a drawing or a pattern.
const MOST_STROKES: usize = 200;
/// Sides of pixels along the two edges of a stroke for each pixel of its length, on average over its directions.
const SIDES: f32 = 2.4;

/// None on a page without print, whose letters would be the measure.
pub(crate) fn signatures(image: &GrayImage, ink: &Ink, lines: &Mask) -> Vec<Rect> {
    let Some(letter) = ink.letter_height_px().map(|pixels| pixels as f32) else {
        return Vec::new();
    };
    let threshold = ink.threshold.max(ink.paper.saturating_sub(PALE));
    let mut mask = Mask::of(image, threshold);
    mask.take_away(lines);
    let strokes: Vec<Mark> = marks(&mask)
        .into_iter()
        .filter(|mark| may_be_stroke(mark, letter))
        .take(MOST_STROKES + 1)
        .collect();
    let boxes: u64 = strokes
        .iter()
        .map(|mark| u64::from(mark.width()) * u64::from(mark.height()))
        .sum();
    let (width, height) = image.dimensions();
    if strokes.len() > MOST_STROKES || boxes > u64::from(width) * u64::from(height) {
        return Vec::new();
    }
    let strokes: Vec<Stroke> = strokes
        .into_iter()
        .map(|mark| Stroke::of(&mask, mark, letter))
        .filter(|stroke| stroke.is_of_pen(letter))
        .collect();
    let boxes = strokes.iter().map(|stroke| stroke.mark).collect();
    let mut found = clustered(boxes, (CLOSE * letter) as u32);
    found.retain(|signature| is_signature(signature, &strokes, ink, letter));
    let of_page = |signature: &Mark| signature.on_page(mask.size());
    found.iter().map(of_page).collect()
}

fn may_be_stroke(mark: &Mark, letter: f32) -> bool {
    let (width, height) = (mark.width() as f32 / letter, mark.height() as f32 / letter);
    width.max(height) >= STROKE_LENGTH
        && height >= STROKE_HEIGHT
        && width <= *WIDTH.end()
        && height <= *HEIGHT.end()
}

fn is_signature(signature: &Mark, strokes: &[Stroke], ink: &Ink, letter: f32) -> bool {
    let (width, height) = (signature.width() as f32, signature.height() as f32);
    let of_it = strokes
        .iter()
        .filter(|stroke| signature.holds(stroke.mark.middle()));
    let (mut area, mut length, mut straight) = (0.0, 0.0, 0.0);
    for stroke in of_it {
        area += stroke.mark.area as f32;
        length += stroke.length;
        straight += stroke.straight;
    }
    let is_letter =
        |mark: &&Mark| (mark.height() as f32) < LETTER * letter && signature.holds(mark.middle());
    let letters = ink.letters.iter().filter(is_letter);
    WIDTH.contains(&(width / letter))
        && HEIGHT.contains(&(height / letter))
        && height <= STEEPEST * width
        && area <= INK * width * height
        && length >= BENT * (width + height)
        && straight <= STRAIGHT * area
        && letters.take(MOST_LETTERS + 1).count() <= MOST_LETTERS
}

/// A mark and the line that was drawn to make it.
struct Stroke {
    mark: Mark,
    /// In pixels.
    length: f32,
    /// Pixels that lie in long straight runs.
    straight: f32,
    /// Share of the ink that is in the middle of the box.
    in_the_middle: f32,
}

impl Stroke {
    /// Follows the ink of the mark from a pixel of its first row that has no ink above it, as other marks in that row have.
    fn of(mask: &Mask, mark: Mark, letter: f32) -> Self {
        let (columns, rows) = (
            mark.left as usize..mark.right as usize,
            mark.top as usize..mark.bottom as usize,
        );
        let mut own = Mask::empty(columns.len(), rows.len());
        let mut sides = 0;
        let has_above = |x: usize| {
            (x.saturating_sub(1)..x + 2).any(|x| rows.start > 0 && mask.has(x, rows.start - 1))
        };
        let first = columns
            .clone()
            .find(|x| mask.has(*x, rows.start) && !has_above(*x));
        let mut open: Vec<(usize, usize)> = first.map(|x| (x, rows.start)).into_iter().collect();
        while let Some((x, y)) = open.pop() {
            let beside = [
                (x.wrapping_sub(1), y),
                (x + 1, y),
                (x, y.wrapping_sub(1)),
                (x, y + 1),
            ];
            sides += beside.iter().filter(|(x, y)| !mask.has(*x, *y)).count();
            let around = |at: usize, all: &Range<usize>| {
                at.saturating_sub(1).max(all.start)..(at + 2).min(all.end)
            };
            for y in around(y, &rows) {
                for x in around(x, &columns) {
                    let seen = &mut own.row_mut(y - rows.start)[x - columns.start];
                    if mask.has(x, y) && !*seen {
                        *seen = true;
                        open.push((x, y));
                    }
                }
            }
        }
        let long = (STROKE_LENGTH * letter) as usize;
        let straight = in_runs(&own, long) + in_runs(&own.transposed(), long);
        Self {
            mark,
            length: sides as f32 / SIDES,
            straight: straight as f32,
            in_the_middle: in_the_middle(&own) as f32 / mark.area.max(1) as f32,
        }
    }

    fn is_of_pen(&self, letter: f32) -> bool {
        let thickness = self.mark.area as f32 / self.length.max(1.0);
        thickness <= (PEN * letter).max(PEN_PX) && self.in_the_middle >= IN_THE_MIDDLE
    }
}

/// Pixels of ink in the middle of the box, three fifths of its width and of its height.
fn in_the_middle(mask: &Mask) -> usize {
    let (width, height) = mask.size();
    let middle = |side: usize| side / 5..side - side / 5;
    let rows = middle(height).map(|y| &mask.row(y)[middle(width)]);
    rows.map(|row| row.iter().filter(|ink| **ink).count()).sum()
}

/// Pixels in rows that belong to runs of ink of at least `long` pixels.
fn in_runs(mask: &Mask, long: usize) -> usize {
    let rows = (0..mask.size().1).map(|y| mask.row(y));
    let runs = rows.flat_map(|row| row.split(|ink| !ink).map(<[bool]>::len));
    runs.filter(|run| *run >= long).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ink::blacken;
    use crate::ruling::lines;
    use image::Luma;

    const PAPER: u8 = 245;

    /// Rows of 12 px letters, with room below for what is drawn there.
    fn page() -> GrayImage {
        let mut image = GrayImage::from_pixel(800, 600, Luma([PAPER]));
        for row in 0..6 {
            for column in 0..50 {
                blacken(&mut image, 40 + column * 14, 20 + row * 40, 8, 12);
            }
        }
        image
    }

    /// A pen of 3 px along `y` of x, for x in [0, 200), from (300, 400).
    fn drawn(image: &mut GrayImage, y: impl Fn(f32) -> f32) {
        for step in 0..2_000 {
            let x = step as f32 / 10.0;
            blacken(image, 300 + x as u32, (400.0 + y(x)) as u32, 3, 3);
        }
    }

    fn found(image: &GrayImage) -> Vec<Rect> {
        let ink = Ink::of(image);
        signatures(image, &ink, &lines(image, &ink).ink)
    }

    fn wave(x: f32) -> f32 {
        30.0 * (x / 12.0).sin()
    }

    #[test]
    fn strokes_that_go_up_and_down_are_a_signature_also_over_a_line() {
        let mut image = page();
        drawn(&mut image, wave);
        blacken(&mut image, 200, 430, 500, 2);
        let [there] = found(&image)[..] else {
            panic!("{:?}", found(&image))
        };
        let around = Rect::new(300.0 / 800.0, 370.0 / 600.0, 502.0 / 800.0, 433.0 / 600.0);
        assert!(
            there.union(&around).area() < 1.2 * there.area(),
            "{there:?}"
        );
        assert!(
            there.union(&around).area() < 1.2 * around.area(),
            "{there:?}"
        );
    }

    #[test]
    fn print_lines_large_letters_and_thick_waves_are_none() {
        assert!(found(&page()).is_empty());
        assert!(found(&GrayImage::new(1, 1)).is_empty());
        let mut slanted = page();
        drawn(&mut slanted, |x| 0.4 * x);
        assert!(found(&slanted).is_empty());
        let mut large = page();
        for letter in 0..5 {
            // An E of 60 px.
            let left = 200 + 70 * letter;
            blacken(&mut large, left, 400, 10, 60);
            for bar in 0..3 {
                blacken(&mut large, left, 400 + 25 * bar, 40, 10);
            }
        }
        assert!(found(&large).is_empty());
        let mut ring = page();
        for step in 0..720 {
            let (sin, cos) = (step as f32 / 2.0).to_radians().sin_cos();
            let (x, y) = (400.0 + 30.0 * cos, 450.0 + 30.0 * sin);
            blacken(&mut ring, x as u32, y as u32, 3, 3);
        }
        assert!(found(&ring).is_empty());
        let mut thick = page();
        for dy in 0..4 {
            drawn(&mut thick, |x| wave(x) + 3.0 * dy as f32);
        }
        assert!(found(&thick).is_empty());
    }

    #[test]
    fn a_page_of_strokes_is_a_pattern() {
        let mut image = GrayImage::from_pixel(3_000, 3_000, Luma([PAPER]));
        for column in 0..40 {
            blacken(&mut image, 40 + column * 14, 20, 8, 12);
        }
        for mark in 0..400_u32 {
            let (left, top) = (20 + mark % 20 * 140, 100 + mark / 20 * 140);
            for x in 0..80_u32 {
                let y = (15.0 * (x as f32 / 5.0).sin() + 20.0) as u32;
                blacken(&mut image, left + x, top + y, 3, 3);
            }
        }
        assert!(found(&image).is_empty());
    }
}
