//! Even light for photographed pages.
//!
//! Goes in: grey pixels. Comes out: the same page as if its paper were equally bright everywhere,
//! or nothing where the light was even to begin with (scans, rendered pages).
//!
//! Method: the paper's brightness is measured in squares, each as bright as its brightest
//! neighbourhood (so that text and dark fields do not count as shadow), and divided out.

use image::GrayImage;

/// Squares along the long side of the page. Small enough for the shadow of a hand.
const SQUARES: u32 = 40;
/// The paper of a square is at least this bright: this share of its pixels is brighter.
const PAPER_SHARE: f32 = 0.15;
/// A square is lit as the page's brightest paper if it has at least this share of its brightness.
const SAME_LIGHT: f32 = 0.9;
/// Uneven is a page of whose paper less than this share is lit alike.
const EVEN_SHARE: f32 = 0.7;
/// The darkest light that is believed, of the brightest: darker is table top, not paper.
const DARKEST: f32 = 0.3;
/// Brightness of paper afterwards: not 255, so that paper keeps its grain.
const PAPER: f32 = 245.0;

/// The page in even light; `None` if it is lit evenly.
pub(crate) fn evened(image: &GrayImage) -> Option<GrayImage> {
    let light = Light::measured(image)?;
    light.is_uneven().then(|| light.divided_out(image))
}

/// The brightness of the paper, by squares, row by row.
struct Light {
    side_px: usize,
    columns: usize,
    rows: usize,
    squares: Vec<f32>,
    /// Of the brightest paper, outliers aside.
    brightest: f32,
}

impl Light {
    fn measured(image: &GrayImage) -> Option<Self> {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let side_px = (image.width().max(image.height()) / SQUARES) as usize;
        if side_px < 8 {
            return None;
        }
        let (columns, rows) = (width.div_ceil(side_px), height.div_ceil(side_px));
        let mut squares = vec![0.0; columns * rows];
        let mut counts = vec![[0_u32; 256]; columns];
        for (band, levels) in image
            .as_raw()
            .chunks(width * side_px)
            .zip(squares.chunks_exact_mut(columns))
        {
            counts.iter_mut().for_each(|count| count.fill(0));
            // Every other row is enough to know the paper.
            for row in band.chunks_exact(width).step_by(2) {
                for (count, square) in counts.iter_mut().zip(row.chunks(side_px)) {
                    for pixel in square {
                        count[usize::from(*pixel)] += 1;
                    }
                }
            }
            for (level, count) in levels.iter_mut().zip(&counts) {
                *level = f32::from(paper(count));
            }
        }
        let mut light = Self {
            side_px,
            columns,
            rows,
            squares,
            brightest: 0.0,
        };
        light.squares = light.over_neighbours(|values| values.fold(0.0, f32::max));
        let mut sorted = light.squares.clone();
        sorted.sort_by(f32::total_cmp);
        light.brightest = sorted.get(sorted.len() * 95 / 100).copied()?;
        Some(light)
    }

    /// A dark page (a negative, a photo without paper) has no light to even out.
    fn is_uneven(&self) -> bool {
        let alike = |square: &&f32| **square >= SAME_LIGHT * self.brightest;
        let share = self.squares.iter().filter(alike).count() as f32 / self.squares.len() as f32;
        self.brightest > 80.0 && share < EVEN_SHARE
    }

    fn divided_out(&self, image: &GrayImage) -> GrayImage {
        let smooth = Self {
            squares: self.over_neighbours(|values| {
                let (sum, count) =
                    values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
                sum / count
            }),
            ..*self
        };
        let darkest = self.brightest * DARKEST;
        let mut evened = image.clone();
        let width = image.width() as usize;
        let mut gains = vec![0.0; self.columns + 1];
        for (y, row) in evened.as_mut().chunks_exact_mut(width).enumerate() {
            // One interpolation down the page for each column of squares, one along for each pixel.
            for (column, gain) in gains.iter_mut().enumerate() {
                *gain = PAPER / smooth.at(column, y).max(darkest);
            }
            for (x, pixel) in row.iter_mut().enumerate() {
                let (left, part) = self.between(x, self.columns);
                let (Some(one), Some(other)) = (gains.get(left), gains.get(left + 1)) else {
                    continue;
                };
                let gain = one + (other - one) * part;
                *pixel = (f32::from(*pixel) * gain).min(255.0) as u8;
            }
        }
        evened
    }

    /// Light of a column of squares at row `y` of the page.
    fn at(&self, column: usize, y: usize) -> f32 {
        let column = column.min(self.columns - 1);
        let (above, part) = self.between(y, self.rows);
        let level = |row: usize| {
            let at = row.min(self.rows - 1) * self.columns + column;
            self.squares.get(at).copied().unwrap_or(PAPER)
        };
        level(above) + (level(above + 1) - level(above)) * part
    }

