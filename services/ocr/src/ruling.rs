//! Ruling lines: painted over with paper before Tesseract sees the page, and told to whoever makes rows and cells of its words.
//!
//! Tesseract drops whole rows of tables whose rows are parted by lines, dashed ones above all: of the
//! words of the scanned validation pages that carry a value it reads 78 %, without the lines 89 %.
//! In: grey pixels and their ink. Out: the page without solid, dashed and dotted lines; where they were.
//! Deliberately absent: what the lines part.

use crate::ink::{Ink, Mark, marks};
use crate::mask::Mask;
use docexam_domain::{Rect, Ruling};
use image::GrayImage;

/// All in heights of the page's letters (median, see [`Ink::letter_height_px`]).
/// No stroke of a letter is as long as this, unless in a heading; those are too thick.
const MIN_LENGTH: f32 = 4.5;
const MAX_THICKNESS: f32 = 0.6;
/// Pieces of a dashed or dotted line, and the gaps between them.
const MAX_PIECE_HEIGHT: f32 = 0.4;
const MAX_PIECE_WIDTH: f32 = 3.5;
const MAX_GAP: f32 = 2.4;

/// Share of a run that is ink. A row of pixels through the tops of tight letters has gaps.
const MIN_INK: f32 = 0.93;
/// Share of a run that is no thicker than a line. Letters may stand on it or be crossed by it.
const MIN_THIN: f32 = 0.7;
/// A row of hyphens is shorter, and the pieces of a line are alike.
const MIN_PIECES: usize = 10;

/// Lines may be fainter than print: so many levels of grey under the paper.
const FAINT: u8 = 24;
/// Lines are told in so many parts of the page's side, so that each part says where a curled or slanted line is.
const PARTS: usize = 8;
/// Bound on what is told of a page that is all pattern, each way.
const MOST_PARTS: usize = 2_000;

/// The lines that are drawn on a page.
pub(crate) struct Lines {
    pub ruling: Ruling,
    /// The pixels of the solid ones, with their pale edges.
    pub ink: Mask,
}

/// Where lines are drawn on the page. None on a page without print, whose letters would be the measure.
pub(crate) fn lines(image: &GrayImage, ink: &Ink) -> Lines {
    let faint = Mask::of(image, ink.threshold.max(ink.paper.saturating_sub(FAINT)));
    let (width, height) = faint.size();
    let Some(letter) = ink.letter_height_px().map(|pixels| pixels as f32) else {
        return Lines {
            ruling: Ruling::default(),
            ink: Mask::empty(width, height),
        };
    };
    let (across, down) = (runs(&faint, letter), runs(&faint.transposed(), letter));
    let mut solid = down.transposed();
    solid.add(&across);
    let mut mask = Mask::of(image, ink.threshold);
    mask.take_away(&across);
    let dashed = dashed(&mask, letter);
    let dashed = dashed.iter().flat_map(|line| line.chunks(MIN_PIECES));
    let across = parts(across).into_iter().chain(dashed.filter_map(around));
    // Lines down were found with rows for columns.
    let turned = |part: Rect| Rect::new(part.y0, part.x0, part.y1, part.x1);
    let down = parts(down).into_iter().take(MOST_PARTS);
    let ruling = Ruling {
        across: across
            .take(MOST_PARTS)
            .map(|part| part.on_page((width, height)))
            .collect(),
        down: down
            .map(|part| turned(part.on_page((height, width))))
            .collect(),
    };
    Lines { ruling, ink: solid }
}

/// Lines in parts of an eighth of the page's width.
fn parts(mut lines: Mask) -> Vec<Mark> {
    let (width, height) = lines.size();
    for y in 0..height {
        let row = lines.row_mut(y);
        (1..PARTS).for_each(|part| row[part * width / PARTS] = false);
    }
    marks(&lines)
}

/// The box around the pieces of a line.
fn around(pieces: &[Mark]) -> Option<Mark> {
    pieces.iter().copied().reduce(|mut all, piece| {
        all.take_in(&piece);
        all
    })
}

/// `None` where there is nothing to paint over.
pub(crate) fn without_ruling(image: &GrayImage, ink: &Ink) -> Option<GrayImage> {
    let letter = ink.letter_height_px()? as f32;
    let mut mask = Mask::of(image, ink.threshold);
    let mut lines = solid(&mask, letter);
    mask.take_away(&lines);
    for piece in dashed(&mask, letter).iter().flatten() {
        cover(&mut lines, piece);
    }
    (!lines.is_empty()).then(|| lines.painted(image, ink.paper))
}

