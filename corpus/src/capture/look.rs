//! Which device took the page and in which state paper and device were.
//!
//! Goes in: a seeded generator. Comes out: one `CaptureLook`, either of a named kind or drawn from
//! the mix that archives show (mostly flat scans, some copies and faxes, fewer photos).
//! Deliberately absent: pixels.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// Flat, level and evenly lit: a good scanner, or a PDF turned into pictures.
    CleanScan,
    OfficeScanner,
    Photocopier,
    /// ITU-T group 3: 204 dots an inch across, black and white.
    Fax,
    PhoneCamera,
}

/// What put the letters on the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Laser,
    Typewriter,
    DotMatrix,
}

/// All that is chosen before a page is captured; what remains random is only noise and place.
#[derive(Clone, Debug)]
pub struct CaptureLook {
    pub device: Device,
    pub ink: Ink,
    /// Age of the device and the paper, in [0, 1]: noise, dust, uneven tone, blur.
    pub wear: f32,
    /// Clockwise, within about ±3.
    pub skew_degrees: f32,
    /// Clockwise quarter turns of the finished picture, 0 to 3.
    pub quarter_turns: u8,
    pub colour: bool,
    /// Black and white only, as many office scanners save.
    pub bitonal: bool,
    /// Coarser than the page was rendered; `None` keeps the resolution.
    pub resolution_dpi: Option<f32>,
    /// 1 to 100; `None` leaves no JPEG traces.
    pub jpeg_quality: Option<u8>,
    pub stamps: u8,
    pub signatures: u8,
    /// Ticks, underlines and rings of an officer's pen.
    pub pen_marks: u8,
    pub punch_holes: bool,
}

impl CaptureLook {
    pub fn clean() -> Self {
        Self {
            device: Device::CleanScan,
            ink: Ink::Laser,
            wear: 0.0,
            skew_degrees: 0.0,
            quarter_turns: 0,
            colour: false,
            bitonal: false,
            resolution_dpi: None,
            jpeg_quality: None,
            stamps: 0,
            signatures: 0,
            pen_marks: 0,
            punch_holes: false,
        }
    }

    pub fn office_scanner(rng: &mut ChaCha8Rng) -> Self {
        Self {
            device: Device::OfficeScanner,
            wear: rng.random_range(0.0..1.0),
            skew_degrees: skew(rng),
            bitonal: rng.random_bool(0.25),
            jpeg_quality: rng.random_bool(0.6).then(|| rng.random_range(55..92)),
            ..Self::clean()
        }
    }

    pub fn photocopy(rng: &mut ChaCha8Rng) -> Self {
        Self {
            device: Device::Photocopier,
            wear: rng.random_range(0.1..1.0),
            skew_degrees: skew(rng),
            bitonal: rng.random_bool(0.6),
            ..Self::clean()
        }
    }

    pub fn fax(rng: &mut ChaCha8Rng) -> Self {
        Self {
            device: Device::Fax,
            wear: rng.random_range(0.0..1.0),
            skew_degrees: skew(rng) * 0.5,
            bitonal: true,
            ..Self::clean()
        }
    }

    pub fn phone(rng: &mut ChaCha8Rng) -> Self {
        Self {
            device: Device::PhoneCamera,
            wear: rng.random_range(0.1..1.0),
            skew_degrees: rng.random_range(-2.5..2.5),
            jpeg_quality: Some(rng.random_range(45..90)),
            ..Self::clean()
        }
    }

    /// 110 to 150 dpi: scans made for e-mail.
    pub fn low_resolution(rng: &mut ChaCha8Rng) -> Self {
        Self {
            resolution_dpi: Some(rng.random_range(110.0..150.0)),
            bitonal: false,
            wear: rng.random_range(0.0..0.5),
            ..Self::office_scanner(rng)
        }
    }

    /// Saved too small, perhaps more than once.
    pub fn jpeg_damaged(rng: &mut ChaCha8Rng) -> Self {
        Self {
            jpeg_quality: Some(rng.random_range(12..35)),
            bitonal: false,
            wear: rng.random_range(0.0..0.5),
            ..Self::office_scanner(rng)
        }
    }

    /// A look from the mix of a customs archive, with the ink and the marks that paper gathers.
    pub fn any(rng: &mut ChaCha8Rng) -> Self {
        let mut look = match rng.random_range(0..100) {
            0..18 => Self::clean(),
            18..50 => Self::office_scanner(rng),
            50..66 => Self::photocopy(rng),
            66..75 => Self::fax(rng),
            75..87 => Self::phone(rng),
            87..94 => Self::low_resolution(rng),
            _ => Self::jpeg_damaged(rng),
        };
        look.ink = match rng.random_range(0..100) {
            0..88 => Ink::Laser,
            88..94 => Ink::Typewriter,
            _ => Ink::DotMatrix,
        };
        look.stamps = if rng.random_bool(0.4) {
            rng.random_range(1..=2)
        } else {
            0
        };
        look.signatures = u8::from(rng.random_bool(0.4));
        look.pen_marks = if rng.random_bool(0.15) {
            rng.random_range(1..=5)
        } else {
            0
        };
        look.punch_holes = look.device != Device::CleanScan && rng.random_bool(0.15);
        look.quarter_turns = if rng.random_bool(0.04) {
            rng.random_range(1..=3)
        } else {
            0
        };
        look
    }
}

/// Mostly nearly level, at most 3 degrees.
fn skew(rng: &mut ChaCha8Rng) -> f32 {
    let side: f32 = rng.random_range(-1.0..1.0);
    side * side.abs() * 3.0
}
