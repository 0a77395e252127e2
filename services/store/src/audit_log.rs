//! Reading the audit log: entries, checkpoints, proofs, and all of it as a file that can be verified
//! without us. What is stored is handed out as it is, damaged or not: the verdict is the verifier's.

use crate::database::numbered;
use crate::sequencer::stored;
use crate::{Store, StoreError, Tenant};
use docexam_audit::{
    AuditError, Checkpoint, Entry, Hash, Line, LogWriter, Produced, ProvenRecord, Record,
    StoredHashes, consistency_needs, consistency_proof, first_position, hash_from_hex,
    inclusion_needs, inclusion_proof,
};
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use std::io::Write;

/// Rows read at a time.
const PAGE: i64 = 500;

/// An entry that has its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub index: u64,
    /// Canonical JSON, as it is hashed.
    pub entry: String,
}

/// Which entries are listed, in their order.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only those about this examination.
    pub examination: Option<String>,
    /// From this index on.
    pub from: u64,
}

impl Store {
    /// The newest signed checkpoint; none before the first entry has its place.
    pub async fn newest_checkpoint(&self) -> Result<Option<String>, StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        newest_note(&mut connection).await
    }

    /// The first checkpoint that covers so many entries.
    pub async fn checkpoint_of(&self, entries: u64) -> Result<Option<String>, StoreError> {
        let covering = self.checkpoints(entries, 1).await?;
        Ok(covering.into_iter().next().map(|(_, note)| note))
    }

    /// How many entries wait for their place.
    pub async fn audit_waiting(&self) -> Result<u64, StoreError> {
        let (waiting,) = sqlx::query_as::<Any, (i64,)>("SELECT COUNT(*) FROM audit_waiting")
            .fetch_one(self.database.reader())
            .await?;
        Ok(u64::try_from(waiting).unwrap_or(0))
    }

    /// At most `limit` entries of the tenant and of the whole installation.
    pub async fn audit_entries(
        &self,
        tenant: &Tenant,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let examination = filter.examination.as_deref();
        let sql = format!(
            "SELECT entry_index, entry FROM audit_entries
             WHERE (tenant = $1 OR tenant = '') AND entry_index >= $2 {}
             ORDER BY entry_index LIMIT $3",
            examination.map_or("", |_| "AND examination = $4")
        );
        let mut query = sqlx::query_as::<Any, (i64, String)>(AssertSqlSafe(sql))
            .bind(tenant.as_str().to_owned())
            .bind(stored(filter.from)?)
            .bind(i64::from(limit));
        if let Some(examination) = examination {
            query = query.bind(examination.to_owned());
        }
        let rows = query.fetch_all(self.database.reader()).await?;
        Ok(rows.into_iter().map(audit_entry).collect())
    }

    /// The proof that the log of `size` entries holds the entry `index`.
    pub async fn audit_inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        check_size(&mut connection, size).await?;
        let hashes = hashes_at(&mut connection, &inclusion_needs(index, size)?).await?;
        Ok(inclusion_proof(index, size, &hashes)?)
    }

    /// The proof that the log of `size` entries only adds to what it was at `earlier` entries.
    pub async fn audit_consistency(
        &self,
        earlier: u64,
        size: u64,
    ) -> Result<Vec<Hash>, StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        check_size(&mut connection, size).await?;
        let hashes = hashes_at(&mut connection, &consistency_needs(earlier, size)?).await?;
        Ok(consistency_proof(earlier, size, &hashes)?)
    }

    /// What the log says of the result of an examination, with its place if it has one.
    pub async fn audit_of_result(
        &self,
        tenant: &Tenant,
        examination: &str,
    ) -> Result<Option<(Option<u64>, Produced)>, StoreError> {
        let rows = sqlx::query_as::<Any, (i64, String)>(
            "SELECT entry_index, entry FROM audit_entries WHERE tenant = $1 AND examination = $2
             UNION ALL
             SELECT -1, entry FROM audit_waiting WHERE tenant = $1 AND examination = $2",
        )
        .bind(tenant.as_str())
        .bind(examination)
        .fetch_all(self.database.reader())
        .await?;
        for (index, entry) in rows {
            if let Entry::ExaminationFinished { produced, .. } = Record::parse(&entry)?.entry {
                return Ok(Some((u64::try_from(index).ok(), produced)));
            }
        }
        Ok(None)
    }

    /// Writes the whole log, of all tenants. Returns how many entries it has.
    pub async fn export_audit(&self, out: impl Write) -> Result<u64, StoreError> {
        let newest = self
            .newest_checkpoint()
            .await?
            .ok_or(StoreError::EmptyLog)?;
        let end = Checkpoint::read(&newest)?.size;
        let mut writer = LogWriter::begin(out, &newest)?;
        let (mut size, mut hashes) = (0, StoredHashes::default());
        while size < end {
            let checkpoints = self.checkpoints(size + 1, PAGE).await?;
            let mut listed = checkpoints
                .into_iter()
                .take_while(|(covered, _)| *covered <= end)
                .peekable();
            if listed.peek().is_none() {
                break;
            }
            for (covered, note) in listed {
                writer.write(&Line::Checkpoint(note))?;
                hashes.extend(self.hashes_between(size, covered).await?);
                self.export_entries(&mut writer, size..covered, &hashes)
                    .await?;
                size = covered;
                hashes.keep_for_appending(size)?;
            }
        }
        writer.end()?;
        Ok(size)
    }

    async fn export_entries(
        &self,
        writer: &mut LogWriter<impl Write>,
        range: std::ops::Range<u64>,
        hashes: &StoredHashes,
    ) -> Result<(), StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        let mut from = range.start;
        while from < range.end {
            let entries = sqlx::query_as::<Any, (i64, String)>(
                "SELECT entry_index, entry FROM audit_entries
                 WHERE entry_index >= $1 AND entry_index < $2 ORDER BY entry_index LIMIT $3",
            )
            .bind(stored(from)?)
            .bind(stored(range.end)?)
            .bind(PAGE)
            .fetch_all(&mut *connection)
            .await?;
            let Some((last, _)) = entries.last() else {
                break;
            };
            from = last.unsigned_abs() + 1;
            for row in entries {
                let AuditEntry { index, entry } = audit_entry(row);
                // Without its hashes an entry cannot be proven; the verifier will say so.
                let proof = inclusion_proof(index, range.end, hashes).unwrap_or_default();
                writer.write(&Line::Entry(ProvenRecord::new(index, entry, &proof)?))?;
            }
        }
        Ok(())
    }

    /// Checkpoints that cover at least so many entries, smallest first.
    async fn checkpoints(
        &self,
        entries: u64,
        limit: i64,
    ) -> Result<Vec<(u64, String)>, StoreError> {
        let rows = sqlx::query_as::<Any, (i64, String)>(
            "SELECT size, note FROM audit_checkpoints WHERE size >= $1 ORDER BY size LIMIT $2",
        )
        .bind(stored(entries)?)
        .bind(limit)
        .fetch_all(self.database.reader())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(size, note)| (size.unsigned_abs(), note))
            .collect())
    }

    /// What was stored when the log grew from one size to the other; what is no hash is left out.
    async fn hashes_between(&self, from: u64, to: u64) -> Result<Vec<(u64, Hash)>, StoreError> {
        let rows = sqlx::query_as::<Any, (i64, String)>(
            "SELECT position, hash FROM audit_hashes WHERE position >= $1 AND position < $2",
        )
        .bind(stored(first_position(from)?)?)
        .bind(stored(first_position(to)?)?)
        .fetch_all(self.database.reader())
        .await?;
        Ok(rows.iter().filter_map(|row| hash(row).ok()).collect())
    }
}

