//! What hands leave on the paper: stamps, signatures, pen marks, punch holes.
//!
//! Goes in: the paper, the words (marks gather where people read) and how many of each. Comes out:
//! the marked paper, and where it was signed. The truth of words stays what was printed: a reader may lose words below a stamp.

use crate::capture::look::CaptureLook;
use crate::capture::pen::Drawing;
use crate::capture::sheet::Sheet;
use crate::capture::stamps::stamp;
use crate::truth::TruthWord;
use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use tiny_skia::{PathBuilder, Transform};

const PENS: [[u8; 3]; 4] = [[25, 45, 140], [20, 30, 110], [30, 30, 35], [170, 30, 40]];

/// Returns the boxes of the signatures on the paper: x0 y0 x1 y1, each in [0, 1].
pub fn mark(
    sheet: &mut Sheet,
    words: &[TruthWord],
    look: &CaptureLook,
    dpi: f32,
    rng: &mut ChaCha8Rng,
) -> Vec<[f32; 4]> {
    let mut signatures = Vec::new();
    let (width, height) = sheet.size();
    for _ in 0..look.stamps {
        let x = rng.random_range(0.2..0.85) * width as f32;
        let y = rng.random_range(0.3..0.93) * height as f32;
        stamp(sheet, (x as i32, y as i32), dpi, rng);
    }
    for _ in 0..look.signatures {
        let x = rng.random_range(0.3..0.75) * width as f32;
        let y = rng.random_range(0.72..0.92) * height as f32;
        signatures.extend(signature(sheet, (x as i32, y as i32), dpi, rng));
    }
    for _ in 0..look.pen_marks {
        if let Some(word) = words.choose(rng) {
            pen_mark(sheet, word, dpi, rng);
        }
    }
    if look.punch_holes {
        punch(sheet, dpi, rng);
    }
    signatures
}

/// A quick wavy line with loops that grows flatter, and a flourish below it. Returns its box as a part of the sheet.
fn signature(
    sheet: &mut Sheet,
    corner: (i32, i32),
    dpi: f32,
    rng: &mut ChaCha8Rng,
) -> Option<[f32; 4]> {
    let (width, height) = (
        dpi * rng.random_range(1.0..2.0),
        dpi * rng.random_range(0.35..0.7),
    );
    let mut drawing = Drawing::new(width as u32, height as u32)?;
    let mut path = PathBuilder::new();
    let (mut x, middle) = (width * 0.06, height * 0.5);
    path.move_to(x, height * 0.7);
    let strokes = rng.random_range(5..11);
    for stroke in 0..strokes {
        let reach = (1.0 - 0.7 * stroke as f32 / strokes as f32) * height * 0.45;
        let step = width * 0.85 / strokes as f32;
        // The first letter towers, some others shoot up or down.
        let tall = if stroke == 0 || rng.random_bool(0.2) {
            1.0
        } else {
            0.45
        };
        let up = middle - reach * tall * rng.random_range(0.5..1.0);
        let down = middle + reach * tall * rng.random_range(0.2..0.9);
        // Control points behind the pen make loops, before it arches.
        let back = rng.random_range(-0.9..0.7) * step;
        path.cubic_to(x + back, up, x + step * 1.3, up, x + step * 0.6, middle);
        path.cubic_to(
            x + step * 0.4,
            down,
            x + step + back,
            down,
            x + step,
            middle,
        );
        x += step;
    }
    if rng.random_bool(0.6) {
        path.quad_to(
            width * 0.9,
            height * 0.95,
            width * rng.random_range(0.1..0.4),
            height * 0.85,
        );
    }
    let path = path.finish()?;
    let tilt = Transform::from_rotate_at(rng.random_range(-10.0..3.0), width / 2.0, middle);
    drawing.stroke(&path, dpi * rng.random_range(0.008..0.018), tilt);
    let strokes = path.transform(tilt)?.compute_tight_bounds()?;
    let colour = PENS.choose(rng).copied().unwrap_or_default();
    drawing.ink(
        sheet,
        corner,
        colour,
        rng.random_range(0.7..0.95),
        0.15,
        rng,
    );
    let (sheet_width, sheet_height) = sheet.size();
    let share =
        |at: f32, corner: i32, side: u32| ((at + corner as f32) / side as f32).clamp(0.0, 1.0);
    // What the strokes have outside the drawing was not drawn.
    Some([
        share(strokes.left().max(0.0), corner.0, sheet_width),
        share(strokes.top().max(0.0), corner.1, sheet_height),
        share(strokes.right().min(width), corner.0, sheet_width),
        share(strokes.bottom().min(height), corner.1, sheet_height),
    ])
}

