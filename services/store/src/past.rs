//! A finished examination with all that it was made from, so that it can be made again and compared.

use crate::work::{files_of, seen_files};
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
        let (declaration_id, submission, result) =
            sqlx::query_as::<Any, (String, String, Option<String>)>(
                "SELECT declaration_id, submission, result FROM examinations
                 WHERE tenant = $1 AND id = $2",
            )
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?
            .ok_or_else(|| StoreError::NoExamination(id.to_owned()))?;
        let result = result.ok_or_else(|| StoreError::NotExamined(id.to_owned()))?;
        let files = files_of(&mut connection, tenant, id).await?;
        let seen_files = seen_files(&mut connection, tenant, id, &declaration_id, &files).await?;
        Ok(PastExamination {
            declaration: formats::read_submission(&submission)?,
            files,
            seen_files,
            result: formats::result_text(&result)?,
        })
    }
}
