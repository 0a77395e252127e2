//! Is everything there and as it was stored? Reads every file and every stored document once.

use crate::{Store, StoreError, formats, readings};
use sqlx::Any;
use tokio_stream::StreamExt;

/// More are counted, not described.
const MAX_PROBLEMS: usize = 1_000;
/// Rows fetched at a time; a result may have a megabyte.
const ROWS_AT_ONCE: i64 = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Files whose content was read and hashed.
    pub files: u64,
    pub examinations: u64,
    pub readings: u64,
    /// Contents without a row, left by a process that ended between the two; retention removes them.
    pub orphans: u64,
    pub problem_count: u64,
    /// The first 1,000, lowercase, each with the digest or id.
    pub problems: Vec<String>,
}

impl CheckReport {
    fn problem(&mut self, problem: String) {
        self.problem_count += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

/// Rows that must not be, with what is wrong with them.
const INCONSISTENT: &[(&str, &str)] = &[
    (
        "SELECT id FROM examinations WHERE state = 'EXAMINED' AND result IS NULL",
        "examined without a result",
    ),
    (
        "SELECT id FROM examinations WHERE state = 'FAILED' AND failure IS NULL",
        "failed without a reason",
    ),
    (
        "SELECT id FROM examinations WHERE state = 'RUNNING' AND lease_until IS NULL",
        "running without a lease",
    ),
    (
        "SELECT e.id FROM examinations e WHERE NOT EXISTS (SELECT 1 FROM examination_files f
           WHERE f.tenant = e.tenant AND f.examination_id = e.id)",
        "examination without files",
    ),
    (
        "SELECT f.examination_id FROM examination_files f WHERE NOT EXISTS (SELECT 1 FROM examinations e
           WHERE e.tenant = f.tenant AND e.id = f.examination_id)",
        "files of an examination that is not there",
    ),
    (
        "SELECT u.digest FROM examination_files u WHERE NOT EXISTS (SELECT 1 FROM files f
           WHERE f.tenant = u.tenant AND f.digest = u.digest)",
        "used by an examination but never stored",
    ),
    (
        "SELECT r.answer_id FROM requests r
         WHERE NOT EXISTS (SELECT 1 FROM examinations e WHERE e.tenant = r.tenant AND e.id = r.answer_id)
           AND NOT EXISTS (SELECT 1 FROM files f WHERE f.tenant = r.tenant AND f.digest = r.answer_id)",
        "answer to a request but not there",
    ),
    (
        "SELECT f.examination_id FROM findings f WHERE NOT EXISTS (SELECT 1 FROM examinations e
           WHERE e.tenant = f.tenant AND e.id = f.examination_id AND e.state = 'EXAMINED')",
        "findings of an examination that has no result",
    ),
];

impl Store {
    /// May run beside servers: what is in the middle of a change is not seen.
    pub async fn check(&self) -> Result<CheckReport, StoreError> {
        let mut report = CheckReport::default();
        self.check_contents(&mut report).await?;
        self.check_orphans(&mut report).await?;
        for (query, problem) in INCONSISTENT {
            let rows = sqlx::query_as::<Any, (String,)>(*query)
                .fetch_all(self.database.reader())
                .await?;
            for (name,) in rows {
                report.problem(format!("{name}: {problem}"));
            }
        }
        self.check_documents(&mut report).await?;
        self.check_readings(&mut report).await?;
        Ok(report)
    }

    async fn check_contents(&self, report: &mut CheckReport) -> Result<(), StoreError> {
        let mut last = String::new();
        loop {
            let digests = self.live_digests(&last).await?;
            let Some(end) = digests.last() else {
                return Ok(());
            };
            last = end.as_str().to_owned();
            for digest in digests {
                report.files += 1;
                match self.blobs.get(&digest).await {
                    Ok(_) => {}
                    // Retention may have come between.
                    Err(StoreError::NoFile(_)) if !self.is_live(&digest).await? => {}
                    Err(StoreError::NoFile(_)) => {
                        report.problem(format!("{digest}: file is missing"))
                    }
                    Err(error @ StoreError::DamagedFile { .. }) => {
                        report.problem(error.to_string())
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }

    async fn check_orphans(&self, report: &mut CheckReport) -> Result<(), StoreError> {
        let mut listed = self.blobs.list();
        while let Some(blob) = listed.next().await {
            let blob = blob?;
            match blob.digest {
                Some(digest) if self.is_live(&digest).await? => {}
                Some(_) => report.orphans += 1,
                None => report.problem(format!("{}: not the name of a file", blob.name)),
            }
        }
        Ok(())
    }

    /// That submissions and results can be read, and that as many findings are listed as the result has.
    async fn check_documents(&self, report: &mut CheckReport) -> Result<(), StoreError> {
        let mut last = (String::new(), String::new());
        loop {
            let rows = sqlx::query_as::<Any, (String, String, String, Option<String>, i64)>(
                "SELECT e.tenant, e.id, e.submission, e.result,
                   (SELECT COUNT(*) FROM findings f WHERE f.tenant = e.tenant AND f.examination_id = e.id)
                 FROM examinations e WHERE (e.tenant, e.id) > ($1, $2)
                 ORDER BY e.tenant, e.id LIMIT $3",
            )
            .bind(last.0.as_str())
            .bind(last.1.as_str())
            .bind(ROWS_AT_ONCE)
            .fetch_all(self.database.reader())
            .await?;
            let Some((tenant, id, ..)) = rows.last() else {
                return Ok(());
            };
            last = (tenant.clone(), id.clone());
            for (_, id, submission, result, findings) in rows {
                report.examinations += 1;
                if let Err(error) = formats::read_submission(&submission) {
                    report.problem(format!("{id}: {error}"));
                }
                match result.as_deref().map(formats::read_result) {
                    None => {}
                    Some(Err(error)) => report.problem(format!("{id}: {error}")),
                    Some(Ok(result)) if result.findings.len() as i64 == findings => {}
                    Some(Ok(result)) => report.problem(format!(
                        "{id}: {findings} findings are listed, the result has {}",
                        result.findings.len()
                    )),
                }
            }
        }
    }

    async fn check_readings(&self, report: &mut CheckReport) -> Result<(), StoreError> {
        let mut last = (String::new(), 0i64, String::new());
        loop {
            let rows = sqlx::query_as::<Any, (String, i64, String, String)>(
                "SELECT digest, page, reader, reading FROM readings
                 WHERE (digest, page, reader) > ($1, $2, $3) ORDER BY digest, page, reader LIMIT $4",
            )
            .bind(last.0.as_str())
            .bind(last.1)
            .bind(last.2.as_str())
            .bind(ROWS_AT_ONCE)
            .fetch_all(self.database.reader())
            .await?;
            let Some((digest, page, reader, _)) = rows.last() else {
                return Ok(());
            };
            last = (digest.clone(), *page, reader.clone());
            for (digest, page, _, reading) in rows {
                report.readings += 1;
                match readings::unpacked(&reading, 0) {
                    Ok(reading) if i64::from(reading.page) == page => {}
                    Ok(reading) => report.problem(format!(
                        "{digest} page {page}: its reading is of page {}",
                        reading.page
                    )),
                    Err(error) => report.problem(format!("{digest} page {page}: {error}")),
                }
            }
        }
    }
}
