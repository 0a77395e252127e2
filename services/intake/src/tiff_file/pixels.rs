//! Pixels of a TIFF page that is not a fax: the samples that the decoder yields become a picture.
//!
//! Goes in: the file and the page's directory. Comes out: grey or RGB, 8 bits a sample.

use super::directory::Format;
use crate::Limits;
use image::{DynamicImage, GrayImage, RgbImage};
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits as DecoderLimits};

const PHOTOMETRIC: u16 = 262;
const COLOR_MAP: u16 = 320;
const STRIP_OFFSETS: u16 = 273;
const STRIP_BYTE_COUNTS: u16 = 279;
const TILE_OFFSETS: u16 = 324;
const TILE_BYTE_COUNTS: u16 = 325;
pub(crate) const JPEG: u64 = 7;

const WHITE_IS_ZERO: u64 = 0;
const BLACK_IS_ZERO: u64 = 1;
const PALETTE: u64 = 3;

/// The picture of a page whose size has been checked.
pub(crate) fn picture(
    format: Format,
    bytes: &Arc<[u8]>,
    directory: u64,
    compression: u64,
    limits: &Limits,
) -> Result<DynamicImage, String> {
    if compression == JPEG {
        check_jpegs(format, bytes, directory, limits)?;
    }
    let photometric = format.value(bytes, directory, PHOTOMETRIC);
    // The decoder knows grey samples; what they mean is seen to below.
    let as_grey = matches!(photometric, Some(WHITE_IS_ZERO | PALETTE));
    let mut decoder = Decoder::new(OnePage::new(format, bytes, directory, as_grey))
        .map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions().map_err(|error| error.to_string())?;
    let color = decoder.colortype().map_err(|error| error.to_string())?;
    let mut decoder_limits = DecoderLimits::default();
    // At most four samples of 16 bits.
    decoder_limits.decoding_buffer_size = (limits.max_megapixels * 8e6) as usize;
    let mut decoder = decoder.with_limits(decoder_limits);
    let mut result = DecodingResult::U8(Vec::new());
    let layout = decoder
        .read_image_to_buffer(&mut result)
        .map_err(|error| error.to_string())?;
    let samples = bytes_of(result, color.bit_depth(), width)?;
    let picture = Samples {
        width,
        height,
        samples,
        planes: if layout.planes > 1 { layout.planes } else { 1 },
    };
    match photometric {
        Some(PALETTE) => {
            let map = format
                .values(bytes, directory, COLOR_MAP)
                .ok_or("it has no colour map")?;
            picture.through_palette(&map, color.bit_depth())
        }
        Some(WHITE_IS_ZERO) => {
            let mut picture = picture.scaled(color.bit_depth());
            picture
                .samples
                .iter_mut()
                .for_each(|sample| *sample = !*sample);
            picture.into_image(color)
        }
        _ => picture.scaled(color.bit_depth()).into_image(color),
    }
}

/// One byte a sample; samples of less than a byte keep their value, rows are unpacked.
fn bytes_of(result: DecodingResult, bits: u8, width: u32) -> Result<Vec<u8>, String> {
    match (result, bits) {
        (DecodingResult::U8(samples), 8) => Ok(samples),
        (DecodingResult::U16(samples), 16) => Ok(samples
            .into_iter()
            .map(|sample| (sample >> 8) as u8)
            .collect()),
        (DecodingResult::U8(packed), 1 | 2 | 4) => {
            let per_byte = 8 / usize::from(bits);
            let row_bytes = (width as usize).div_ceil(per_byte);
            let mask = (1_u16 << bits) as u8 - 1;
            let unpack = |row: &[u8]| -> Vec<u8> {
                let samples = row.iter().flat_map(|byte| {
                    (1..=per_byte).map(move |place| byte >> (8 - place * usize::from(bits)) & mask)
                });
                samples.take(width as usize).collect()
            };
            Ok(packed
                .chunks_exact(row_bytes.max(1))
                .flat_map(unpack)
                .collect())
        }
        (_, bits) => Err(format!(
            "samples of {bits} bits, or not of whole numbers, are not read"
        )),
    }
}

