//! Tagged words to fragments: words of one tag that stand together on one printed line.
//! Mentions and rows are built from fragments, never from single words.

use crate::settle::settled;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{Rect, Ruling};

/// Height of A4 over its width, for pages whose size in pixels is unknown.
const A4: f32 = 1.414;
/// Within a mention words stand closer than this many line heights; columns stand farther apart.
const WIDEST_GAP: f32 = 3.0;
/// So close together that a doubtful first word of a mention is taken for a continuation.
const TIGHT_GAP: f32 = 0.6;

/// What breaks at the end of a narrow box goes on below: between so much overlap and so much gap, in line
/// heights.
pub const NEXT_LINE: std::ops::Range<f32> = -0.4..1.3;

#[derive(Clone, Debug)]
pub struct Fragment {
    /// Index of the page among those given.
    pub page: usize,
    pub tag: Tag,
    /// Indices into the words of the reading, in reading order; never empty.
    pub words: Vec<usize>,
    pub bbox: Rect,
    /// That the first word is the first of its mention.
    pub begins: f32,
    /// That some word starts a row: the highest probability.
    pub starts_row: f32,
    /// Probability of the tag: geometric mean over the words.
    pub tag_probability: f32,
    /// Confidence of the reader: mean over the words weighted by their length, and the lowest.
    pub read_confidence: f32,
    pub lowest_confidence: f32,
}

/// Fragments of one page, in reading order.
pub fn fragments(page_index: usize, page: &TaggedPage) -> Vec<Fragment> {
    let tags = settled(page);
    let shape = Shape::of(page);
    let mut open: Vec<Open> = Vec::new();
    for (index, (word, tagged)) in page.reading.words.iter().zip(&tags).enumerate() {
        if tagged.tag == Tag::Outside || word.text.trim().is_empty() || !is_finite(&word.bbox) {
            continue;
        }
        // Only the latest fragment of a tag can go on: reading order visits a line once.
        let before = open.iter_mut().rev().find(|o| o.tag == tagged.tag);
        match before {
            Some(before)
                if before.continues_with(&word.bbox, word.line, tagged, &shape)
                    && !is_ruled_off(&page.reading.ruling, &before.last, &word.bbox) =>
            {
                before.add(index, &word.bbox);
            }
            _ => open.push(Open {
                tag: tagged.tag,
                words: vec![index],
                bbox: word.bbox,
                last: word.bbox,
                line: word.line,
            }),
        }
    }
    open.into_iter()
        .map(|open| finished(page_index, page, &tags, open))
        .collect()
}

/// The printed text of words in reading order; a new printed line is a line break.
pub fn text_of(page: &TaggedPage, words: &[usize]) -> String {
    let mut text = String::new();
    let mut previous: Option<&docexam_domain::Word> = None;
    for word in words.iter().filter_map(|i| page.reading.words.get(*i)) {
        if let Some(previous) = previous {
            let same = previous.line == word.line || same_line(&previous.bbox, &word.bbox);
            text.push(if same { ' ' } else { '\n' });
        }
        text.push_str(word.text.trim());
        previous = Some(word);
    }
    text
}

/// Whether two boxes share a printed line: half the lower one's height overlaps.
pub fn same_line(a: &Rect, b: &Rect) -> bool {
    let overlap = a.y1.min(b.y1) - a.y0.max(b.y0);
    overlap > 0.5 * a.height().min(b.height())
}

/// Whether a line is drawn between two words that stand beside each other: they are in two cells.
pub fn is_ruled_off(ruling: &Ruling, word: &Rect, next: &Rect) -> bool {
    let (left, right) = match word.x0 < next.x0 {
        true => (word, next),
        false => (next, word),
    };
    let [_, y] = left.union(right).centre();
    // The reader's boxes may reach over a line that they touch, and parts of a line do not touch each other.
    let slack = 0.25 * left.height().max(right.height());
    let between = left.x1 - slack..right.x0 + slack;
    let mut lines = ruling.down.iter();
    lines.any(|line| {
        between.contains(&line.centre()[0]) && (line.y0 - slack..line.y1 + slack).contains(&y)
    })
}

