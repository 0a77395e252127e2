//! From typeset frames back to printed words: glyphs are joined to words, each with its box, its
//! line and, through the source place of its glyphs, its mention. Curves that are a value have a place too.

use super::ink::Mention;
use crate::truth::{OUTSIDE, TruthWord};
use std::collections::{HashMap, HashSet};
use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst::syntax::{Source, Span};
use typst::text::TextItem;
use typst::visualize::{Geometry, Shape};
use typst_layout::PagedDocument;

/// Words of each page, and for each mention the page and box where it first stands.
#[allow(clippy::type_complexity)]
pub fn of_document(
    document: &PagedDocument,
    source: &Source,
    mentions: &[Mention],
) -> (Vec<Vec<TruthWord>>, Vec<Option<(usize, [f32; 4])>>) {
    let mut reader = Reader {
        source,
        known: HashMap::new(),
    };
    let mut places: Vec<Option<(usize, [f32; 4])>> = vec![None; mentions.len()];
    let mut rows_begun = HashSet::new();
    let mut pages = Vec::new();
    for (page_index, page) in document.pages().iter().enumerate() {
        let mut words = Vec::new();
        let mut drawings = Vec::new();
        reader.frame(
            &page.frame,
            Transform::identity(),
            &mut words,
            &mut drawings,
        );
        let size = page.frame.size();
        let (width, height) = (size.x.to_pt(), size.y.to_pt());
        words.retain(|word| word.on_page(width, height));
        let lines = line_numbers(&words);
        let mut begun: HashSet<usize> = (0..mentions.len())
            .filter(|&mention| places[mention].is_some() && !mentions[mention].every_page)
            .collect();
        let mut printed: Vec<TruthWord> = Vec::with_capacity(words.len());
        for (word, line) in words.iter().zip(lines) {
            let bbox = share_of((word.x0, word.y0, word.x1, word.y1), (width, height));
            let mention = word.mention.filter(|&mention| mention < mentions.len());
            if let Some(mention) = mention {
                add_place(&mut places[mention], page_index, bbox);
            }
            printed.push(TruthWord {
                text: word.text.clone(),
                bbox,
                line,
                label: mention.map_or(OUTSIDE.to_owned(), |mention| mentions[mention].label()),
                begins: mention.is_some_and(|mention| begun.insert(mention)),
                starts_row: false,
            });
        }
        for (mention, drawing) in drawings {
            if let Some(place) = places.get_mut(mention) {
                add_place(place, page_index, share_of(drawing, (width, height)));
            }
        }
        mark_row_starts(&mut printed, &words, mentions, &mut rows_begun);
        let mut order: Vec<usize> = (0..printed.len()).collect();
        order.sort_by(|&a, &b| {
            let (a, b) = (&printed[a], &printed[b]);
            a.line.cmp(&b.line).then(a.bbox[0].total_cmp(&b.bbox[0]))
        });
        pages.push(order.into_iter().map(|at| printed[at].clone()).collect());
    }
    (pages, places)
}

/// A box in points as a part of its page.
fn share_of((x0, y0, x1, y1): (f64, f64, f64, f64), (width, height): (f64, f64)) -> [f32; 4] {
    let share = |at: f64, all: f64| (at / all).clamp(0.0, 1.0) as f32;
    [
        share(x0, width),
        share(y0, height),
        share(x1, width),
        share(y1, height),
    ]
}

/// A mention stands where it stands first, with all of it on that page.
fn add_place(place: &mut Option<(usize, [f32; 4])>, page: usize, bbox: [f32; 4]) {
    let place = place.get_or_insert((page, bbox));
    if place.0 == page {
        place.1 = union(place.1, bbox);
    }
}

/// The first word of each row, by line and then from the left, begins the row.
fn mark_row_starts(
    printed: &mut [TruthWord],
    words: &[Piece],
    mentions: &[Mention],
    rows_begun: &mut HashSet<usize>,
) {
    let mut first_of_row: HashMap<usize, usize> = HashMap::new();
    for (index, word) in words.iter().enumerate() {
        let Some(row) = word
            .mention
            .and_then(|mention| mentions.get(mention))
            .and_then(|mention| mention.row)
        else {
            continue;
        };
        let first = first_of_row.entry(row).or_insert(index);
        let position = |at: usize| (printed[at].line, printed[at].bbox[0]);
        if position(index) < position(*first) {
            *first = index;
        }
    }
    for (row, index) in first_of_row {
        if rows_begun.insert(row) {
            printed[index].starts_row = true;
        }
    }
}

/// A word in points on its page.
struct Piece {
    text: String,
    x0: f64,
    y0: f64,
    x1: f64,
    y1: f64,
    /// Baseline, for telling lines apart.
    baseline: f64,
    size: f64,
    literal: Span,
    mention: Option<usize>,
    /// Nothing but glyphs follow so far: the next run may go on with this word.
    open: bool,
}

impl Piece {
    fn on_page(&self, width: f64, height: f64) -> bool {
        self.x1 > 0.0 && self.y1 > 0.0 && self.x0 < width && self.y0 < height
    }
}

/// The mention that a curve is, and its box on the page in points: left, top, right, bottom.
type Drawing = (usize, (f64, f64, f64, f64));

struct Reader<'a> {
    source: &'a Source,
    known: HashMap<Span, Option<usize>>,
}

