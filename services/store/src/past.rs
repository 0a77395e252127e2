//! A finished examination with all that it was made from, so that it can be made again and compared.

use crate::claims::{TakenRow, earlier_users, files_of};
use crate::{Store, StoreError, StoredFile, Tenant, formats};
use docexam_domain::{Declaration, Sha256Digest};
use sqlx::Any;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct PastExamination {
    pub declaration: Option<Declaration>,
    pub files: Vec<StoredFile>,
    /// Ids of other declarations that had used a file before.
    pub seen_files: BTreeMap<Sha256Digest, Vec<String>>,
    /// JSON of the result, as it was stored.
    pub result: String,
}

impl Store {
    /// An error if there is none or it is not EXAMINED.
    pub async fn past_examination(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<PastExamination, StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        let (declaration_id, submission, attempt, result) =
            sqlx::query_as::<Any, (String, String, i64, Option<String>)>(
                "SELECT declaration_id, submission, attempts, result FROM examinations
                 WHERE tenant = $1 AND id = $2",
            )
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?
            .ok_or_else(|| StoreError::NoExamination(id.to_owned()))?;
        let result = result.ok_or_else(|| StoreError::NotExamined(id.to_owned()))?;
        let row = [TakenRow {
            tenant: tenant.clone(),
            id: id.to_owned(),
            attempt,
            submission,
            declaration_id,
        }];
        let mut files = files_of(&mut connection, &row).await?;
        let mut seen_files = earlier_users(&mut connection, &row).await?;
        Ok(PastExamination {
            declaration: formats::read_submission(&row[0].submission)?,
            files: files.drain().flat_map(|(_, files)| files).collect(),
            seen_files: seen_files.drain().flat_map(|(_, seen)| seen).collect(),
            result: formats::result_text(&result)?,
        })
    }
}
