//! Where a list or a watch goes on. Callers must not rely on what stands in a token.

use crate::status::CallError;
use docexam_domain::Sha256Digest;
use docexam_store::{QueuePlace, ReviewFilter, Tenant};
use uuid::Uuid;

/// After the last task of a page, under the same filters.
pub(super) fn write_page(tenant: &Tenant, filter: &ReviewFilter, place: &QueuePlace) -> String {
    let mark = filter_mark(tenant, filter);
    format!("{mark}-{}.{}.{}", place.urgency, place.due_at, place.id)
}

/// None for the first page.
pub(super) fn read_page(
    tenant: &Tenant,
    filter: &ReviewFilter,
    token: &str,
) -> Result<Option<QueuePlace>, CallError> {
    if token.is_empty() {
        return Ok(None);
    }
    let place = |text: &str| -> Option<QueuePlace> {
        let mut parts = text.splitn(3, '.');
        Some(QueuePlace {
            urgency: parts.next()?.parse().ok()?,
            due_at: parts.next()?.parse().ok()?,
            id: Uuid::try_parse(parts.next()?).ok()?.to_string(),
        })
    };
    let problem = |text| CallError::field("page_token", text);
    let (mark, rest) = token
        .split_once('-')
        .ok_or_else(|| problem("is not a token of a list"))?;
    let place = place(rest).ok_or_else(|| problem("is not a token of a list"))?;
    match mark == filter_mark(tenant, filter) {
        true => Ok(Some(place)),
        false => Err(problem("belongs to a list with other filters")),
    }
}

/// After this position of the tenant's changes.
pub(super) fn write_resume(tenant: &Tenant, position: i64) -> String {
    format!("{}-{position}", mark(&[tenant.as_str()]))
}

pub(super) fn read_resume(tenant: &Tenant, token: &str) -> Result<i64, CallError> {
    let problem = |text| CallError::field("resume_token", text);
    let (of, position) = token
        .split_once('-')
        .ok_or_else(|| problem("is not a token of a watch"))?;
    let position: i64 = position
        .parse()
        .map_err(|_| problem("is not a token of a watch"))?;
    match of == mark(&[tenant.as_str()]) && position >= 0 {
        true => Ok(position),
        false => Err(problem("belongs to another tenant")),
    }
}

fn filter_mark(tenant: &Tenant, filter: &ReviewFilter) -> String {
    // Time goes on between two pages: an age is no part of what must be the same.
    let lasting = ReviewFilter {
        created_before: None,
        ..filter.clone()
    };
    mark(&[tenant.as_str(), &format!("{lasting:?}")])
}

fn mark(parts: &[&str]) -> String {
    let digest = Sha256Digest::of_parts(parts.iter().map(|part| part.as_bytes()));
    digest.hex().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_token_goes_with_its_filters() {
        let tenant = Tenant::default();
        let filter = ReviewFilter {
            office: Some("origin".to_owned()),
            ..Default::default()
        };
        let place = QueuePlace {
            urgency: 20,
            due_at: 1_700_000_000_000_000,
            id: Uuid::now_v7().to_string(),
        };
        let token = write_page(&tenant, &filter, &place);
        let read = read_page(&tenant, &filter, &token).expect("read");
        assert_eq!(read, Some(place));
        assert!(read_page(&tenant, &ReviewFilter::default(), &token).is_err());
        for bad in ["x", "0-1", "0-1.2.3", &token[1..]] {
            assert!(read_page(&tenant, &filter, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_resume_token_goes_with_its_tenant() {
        let tenant = Tenant::default();
        let token = write_resume(&tenant, 41);
        assert_eq!(read_resume(&tenant, &token).expect("read"), 41);
        let other = Tenant::parse("other").expect("valid");
        assert!(read_resume(&other, &token).is_err());
        for bad in ["41", "-1", "x-y", &token[1..]] {
            assert!(read_resume(&tenant, bad).is_err(), "{bad}");
        }
    }
}