struct Samples {
    width: u32,
    height: u32,
    samples: Vec<u8>,
    /// More than 1 if each colour stands by itself, one after the other.
    planes: usize,
}

impl Samples {
    /// Full range for samples of less than a byte.
    fn scaled(mut self, bits: u8) -> Self {
        let factor = match bits {
            1 => 255,
            2 => 85,
            4 => 17,
            _ => return self,
        };
        self.samples
            .iter_mut()
            .for_each(|sample| *sample = sample.wrapping_mul(factor));
        self
    }

    fn through_palette(self, map: &[u64], bits: u8) -> Result<DynamicImage, String> {
        let colours = 1_usize << bits.min(8);
        let channel = |index: u8, channel: usize| {
            let value = map
                .get(channel * colours + usize::from(index))
                .copied()
                .unwrap_or(0);
            (value >> 8) as u8
        };
        let pixels = self.samples.iter();
        let pixels = pixels.flat_map(|index| [0, 1, 2].map(|colour| channel(*index, colour)));
        rgb(self.width, self.height, pixels.collect())
    }

    fn into_image(self, color: ColorType) -> Result<DynamicImage, String> {
        let (width, height) = (self.width, self.height);
        let channels = usize::from(color.num_samples());
        let samples = self.interleaved(channels);
        let pixels = samples.chunks_exact(channels.max(1));
        let colours: Vec<u8> = match color {
            ColorType::Gray(_) => return grey(width, height, samples),
            // Grey with something else: the grey comes first.
            ColorType::Multiband { .. } | ColorType::GrayA(_) => {
                let first = pixels.map(|pixel| pixel.first().copied().unwrap_or(255));
                return grey(width, height, first.collect());
            }
            ColorType::RGB(_) => samples,
            ColorType::RGBA(_) => pixels
                .flat_map(|pixel| {
                    let alpha = u32::from(pixel[3]);
                    [pixel[0], pixel[1], pixel[2]].map(|channel| {
                        ((u32::from(channel) * alpha + 255 * (255 - alpha)) / 255) as u8
                    })
                })
                .collect(),
            ColorType::CMYK(_) => pixels
                .flat_map(|pixel| {
                    let paper = 255 - u32::from(pixel[3]);
                    [pixel[0], pixel[1], pixel[2]]
                        .map(|ink| ((255 - u32::from(ink)) * paper / 255) as u8)
                })
                .collect(),
            ColorType::YCbCr(_) => pixels.flat_map(from_ycbcr).collect(),
            other => return Err(format!("colours of type {other:?} are not read")),
        };
        rgb(width, height, colours)
    }

    /// Samples pixel by pixel.
    fn interleaved(self, channels: usize) -> Vec<u8> {
        if self.planes <= 1 {
            return self.samples;
        }
        let area = self.samples.len() / self.planes;
        let sample = |pixel: usize, channel: usize| {
            self.samples
                .get(channel * area + pixel)
                .copied()
                .unwrap_or(255)
        };
        (0..area)
            .flat_map(|pixel| (0..channels).map(move |channel| (pixel, channel)))
            .map(|(pixel, channel)| sample(pixel, channel))
            .collect()
    }
}

/// As JPEG means it (ITU-R BT.601, full range).
fn from_ycbcr(pixel: &[u8]) -> [u8; 3] {
    let [y, cb, cr] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    let (cb, cr) = (cb - 128.0, cr - 128.0);
    [
        y + 1.402 * cr,
        y - 0.344_14 * cb - 0.714_14 * cr,
        y + 1.772 * cb,
    ]
    .map(|value| value as u8)
}

fn grey(width: u32, height: u32, pixels: Vec<u8>) -> Result<DynamicImage, String> {
    let image = GrayImage::from_raw(width, height, pixels);
    Ok(DynamicImage::ImageLuma8(
        image.ok_or("it holds too few pixels")?,
    ))
}

