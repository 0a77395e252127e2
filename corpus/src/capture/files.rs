//! Captured pages as the files that devices write: scanned PDF, multi-page TIFF, JPEG photo, PNG.
//!
//! Goes in: captured pages. Comes out: bytes that any reader of these formats opens, with the
//! resolution in the place where the format keeps it.
//! Deliberately absent: born-digital PDF (the rendered document has it).

use crate::capture::CapturedPage;
use crate::error::CorpusError;
use fax::{Color, VecWriter, encoder::Encoder};
use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageEncoder};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};
use std::io::Cursor;
use tiff::encoder::{Compression, Rational, TiffEncoder, colortype};
use tiff::tags::{ResolutionUnit, Tag};

/// How pixels are packed inside a PDF or TIFF. Black-and-white pages may use any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// ITU-T T.6, "group 4": 1 bit a pixel, for pages of black and white only.
    Group4,
    /// 1 to 100. In TIFF it is not offered and gives deflate.
    Jpeg(u8),
    Deflate,
    /// In PDF it is not offered and gives deflate.
    Lzw,
}

impl Packing {
    /// What a scanner would take for this page.
    pub fn usual(page: &CapturedPage) -> Self {
        if page.bitonal {
            Self::Group4
        } else {
            Self::Jpeg(80)
        }
    }
}

/// One picture a page, the page as large as the paper was.
pub fn scanned_pdf(
    pages: &[CapturedPage],
    packing: fn(&CapturedPage) -> Packing,
) -> Result<Vec<u8>, CorpusError> {
    let mut pdf = Pdf::new();
    let (catalog, tree) = (Ref::new(1), Ref::new(2));
    let references = |index: usize| {
        let first = 3 + 3 * index as i32;
        (Ref::new(first), Ref::new(first + 1), Ref::new(first + 2))
    };
    pdf.catalog(catalog).pages(tree);
    let kids = (0..pages.len()).map(|index| references(index).0);
    pdf.pages(tree).kids(kids).count(pages.len() as i32);
    for (index, captured) in pages.iter().enumerate() {
        let (page_ref, content_ref, image_ref) = references(index);
        let points = |side: u32| side as f32 * 72.0 / captured.dpi;
        let (width, height) = (
            points(captured.image.width()),
            points(captured.image.height()),
        );
        let mut page = pdf.page(page_ref);
        page.media_box(Rect::new(0.0, 0.0, width, height))
            .parent(tree)
            .contents(content_ref);
        page.resources().x_objects().pair(Name(b"Scan"), image_ref);
        page.finish();
        let mut content = Content::new();
        content.save_state();
        content.transform([width, 0.0, 0.0, height, 0.0, 0.0]);
        content.x_object(Name(b"Scan")).restore_state();
        pdf.stream(content_ref, &content.finish());
        pdf_image(&mut pdf, image_ref, captured, packing(captured))?;
    }
    Ok(pdf.finish())
}

fn pdf_image(
    pdf: &mut Pdf,
    reference: Ref,
    page: &CapturedPage,
    packing: Packing,
) -> Result<(), CorpusError> {
    let (width, height) = (page.image.width() as i32, page.image.height() as i32);
    let (bytes, filter, bits) = match packing {
        Packing::Group4 => (group4(&page.image), Filter::CcittFaxDecode, 1),
        Packing::Jpeg(quality) => (jpeg(page, quality, None)?, Filter::DctDecode, 8),
        Packing::Deflate | Packing::Lzw => (deflate(page.image.as_bytes()), Filter::FlateDecode, 8),
    };
    let mut image = pdf.image_xobject(reference, &bytes);
    image.filter(filter);
    image.width(width).height(height).bits_per_component(bits);
    if packing == Packing::Group4 || !page.image.color().has_color() {
        image.color_space().device_gray();
    } else {
        image.color_space().device_rgb();
    }
    if packing == Packing::Group4 {
        let mut parameters = image.insert(Name(b"DecodeParms")).dict();
        parameters
            .pair(Name(b"K"), -1)
            .pair(Name(b"Columns"), width)
            .pair(Name(b"Rows"), height);
    }
    Ok(())
}

/// All pages in one TIFF.
pub fn tiff(
    pages: &[CapturedPage],
    packing: fn(&CapturedPage) -> Packing,
) -> Result<Vec<u8>, CorpusError> {
    let mut bytes = Cursor::new(Vec::new());
    for_tiff(&mut bytes, pages, packing).map_err(|problem| CorpusError::Encode {
        format: "tiff",
        problem: problem.to_string(),
    })?;
    Ok(bytes.into_inner())
}

