//! The page while it is captured: one plane of grey, or three of colour, on which every step works
//! plane by plane.
//!
//! Goes in: the rendered picture. Comes out: the picture that a device would have written.

use crate::capture::motion::Motion;
use image::{DynamicImage, GrayImage, Luma, RgbImage, imageops};

#[derive(Clone)]
pub struct Sheet {
    /// One (grey) or three (red, green, blue), all of one size.
    pub planes: Vec<GrayImage>,
}

impl Sheet {
    pub fn new(picture: &RgbImage, colour: bool) -> Self {
        if !colour {
            let grey = picture.pixels().map(|pixel| luma(pixel.0)).collect();
            return Self {
                planes: plane(picture.dimensions(), grey).into_iter().collect(),
            };
        }
        let planes = (0..3).filter_map(|channel| {
            let values = picture.pixels().map(|pixel| pixel.0[channel]).collect();
            plane(picture.dimensions(), values)
        });
        Self {
            planes: planes.collect(),
        }
    }

    pub fn size(&self) -> (u32, u32) {
        self.planes
            .first()
            .map_or((0, 0), |plane| plane.dimensions())
    }

    /// The value that a colour has on plane `index`.
    pub fn component(&self, index: usize, colour: [u8; 3]) -> u8 {
        if self.planes.len() == 3 {
            colour[index.min(2)]
        } else {
            luma(colour)
        }
    }

    /// Every pixel through a table of 256 values.
    pub fn tone(&mut self, curve: impl Fn(f32) -> f32) {
        let table: [u8; 256] = std::array::from_fn(|value| to_byte(curve(value as f32)));
        for plane in &mut self.planes {
            for pixel in plane.iter_mut() {
                *pixel = table[*pixel as usize];
            }
        }
    }

    pub fn blur(&mut self, sigma_px: f32) {
        for plane in &mut self.planes {
            blur(plane, sigma_px);
        }
    }

    /// Shrinks or stretches to this size; what would be lost in shrinking is blurred before.
    pub fn resize(&mut self, (width, height): (u32, u32)) {
        let from = self.size();
        let coarser = (from.0 as f32 / width as f32).max(from.1 as f32 / height as f32);
        if coarser > 1.2 {
            self.blur(0.35 * coarser);
        }
        let (right, bottom) = (width as f32, height as f32);
        let corners = [(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)];
        let Some(motion) = Motion::photographed(from, (width, height), corners, 0.0) else {
            return;
        };
        for plane in &mut self.planes {
            let mut smaller = blank((width, height), 255);
            motion.draw(plane, &mut smaller);
            *plane = smaller;
        }
    }

    /// Every row twice.
    pub fn double_rows(&mut self) {
        let (width, height) = self.size();
        for plane in &mut self.planes {
            let rows = plane.chunks_exact(width.max(1) as usize);
            let doubled = rows.flat_map(|row| [row, row]).flatten().copied().collect();
            *plane = GrayImage::from_raw(width, height * 2, doubled).unwrap_or_default();
        }
    }

    pub fn turn(&mut self, quarter_turns: u8) {
        for plane in &mut self.planes {
            match quarter_turns {
                1 => *plane = imageops::rotate90(plane),
                2 => imageops::rotate180_in_place(plane),
                3 => *plane = imageops::rotate270(plane),
                _ => {}
            }
        }
    }

    pub fn into_image(mut self) -> DynamicImage {
        if self.planes.len() != 3 {
            return DynamicImage::ImageLuma8(self.planes.pop().unwrap_or_default());
        }
        let (width, height) = self.size();
        let mut picture = RgbImage::new(width, height);
        for (channel, plane) in self.planes.iter().enumerate() {
            for (pixel, value) in picture.pixels_mut().zip(plane.iter()) {
                pixel.0[channel] = *value;
            }
        }
        DynamicImage::ImageRgb8(picture)
    }
}

/// A blank plane.
pub fn blank((width, height): (u32, u32), value: u8) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([value]))
}

pub fn to_byte(value: f32) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

/// Gaussian blur by repeated 3-tap passes: a pass with side weight a adds 2a to the variance. Far
/// faster than a wide kernel for the small sigmas of scanners and lenses (up to about 3 px).
fn blur(plane: &mut GrayImage, sigma_px: f32) {
    let variance = sigma_px * sigma_px;
    // A side weight above 1/4 would sharpen some frequencies again.
    let passes = (variance / 0.5).ceil().max(1.0);
    let side = (variance / passes / 2.0 * 256.0) as u16;
    if side == 0 {
        return;
    }
    for _ in 0..passes as u32 {
        blur_once(plane, side);
    }
}

fn blur_once(plane: &mut GrayImage, side: u16) {
    let (width, height) = (plane.width() as usize, plane.height() as usize);
    if width < 3 || height < 3 {
        return;
    }
    let middle = 256 - 2 * side;
    let weigh = |a: u8, b: u8, c: u8| {
        ((u16::from(a) * side + u16::from(b) * middle + u16::from(c) * side + 128) >> 8) as u8
    };
    let source = plane.as_raw().clone();
    let mut across = source.clone();
    for (from, to) in source
        .chunks_exact(width)
        .zip(across.chunks_exact_mut(width))
    {
        for (window, out) in from.windows(3).zip(&mut to[1..]) {
            *out = weigh(window[0], window[1], window[2]);
        }
    }
    let rows: Vec<&[u8]> = across.chunks_exact(width).collect();
    for (trio, out) in rows.windows(3).zip(plane.chunks_exact_mut(width).skip(1)) {
        for (x, out) in out.iter_mut().enumerate() {
            *out = weigh(trio[0][x], trio[1][x], trio[2][x]);
        }
    }
}

fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 77 + u32::from(g) * 150 + u32::from(b) * 29) >> 8) as u8
}

fn plane((width, height): (u32, u32), values: Vec<u8>) -> Option<GrayImage> {
    GrayImage::from_raw(width, height, values)
}
