//! What a PDF page draws, without drawing it: its glyphs with their letters, and its images.
//!
//! Goes in: a page. Comes out: glyphs in drawing order and the images' places, in points, y down, on
//! the page as displayed (`/Rotate` applied). Clipping and what covers what are not looked at.
//!
//! This pass reads the same content as the renderer, so it also is the place to stop in time: it
//! checks the clock as it goes, where the renderer cannot be interrupted.

use super::guard::{self, Excess};
use crate::Limits;
use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt, interpret_page,
};
use hayro::hayro_syntax::object::ObjectIdentifier;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect, Shape};
use std::collections::HashMap;
use std::time::Instant;

/// What an object without a number of its own says its number is.
const NO_OBJECT: ObjectIdentifier = ObjectIdentifier {
    obj_number: 0,
    gen_number: 0,
};
/// Glyphs are given in thousandths of an em.
const UNITS_PER_EM: f64 = 1000.0;

/// A glyph where it stands on the page, in points.
#[derive(Clone, Debug)]
pub(crate) struct PlacedGlyph {
    /// The letter or letters it stands for; `None` if the font does not say.
    pub(crate) text: Option<String>,
    /// On the baseline, before the glyph and after it.
    pub(crate) start: Point,
    pub(crate) end: Point,
    /// Size of the em square at right angles to the baseline.
    pub(crate) em: f64,
    /// Around the ink, or around a typical letter where the outline is unknown.
    pub(crate) bounds: Rect,
    /// Whether it draws anything (assumed of glyphs that are drawings of their own).
    pub(crate) has_ink: bool,
    /// Drawn with text rendering mode 3, or used for clipping only.
    pub(crate) hidden: bool,
}

/// An image where it stands on the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlacedImage {
    /// In points.
    pub(crate) bounds: Rect,
    /// Pixels per inch along the image's rows.
    pub(crate) dpi: f64,
}

/// What a page draws.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) glyphs: Vec<PlacedGlyph>,
    pub(crate) images: Vec<PlacedImage>,
    /// A picture written into the content itself is over a limit.
    pub(crate) excess: Option<Excess>,
}

/// Thrown (not panicked: no message is printed) when the time is up.
pub(crate) struct OutOfTime;

/// Reads the page, unwinding with `OutOfTime` when it is not done by `deadline`.
pub(crate) fn read(page: &Page<'_>, limits: &Limits, deadline: Instant) -> Content {
    let cache = InterpreterCache::new();
    let (width, height) = page.render_dimensions();
    let mut context = Context::new(
        page.initial_transform(true).to_kurbo(),
        Rect::new(0.0, 0.0, f64::from(width), f64::from(height)),
        &cache,
        page.xref(),
        InterpreterSettings::default(),
    );
    let mut collector = Collector {
        content: Content::default(),
        ink: HashMap::new(),
        limits,
        deadline,
        drawn: 0,
    };
    interpret_page(page, &mut context, &mut collector);
    collector.content
}

struct Collector<'l> {
    content: Content,
    /// Bounds of each outline seen, in glyph units; `None` for one without ink.
    ink: HashMap<u128, Option<Rect>>,
    limits: &'l Limits,
    deadline: Instant,
    drawn: u32,
}

impl Collector<'_> {
    fn check_time(&mut self) {
        self.drawn = self.drawn.wrapping_add(1);
        if self.drawn.is_multiple_of(64) && Instant::now() > self.deadline {
            std::panic::resume_unwind(Box::new(OutOfTime));
        }
    }

    fn place(&mut self, glyph: &Glyph<'_>, transform: Affine, hidden: bool) -> Option<PlacedGlyph> {
        let [a, b, c, d, _, _] = transform.as_coeffs();
        let em = c.hypot(d) * UNITS_PER_EM;
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(drawn) => drawn.advance_width(),
        };
        let advance = f64::from(advance.unwrap_or(500.0));
        let (start, end) = (
            transform * Point::ZERO,
            transform * Point::new(advance, 0.0),
        );
        let typical = Rect::new(0.0, 0.0, advance.max(1.0), 0.7 * UNITS_PER_EM);
        let ink = match glyph {
            Glyph::Outline(outline) => *self
                .ink
                .entry(outline.identifier().cache_key())
                .or_insert_with(|| inked(&outline.outline())),
            Glyph::Type3(_) => None,
        };
        let bounds = transform.transform_rect_bbox(ink.unwrap_or(typical));
        let text = glyph.as_unicode().map(|text| match text {
            BfString::Char(letter) => letter.to_string(),
            BfString::String(letters) => letters,
        });
        let finite = [
            a, b, c, d, start.x, start.y, end.x, end.y, bounds.x0, bounds.y1,
        ]
        .iter()
        .all(|value| value.is_finite());
        (finite && em > 0.0).then_some(PlacedGlyph {
            text,
            start,
            end,
            em,
            bounds,
            has_ink: ink.is_some() || matches!(glyph, Glyph::Type3(_)),
            hidden,
        })
    }
}

fn inked(outline: &BezPath) -> Option<Rect> {
    let bounds = outline.bounding_box();
    (bounds.width() > 0.0 && bounds.height() > 0.0).then_some(bounds)
}

impl<'a> Device<'a> for Collector<'_> {
    fn draw_glyph_run(
        &mut self,
        run: &GlyphRun<'_, 'a>,
        props: DrawProps<'a>,
        draw_mode: &DrawMode,
    ) {
        let hidden = matches!(draw_mode, DrawMode::Invisible);
        for glyph in run.glyphs() {
            self.check_time();
            let transform = props.transform * glyph.transform();
            if let Some(placed) = self.place(glyph, transform, hidden) {
                self.content.glyphs.push(placed);
            }
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.check_time();
        let stream = match &image {
            Image::Stencil(stencil) => stencil.stream(),
            Image::Raster(raster) => raster.stream(),
        };
        // Pictures with a number of their own have been measured with the page's other objects.
        if stream.obj_id() == NO_OBJECT {
            let excess = guard::check_stream(stream, self.limits).err();
            self.content.excess = self.content.excess.take().or(excess);
        }
        let (width_px, height_px) = (image.width(), image.height());
        let local = Rect::new(0.0, 0.0, f64::from(width_px), f64::from(height_px));
        let [a, b, _, _, _, _] = props.transform.as_coeffs();
        let points_per_px = a.hypot(b);
        if points_per_px > 0.0 && points_per_px.is_finite() {
            self.content.images.push(PlacedImage {
                bounds: props.transform.transform_rect_bbox(local),
                dpi: 72.0 / points_per_px,
            });
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.check_time();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.check_time();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
