//! Hand-off to a knowledge graph: who and what an archive names, and what links them.
//!
//! Goes in: the results of a batch. Comes out: `nodes.parquet` and `edges.parquet`, and the same as
//! `neo4j/nodes.csv` and `neo4j/relationships.csv` for `neo4j-admin database import`. A node's id is a hash
//! of its kind and normalised value, so that the same address has the same id in every archive, and
//! enterprises that share one are found by a join. Memory: 16 bytes for each distinct node.
//! Deliberately absent: guesses that two values are the same. Edges carry the confidence of the reading.

mod gather;
mod normal;

use crate::BatchError;
use crate::export::DOCUMENTS_AT_ONCE;
use crate::tables::{Cell, Kind, PassingFile, Table};
use docexam_store::{Store, Tenant};
use gather::{Edge, Gathered, gather};
use std::collections::HashSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

const NODES: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("kind", Kind::Text),
    ("value", Kind::Text),
    ("normalized_value", Kind::Text),
    // Of an identifier: what kind of number it is. Of a document: its type.
    ("scheme", Kind::Text),
    ("country", Kind::Text),
];

const EDGES: &[(&str, Kind)] = &[
    ("source", Kind::Text),
    ("target", Kind::Text),
    ("relation", Kind::Text),
    ("role", Kind::Text),
    ("confidence", Kind::Real),
    ("doc_id", Kind::Text),
    ("document", Kind::Text),
];

/// The same columns as `neo4j-admin database import` names them.
const NEO4J_NODES: &[&str] = &[
    "id:ID",
    ":LABEL",
    "value",
    "normalized_value",
    "scheme",
    "country",
];
const NEO4J_RELATIONSHIPS: &[&str] = &[
    ":START_ID",
    ":END_ID",
    ":TYPE",
    "role",
    "confidence:double",
    "doc_id",
    "document",
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GraphCounts {
    pub documents: u64,
    pub nodes: u64,
    pub edges: u64,
}

/// Writes the graph of all documents of a batch that have a result.
pub async fn graph(
    store: &Store,
    tenant: &Tenant,
    batch: &str,
    folder: &Path,
) -> Result<GraphCounts, BatchError> {
    let mut files = GraphFiles::create(folder)?;
    let mut counts = GraphCounts::default();
    let mut known: HashSet<u128> = HashSet::new();
    let mut position = -1;
    loop {
        let documents = store
            .batch_documents(tenant, batch, position, DOCUMENTS_AT_ONCE)
            .await?;
        let Some(last) = documents.last() else {
            break;
        };
        position = last.position;
        for document in &documents {
            let Some(result) = &document.result else {
                continue;
            };
            counts.documents += 1;
            let gathered = gather(batch, &document.document_id, result);
            counts.edges += gathered.edges.len() as u64;
            counts.nodes += files.add(&document.document_id, &gathered, &mut known)?;
        }
    }
    files.finish()?;
    Ok(counts)
}

struct GraphFiles {
    nodes: Table,
    edges: Table,
    neo4j_nodes: CsvFile,
    neo4j_relationships: CsvFile,
}

impl GraphFiles {
    fn create(folder: &Path) -> Result<Self, BatchError> {
        let neo4j = folder.join("neo4j");
        std::fs::create_dir_all(&neo4j).map_err(BatchError::file(&neo4j))?;
        Ok(Self {
            nodes: Table::create(folder, "nodes", NODES)?,
            edges: Table::create(folder, "edges", EDGES)?,
            neo4j_nodes: CsvFile::create(&neo4j.join("nodes.csv"), NEO4J_NODES)?,
            neo4j_relationships: CsvFile::create(
                &neo4j.join("relationships.csv"),
                NEO4J_RELATIONSHIPS,
            )?,
        })
    }

    /// Returns how many nodes are new.
    fn add(
        &mut self,
        doc_id: &str,
        gathered: &Gathered,
        known: &mut HashSet<u128>,
    ) -> Result<u64, BatchError> {
        let mut new = 0;
        for node in &gathered.nodes {
            if !known.insert(node.id) {
                continue;
            }
            new += 1;
            let id = name(node.id);
            let (scheme, country) = (node.scheme.as_deref(), node.country.as_deref());
            self.nodes.push(&[
                Cell::Text(&id),
                Cell::Text(node.kind.into()),
                Cell::Text(&node.value),
                Cell::Text(&node.normalised),
                Cell::text(scheme),
                Cell::text(country),
            ])?;
            self.neo4j_nodes.push(&[
                &id,
                node.kind.into(),
                &node.value,
                &node.normalised,
                scheme.unwrap_or_default(),
                country.unwrap_or_default(),
            ])?;
        }
        for edge in &gathered.edges {
            self.add_edge(doc_id, edge)?;
        }
        Ok(new)
    }

    fn add_edge(&mut self, doc_id: &str, edge: &Edge) -> Result<(), BatchError> {
        let (source, target) = (name(edge.source), name(edge.target));
        let document = edge.document.as_deref();
        self.edges.push(&[
            Cell::Text(&source),
            Cell::Text(&target),
            Cell::Text(edge.relation.into()),
            Cell::text(edge.role),
            Cell::Real(f64::from(edge.confidence)),
            Cell::Text(doc_id),
            Cell::text(document),
        ])?;
        self.neo4j_relationships.push(&[
            &source,
            &target,
            edge.relation.into(),
            edge.role.unwrap_or_default(),
            &edge.confidence.to_string(),
            doc_id,
            document.unwrap_or_default(),
        ])
    }

    fn finish(self) -> Result<(), BatchError> {
        self.nodes.finish()?;
        self.edges.finish()?;
        self.neo4j_nodes.finish()?;
        self.neo4j_relationships.finish()
    }
}

/// As ids stand in files: 32 hex digits.
fn name(id: u128) -> String {
    format!("{id:032x}")
}

struct CsvFile {
    file: PassingFile,
    rows: csv::Writer<BufWriter<File>>,
}

impl CsvFile {
    fn create(path: &Path, header: &[&str]) -> Result<Self, BatchError> {
        let (file, handle) = PassingFile::create(path.to_owned())?;
        let mut csv = Self {
            file,
            rows: csv::Writer::from_writer(BufWriter::new(handle)),
        };
        csv.push(header)?;
        Ok(csv)
    }

    fn push(&mut self, row: &[&str]) -> Result<(), BatchError> {
        self.rows
            .write_record(row)
            .map_err(|source| BatchError::Csv {
                path: self.file.path.clone(),
                source,
            })
    }

    fn finish(self) -> Result<(), BatchError> {
        let rows = self
            .rows
            .into_inner()
            .map_err(|error| BatchError::file(&self.file.path)(error.into_error()))?;
        self.file.complete(rows)
    }
}
