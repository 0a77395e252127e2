//! Writing down what happens, for the audit log. An entry commits together with what it records, so that
//! neither exists without the other; `sequencer.rs` gives it its place in the log soon after.

use crate::{StoreError, Tenant};
use docexam_audit::{Artefacts, Entry, Record, canonical_json};
use jiff::Timestamp;
use sqlx::{Any, AnyConnection};
use uuid::Uuid;

/// To be called in the transaction that does what the entry says.
pub(crate) async fn record(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    entry: &Entry,
) -> Result<(), StoreError> {
    write_down(connection, tenant.as_str(), entry).await
}

/// The same for what concerns the whole installation and no tenant alone.
pub(crate) async fn record_for_all(
    connection: &mut AnyConnection,
    entry: &Entry,
) -> Result<(), StoreError> {
    write_down(connection, "", entry).await
}

/// Notices that results are made with other artefacts than before.
pub(crate) async fn record_change(
    connection: &mut AnyConnection,
    artefacts: &Artefacts,
) -> Result<(), StoreError> {
    let text = canonical_json(artefacts)?;
    let last = sqlx::query_as::<Any, (String,)>(
        "SELECT artefacts FROM audit_artefacts WHERE name = 'last'",
    )
    .fetch_optional(&mut *connection)
    .await?;
    if last.is_some_and(|(last,)| last == text) {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO audit_artefacts (name, artefacts) VALUES ('last', $1)
         ON CONFLICT (name) DO UPDATE SET artefacts = excluded.artefacts",
    )
    .bind(text)
    .execute(&mut *connection)
    .await?;
    let artefacts = artefacts.clone();
    record_for_all(connection, &Entry::ArtefactsChanged { artefacts }).await
}

async fn write_down(
    connection: &mut AnyConnection,
    tenant: &str,
    entry: &Entry,
) -> Result<(), StoreError> {
    let text = Record::new(Timestamp::now(), tenant, entry.clone()).to_canonical()?;
    sqlx::query::<Any>(
        "INSERT INTO audit_waiting (id, tenant, examination, entry) VALUES ($1, $2, $3, $4)",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(tenant)
    .bind(entry.examination())
    .bind(text)
    .execute(connection)
    .await?;
    Ok(())
}
