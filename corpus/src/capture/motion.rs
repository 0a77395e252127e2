//! How capture moved the paper: lens (perspective), curl, skew, then whole quarter turns.
//!
//! Goes in: page and frame sizes and the angles of one capture. Comes out: a map from points of the
//! printed page to points of the captured image, and the warped pixels, from the same numbers: that
//! is what keeps the truth under the ink.
//! Deliberately absent: anything about light, ink or noise.

use crate::truth::TruthWord;
use image::GrayImage;
use imageproc::geometric_transformations::Projection;
use std::f32::consts::PI;

/// Distance of the points where the map is computed exactly; between them it is interpolated.
const MESH_PX: u32 = 16;

/// Where a point of the printed page lies on the captured image; both in [0, 1].
#[derive(Clone, Copy, Debug)]
pub struct Motion {
    paper_px: (f32, f32),
    frame_px: (f32, f32),
    /// Paper pixels to frame pixels, after the curl.
    projection: Projection,
    /// How far the middle of the paper rises above the flat, in paper pixels; 0 for flat paper.
    curl_px: f32,
    /// Clockwise quarter turns of the finished frame, 0 to 3.
    quarter_turns: u8,
}

impl Motion {
    /// Paper that stays where it is.
    pub fn still(width_px: u32, height_px: u32) -> Self {
        let size = (width_px as f32, height_px as f32);
        Self {
            paper_px: size,
            frame_px: size,
            projection: Projection::translate(0.0, 0.0),
            curl_px: 0.0,
            quarter_turns: 0,
        }
    }

    /// Paper laid crooked on the glass: turned clockwise about its centre, the frame stays as it is.
    pub fn skewed(width_px: u32, height_px: u32, degrees: f32, shift_px: (f32, f32)) -> Self {
        let (cx, cy) = (width_px as f32 / 2.0, height_px as f32 / 2.0);
        Self {
            projection: Projection::translate(cx + shift_px.0, cy + shift_px.1)
                * Projection::rotate(degrees.to_radians())
                * Projection::translate(-cx, -cy),
            ..Self::still(width_px, height_px)
        }
    }

    /// Paper seen by a camera: its corners (clockwise from top left) come to lie on these points of
    /// the frame, and it bulges by `curl_px`. `None` if the corners do not span a quadrilateral.
    pub fn photographed(
        paper_px: (u32, u32),
        frame_px: (u32, u32),
        corners: [(f32, f32); 4],
        curl_px: f32,
    ) -> Option<Self> {
        let (width, height) = (paper_px.0 as f32, paper_px.1 as f32);
        let paper = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
        Some(Self {
            paper_px: (width, height),
            frame_px: (frame_px.0 as f32, frame_px.1 as f32),
            projection: Projection::from_control_points(paper, corners)?,
            curl_px,
            quarter_turns: 0,
        })
    }

    pub fn turned(mut self, quarter_turns: u8) -> Self {
        self.quarter_turns = (self.quarter_turns + quarter_turns) % 4;
        self
    }

    /// Size of the frame before the quarter turns, in pixels.
    pub fn frame(&self) -> (u32, u32) {
        (self.frame_px.0 as u32, self.frame_px.1 as u32)
    }

    /// A point of the printed page on the captured image. May lie outside [0, 1].
    pub fn captured(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (x, y) = (x * self.paper_px.0, y * self.paper_px.1);
        let (x, y) = self.projection * (x, y - self.rise(x));
        let (x, y) = (x / self.frame_px.0, y / self.frame_px.1);
        match self.quarter_turns {
            1 => [1.0 - y, x],
            2 => [1.0 - x, 1.0 - y],
            3 => [y, 1.0 - x],
            _ => [x, y],
        }
    }

