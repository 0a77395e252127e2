//! Ink laid over print: masks of strokes and letters, and how a mask darkens the paper.
//!
//! Goes in: paths (from glyph outlines or curves). Comes out: ink on the sheet, multiplied with what
//! is printed below it, as real ink is.
//! Deliberately absent: what is drawn (`marks`).

use crate::capture::grain::Cloud;
use crate::capture::sheet::Sheet;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::sync::OnceLock;
use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Path, PathBuilder, Pixmap, Stroke, Transform};

/// A small drawing that is later laid on the sheet.
pub struct Drawing {
    mask: Pixmap,
}

impl Drawing {
    /// `None` if a side is 0.
    pub fn new(width_px: u32, height_px: u32) -> Option<Self> {
        Some(Self {
            mask: Pixmap::new(width_px, height_px)?,
        })
    }

    pub fn fill(&mut self, path: &Path, transform: Transform) {
        let paint = tiny_skia::Paint {
            anti_alias: true,
            ..Default::default()
        };
        let no_mask: Option<&Mask> = None;
        self.mask
            .fill_path(path, &paint, FillRule::Winding, transform, no_mask);
    }

    pub fn stroke(&mut self, path: &Path, width_px: f32, transform: Transform) {
        let paint = tiny_skia::Paint {
            anti_alias: true,
            ..Default::default()
        };
        let stroke = Stroke {
            width: width_px,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Default::default()
        };
        self.mask
            .stroke_path(path, &paint, &stroke, transform, None);
    }

    /// Lays the ink on the sheet with its top left corner there. `strength` is what a full stroke
    /// covers, in [0, 1]; `patchy` in [0, 1] lets paper shine through in clouds.
    pub fn ink(
        &self,
        sheet: &mut Sheet,
        (left, top): (i32, i32),
        colour: [u8; 3],
        strength: f32,
        patchy: f32,
        rng: &mut ChaCha8Rng,
    ) {
        let (width, height) = (self.mask.width(), self.mask.height());
        let cloud = Cloud::new(width as usize / 12, height as usize / 12, rng);
        let (sheet_width, sheet_height) = sheet.size();
        for y in 0..height {
            let cloud = cloud.row(y, width, height);
            for x in 0..width {
                let covered = self.mask.pixel(x, y).map_or(0, |pixel| pixel.alpha());
                let (at_x, at_y) = (left + x as i32, top + y as i32);
                let inside = (0..sheet_width as i32).contains(&at_x)
                    && (0..sheet_height as i32).contains(&at_y);
                if covered == 0 || !inside {
                    continue;
                }
                let worn =
                    1.0 - patchy * (0.5 + 0.5 * cloud[x as usize] + rng.random_range(-0.3..0.3));
                let share = f32::from(covered) / 255.0 * strength * worn.clamp(0.0, 1.0);
                for index in 0..sheet.planes.len() {
                    let ink = f32::from(sheet.component(index, colour)) / 255.0;
                    let pixel = sheet.planes[index].get_pixel_mut(at_x as u32, at_y as u32);
                    pixel.0[0] = (f32::from(pixel.0[0]) * (1.0 - share * (1.0 - ink))) as u8;
                }
            }
        }
    }
}

/// The letters of a text, each as a path in units of the font size with the baseline at y = 0,
/// and how far each advances. Letters that the font lacks are left out.
pub fn letters(text: &str, bold: bool) -> Vec<(Option<Path>, f32)> {
    let Some(face) = face(bold) else {
        return Vec::new();
    };
    let unit = 1.0 / f32::from(face.units_per_em());
    text.chars()
        .filter_map(|letter| {
            let glyph = face.glyph_index(letter)?;
            let mut outline = Outline {
                path: PathBuilder::new(),
                unit,
            };
            face.outline_glyph(glyph, &mut outline);
            let advance = f32::from(face.glyph_hor_advance(glyph)?) * unit;
            Some((outline.path.finish(), advance))
        })
        .collect()
}

/// A serif and a bold face out of the fonts that Typst brings.
fn face(bold: bool) -> Option<&'static ttf_parser::Face<'static>> {
    static FACES: OnceLock<Vec<ttf_parser::Face<'static>>> = OnceLock::new();
    let faces = FACES.get_or_init(|| {
        let faces = typst_assets::fonts().filter_map(|data| ttf_parser::Face::parse(data, 0).ok());
        faces
            .filter(|face| !face.is_italic() && face.tables().math.is_none())
            .collect()
    });
    faces.iter().find(|face| face.is_bold() == bold)
}

struct Outline {
    path: PathBuilder,
    /// Font units to parts of the font size.
    unit: f32,
}

impl ttf_parser::OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(x * self.unit, -y * self.unit);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(x * self.unit, -y * self.unit);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let u = self.unit;
        self.path.quad_to(x1 * u, -y1 * u, x * u, -y * u);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let u = self.unit;
        self.path
            .cubic_to(x1 * u, -y1 * u, x2 * u, -y2 * u, x * u, -y * u);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
