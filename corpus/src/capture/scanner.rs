//! Flat devices: office scanner, photocopier and fax. Tone, grain, dust, streaks, dark edges,
//! thresholds and lost lines.
//!
//! Goes in: the sheet as it lay on the glass. Comes out: the sheet as the device saw it.

use crate::capture::grain::{Cloud, Grain};
use crate::capture::pen::{Drawing, letters};
use crate::capture::sheet::{Sheet, to_byte};
use image::GrayImage;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tiny_skia::Transform;

/// ITU-T T.4: pels an inch across; lines an inch in fine and standard resolution.
const FAX_ACROSS: f32 = 204.0;
const FAX_FINE: f32 = 196.0;
const FAX_STANDARD: f32 = 98.0;

pub fn scan(sheet: &mut Sheet, wear: f32, bitonal: bool, dpi: f32, rng: &mut ChaCha8Rng) {
    sheet.blur((0.35 + 0.55 * wear) * dpi / 200.0);
    let white = rng.random_range(232.0..256.0);
    let black = rng.random_range(0.0..30.0 + 30.0 * wear);
    sheet.tone(|value| black + value * (white - black) / 255.0);
    shade(sheet, 1.0 + 4.5 * wear, 6.0 * wear, rng);
    specks(sheet, (wear * 110.0) as u32, 1.5, dpi, rng);
    if rng.random_bool(f64::from(0.25 * wear)) {
        streak(sheet, rng);
    }
    if rng.random_bool(f64::from(0.4 * wear)) {
        dark_edge(sheet, dpi * 0.12, rng);
    }
    if bitonal {
        threshold(sheet, rng.random_range(150.0..200.0), 8.0 * wear, rng);
    }
}

/// A copy, perhaps of a copy: steep tone, toner specks, hollow black areas, dark edges.
pub fn photocopy(sheet: &mut Sheet, wear: f32, bitonal: bool, dpi: f32, rng: &mut ChaCha8Rng) {
    sheet.blur((0.5 + 0.6 * wear) * dpi / 200.0);
    // Toner does not hold in large areas: grain is strong before the steep curve.
    shade(sheet, 6.0 + 10.0 * wear, 25.0 * wear, rng);
    let level = rng.random_range(135.0..195.0);
    let gain = rng.random_range(2.2..4.5);
    sheet.tone(|value| 128.0 + (value - level) * gain);
    let (white, black) = (rng.random_range(240.0..256.0), rng.random_range(0.0..40.0));
    sheet.tone(|value| black + value * (white - black) / 255.0);
    speckle(sheet, wear, rng);
    specks(sheet, 40 + (wear * 300.0) as u32, 1.2, dpi, rng);
    if rng.random_bool(f64::from(0.3 + 0.5 * wear)) {
        dark_edge(sheet, dpi * 0.2, rng);
    }
    if rng.random_bool(f64::from(0.35 * wear)) {
        streak(sheet, rng);
    }
    if bitonal {
        threshold(sheet, 140.0, 10.0, rng);
    } else {
        sheet.blur(0.4);
        shade(sheet, 2.0, 0.0, rng);
    }
}

/// Returns the resolution in dots an inch. Lines of standard resolution are doubled, as receivers do.
pub fn fax(sheet: &mut Sheet, wear: f32, dpi: f32, rng: &mut ChaCha8Rng) -> f32 {
    let fine = rng.random_bool(0.75);
    let (width, height) = sheet.size();
    let down = if fine { FAX_FINE } else { FAX_STANDARD };
    let size = |side: u32, per_inch: f32| (side as f32 * per_inch / dpi).max(1.0) as u32;
    sheet.resize((size(width, FAX_ACROSS), size(height, down)));
    shade(sheet, 3.0 + 6.0 * wear, 10.0 * wear, rng);
    threshold(
        sheet,
        rng.random_range(150.0..195.0),
        6.0 + 10.0 * wear,
        rng,
    );
    header_line(sheet, rng);
    specks(sheet, (wear * 150.0) as u32, 0.6, FAX_ACROSS, rng);
    lose_lines(sheet, (wear * 5.0) as u32, rng);
    if !fine {
        sheet.double_rows();
    }
    FAX_ACROSS
}