    /// The corners of a box of the printed page on the captured image, clockwise from its top left.
    pub fn captured_corners(&self, [x0, y0, x1, y1]: [f32; 4]) -> [[f32; 2]; 4] {
        [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(|corner| self.captured(corner))
    }

    /// The word where it lies now: its box is the smallest upright one around the moved corners.
    pub fn captured_word(&self, word: &TruthWord) -> TruthWord {
        let corners = self.captured_corners(word.bbox);
        TruthWord {
            bbox: around(&corners),
            ..word.clone()
        }
    }

    /// Draws the paper over `frame` (of the size of [`Motion::frame`]). Quarter turns are not done here.
    pub fn draw(&self, paper: &GrayImage, frame: &mut GrayImage) {
        let (width, height) = frame.dimensions();
        for top in (0..height).step_by(MESH_PX as usize) {
            for left in (0..width).step_by(MESH_PX as usize) {
                self.draw_tile(paper, frame, left, top);
            }
        }
    }

    /// One mesh tile: the source position is exact at its corners and linear in between.
    fn draw_tile(&self, paper: &GrayImage, frame: &mut GrayImage, left: u32, top: u32) {
        let (width, height) = frame.dimensions();
        let right = (left + MESH_PX).min(width);
        let bottom = (top + MESH_PX).min(height);
        let corner = |x: u32, y: u32| self.paper_position(x as f32 + 0.5, y as f32 + 0.5);
        let (near_left, near_right) = (corner(left, top), corner(left + MESH_PX, top));
        let (far_left, far_right) = (
            corner(left, top + MESH_PX),
            corner(left + MESH_PX, top + MESH_PX),
        );
        let (paper_width, paper_height) = (paper.width() as i32, paper.height() as i32);
        let pixels = paper.as_raw();
        for y in top..bottom {
            let down = (y - top) as f32 / MESH_PX as f32;
            let from = mix(near_left, far_left, down);
            let to = mix(near_right, far_right, down);
            // 16.16 fixed point: papers are smaller than 15,000 px a side.
            let step = (
                ((to.0 - from.0) * 65536.0 / MESH_PX as f32) as i32,
                ((to.1 - from.1) * 65536.0 / MESH_PX as f32) as i32,
            );
            let (mut sx, mut sy) = ((from.0 * 65536.0) as i32, (from.1 * 65536.0) as i32);
            let row = (y * width) as usize;
            let Some(out) = frame.get_mut(row + left as usize..row + right as usize) else {
                continue;
            };
            let columns = (right - left) as i32;
            let end = (sx + step.0 * (columns - 1), sy + step.1 * (columns - 1));
            let inside = |(x, y): (i32, i32)| {
                (0..paper_width - 1).contains(&(x >> 16))
                    && (0..paper_height - 1).contains(&(y >> 16))
            };
            // Positions are linear along the row: if both ends lie on the paper, so does the middle.
            let all_inside = inside((sx, sy)) && inside(end);
            for pixel in out {
                if all_inside || inside((sx, sy)) {
                    *pixel = sample(pixels, paper_width as usize, sx, sy);
                }
                sx += step.0;
                sy += step.1;
            }
        }
    }

    /// Index position (pixel centres at whole numbers) on the paper of a point of the frame,
    /// held within what fixed point can carry.
    fn paper_position(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = self.projection.invert() * (x, y);
        let y = y + self.rise(x);
        let hold = |value: f32| (value - 0.5).clamp(-15000.0, 15000.0);
        (hold(x), hold(y))
    }

    /// How much the curl lifts the paper at this column, in paper pixels.
    fn rise(&self, x: f32) -> f32 {
        self.curl_px * (PI * x / self.paper_px.0).sin()
    }
}

/// The smallest upright box around the points, x0 y0 x1 y1, clamped to the page.
pub fn around(points: &[[f32; 2]]) -> [f32; 4] {
    let mut bbox = [1.0f32, 1.0, 0.0, 0.0];
    for [x, y] in points {
        bbox[0] = bbox[0].min(x.clamp(0.0, 1.0));
        bbox[1] = bbox[1].min(y.clamp(0.0, 1.0));
        bbox[2] = bbox[2].max(x.clamp(0.0, 1.0));
        bbox[3] = bbox[3].max(y.clamp(0.0, 1.0));
    }
    bbox
}

/// Bilinear, at a 16.16 fixed-point position whose right and lower neighbours exist.
fn sample(pixels: &[u8], width: usize, sx: i32, sy: i32) -> u8 {
    let at = (sy >> 16) as usize * width + (sx >> 16) as usize;
    let (Some(upper), Some(lower)) = (
        pixels.get(at..at + 2),
        pixels.get(at + width..at + width + 2),
    ) else {
        return 255;
    };
    let (fx, fy) = (((sx >> 8) & 255) as u32, ((sy >> 8) & 255) as u32);
    let blend = |pair: &[u8]| u32::from(pair[0]) * (256 - fx) + u32::from(pair[1]) * fx;
    ((blend(upper) * (256 - fy) + blend(lower) * fy) >> 16) as u8
}

fn mix(a: (f32, f32), b: (f32, f32), share: f32) -> (f32, f32) {
    (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn ink_and_truth_move_together() {
        let box_px = [300.0, 500.0, 420.0, 530.0];
        let mut paper = GrayImage::from_pixel(827, 1170, Luma([255]));
        for y in 500..530 {
            for x in 300..420 {
                paper.put_pixel(x, y, Luma([0]));
            }
        }
        let corners = [(60.0, 40.0), (850.0, 90.0), (880.0, 1200.0), (20.0, 1150.0)];
        let motions = [
            Motion::still(827, 1170),
            Motion::skewed(827, 1170, -3.0, (4.0, -6.0)),
            Motion::photographed((827, 1170), (900, 1250), corners, 12.0).expect("corners"),
        ];
        for motion in motions {
            let (width, height) = motion.frame();
            let mut frame = GrayImage::from_pixel(width, height, Luma([255]));
            motion.draw(&paper, &mut frame);
            let found = ink_box(&frame);
            let bbox = [
                box_px[0] / 827.0,
                box_px[1] / 1170.0,
                box_px[2] / 827.0,
                box_px[3] / 1170.0,
            ];
            let expected = around(&motion.captured_corners(bbox));
            for (side, (found, expected)) in found.iter().zip(expected).enumerate() {
                let expected = expected * [width, height][side % 2] as f32;
                assert!(
                    (found - expected).abs() < 2.0,
                    "{motion:?}: side {side}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn quarter_turns_go_clockwise() {
        let motion = Motion::still(100, 200);
        assert_eq!(motion.turned(1).captured([0.0, 0.0]), [1.0, 0.0]);
        assert_eq!(motion.turned(2).captured([0.0, 0.0]), [1.0, 1.0]);
        assert_eq!(motion.turned(1).turned(2).captured([0.0, 0.0]), [0.0, 1.0]);
    }

    /// Box of all pixels darker than the middle.
    fn ink_box(image: &GrayImage) -> [f32; 4] {
        let mut found = [f32::MAX, f32::MAX, 0.0f32, 0.0f32];
        for (x, y, pixel) in image.enumerate_pixels() {
            if pixel.0[0] < 128 {
                let (x, y) = (x as f32, y as f32);
                found = [
                    found[0].min(x),
                    found[1].min(y),
                    found[2].max(x + 1.0),
                    found[3].max(y + 1.0),
                ];
            }
        }
        found
    }
}
