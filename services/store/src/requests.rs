//! Idempotency: the same request id with the same content yields the earlier answer.
//! The row commits together with what the call did, so that neither exists without the other.

use crate::{RequestId, StoreError, Tenant, now};
use docexam_domain::Sha256Digest;
use sqlx::{Any, AnyConnection};

/// The id that an earlier call with this request id was answered with.
pub(crate) async fn earlier_answer(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    request_id: Option<&RequestId>,
    body_digest: &Sha256Digest,
) -> Result<Option<String>, StoreError> {
    let Some(request_id) = request_id else {
        return Ok(None);
    };
    let earlier = sqlx::query_as::<Any, (String, String)>(
        "SELECT body_digest, answer_id FROM requests WHERE tenant = $1 AND request_id = $2",
    )
    .bind(tenant.as_str())
    .bind(request_id.as_str())
    .fetch_optional(connection)
    .await?;
    match earlier {
        None => Ok(None),
        Some((digest, answer_id)) if digest == body_digest.as_str() => Ok(Some(answer_id)),
        Some(_) => Err(StoreError::RequestReused(request_id.as_str().to_owned())),
    }
}

pub(crate) async fn remember(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    request_id: Option<&RequestId>,
    body_digest: &Sha256Digest,
    answer_id: &str,
) -> Result<(), StoreError> {
    let Some(request_id) = request_id else {
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO requests (tenant, request_id, body_digest, answer_id, created_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(tenant.as_str())
    .bind(request_id.as_str())
    .bind(body_digest.as_str())
    .bind(answer_id)
    .bind(now())
    .execute(connection)
    .await?;
    Ok(())
}
