//! Work that does not end by itself: cut short by the end of the process, given back, or not wanted.

use crate::work::{require_attempt, set_failed};
use crate::{ClaimedExamination, Store, StoreError, Tenant, audit};
use docexam_audit::Entry;
use docexam_domain::ExaminationState;
use sqlx::{Any, AnyConnection};

/// A submission that ends the process this often is not tried again.
const MAX_ATTEMPTS: i64 = 3;

impl Store {
    /// To be called when nobody else has the store open: who held a lease or a duty has ended.
    pub(crate) async fn end_leases(&self) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        sqlx::query("UPDATE examinations SET lease_until = 0 WHERE state = $1")
            .bind(ExaminationState::Running.to_string())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM duties")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Makes examinations that ran when the process ended wait again. To be called at start, before
    /// any worker. Returns how many wait.
    pub async fn recover(&self) -> Result<u64, StoreError> {
        let mut transaction = self.database.writer().await?;
        let interrupted = sqlx::query_as::<Any, (String, String, i64)>(
            "SELECT tenant, id, attempts FROM examinations WHERE state = $1",
        )
        .bind(ExaminationState::Running.to_string())
        .fetch_all(&mut *transaction)
        .await?;
        for (tenant, id, attempts) in interrupted {
            let tenant = Tenant::parse(&tenant)?;
            if attempts >= MAX_ATTEMPTS {
                let reason = format!("the process ended {attempts} times during the examination");
                set_failed(&mut transaction, &tenant, &id, attempts, &reason).await?;
                self.put_failure_before_officers(&mut transaction, &tenant, &id, &reason)
                    .await?;
            } else {
                set_pending(&mut transaction, &tenant, &id).await?;
            }
        }
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
        require_attempt(&mut transaction, claimed).await?;
        set_pending(&mut transaction, &claimed.tenant, &claimed.id).await?;
        sqlx::query("UPDATE examinations SET attempts = $1 WHERE tenant = $2 AND id = $3")
            .bind(claimed.attempt - 1)
            .bind(claimed.tenant.as_str())
            .bind(claimed.id.as_str())
            .execute(&mut *transaction)
            .await?;
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

/// Progress of the attempt that was cut short is forgotten with it.
async fn set_pending(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE examinations SET state = $1, started_at = NULL WHERE tenant = $2 AND id = $3",
    )
    .bind(ExaminationState::Pending.to_string())
    .bind(tenant.as_str())
    .bind(id)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM events WHERE tenant = $1 AND examination_id = $2")
        .bind(tenant.as_str())
        .bind(id)
        .execute(&mut *connection)
        .await?;
    Ok(())
}
