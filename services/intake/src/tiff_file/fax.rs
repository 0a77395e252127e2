//! Pages compressed as faxes: CCITT Group 3 (one- and two-dimensional), Group 4 and plain run lengths.
//!
//! Goes in: the page's directory. Comes out: one byte a pixel, black 0 and white 255. Rows that the
//! line garbled are left out as far as the decoder can; a strip that the file does not hold in full
//! is an error.

use super::directory::Format;
use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode, decode};

pub(crate) const RUN_LENGTHS: u64 = 2;
pub(crate) const GROUP_3: u64 = 3;
pub(crate) const GROUP_4: u64 = 4;

const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const STRIP_OFFSETS: u16 = 273;
const ROWS_PER_STRIP: u16 = 278;
const STRIP_BYTE_COUNTS: u16 = 279;
const GROUP_3_OPTIONS: u16 = 292;

const WHITE: u8 = 255;

/// The pixels of a page whose size has been checked.
pub(crate) fn pixels(
    format: Format,
    bytes: &[u8],
    directory: u64,
    compression: u64,
    (width, height): (u32, u32),
) -> Result<Vec<u8>, String> {
    let value = |tag| format.value(bytes, directory, tag);
    let offsets = format
        .values(bytes, directory, STRIP_OFFSETS)
        .ok_or("its strips are not listed")?;
    let lengths = format
        .values(bytes, directory, STRIP_BYTE_COUNTS)
        .unwrap_or_else(|| vec![bytes.len() as u64]);
    let strip_rows = value(ROWS_PER_STRIP).unwrap_or(u64::from(height)).max(1);
    let reversed = value(FILL_ORDER) == Some(2);
    let two_dimensional = value(GROUP_3_OPTIONS).unwrap_or(0) & 1 == 1;
    let mut rows = Rows {
        pixels: vec![WHITE; width as usize * height as usize],
        width: width as usize,
        next: 0,
        decoded: 0,
    };
    for (strip, (offset, length)) in (0_u64..).zip(offsets.iter().zip(&lengths)) {
        let first = strip.saturating_mul(strip_rows);
        if first >= u64::from(height) {
            break;
        }
        let data = strip_bytes(bytes, *offset, *length)
            .ok_or_else(|| format!("strip {} lies past the end of the file", strip + 1))?;
        let data = if reversed {
            data.iter().map(|byte| byte.reverse_bits()).collect()
        } else {
            data.to_vec()
        };
        rows.next = first as usize;
        let settings = DecodeSettings {
            columns: width,
            rows: strip_rows.min(u64::from(height) - first) as u32,
            end_of_block: compression != RUN_LENGTHS,
            end_of_line: false,
            rows_are_byte_aligned: compression == RUN_LENGTHS,
            encoding: match compression {
                GROUP_4 => EncodingMode::Group4,
                GROUP_3 if two_dimensional => EncodingMode::Group3_2D,
                _ => EncodingMode::Group3_1D,
            },
            strict: false,
        };
        // What was decoded before an error is kept: see `decoded` below.
        let _ = decode(&data, &mut rows, &mut DecoderContext::new(settings));
    }
    if rows.decoded * 2 < height as usize {
        return Err(format!(
            "only {} of its {height} rows can be decoded",
            rows.decoded
        ));
    }
    // Faxes are white where the data is 0, unless the page says that 0 is black.
    if value(PHOTOMETRIC) == Some(1) {
        rows.pixels.iter_mut().for_each(|pixel| *pixel = !*pixel);
    }
    Ok(rows.pixels)
}

fn strip_bytes(bytes: &[u8], offset: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    bytes.get(start..end)
}

struct Rows {
    pixels: Vec<u8>,
    width: usize,
    next: usize,
    decoded: usize,
}

impl Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let start = self.next * self.width;
        if let Some(row) = self.pixels.get_mut(start..start + self.width) {
            for span in changes.chunks(2) {
                let from = span.first().map_or(0, |change| *change as usize);
                let to = span.get(1).map_or(self.width, |change| *change as usize);
                if let Some(black) = row.get_mut(from..to) {
                    black.fill(0);
                }
            }
            self.decoded += 1;
        }
        self.next += 1;
    }
}
