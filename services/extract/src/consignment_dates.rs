//! `05/02/24` on one paper, told by the dates on the others: papers of a consignment are dated within weeks.
//!
//! Goes in: the documents of a submission. Comes out: the same, with a value where the paper alone left two. The
//! other reading stays among the alternatives.

use docexam_domain::{Document, Field, FieldKey};
use jiff::civil::Date;

/// Days between papers of one consignment that are nothing unusual.
const NEAR: i32 = 31;
/// The other reading must be so many days farther away.
const FARTHER: i32 = 45;

pub fn settle_dates(documents: &mut [Document]) {
    let fields = documents.iter().flat_map(|document| &document.fields);
    let known: Vec<Date> = fields
        .filter(|field| is_dated_by(field.key))
        .filter_map(|field| field.normalized_value.as_deref()?.parse().ok())
        .collect();
    let fields = documents.iter_mut().flat_map(|d| &mut d.fields);
    for field in fields.filter(|field| is_dated_by(field.key)) {
        if let Some(settled) = settled(field, &known) {
            field.alternative_values.retain(|other| *other != settled);
            field.normalized_value = Some(settled);
        }
    }
}

/// When a paper was made, or the goods left; not until when it is valid.
fn is_dated_by(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::IssueDate
            | FieldKey::InvoiceDate
            | FieldKey::OnBoardDate
            | FieldKey::DepartureDate
    )
}

fn settled(field: &Field, known: &[Date]) -> Option<String> {
    let [one, other] = field.alternative_values.as_slice() else {
        return None;
    };
    if field.normalized_value.is_some() {
        return None;
    }
    let distance = |text: &str| -> Option<i32> {
        let day: Date = text.parse().ok()?;
        let days = |known: &Date| (day - *known).get_days().abs();
        known.iter().map(days).min()
    };
    let (to_one, to_other) = (distance(one)?, distance(other)?);
    let (value, near, far) = match to_one <= to_other {
        true => (one, to_one, to_other),
        false => (other, to_other, to_one),
    };
    (near <= NEAR && far >= near + FARTHER).then(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::DocumentType;

    fn dated(key: FieldKey, value: Option<&str>, alternatives: [&str; 2]) -> Document {
        Document {
            id: "d1".to_owned(),
            document_type: DocumentType::BillOfLading,
            confidence: 0.9,
            pages: Vec::new(),
            fields: vec![Field {
                key,
                mention_text: String::new(),
                normalized_value: value.map(str::to_owned),
                alternative_values: match value {
                    Some(_) => Vec::new(),
                    None => alternatives.map(str::to_owned).to_vec(),
                },
                confidence: 0.9,
                page_anchor: None,
                properties: Vec::new(),
            }],
        }
    }

    fn value_beside(invoice: &str, alternatives: [&str; 2]) -> Option<String> {
        let mut papers = [
            dated(FieldKey::IssueDate, Some(invoice), alternatives),
            dated(FieldKey::OnBoardDate, None, alternatives),
        ];
        settle_dates(&mut papers);
        papers[1].fields[0].normalized_value.clone()
    }

    #[test]
    fn the_reading_near_the_other_papers_is_taken_and_doubt_stays_doubt() {
        let february = ["2024-02-05", "2024-05-02"];
        assert_eq!(
            value_beside("2024-02-03", february).as_deref(),
            Some("2024-02-05")
        );
        assert_eq!(
            value_beside("2024-04-20", february).as_deref(),
            Some("2024-05-02")
        );
        // In between, long before, and a month apart.
        assert_eq!(value_beside("2024-03-20", february), None);
        assert_eq!(value_beside("2023-06-01", february), None);
        assert_eq!(
            value_beside("2024-02-03", ["2024-02-03", "2024-03-02"]),
            None
        );
    }
}
