//! The decision table of measures: which goods need which document, and which may not pass.
//!
//! Goes in: `measures.csv` and the facts of one item. Comes out: the rows that apply on a date.
//! A row applies when HS prefix, origin, procedure and date fit and its CEL condition is true. A
//! condition that fails to evaluate (a fact it needs is unknown) is an error, never a "no".

use super::tables::{self, Period};
use crate::error::ChecksError;
use cel::{Context, Program, Value};
use docexam_domain::{Declaration, DeclarationItem, DocumentType, Severity};
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

#[derive(Debug)]
pub struct Measure {
    /// Unique but for rows of other dates: `phyto-live-plants`.
    pub id: String,
    /// `G05` (a document is required) or `G06` (prohibited or restricted).
    pub rule: String,
    pub hs_prefixes: Vec<String>,
    /// ISO 3166 codes; empty means any.
    pub origins: Vec<String>,
    /// `import`, `export`, `transit`; empty means any.
    pub procedures: Vec<String>,
    pub condition: String,
    program: Option<Result<Program, String>>,
    /// Any one of these satisfies the measure; none and no code: nothing can.
    pub document_types: Vec<DocumentType>,
    /// UNTDED 1001 codes of licences that a declaration cites and that are not among the papers.
    pub declared_codes: Vec<String>,
    pub period: Period,
    pub severity: Severity,
    pub legal_reference: String,
    /// For the officer: what the measure is.
    pub message: String,
}

/// What conditions may ask about: `item`, `declaration`, `documents`.
pub struct ItemFacts {
    hs_code: String,
    origin: Option<String>,
    procedure: Option<String>,
    item: HashMap<String, Value>,
    declaration: HashMap<String, Value>,
    documents: Vec<String>,
}

