//! A decoded page, and its quarter turns. The page's raster, its placement and its text layer move
//! together, so that a box found on the upright page always points at the right place of the file.
//!
//! Deliberately absent: which turn a page needs (that takes reading the text: the reader decides).

use docexam_domain::{Placement, Rect, Word};
use image::{GrayImage, imageops};

/// One page, ready to be read.
#[derive(Clone, Debug)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Straightened; PDF `/Rotate` and EXIF orientation are applied. 0 is black.
    pub image: GrayImage,
    /// Pixels per inch of `image`; where the file does not say, as if the page were A4.
    pub dpi: f32,
    pub placement: Placement,
    /// The words a PDF page says it shows, on this same upright page, `confidence` 1, `line` in
    /// reading order. Contains invisible text too (an OCR layer over a scan, whose quality is that
    /// of the OCR that made it), so the reader decides whether to trust it. `None` where the page
    /// has no text, or where most glyphs do not say which letter they are.
    pub text_layer: Option<Vec<Word>>,
    /// Whether all or most of the text layer is invisible: somebody else's OCR of a scan.
    pub text_is_hidden: bool,
    /// Clockwise quarter turn after which the text layer reads from left to right; 0 without one.
    pub text_turn_degrees: u16,
}

impl Page {
    /// The page turned clockwise by 0, 90, 180 or 270 degrees; other angles leave it as it is.
    ///
    /// A quarter turn and the straightening before it commute, both being rotations about the
    /// centre: what the placement calls "turned, then straightened" describes the result exactly.
    pub fn turned(self, clockwise_degrees: u16) -> Self {
        let image = match clockwise_degrees {
            90 => imageops::rotate90(&self.image),
            180 => imageops::rotate180(&self.image),
            270 => imageops::rotate270(&self.image),
            _ => return self,
        };
        let turn_word = |word: Word| Word {
            bbox: turned_rect(&word.bbox, clockwise_degrees),
            ..word
        };
        let placement = Placement {
            turned_degrees: (self.placement.turned_degrees + clockwise_degrees) % 360,
            width_px: image.width(),
            height_px: image.height(),
            ..self.placement
        };
        Self {
            image,
            placement,
            text_layer: self
                .text_layer
                .map(|words| words.into_iter().map(turn_word).collect()),
            text_turn_degrees: (self.text_turn_degrees + 360 - clockwise_degrees) % 360,
            ..self
        }
    }
}

fn turned_rect(rect: &Rect, clockwise_degrees: u16) -> Rect {
    match clockwise_degrees {
        90 => Rect::new(1.0 - rect.y1, rect.x0, 1.0 - rect.y0, rect.x1),
        180 => Rect::new(1.0 - rect.x1, 1.0 - rect.y1, 1.0 - rect.x0, 1.0 - rect.y0),
        270 => Rect::new(rect.y0, 1.0 - rect.x1, rect.y1, 1.0 - rect.x0),
        _ => *rect,
    }
}
