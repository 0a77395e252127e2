//! What every scanned or photographed page goes through after decoding: even light, level lines.

use crate::page::Page;
use crate::{illumination, skew};
use docexam_domain::{Rect, Word};

/// The page evenly lit and level; its text layer, if it has one, turns with it.
pub(crate) fn scanned(mut page: Page) -> Page {
    if let Some(evened) = illumination::evened(&page.image) {
        page.image = evened;
    }
    let Some(degrees) = skew::estimated(&page.image) else {
        return page;
    };
    page.image = skew::straightened(&page.image, degrees);
    page.placement.straightened_degrees = degrees;
    let size = (page.image.width() as f32, page.image.height() as f32);
    page.text_layer = page.text_layer.map(|words| {
        let level = |word: Word| Word {
            bbox: level_rect(&word.bbox, degrees, size),
            ..word
        };
        words.into_iter().map(level).collect()
    });
    page
}

/// A box turned clockwise about the page's centre with the page. The box around the turned corners
/// would grow; a box of the same size around the turned centre fits a word that is now level.
fn level_rect(rect: &Rect, degrees: f32, (width, height): (f32, f32)) -> Rect {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let [x, y] = rect.centre();
    let (dx, dy) = ((x - 0.5) * width, (y - 0.5) * height);
    let (x, y) = (
        (dx * cos - dy * sin) / width + 0.5,
        (dx * sin + dy * cos) / height + 0.5,
    );
    let (half_width, half_height) = (rect.width() / 2.0, rect.height() / 2.0);
    let inside = |value: f32| value.clamp(0.0, 1.0);
    Rect::new(
        inside(x - half_width),
        inside(y - half_height),
        inside(x + half_width),
        inside(y + half_height),
    )
}
