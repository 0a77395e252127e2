//! The golden consignments (`corpus/golden`) through the whole flow: how many fields are right, how many planted
//! errors are found, how many traders would be held up for nothing. The bounds lie a little beyond what the committed
//! weights give, so that whatever makes reading worse is noticed.

mod program;

use program::evaluated;
use serde_json::Value;
use std::path::Path;

/// F1 of header fields and of cells, and share of pages whose kind is told.
const LEAST_HEADER: f64 = 0.901;
const LEAST_CELLS: f64 = 0.865;
const LEAST_CLASSES: f64 = 0.98;
/// Planted errors that the rule they break reports.
const LEAST_FOUND: u64 = 23;
/// Discrepancies on consignments without planted errors.
const MOST_FALSE: usize = 2;

/// `docexam eval` of one kind on the golden consignments; every page is read once, whatever is measured.
fn on_golden(what: &str, readings: &Path) -> Value {
    let set = evaluated(&[what, "--threads", "2"], "corpus/golden", readings);
    assert_eq!(set["cases"], 30);
    assert_eq!(set["problems"], Value::Array(Vec::new()));
    set
}

#[test]
fn fields_are_read_and_planted_errors_found_as_well_as_ever() {
    let readings = tempfile::tempdir().expect("a folder");
    let fields = on_golden("fields", readings.path());
    let reader = &fields["reader"];
    let figure = |value: &Value| value.as_f64().expect("a figure");
    let header = figure(&reader["header"]["f1"]);
    let cells = figure(&reader["line_items"]["f1"]);
    let classes = figure(&reader["page_classes"]["share"]);
    println!("header {header}, cells {cells}, classes {classes}");

    let checks = on_golden("checks", readings.path());
    let (found, false_ones) = (&checks["total"]["reported"], &checks["false_on_clean"]);
    let missed = &checks["unreported"];
    println!("{found} found, missed: {missed}; false: {false_ones}");

    assert!(header >= LEAST_HEADER, "{header}");
    assert!(cells >= LEAST_CELLS, "{cells}");
    assert!(classes >= LEAST_CLASSES, "{classes}");
    assert_eq!(checks["clean_cases"], 15);
    let found = found.as_u64().expect("a count");
    assert!(found >= LEAST_FOUND, "{found} found, missed: {missed}");
    let false_ones = false_ones.as_array().expect("findings");
    assert!(false_ones.len() <= MOST_FALSE, "{false_ones:?}");
}
