//! Short texts for the evidence of a finding.

use docexam_domain::{Examination, Finding, Observed, PageAnchor};

/// `total_amount 11150.00`, one line for each value, at most `max` lines.
pub fn says(finding: &Finding, max: usize) -> String {
    let mut lines: Vec<String> = finding.observed.iter().take(max).map(value).collect();
    if finding.observed.len() > max {
        lines.push(format!("… {} more", finding.observed.len() - max));
    }
    lines.join("\n")
}

fn value(observed: &Observed) -> String {
    format!(
        "{} {} {}",
        observed.document,
        observed.field,
        observed.value.replace('\n', " ")
    )
}

/// `42A.109 11510.00`; empty when nothing was declared.
pub fn declared(finding: &Finding) -> String {
    let Some(expected) = &finding.expected else {
        return String::new();
    };
    match &expected.declaration_pointer {
        Some(pointer) => format!("{}\n({pointer})", expected.value),
        None => expected.value.clone(),
    }
}

/// `invoice.pdf p. 1`, each place once, in the order of the evidence.
pub fn places(examination: &Examination, finding: &Finding) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    for anchor in finding
        .observed
        .iter()
        .filter_map(|observed| observed.page_anchor.as_ref())
    {
        let place = place(examination, anchor);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

pub fn place(examination: &Examination, anchor: &PageAnchor) -> String {
    let name = examination
        .files
        .get(anchor.file as usize)
        .map_or("?", String::as_str);
    format!("{name} p. {}", anchor.page)
}
