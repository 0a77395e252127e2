//! A page photographed with a phone: a desk around it, perspective, curl, uneven light, the shadow
//! of a hand or the phone, soft focus and sensor grain.
//!
//! Goes in: the flat sheet. Comes out: the frame, and how the paper moved.

use crate::capture::grain::{Cloud, Grain};
use crate::capture::motion::Motion;
use crate::capture::sheet::{Sheet, blank, to_byte};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Desk colours: wood, grey, dark, pale.
const DESKS: [[u8; 3]; 5] = [
    [140, 100, 65],
    [120, 122, 126],
    [50, 46, 45],
    [196, 188, 176],
    [90, 66, 48],
];

pub fn photograph(sheet: &mut Sheet, wear: f32, skew_degrees: f32, rng: &mut ChaCha8Rng) -> Motion {
    let (width, height) = sheet.size();
    let motion = pose((width, height), wear, skew_degrees, rng);
    let desk = DESKS[rng.random_range(0..DESKS.len())];
    let grain_of_wood = Cloud::new(40, 6, rng);
    let frame = motion.frame();
    for index in 0..sheet.planes.len() {
        let base = f32::from(sheet.component(index, desk));
        let mut plane = blank(frame, 0);
        for (y, row) in plane.chunks_exact_mut(frame.0 as usize).enumerate() {
            for (pixel, wave) in row
                .iter_mut()
                .zip(grain_of_wood.row(y as u32, frame.0, frame.1))
            {
                *pixel = to_byte(base + wave * 14.0);
            }
        }
        motion.draw(&sheet.planes[index], &mut plane);
        sheet.planes[index] = plane;
    }
    sheet.blur(0.5 + 0.6 * wear);
    light(sheet, wear, rng);
    motion
}

/// Where the corners come to lie: a frame a little larger than the paper, seen slightly aslant.
fn pose((width, height): (u32, u32), wear: f32, skew_degrees: f32, rng: &mut ChaCha8Rng) -> Motion {
    let frame = ((width as f32 * 1.1) as u32, (height as f32 * 1.08) as u32);
    let (cx, cy) = (frame.0 as f32 / 2.0, frame.1 as f32 / 2.0);
    let (sin, cos) = skew_degrees.to_radians().sin_cos();
    let aslant = 0.008 + 0.03 * wear;
    let corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y): (f32, f32)| {
        // Corners move inwards, so that nothing printed leaves the frame.
        let pull = |rng: &mut ChaCha8Rng| 0.985 - rng.random_range(0.0..aslant);
        let (dx, dy) = (x * width as f32 * pull(rng), y * height as f32 * pull(rng));
        (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos)
    });
    let curl_px = if rng.random_bool(0.4) {
        rng.random_range(-0.006..0.012) * height as f32 * wear
    } else {
        0.0
    };
    Motion::photographed((width, height), frame, corners, curl_px)
        .unwrap_or(Motion::still(width, height))
}

/// Lamp to one side, an edge of shadow, a warm or cold cast, grain that grows in the dark.
fn light(sheet: &mut Sheet, wear: f32, rng: &mut ChaCha8Rng) {
    let (width, height) = sheet.size();
    let (slope_x, slope_y) = (
        rng.random_range(-0.25..0.25) * wear,
        rng.random_range(-0.25..0.25) * wear,
    );
    let level = rng.random_range(0.72..0.96);
    let room = Cloud::new(3, 3, rng);
    let shadow = rng.random_bool(0.45).then(|| {
        let turn = rng.random_range(0.0..std::f32::consts::TAU);
        (
            turn.cos(),
            turn.sin(),
            rng.random_range(0.05..0.45),
            rng.random_range(0.15..0.5) * wear,
        )
    });
    let cast = [
        rng.random_range(0.96..1.04),
        1.0,
        rng.random_range(0.86..1.02),
    ];
    let grain = Grain::new(rng);
    let deviation = 1.5 + 5.0 * wear;
    let single = sheet.planes.len() == 1;
    for y in 0..height {
        let v = y as f32 / height as f32 - 0.5;
        let mut lit = room.row(y, width, height);
        for (x, lit) in lit.iter_mut().enumerate() {
            let u = x as f32 / width as f32 - 0.5;
            *lit = level + *lit * 0.08 * wear + slope_x * u + slope_y * v;
            if let Some((across, down, from, depth)) = shadow {
                let inside = (across * u + down * v - from + 0.25) * 18.0;
                *lit *= 1.0 - depth * (inside * 0.5 + 0.5).clamp(0.0, 1.0);
            }
        }
        for (plane, cast) in sheet.planes.iter_mut().zip(cast) {
            let cast = if single { 1.0 } else { cast };
            let start = (y * width) as usize;
            let Some(row) = plane.get_mut(start..start + width as usize) else {
                continue;
            };
            for ((pixel, lit), grain) in
                row.iter_mut().zip(&lit).zip(grain.row(width as usize, rng))
            {
                // Black print reflects a little, too.
                let value = (18.0 + f32::from(*pixel) * 0.93) * lit * cast;
                *pixel = to_byte(value + f32::from(grain) * deviation / 16.0);
            }
        }
    }
}