fn rgb(width: u32, height: u32, pixels: Vec<u8>) -> Result<DynamicImage, String> {
    let image = RgbImage::from_raw(width, height, pixels);
    Ok(DynamicImage::ImageRgb8(
        image.ok_or("it holds too few pixels")?,
    ))
}

/// The decoder believes the size that each JPEG strip states for itself: check it first.
fn check_jpegs(
    format: Format,
    bytes: &[u8],
    directory: u64,
    limits: &Limits,
) -> Result<(), String> {
    let values = |tag| format.values(bytes, directory, tag);
    let offsets = values(STRIP_OFFSETS)
        .or_else(|| values(TILE_OFFSETS))
        .unwrap_or_default();
    let lengths = values(STRIP_BYTE_COUNTS).or_else(|| values(TILE_BYTE_COUNTS));
    for (offset, length) in offsets.into_iter().zip(lengths.unwrap_or_default()) {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        let strip = bytes
            .get(start..end)
            .ok_or("a strip lies past the end of the file")?;
        let (width, height) = jpeg_size(strip).ok_or("a strip is no JPEG picture")?;
        let megapixels = f32::from(width) * f32::from(height) / 1e6;
        if megapixels > limits.max_megapixels {
            let limit = limits.max_megapixels;
            return Err(format!(
                "a strip of {megapixels:.1} megapixels, limit {limit}"
            ));
        }
    }
    Ok(())
}

/// Width and height in the frame header of a JPEG picture.
fn jpeg_size(bytes: &[u8]) -> Option<(u16, u16)> {
    let mut at = 2_usize;
    loop {
        let marker = *bytes.get(at + 1)?;
        let number = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        match (bytes.get(at)?, marker) {
            (0xff, 0xff) => at += 1,
            (0xff, 0xc4 | 0xc8 | 0xcc) => at += 2 + usize::from(number(at + 2)?),
            (0xff, 0xc0..=0xcf) => return Some((number(at + 7)?, number(at + 5)?)),
            (0xff, 0x01 | 0xd0..=0xd8) => at += 2,
            (0xff, _) => at += 2 + usize::from(number(at + 2)?),
            _ => return None,
        }
    }
}

/// The file as if this page were its only one, so that one page costs one directory, and a broken page
/// does not hide those after it.
struct OnePage {
    bytes: Arc<[u8]>,
    position: u64,
    /// Bytes that read differently: where, and what.
    patches: Vec<(u64, Vec<u8>)>,
}

impl OnePage {
    fn new(format: Format, bytes: &Arc<[u8]>, directory: u64, as_grey: bool) -> Self {
        let (at, size) = format.first_link();
        let mut patches = vec![(at, format.bytes_of(directory, size))];
        if let Some((at, size)) = format.next_link(bytes, directory) {
            patches.push((at, format.bytes_of(0, size)));
        }
        if let Some(entry) = format
            .entry(bytes, directory, PHOTOMETRIC)
            .filter(|_| as_grey)
        {
            patches.push((entry.value_at, format.bytes_of(BLACK_IS_ZERO, 2)));
        }
        Self {
            bytes: bytes.clone(),
            position: 0,
            patches,
        }
    }
}

impl Read for OnePage {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let start = usize::try_from(self.position).unwrap_or(usize::MAX);
        let rest = self.bytes.get(start..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        for (at, patch) in &self.patches {
            for (place, byte) in (*at..).zip(patch) {
                let within = place
                    .checked_sub(self.position)
                    .map(|within| within as usize);
                if let Some(target) = within.filter(|within| *within < count) {
                    buffer[target] = *byte;
                }
            }
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for OnePage {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::End(by) => (self.bytes.len() as u64, by),
            SeekFrom::Current(by) => (self.position, by),
        };
        let position = from.checked_add_signed(by);
        self.position = position.ok_or_else(|| std::io::Error::other("before the start"))?;
        Ok(self.position)
    }
}
