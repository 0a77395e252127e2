//! Each look on one small printed page: truth under the ink, the same pixels for the same seed.

use super::*;
use image::{GrayImage, Rgb, RgbImage};
use rand::SeedableRng;

/// A4 at 200 dpi with a few black bars as words.
pub(super) fn bars() -> RenderedPage {
    let mut image = RgbImage::from_pixel(1654, 2339, Rgb([255, 255, 255]));
    let mut words = Vec::new();
    for (index, (x, y)) in [(300, 300), (900, 700), (500, 1200), (1100, 1700)]
        .into_iter()
        .enumerate()
    {
        for dy in 0..40 {
            for dx in 0..200 {
                image.put_pixel(x + dx, y + dy, Rgb([0, 0, 0]));
            }
        }
        let (left, top) = (x as f32 / 1654.0, y as f32 / 2339.0);
        words.push(TruthWord {
            text: "total".to_owned(),
            bbox: [left, top, left + 200.0 / 1654.0, top + 40.0 / 2339.0],
            line: index as u32,
            label: "total_amount".to_owned(),
            begins: true,
            starts_row: false,
        });
    }
    RenderedPage {
        image,
        dpi: 200.0,
        words,
        starts_document: true,
    }
}

fn looks(rng: &mut ChaCha8Rng) -> Vec<(&'static str, CaptureLook)> {
    vec![
        ("clean", CaptureLook::clean()),
        ("scanner", CaptureLook::office_scanner(rng)),
        ("photocopy", CaptureLook::photocopy(rng)),
        ("fax", CaptureLook::fax(rng)),
        ("phone", CaptureLook::phone(rng)),
        ("low", CaptureLook::low_resolution(rng)),
        ("jpeg", CaptureLook::jpeg_damaged(rng)),
        (
            "typewriter",
            CaptureLook {
                ink: Ink::Typewriter,
                ..CaptureLook::office_scanner(rng)
            },
        ),
        (
            "dotmatrix",
            CaptureLook {
                ink: Ink::DotMatrix,
                ..CaptureLook::office_scanner(rng)
            },
        ),
        (
            "turned",
            CaptureLook {
                quarter_turns: 1,
                ..CaptureLook::office_scanner(rng)
            },
        ),
    ]
}

#[test]
fn words_stay_under_their_boxes() {
    let page = bars();
    for seed in 0..3 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for (name, look) in looks(&mut rng) {
            let captured = capture(&page, &look, &mut rng);
            let grey = captured.image.to_luma8();
            for word in &page.words {
                let corners = captured.motion.captured_corners(word.bbox);
                let [x, y] = centre(&corners);
                let (x, y) = (x * grey.width() as f32, y * grey.height() as f32);
                // Two pixels at 200 dpi, wherever the resolution went.
                let near = 2.0 * captured.dpi / 200.0;
                let (ink_x, ink_y) = ink_centre(&grey, x, y, captured.dpi);
                let off = (ink_x - x).hypot(ink_y - y);
                assert!(
                    off < near.max(1.5),
                    "{name} {look:?}: {off} px from the ink"
                );
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_pixels() {
    let page = bars();
    for seed in 0..4 {
        let take = || {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let look = CaptureLook::any(&mut rng);
            capture(&page, &look, &mut rng).image
        };
        assert!(take() == take(), "seed {seed}");
    }
}

#[test]
fn a_signature_is_where_it_is_said_to_be() {
    let page = bars();
    for seed in 0..4 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let look = CaptureLook {
            signatures: 1,
            quarter_turns: (seed % 4) as u8,
            ..CaptureLook::clean()
        };
        let unsigned = CaptureLook {
            signatures: 0,
            ..look.clone()
        };
        let captured = capture(&page, &look, &mut rng);
        let [Polygon(corners)] = captured.signatures.as_slice() else {
            panic!("{:?}", captured.signatures)
        };
        let clean = capture(&page, &unsigned, &mut rng).image.to_luma8();
        let signed = captured.image.to_luma8();
        let (width, height) = (signed.width() as f32, signed.height() as f32);
        let inked: Vec<[f32; 2]> = signed
            .enumerate_pixels()
            .filter(|(x, y, pixel)| pixel.0[0].abs_diff(clean.get_pixel(*x, *y).0[0]) > 60)
            .map(|(x, y, _)| [x as f32 / width, y as f32 / height])
            .collect();
        let of_ink = around(&inked);
        let said = around(corners);
        for side in 0..4 {
            assert!(
                (of_ink[side] - said[side]).abs() < 0.01,
                "{of_ink:?} {said:?}"
            );
        }
    }
}

fn centre(corners: &[[f32; 2]; 4]) -> [f32; 2] {
    let sum = |axis: usize| corners.iter().map(|corner| corner[axis]).sum::<f32>() / 4.0;
    [sum(0), sum(1)]
}

/// Middle of the dark pixels in a window of a bar's size and a margin: darker than two thirds of
/// the paper there, all alike, because typewriters strike unevenly.
fn ink_centre(grey: &GrayImage, x: f32, y: f32, dpi: f32) -> (f32, f32) {
    let reach = 130.0 * dpi / 200.0;
    let columns = (x - reach).max(0.0) as u32..((x + reach) as u32).min(grey.width());
    let rows = (y - reach).max(0.0) as u32..((y + reach) as u32).min(grey.height());
    let window = || {
        rows.clone()
            .flat_map(|y| columns.clone().map(move |x| (x, y)))
    };
    let value = |(x, y): (u32, u32)| grey.get_pixel(x, y).0[0];
    let mut values: Vec<u8> = window().map(value).collect();
    values.sort_unstable();
    let limit = values[values.len() * 3 / 4] / 3 * 2;
    let dark: Vec<(u32, u32)> = window().filter(|&at| value(at) < limit).collect();
    let mean = |sum: f64| (sum / dark.len() as f64 + 0.5) as f32;
    let sum_x = dark.iter().map(|at| f64::from(at.0)).sum();
    let sum_y = dark.iter().map(|at| f64::from(at.1)).sum();
    (mean(sum_x), mean(sum_y))
}

/// Run by hand to look at the looks: writes one PNG a look and prints what it cost.
#[test]
#[ignore = "writes pictures for a person to look at"]
fn contact_sheet() {
    let page = match std::env::var("PAGE_PNG") {
        Ok(path) => {
            let image = image::open(path).expect("picture").to_rgb8();
            RenderedPage {
                dpi: image.width() as f32 / 8.27,
                image,
                words: bars().words,
                starts_document: true,
            }
        }
        Err(_) => bars(),
    };
    let folder = std::env::temp_dir().join("docexam-looks");
    std::fs::create_dir_all(&folder).expect("folder");
    for seed in 0..3 {
        let mut rng = ChaCha8Rng::seed_from_u64(100 + seed);
        for (name, look) in looks(&mut rng) {
            let look = CaptureLook {
                stamps: 2,
                signatures: 1,
                pen_marks: 2,
                punch_holes: seed == 1,
                colour: seed == 2,
                ..look
            };
            let start = cpu_ms();
            let captured = capture(&page, &look, &mut rng);
            println!(
                "{name} {seed}: {:.0} ms CPU, wear {:.2}",
                cpu_ms() - start,
                look.wear
            );
            captured
                .image
                .save(folder.join(format!("{name}-{seed}.png")))
                .expect("png");
        }
    }
}

/// CPU time of this thread so far; 0 where Linux's schedstat is missing.
fn cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text
        .split(' ')
        .next()
        .and_then(|first| first.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e6
}
