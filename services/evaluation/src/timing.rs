//! CPU time a page by stage.

use serde::Serialize;

/// CPU milliseconds that one page took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PageTime {
    /// Decoding, rendering, straightening.
    pub decode: f64,
    /// Text layer check or OCR.
    pub read: f64,
    /// The layout model.
    pub tag: f64,
    /// Documents and their values: the page's share of its submission.
    pub assemble: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Timing {
    pub pages: usize,
    /// With more than one thread the pages beside a page count as well, and these are too high.
    pub threads: usize,
    pub decode_ms: Summary,
    pub read_ms: Summary,
    pub tag_ms: Summary,
    pub assemble_ms: Summary,
    /// Tagging and assembling: all that extraction is.
    pub extract_ms: Summary,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub median: f64,
    pub mean: f64,
}

/// `None` without pages.
pub fn timing(pages: &[PageTime], threads: usize) -> Option<Timing> {
    let of = |stage: fn(&PageTime) -> f64| summary(pages.iter().map(stage).collect());
    Some(Timing {
        pages: pages.len(),
        threads,
        decode_ms: of(|page| page.decode)?,
        read_ms: of(|page| page.read)?,
        tag_ms: of(|page| page.tag)?,
        assemble_ms: of(|page| page.assemble)?,
        extract_ms: of(|page| page.tag + page.assemble)?,
    })
}

fn summary(mut values: Vec<f64>) -> Option<Summary> {
    values.sort_by(f64::total_cmp);
    Some(Summary {
        median: *values.get(values.len() / 2)?,
        mean: values.iter().sum::<f64>() / values.len() as f64,
    })
}