    /// The square whose centre lies before a pixel, and how far the pixel is towards the next.
    fn between(&self, px: usize, squares: usize) -> (usize, f32) {
        let place = (px as f32 + 0.5) / self.side_px as f32 - 0.5;
        let place = place.clamp(0.0, (squares - 1) as f32);
        (place as usize, place.fract())
    }

    /// Each square and its up to eight neighbours, boiled down to one value.
    fn over_neighbours(&self, value: impl Fn(&mut dyn Iterator<Item = f32>) -> f32) -> Vec<f32> {
        let around = |at: usize, most: usize| at.saturating_sub(1)..=(at + 1).min(most - 1);
        let mut values = Vec::with_capacity(self.squares.len());
        for row in 0..self.rows {
            for column in 0..self.columns {
                let mut neighbours = around(row, self.rows).flat_map(|row| {
                    around(column, self.columns)
                        .filter_map(move |column| self.squares.get(row * self.columns + column))
                        .copied()
                });
                values.push(value(&mut neighbours));
            }
        }
        values
    }
}

/// The brightness that `PAPER_SHARE` of the pixels exceed.
fn paper(counts: &[u32; 256]) -> u8 {
    let wanted = (counts.iter().sum::<u32>() as f32 * PAPER_SHARE) as u32;
    let mut brighter = 0;
    for (grey, count) in (0..=255_u8).zip(counts).rev() {
        brighter += count;
        if brighter > wanted {
            return grey;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A page of bars like words, under a light of this brightness at each place.
    fn page(light: impl Fn(f32, f32) -> f32) -> GrayImage {
        GrayImage::from_fn(1200, 1600, |x, y| {
            let ink = y % 40 < 12 && x % 50 < 35 && (100..1100).contains(&x);
            let reflected = if ink { 0.2 } else { 1.0 };
            let light = light(x as f32 / 1200.0, y as f32 / 1600.0);
            Luma([(reflected * light).clamp(0.0, 255.0) as u8])
        })
    }

    #[test]
    fn an_evenly_lit_page_is_left_alone() {
        assert!(evened(&page(|_, _| 250.0)).is_none());
        // A grey paper is even, too.
        assert!(evened(&page(|_, _| 170.0)).is_none());
    }

    #[test]
    fn a_dark_field_is_no_shadow() {
        let header = |_, y: f32| {
            if (0.1..0.25).contains(&y) {
                90.0
            } else {
                250.0
            }
        };
        assert!(evened(&page(header)).is_none());
    }

    #[test]
    fn a_shadow_over_half_the_page_is_lifted() {
        let shadow = |x: f32, y: f32| 240.0 - 150.0 * (0.6 * x + 0.4 * y);
        let evened = evened(&page(shadow)).expect("the light is uneven");
        // Paper and ink beside it, on lines from bright to dark.
        for line in [2, 10, 20, 30, 38] {
            for x in [50_u32, 1190] {
                let paper = evened.get_pixel(x, line * 40 + 20).0[0];
                assert!(paper > 225, "paper of {paper} at {x}, line {line}");
            }
            let ink = evened.get_pixel(1060, line * 40 + 6).0[0];
            assert!(ink < 80, "ink of {ink} on line {line}");
        }
    }

    /// Shows what is done to photos of one's own: `INTAKE_PHOTOS=DIR cargo test -p docexam-intake
    /// -- --ignored --nocapture light`; writes pairs of pictures beside DIR, named `.before.png`
    /// and `.after.png`.
    #[test]
    #[ignore = "needs photos to look at"]
    fn light_of_given_photos() {
        let folder = std::env::var("INTAKE_PHOTOS").expect("INTAKE_PHOTOS names a folder");
        let out = std::path::PathBuf::from(format!("{folder}.lit"));
        std::fs::create_dir_all(&out).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(photo) = image::open(&path) else {
                continue;
            };
            let photo = crate::raster::fitted(crate::raster::grey(photo), 3000);
            let Some(light) = Light::measured(&photo) else {
                continue;
            };
            let alike = |square: &&f32| **square >= SAME_LIGHT * light.brightest;
            let share =
                light.squares.iter().filter(alike).count() as f32 / light.squares.len() as f32;
            let started = std::time::Instant::now();
            let evened = evened(&photo);
            let ms = started.elapsed().as_secs_f32() * 1e3;
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            println!(
                "{name}: {share:.2} lit alike, evened: {}, {ms:.0} ms",
                evened.is_some()
            );
            if let Some(evened) = evened {
                photo.save(out.join(format!("{name}.before.png"))).unwrap();
                evened.save(out.join(format!("{name}.after.png"))).unwrap();
            }
        }
    }
}
