//! Measures every stream and picture that a page can reach, before the renderer decodes any of them.
//!
//! Goes in: a page. Comes out: that each stream stays under the limit on bytes, and each picture
//! under the limit on megapixels.

use super::content::OutOfTime;
use super::inflated::{self, TooLarge};
use crate::Limits;
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, MaybeRef, Object, ObjectIdentifier, Stream};
use hayro::hayro_syntax::page::Page;
use hayro_jbig2::DecodeSettings as Jbig2Settings;
use hayro_jpeg2000::DecodeSettings as Jpeg2000Settings;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A stream or picture of the page is over a limit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Excess {
    StreamBytes,
    Megapixels(f32),
}

impl From<TooLarge> for Excess {
    fn from(_: TooLarge) -> Self {
        Self::StreamBytes
    }
}

/// Streams found to be within the limits, so that a font of all pages is measured once.
#[derive(Default)]
pub(crate) struct Measured(Mutex<HashSet<ObjectIdentifier>>);

impl Measured {
    /// Whether the stream is new.
    fn insert(&self, id: ObjectIdentifier) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id)
    }

    fn forget(&self, id: ObjectIdentifier) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }
}

/// Follows every reference from what the renderer reads of a page (its resources, its content, the
/// looks of its annotations), unwinding with `OutOfTime` after `deadline`.
pub(crate) fn check(
    page: &Page<'_>,
    measured: &Measured,
    limits: &Limits,
    deadline: Instant,
) -> Result<(), Excess> {
    let mut open = roots(page);
    let mut seen = HashSet::new();
    while let Some(object) = open.pop() {
        if Instant::now() > deadline {
            std::panic::resume_unwind(Box::new(OutOfTime));
        }
        let values: Vec<MaybeRef<Object<'_>>> = match object {
            Object::Dict(dict) => dict.entries().map(|(_, value)| value).collect(),
            Object::Array(array) => array.raw_iter().collect(),
            Object::Stream(stream) => {
                let id = stream.obj_id();
                if measured.insert(id)
                    && let Err(excess) = check_stream(&stream, limits)
                {
                    measured.forget(id);
                    return Err(excess);
                }
                stream.dict().entries().map(|(_, value)| value).collect()
            }
            _ => continue,
        };
        for value in values {
            match value {
                MaybeRef::Ref(reference) => {
                    let id = ObjectIdentifier::from(reference);
                    if seen.insert(id) {
                        open.extend(page.xref().get::<Object<'_>>(id));
                    }
                }
                MaybeRef::NotRef(object @ (Object::Dict(_) | Object::Array(_))) => {
                    open.push(object);
                }
                MaybeRef::NotRef(_) => {}
            }
        }
    }
    Ok(())
}

fn roots<'a>(page: &Page<'a>) -> Vec<Object<'a>> {
    let resources = page.resources();
    let mut roots = [
        &resources.ext_g_states,
        &resources.fonts,
        &resources.color_spaces,
        &resources.x_objects,
        &resources.patterns,
        &resources.shadings,
        &resources.properties,
    ]
    .map(|dict| Object::Dict(dict.clone()))
    .to_vec();
    roots.extend(page.raw().get::<Object<'a>>("Contents"));
    let annotations = page.raw().get::<Array<'a>>("Annots");
    for annotation in annotations
        .iter()
        .flat_map(|array| array.iter::<Dict<'a>>())
    {
        roots.extend(annotation.get::<Object<'a>>("AP"));
    }
    roots
}

/// One stream, by its own and by its dictionary's account.
pub(crate) fn check_stream(stream: &Stream<'_>, limits: &Limits) -> Result<(), Excess> {
    let (filters, limit) = (stream.filters(), limits.max_stream_bytes);
    let raw = stream.raw_data();
    inflated::size(&raw, &filters, limit)?;
    let dict = stream.dict();
    let side = |long: &str, short: &str| {
        let side = dict.get::<u32>(long).or_else(|| dict.get::<u32>(short));
        u64::from(side.unwrap_or(0))
    };
    let (width, height) = (side("Width", "W"), side("Height", "H"));
    check_area(width, height, limits)?;
    let stated = match filters.last() {
        Some(Filter::CcittFaxDecode) => {
            let parameters = dict
                .get::<Dict<'_>>("DecodeParms")
                .or_else(|| dict.get("DP"));
            let parameter = |name: &str| parameters.as_ref().and_then(|of| of.get::<u32>(name));
            let rows = parameter("Rows").map_or(height, u64::from).max(height);
            Some((parameter("Columns").map_or(1728, u64::from), rows))
        }
        Some(Filter::Jbig2Decode) => {
            inflated::picture_bytes(&raw, &filters, limit).and_then(|bytes| {
                let settings = Jbig2Settings { strict: false };
                let page = hayro_jbig2::Page::new_embedded(&bytes, None, &settings).ok()?;
                Some((u64::from(page.width()), u64::from(page.height())))
            })
        }
        Some(Filter::JpxDecode) => {
            inflated::picture_bytes(&raw, &filters, limit).and_then(|bytes| {
                let image =
                    hayro_jpeg2000::Image::new(&bytes, &Jpeg2000Settings::default()).ok()?;
                Some((u64::from(image.width()), u64::from(image.height())))
            })
        }
        // A JPEG larger than its dictionary says is cut to that size by the renderer.
        _ => None,
    };
    stated.map_or(Ok(()), |(width, height)| check_area(width, height, limits))
}

fn check_area(width: u64, height: u64, limits: &Limits) -> Result<(), Excess> {
    let megapixels = width as f32 * height as f32 / 1e6;
    if megapixels > limits.max_megapixels {
        return Err(Excess::Megapixels(megapixels));
    }
    Ok(())
}