pub fn is_finite(bbox: &Rect) -> bool {
    [bbox.x0, bbox.y0, bbox.x1, bbox.y1]
        .iter()
        .all(|c| c.is_finite())
}

/// How wide the page is against its height, to compare widths with heights.
pub struct Shape {
    width_over_height: f32,
}

impl Shape {
    pub fn of(page: &TaggedPage) -> Self {
        let known = page
            .reading
            .placement
            .filter(|p| p.width_px > 0 && p.height_px > 0);
        Self {
            width_over_height: known.map_or(1.0 / A4, |p| p.width_px as f32 / p.height_px as f32),
        }
    }

    /// Whether a word begins the line below another one, at the same place but for `aligned` line heights.
    pub fn is_next_line(&self, above: &Rect, below: &Rect, aligned: f32) -> bool {
        let height = above.height().max(below.height()).max(1e-4);
        NEXT_LINE.contains(&((below.y0 - above.y1) / height))
            && self.in_heights((below.x0 - above.x0).abs(), height) < aligned
    }

    /// A horizontal distance on the page in units of a height on it.
    pub fn in_heights(&self, width: f32, height: f32) -> f32 {
        width * self.width_over_height / height.max(1e-4)
    }
}

struct Open {
    tag: Tag,
    words: Vec<usize>,
    bbox: Rect,
    last: Rect,
    line: u32,
}

impl Open {
    fn continues_with(&self, bbox: &Rect, line: u32, word: &TaggedWord, shape: &Shape) -> bool {
        if self.line != line && !same_line(&self.last, bbox) {
            return false;
        }
        // Either direction: right-to-left scripts come in either order.
        let gap = (bbox.x0 - self.bbox.x1).max(self.bbox.x0 - bbox.x1);
        let gap = shape.in_heights(gap, self.last.height().max(bbox.height()));
        let widest = match word.begins {
            begins if begins > 0.8 => return false,
            begins if begins > 0.5 => TIGHT_GAP,
            _ => WIDEST_GAP,
        };
        gap < widest
    }

    fn add(&mut self, index: usize, bbox: &Rect) {
        self.words.push(index);
        self.bbox = self.bbox.union(bbox);
        self.last = *bbox;
    }
}

fn finished(page_index: usize, page: &TaggedPage, tags: &[TaggedWord], open: Open) -> Fragment {
    let tagged = |i: &usize| tags.get(*i);
    let count = open.words.len().max(1) as f32;
    let log_probability: f32 = open
        .words
        .iter()
        .filter_map(tagged)
        .map(|w| finite(w.probability).max(1e-4).ln())
        .sum();
    let (mut weighted, mut letters, mut lowest) = (0.0, 0.0, 1.0f32);
    for word in open.words.iter().filter_map(|i| page.reading.words.get(*i)) {
        let length = word.text.chars().count().max(1) as f32;
        weighted += length * finite(word.confidence);
        letters += length;
        lowest = lowest.min(finite(word.confidence));
    }
    let first = open.words.first().and_then(tagged);
    Fragment {
        page: page_index,
        tag: open.tag,
        begins: first.map_or(0.5, |w| finite(w.begins)),
        starts_row: open
            .words
            .iter()
            .filter_map(tagged)
            .map(|w| finite(w.starts_row))
            .fold(0.0, f32::max),
        tag_probability: (log_probability / count).exp(),
        read_confidence: if letters > 0.0 {
            weighted / letters
        } else {
            0.0
        },
        lowest_confidence: lowest,
        words: open.words,
        bbox: open.bbox,
    }
}

/// A probability from outside: no number counts as 0.
fn finite(probability: f32) -> f32 {
    if probability.is_nan() {
        0.0
    } else {
        probability.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests;
