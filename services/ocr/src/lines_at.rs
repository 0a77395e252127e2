//! Lines of print as the line reader would get them for words at given places: what it is trained on.

use crate::engine::{Crop, ReadWord};
use crate::ink::Ink;
use crate::line_network::line_image;
use crate::places::places;
use crate::reader::{Sheet, sheet};
use docexam_domain::Rect;
use docexam_intake::Page;
use image::GrayImage;

pub struct LineImage {
    pub image: GrayImage,
    /// On the upright page.
    pub place: Rect,
}

/// One for each of the boxes, which lie on the upright page; absent where the print there is two lines.
pub fn lines_at(page: &Page, boxes: &[Rect]) -> Vec<Option<LineImage>> {
    let Sheet { image, .. } = sheet(&page.image, page.dpi, &Ink::of(&page.image));
    let ink = Ink::of(&image);
    let (width, height) = (image.width() as f32, image.height() as f32);
    let word = |(line, place): (usize, &Rect)| ReadWord {
        // Doubtful, so that it is no bound for its neighbours.
        text: "1".to_owned(),
        left: (place.x0 * width) as i32,
        top: (place.y0 * height) as i32,
        right: (place.x1 * width) as i32,
        bottom: (place.y1 * height) as i32,
        confidence: 0.0,
        line: line as u32,
    };
    let words: Vec<ReadWord> = boxes.iter().enumerate().map(word).collect();
    let on_page = |crop: Crop| {
        let (x, y) = (crop.left as f32 / width, crop.top as f32 / height);
        let (wide, high) = (crop.width as f32 / width, crop.height as f32 / height);
        Rect::new(x, y, x + wide, y + high)
    };
    let line = |at: usize| match places(&ink, &words, &(at..at + 1), image.dimensions())[..] {
        [crop] => Some(LineImage {
            image: line_image(&image, crop),
            place: on_page(crop),
        }),
        _ => None,
    };
    (0..words.len()).map(line).collect()
}