/// A tick, an underline or a ring at a word.
fn pen_mark(sheet: &mut Sheet, word: &TruthWord, dpi: f32, rng: &mut ChaCha8Rng) {
    let (width, height) = sheet.size();
    let [x0, y0, x1, y1] = word.bbox;
    let (left, top) = (x0 * width as f32, y0 * height as f32);
    let (wide, high) = ((x1 - x0) * width as f32, (y1 - y0) * height as f32);
    let margin = dpi * 0.12;
    let (full_width, full_height) = (wide + 2.0 * margin, high + 2.0 * margin);
    let Some(mut drawing) = Drawing::new(full_width as u32, full_height as u32) else {
        return;
    };
    let wobble = |rng: &mut ChaCha8Rng| rng.random_range(-0.3..0.3) * margin;
    let mut path = PathBuilder::new();
    match rng.random_range(0..3) {
        0 => {
            let (x, y) = (full_width - margin * 1.2, margin + high * 0.5);
            path.move_to(x, y);
            path.line_to(x + margin * 0.3, y + margin * 0.7);
            path.quad_to(x + margin * 0.5, y, x + margin * 1.1, y - margin * 1.2);
        }
        1 => {
            let y = margin * 1.3 + high;
            path.move_to(margin * 0.6, y + wobble(rng));
            path.quad_to(
                full_width / 2.0,
                y + wobble(rng),
                full_width - margin * 0.6,
                y + wobble(rng),
            );
        }
        _ => {
            let (cx, cy) = (full_width / 2.0, full_height / 2.0);
            let (rx, ry) = (cx - margin * 0.3, cy - margin * 0.3);
            path.move_to(cx - rx, cy + wobble(rng));
            path.cubic_to(
                cx - rx,
                cy - ry * 1.3,
                cx + rx,
                cy - ry * 1.3,
                cx + rx,
                cy + wobble(rng),
            );
            path.cubic_to(
                cx + rx,
                cy + ry * 1.3,
                cx - rx,
                cy + ry * 1.3,
                cx - rx * 0.9,
                cy - ry * 0.2,
            );
        }
    }
    if let Some(path) = path.finish() {
        drawing.stroke(
            &path,
            dpi * rng.random_range(0.008..0.02),
            Transform::identity(),
        );
    }
    let colour = PENS.choose(rng).copied().unwrap_or_default();
    let corner = ((left - margin) as i32, (top - margin) as i32);
    drawing.ink(sheet, corner, colour, rng.random_range(0.6..0.95), 0.2, rng);
}

/// Two holes of 6 mm, 80 mm apart, 12 mm from the left edge (ISO 838); the lid or the dark shows.
fn punch(sheet: &mut Sheet, dpi: f32, rng: &mut ChaCha8Rng) {
    let mm = dpi / 25.4;
    let (_, height) = sheet.size();
    let side = (7.0 * mm) as u32;
    let shade = rng.random_range(20..130);
    for offset in [-40.0, 40.0] {
        let Some(mut drawing) = Drawing::new(side, side) else {
            return;
        };
        let centre = side as f32 / 2.0;
        if let Some(hole) = PathBuilder::from_circle(centre, centre, 3.0 * mm) {
            drawing.fill(&hole, Transform::identity());
        }
        let corner = (
            (12.0 * mm - centre) as i32,
            (height as f32 / 2.0 + offset * mm - centre) as i32,
        );
        drawing.ink(sheet, corner, [shade; 3], 0.95, 0.1, rng);
    }
}
