//! Tagged pages to documents: the steps in their order.
//!
//! Every page given is on exactly one document that comes out. Deliberately absent today:
//! `stamp_present`, which no word on the page says; telling it needs the image.

use crate::calibration::{Calibration, Tier};
use crate::candidates::{Candidate, number_in, sum_of_column};
use crate::choose::choose;
use crate::columns::carry_over;
use crate::consignment_dates::settle_dates;
use crate::derived::add_derived;
use crate::fragments::is_finite;
use crate::mass_columns::{doubt_impossible, settle_masses};
use crate::mentions::{Mention, Place, mentions};
use crate::misread_words::KnownWords;
use crate::normalise::Context;
use crate::odds::{log_odds, probability};
use crate::page_facts::{PageFacts, page_facts};
use crate::prices::settle_price;
use crate::rivals::{printed_amounts, rivals};
use crate::rows::{Row, rows};
use crate::signed::signature;
use crate::split::{Group, split};
use crate::tagged::TaggedPage;
use docexam_domain::{
    Document, DocumentType, Field, FieldKey, PageAnchor, PageRef, Placement, Rect,
};

/// Documents on the pages, `d1`, `d2`, … in page order.
/// `calibration` turns confidences into shares of right fields; without one they stay as they are.
pub fn assemble(mut pages: Vec<TaggedPage>, calibration: Option<&Calibration>) -> Vec<Document> {
    pages.sort_by_key(|page| (page.reading.file, page.reading.page));
    let facts: Vec<PageFacts> = pages.iter().map(page_facts).collect();
    let groups = split(&pages, &facts);
    for group in &groups {
        carry_over(&mut pages, &group.pages);
    }
    let of_group = |(index, group): (usize, &Group)| {
        let mut document = document(index + 1, group, &pages);
        if let Some(calibration) = calibration {
            calibrate(&mut document, &pages, calibration);
        }
        document
    };
    let mut documents: Vec<Document> = groups.iter().enumerate().map(of_group).collect();
    settle_dates(&mut documents);
    documents
}

/// A line item stays as sure as its cells are on average.
fn calibrate(document: &mut Document, pages: &[TaggedPage], calibration: &Calibration) {
    let tier_of = |field: &Field| {
        let anchor = field.page_anchor.as_ref();
        let reading = anchor.and_then(|anchor| {
            let mut readings = pages.iter().map(|page| &page.reading);
            readings.find(|r| (r.file, r.page) == (anchor.file, anchor.page))
        });
        // A field without a place follows from others; doubt it.
        reading.map_or(Tier::Poor, Tier::of)
    };
    for field in &mut document.fields {
        if field.properties.is_empty() {
            let tier = tier_of(field);
            field.confidence = calibration.apply(field.key, false, tier, field.confidence);
            continue;
        }
        for cell in &mut field.properties {
            let tier = tier_of(cell);
            cell.confidence = calibration.apply(cell.key, true, tier, cell.confidence);
        }
        let sum: f32 = field.properties.iter().map(|cell| cell.confidence).sum();
        field.confidence = sum / field.properties.len() as f32;
    }
}

fn document(number: usize, group: &Group, pages: &[TaggedPage]) -> Document {
    let on_pages = |found: fn(usize, &TaggedPage) -> Vec<Mention>| -> Vec<Mention> {
        let of_page = |index: &usize| Some(found(*index, pages.get(*index)?));
        group.pages.iter().filter_map(of_page).flatten().collect()
    };
    let header = on_pages(mentions);
    let rows = rows(pages, &group.pages);
    let context = context(group, pages, &header, &rows);
    let cells = rows.iter().flat_map(|row| &row.cells);
    let known = KnownWords::of(header.iter().chain(cells));
    let item = |row| item(row, &context, &known);
    let mut items: Vec<Item> = rows.iter().map(item).collect();
    let amounts = sum_of_column(
        items.iter().map(|item| item.cells.as_slice()),
        FieldKey::LineAmount,
    );
    let (rivals, printed) = (on_pages(rivals), on_pages(printed_amounts));
    let mut chosen = choose(header, rivals, printed, amounts, &context);
    chosen.iter_mut().for_each(|field| known.mend(field));
    let mut rows: Vec<&mut Vec<Candidate>> = items.iter_mut().map(|item| &mut item.cells).collect();
    settle_masses(&mut rows, |key| number_in(&chosen, key));
    let (net, gross) = (FieldKey::TotalNetMassKg, FieldKey::TotalGrossMassKg);
    doubt_impossible(&mut chosen, net, gross);
    for item in &mut items {
        doubt_impossible(&mut item.cells, FieldKey::NetMassKg, FieldKey::GrossMassKg);
    }
    if group.document_type == DocumentType::Other {
        doubt(&mut chosen, group.confidence);
        for item in &mut items {
            doubt(&mut item.cells, group.confidence);
        }
        items.retain(|item| !item.cells.is_empty());
    }

    let mut placed: Vec<(Place, Field)> = Vec::new();
    for candidate in chosen {
        placed.push((candidate.mention.place(), field(&candidate, pages)));
    }
    for item in &items {
        placed.extend(line_item(item, pages));
    }
    placed.extend(signature(group.document_type, &group.pages, pages));
    placed.sort_by_key(|(place, _)| *place);
    let mut fields: Vec<Field> = placed.into_iter().map(|(_, field)| field).collect();
    add_derived(&mut fields);
    Document {
        id: format!("d{number}"),
        document_type: group.document_type,
        confidence: group.confidence,
        pages: group
            .pages
            .iter()
            .filter_map(|i| page_ref(pages.get(*i)?))
            .collect(),
        fields,
    }
}

