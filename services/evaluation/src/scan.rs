//! A document as if it had been printed and scanned: every page a grey picture, a little soft and grainy, kept
//! as a JPEG would keep it. Comes out as one TIFF file of the same pages, without a text layer.
//!
//! Deliberately absent: anything that makes a page hard to read (skew, shadows, stamps): the question here is what the
//! same document costs without its text layer. The corpus generator has the hard ones.

use crate::EvaluationError;
use docexam_intake::{Limits, OpenFile};
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, imageops};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::io::Cursor;
use std::sync::Arc;
use tiff::encoder::{Compression, DeflateLevel, Rational, TiffEncoder, colortype};
use tiff::tags::ResolutionUnit;

/// Softness of a scanner's optics, in pixels.
const BLUR_PX: f32 = 0.6;
/// Grain, in grey levels to either side.
const GRAIN: i16 = 6;
const JPEG_QUALITY: u8 = 80;
/// Paper is not pure white and print not pure black.
const DARKEST: f32 = 25.0;
const LIGHTEST: f32 = 245.0;

/// The pages of a file at `dpi`; the same file gives the same bytes.
pub fn scanned(
    name: &str,
    bytes: &Arc<[u8]>,
    dpi: u32,
    limits: &Limits,
) -> Result<Arc<[u8]>, EvaluationError> {
    let file = docexam_intake::open(name, bytes.clone(), limits)?;
    let broken = |page: u32, problem: String| EvaluationError::Scan {
        file: name.to_owned(),
        page,
        problem,
    };
    let mut scan = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut scan)
        .map_err(|error| broken(1, error.to_string()))?
        .with_compression(Compression::Deflate(DeflateLevel::Fast));
    for number in 1..=file.page_count() {
        let page = pictured(&file, number, dpi)?;
        let page =
            through_jpeg(&captured(page)).map_err(|error| broken(number, error.to_string()))?;
        append(&mut encoder, &page, dpi).map_err(|error| broken(number, error.to_string()))?;
    }
    Ok(scan.into_inner().into())
}

fn pictured(file: &OpenFile, number: u32, dpi: u32) -> Result<GrayImage, EvaluationError> {
    let page = file.page(number)?;
    let (width, height) = page.image.dimensions();
    let long_side_inches = width.max(height) as f32 / page.dpi;
    let long_side_px = (long_side_inches * dpi as f32).round() as u32;
    let picture = file.displayed_image(number, long_side_px)?;
    Ok(imageops::grayscale(&picture))
}

/// As a scanner sees it.
fn captured(page: GrayImage) -> GrayImage {
    let mut soft = imageops::blur(&page, BLUR_PX);
    let mut grain = ChaCha8Rng::seed_from_u64(1);
    let contrast = (LIGHTEST - DARKEST) / 255.0;
    for pixel in soft.iter_mut() {
        let grey = DARKEST + f32::from(*pixel) * contrast;
        let grain = f32::from(grain.random_range(-GRAIN..=GRAIN));
        *pixel = (grey + grain).clamp(0.0, 255.0) as u8;
    }
    soft
}

fn through_jpeg(page: &GrayImage) -> Result<GrayImage, image::ImageError> {
    let mut jpeg = Vec::new();
    page.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY))?;
    let kept = image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg)?;
    Ok(kept.into_luma8())
}

fn append(
    encoder: &mut TiffEncoder<&mut Cursor<Vec<u8>>>,
    page: &GrayImage,
    dpi: u32,
) -> Result<(), tiff::TiffError> {
    let mut picture = encoder.new_image::<colortype::Gray8>(page.width(), page.height())?;
    picture.resolution(ResolutionUnit::Inch, Rational { n: dpi, d: 1 });
    picture.write_data(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_becomes_a_grey_page_of_the_same_shape() {
        let mut white = image::RgbImage::from_pixel(400, 600, image::Rgb([255; 3]));
        for x in 100..300 {
            for y in 290..310 {
                white.put_pixel(x, y, image::Rgb([0; 3]));
            }
        }
        let mut png = Cursor::new(Vec::new());
        white
            .write_to(&mut png, image::ImageFormat::Png)
            .expect("encodes");
        let bytes: Arc<[u8]> = png.into_inner().into();
        let limits = Limits::default();
        let scan = scanned("a.png", &bytes, 100, &limits).expect("scanned");
        assert_eq!(
            scan,
            scanned("a.png", &bytes, 100, &limits).expect("scanned")
        );
        let file = docexam_intake::open("a.tif", scan, &limits).expect("a TIFF");
        assert_eq!(file.page_count(), 1);
        let page = file.page(1).expect("a page");
        let (width, height) = page.image.dimensions();
        assert!((width as f32 / height as f32 - 2.0 / 3.0).abs() < 0.01);
        assert!(page.text_layer.is_none());
        // The bar is dark, the paper light, neither fully.
        let middle = page.image.get_pixel(width / 2, height / 2).0[0];
        let corner = page.image.get_pixel(width / 10, height / 10).0[0];
        assert!(middle < 60 && corner > 200, "{middle} {corner}");
    }
}
