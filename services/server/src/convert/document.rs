//! Documents, fields, pages and places: wire <-> domain.

use super::parse::BadField;
use docexam_domain::{
    Document, DocumentType, Field, FieldKey, FileProblem, PageAnchor, PageReading, PageRef,
    PageStatus, Placement, Polygon, ReadingSource, Ruling,
};
use docexam_proto::v1 as wire;
use prost_types::{ListValue, Value, value::Kind};
use std::str::FromStr;

pub(super) fn document_to_wire(document: Document) -> wire::Document {
    wire::Document {
        id: document.id,
        r#type: document.document_type.to_string(),
        confidence: document.confidence,
        pages: document.pages.into_iter().map(page_ref_to_wire).collect(),
        fields: document.fields.into_iter().map(field_to_wire).collect(),
    }
}

pub(super) fn document_from_wire(wire: wire::Document, path: &str) -> Result<Document, BadField> {
    let document_type = DocumentType::from_str(&wire.r#type)
        .map_err(|_| unknown(format!("{path}.type"), &wire.r#type))?;
    Ok(Document {
        id: wire.id,
        document_type,
        confidence: wire.confidence,
        pages: wire.pages.into_iter().map(page_ref_from_wire).collect(),
        fields: fields_from_wire(wire.fields, &format!("{path}.fields"), 0)?,
    })
}

fn field_to_wire(field: Field) -> wire::Field {
    wire::Field {
        r#type: field.key.to_string(),
        mention_text: field.mention_text,
        normalized_value: field.normalized_value,
        alternative_values: field.alternative_values,
        confidence: field.confidence,
        page_anchor: field.page_anchor.map(anchor_to_wire),
        properties: field.properties.into_iter().map(field_to_wire).collect(),
    }
}

/// A line item has cells, and cells have nothing: deeper nesting is refused, not followed.
const MAX_DEPTH: usize = 1;

fn fields_from_wire(
    wire: Vec<wire::Field>,
    path: &str,
    depth: usize,
) -> Result<Vec<Field>, BadField> {
    if depth > MAX_DEPTH && !wire.is_empty() {
        return Err(BadField::new(
            path,
            "is nested deeper than the cells of a line item",
        ));
    }
    wire.into_iter()
        .enumerate()
        .map(|(index, field)| {
            let path = format!("{path}[{index}]");
            let key = FieldKey::from_str(&field.r#type)
                .map_err(|_| unknown(format!("{path}.type"), &field.r#type))?;
            Ok(Field {
                key,
                mention_text: field.mention_text,
                normalized_value: field.normalized_value,
                alternative_values: field.alternative_values,
                confidence: field.confidence,
                page_anchor: anchor_from_wire(field.page_anchor, &format!("{path}.page_anchor"))?,
                properties: fields_from_wire(
                    field.properties,
                    &format!("{path}.properties"),
                    depth + 1,
                )?,
            })
        })
        .collect()
}

pub(super) fn anchor_to_wire(anchor: PageAnchor) -> wire::PageAnchor {
    wire::PageAnchor {
        file: anchor.file,
        page: anchor.page,
        polygon: anchor.polygon.0.into_iter().map(point_to_wire).collect(),
    }
}

pub(super) fn anchor_from_wire(
    wire: Option<wire::PageAnchor>,
    path: &str,
) -> Result<Option<PageAnchor>, BadField> {
    let Some(anchor) = wire else { return Ok(None) };
    let points = anchor.polygon.iter().enumerate().map(|(index, point)| {
        point_from_wire(point)
            .ok_or_else(|| BadField::new(format!("{path}.polygon[{index}]"), "is not [x, y]"))
    });
    let polygon = Polygon(points.collect::<Result<_, _>>()?);
    Ok(Some(PageAnchor {
        file: anchor.file,
        page: anchor.page,
        polygon,
    }))
}

fn point_to_wire(point: [f32; 2]) -> ListValue {
    let number = |coordinate| Value {
        kind: Some(Kind::NumberValue(shortest(coordinate))),
    };
    ListValue {
        values: point.map(number).to_vec(),
    }
}

fn point_from_wire(wire: &ListValue) -> Option<[f32; 2]> {
    match wire.values.as_slice() {
        [
            Value {
                kind: Some(Kind::NumberValue(x)),
            },
            Value {
                kind: Some(Kind::NumberValue(y)),
            },
        ] => Some([*x as f32, *y as f32]),
        _ => None,
    }
}

/// The double that prints like the float: 0.1, not 0.10000000149011612.
fn shortest(coordinate: f32) -> f64 {
    coordinate
        .to_string()
        .parse()
        .unwrap_or_else(|_| f64::from(coordinate))
}

pub(super) fn page_to_wire(page: PageReading) -> wire::Page {
    let status = match page.status {
        PageStatus::Read => wire::page::Status::Read,
        PageStatus::Blank => wire::page::Status::Blank,
        PageStatus::Failed => wire::page::Status::Failed,
    };
    let source = match page.source {
        ReadingSource::Ocr => wire::page::Source::Ocr,
        ReadingSource::TextLayer => wire::page::Source::TextLayer,
        ReadingSource::None => wire::page::Source::None,
    };
    wire::Page {
        file: page.file,
        page: page.page,
        status: status.into(),
        source: source.into(),
        quality: page.quality,
        problem: page.problem,
        placement: page.placement.map(placement_to_wire),
    }
}

/// Words do not travel, so the reading has none.
pub(super) fn page_from_wire(wire: wire::Page, path: &str) -> Result<PageReading, BadField> {
    let status = match wire.status() {
        wire::page::Status::Read => PageStatus::Read,
        wire::page::Status::Blank => PageStatus::Blank,
        wire::page::Status::Failed => PageStatus::Failed,
        wire::page::Status::Unspecified => {
            return Err(unknown(format!("{path}.status"), &wire.status.to_string()));
        }
    };
    let source = match wire.source() {
        wire::page::Source::Ocr => ReadingSource::Ocr,
        wire::page::Source::TextLayer => ReadingSource::TextLayer,
        wire::page::Source::None => ReadingSource::None,
        wire::page::Source::Unspecified => {
            return Err(unknown(format!("{path}.source"), &wire.source.to_string()));
        }
    };
    let placement = wire
        .placement
        .map(|placement| placement_from_wire(placement, path));
    Ok(PageReading {
        file: wire.file,
        page: wire.page,
        status,
        source,
        quality: wire.quality,
        problem: wire.problem,
        placement: placement.transpose()?,
        words: Vec::new(),
        ruling: Ruling::default(),
        signatures: Vec::new(),
    })
}

fn placement_to_wire(placement: Placement) -> wire::Placement {
    wire::Placement {
        turned_degrees: placement.turned_degrees.into(),
        straightened_degrees: placement.straightened_degrees,
        width_px: placement.width_px,
        height_px: placement.height_px,
    }
}

fn placement_from_wire(wire: wire::Placement, path: &str) -> Result<Placement, BadField> {
    let turned = wire.turned_degrees;
    Ok(Placement {
        turned_degrees: u16::try_from(turned).map_err(|_| {
            unknown(
                format!("{path}.placement.turned_degrees"),
                &turned.to_string(),
            )
        })?,
        straightened_degrees: wire.straightened_degrees,
        width_px: wire.width_px,
        height_px: wire.height_px,
    })
}

fn page_ref_to_wire(page: PageRef) -> wire::PageRef {
    wire::PageRef {
        file: page.file,
        page: page.page,
    }
}

fn page_ref_from_wire(wire: wire::PageRef) -> PageRef {
    PageRef {
        file: wire.file,
        page: wire.page,
    }
}

pub(super) fn problem_to_wire(problem: FileProblem) -> wire::FileProblem {
    wire::FileProblem {
        file: problem.file,
        name: problem.name,
        problem: problem.problem,
    }
}

pub(super) fn problem_from_wire(wire: wire::FileProblem) -> FileProblem {
    FileProblem {
        file: wire.file,
        name: wire.name,
        problem: wire.problem,
    }
}

pub(super) fn unknown(field: String, value: &str) -> BadField {
    BadField::new(field, format!("{value:?} is not known to this program"))
}
