//! TIFF files: every page, every usual compression, and what is left of a truncated one.

use crate::made::{found_mark, scan, shared};
use docexam_intake::{Limits, open};
use image::GrayImage;
use std::io::Cursor;
use tiff::encoder::colortype::{Gray8, RGB8};
use tiff::encoder::{Compression, DeflateLevel, Rational, TiffEncoder};
use tiff::tags::{ResolutionUnit, Tag};

fn tiff_of(pages: &[GrayImage], compression: Compression) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes)
        .unwrap()
        .with_compression(compression);
    for page in pages {
        let mut image = encoder
            .new_image::<Gray8>(page.width(), page.height())
            .unwrap();
        image.resolution(ResolutionUnit::Inch, Rational { n: 150, d: 1 });
        image.write_data(page.as_raw()).unwrap();
    }
    bytes.into_inner()
}

/// A classic little-endian TIFF of one strip: tag, type (3 short, 4 long) and value of each entry.
fn tiff_by_hand(entries: &[(u16, u16, u32)], strip: &[u8]) -> Vec<u8> {
    let mut entries = entries.to_vec();
    let directory = 8 + strip.len() as u32 + strip.len() as u32 % 2;
    entries.extend([(273, 4, 8), (279, 4, strip.len() as u32)]);
    entries.sort_unstable();
    let mut file = b"II*\0".to_vec();
    file.extend(directory.to_le_bytes());
    file.extend(strip);
    file.resize(directory as usize, 0);
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1_u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend(0_u32.to_le_bytes());
    file
}

#[test]
fn every_page_is_read_under_every_compression() {
    let pages = [0.0, 2.0, -3.0].map(|degrees| scan(1240, 1754, degrees).0);
    for compression in [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Packbits,
        Compression::Deflate(DeflateLevel::Balanced),
    ] {
        let file = open(
            "fax.tif",
            shared(tiff_of(&pages, compression)),
            &Limits::default(),
        );
        let file = file.unwrap();
        assert_eq!(file.page_count(), 3);
        for (number, degrees) in [(3, -3.0), (1, 0.0), (2, 2.0)] {
            let page = file.page(number).unwrap();
            assert_eq!(page.number, number);
            assert!((page.placement.straightened_degrees + degrees).abs() <= 0.15);
            assert!((page.dpi - 150.0).abs() < 0.5, "{} dpi", page.dpi);
            found_mark(&page.image);
        }
    }
}

#[test]
fn colours_become_grey() {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    let red = [200, 0, 0].repeat(40 * 30);
    encoder.write_image::<RGB8>(40, 30, &red).unwrap();
    let file = open("red.tif", shared(bytes.into_inner()), &Limits::default()).unwrap();
    let grey = file.page(1).unwrap().image.get_pixel(20, 15).0[0];
    assert!((40..70).contains(&grey), "{grey}");
    assert_eq!(
        file.displayed_image(1, 100).unwrap().get_pixel(3, 3).0,
        [200, 0, 0]
    );
}

#[test]
fn one_bit_pixels_are_read_in_both_polarities() {
    // 16 x 2 pixels: the left half set, the right half not.
    let strip = [0xff, 0x00, 0xff, 0x00];
    for (photometric, left) in [(0, 0), (1, 255)] {
        let entries = [
            (256, 3, 16),
            (257, 3, 2),
            (258, 3, 1),
            (259, 3, 1),
            (262, 3, photometric),
        ];
        let file = open(
            "bit.tif",
            shared(tiff_by_hand(&entries, &strip)),
            &Limits::default(),
        );
        let page = file.unwrap().page(1).unwrap();
        assert_eq!(page.image.dimensions(), (16, 2));
        assert_eq!(page.image.get_pixel(3, 1).0[0], left);
        assert_eq!(page.image.get_pixel(12, 1).0[0], 255 - left);
    }
}

#[test]
fn a_palette_is_looked_up() {
    // A colour map of two entries lies in the strip, behind one byte of pixels.
    let mut strip = vec![0b0101_0000, 0];
    for value in [0_u16, 65_535, 0, 65_535, 0, 0] {
        strip.extend(value.to_le_bytes());
    }
    let mut file = tiff_by_hand(
        &[
            (256, 3, 4),
            (257, 3, 1),
            (258, 3, 1),
            (262, 3, 3),
            (320, 3, 0),
        ],
        &strip,
    );
    // The map's entry: six shorts at offset 10.
    let entry = file
        .windows(4)
        .position(|bytes| bytes == [0x40, 1, 3, 0])
        .unwrap();
    file[entry + 4] = 6;
    file[entry + 8] = 10;
    let file = open("palette.tif", shared(file), &Limits::default()).unwrap();
    let image = file.displayed_image(1, 100).unwrap();
    assert_eq!(image.get_pixel(0, 0).0, [0, 0, 0]);
    assert_eq!(image.get_pixel(1, 0).0, [255, 255, 0]);
}

