//! Letters that were not made by a laser: uneven typewriter strokes, dot-matrix rows.
//!
//! Goes in: the paper and where its words stand. Comes out: the paper with weaker, shifted or dotted
//! letters, each still at its place within a pixel or two.

use crate::capture::grain::{Cloud, Grain};
use crate::capture::look::Ink;
use crate::capture::sheet::Sheet;
use crate::truth::TruthWord;
use image::GrayImage;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Needles of a dot-matrix head lie 1/72 inch apart.
const NEEDLES_PER_INCH: f32 = 72.0;

pub fn strike(sheet: &mut Sheet, words: &[TruthWord], ink: Ink, dpi: f32, rng: &mut ChaCha8Rng) {
    match ink {
        Ink::Laser => {}
        Ink::Typewriter => type_words(sheet, words, dpi, rng),
        Ink::DotMatrix => dot_rows(sheet, dpi, rng),
    }
}

/// Every letter is struck with its own force and sits a little high or low.
fn type_words(sheet: &mut Sheet, words: &[TruthWord], dpi: f32, rng: &mut ChaCha8Rng) {
    let (width, height) = sheet.size();
    let most_px = (dpi / 120.0).round() as i32;
    for word in words {
        let letters = word.text.chars().count().max(1);
        let [x0, y0, x1, y1] = word.bbox;
        let (left, letter_width) = (x0 * width as f32, (x1 - x0) * width as f32 / letters as f32);
        let (top, bottom) = (
            (y0 * height as f32) as u32,
            (y1 * height as f32).ceil() as u32,
        );
        for letter in 0..letters {
            let from = (left + letter as f32 * letter_width) as u32;
            let to = (left + (letter + 1) as f32 * letter_width) as u32;
            let area = (from..to.min(width), top..bottom.min(height));
            let force = rng.random_range(0.6..1.0f32);
            let shift = if rng.random_bool(0.3) {
                rng.random_range(-most_px..=most_px)
            } else {
                0
            };
            for plane in &mut sheet.planes {
                restrike(plane, &area, force, shift);
            }
        }
    }
    roughen(sheet, 5.0, rng);
}

fn restrike(
    plane: &mut GrayImage,
    (columns, rows): &(std::ops::Range<u32>, std::ops::Range<u32>),
    force: f32,
    shift: i32,
) {
    let force = (force * 256.0) as u32;
    for x in columns.clone() {
        let column: Vec<u8> = rows.clone().map(|y| plane.get_pixel(x, y).0[0]).collect();
        for (index, y) in rows.clone().enumerate() {
            let from = index as i32 - shift;
            let value = usize::try_from(from).ok().and_then(|from| column.get(from));
            let darkness = 255 - u32::from(*value.unwrap_or(&255));
            plane.get_pixel_mut(x, y).0[0] = (255 - darkness * force / 256) as u8;
        }
    }
}

/// A 9-needle head: ink in rows of dots; the ribbon is fresher here than there.
fn dot_rows(sheet: &mut Sheet, dpi: f32, rng: &mut ChaCha8Rng) {
    let (width, height) = sheet.size();
    let pitch = (dpi / NEEDLES_PER_INCH).max(2.0);
    let fresh = rng.random_range(0.82..1.0f32);
    let gap = rng.random_range(0.3..0.65f32);
    let ribbon = Cloud::new(4, 30, rng);
    let mut ribbons = ribbon.over(width, height);
    // Needles meet the dots at half pitch across: a column is darkest at its middle.
    let wave = |at: f32| 0.5 + 0.5 * (at / pitch * std::f32::consts::TAU).cos();
    let across: Vec<f32> = (0..width).map(|x| wave(x as f32 * 1.2)).collect();
    for y in 0..height {
        let down = 1.0 - gap * (1.0 - wave(y as f32));
        let ribbon = ribbons.at(y);
        for plane in &mut sheet.planes {
            let start = (y * width) as usize;
            let Some(row) = plane.get_mut(start..start + width as usize) else {
                continue;
            };
            for ((pixel, ribbon), across) in row.iter_mut().zip(ribbon).zip(&across) {
                if *pixel < 250 {
                    let kept = (fresh + 0.12 * ribbon) * down * (1.0 - 0.3 * gap * (1.0 - across));
                    *pixel = 255 - ((255 - *pixel) as f32 * kept.clamp(0.0, 1.0)) as u8;
                }
            }
        }
    }
    sheet.blur(0.35);
}

/// Cloth ribbon and rough paper: dark areas become grainy.
fn roughen(sheet: &mut Sheet, strength: f32, rng: &mut ChaCha8Rng) {
    let grain = Grain::new(rng);
    let width = sheet.size().0 as usize;
    for plane in &mut sheet.planes {
        for row in plane.chunks_exact_mut(width.max(1)) {
            for (pixel, &grain) in row.iter_mut().zip(grain.row(width, rng)) {
                let darkness = f32::from(255 - *pixel);
                let lost = darkness * f32::from(grain.max(0)) * strength / 256.0;
                *pixel = (f32::from(*pixel) + lost).min(255.0) as u8;
            }
        }
    }
}
