//! Words and lines out of the glyphs of a PDF page.
//!
//! Goes in: glyphs in drawing order, in points. Comes out: words with boxes on the displayed page,
//! each with its line, in reading order.
//! Deliberately absent: whether the words can be trusted.

use super::content::PlacedGlyph;
use docexam_domain::{Rect, Word};
use hayro::kurbo;

/// A gap of this many ems between two glyphs is a space, whether or not one is drawn.
const SPACE_EMS: f64 = 0.17;
/// After a colon less is enough: a label and its value are two words.
const SPACE_AFTER_LABEL_EMS: f64 = 0.05;
/// Glyphs may overlap their neighbour by this much (kerning, italics, accents set apart).
const OVERLAP_EMS: f64 = 0.35;
/// Two pieces of text are on one line if their baselines differ by less.
const BASELINE_EMS: f64 = 0.35;
/// With more than this share of glyphs without a letter, the page's text is not text.
const MOST_UNMAPPED: f64 = 0.3;

/// The words of a page, and what concerns all of them.
pub(crate) struct TextLayer {
    pub(crate) words: Vec<Word>,
    pub(crate) mostly_hidden: bool,
    /// Clockwise quarter turn after which most text reads from left to right.
    pub(crate) turn_degrees: u16,
}

/// `None` if the page has no text, or if most of it has no letters.
pub(crate) fn words(glyphs: &[PlacedGlyph], width: f64, height: f64) -> Option<TextLayer> {
    let paper = kurbo::Rect::new(0.0, 0.0, width, height);
    let on_page: Vec<&PlacedGlyph> = glyphs
        .iter()
        .filter(|glyph| paper.contains(glyph.bounds.center()))
        .collect();
    let unmapped = on_page
        .iter()
        .filter(|glyph| letters(glyph).is_none())
        .count();
    if on_page.is_empty() || unmapped as f64 > MOST_UNMAPPED * on_page.len() as f64 {
        return None;
    }
    let hidden = on_page.iter().filter(|glyph| glyph.hidden).count();
    let pieces = pieces(&on_page);
    let turn_degrees = usual_turn(&pieces);
    let words = lines(pieces, turn_degrees)
        .into_iter()
        .enumerate()
        .flat_map(|(line, pieces)| pieces.into_iter().map(move |piece| (line as u32, piece)))
        .map(|(line, piece)| word(piece, line, paper))
        .collect::<Vec<_>>();
    (!words.is_empty()).then_some(TextLayer {
        words,
        mostly_hidden: hidden * 2 > on_page.len(),
        turn_degrees,
    })
}

/// A word, or a part of one, along its baseline.
struct Piece {
    text: String,
    bounds: kurbo::Rect,
    /// Clockwise quarter turn that makes the baseline run to the right.
    turn_degrees: u16,
    /// Along the baseline, and across it (downwards after the turn), in points.
    start: f64,
    end: f64,
    baseline: f64,
    em: f64,
    hidden: bool,
    space_before: bool,
    space_after: bool,
}

/// Consecutive glyphs that stand close together.
fn pieces(glyphs: &[&PlacedGlyph]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // Whether the last piece may still grow, and whether a space glyph ended it.
    let (mut open, mut after_space) = (false, false);
    for glyph in glyphs {
        let turn_degrees = turn_of(glyph);
        let (start, baseline) = along(glyph.start, turn_degrees);
        let (end, _) = along(glyph.end, turn_degrees);
        // A glyph without letter and without ink is as good as a space.
        let unknown = if glyph.has_ink { "\u{fffd}" } else { " " };
        let text = letters(glyph).unwrap_or_else(|| unknown.into());
        if text.trim().is_empty() {
            if let Some(last) = pieces.last_mut().filter(|_| open) {
                last.space_after = true;
            }
            (open, after_space) = (false, true);
            continue;
        }
        if let Some(last) = pieces.last_mut().filter(|last| {
            let em = last.em.min(glyph.em);
            let gap = start - last.end;
            open && last.turn_degrees == turn_degrees
                && last.hidden == glyph.hidden
                && (baseline - last.baseline).abs() < BASELINE_EMS * em
                && touching(&last.text, gap, em)
        }) {
            last.text.push_str(&text);
            last.bounds = last.bounds.union(glyph.bounds);
            last.end = last.end.max(end);
        } else {
            pieces.push(Piece {
                text,
                bounds: glyph.bounds,
                turn_degrees,
                start,
                end,
                baseline,
                em: glyph.em,
                hidden: glyph.hidden,
                space_before: after_space,
                space_after: false,
            });
        }
        (open, after_space) = (true, false);
    }
    pieces
}

/// Whether what follows a text after a gap belongs to the same word.
fn touching(text: &str, gap: f64, em: f64) -> bool {
    let space = if text.ends_with(':') {
        SPACE_AFTER_LABEL_EMS
    } else {
        SPACE_EMS
    };
    gap < space * em && gap > -OVERLAP_EMS * em
}

