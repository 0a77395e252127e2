//! Words of a page as text lines of phrases: words that stand close together. A wide gap ends a phrase, as
//! between columns or between a caption and its value.

use docexam_domain::{PageAnchor, PageReading, Placement, Rect, Word};

/// A gap wider than this, in heights of the word before it, ends a phrase.
const PHRASE_GAP: f32 = 1.2;
/// Words belong to one line when their middles are this close, in heights of the lower one.
const SAME_LINE: f32 = 0.5;

#[derive(Clone, Debug)]
pub struct Phrase {
    pub words: Vec<Word>,
    pub bbox: Rect,
}

/// Phrases of one height on the page, left to right.
#[derive(Clone, Debug)]
pub struct Line {
    pub phrases: Vec<Phrase>,
    pub page: PagePlace,
}

/// Which page, and how it was placed.
#[derive(Clone, Copy, Debug)]
pub struct PagePlace {
    pub file: u32,
    pub page: u32,
    pub placement: Option<Placement>,
}

impl Phrase {
    pub fn text(&self) -> String {
        text(&self.words)
    }
}

pub fn text(words: &[Word]) -> String {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    texts.join(" ")
}

pub fn bbox(words: &[Word]) -> Rect {
    let mut boxes = words.iter().map(|word| word.bbox);
    let first = boxes.next().unwrap_or_default();
    boxes.fold(first, |all, next| all.union(&next))
}

impl PagePlace {
    pub fn anchor(&self, bbox: &Rect) -> PageAnchor {
        let placement = self.placement.unwrap_or_else(|| Placement::upright(1, 1));
        PageAnchor {
            file: self.file,
            page: self.page,
            polygon: placement.displayed(bbox),
        }
    }
}

/// Lines of a page, top to bottom.
pub fn lines(page: &PageReading) -> Vec<Line> {
    // Height of the page over its width.
    let aspect = page.placement.map_or(1.4, |placement| {
        placement.height_px as f32 / placement.width_px.max(1) as f32
    });
    let place = PagePlace {
        file: page.file,
        page: page.page,
        placement: page.placement,
    };
    let mut words = page.words.clone();
    words.sort_by(|a, b| a.bbox.centre()[1].total_cmp(&b.bbox.centre()[1]));
    let mut rows: Vec<Vec<Word>> = Vec::new();
    for word in words {
        let joins = rows
            .last()
            .and_then(|row| row.first())
            .is_some_and(|first| {
                let apart = word.bbox.centre()[1] - first.bbox.centre()[1];
                apart < SAME_LINE * first.bbox.height().min(word.bbox.height())
            });
        match rows.last_mut().filter(|_| joins) {
            Some(row) => row.push(word),
            None => rows.push(vec![word]),
        }
    }
    rows.into_iter()
        .map(|row| Line {
            phrases: phrases(row, aspect),
            page: place,
        })
        .collect()
}

fn phrases(mut row: Vec<Word>, aspect: f32) -> Vec<Phrase> {
    row.sort_by(|a, b| a.bbox.x0.total_cmp(&b.bbox.x0));
    let mut phrases: Vec<Vec<Word>> = Vec::new();
    for word in row {
        let joins = phrases
            .last()
            .and_then(|phrase| phrase.last())
            .is_some_and(|last| {
                // Heights are of the page's height, gaps of its width.
                word.bbox.x0 - last.bbox.x1 < PHRASE_GAP * last.bbox.height() * aspect
            });
        match phrases.last_mut().filter(|_| joins) {
            Some(phrase) => phrase.push(word),
            None => phrases.push(vec![word]),
        }
    }
    phrases
        .into_iter()
        .map(|words| Phrase {
            bbox: bbox(&words),
            words,
        })
        .collect()
}
