//! What a batch leaves as files.

use crate::stand_in::*;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use docexam_batch::{SCHEMA_VERSION, Summary, export};
use docexam_store::Tenant;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::path::Path;

/// All rows of a text column, and the schema version that the file names.
pub fn column(path: &Path, name: &str) -> (Vec<String>, String) {
    let file = std::fs::File::open(path).expect("there");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let pairs = reader.metadata().file_metadata().key_value_metadata();
    let version = pairs
        .expect("metadata")
        .iter()
        .find(|pair| pair.key == "docexam.schema_version")
        .and_then(|pair| pair.value.clone())
        .expect("a version");
    let mut values = Vec::new();
    for batch in reader.build().expect("readable") {
        let batch = batch.expect("readable");
        let column = batch.column_by_name(name).expect("the column");
        match column.as_string_opt::<i32>() {
            Some(texts) => values.extend(texts.iter().map(|text| text.unwrap_or("-").to_owned())),
            None => {
                let numbers = column.as_primitive::<Int64Type>().iter();
                values.extend(numbers.map(|n| n.map_or("-".to_owned(), |n| n.to_string())));
            }
        }
    }
    (values, version)
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_json_lines_and_parquet_with_a_version() {
    let archive = Archive::of(&[
        (
            "a",
            "total_amount=11150.00 words\nseller_name=Nordwind_GmbH\n",
        ),
        ("b", "unopenable\n"),
        ("c", "words\n"),
    ]);
    let store = archive.entered().await;
    worked(&store, archive.path(), 2).await.expect("worked");
    let out = archive.path().join("out");
    let summary = export(&store, &Tenant::default(), BATCH, &out)
        .await
        .expect("exported");
    assert!(summary.complete && summary.has_failures());
    let written: Summary =
        serde_json::from_slice(&std::fs::read(out.join("summary.json")).expect("there"))
            .expect("JSON");
    assert_eq!(written, summary);
    assert_eq!(
        (
            summary.documents.total,
            summary.documents.failed,
            summary.pages.read
        ),
        (3, 1, 3)
    );
    assert_eq!(summary.failures["unreadable"], 1);
    assert_eq!(summary.made_by.len(), 1);

    let version = SCHEMA_VERSION.to_string();
    let text = |file: &str, name: &str| {
        let (values, said) = column(&out.join(file), name);
        assert_eq!(said, version, "{file}");
        values
    };
    assert_eq!(text("documents.parquet", "doc_id"), ["a", "b", "c"]);
    assert_eq!(
        text("documents.parquet", "state"),
        ["EXAMINED", "FAILED", "EXAMINED"]
    );
    assert_eq!(
        text("documents.parquet", "failure_class"),
        ["-", "unreadable", "-"]
    );
    assert_eq!(text("documents.parquet", "pages"), ["2", "-", "1"]);
    assert_eq!(text("pages.parquet", "page"), ["1", "2", "1"]);
    assert_eq!(text("pages.parquet", "status"), ["READ", "READ", "READ"]);
    assert_eq!(
        text("pages.parquet", "document_type")[0],
        "commercial_invoice"
    );
    assert_eq!(
        text("fields.parquet", "field"),
        ["total_amount", "seller_name"]
    );
    assert_eq!(
        text("fields.parquet", "normalized_value"),
        ["11150.00", "Nordwind GmbH"]
    );
    assert_eq!(text("findings.parquet", "rule_id"), Vec::<String>::new());
    let parts = std::fs::read_dir(&out).expect("there").flatten();
    assert!(
        parts
            .into_iter()
            .all(|file| !file.file_name().to_string_lossy().ends_with(".part"))
    );

    let lines = std::fs::read_to_string(out.join("results.jsonl")).expect("there");
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        lines[0]["examination"]["documents"][0]["fields"][0]["normalized_value"],
        "11150.00"
    );
    assert_eq!(lines[1]["failure_class"], "unreadable");
    assert!(
        lines[0]["files"][0]["digest"]
            .as_str()
            .expect("a digest")
            .starts_with("sha256:")
    );
}
