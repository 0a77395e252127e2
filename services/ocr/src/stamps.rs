//! Stamps over print, taken away where they are paler than the print: a ring through `119,625.64` costs Tesseract the number.
//!
//! In: grey pixels and their ink. Out: the page with paper for the pale strokes of what is as large as a stamp and lies over
//! dark print. What is printed stays, also where a stamp crosses it.
//! Deliberately absent: stamps as dark as print, on bilevel scans above all, and stamps beside print, which may say something.

use crate::ink::{Ink, Mark, clustered, marks};
use crate::mask::Mask;
use image::GrayImage;
use imageproc::contrast::{ThresholdType, threshold};
use imageproc::distance_transform::Norm;
use imageproc::morphology::erode;

/// Print is this much darker than paper, or nothing can be paler than print and still be ink.
const CONTRAST: f32 = 90.0;
/// What is paler than print by this part of the contrast is no print, and what is darker than paper by this many levels is no
/// paper.
const PALER: f32 = 0.32;
const NO_PAPER: u8 = 40;
/// Letters are blurred so far, in pixels: what is pale beside print is its edge.
const BLUR_PX: u8 = 2;
/// All in heights of a letter. Strokes of a stamp are longer than letters are high; pieces of one stamp are this close.
const STROKE: f32 = 1.6;
const CLOSE: f32 = 1.2;
/// Least side of a stamp, and the largest as a part of the page's shorter one: 60 mm of A4.
const SMALLEST: f32 = 6.0;
const LARGEST: f32 = 0.3;
/// Height over width of the flattest stamps; shaded lines of print are flatter.
const FLATTEST: f32 = 0.45;
/// So large a part of the page's letters is dark where all print is: else the pale may be print.
const ALL_DARK: f32 = 0.85;
/// Over less dark print than this nothing is gained.
const FEWEST_LETTERS: usize = 6;
/// With more strokes a page is a pattern, or a picture.
const MOST_STROKES: usize = 400;
/// Letters whose darkness is looked at.
const SAMPLE: usize = 2_000;

/// `None` where no pale stamp lies over print.
pub(crate) fn without_stamps(image: &GrayImage, ink: &Ink) -> Option<GrayImage> {
    let letter = ink.letter_height_px()? as f32;
    let paper = f32::from(ink.paper);
    let levels = darkness(image, ink);
    let level_of = |share: f32| levels.get((share * levels.len() as f32) as usize).copied();
    let print = f32::from(level_of(0.5)?);
    let dark = (print + PALER * (paper - print)) as u8;
    if paper - print < CONTRAST || level_of(ALL_DARK)? > dark {
        return None;
    }
    let pale = pale_strokes(image, dark, ink.paper.saturating_sub(NO_PAPER));
    let strokes: Vec<Mark> = marks(&pale);
    let largest = LARGEST * image.width().min(image.height()) as f32;
    let stamps: Vec<Mark> = stamps(&strokes, letter, largest)
        .into_iter()
        .filter(|stamp| lies_over_print(image, ink, stamp, dark))
        .collect();
    if stamps.is_empty() {
        return None;
    }
    let of_stamp = |stroke: &&Mark| stamps.iter().any(|stamp| stamp.holds(stroke.middle()));
    let mut without = image.clone();
    for stroke in strokes.iter().filter(of_stamp) {
        whiten(&mut without, stroke, &pale, dark, ink.paper);
    }
    Some(without)
}

/// The darkest pixels of letters, the darkest first.
fn darkness(image: &GrayImage, ink: &Ink) -> Vec<u8> {
    let step = (ink.letters.len() / SAMPLE).max(1);
    let darkest = |letter: &Mark| {
        let rows = letter.top..letter.bottom;
        let pixels = rows.flat_map(|y| (letter.left..letter.right).map(move |x| (x, y)));
        pixels.map(|(x, y)| image.get_pixel(x, y).0[0]).min()
    };
    let letters = ink.letters.iter().step_by(step);
    let mut levels: Vec<u8> = letters.filter_map(darkest).collect();
    levels.sort_unstable();
    levels
}

