//! How large a compressed stream becomes, found out without ever holding more than the limit.
//!
//! Goes in: a stream's raw bytes and its filters. Comes out: its decoded size in bytes, or `TooLarge`.
//!
//! The renderer decodes streams in full, however large they grow, so each one is measured first. A
//! deflate stream can grow a thousandfold, and a stream of streams a millionfold.

use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro::hayro_syntax::Filter;
use std::borrow::Cow;
use std::io::Read;

#[derive(Debug, PartialEq)]
pub(crate) struct TooLarge;

/// Most bytes that one compressed byte can stand for.
const MOST_INFLATED: u64 = 1032;
const MOST_LZW: u64 = 2560;
const MOST_RUN: u64 = 64;
const MOST_ASCII_85: u64 = 4;

/// What is known of a stream after some of its filters.
enum Stage<'a> {
    Bytes(Cow<'a, [u8]>),
    /// Only its size.
    Size(u64),
}

/// The size after all filters; for pictures, after those before the picture's own.
pub(crate) fn size(raw: &[u8], filters: &[Filter], limit: u64) -> Result<u64, TooLarge> {
    let mut stage = Stage::Bytes(Cow::Borrowed(raw));
    for (index, filter) in filters.iter().enumerate() {
        let last = index + 1 == filters.len();
        stage = match (filter, stage) {
            (Filter::Crypt, stage) => stage,
            (Filter::FlateDecode, Stage::Bytes(bytes)) => inflated(&bytes, limit, !last)?,
            (Filter::LzwDecode, Stage::Bytes(bytes)) => Stage::Size(lzw(&bytes, limit)?),
            (Filter::RunLengthDecode, Stage::Bytes(bytes)) => Stage::Size(runs(&bytes)),
            (Filter::AsciiHexDecode, Stage::Bytes(bytes)) => Stage::Bytes(hex(&bytes).into()),
            (Filter::Ascii85Decode, Stage::Bytes(bytes)) => Stage::Bytes(ascii_85(&bytes).into()),
            (Filter::FlateDecode, Stage::Size(size)) => Stage::Size(grown(size, MOST_INFLATED)),
            (Filter::LzwDecode, Stage::Size(size)) => Stage::Size(grown(size, MOST_LZW)),
            (Filter::RunLengthDecode, Stage::Size(size)) => Stage::Size(grown(size, MOST_RUN)),
            (Filter::Ascii85Decode, Stage::Size(size)) => Stage::Size(grown(size, MOST_ASCII_85)),
            (Filter::AsciiHexDecode, stage) => stage,
            // Pictures state their size: it is checked where that is read.
            (
                Filter::DctDecode
                | Filter::JpxDecode
                | Filter::Jbig2Decode
                | Filter::CcittFaxDecode,
                stage,
            ) => return Ok(size_of(&stage)),
        };
        if size_of(&stage) > limit {
            return Err(TooLarge);
        }
    }
    Ok(size_of(&stage))
}

/// The bytes that stand before a picture's own filter, if they can be had.
pub(crate) fn picture_bytes(raw: &[u8], filters: &[Filter], limit: u64) -> Option<Vec<u8>> {
    let mut bytes: Cow<'_, [u8]> = raw.into();
    for filter in filters {
        bytes = match filter {
            Filter::Crypt => bytes,
            Filter::FlateDecode => match inflated(&bytes, limit, true).ok()? {
                Stage::Bytes(bytes) => bytes.into_owned().into(),
                Stage::Size(_) => return None,
            },
            Filter::AsciiHexDecode => hex(&bytes).into(),
            Filter::Ascii85Decode => ascii_85(&bytes).into(),
            Filter::LzwDecode | Filter::RunLengthDecode => return None,
            _ => return Some(bytes.into_owned()),
        };
    }
    None
}

fn size_of(stage: &Stage<'_>) -> u64 {
    match stage {
        Stage::Bytes(bytes) => bytes.len() as u64,
        Stage::Size(size) => *size,
    }
}

fn grown(size: u64, most: u64) -> u64 {
    size.saturating_mul(most)
}

/// As the renderer does it: zlib, or deflate without a header; what comes before an error counts.
fn inflated<'a>(bytes: &[u8], limit: u64, keep: bool) -> Result<Stage<'a>, TooLarge> {
    // Too small to reach the limit at all.
    if !keep && grown(bytes.len() as u64, MOST_INFLATED) <= limit {
        return Ok(Stage::Size(bytes.len() as u64));
    }
    let zlib = drained(ZlibDecoder::new(bytes), limit, keep)?;
    if size_of(&zlib) > 0 {
        return Ok(zlib);
    }
    drained(DeflateDecoder::new(bytes), limit, keep)
}

fn drained<'a>(mut from: impl Read, limit: u64, keep: bool) -> Result<Stage<'a>, TooLarge> {
    let mut buffer = vec![0_u8; 64 * 1024];
    let (mut kept, mut size) = (Vec::new(), 0_u64);
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        size += count as u64;
        if size > limit {
            return Err(TooLarge);
        }
        if keep {
            kept.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
    }
    Ok(if keep {
        Stage::Bytes(kept.into())
    } else {
        Stage::Size(size)
    })
}

