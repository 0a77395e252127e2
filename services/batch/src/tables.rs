//! Parquet tables: columns that are named once, rows that are pushed one at a time and written in groups.
//!
//! Every file says in its metadata which table it is and which version of the schema it has. It is written
//! under a passing name and renamed once it is complete and on the disk.

use crate::{BatchError, SCHEMA_VERSION};
use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows of a group: small enough to be held, large enough to compress.
const ROWS_OF_GROUP: usize = 20_000;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Integer,
    Real,
}

/// A value of a row; `Nothing` fits every column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    Text(&'a str),
    Integer(i64),
    Real(f64),
    Nothing,
}

impl<'a> Cell<'a> {
    pub(crate) fn text(value: Option<&'a str>) -> Self {
        value.map_or(Self::Nothing, Self::Text)
    }

    pub(crate) fn count(value: usize) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

enum Column {
    Text(StringBuilder),
    Integer(Int64Builder),
    Real(Float64Builder),
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Integer => Self::Integer(Int64Builder::new()),
            Kind::Real => Self::Real(Float64Builder::new()),
        }
    }

    /// A value of another kind than the column's is nothing.
    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Text(column), Cell::Text(value)) => column.append_value(value),
            (Self::Integer(column), Cell::Integer(value)) => column.append_value(value),
            (Self::Real(column), Cell::Real(value)) => column.append_value(value),
            (Self::Text(column), _) => column.append_null(),
            (Self::Integer(column), _) => column.append_null(),
            (Self::Real(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Integer(column) => Arc::new(column.finish()),
            Self::Real(column) => Arc::new(column.finish()),
        }
    }
}

pub(crate) struct Table {
    file: PassingFile,
    writer: ArrowWriter<BufWriter<File>>,
    schema: Arc<Schema>,
    columns: Vec<Column>,
    rows: usize,
}

impl Table {
    /// `FOLDER/NAME.parquet`.
    pub(crate) fn create(
        folder: &Path,
        name: &str,
        columns: &[(&str, Kind)],
    ) -> Result<Self, BatchError> {
        let (file, handle) = PassingFile::create(folder.join(format!("{name}.parquet")))?;
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, kind)| {
                let kind = match kind {
                    Kind::Text => DataType::Utf8,
                    Kind::Integer => DataType::Int64,
                    Kind::Real => DataType::Float64,
                };
                Field::new(*name, kind, true)
            })
            .collect();
        let metadata = [
            ("docexam.table", name.to_owned()),
            ("docexam.schema_version", SCHEMA_VERSION.to_string()),
        ];
        let schema = Arc::new(Schema::new(fields));
        let pairs = metadata
            .into_iter()
            .map(|(key, value)| KeyValue::new(key.to_owned(), value));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(pairs.collect()))
            .set_created_by(format!("docexam {}", env!("CARGO_PKG_VERSION")))
            .build();
        let writer = ArrowWriter::try_new(BufWriter::new(handle), schema.clone(), Some(properties))
            .map_err(problem(&file.path))?;
        Ok(Self {
            file,
            writer,
            schema,
            columns: columns.iter().map(|(_, kind)| Column::new(*kind)).collect(),
            rows: 0,
        })
    }

    /// One value for each column, in their order.
    pub(crate) fn push(&mut self, row: &[Cell]) -> Result<(), BatchError> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            column.push(row.get(index).copied().unwrap_or(Cell::Nothing));
        }
        self.rows += 1;
        match self.rows >= ROWS_OF_GROUP {
            true => self.write_group(),
            false => Ok(()),
        }
    }

    fn write_group(&mut self) -> Result<(), BatchError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(Column::finish).collect();
        RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(ParquetError::from)
            .and_then(|batch| {
                self.writer.write(&batch)?;
                self.writer.flush()
            })
            .map_err(problem(&self.file.path))
    }

    pub(crate) fn finish(mut self) -> Result<(), BatchError> {
        self.write_group()?;
        let file = self.writer.into_inner().map_err(problem(&self.file.path))?;
        self.file.complete(file)
    }
}

fn problem(path: &Path) -> impl Fn(ParquetError) -> BatchError + '_ {
    move |source| BatchError::Parquet {
        path: path.to_owned(),
        source,
    }
}

/// A file under a passing name. Dropped before it is complete, it stays under that name.
pub(crate) struct PassingFile {
    pub path: PathBuf,
    passing: PathBuf,
}

impl PassingFile {
    pub(crate) fn create(path: PathBuf) -> Result<(Self, File), BatchError> {
        let mut passing = path.clone().into_os_string();
        passing.push(".part");
        let passing = PathBuf::from(passing);
        let handle = File::create(&passing).map_err(BatchError::file(&passing))?;
        Ok((Self { path, passing }, handle))
    }

    /// Flushed, on the disk, and under its name.
    pub(crate) fn complete(self, file: BufWriter<File>) -> Result<(), BatchError> {
        let failed = BatchError::file(&self.path);
        let file = file
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(&failed)?;
        std::fs::rename(&self.passing, &self.path).map_err(&failed)
    }
}