/// Grain of this deviation and slow changes of tone of this height, in grey levels.
fn shade(sheet: &mut Sheet, deviation: f32, uneven: f32, rng: &mut ChaCha8Rng) {
    let grain = Grain::new(rng);
    let cloud = Cloud::new(5, 7, rng);
    let (width, height) = sheet.size();
    let deviation = (deviation * 16.0) as i32;
    for plane in &mut sheet.planes {
        let mut clouds = cloud.over(width, height);
        for (y, row) in plane.chunks_exact_mut(width.max(1) as usize).enumerate() {
            let slow = clouds.at(y as u32);
            for ((pixel, &grain), slow) in
                row.iter_mut().zip(grain.row(width as usize, rng)).zip(slow)
            {
                let noise = (i32::from(grain) * deviation) >> 8;
                *pixel = (i32::from(*pixel) + noise + (slow * uneven) as i32).clamp(0, 255) as u8;
            }
        }
    }
}

/// Black or white; the limit wanders by `uneven` grey levels.
fn threshold(sheet: &mut Sheet, limit: f32, uneven: f32, rng: &mut ChaCha8Rng) {
    let cloud = Cloud::new(6, 8, rng);
    let (width, height) = sheet.size();
    for plane in &mut sheet.planes {
        let mut clouds = cloud.over(width, height);
        for (y, row) in plane.chunks_exact_mut(width.max(1) as usize).enumerate() {
            for (pixel, slow) in row.iter_mut().zip(clouds.at(y as u32)) {
                *pixel = if f32::from(*pixel) < limit + slow * uneven {
                    0
                } else {
                    255
                };
            }
        }
    }
}

/// Fields of fine toner dots, denser here than there, as copies of grey areas and dirty drums show.
fn speckle(sheet: &mut Sheet, wear: f32, rng: &mut ChaCha8Rng) {
    let cloud = Cloud::new(4, 5, rng);
    let (width, height) = sheet.size();
    let most = 0.012 * wear * wear * width as f32;
    let mut clouds = cloud.over(width, height);
    for y in 0..height {
        let density = clouds.at(y);
        for _ in 0..rng.random_range(0.0..most.max(0.1)) as u32 {
            let x = rng.random_range(0..width.max(1));
            if density[x as usize] > rng.random_range(-0.2..1.0) {
                let shade = rng.random_range(0..120);
                for plane in &mut sheet.planes {
                    plane.get_pixel_mut(x, y).0[0] = shade;
                }
            }
        }
    }
}

/// Dust and dirt: small blots, mostly dark; `size_px` is their typical width at 200 dpi.
fn specks(sheet: &mut Sheet, count: u32, size_px: f32, dpi: f32, rng: &mut ChaCha8Rng) {
    let (width, height) = sheet.size();
    if width < 40 || height < 40 {
        return;
    }
    for _ in 0..count {
        let (x, y) = (
            rng.random_range(0..width - 20),
            rng.random_range(0..height - 20),
        );
        let wide = 1 + (rng.random_range(0.0..size_px) * dpi / 200.0) as u32;
        let high = 1 + (rng.random_range(0.0..size_px) * dpi / 200.0) as u32;
        let shade = if rng.random_bool(0.8) {
            rng.random_range(0..150)
        } else {
            255
        };
        for plane in &mut sheet.planes {
            for dy in 0..high.min(19) {
                for dx in 0..wide.min(19) {
                    plane.get_pixel_mut(x + dx, y + dy).0[0] = shade;
                }
            }
        }
    }
}

/// Dirt on the sensor: a thin line down the page.
fn streak(sheet: &mut Sheet, rng: &mut ChaCha8Rng) {
    let (width, height) = sheet.size();
    let x = rng.random_range(0..width.max(1));
    let (from, to) = (
        rng.random_range(0..height / 2 + 1),
        rng.random_range(height / 2..height.max(1)),
    );
    let strength = rng.random_range(0.3..0.9);
    for plane in &mut sheet.planes {
        for y in from..to {
            let pixel = plane.get_pixel_mut(x, y);
            pixel.0[0] =
                to_byte(f32::from(pixel.0[0]) * (1.0 - strength * rng.random_range(0.3..1.0f32)));
        }
    }
}