fn for_tiff(
    bytes: &mut Cursor<Vec<u8>>,
    pages: &[CapturedPage],
    packing: fn(&CapturedPage) -> Packing,
) -> Result<(), tiff::TiffError> {
    let mut file = TiffEncoder::new(bytes)?;
    for page in pages {
        let (width, height) = (page.image.width(), page.image.height());
        let dpi = Rational {
            n: page.dpi.round() as u32,
            d: 1,
        };
        let compression = match packing(page) {
            Packing::Group4 => {
                write_group4(&mut file, page, dpi)?;
                continue;
            }
            Packing::Lzw => Compression::Lzw,
            Packing::Jpeg(_) | Packing::Deflate => Compression::Deflate(Default::default()),
        };
        file = file.with_compression(compression);
        match &page.image {
            DynamicImage::ImageLuma8(grey) => {
                let mut image = file.new_image::<colortype::Gray8>(width, height)?;
                image.resolution(ResolutionUnit::Inch, dpi);
                image.write_data(grey)?;
            }
            other => {
                let mut image = file.new_image::<colortype::RGB8>(width, height)?;
                image.resolution(ResolutionUnit::Inch, dpi);
                image.write_data(&other.to_rgb8())?;
            }
        }
    }
    Ok(())
}

/// One strip of group 4, as fax servers write; the tags by their TIFF 6.0 names.
fn write_group4(
    file: &mut TiffEncoder<&mut Cursor<Vec<u8>>>,
    page: &CapturedPage,
    dpi: Rational,
) -> Result<(), tiff::TiffError> {
    let packed = group4(&page.image);
    let mut directory = file.image_directory()?;
    let offset = directory.write_data(packed.as_slice())?;
    directory.write_tag(Tag::ImageWidth, page.image.width())?;
    directory.write_tag(Tag::ImageLength, page.image.height())?;
    directory.write_tag(Tag::BitsPerSample, 1u16)?;
    directory.write_tag(Tag::Compression, 4u16)?;
    // White is zero.
    directory.write_tag(Tag::PhotometricInterpretation, 0u16)?;
    directory.write_tag(Tag::StripOffsets, offset as u32)?;
    directory.write_tag(Tag::SamplesPerPixel, 1u16)?;
    directory.write_tag(Tag::RowsPerStrip, page.image.height())?;
    directory.write_tag(Tag::StripByteCounts, packed.len() as u32)?;
    directory.write_tag(Tag::XResolution, dpi.clone())?;
    directory.write_tag(Tag::YResolution, dpi)?;
    directory.write_tag(Tag::ResolutionUnit, 2u16)?;
    directory.finish()
}

/// A photo. With an EXIF `orientation` (1, 3, 6 or 8) the pixels are stored turned, as phones do, so
/// that a reader that respects the tag shows the page as it was captured.
pub fn jpeg(
    page: &CapturedPage,
    quality: u8,
    orientation: Option<u8>,
) -> Result<Vec<u8>, CorpusError> {
    let stored = match orientation {
        Some(3) => page.image.rotate180(),
        Some(6) => page.image.rotate270(),
        Some(8) => page.image.rotate90(),
        _ => page.image.clone(),
    };
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder.set_pixel_density(PixelDensity::dpi(page.dpi.round() as u16));
    if let Some(orientation) = orientation {
        let accepted = encoder.set_exif_metadata(exif(orientation));
        accepted.map_err(|problem| CorpusError::Encode {
            format: "jpeg",
            problem: problem.to_string(),
        })?;
    }
    stored
        .write_with_encoder(encoder)
        .map_err(|problem| CorpusError::Encode {
            format: "jpeg",
            problem: problem.to_string(),
        })?;
    Ok(bytes)
}

/// The shortest EXIF block: a little-endian TIFF header and one directory entry, tag 0x0112.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0, 0]);
    block
}

pub fn png(page: &CapturedPage) -> Result<Vec<u8>, CorpusError> {
    let mut bytes = Vec::new();
    page.image
        .write_with_encoder(PngEncoder::new(&mut bytes))
        .map_err(|problem| CorpusError::Encode {
            format: "png",
            problem: problem.to_string(),
        })?;
    Ok(bytes)
}