/// What to paint over of the solid lines, across and down.
fn solid(mask: &Mask, letter: f32) -> Mask {
    let turned = mask.transposed();
    let (across, down) = (runs(mask, letter), runs(&turned, letter));
    let mut print = mask.clone();
    print.take_away(&across);
    print.take_away(&down.transposed());
    let mut covered = widened(&across, &print, letter);
    covered.add(&widened(&down, &print.transposed(), letter).transposed());
    covered
}

/// Runs of ink in the rows that are long, and mostly thin.
fn runs(mask: &Mask, letter: f32) -> Mask {
    let shortest = (MIN_LENGTH * letter) as usize;
    let thickest = thickness(letter);
    let (width, height) = mask.size();
    let mut found = Mask::empty(width, height);
    for y in 0..height {
        let mut from = 0;
        while let Some(start) = (from..width).find(|x| mask.has(*x, y)) {
            // A single pixel that is missing does not end a line.
            let end = (start..width)
                .find(|x| !mask.has(*x, y) && !mask.has(x + 1, y))
                .unwrap_or(width);
            from = end;
            if end - start < shortest {
                continue;
            }
            let length = (end - start) as f32;
            let ink = mask.row(y)[start..end].iter().filter(|ink| **ink).count();
            let thin = (start..end).filter(|x| extent(mask, *x, y, thickest) <= thickest);
            if ink as f32 >= MIN_INK * length && thin.count() as f32 >= MIN_THIN * length {
                found.row_mut(y)[start..end].fill(true);
            }
        }
    }
    found
}

fn thickness(letter: f32) -> usize {
    ((MAX_THICKNESS * letter) as usize).max(3)
}

/// Pixels of ink above and below (x, y) that hang together with it, counted up to `most` each way.
fn extent(mask: &Mask, x: usize, y: usize, most: usize) -> usize {
    let above = (1..=most.min(y)).take_while(|step| mask.has(x, y - step));
    let below = (1..=most).take_while(|step| mask.has(x, y + step));
    above.count() + 1 + below.count()
}

/// The lines with their blurred edges, but not where a letter crosses them.
fn widened(lines: &Mask, print: &Mask, letter: f32) -> Mask {
    let (width, height) = lines.size();
    let thickest = thickness(letter);
    let mut covered = Mask::empty(width, height);
    for y in 0..height {
        for x in 0..width {
            let begins = lines.has(x, y) && (y == 0 || !lines.has(x, y - 1));
            if !begins {
                continue;
            }
            let end = (y..height).find(|y| !lines.has(x, *y)).unwrap_or(height);
            let crossed = y >= 2 && print.has(x, y - 2) && print.has(x, end + 1);
            if end - y > thickest || crossed {
                continue;
            }
            for y in y.saturating_sub(1)..(end + 1).min(height) {
                covered.row_mut(y)[x] = true;
            }
        }
    }
    covered
}

/// The lines made of pieces: small flat marks at even distances.
fn dashed(mask: &Mask, letter: f32) -> Vec<Vec<Mark>> {
    let flat = ((MAX_PIECE_HEIGHT * letter) as u32).max(3);
    let widest = (MAX_PIECE_WIDTH * letter) as u32;
    let mut pieces: Vec<Mark> = marks(mask)
        .into_iter()
        .filter(|mark| mark.height() <= flat && mark.width() <= widest)
        .collect();
    pieces.sort_unstable_by_key(|piece| (piece.left, piece.top));
    let height = mask.size().1;
    let mut lines = chains(&pieces, (MAX_GAP * letter) as u32, height);
    lines.retain(|line| is_regular(line));
    lines
}

/// Pieces from left to right, each continuing a line that ended a little before it at its height.
fn chains(pieces: &[Mark], gap: u32, height: usize) -> Vec<Vec<Mark>> {
    let mut chains: Vec<Vec<Mark>> = Vec::new();
    // For each row of pixels the chains whose last piece begins there.
    let mut ends: Vec<Vec<usize>> = vec![Vec::new(); height + 1];
    for piece in pieces {
        let rows = piece.top.saturating_sub(1) as usize..(piece.top as usize + 2).min(height);
        let mut best: Option<(usize, u32)> = None;
        for row in rows {
            ends[row].retain(|chain| {
                let right = chains[*chain].last().map_or(0, |last| last.right);
                let alive = right + gap >= piece.left;
                if alive && right <= piece.left && best.is_none_or(|(_, before)| right > before) {
                    best = Some((*chain, right));
                }
                alive
            });
        }
        let chain = match best {
            Some((chain, _)) => {
                let row = chains[chain].last().map_or(0, |last| last.top as usize);
                ends[row].retain(|other| *other != chain);
                chain
            }
            None => {
                chains.push(Vec::new());
                chains.len() - 1
            }
        };
        chains[chain].push(*piece);
        ends[piece.top as usize].push(chain);
    }
    chains
}

