//! Boxes of print in pixels, and what is asked of them: what they hold together, whether they stand on one line, what part
//! of the page is read for them.

use crate::engine::{Crop, ReadWord};
use crate::ink::Mark;

/// Box in pixels, right and bottom exclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Span {
    /// Around all words; absent without any.
    pub(crate) fn of(words: &[ReadWord]) -> Option<Self> {
        let spans = words.iter().map(Self::from);
        spans.reduce(|all, span| all.union(&span))
    }

    pub(crate) fn height(&self) -> i32 {
        self.bottom - self.top
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Whether half the lower one's height overlaps.
    pub(crate) fn shares_line(&self, other: &Self) -> bool {
        let overlap = self.bottom.min(other.bottom) - self.top.max(other.top);
        2 * overlap > self.height().min(other.height())
    }

    /// The part of an image of this size with a margin around the box, as far as the image reaches.
    pub(crate) fn with_margin(&self, margin: i32, size: (u32, u32)) -> Crop {
        let clipped = |pixels: i32, most: u32| (pixels.max(0) as u32).min(most);
        let left = clipped(self.left - margin, size.0);
        let top = clipped(self.top - margin, size.1);
        Crop {
            left,
            top,
            width: clipped(self.right + margin, size.0) - left,
            height: clipped(self.bottom + margin, size.1) - top,
        }
    }
}

impl From<&ReadWord> for Span {
    fn from(word: &ReadWord) -> Self {
        Self {
            left: word.left,
            top: word.top,
            right: word.right,
            bottom: word.bottom,
        }
    }
}

impl From<&Mark> for Span {
    fn from(mark: &Mark) -> Self {
        Self {
            left: mark.left as i32,
            top: mark.top as i32,
            right: mark.right as i32,
            bottom: mark.bottom as i32,
        }
    }
}
