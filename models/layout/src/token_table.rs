//! One vector per piece: int8 rows, each with its own scale, in a safetensors file.
//!
//! Gives a word as two vectors: the mean of its pieces and its first piece. Contextual meaning is
//! deliberately absent; the network above adds it.

use crate::LayoutError;
use crate::vocabulary::Vocabulary;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use std::collections::HashMap;
use std::path::Path;

pub const TABLE_FILE: &str = "tokens.safetensors";
pub const VOCABULARY_FILE: &str = "vocabulary.tsv";

pub struct TokenTable {
    pub vocabulary: Vocabulary,
    pub dimension: usize,
    /// [n_pieces, dimension]; value = (byte - 128) × scale of the row.
    rows: Vec<u8>,
    scales: Vec<f32>,
}

impl TokenTable {
    pub fn load(folder: &Path) -> Result<Self, LayoutError> {
        let path = folder.join(VOCABULARY_FILE);
        let text =
            std::fs::read_to_string(&path).map_err(|e| LayoutError::file("read", &path, e))?;
        let vocabulary = Vocabulary::parse(&path, &text)?;
        let path = folder.join(TABLE_FILE);
        let bytes = std::fs::read(&path).map_err(|e| LayoutError::file("read", &path, e))?;
        let tensors =
            SafeTensors::deserialize(&bytes).map_err(|e| LayoutError::format(&path, e))?;
        let tensor = |name: &str, dtype: Dtype| {
            let view = tensors
                .tensor(name)
                .map_err(|e| LayoutError::format(&path, e))?;
            let fits = view.dtype() == dtype && view.shape().first() == Some(&vocabulary.len());
            fits.then_some(view).ok_or_else(|| {
                LayoutError::format(&path, format!("{name} is not {dtype:?} by piece"))
            })
        };
        let rows = tensor("rows", Dtype::U8)?;
        let scales = tensor("scales", Dtype::F32)?;
        let table = Self {
            dimension: rows.shape().get(1).copied().unwrap_or(0),
            rows: rows.data().to_vec(),
            scales: scales
                .data()
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
            vocabulary,
        };
        Ok(table)
    }

    /// Writes `rows` for `pieces`, which are kept in their order.
    pub fn save(
        folder: &Path,
        pieces: &[(String, f32)],
        rows: &[Vec<f32>],
    ) -> Result<(), LayoutError> {
        let lines: String = pieces
            .iter()
            .map(|(piece, score)| format!("{piece}\t{score:.3}\n"))
            .collect();
        let path = folder.join(VOCABULARY_FILE);
        std::fs::write(&path, lines).map_err(|e| LayoutError::file("write", &path, e))?;
        let mut bytes = Vec::new();
        let mut scales = Vec::new();
        for row in rows {
            let largest = row.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
            let scale = largest.max(1e-9) / 127.0;
            bytes.extend(row.iter().map(|x| ((x / scale).round() + 128.0) as u8));
            scales.extend(scale.to_le_bytes());
        }
        let path = folder.join(TABLE_FILE);
        let dimension = rows.first().map_or(0, Vec::len);
        let view = |dtype, shape, data| {
            TensorView::new(dtype, shape, data).map_err(|e| LayoutError::format(&path, e))
        };
        let views = [
            (
                "rows",
                view(Dtype::U8, vec![rows.len(), dimension], &bytes)?,
            ),
            ("scales", view(Dtype::F32, vec![rows.len()], &scales)?),
        ];
        let file = safetensors::serialize(views, None::<HashMap<String, String>>)
            .map_err(|e| LayoutError::format(&path, e))?;
        std::fs::write(&path, file).map_err(|e| LayoutError::file("write", &path, e))
    }

    /// Writes the mean of the word's pieces, then its first piece, into `out` (2 × dimension);
    /// returns the number of pieces. Zeros for a word of unknown characters.
    pub fn word_into(&self, word: &str, out: &mut [f32]) -> usize {
        let pieces = self.vocabulary.segment(word);
        let share = 1.0 / pieces.len().max(1) as f32;
        let (mean, first) = out.split_at_mut(self.dimension);
        let mut at_first = true;
        for &piece in &pieces {
            // The bare word start carries no meaning as a first piece.
            let is_start = Some(piece) == self.vocabulary.piece("\u{2581}");
            self.add_row(piece, share, mean);
            if at_first && !is_start {
                self.add_row(piece, 1.0, first);
                at_first = false;
            }
        }
        pieces.len()
    }

    fn add_row(&self, piece: u32, weight: f32, out: &mut [f32]) {
        let start = piece as usize * self.dimension;
        let (Some(row), Some(scale)) = (
            self.rows.get(start..start + self.dimension),
            self.scales.get(piece as usize),
        ) else {
            return;
        };
        for (o, byte) in out.iter_mut().zip(row) {
            *o += (f32::from(*byte) - 128.0) * scale * weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_mean_of_its_pieces_and_its_first_piece() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pieces: Vec<_> = ["▁", "▁net", "to"].map(|p| (p.to_owned(), -3.0)).into();
        let rows = vec![vec![0.0, 0.0], vec![1.0, -0.5], vec![0.0, 0.25]];
        TokenTable::save(folder.path(), &pieces, &rows).expect("saved");
        let table = TokenTable::load(folder.path()).expect("loaded");
        let mut out = [0.0; 4];
        assert_eq!(table.word_into("Netto", &mut out), 2);
        for (found, expected) in out.iter().zip([0.5, -0.125, 1.0, -0.5]) {
            assert!((found - expected).abs() < 0.01, "{out:?}");
        }
    }
}