#[test]
fn faxes_of_group_3_and_group_4_are_read() {
    // Group 4: a white row is one `V0` (1), and a row with black pixels 4..8 of 16 is horizontal
    // mode (001), white 4 (1011), black 4 (011), then `V0`; the last row repeats it by two `V0` and
    // one more for its end.
    let group_4 = bits("1 001 1011 011 1 111 000000000001 000000000001");
    // Group 3: end of line, then runs: white 16 (101010); white 4, black 4, white 8 (10011), twice.
    let eol = "000000000001";
    let row = "1011 011 10011";
    let group_3 = bits(&format!("{eol} 101010 {eol} {row} {eol} {row}"));
    for (compression, strip) in [(4, group_4), (3, group_3)] {
        let entries = [
            (256, 3, 16),
            (257, 3, 3),
            (258, 3, 1),
            (259, 3, compression),
            (262, 3, 0),
        ];
        let file = open(
            "fax.tif",
            shared(tiff_by_hand(&entries, &strip)),
            &Limits::default(),
        );
        let image = file.unwrap().page(1).unwrap().image;
        let row = |y: u32| {
            (0..16)
                .map(|x| image.get_pixel(x, y).0[0] < 128)
                .collect::<Vec<_>>()
        };
        let bar: Vec<bool> = (0..16).map(|x| (4..8).contains(&x)).collect();
        assert_eq!(row(0), [false; 16], "compression {compression}");
        assert_eq!(row(1), bar, "compression {compression}");
        assert_eq!(row(2), bar, "compression {compression}");
    }
}

fn bits(text: &str) -> Vec<u8> {
    let bits: Vec<u8> = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|bit| bit - b'0')
        .collect();
    let byte = |bits: &[u8]| {
        bits.iter()
            .enumerate()
            .fold(0, |byte, (place, bit)| byte | bit << (7 - place))
    };
    bits.chunks(8).map(byte).collect()
}

#[test]
fn a_page_turned_by_its_orientation_tag_is_shown_turned() {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    let mut image = encoder.new_image::<Gray8>(40, 30).unwrap();
    image.encoder().write_tag(Tag::Orientation, 6_u16).unwrap();
    image.write_data(&vec![255; 40 * 30]).unwrap();
    let file = open("side.tif", shared(bytes.into_inner()), &Limits::default()).unwrap();
    assert_eq!(file.page(1).unwrap().image.dimensions(), (30, 40));
}

#[test]
fn a_truncated_file_keeps_the_pages_before_the_cut() {
    let pages = [0.0, 2.0, -3.0].map(|degrees| scan(620, 877, degrees).0);
    let whole = tiff_of(&pages, Compression::Uncompressed);
    // Inside the third page's pixels: its directory, behind them, is gone.
    let cut = whole[..whole.len() - 200_000].to_vec();
    let file = open("cut.tif", shared(cut), &Limits::default()).unwrap();
    assert_eq!(file.page_count(), 3);
    assert!(file.page(1).is_ok());
    assert!(file.page(2).is_ok());
    let text = file.page(3).err().unwrap().to_string();
    assert!(
        text.starts_with("cut.tif page 3 cannot be decoded: "),
        "{text}"
    );
    let error = open("cut.tif", shared(whole[..100].to_vec()), &Limits::default())
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "cut.tif cannot be read: it is cut off before its first page"
    );
}

#[test]
fn sizes_are_checked_before_anything_is_decoded() {
    let side = |width, height| {
        let entries = [
            (256, 4, width),
            (257, 4, height),
            (258, 3, 1),
            (259, 3, 4),
            (262, 3, 0),
        ];
        let file = open(
            "wide.tif",
            shared(tiff_by_hand(&entries, &[0; 8])),
            &Limits::default(),
        );
        file.unwrap().page(1).err().unwrap().to_string()
    };
    assert_eq!(
        side(40_000, 40_000),
        "wide.tif page 1 is 40000 x 40000 px, limit 20000 px a side"
    );
    assert_eq!(
        side(15_000, 15_000),
        "wide.tif page 1 has 225.0 megapixels, limit 100"
    );
    assert_eq!(
        side(0, 10),
        "wide.tif page 1 cannot be decoded: it has no pixels"
    );
}

#[test]
fn a_chain_of_directories_that_bites_its_tail_ends() {
    let mut file = tiff_by_hand(
        &[(256, 3, 8), (257, 3, 1), (258, 3, 1), (262, 3, 1)],
        &[0xf0, 0],
    );
    let link = file.len() - 4;
    file[link] = 10;
    let file = open("ring.tif", shared(file), &Limits::default()).unwrap();
    assert_eq!(file.page_count(), 1);
    assert!(file.page(1).is_ok());
}
