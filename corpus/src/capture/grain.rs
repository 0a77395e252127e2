//! Randomness over a whole page, made cheap: fine grain (sensor noise, toner dust) from one table,
//! and slow clouds (uneven light, ink and paper) from a coarse grid.
//!
//! Goes in: a seeded generator. Comes out: values for a pixel row at a time.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Normally distributed grain. The table is read from another place in every row, so that no
/// pattern shows.
pub struct Grain {
    /// Standard deviation 16, so that whole numbers are fine enough.
    table: Vec<i16>,
}

/// Places where a row may begin; the table goes on for the longest row behind them.
const STARTS: usize = 65_536;
const LONGEST_ROW: usize = 32_768;

impl Grain {
    pub fn new(rng: &mut ChaCha8Rng) -> Self {
        // A sum of four uniform bytes is close to normal: deviation 147.8.
        let mut table: Vec<i16> = (0..STARTS)
            .map(|_| {
                let sum: i32 = rng
                    .random::<[u8; 4]>()
                    .iter()
                    .map(|&byte| i32::from(byte))
                    .sum();
                ((sum - 510) * 16 / 148) as i16
            })
            .collect();
        table.extend_from_within(..LONGEST_ROW);
        Self { table }
    }

    /// Grain for one row of `width` pixels, deviation 16; empty for rows that no page has.
    pub fn row(&self, width: usize, rng: &mut ChaCha8Rng) -> &[i16] {
        let start = rng.random_range(0..STARTS);
        self.table.get(start..start + width).unwrap_or_default()
    }
}

/// A field that changes slowly over the page, between -1 and 1.
pub struct Cloud {
    columns: usize,
    rows: usize,
    values: Vec<f32>,
}

impl Cloud {
    /// `columns` × `rows` independent values, blended in between; at least 2 × 2.
    pub fn new(columns: usize, rows: usize, rng: &mut ChaCha8Rng) -> Self {
        let (columns, rows) = (columns.max(2), rows.max(2));
        let values = (0..columns * rows)
            .map(|_| rng.random_range(-1.0..1.0))
            .collect();
        Self {
            columns,
            rows,
            values,
        }
    }

    /// The values of all rows of an image of this size, kept for a band of rows at a time.
    pub fn over(&self, width: u32, height: u32) -> Rows<'_> {
        Rows {
            cloud: self,
            width,
            height,
            band: u32::MAX,
            values: Vec::new(),
        }
    }

    /// The values along row `y` of an image of this size.
    pub fn row(&self, y: u32, width: u32, height: u32) -> Vec<f32> {
        let down = y as f32 / height as f32 * (self.rows - 1) as f32;
        let upper = (down as usize).min(self.rows - 2);
        let blend = smooth(down - upper as f32);
        let nodes: Vec<f32> = (0..self.columns)
            .map(|column| {
                let above = self.values[upper * self.columns + column];
                let below = self.values[(upper + 1) * self.columns + column];
                above + (below - above) * blend
            })
            .collect();
        let scale = (self.columns - 1) as f32 / width as f32;
        (0..width)
            .map(|x| {
                let along = x as f32 * scale;
                let left = (along as usize).min(self.columns - 2);
                nodes[left] + (nodes[left + 1] - nodes[left]) * smooth(along - left as f32)
            })
            .collect()
    }
}

/// Rows of a cloud. A band of rows shares its values: clouds change slower than that.
pub struct Rows<'a> {
    cloud: &'a Cloud,
    width: u32,
    height: u32,
    band: u32,
    values: Vec<f32>,
}

impl Rows<'_> {
    const BAND_PX: u32 = 8;

    pub fn at(&mut self, y: u32) -> &[f32] {
        if y / Self::BAND_PX != self.band {
            self.band = y / Self::BAND_PX;
            self.values = self.cloud.row(y, self.width, self.height);
        }
        &self.values
    }
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}