/// The size of LZW data: the lengths of the strings are followed, not the strings.
fn lzw(bytes: &[u8], limit: u64) -> Result<u64, TooLarge> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    if grown(bytes.len() as u64, MOST_LZW) <= limit {
        return Ok(bytes.len() as u64);
    }
    // String lengths by code; the first 258 are the letters and the two signals.
    let mut lengths: Vec<u64> = vec![1; 258];
    let (mut size, mut previous) = (0_u64, None);
    let (mut window, mut bits) = (0_u32, 0_u32);
    let mut input = bytes.iter();
    loop {
        // One code early or late makes no difference to what the size can be: see EarlyChange.
        let width = match lengths.len() {
            0..511 => 9,
            511..1023 => 10,
            1023..2047 => 11,
            _ => 12,
        };
        while bits < width {
            let Some(byte) = input.next() else {
                return Ok(size);
            };
            window = window << 8 | u32::from(*byte);
            bits += 8;
        }
        bits -= width;
        let code = (window >> bits) as usize & ((1 << width) - 1);
        window &= (1 << bits) - 1;
        match code {
            END => return Ok(size),
            CLEAR => {
                lengths.truncate(258);
                previous = None;
                continue;
            }
            _ => {}
        }
        let known = lengths.get(code).copied();
        let length = match (known, previous) {
            (Some(length), _) => length,
            (None, Some(previous)) => previous + 1,
            (None, None) => return Ok(size),
        };
        if let Some(previous) = previous.filter(|_| lengths.len() < 4096) {
            lengths.push(previous + 1);
        }
        previous = Some(length);
        size += length;
        if size > limit {
            return Err(TooLarge);
        }
    }
}

fn runs(bytes: &[u8]) -> u64 {
    let (mut at, mut size) = (0_usize, 0_u64);
    while let Some(length) = bytes.get(at) {
        match *length {
            128 => break,
            literal @ 0..128 => {
                size += u64::from(literal) + 1;
                at += usize::from(literal) + 2;
            }
            run => {
                size += 257 - u64::from(run);
                at += 2;
            }
        }
    }
    size
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = bytes
        .iter()
        .take_while(|byte| **byte != b'>')
        .filter_map(|byte| char::from(*byte).to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    let byte = |pair: &[u8]| match pair {
        [high, low] => high << 4 | low,
        [high] => high << 4,
        _ => 0,
    };
    digits.chunks(2).map(byte).collect()
}

fn ascii_85(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut group: Vec<u32> = Vec::with_capacity(5);
    let mut flush = |group: &mut Vec<u32>| {
        let given = group.len();
        group.resize(5, 84);
        let value = group.iter().fold(0_u32, |value, digit| {
            value.wrapping_mul(85).wrapping_add(*digit)
        });
        let bytes = value.to_be_bytes();
        decoded.extend_from_slice(bytes.get(..given.saturating_sub(1)).unwrap_or_default());
        group.clear();
    };
    for byte in bytes {
        match byte {
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            b'z' if group.is_empty() => group.extend([0; 5]),
            b'~' => break,
            _ => {}
        }
        if group.len() == 5 {
            flush(&mut group);
        }
    }
    if group.len() > 1 {
        flush(&mut group);
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_deflate_bomb_is_found() {
        let bomb = deflated(&vec![0; 5_000_000]);
        assert!(bomb.len() < 10_000);
        assert_eq!(
            size(&bomb, &[Filter::FlateDecode], 1_000_000),
            Err(TooLarge)
        );
        assert_eq!(
            size(&bomb, &[Filter::FlateDecode], 4_999_999),
            Err(TooLarge)
        );
        assert_eq!(
            size(&bomb, &[Filter::FlateDecode], 5_000_000),
            Ok(5_000_000)
        );
    }

    #[test]
    fn a_bomb_in_a_bomb_is_found() {
        let filters = [Filter::FlateDecode, Filter::FlateDecode];
        let bomb = deflated(&deflated(&vec![0; 50_000_000]));
        assert!(bomb.len() < 1_000);
        assert_eq!(size(&bomb, &filters, 10_000_000), Err(TooLarge));
    }

    #[test]
    fn a_bomb_spelled_in_ascii_is_found() {
        let bomb = deflated(&vec![0; 5_000_000]);
        let mut spelled: Vec<u8> = bomb
            .iter()
            .flat_map(|byte| format!("{byte:02x}").into_bytes())
            .collect();
        spelled.push(b'>');
        let filters = [Filter::AsciiHexDecode, Filter::FlateDecode];
        assert_eq!(size(&spelled, &filters, 1_000_000), Err(TooLarge));
        assert_eq!(ascii_85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
    }

    #[test]
    fn an_lzw_bomb_is_found() {
        // Codes for ever longer runs of one letter: letter, then each code as soon as it is known.
        let mut bits = Vec::new();
        let mut put = |code: usize, width: u32| {
            bits.extend((0..width).rev().map(|bit| code >> bit & 1 == 1));
        };
        for _ in 0..200 {
            put(256, 9);
            let mut known = 258;
            put(0, 9);
            while known < 4095 {
                let width = match known {
                    0..511 => 9,
                    511..1023 => 10,
                    1023..2047 => 11,
                    _ => 12,
                };
                put(known, width);
                known += 1;
            }
        }
        let bytes: Vec<u8> = bits
            .chunks(8)
            .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
            .collect();
        assert_eq!(
            size(&bytes, &[Filter::LzwDecode], 20_000_000),
            Err(TooLarge)
        );
        assert!(size(&bytes, &[Filter::LzwDecode], 10_000_000_000).is_ok());
    }

    #[test]
    fn run_lengths_are_added_up() {
        assert_eq!(runs(&[2, 7, 7, 7, 255, 9, 129, 9, 128, 0]), 3 + 2 + 128);
    }
}