fn is_regular(line: &[Mark]) -> bool {
    let widths: Vec<f32> = line.iter().map(|piece| piece.width() as f32).collect();
    let gaps: Vec<f32> = line
        .windows(2)
        .map(|pair| (pair[1].left - pair[0].right) as f32)
        .collect();
    line.len() >= MIN_PIECES && are_alike(&widths) && are_alike(&gaps)
}

/// Spread of at most half the mean, or a pixel or two.
fn are_alike(lengths: &[f32]) -> bool {
    let mean = lengths.iter().sum::<f32>() / lengths.len().max(1) as f32;
    let squares = lengths.iter().map(|length| (length - mean).powi(2));
    let spread = (squares.sum::<f32>() / lengths.len().max(1) as f32).sqrt();
    spread <= 0.5 * mean + 1.5
}

fn cover(covered: &mut Mask, piece: &Mark) {
    let (width, height) = covered.size();
    let columns = piece.left.saturating_sub(1) as usize..(piece.right as usize + 1).min(width);
    for y in piece.top.saturating_sub(1) as usize..(piece.bottom as usize + 1).min(height) {
        covered.row_mut(y)[columns.clone()].fill(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const PAPER: u8 = 245;

    fn block(image: &mut GrayImage, left: u32, top: u32, width: u32, height: u32) {
        for y in top..top + height {
            for x in left..left + width {
                image.put_pixel(x, y, Luma([10]));
            }
        }
    }

    /// Rows of 12 px letters, as far apart as print is.
    fn page() -> GrayImage {
        let mut image = GrayImage::from_pixel(600, 400, Luma([PAPER]));
        for row in 0..8 {
            for column in 0..40 {
                block(&mut image, 40 + column * 13, 20 + row * 44, 8, 12);
            }
        }
        image
    }

    fn cleaned(image: &GrayImage) -> Option<GrayImage> {
        without_ruling(image, &Ink::of(image))
    }

    #[test]
    fn a_page_without_lines_stays_as_it_is() {
        assert!(cleaned(&page()).is_none());
        assert!(cleaned(&GrayImage::new(1, 1)).is_none());
    }

    #[test]
    fn grids_and_dashes_and_dots_go_and_letters_stay() {
        let mut ruled = page();
        block(&mut ruled, 20, 48, 560, 3);
        block(&mut ruled, 20, 92, 560, 2);
        block(&mut ruled, 20, 48, 2, 250);
        for dash in 0..35 {
            block(&mut ruled, 20 + dash * 16, 136, 9, 2);
        }
        for dot in 0..90 {
            // Slightly askew, as scans are.
            block(&mut ruled, 20 + dot * 6, 180 + dot / 45, 2, 2);
        }
        assert_eq!(cleaned(&ruled), Some(page()));
    }

    #[test]
    fn lines_are_told_where_they_are_however_faint() {
        let mut ruled = page();
        block(&mut ruled, 20, 48, 560, 3);
        for y in 48..300 {
            ruled.put_pixel(20, y, Luma([PAPER - 30]));
        }
        for dash in 0..35 {
            block(&mut ruled, 20 + dash * 16, 136, 9, 2);
        }
        let ruling = lines(&ruled, &Ink::of(&ruled)).ruling;
        let length = |y: f32| -> f32 {
            let at = ruling
                .across
                .iter()
                .filter(|part| (part.centre()[1] - y).abs() < 0.01);
            at.map(Rect::width).sum()
        };
        assert!(
            (length(49.5 / 400.0) - 560.0 / 600.0).abs() < 0.02,
            "{ruling:?}"
        );
        assert!(length(137.0 / 400.0) > 0.8, "{ruling:?}");
        assert!(ruling.across.len() > 8, "{ruling:?}");
        let down: f32 = ruling.down.iter().map(Rect::height).sum();
        assert!((down - 252.0 / 400.0).abs() < 0.03, "{ruling:?}");
        let none = lines(&page(), &Ink::of(&page())).ruling;
        assert!(none.is_empty(), "{none:?}");
    }

    #[test]
    fn a_letter_that_crosses_a_line_is_not_cut() {
        let mut image = page();
        let mut stroke = page();
        for page in [&mut image, &mut stroke] {
            block(page, 300, 40, 3, 20);
        }
        block(&mut image, 20, 48, 560, 2);
        assert_eq!(cleaned(&image), Some(stroke));
    }

    #[test]
    fn hyphens_and_bars_are_no_lines() {
        let mut image = page();
        block(&mut image, 100, 48, 40, 2);
        for hyphen in 0..6 {
            block(&mut image, 200 + hyphen * 14, 140, 6, 2);
        }
        // A dark band is not a line, however long.
        block(&mut image, 20, 80, 560, 20);
        assert!(cleaned(&image).is_none());
    }
}
