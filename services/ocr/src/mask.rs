//! Where the ink is: one flag a pixel.

use image::GrayImage;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask {
    width: usize,
    height: usize,
    flags: Vec<bool>,
}

impl Mask {
    pub(crate) fn empty(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            flags: vec![false; width * height],
        }
    }

    /// Pixels as dark as `threshold`, or darker.
    pub(crate) fn of(image: &GrayImage, threshold: u8) -> Self {
        let (width, height) = image.dimensions();
        Self {
            width: width as usize,
            height: height as usize,
            flags: image
                .as_raw()
                .iter()
                .map(|grey| *grey <= threshold)
                .collect(),
        }
    }

    pub(crate) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Outside the page there is none.
    pub(crate) fn has(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.flags[y * self.width + x]
    }

    pub(crate) fn row(&self, y: usize) -> &[bool] {
        &self.flags[y * self.width..(y + 1) * self.width]
    }

    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [bool] {
        &mut self.flags[y * self.width..(y + 1) * self.width]
    }

    /// Rows become columns.
    pub(crate) fn transposed(&self) -> Self {
        let mut turned = Self::empty(self.height, self.width);
        for y in 0..self.height {
            for (x, flag) in self.row(y).iter().enumerate() {
                turned.flags[x * self.height + y] = *flag;
            }
        }
        turned
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (flag, more) in self.flags.iter_mut().zip(&other.flags) {
            *flag |= more;
        }
    }

    pub(crate) fn take_away(&mut self, other: &Self) {
        for (flag, gone) in self.flags.iter_mut().zip(&other.flags) {
            *flag &= !gone;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.flags.contains(&true)
    }

    /// The same as in `image`, where there is none; `grey` where there is.
    pub(crate) fn painted(&self, image: &GrayImage, grey: u8) -> GrayImage {
        let mut painted = image.clone();
        for (pixel, flag) in painted.iter_mut().zip(&self.flags) {
            if *flag {
                *pixel = grey;
            }
        }
        painted
    }
}