/// Papers of other kinds have no fields: the surer the kind, the less a field is believed, and what is rather no
/// field than one is left out.
fn doubt(fields: &mut Vec<Candidate>, other: f32) {
    for field in fields.iter_mut() {
        field.odds -= log_odds(other);
    }
    fields.retain(|field| probability(field.odds) >= 0.5);
}

fn page_ref(page: &TaggedPage) -> Option<PageRef> {
    Some(PageRef {
        file: page.reading.file,
        page: page.reading.page,
    })
}

/// How this document writes numbers and dates, from all that was found on it.
fn context(group: &Group, pages: &[TaggedPage], header: &[Mention], rows: &[Row]) -> Context {
    let cells = rows.iter().flat_map(|row| &row.cells);
    let words = group
        .pages
        .iter()
        .filter_map(|index| pages.get(*index))
        .flat_map(|page| page.reading.words.iter().map(|word| word.text.as_str()));
    let texts = header.iter().chain(cells).map(|m| (m.key, m.text.as_str()));
    Context::infer(texts, words)
}

/// A row whose cells have values.
struct Item {
    cells: Vec<Candidate>,
}

fn item(row: &Row, context: &Context, known: &KnownWords) -> Item {
    let candidate = |mention: &Mention| {
        let mut candidate = Candidate::new(mention.clone(), context);
        known.mend(&mut candidate);
        candidate
    };
    let mut cells: Vec<Candidate> = row
        .cells
        .iter()
        .map(candidate)
        // A cell with a value counts in sums however badly it was read; leaving it out would be worse.
        .filter(|cell| cell.normalised.value.is_some() || cell.is_worth_keeping())
        .collect();
    cells.extend(unit_in_quantity(&cells, context));
    read_by_unit(&mut cells);
    settle_price(&mut cells, &row.other_prices, context);
    Item { cells }
}

/// The unit of `126,60M2`, where no cell of its own says it.
fn unit_in_quantity(cells: &[Candidate], context: &Context) -> Option<Candidate> {
    if cells.iter().any(|cell| cell.mention.key == FieldKey::Unit) {
        return None;
    }
    let quantity = cells
        .iter()
        .find(|cell| cell.mention.key == FieldKey::Quantity)?;
    let number = quantity.mention.text.trim();
    // The figure of a unit (`M2`) stands behind its letters.
    let letters = number.find(char::is_alphabetic)?;
    let unit = Mention {
        key: FieldKey::Unit,
        text: number[letters..].trim().to_owned(),
        ..quantity.mention.clone()
    };
    let unit = Candidate::new(unit, context);
    unit.normalised.value.is_some().then_some(unit)
}

/// `49.500` of tonnes or cubic metres is 49.5: nobody ships 49,500 of them on one line.
fn read_by_unit(cells: &mut [Candidate]) {
    let unit = cells
        .iter()
        .find(|cell| cell.mention.key == FieldKey::Unit)
        .and_then(|cell| cell.normalised.value.clone());
    if !matches!(unit.as_deref(), Some("TNE" | "MTQ")) {
        return;
    }
    let quantity = cells
        .iter_mut()
        .find(|cell| cell.mention.key == FieldKey::Quantity);
    // The one alternative beside a value is the reading with decimals.
    if let Some(quantity) = quantity
        && let Some(decimal) = quantity.normalised.alternatives.pop()
        && let Some(grouped) = quantity.normalised.value.replace(decimal)
    {
        quantity.normalised.alternatives.push(grouped);
    }
}

fn line_item(item: &Item, pages: &[TaggedPage]) -> Option<(Place, Field)> {
    let first = item.cells.first()?;
    let page = first.mention.page;
    let on_first_page = item.cells.iter().filter(|cell| cell.mention.page == page);
    let bbox = on_first_page.fold(first.mention.bbox, |all, c| all.union(&c.mention.bbox));
    let properties: Vec<Field> = item.cells.iter().map(|cell| field(cell, pages)).collect();
    let count = properties.len() as f32;
    let text: Vec<&str> = item.cells.iter().map(|c| c.mention.text.as_str()).collect();
    let line_item = Field {
        key: FieldKey::LineItem,
        mention_text: text.join(" "),
        normalized_value: None,
        alternative_values: Vec::new(),
        confidence: properties.iter().map(|p| p.confidence).sum::<f32>() / count,
        page_anchor: anchor(page, &bbox, pages),
        properties,
    };
    Some((first.mention.place(), line_item))
}

fn field(candidate: &Candidate, pages: &[TaggedPage]) -> Field {
    let mention = &candidate.mention;
    Field {
        key: mention.key,
        mention_text: mention.text.clone(),
        normalized_value: candidate.normalised.value.clone(),
        alternative_values: candidate.normalised.alternatives.clone(),
        confidence: probability(candidate.odds),
        page_anchor: anchor(mention.page, &mention.bbox, pages),
        properties: Vec::new(),
    }
}

/// Where a box of the upright page lies on the page as it is displayed.
pub(crate) fn anchor(page: usize, bbox: &Rect, pages: &[TaggedPage]) -> Option<PageAnchor> {
    let reading = &pages.get(page)?.reading;
    if !is_finite(bbox) {
        return None;
    }
    // A reading without a placement was neither turned nor straightened; any size will do.
    let placement = reading
        .placement
        .unwrap_or_else(|| Placement::upright(1, 1));
    Some(PageAnchor {
        file: reading.file,
        page: reading.page,
        polygon: placement.displayed(bbox),
    })
}

#[cfg(test)]
mod tests;