impl Reader<'_> {
    fn frame(
        &mut self,
        frame: &Frame,
        transform: Transform,
        words: &mut Vec<Piece>,
        drawings: &mut Vec<Drawing>,
    ) {
        for (position, item) in frame.items() {
            let at = transform.pre_concat(Transform::translate(position.x, position.y));
            match item {
                FrameItem::Group(group) => {
                    let at = at.pre_concat(group.transform);
                    self.frame(&group.frame, at, words, drawings);
                }
                FrameItem::Text(text) => self.run(text, at, words),
                FrameItem::Shape(shape, span) => drawings.extend(self.drawing(shape, *span, at)),
                _ => {}
            }
        }
    }

    /// A curve that is a value.
    fn drawing(&mut self, shape: &Shape, span: Span, at: Transform) -> Option<Drawing> {
        let Geometry::Curve(curve) = &shape.geometry else {
            return None;
        };
        let mention = self.mention_of(span)?;
        let bbox = curve.bbox(shape.stroke.as_ref());
        Some((mention, box_around([bbox.min, bbox.max], at)))
    }

    /// One run of glyphs of the same font: split at spaces and where one literal meets the next.
    fn run(&mut self, run: &TextItem, at: Transform, words: &mut Vec<Piece>) {
        let metrics = run.font.metrics();
        let (ascent, descent) = (
            metrics.cap_height.at(run.size).to_pt() * 1.08,
            metrics.descender.at(run.size).to_pt() * 0.9,
        );
        let mut x = 0.0;
        let mut current: Option<Piece> = None;
        for glyph in &run.glyphs {
            let advance = glyph.x_advance.at(run.size).to_pt();
            let (left, right) = (x, x + advance);
            x = right;
            let text = run.text.get(glyph.range()).unwrap_or_default();
            if text.chars().all(char::is_whitespace) {
                words.extend(current.take().map(closed));
                if let Some(last) = words.last_mut() {
                    last.open = false;
                }
                continue;
            }
            let piece = placed(at, left, right, ascent, descent);
            let literal = glyph.span.0;
            match &mut current {
                Some(word) if word.literal == literal => word.extend(text, piece),
                _ => {
                    words.extend(current.take());
                    let mut word = Piece {
                        text: text.to_owned(),
                        x0: piece.0,
                        y0: piece.1,
                        x1: piece.2,
                        y1: piece.3,
                        baseline: piece.3 + descent,
                        size: run.size.to_pt(),
                        literal,
                        mention: self.mention_of(literal),
                        open: true,
                    };
                    // A change of font inside a word (accents, Chinese beside Latin) starts a new run.
                    if let Some(last) = words.last()
                        && last.open
                        && last.literal == literal
                        && (last.baseline - word.baseline).abs() < 0.2 * word.size
                        && (word.x0 - last.x1).abs() < 0.15 * word.size
                        && let Some(mut before) = words.pop()
                    {
                        before.extend(&word.text, piece);
                        word = before;
                    }
                    current = Some(word);
                }
            }
        }
        words.extend(current);
    }

    /// The number in the comment behind the literal.
    fn mention_of(&mut self, literal: Span) -> Option<usize> {
        let source = self.source;
        *self.known.entry(literal).or_insert_with(|| {
            let range = source.find(literal)?.range();
            let comment = source.text().get(range.end..)?.strip_prefix("/*")?;
            comment.split_once("*/")?.0.parse().ok()
        })
    }
}

impl Piece {
    fn extend(&mut self, text: &str, piece: (f64, f64, f64, f64)) {
        self.text.push_str(text);
        self.x0 = self.x0.min(piece.0);
        self.y0 = self.y0.min(piece.1);
        self.x1 = self.x1.max(piece.2);
        self.y1 = self.y1.max(piece.3);
    }
}

fn closed(mut word: Piece) -> Piece {
    word.open = false;
    word
}

/// The glyph's box on the page; turned text gets the box around it.
fn placed(at: Transform, left: f64, right: f64, ascent: f64, descent: f64) -> (f64, f64, f64, f64) {
    let corner = |x, y| Point::new(Abs::pt(x), Abs::pt(y));
    box_around([corner(left, -ascent), corner(right, -descent)], at)
}

/// The upright box on the page around a box that may be turned, given by its top left and its bottom right corner.
fn box_around([first, last]: [Point; 2], at: Transform) -> (f64, f64, f64, f64) {
    let corners = [
        first,
        Point::new(last.x, first.y),
        Point::new(first.x, last.y),
        last,
    ]
    .map(|corner| {
        let point = corner.transform(at);
        (point.x.to_pt(), point.y.to_pt())
    });
    let fold = |pick: fn(f64, f64) -> f64, axis: fn(&(f64, f64)) -> f64| {
        corners.iter().map(axis).reduce(pick).unwrap_or_default()
    };
    (
        fold(f64::min, |c| c.0),
        fold(f64::min, |c| c.1),
        fold(f64::max, |c| c.0),
        fold(f64::max, |c| c.1),
    )
}

fn union(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [
        a[0].min(b[0]),
        a[1].min(b[1]),
        a[2].max(b[2]),
        a[3].max(b[3]),
    ]
}

/// Words whose middles are within 40 % of a line's height of each other stand on one line.
fn line_numbers(words: &[Piece]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..words.len()).collect();
    let middle = |at: usize| (words[at].y0 + words[at].y1) / 2.0;
    order.sort_by(|&a, &b| middle(a).total_cmp(&middle(b)));
    let mut lines = vec![0; words.len()];
    let mut line = 0;
    let mut reference: Option<f64> = None;
    for at in order {
        let height = (words[at].y1 - words[at].y0).max(1.0);
        match reference {
            Some(y) if (middle(at) - y).abs() <= 0.4 * height => {}
            Some(_) => {
                line += 1;
                reference = Some(middle(at));
            }
            None => reference = Some(middle(at)),
        }
        lines[at] = line;
    }
    lines
}