/// Entries that have a place.
pub(crate) async fn size(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let (last,) =
        sqlx::query_as::<Any, (Option<i64>,)>("SELECT MAX(entry_index) FROM audit_entries")
            .fetch_one(connection)
            .await?;
    Ok(last.map_or(0, |last| last.unsigned_abs() + 1))
}

pub(crate) async fn newest_note(
    connection: &mut AnyConnection,
) -> Result<Option<String>, StoreError> {
    let newest = sqlx::query_as::<Any, (String,)>(
        "SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(newest.map(|(note,)| note))
}

/// The stored hashes at these positions (some 100 at most), as far as they are there.
pub(crate) async fn hashes_at(
    connection: &mut AnyConnection,
    positions: &[u64],
) -> Result<StoredHashes, StoreError> {
    if positions.is_empty() {
        return Ok(StoredHashes::default());
    }
    let sql = format!(
        "SELECT position, hash FROM audit_hashes WHERE position IN {}",
        numbered(1, positions.len())
    );
    let mut query = sqlx::query_as::<Any, (i64, String)>(AssertSqlSafe(sql));
    for position in positions {
        query = query.bind(stored(*position)?);
    }
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(hash).collect()
}

fn hash((position, text): &(i64, String)) -> Result<(u64, Hash), StoreError> {
    Ok((position.unsigned_abs(), hash_from_hex(text)?))
}

fn audit_entry((index, entry): (i64, String)) -> AuditEntry {
    AuditEntry {
        index: index.unsigned_abs(),
        entry,
    }
}

async fn check_size(connection: &mut AnyConnection, size: u64) -> Result<(), StoreError> {
    let entries = self::size(connection).await?;
    match size <= entries {
        true => Ok(()),
        false => Err(AuditError::NotYet { size, entries }.into()),
    }
}
