//! Rows of a manifest with their line numbers: JSON lines or CSV with a header, told by the extension.
//! No row may be longer than a declaration can be, so that a hostile file cannot fill the memory.

use crate::BatchError;
use docexam_domain::Declaration;
use serde::Deserialize;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Twice the largest declaration, because CSV doubles its quotation marks.
const MOST_ROW_BYTES: u64 = 9 << 20;

/// One row, as written.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub doc_id: String,
    pub path: Option<String>,
    pub blob: Option<String>,
    pub sha256: Option<String>,
    pub declaration: Option<Declared>,
    pub name: Option<String>,
}

#[derive(Debug)]
pub(super) enum Declared {
    Inline(Box<Declaration>),
    Path(String),
}

pub(super) struct Rows {
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    JsonLines {
        lines: BufReader<File>,
        line: u64,
    },
    Csv {
        records: csv::StringRecordsIntoIter<Bounded>,
        /// Which column each cell is of.
        columns: Vec<Column>,
        budget: Rc<Cell<u64>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "snake_case")]
enum Column {
    DocId,
    Path,
    Blob,
    Sha256,
    Declaration,
    Name,
}

impl Rows {
    pub(super) fn open(path: &Path) -> Result<Self, BatchError> {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let file = || File::open(path).map_err(BatchError::file(path));
        let kind = match extension.to_str() {
            Some("jsonl" | "ndjson") => Kind::JsonLines {
                lines: BufReader::new(file()?),
                line: 0,
            },
            Some("csv") => csv_rows(path, file()?)?,
            _ => return Err(BatchError::ManifestKind(path.to_owned())),
        };
        Ok(Self {
            path: path.to_owned(),
            kind,
        })
    }

    /// The next row that is not empty, with its line from 1.
    pub(super) fn next_row(&mut self) -> Result<Option<(u64, Row)>, BatchError> {
        let path = self.path.clone();
        let problem = |line, problem| BatchError::ManifestLine {
            path: path.clone(),
            line,
            problem,
        };
        match &mut self.kind {
            Kind::JsonLines { lines, line } => loop {
                *line += 1;
                let mut text = Vec::new();
                let read = lines
                    .by_ref()
                    .take(MOST_ROW_BYTES + 1)
                    .read_until(b'\n', &mut text)
                    .map_err(BatchError::file(&self.path))?;
                if read == 0 {
                    return Ok(None);
                }
                if read as u64 > MOST_ROW_BYTES {
                    let text = format!("longer than {MOST_ROW_BYTES} bytes, which is the limit");
                    return Err(problem(*line, text));
                }
                if text.trim_ascii().is_empty() {
                    continue;
                }
                let row = json_row(text.trim_ascii()).map_err(|text| problem(*line, text))?;
                return Ok(Some((*line, row)));
            },
            Kind::Csv {
                records,
                columns,
                budget,
            } => {
                budget.set(MOST_ROW_BYTES);
                let line = records.reader().position().line();
                let Some(record) = records.next() else {
                    return Ok(None);
                };
                let record = record.map_err(|error| problem(line, error.to_string()))?;
                let line = record.position().map_or(line, csv::Position::line);
                let row = csv_row(columns, &record).map_err(|text| problem(line, text))?;
                Ok(Some((line, row)))
            }
        }
    }
}

fn json_row(text: &[u8]) -> Result<Row, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct JsonRow {
        doc_id: String,
        path: Option<String>,
        blob: Option<String>,
        sha256: Option<String>,
        /// A path, or the declaration itself.
        declaration: Option<serde_json::Value>,
        name: Option<String>,
    }
    let row: JsonRow = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let declaration = match row.declaration {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(path)) => Some(Declared::Path(path)),
        Some(value) => Some(inline(value.to_string().as_bytes())?),
    };
    Ok(Row {
        doc_id: row.doc_id,
        path: row.path,
        blob: row.blob,
        sha256: row.sha256,
        declaration,
        name: row.name,
    })
}

fn inline(json: &[u8]) -> Result<Declared, String> {
    Declaration::from_json(json)
        .map(|declaration| Declared::Inline(Box::new(declaration)))
        .map_err(|error| error.to_string())
}

fn csv_rows(path: &Path, file: File) -> Result<Kind, BatchError> {
    let budget = Rc::new(Cell::new(MOST_ROW_BYTES));
    let bounded = Bounded {
        file,
        budget: budget.clone(),
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(bounded);
    let head = |problem: String| BatchError::ManifestHead {
        path: path.to_owned(),
        problem,
    };
    let header = reader.headers().map_err(|error| head(error.to_string()))?;
    let mut columns = Vec::new();
    for name in header {
        let column = name.trim_start_matches('\u{feff}').trim();
        let column: Column = column.parse().map_err(|_| {
            head(format!(
                "column {name:?} is none of doc_id, path, blob, sha256, declaration and name"
            ))
        })?;
        if columns.contains(&column) {
            return Err(head(format!("column {column} occurs twice")));
        }
        columns.push(column);
    }
    if !columns.contains(&Column::DocId) {
        return Err(head("no column doc_id in the first line".to_owned()));
    }
    Ok(Kind::Csv {
        records: reader.into_records(),
        columns,
        budget,
    })
}

fn csv_row(columns: &[Column], record: &csv::StringRecord) -> Result<Row, String> {
    let mut row = Row::default();
    for (column, cell) in columns.iter().zip(record) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        let text = cell.to_owned();
        match column {
            Column::DocId => row.doc_id = text,
            Column::Path => row.path = Some(text),
            Column::Blob => row.blob = Some(text),
            Column::Sha256 => row.sha256 = Some(text),
            Column::Name => row.name = Some(text),
            Column::Declaration if cell.starts_with('{') => {
                row.declaration = Some(inline(cell.as_bytes())?);
            }
            Column::Declaration => row.declaration = Some(Declared::Path(text)),
        }
    }
    Ok(row)
}

/// Ends with an error once a row has used up its budget. The reader's own buffer is small beside it.
struct Bounded {
    file: File,
    budget: Rc<Cell<u64>>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.budget.get() == 0 {
            let problem =
                format!("a row is longer than {MOST_ROW_BYTES} bytes, which is the limit");
            return Err(std::io::Error::other(problem));
        }
        let read = self.file.read(buffer)?;
        self.budget
            .set(self.budget.get().saturating_sub(read as u64));
        Ok(read)
    }
}
