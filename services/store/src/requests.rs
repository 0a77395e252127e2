//! Idempotency: the same request id with the same content yields the earlier answer.
//! The row commits together with what the call did, so that neither exists without the other.

use crate::{RequestId, StoreError, Tenant, now};
use docexam_domain::Sha256Digest;
use sqlx::{Any, AnyConnection};

/// Binds the request id to the answer of this call, or returns the answer that it is bound to already.
/// Of two calls at a time, of whatever process, the second one waits here for the end of the first.
pub(crate) async fn earlier_answer(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    request_id: Option<&RequestId>,
    body_digest: &Sha256Digest,
    answer_id: &str,
) -> Result<Option<String>, StoreError> {
    let Some(request_id) = request_id else {
        return Ok(None);
    };
    // A second round only if the call that was first has been discarded meanwhile.
    loop {
        if bind(connection, tenant, request_id, body_digest, answer_id).await? {
            return Ok(None);
        }
        let earlier = sqlx::query_as::<Any, (String, String)>(
            "SELECT body_digest, answer_id FROM requests WHERE tenant = $1 AND request_id = $2",
        )
        .bind(tenant.as_str())
        .bind(request_id.as_str())
        .fetch_optional(&mut *connection)
        .await?;
        match earlier {
            None => {}
            Some((digest, answer)) if digest == body_digest.as_str() => return Ok(Some(answer)),
            Some(_) => return Err(StoreError::RequestReused(request_id.as_str().to_owned())),
        }
    }
}

/// Whether the request id was free.
async fn bind(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    request_id: &RequestId,
    body_digest: &Sha256Digest,
    answer_id: &str,
) -> Result<bool, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO requests (tenant, request_id, body_digest, answer_id, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, request_id) DO NOTHING",
    )
    .bind(tenant.as_str())
    .bind(request_id.as_str())
    .bind(body_digest.as_str())
    .bind(answer_id)
    .bind(now())
    .execute(connection)
    .await?
    .rows_affected();
    Ok(inserted == 1)
}