/// Pieces grouped by baseline and joined to words, lines from top to bottom. Text that runs in
/// another direction than most comes after the rest.
fn lines(mut pieces: Vec<Piece>, usual_turn: u16) -> Vec<Vec<Piece>> {
    let direction = |piece: &Piece| (piece.turn_degrees + 360 - usual_turn) % 360;
    pieces.sort_by(|a, b| {
        direction(a)
            .cmp(&direction(b))
            .then(a.baseline.total_cmp(&b.baseline))
    });
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if line.first().is_some_and(|first| same_line(first, &piece)) => {
                line.push(piece);
            }
            _ => lines.push(vec![piece]),
        }
    }
    lines.into_iter().map(joined).collect()
}

fn same_line(first: &Piece, piece: &Piece) -> bool {
    first.turn_degrees == piece.turn_degrees
        && (piece.baseline - first.baseline).abs() < BASELINE_EMS * first.em.min(piece.em)
}

/// The pieces of a line from left to right, parts of one word joined, doubles dropped.
fn joined(mut line: Vec<Piece>) -> Vec<Piece> {
    line.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut words: Vec<Piece> = Vec::with_capacity(line.len());
    for piece in line {
        let Some(last) = words.last_mut() else {
            words.push(piece);
            continue;
        };
        let gap = piece.start - last.end;
        let em = last.em.min(piece.em);
        if is_double(last, &piece) {
            continue;
        }
        let spaced = last.space_after || piece.space_before;
        if touching(&last.text, gap, em) && !spaced && last.hidden == piece.hidden {
            last.text.push_str(&piece.text);
            last.bounds = last.bounds.union(piece.bounds);
            last.end = last.end.max(piece.end);
            last.space_after = piece.space_after;
        } else {
            words.push(piece);
        }
    }
    words
}

/// The same word drawn again, a little aside, to look bold.
fn is_double(last: &Piece, piece: &Piece) -> bool {
    last.text == piece.text && (piece.start - last.start).abs() < 0.2 * piece.em
}

fn word(piece: Piece, line: u32, paper: kurbo::Rect) -> Word {
    let x = |value: f64| (value / paper.width()).clamp(0.0, 1.0) as f32;
    let y = |value: f64| (value / paper.height()).clamp(0.0, 1.0) as f32;
    let bounds = piece.bounds;
    Word {
        text: piece.text,
        bbox: Rect::new(x(bounds.x0), y(bounds.y0), x(bounds.x1), y(bounds.y1)),
        confidence: 1.0,
        line,
    }
}

/// What the glyph stands for; `None` if the font does not say, or says something that is no letter.
fn letters(glyph: &PlacedGlyph) -> Option<String> {
    let text = glyph.text.as_deref()?;
    let private = |letter: char| matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{fffd}');
    if text.is_empty() || text.chars().any(private) {
        return None;
    }
    Some(text.chars().map(plain).collect())
}

/// Letters as a reader would type them: ligatures apart, soft hyphens and control codes plain.
fn plain(letter: char) -> String {
    match letter {
        '\u{fb00}' => "ff".into(),
        '\u{fb01}' => "fi".into(),
        '\u{fb02}' => "fl".into(),
        '\u{fb03}' => "ffi".into(),
        '\u{fb04}' => "ffl".into(),
        '\u{fb05}' | '\u{fb06}' => "st".into(),
        '\u{ad}' => "-".into(),
        '\u{200b}'..='\u{200f}' | '\u{feff}' => String::new(),
        control if control.is_control() => " ".into(),
        letter => letter.into(),
    }
}

/// Clockwise quarter turn that makes the glyph's baseline run to the right.
fn turn_of(glyph: &PlacedGlyph) -> u16 {
    let (dx, dy) = (glyph.end.x - glyph.start.x, glyph.end.y - glyph.start.y);
    match (dx.abs() >= dy.abs(), dx >= 0.0, dy >= 0.0) {
        (true, true, _) => 0,
        (true, false, _) => 180,
        (false, _, true) => 270,
        (false, _, false) => 90,
    }
}

fn usual_turn(pieces: &[Piece]) -> u16 {
    let letters = |turn: u16| -> usize {
        let turned = pieces.iter().filter(|piece| piece.turn_degrees == turn);
        turned.map(|piece| piece.text.len()).sum()
    };
    // The first of equals: upright.
    [270, 180, 90, 0]
        .into_iter()
        .max_by_key(|turn| letters(*turn))
        .unwrap_or(0)
}

/// A point along and across the reading direction that `turn_degrees` makes level.
fn along(point: kurbo::Point, turn_degrees: u16) -> (f64, f64) {
    match turn_degrees {
        90 => (-point.y, point.x),
        180 => (-point.x, -point.y),
        270 => (point.y, -point.x),
        _ => (point.x, point.y),
    }
}