/// The lid does not close: one or two sides run into the dark, with a ragged border.
fn dark_edge(sheet: &mut Sheet, most_px: f32, rng: &mut ChaCha8Rng) {
    let cloud = Cloud::new(12, 2, rng);
    let reach = rng.random_range(0.3..1.0) * most_px;
    let (right, bottom) = (rng.random_bool(0.5), rng.random_bool(0.5));
    for plane in &mut sheet.planes {
        darken_sides(plane, &cloud, reach, right, bottom);
    }
}

fn darken_sides(plane: &mut GrayImage, cloud: &Cloud, reach: f32, right: bool, bottom: bool) {
    let (width, height) = plane.dimensions();
    let down = cloud.row(0, height, 1);
    let across = cloud.row(0, width, 1);
    let depth = |wander: f32| (reach * (0.7 + 0.3 * wander)).max(0.0);
    for y in 0..height {
        let deep = depth(down[y as usize]);
        for step in 0..(deep as u32).min(width) {
            let x = if right { width - 1 - step } else { step };
            dim(plane, x, y, step as f32 / deep);
        }
    }
    for x in 0..width {
        let deep = depth(across[x as usize]);
        for step in 0..(deep as u32).min(height) {
            let y = if bottom { height - 1 - step } else { step };
            dim(plane, x, y, step as f32 / deep);
        }
    }
}

/// Darker the nearer to the edge (`inward` 0 at the edge, 1 where it ends).
fn dim(plane: &mut GrayImage, x: u32, y: u32, inward: f32) {
    let pixel = plane.get_pixel_mut(x, y);
    pixel.0[0] = (f32::from(pixel.0[0]) * (0.15 + 0.85 * inward * inward)) as u8;
}

/// The sender's line that fax machines print on top of each page.
fn header_line(sheet: &mut Sheet, rng: &mut ChaCha8Rng) {
    let text = format!(
        "{:02}/{:02}/{} {:02}:{:02}   FAX +{} {} {}    P.{:02}/{:02}",
        rng.random_range(1..=28),
        rng.random_range(1..=12),
        rng.random_range(2021..=2026),
        rng.random_range(7..19),
        rng.random_range(0..60),
        rng.random_range(30..99),
        rng.random_range(100..999),
        rng.random_range(100000..999999),
        rng.random_range(1..4),
        rng.random_range(4..9),
    );
    let size = 22.0;
    let Some(mut drawing) = Drawing::new(1000, 30) else {
        return;
    };
    let mut pen = 2.0;
    for (path, advance) in letters(&text, false) {
        if let Some(path) = path {
            drawing.fill(
                &path,
                Transform::from_scale(size, size).post_translate(pen, 20.0),
            );
        }
        pen += advance * size;
    }
    drawing.ink(sheet, (rng.random_range(40..200), 6), [0; 3], 1.0, 0.0, rng);
    for plane in &mut sheet.planes {
        for pixel in plane.iter_mut().take(1800 * 40) {
            *pixel = if *pixel < 128 { 0 } else { 255 };
        }
    }
}

/// Transmission errors: a scan line repeats the one before, or is lost to white.
fn lose_lines(sheet: &mut Sheet, count: u32, rng: &mut ChaCha8Rng) {
    let (width, height) = sheet.size();
    for _ in 0..count {
        let y = rng.random_range(1..height.max(2));
        let lines = rng.random_range(1..3);
        let white = rng.random_bool(0.3);
        for plane in &mut sheet.planes {
            for y in y..(y + lines).min(height) {
                let start = (y * width) as usize;
                let width = width as usize;
                if let (true, Some(line)) = (white, plane.get_mut(start..start + width)) {
                    line.fill(255);
                } else {
                    plane.copy_within(start - width..start, start);
                }
            }
        }
    }
}
