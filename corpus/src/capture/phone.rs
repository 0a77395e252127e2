//! A page photographed with a phone: a desk around it, perspective, curl, uneven light, the shadow
//! of a hand or the phone, soft focus and sensor grain.
//!
//! Goes in: the flat sheet. Comes out: the frame, and how the paper moved.

use crate::capture::grain::{Cloud, Grain};
use crate::capture::motion::Motion;
use crate::capture::sheet::{Sheet, blank, to_byte};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Light changes slowly: so many rows share one computation.
const LIGHT_BAND_PX: u32 = 4;

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
        let mut waves = grain_of_wood.over(frame.0, frame.1);
        for (y, row) in plane.chunks_exact_mut(frame.0 as usize).enumerate() {
            for (pixel, wave) in row.iter_mut().zip(waves.at(y as u32)) {
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
    let lamp = Lamp::new(wear, rng);
    let room = Cloud::new(3, 3, rng);
    let cast = [
        rng.random_range(0.96..1.04),
        1.0,
        rng.random_range(0.86..1.02),
    ];
    let grain = Grain::new(rng);
    let deviation = 1.5 + 5.0 * wear;
    let single = sheet.planes.len() == 1;
    let mut lit = Vec::new();
    for y in 0..height {
        if y % LIGHT_BAND_PX == 0 {
            lit = room.row(y, width, height);
            lamp.shine(&mut lit, y as f32 / height as f32 - 0.5, wear);
        }
        for (plane, cast) in sheet.planes.iter_mut().zip(cast) {
            let cast = if single { 1.0 } else { cast };
            let start = (y * width) as usize;
            let Some(row) = plane.get_mut(start..start + width as usize) else {
                continue;
            };
            for ((pixel, lit), &grain) in
                row.iter_mut().zip(&lit).zip(grain.row(width as usize, rng))
            {
                // Black print reflects a little, too.
                let value = (18.0 + f32::from(*pixel) * 0.93) * lit * cast;
                *pixel = to_byte(value + f32::from(grain) * deviation / 16.0);
            }
        }
    }
}

/// Where the light comes from, and the edge of a shadow.
struct Lamp {
    level: f32,
    slope: (f32, f32),
    shadow: Option<Shadow>,
}

struct Shadow {
    /// Direction across its edge, and how far from the middle the edge runs.
    across: (f32, f32),
    from: f32,
    depth: f32,
}

impl Lamp {
    fn new(wear: f32, rng: &mut ChaCha8Rng) -> Self {
        let mut slope = || rng.random_range(-0.25..0.25) * wear;
        let slope = (slope(), slope());
        let shadow = rng.random_bool(0.45).then(|| {
            let (sin, cos) = rng.random_range(0.0..std::f32::consts::TAU).sin_cos();
            Shadow {
                across: (cos, sin),
                from: rng.random_range(0.05..0.45),
                depth: rng.random_range(0.15..0.5) * wear,
            }
        });
        Self {
            level: rng.random_range(0.72..0.96),
            slope,
            shadow,
        }
    }

    /// From the room's cloud in [-1, 1] to the share of light along one row, `v` from the middle.
    fn shine(&self, row: &mut [f32], v: f32, wear: f32) {
        let width = row.len() as f32;
        for (x, lit) in row.iter_mut().enumerate() {
            let u = x as f32 / width - 0.5;
            *lit = self.level + *lit * 0.08 * wear + self.slope.0 * u + self.slope.1 * v;
            if let Some(shadow) = &self.shadow {
                let inside =
                    (shadow.across.0 * u + shadow.across.1 * v - shadow.from + 0.25) * 18.0;
                *lit *= 1.0 - shadow.depth * (inside * 0.5 + 0.5).clamp(0.0, 1.0);
            }
        }
    }
}