impl ItemFacts {
    /// `printed_descriptions` are those of the rows that belong to the item, if any.
    pub fn of(
        declaration: &Declaration,
        item: &DeclarationItem,
        printed_descriptions: &[&str],
        documents: &[DocumentType],
    ) -> Self {
        let mut of_item = HashMap::new();
        let mut of_declaration = HashMap::new();
        let text = |map: &mut HashMap<String, Value>, name: &str, value: Option<&str>| {
            if let Some(value) = value {
                map.insert(name.to_owned(), value.into());
            }
        };
        let number = |map: &mut HashMap<String, Value>, name: &str, value: Option<Decimal>| {
            if let Some(value) = value.and_then(|value| value.to_f64()) {
                map.insert(name.to_owned(), Value::Float(value));
            }
        };
        let hs_code = item.hs_code.clone().unwrap_or_default();
        let words: Vec<&str> = item
            .description
            .as_deref()
            .into_iter()
            .chain(printed_descriptions.iter().copied())
            .collect();
        // Lower case, so that conditions need not care.
        let description = words.join(" / ").to_lowercase();
        text(&mut of_item, "hs_code", Some(&hs_code));
        text(&mut of_item, "origin", item.country_of_origin.as_deref());
        text(&mut of_item, "unit", item.unit.as_deref());
        text(&mut of_item, "preference", item.preference.as_deref());
        if !description.is_empty() {
            text(&mut of_item, "description", Some(&description));
        }
        number(&mut of_item, "quantity", item.quantity);
        number(&mut of_item, "net_mass_kg", item.net_mass_kg);
        number(&mut of_item, "gross_mass_kg", item.gross_mass_kg);
        let exporter = declaration.exporter.as_ref();
        let map = &mut of_declaration;
        text(map, "procedure", declaration.procedure.as_deref());
        text(
            map,
            "importing_country",
            declaration.importing_country.as_deref(),
        );
        text(map, "transport_mode", declaration.transport_mode.as_deref());
        text(
            map,
            "exporter_country",
            exporter.and_then(|party| party.country.as_deref()),
        );
        Self {
            hs_code,
            origin: item.country_of_origin.clone(),
            procedure: declaration.procedure.clone(),
            item: of_item,
            declaration: of_declaration,
            documents: documents.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Measure {
    /// Whether the row applies; the error says why that cannot be told.
    pub fn applies(&self, facts: &ItemFacts, date: Date) -> Result<bool, String> {
        let prefixes = &self.hs_prefixes;
        let code = &facts.hs_code;
        if !self.period.contains(date) || !prefixes.iter().any(|prefix| code.starts_with(prefix)) {
            return Ok(false);
        }
        if !fits(&self.procedures, facts.procedure.as_deref(), "procedure")? {
            return Ok(false);
        }
        if !fits(&self.origins, facts.origin.as_deref(), "country of origin")? {
            return Ok(false);
        }
        match &self.program {
            None => Ok(true),
            Some(Ok(program)) => evaluated(program, facts),
            Some(Err(problem)) => Err(format!("its condition does not compile: {problem}")),
        }
    }

    pub fn compile_problem(&self) -> Option<&str> {
        match &self.program {
            Some(Err(problem)) => Some(problem),
            _ => None,
        }
    }

    #[cfg(test)]
    pub fn set_condition(&mut self, condition: &str) {
        self.condition = condition.to_owned();
        self.program = compiled(condition);
    }
}

fn fits(allowed: &[String], value: Option<&str>, what: &str) -> Result<bool, String> {
    match value {
        _ if allowed.is_empty() => Ok(true),
        Some(value) => Ok(allowed.iter().any(|one| one.eq_ignore_ascii_case(value))),
        None => Err(format!("the declaration gives no {what}")),
    }
}

fn evaluated(program: &Program, facts: &ItemFacts) -> Result<bool, String> {
    let mut context = Context::default();
    context.add_variable_from_value("item", facts.item.clone());
    context.add_variable_from_value("declaration", facts.declaration.clone());
    context.add_variable_from_value("documents", facts.documents.clone());
    match program.execute(&context) {
        Ok(Value::Bool(answer)) => Ok(answer),
        Ok(other) => Err(format!("its condition yields {other:?}, not true or false")),
        Err(problem) => Err(format!("its condition fails: {problem}")),
    }
}

fn compiled(condition: &str) -> Option<Result<Program, String>> {
    let condition = condition.trim();
    (!condition.is_empty())
        .then(|| Program::compile(condition).map_err(|problem| problem.to_string()))
}

/// A row as it stands in the file; lists are separated by blanks.
#[derive(Deserialize)]
struct MeasureRow {
    id: String,
    rule: String,
    hs_prefixes: String,
    origins: String,
    procedures: String,
    condition: String,
    document_types: String,
    declared_codes: String,
    #[serde(deserialize_with = "tables::date_from_text")]
    valid_from: Date,
    #[serde(deserialize_with = "tables::date_from_text_or_empty")]
    valid_to: Option<Date>,
    severity: Severity,
    legal_reference: String,
    message: String,
}

pub(super) fn read(path: &Path) -> Result<Vec<Measure>, ChecksError> {
    let rows: Vec<MeasureRow> = tables::read(path)?;
    rows.into_iter().map(|row| measure(path, row)).collect()
}

fn measure(path: &Path, row: MeasureRow) -> Result<Measure, ChecksError> {
    let list = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let types: Result<Vec<DocumentType>, ChecksError> = row
        .document_types
        .split_whitespace()
        .map(|name| {
            DocumentType::from_str(name).map_err(|_| ChecksError::Content {
                path: path.to_owned(),
                problem: format!("measure {}: '{name}' is no document type", row.id),
            })
        })
        .collect();
    Ok(Measure {
        document_types: types?,
        hs_prefixes: list(&row.hs_prefixes),
        origins: list(&row.origins),
        procedures: list(&row.procedures),
        declared_codes: list(&row.declared_codes),
        program: compiled(&row.condition),
        id: row.id,
        rule: row.rule,
        condition: row.condition,
        period: Period {
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        },
        severity: row.severity,
        legal_reference: row.legal_reference,
        message: row.message,
    })
}