/// Where ink is pale, but not the blurred edges of print.
fn pale_strokes(image: &GrayImage, dark: u8, no_paper: u8) -> Mask {
    let light = threshold(image, dark, ThresholdType::Binary);
    let mut pale = Mask::of(image, no_paper);
    pale.take_away(&Mask::of(&erode(&light, Norm::LInf, BLUR_PX), 0));
    pale
}

/// Long strokes that are close to each other, where they are as large as a stamp together.
fn stamps(strokes: &[Mark], letter: f32, largest: f32) -> Vec<Mark> {
    let is_long = |mark: &&Mark| mark.width().max(mark.height()) as f32 >= STROKE * letter;
    let long: Vec<Mark> = strokes.iter().filter(is_long).copied().collect();
    if long.len() > MOST_STROKES {
        return Vec::new();
    }
    let mut clusters = clustered(long, (CLOSE * letter) as u32);
    clusters.retain(|cluster| {
        let (width, height) = (cluster.width() as f32, cluster.height() as f32);
        let (small, large) = (width.min(height), width.max(height));
        small >= SMALLEST * letter && large <= largest && small >= FLATTEST * large
    });
    clusters
}

/// Whether there is dark print in the box of the stamp.
fn lies_over_print(image: &GrayImage, ink: &Ink, stamp: &Mark, dark: u8) -> bool {
    let inside = ink
        .letters
        .iter()
        .filter(|letter| stamp.holds(letter.middle()));
    let is_dark = |letter: &&Mark| {
        let (x, y) = letter.middle();
        let reach = (letter.height() / 2).max(1) as i32;
        let mut pixels = (x - reach..x + reach).filter(|x| (0..image.width() as i32).contains(x));
        pixels.any(|x| image.get_pixel(x as u32, y as u32).0[0] <= dark)
    };
    inside.filter(is_dark).take(FEWEST_LETTERS).count() == FEWEST_LETTERS
}

/// Paper for a stroke and its blurred edges.
fn whiten(image: &mut GrayImage, stroke: &Mark, pale: &Mask, dark: u8, paper: u8) {
    let edge = u32::from(BLUR_PX);
    let (width, height) = image.dimensions();
    for y in stroke.top.saturating_sub(edge)..(stroke.bottom + edge).min(height) {
        for x in stroke.left.saturating_sub(edge)..(stroke.right + edge).min(width) {
            let near = || {
                let rows = y.saturating_sub(edge)..=y + edge;
                rows.flat_map(|y| (x.saturating_sub(edge)..=x + edge).map(move |x| (x, y)))
            };
            let pixel = &mut image.get_pixel_mut(x, y).0[0];
            let of_stroke = || near().any(|(x, y)| pale.has(x as usize, y as usize));
            if *pixel > dark && *pixel < paper && of_stroke() {
                *pixel = paper;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const PAPER: u8 = 240;

    /// Rows of dark letters, and a ring of the given grey over them.
    fn page(ring: Option<u8>) -> GrayImage {
        let mut image = GrayImage::from_pixel(900, 700, Luma([PAPER]));
        if let Some(grey) = ring {
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                let distance = ((x as f32 - 300.0).powi(2) + (y as f32 - 200.0).powi(2)).sqrt();
                if (80.0..85.0).contains(&distance) {
                    pixel.0[0] = grey;
                }
            }
        }
        for row in 0..8 {
            for column in 0..20 {
                crate::ink::blacken(&mut image, 40 + column * 30, 20 + row * 44, 8, 12);
            }
        }
        image
    }

    fn cleaned(image: &GrayImage) -> Option<GrayImage> {
        without_stamps(image, &Ink::of(image))
    }

    #[test]
    fn a_pale_ring_over_print_goes_and_the_print_stays() {
        let clean = cleaned(&page(Some(140))).expect("a stamp is found");
        let left = |with: &GrayImage| {
            let differ = with.iter().zip(page(None).into_raw());
            differ.filter(|(a, b)| **a != *b).count()
        };
        // What touches letters may stay.
        assert!(left(&clean) * 20 < left(&page(Some(140))));
    }

    #[test]
    fn dark_rings_and_pages_without_stamps_are_left() {
        assert!(cleaned(&page(Some(10))).is_none());
        assert!(cleaned(&page(None)).is_none());
        assert!(cleaned(&GrayImage::new(1, 1)).is_none());
    }
}
