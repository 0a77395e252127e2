//! How far a scanned page lies askew, and the page made level.
//!
//! Goes in: grey pixels. Comes out: the clockwise rotation that makes the text lines level, in
//! degrees, or `None` where the page does not say clearly; and the rotated page, of the same size.
//!
//! Method: seen along the right angle, the edges of text lines and rules fall into few rows of the
//! page, so that their counts by row differ most. Both directions are looked at, because a page may
//! lie on its side. Deliberately absent: quarter turns; those need reading.

use image::{GrayImage, Luma};

/// Feeders and hands skew paper by less; more is a page laid down on purpose.
const MOST_DEGREES: f32 = 15.0;
/// Less than this does not disturb reading, and rotating blurs a little.
const LEAST_DEGREES: f32 = 0.2;
/// Long side of the copy that is measured: 0.1 degrees still move its far edge by about 2 px.
const MEASURED_SIDE_PX: u32 = 1200;
/// Shadows and black bars at the border follow the glass, not the paper.
const BORDER_SHARE: f32 = 0.03;
/// Edges beyond this number are thinned out evenly: it bounds the cost.
const MOST_EDGES: usize = 40_000;
/// Fewer edges are specks, not text.
const FEWEST_EDGES: usize = 150;
/// How much the best angle must stand out from the typical one.
const LEAST_CONTRAST: f32 = 1.35;

/// The clockwise rotation that levels the page, in degrees.
pub(crate) fn estimated(image: &GrayImage) -> Option<f32> {
    let measured = reduced(image);
    let ink = otsu(&measured);
    let [level, upright] = edges(&measured, ink);
    let rows = Profile::new(level).and_then(|profile| profile.peak());
    // A column read upwards is a row: what runs down the page is turned onto its side.
    let columns = Profile::new(upright).and_then(|profile| profile.peak());
    let best = match (rows, columns) {
        (Some(rows), Some(columns)) if columns.contrast > rows.contrast => columns,
        (Some(rows), _) => rows,
        (None, columns) => columns?,
    };
    let clear = best.contrast >= LEAST_CONTRAST && best.degrees.abs() > LEAST_DEGREES;
    (clear && best.degrees.abs() < MOST_DEGREES).then_some(best.degrees)
}

