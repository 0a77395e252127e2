//! Rubber stamps: round ones of chambers and companies, framed ones of offices, with invented text.
//!
//! Goes in: where on the sheet. Comes out: coloured, patchy, slightly turned ink over the print.

use crate::capture::pen::{Drawing, letters};
use crate::capture::sheet::Sheet;
use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use tiny_skia::{PathBuilder, Rect, Transform};

/// Blue, violet, red, green, black: what stamp pads are sold in.
const PADS: [[u8; 3]; 6] = [
    [30, 50, 150],
    [50, 40, 140],
    [180, 30, 40],
    [190, 40, 60],
    [20, 110, 60],
    [35, 35, 40],
];

const OFFICES: [&str; 10] = [
    "CHAMBER OF COMMERCE AND INDUSTRY",
    "INDUSTRIE- UND HANDELSKAMMER",
    "CHAMBRE DE COMMERCE",
    "CAMARA DE COMERCIO",
    "CAMERA DI COMMERCIO",
    "EXPORT DEPARTMENT",
    "CUSTOMS AND EXCISE",
    "ZOLLAMT · ABFERTIGUNG",
    "QUALITY CONTROL",
    "IZBA GOSPODARCZA",
];

const WORDS: [&str; 14] = [
    "RECEIVED",
    "COPY",
    "ORIGINAL",
    "APPROVED",
    "PAID",
    "CERTIFIED",
    "CHECKED",
    "EINGEGANGEN",
    "GEPRÜFT",
    "COPIE",
    "REÇU",
    "RECIBIDO",
    "KOPIA",
    "VISTO",
];

/// A stamp whose middle lies at this point of the sheet.
pub fn stamp(sheet: &mut Sheet, middle: (i32, i32), dpi: f32, rng: &mut ChaCha8Rng) {
    // 28 to 42 mm across.
    let size = dpi * rng.random_range(1.1..1.65);
    let Some(mut drawing) = Drawing::new(size as u32 + 8, size as u32 + 8) else {
        return;
    };
    let half = size / 2.0 + 4.0;
    let turn = rng.random_range(-25.0..25.0f32);
    let place = Transform::from_rotate(turn).post_translate(half, half);
    if rng.random_bool(0.55) {
        round(&mut drawing, size / 2.0, place, rng);
    } else {
        framed(&mut drawing, size, place, rng);
    }
    let colour = PADS.choose(rng).copied().unwrap_or_default();
    let corner = (middle.0 - half as i32, middle.1 - half as i32);
    let (strength, patchy) = (rng.random_range(0.5..0.9), rng.random_range(0.1..0.7));
    drawing.ink(sheet, corner, colour, strength, patchy, rng);
}

/// Two rings, the office's name along the rim, a date or a star in the middle.
fn round(drawing: &mut Drawing, radius: f32, place: Transform, rng: &mut ChaCha8Rng) {
    for (ring, width) in [(0.96, 0.035), (0.66, 0.02)] {
        if let Some(path) = PathBuilder::from_circle(0.0, 0.0, radius * ring) {
            drawing.stroke(&path, radius * width, place);
        }
    }
    let name = OFFICES.choose(rng).copied().unwrap_or_default();
    let glyphs = letters(name, true);
    let length: f32 = glyphs.iter().map(|(_, advance)| advance).sum();
    let rim = radius * 0.73;
    // The name fills about five sixths of the rim, but letters stay readable.
    let size = (rim * 5.2 / length.max(1.0)).min(radius * 0.24);
    let mut angle = -length * size / rim / 2.0;
    for (path, advance) in &glyphs {
        let step = advance * size / rim;
        if let Some(path) = path {
            let letter = Transform::from_scale(size, size)
                .post_translate(-advance * size / 2.0, -rim)
                .post_rotate((angle + step / 2.0).to_degrees());
            drawing.fill(path, letter.post_concat(place));
        }
        angle += step;
    }
    if rng.random_bool(0.5) {
        line(
            drawing,
            &date(rng),
            (0.0, radius * 0.1),
            radius * 0.24,
            place,
        );
    } else if let Some(star) = star(radius * 0.35) {
        drawing.fill(&star, place);
    }
}

/// A frame, a word, a date and perhaps a number.
fn framed(drawing: &mut Drawing, width: f32, place: Transform, rng: &mut ChaCha8Rng) {
    let height = width * rng.random_range(0.34..0.5);
    let frame = Rect::from_xywh(-width * 0.47, -height / 2.0, width * 0.94, height);
    if let Some(frame) = frame {
        drawing.stroke(&PathBuilder::from_rect(frame), width * 0.015, place);
    }
    let word = WORDS.choose(rng).copied().unwrap_or_default();
    let size = (width * 1.15 / word.chars().count() as f32).min(height * 0.42);
    line(drawing, word, (0.0, -height * 0.06), size, place);
    let below = match rng.random_range(0..3) {
        0 => date(rng),
        1 => format!("No. {}", rng.random_range(1000..99999)),
        _ => format!("{}  {}", date(rng), rng.random_range(10..99)),
    };
    line(drawing, &below, (0.0, height * 0.34), height * 0.24, place);
}

/// One line of text, centred about x, its baseline at y.
fn line(drawing: &mut Drawing, text: &str, (x, y): (f32, f32), size: f32, place: Transform) {
    let glyphs = letters(text, true);
    let length: f32 = glyphs.iter().map(|(_, advance)| advance).sum();
    let mut pen = x - length * size / 2.0;
    for (path, advance) in &glyphs {
        if let Some(path) = path {
            let letter = Transform::from_scale(size, size).post_translate(pen, y);
            drawing.fill(path, letter.post_concat(place));
        }
        pen += advance * size;
    }
}

fn star(radius: f32) -> Option<tiny_skia::Path> {
    let mut path = PathBuilder::new();
    for point in 0..10 {
        let reach = if point % 2 == 0 { radius } else { radius * 0.4 };
        let (sin, cos) = (point as f32 * 36.0f32).to_radians().sin_cos();
        if point == 0 {
            path.move_to(reach * sin, -reach * cos);
        } else {
            path.line_to(reach * sin, -reach * cos);
        }
    }
    path.close();
    path.finish()
}

fn date(rng: &mut ChaCha8Rng) -> String {
    let (day, month) = (rng.random_range(1..=28), rng.random_range(1..=12));
    let year = rng.random_range(2021..=2026);
    match rng.random_range(0..3) {
        0 => format!("{day:02}.{month:02}.{year}"),
        1 => format!("{day:02}/{month:02}/{year}"),
        _ => format!("{year}-{month:02}-{day:02}"),
    }
}