/// Everything darker than the middle is black. Sides above 65,535 px do not occur.
fn group4(image: &DynamicImage) -> Vec<u8> {
    let grey = image.to_luma8();
    let mut encoder = Encoder::new(VecWriter::new());
    for row in grey.rows() {
        let pels = row.map(|pixel| {
            if pixel.0[0] < 128 {
                Color::Black
            } else {
                Color::White
            }
        });
        // Writing to memory cannot fail.
        let _ = encoder.encode_line(pels, grey.width() as u16);
    }
    encoder.finish().map(VecWriter::finish).unwrap_or_default()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{CaptureLook, capture, tests::bars};
    use docexam_intake::{Limits, open};
    use image::GrayImage;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// A grey and a black-and-white capture.
    fn captures() -> Vec<CapturedPage> {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let bitonal = CaptureLook {
            bitonal: true,
            ..CaptureLook::office_scanner(&mut rng)
        };
        let grey = CaptureLook {
            bitonal: false,
            ..bitonal.clone()
        };
        [grey, bitonal]
            .iter()
            .map(|look| capture(&bars(), look, &mut rng))
            .collect()
    }

    /// Mean difference in grey levels.
    fn difference(a: &GrayImage, b: &GrayImage) -> f64 {
        assert_eq!(a.dimensions(), b.dimensions());
        let sum: u64 = a
            .iter()
            .zip(b.iter())
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        sum as f64 / a.len() as f64
    }

    #[test]
    fn intake_reads_scanned_pdfs_of_every_packing() {
        let captures = captures();
        let packings: [fn(&CapturedPage) -> Packing; 3] =
            [Packing::usual, |_| Packing::Deflate, |_| Packing::Jpeg(70)];
        for packing in packings {
            let bytes = scanned_pdf(&captures, packing).expect("written");
            let file = open("scan.pdf", bytes.into(), &Limits::default()).expect("opened");
            assert_eq!(file.page_count(), 2);
            for (number, captured) in (1..).zip(&captures) {
                let (width, height) = (captured.image.width(), captured.image.height());
                let shown = file
                    .displayed_image(number, width.max(height))
                    .expect("drawn");
                let shown = DynamicImage::ImageRgb8(shown).into_luma8();
                assert_eq!((shown.width(), shown.height()), (width, height));
                let off = difference(&shown, &captured.image.to_luma8());
                assert!(off < 6.0, "page {number}: {off} grey levels");
            }
        }
    }

    #[test]
    fn a_tiff_holds_all_pages_with_their_resolution() {
        let captures = captures();
        let packings: [fn(&CapturedPage) -> Packing; 3] =
            [Packing::usual, |_| Packing::Deflate, |_| Packing::Lzw];
        for packing in packings {
            let bytes = tiff(&captures, packing).expect("written");
            let mut decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).expect("opened");
            for (index, captured) in captures.iter().enumerate() {
                let size = decoder.dimensions().expect("size");
                assert_eq!(size, (captured.image.width(), captured.image.height()));
                let dpi = decoder.get_tag(Tag::XResolution).expect("resolution");
                assert_eq!(dpi.into_u32_vec().ok().map(|dpi| dpi[0]), Some(200));
                let pixels = decoder.read_image().expect("pixels");
                let tiff::decoder::DecodingResult::U8(pixels) = pixels else {
                    panic!("not bytes")
                };
                assert!(!pixels.is_empty());
                if packing(captured) != Packing::Group4 {
                    assert_eq!(pixels, captured.image.as_bytes());
                }
                assert_eq!(decoder.more_images(), index == 0);
                if index == 0 {
                    decoder.next_image().expect("second page");
                }
            }
        }
    }

    #[test]
    fn a_turned_photo_is_shown_as_it_was_taken() {
        let captured = &captures()[0];
        for orientation in [None, Some(1), Some(3), Some(6), Some(8)] {
            let bytes = jpeg(captured, 90, orientation).expect("written");
            let file = open("photo.jpg", bytes.into(), &Limits::default()).expect("opened");
            let shown = file.displayed_image(1, 2339).expect("drawn");
            let shown = DynamicImage::ImageRgb8(shown).into_luma8();
            let off = difference(&shown, &captured.image.to_luma8());
            assert!(off < 4.0, "orientation {orientation:?}: {off} grey levels");
        }
    }

    #[test]
    fn png_is_exact() {
        let captured = &captures()[1];
        let bytes = png(captured).expect("written");
        let decoded = image::load_from_memory(&bytes).expect("decoded");
        assert!(decoded.to_luma8() == captured.image.to_luma8());
    }
}
