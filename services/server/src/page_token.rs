//! Where a list goes on: after the last id of the page before, under the same filters.

use crate::status::CallError;
use docexam_domain::{ExaminationState, Sha256Digest};
use docexam_store::{ListFilter, Tenant};
use uuid::Uuid;

/// `<16 hex digits over tenant and filters>-<id>`; callers must not rely on it.
pub(crate) fn write(tenant: &Tenant, filter: &ListFilter, last_id: &str) -> String {
    format!("{}-{last_id}", filter_mark(tenant, filter))
}

/// The id that the list goes on after; none for the first page.
pub(crate) fn read(
    tenant: &Tenant,
    filter: &ListFilter,
    token: &str,
) -> Result<Option<String>, CallError> {
    if token.is_empty() {
        return Ok(None);
    }
    let problem = |text| CallError::field("page_token", text);
    let (mark, id) = token
        .split_once('-')
        .ok_or_else(|| problem("is not a token of a list"))?;
    let id = Uuid::try_parse(id).map_err(|_| problem("is not a token of a list"))?;
    match mark == filter_mark(tenant, filter) {
        true => Ok(Some(id.to_string())),
        false => Err(problem("belongs to a list with other filters")),
    }
}

fn filter_mark(tenant: &Tenant, filter: &ListFilter) -> String {
    let state = filter.state.as_ref().map(ExaminationState::to_string);
    let parts = [
        tenant.as_str(),
        filter.declaration_id.as_deref().unwrap_or_default(),
        state.as_deref().unwrap_or_default(),
    ];
    let digest = Sha256Digest::of_parts(parts.map(str::as_bytes));
    digest.hex().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_with_its_filters() {
        let tenant = Tenant::default();
        let filter = ListFilter {
            declaration_id: Some("D1".to_owned()),
            ..Default::default()
        };
        let id = Uuid::now_v7().to_string();
        let token = write(&tenant, &filter, &id);
        assert_eq!(read(&tenant, &filter, &token).expect("read"), Some(id));
        assert_eq!(read(&tenant, &filter, "").expect("first page"), None);
        for bad in ["x", "0-1", &token[1..], &token[..20], "äöü-äöü"] {
            assert!(read(&tenant, &filter, bad).is_err(), "{bad}");
        }
        let error = read(&tenant, &ListFilter::default(), &token).expect_err("other filters");
        assert_eq!(
            error.to_string(),
            "page_token: belongs to a list with other filters"
        );
    }
}
