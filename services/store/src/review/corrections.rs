//! What stands on the paper, as officers said. A correction belongs to the content of a file: when the
//! file is examined again, it is shown beside the new reading, and neither overwrites the other.

use super::tasks::{self, ReviewTask};
use crate::{Store, StoreError, Tenant, formats};
use docexam_domain::{
    Correction, Examination, Field, FieldKey, FindingVerdict, Observed, PageAnchor, Sha256Digest,
};
use jiff::Timestamp;
use sqlx::{Any, AnyConnection, Row};
use std::collections::BTreeSet;
use std::str::FromStr;
use uuid::Uuid;

/// A correction, as it concerns an examination of the same file.
#[derive(Clone, Debug, PartialEq)]
pub struct OfficerCorrection {
    pub field: String,
    pub value: String,
    /// As it was read when the officer corrected it.
    pub read_value: Option<String>,
    /// As it was read in the examination asked about.
    pub present_value: Option<String>,
    /// In the examination asked about.
    pub page_anchor: PageAnchor,
    pub officer: String,
    pub task_id: String,
    /// The examination that was corrected.
    pub examination_id: String,
    pub decided_at: Timestamp,
}

impl Store {
    /// The last correction of every field of the examination's files, whichever examination it was made in.
    pub async fn corrections_for(
        &self,
        tenant: &Tenant,
        examination_id: &str,
    ) -> Result<Vec<OfficerCorrection>, StoreError> {
        let result = self.examination(tenant, examination_id).await?.result;
        let rows = sqlx::query(
            "SELECT f.position, c.page, c.field, c.value, c.read_value, c.anchor, c.officer, c.task_id,
               c.examination_id, c.decided_at
             FROM examination_files f
             JOIN corrections c ON c.tenant = f.tenant AND c.file_digest = f.digest
             WHERE f.tenant = $1 AND f.examination_id = $2
             ORDER BY c.decided_at DESC, c.id DESC",
        )
        .bind(tenant.as_str())
        .bind(examination_id)
        .fetch_all(self.database.reader())
        .await?;
        let mut seen = BTreeSet::new();
        let mut corrections = Vec::new();
        for row in &rows {
            let file = u32::try_from(row.try_get::<i64, _>("position")?).unwrap_or(u32::MAX);
            let field: String = row.try_get("field")?;
            let page: i64 = row.try_get("page")?;
            if !seen.insert((file, page, field.clone())) {
                continue;
            }
            let anchor = formats::read_anchor(&row.try_get::<String, _>("anchor")?)?;
            let page_anchor = PageAnchor { file, ..anchor };
            let present = result.as_ref();
            let present = present.and_then(|result| reading_at(result, &field, &page_anchor));
            corrections.push(OfficerCorrection {
                present_value: present.map(|field| field.value().to_owned()),
                field,
                value: row.try_get("value")?,
                read_value: row.try_get("read_value")?,
                page_anchor,
                officer: row.try_get("officer")?,
                task_id: row.try_get("task_id")?,
                examination_id: row.try_get("examination_id")?,
                decided_at: tasks::timestamp(row.try_get("decided_at")?)?,
            });
        }
        Ok(corrections)
    }
}

/// A correction and what it corrects.
pub(super) struct Checked {
    correction: Correction,
    file_digest: String,
    read_value: Option<String>,
}

/// The corrections in the verdicts, once documents, fields and places are known to exist.
pub(super) async fn checked(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    task: &ReviewTask,
    verdicts: &[FindingVerdict],
) -> Result<Vec<Checked>, StoreError> {
    let given: Vec<(u32, &Correction)> = verdicts
        .iter()
        .flat_map(|given| {
            let corrections = given.verdict.corrections().iter();
            corrections.map(|correction| (given.finding, correction))
        })
        .collect();
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let (result,) = sqlx::query_as::<Any, (Option<String>,)>(
        "SELECT result FROM examinations WHERE tenant = $1 AND id = $2",
    )
    .bind(tenant.as_str())
    .bind(task.examination_id.as_str())
    .fetch_one(&mut *connection)
    .await?;
    let result = result.ok_or_else(|| StoreError::NoExamination(task.examination_id.clone()))?;
    let result = formats::read_result(&result)?;
    let digests = sqlx::query_as::<Any, (String,)>(
        "SELECT digest FROM examination_files WHERE tenant = $1 AND examination_id = $2
         ORDER BY position",
    )
    .bind(tenant.as_str())
    .bind(task.examination_id.as_str())
    .fetch_all(connection)
    .await?;
    given
        .into_iter()
        .map(|(finding, correction)| {
            check(&result, correction).map_err(|problem| StoreError::BadCorrection {
                finding,
                problem: problem.to_owned(),
            })?;
            let file = correction.page_anchor.file as usize;
            let (digest,) = digests.get(file).ok_or_else(|| StoreError::BadCorrection {
                finding,
                problem: format!("there is no file {file}"),
            })?;
            let read = result.cited(&Observed {
                field: correction.field.clone(),
                value: String::new(),
                document: correction.document.clone(),
                page_anchor: Some(correction.page_anchor.clone()),
            });
            Ok(Checked {
                correction: correction.clone(),
                file_digest: digest.clone(),
                read_value: read.map(|field| field.value().to_owned()),
            })
        })
        .collect()
}