/// The page turned clockwise about its centre, its size kept, white where nothing was.
pub(crate) fn straightened(image: &GrayImage, clockwise_degrees: f32) -> GrayImage {
    let (width, height) = image.dimensions();
    let (sin, cos) = clockwise_degrees.to_radians().sin_cos();
    let (centre_x, centre_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let mut level = GrayImage::from_pixel(width, height, Luma([255]));
    let source = image.as_raw();
    let stride = width as usize;
    for (y, row) in level.as_mut().chunks_exact_mut(stride).enumerate() {
        let dy = y as f32 + 0.5 - centre_y;
        for (x, pixel) in row.iter_mut().enumerate() {
            let dx = x as f32 + 0.5 - centre_x;
            // Where this pixel was before: turned back, from pixel centre to pixel centre.
            let from_x = dx * cos + dy * sin + centre_x - 0.5;
            let from_y = dy * cos - dx * sin + centre_y - 0.5;
            if from_x < 0.0 || from_y < 0.0 {
                continue;
            }
            let (left, top) = (from_x as usize, from_y as usize);
            if left + 1 >= stride || top + 1 >= height as usize {
                continue;
            }
            let (part_x, part_y) = (from_x - left as f32, from_y - top as f32);
            let at = top * stride + left;
            let Some([a, b]) = source.get(at..at + 2) else {
                continue;
            };
            let Some([c, d]) = source.get(at + stride..at + stride + 2) else {
                continue;
            };
            let [a, b, c, d] = [*a, *b, *c, *d].map(f32::from);
            let (upper, lower) = (a + (b - a) * part_x, c + (d - c) * part_x);
            *pixel = (upper + (lower - upper) * part_y + 0.5) as u8;
        }
    }
    level
}

/// A smaller copy: each pixel the mean of a square of the page.
fn reduced(image: &GrayImage) -> GrayImage {
    let long_side = image.width().max(image.height());
    let step = (long_side as f32 / MEASURED_SIDE_PX as f32)
        .round()
        .max(1.0) as u32;
    let (width, height) = (image.width() / step, image.height() / step);
    if step == 1 || width == 0 || height == 0 {
        return image.clone();
    }
    let source = image.as_raw();
    let (stride, step) = (image.width() as usize, step as usize);
    let mut sums = vec![0_u32; width as usize];
    let mut pixels = Vec::with_capacity((width * height) as usize);
    for band in source.chunks_exact(stride * step).take(height as usize) {
        sums.fill(0);
        for row in band.chunks_exact(stride) {
            for (sum, square) in sums.iter_mut().zip(row.chunks_exact(step)) {
                *sum += square.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
            }
        }
        let area = (step * step) as u32;
        pixels.extend(sums.iter().map(|sum| (sum / area) as u8));
    }
    GrayImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// The grey level that best parts ink from paper (Otsu's).
fn otsu(image: &GrayImage) -> u8 {
    let mut counts = [0_u32; 256];
    for pixel in image.as_raw() {
        counts[usize::from(*pixel)] += 1;
    }
    let total: f64 = image.as_raw().len() as f64;
    let sum: f64 = counts
        .iter()
        .zip(0..)
        .map(|(count, grey)| f64::from(*count) * f64::from(grey))
        .sum();
    let (mut below, mut sum_below) = (0.0, 0.0);
    let (mut best, mut threshold) = (0.0, 128);
    for (grey, count) in (0..=255_u8).zip(counts) {
        below += f64::from(count);
        sum_below += f64::from(count) * f64::from(grey);
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let apart = sum_below / below - (sum - sum_below) / above;
        let between = below * above * apart * apart;
        if between > best {
            (best, threshold) = (between, grey);
        }
    }
    threshold
}

/// An edge's place along the text line and across it, from the centre of the page.
type Edge = (f32, f32);

/// Lower edges of ink for level text, and right edges for text that runs down the page; the latter
/// turned by a quarter, so that both can be treated alike.
fn edges(image: &GrayImage, ink: u8) -> [Vec<Edge>; 2] {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let border_x = (width as f32 * BORDER_SHARE) as usize + 1;
    let border_y = (height as f32 * BORDER_SHARE) as usize + 1;
    let (centre_x, centre_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let source = image.as_raw();
    let (mut level, mut upright) = (Vec::new(), Vec::new());
    for y in border_y..height.saturating_sub(border_y) {
        let (Some(row), Some(next)) = (
            source.get(y * width..(y + 1) * width),
            source.get((y + 1) * width..(y + 2) * width),
        ) else {
            break;
        };
        let inner = border_x..width.saturating_sub(border_x);
        for x in inner {
            let (Some(here), Some(right), Some(below)) = (row.get(x), row.get(x + 1), next.get(x))
            else {
                break;
            };
            if *here > ink {
                continue;
            }
            let (across, down) = (x as f32 - centre_x, y as f32 - centre_y);
            if *below > ink {
                level.push((across, down));
            }
            if *right > ink {
                upright.push((down, -across));
            }
        }
    }
    [thinned(level), thinned(upright)]
}

fn thinned(edges: Vec<Edge>) -> Vec<Edge> {
    let step = edges.len().div_ceil(MOST_EDGES).max(1);
    edges.into_iter().step_by(step).collect()
}

/// Edges counted by row, for any assumed skew.
struct Profile {
    edges: Vec<Edge>,
    /// Rows on either side of the centre that an edge can fall into.
    reach: usize,
}

struct Peak {
    degrees: f32,
    /// The best angle's score over the median one.
    contrast: f32,
}

impl Profile {
    fn new(edges: Vec<Edge>) -> Option<Self> {
        if edges.len() < FEWEST_EDGES {
            return None;
        }
        let slope = MOST_DEGREES.to_radians().tan();
        let farthest = |(along, across): &Edge| across.abs() + along.abs() * slope;
        let reach = edges.iter().map(farthest).fold(0.0, f32::max) as usize + 2;
        Some(Self { edges, reach })
    }

    /// From coarse to fine: text lines stand out within about half a degree.
    fn peak(&self) -> Option<Peak> {
        let steps = (MOST_DEGREES * 2.0) as i32;
        let coarse: Vec<(f32, f32)> = (-steps..=steps)
            .map(|step| step as f32 * 0.5)
            .map(|degrees| (degrees, self.score(degrees, 2.0)))
            .collect();
        let best = highest(&coarse)?;
        let fine: Vec<(f32, f32)> = (-6..=6)
            .map(|step| best + step as f32 * 0.1)
            .map(|degrees| (degrees, self.score(degrees, 1.0)))
            .collect();
        let degrees = highest(&fine)?;
        let top = coarse.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        let mut scores: Vec<f32> = coarse.iter().map(|(_, score)| *score).collect();
        scores.sort_by(f32::total_cmp);
        let median = scores.get(scores.len() / 2).copied().unwrap_or(top);
        Some(Peak {
            degrees: (degrees * 10.0).round() / 10.0,
            contrast: top / median.max(1.0),
        })
    }

    /// How much neighbouring rows of `row_px` differ if the page is turned clockwise by `degrees`.
    fn score(&self, degrees: f32, row_px: f32) -> f32 {
        let slope = degrees.to_radians().tan();
        let rows = (self.reach as f32 * 2.0 / row_px) as usize + 2;
        let mut counts = vec![0_u32; rows];
        for (along, across) in &self.edges {
            let row = (across + along * slope + self.reach as f32) / row_px;
            if let Some(count) = counts.get_mut(row as usize) {
                *count += 1;
            }
        }
        let difference = |pair: &[u32]| match pair {
            [one, other] => (*one as f32 - *other as f32).powi(2),
            _ => 0.0,
        };
        counts.windows(2).map(difference).sum()
    }
}

fn highest(scores: &[(f32, f32)]) -> Option<f32> {
    let best = scores
        .iter()
        .max_by(|one, other| one.1.total_cmp(&other.1))?;
    Some(best.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_text_is_left_alone() {
        assert_eq!(
            estimated(&GrayImage::from_pixel(1240, 1754, Luma([255]))),
            None
        );
        // Specks everywhere, by a simple congruential sequence.
        let mut state = 1_u32;
        let specks = GrayImage::from_fn(1240, 1754, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Luma([if state >> 24 < 12 { 0 } else { 255 }])
        });
        assert_eq!(estimated(&specks), None);
        assert_eq!(estimated(&GrayImage::from_pixel(1, 1, Luma([0]))), None);
    }

    /// Measures the estimate on pages of one's own: `INTAKE_PAGES=DIR cargo test -p docexam-intake
    /// -- --ignored --nocapture skew`, with grey PNG files of pages in DIR.
    #[test]
    #[ignore = "needs pages to measure on"]
    fn skew_of_given_pages() {
        let folder = std::env::var("INTAKE_PAGES").expect("INTAKE_PAGES names a folder of pages");
        let (mut errors, mut none, mut seconds) = (Vec::new(), 0, 0.0);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(page) = image::open(&path) else {
                continue;
            };
            let page = page.into_luma8();
            let own = estimated(&page).unwrap_or(0.0);
            for degrees in [-11.3_f32, -4.2, -1.6, -0.7, 0.5, 1.1, 2.7, 6.5, 13.0] {
                let crooked = straightened(&page, degrees);
                let started = std::time::Instant::now();
                let found = estimated(&crooked);
                seconds += started.elapsed().as_secs_f32();
                match found {
                    None => none += 1,
                    Some(found) => {
                        let error = (found + degrees - own).abs();
                        if error > 0.35 {
                            println!("{}: {degrees} found as {found}", path.display());
                        }
                        errors.push(error);
                    }
                }
            }
        }
        errors.sort_by(f32::total_cmp);
        let (all, wrong) = (
            errors.len(),
            errors.iter().filter(|error| **error > 0.35).count(),
        );
        println!("{all} estimates, {none} left alone, {wrong} off by more than 0.35 degrees");
        println!(
            "median error {:.2}, 95th percentile {:.2}, {:.1} ms each",
            errors[all / 2],
            errors[all * 95 / 100],
            seconds * 1e3 / (all + none) as f32
        );
    }
}
