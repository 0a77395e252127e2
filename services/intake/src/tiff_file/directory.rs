//! The directories of a TIFF file: one for each page, chained from one to the next.
//!
//! Goes in: bytes. Comes out: where the pages' directories lie, and single values of one of them.
//! Deliberately absent: pixels. A chain that breaks off or bites its tail ends there; a link that
//! points past the end of the file counts as one page, which then cannot be decoded.

use std::collections::BTreeSet;

const NEW_SUBFILE_TYPE: u16 = 254;
/// Set in `NewSubfileType` for a small copy of another page.
const REDUCED: u64 = 1;
/// Values longer than this are no page of paper.
const MOST_VALUES: u64 = 100_000;

/// Byte order and offset width of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    pub(crate) big_endian: bool,
    pub(crate) big_tiff: bool,
}

/// One directory entry: type, number of values, and where they lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    kind: u16,
    count: u64,
    pub(crate) value_at: u64,
}

impl Format {
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let big_endian = match bytes.get(..2)? {
            b"II" => false,
            b"MM" => true,
            _ => return None,
        };
        let classic = Self {
            big_endian,
            big_tiff: false,
        };
        match classic.number(bytes, 2, 2)? {
            42 => Some(classic),
            43 => Some(Self {
                big_tiff: true,
                ..classic
            }),
            _ => None,
        }
    }

    /// Where the header says where the first directory lies, and how many bytes that takes.
    pub(crate) fn first_link(self) -> (u64, u64) {
        if self.big_tiff { (8, 8) } else { (4, 4) }
    }

    /// An unsigned number of 1, 2, 4 or 8 bytes.
    pub(crate) fn number(self, bytes: &[u8], at: u64, size: u64) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let digits = bytes.get(at..at.checked_add(size as usize)?)?;
        let append = |value: u64, digit: &u8| value << 8 | u64::from(*digit);
        Some(if self.big_endian {
            digits.iter().fold(0, append)
        } else {
            digits.iter().rev().fold(0, append)
        })
    }

    /// `number` as the bytes of an offset or short of this file.
    pub(crate) fn bytes_of(self, number: u64, size: u64) -> Vec<u8> {
        let mut bytes = number.to_le_bytes().to_vec();
        bytes.truncate(size as usize);
        if self.big_endian {
            bytes.reverse();
        }
        bytes
    }

    /// The directories of all pages, small copies left out; at most one more than `max_pages`.
    pub(crate) fn pages(self, bytes: &[u8], max_pages: u32) -> Vec<u64> {
        let (mut pages, mut seen) = (Vec::new(), BTreeSet::new());
        let (at, size) = self.first_link();
        let mut next = self.number(bytes, at, size).unwrap_or(0);
        while next != 0 && seen.insert(next) && pages.len() <= max_pages as usize {
            let copy = self.value(bytes, next, NEW_SUBFILE_TYPE).unwrap_or(0) & REDUCED != 0;
            if !copy || pages.is_empty() {
                pages.push(next);
            }
            next = self.next(bytes, next).unwrap_or(0);
        }
        pages
    }

    fn next(self, bytes: &[u8], directory: u64) -> Option<u64> {
        let (at, size) = self.next_link(bytes, directory)?;
        self.number(bytes, at, size)
    }

    /// Where a directory says where the next one lies, and how many bytes that takes.
    pub(crate) fn next_link(self, bytes: &[u8], directory: u64) -> Option<(u64, u64)> {
        let (first, count) = self.entries(bytes, directory)?;
        let (entry_size, link_size) = if self.big_tiff { (20, 8) } else { (12, 4) };
        let at = first.checked_add(count.checked_mul(entry_size)?)?;
        Some((at, link_size))
    }

    /// Where the entries of a directory begin, and how many there are.
    fn entries(self, bytes: &[u8], directory: u64) -> Option<(u64, u64)> {
        let size = if self.big_tiff { 8 } else { 2 };
        let count = self.number(bytes, directory, size)?;
        Some((directory.checked_add(size)?, count))
    }

    pub(crate) fn entry(self, bytes: &[u8], directory: u64, tag: u16) -> Option<Entry> {
        let (first, count) = self.entries(bytes, directory)?;
        let (entry_size, word) = if self.big_tiff { (20, 8) } else { (12, 4) };
        let at = (0..count.min(4096))
            .map(|index| first + index * entry_size)
            .find(|at| self.number(bytes, *at, 2) == Some(u64::from(tag)))?;
        let kind = self.number(bytes, at + 2, 2)? as u16;
        let count = self.number(bytes, at + 4, word)?;
        let inline = at + 4 + word;
        let fits = count.checked_mul(size_of(kind)?)? <= word;
        let value_at = if fits {
            inline
        } else {
            self.number(bytes, inline, word)?
        };
        Some(Entry {
            kind,
            count,
            value_at,
        })
    }

    /// The first value of an entry of whole numbers.
    pub(crate) fn value(self, bytes: &[u8], directory: u64, tag: u16) -> Option<u64> {
        let entry = self.entry(bytes, directory, tag)?;
        self.number(bytes, entry.value_at, size_of(entry.kind)?)
    }

    /// All values of an entry of whole numbers.
    pub(crate) fn values(self, bytes: &[u8], directory: u64, tag: u16) -> Option<Vec<u64>> {
        let entry = self.entry(bytes, directory, tag)?;
        let size = size_of(entry.kind)?;
        let numbers = 0..entry.count.min(MOST_VALUES);
        numbers
            .map(|index| self.number(bytes, entry.value_at.checked_add(index * size)?, size))
            .collect()
    }

    /// A rational value, such as a resolution.
    pub(crate) fn ratio(self, bytes: &[u8], directory: u64, tag: u16) -> Option<f32> {
        let entry = self.entry(bytes, directory, tag)?;
        let above = self.number(bytes, entry.value_at, 4)? as f32;
        let below = self.number(bytes, entry.value_at.checked_add(4)?, 4)? as f32;
        (below > 0.0).then_some(above / below)
    }
}

/// Bytes that a value of a TIFF type takes.
fn size_of(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16..=18 => Some(8),
        _ => None,
    }
}