fn check(result: &Examination, correction: &Correction) -> Result<(), &'static str> {
    let mut documents = result.documents.iter();
    let document = documents.find(|document| document.id == correction.document);
    let document = document.ok_or("the examination has no such document")?;
    key_of(&correction.field).ok_or("there is no such field")?;
    let anchor = &correction.page_anchor;
    let on_it =
        |page: &docexam_domain::PageRef| (page.file, page.page) == (anchor.file, anchor.page);
    match document.pages.iter().any(on_it) {
        true => Ok(()),
        false => Err("the place is not on a page of the document"),
    }
}

/// `quantity` of `line_item[2].quantity`.
pub(super) fn key_of(field: &str) -> Option<FieldKey> {
    let key = field.rsplit('.').next()?;
    FieldKey::from_str(key).ok()
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    task: &ReviewTask,
    officer: &str,
    checked: &Checked,
    now: i64,
) -> Result<(), StoreError> {
    let Checked {
        correction,
        file_digest,
        read_value,
    } = checked;
    sqlx::query(
        "INSERT INTO corrections (tenant, id, file_digest, page, field, value, read_value, anchor, officer,
           task_id, examination_id, document, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(tenant.as_str())
    .bind(Uuid::now_v7().to_string())
    .bind(file_digest.as_str())
    .bind(i64::from(correction.page_anchor.page))
    .bind(correction.field.as_str())
    .bind(correction.value.as_str())
    .bind(read_value.as_deref())
    .bind(formats::write_anchor(&correction.page_anchor)?)
    .bind(officer)
    .bind(task.id.as_str())
    .bind(task.examination_id.as_str())
    .bind(correction.document.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// The field of the same key that was read nearest to the place on its page.
fn reading_at<'a>(result: &'a Examination, field: &str, place: &PageAnchor) -> Option<&'a Field> {
    let key = key_of(field)?;
    let headers = result
        .documents
        .iter()
        .flat_map(|document| &document.fields);
    let cells = headers.clone().flat_map(|field| &field.properties);
    let is_cell = field.contains("].");
    let read: Vec<&Field> = match is_cell {
        true => cells.collect(),
        false => headers.collect(),
    };
    let distance = |field: &Field| -> Option<f32> {
        let anchor = field.page_anchor.as_ref()?;
        let same = (anchor.file, anchor.page) == (place.file, place.page);
        let ([x0, y0], [x1, y1]) = (centre(anchor)?, centre(place)?);
        same.then_some((x0 - x1).hypot(y0 - y1))
    };
    let candidates = read.into_iter().filter(|read| read.key == key);
    let near = candidates.filter_map(|read| Some((distance(read)?, read)));
    near.min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, read)| read)
}

fn centre(anchor: &PageAnchor) -> Option<[f32; 2]> {
    let points = &anchor.polygon.0;
    let count = points.len() as f32;
    let sum = points
        .iter()
        .fold([0.0, 0.0], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
    (count > 0.0).then(|| [sum[0] / count, sum[1] / count])
}

/// A page on which officers corrected something: what training pages are made of.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectedPage {
    pub file_digest: Sha256Digest,
    pub page: u32,
    /// The last examination of the file that officers corrected.
    pub examination_id: String,
    /// Index of the file in that examination.
    pub file: u32,
}

impl Store {
    /// Pages with corrections, each once, in the order of file and page.
    pub async fn corrected_pages(&self, tenant: &Tenant) -> Result<Vec<CorrectedPage>, StoreError> {
        let rows = sqlx::query_as::<Any, (String, i64, String, i64)>(
            "SELECT c.file_digest, c.page, c.examination_id, f.position FROM corrections c
             JOIN examination_files f ON f.tenant = c.tenant AND f.examination_id = c.examination_id
               AND f.digest = c.file_digest
             WHERE c.tenant = $1 ORDER BY c.file_digest, c.page, c.decided_at DESC, c.id DESC",
        )
        .bind(tenant.as_str())
        .fetch_all(self.database.reader())
        .await?;
        let mut pages: Vec<CorrectedPage> = Vec::new();
        for (digest, page, examination_id, position) in rows {
            let page = u32::try_from(page).unwrap_or(u32::MAX);
            let digest = Sha256Digest::parse(&digest).ok_or(StoreError::DamagedRow {
                what: "digest",
                problem: digest,
            })?;
            if pages
                .last()
                .is_some_and(|last| (&last.file_digest, last.page) == (&digest, page))
            {
                continue;
            }
            pages.push(CorrectedPage {
                file_digest: digest,
                page,
                examination_id,
                file: u32::try_from(position).unwrap_or(u32::MAX),
            });
        }
        Ok(pages)
    }
}
