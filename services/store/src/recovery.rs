//! Work that does not end by itself: left by a process that died, given back, or not wanted.

use crate::{ClaimedExamination, Store, StoreError, Tenant, audit};
use docexam_audit::Entry;
use docexam_domain::ExaminationState;
use sqlx::{Any, AnyConnection};

impl Store {
    /// To be called when nobody else has the store open: who held a lease or a duty has ended.
    pub(crate) async fn end_leases(&self) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        sqlx::query("UPDATE examinations SET lease_until = 0 WHERE state = $1")
            .bind(ExaminationState::Running.to_string())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE batch_documents SET lease_until = 0 WHERE state = $1")
            .bind(ExaminationState::Running.to_string())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE audit_sequencer SET lease_until = 0")
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM duties")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Makes work wait again whose owner has been silent for too long; every claim does so too. Returns how
    /// many examinations wait.
    pub async fn recover(&self) -> Result<u64, StoreError> {
        let mut transaction = self.database.writer().await?;
        self.return_lapsed(&mut transaction).await?;
        let (waiting,) =
            sqlx::query_as::<Any, (i64,)>("SELECT COUNT(*) FROM examinations WHERE state = $1")
                .bind(ExaminationState::Pending.to_string())
                .fetch_one(&mut *transaction)
                .await?;
        transaction.commit().await?;
        Ok(u64::try_from(waiting).unwrap_or(0))
    }

    /// Gives the work back, as if it had never been taken up: the process is ending.
    pub async fn give_back(&self, claimed: &ClaimedExamination) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        self.require_attempt(&mut transaction, claimed).await?;
        let attempts = claimed.attempt - 1;
        set_pending(&mut transaction, &claimed.tenant, &claimed.id, attempts).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets an examination that is not finished and for which nobody waits, with its request id:
    /// a repeated call starts anew. Finished ones stay.
    pub async fn discard(&self, tenant: &Tenant, id: &str) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        let removed = sqlx::query(
            "DELETE FROM examinations WHERE tenant = $1 AND id = $2 AND state IN ('PENDING', 'RUNNING')",
        )
        .bind(tenant.as_str())
        .bind(id)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if removed > 0 {
            for statement in [
                "DELETE FROM examination_files WHERE tenant = $1 AND examination_id = $2",
                "DELETE FROM events WHERE tenant = $1 AND examination_id = $2",
                "DELETE FROM requests WHERE tenant = $1 AND answer_id = $2",
            ] {
                sqlx::query(statement)
                    .bind(tenant.as_str())
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
            }
            let examination = id.to_owned();
            let discarded = Entry::SubmissionDiscarded { examination };
            audit::record(&mut transaction, tenant, &discarded).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// The caller holds the row. Progress of the attempt stays to be seen until the next one begins.
pub(crate) async fn set_pending(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    attempts: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE examinations SET state = $1, attempts = $2, started_at = NULL, owner = NULL,
           lease_until = NULL
         WHERE tenant = $3 AND id = $4",
    )
    .bind(ExaminationState::Pending.to_string())
    .bind(attempts)
    .bind(tenant.as_str())
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}
