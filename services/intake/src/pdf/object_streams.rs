//! The object streams of a PDF file, measured before the file is parsed: parsing decodes them, and
//! keeps them.
//!
//! Goes in: the file's bytes. Comes out: that all object and cross-reference streams together stay
//! under the limit. Streams of pages are measured when their page is read.
//!
//! The file is searched, not parsed, so it finds streams whatever the cross-reference table says.

use super::inflated::{self, TooLarge};
use hayro::hayro_syntax::Filter;

/// Dictionaries of object streams are short; of more before the word `stream`, this much is looked at.
const LOOK_BACK: usize = 4096;

pub(crate) fn check(bytes: &[u8], limit: u64) -> Result<(), TooLarge> {
    // Enciphered streams cannot be measured from outside: what they could become counts instead.
    let encrypted = find(bytes, b"/Encrypt", 0).is_some();
    let (mut at, mut previous_end, mut left) = (0, 0, limit);
    while let Some(found) = find(bytes, b"stream", at) {
        at = found + b"stream".len();
        if bytes
            .get(..found)
            .is_some_and(|before| before.ends_with(b"end"))
        {
            previous_end = at;
            continue;
        }
        let from = previous_end.max(found.saturating_sub(LOOK_BACK));
        let dictionary = bytes.get(from..found).unwrap_or_default();
        let truncated = from > previous_end && found - from == LOOK_BACK;
        if !(truncated || holds_objects(dictionary)) {
            continue;
        }
        let start = at + line_end(bytes.get(at..).unwrap_or_default());
        let raw = bytes.get(start..).unwrap_or_default();
        let size = if encrypted {
            let end = find(raw, b"endstream", 0).unwrap_or(raw.len());
            (end as u64).saturating_mul(8)
        } else {
            measured(raw, dictionary, left)?
        };
        // Only streams named as such are kept by the parser, and add up.
        if find(dictionary, b"ObjStm", 0).is_some() {
            left = left.checked_sub(size).ok_or(TooLarge)?;
        }
    }
    Ok(())
}

/// Whether the parser could take the stream for one of objects (`/First`) or of cross-references
/// (`/W`); a `#` may spell either.
fn holds_objects(dictionary: &[u8]) -> bool {
    let names = [
        b"/First".as_slice(),
        b"/W ",
        b"/W[",
        b"/W\r",
        b"/W\n",
        b"ObjStm",
        b"XRef",
        b"#",
    ];
    names.iter().any(|name| find(dictionary, name, 0).is_some())
}

fn measured(raw: &[u8], dictionary: &[u8], limit: u64) -> Result<u64, TooLarge> {
    let count = |name: &[u8]| {
        let mut at = 0;
        std::iter::from_fn(|| {
            let found = find(dictionary, name, at)?;
            at = found + name.len();
            Some(found)
        })
        .count()
    };
    let flates = count(b"/Fl");
    let end = || find(raw, b"endstream", 0).unwrap_or(raw.len());
    if count(b"/LZW") > 0 {
        return inflated::size(raw.get(..end()).unwrap_or(raw), &[Filter::LzwDecode], limit);
    }
    if count(b"/A85") + count(b"/ASCII") + count(b"/AHx") > 0 {
        let text = raw.get(..end()).unwrap_or(raw);
        let hex = inflated::size(text, &[Filter::AsciiHexDecode, Filter::FlateDecode], limit)?;
        let base = inflated::size(text, &[Filter::Ascii85Decode, Filter::FlateDecode], limit)?;
        return Ok(hex.max(base));
    }
    inflated::size(raw, &vec![Filter::FlateDecode; flates.clamp(1, 8)], limit)
}

/// Bytes of the line break after the word `stream`.
fn line_end(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| byte == first)?;
        if bytes.get(at + 1..)?.starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
}
