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

impl Grain {
    pub fn new(rng: &mut ChaCha8Rng) -> Self {
        // A sum of four uniform bytes is close to normal: deviation 147.8.
        let table = (0..65536)
            .map(|_| {
                let sum: i32 = rng
                    .random::<[u8; 4]>()
                    .iter()
                    .map(|&byte| i32::from(byte))
                    .sum();
                ((sum - 510) * 16 / 148) as i16
            })
            .collect();
        Self { table }
    }

    /// Grain for one row of `width` pixels, deviation 16.
    pub fn row(&self, width: usize, rng: &mut ChaCha8Rng) -> impl Iterator<Item = i16> {
        let start = rng.random_range(0..self.table.len());
        self.table.iter().cycle().skip(start).take(width).copied()
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

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}
