//! Pixels per inch as a PNG or JPEG file states it.
//!
//! Goes in: the file's bytes. Comes out: a believable density, or `None` (cameras and screens write
//! 72 or 96 whatever the size of the paper, so such values are not believed).

use std::ops::RangeInclusive;

const BELIEVABLE_DPI: RangeInclusive<f32> = 97.0..=1200.0;

pub(crate) fn stated(bytes: &[u8]) -> Option<f32> {
    let dpi = jfif(bytes).or_else(|| png(bytes))?;
    BELIEVABLE_DPI.contains(&dpi).then_some(dpi)
}

/// The APP0 segment of a JPEG file, which stands first: `JFIF\0`, version, unit, x density.
fn jfif(bytes: &[u8]) -> Option<f32> {
    if bytes.get(..4)? != [0xff, 0xd8, 0xff, 0xe0] || bytes.get(6..11)? != b"JFIF\0" {
        return None;
    }
    let density = f32::from(u16::from_be_bytes([*bytes.get(14)?, *bytes.get(15)?]));
    match bytes.get(13)? {
        1 => Some(density),
        2 => Some(density * 2.54),
        _ => None,
    }
}

/// The pHYs chunk of a PNG file, which stands before the pixels: pixels per metre.
fn png(bytes: &[u8]) -> Option<f32> {
    if bytes.get(..8)? != b"\x89PNG\r\n\x1a\n" {
        return None;
    }
    let mut at = 8_usize;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        match bytes.get(at + 4..at + 8)? {
            b"pHYs" => {
                let per_metre = u32::from_be_bytes(bytes.get(at + 8..at + 12)?.try_into().ok()?);
                let in_metres = *bytes.get(at + 16)? == 1;
                return in_metres.then_some(per_metre as f32 * 0.0254);
            }
            b"IDAT" => return None,
            _ => at = at.checked_add(12)?.checked_add(length)?,
        }
    }
}
