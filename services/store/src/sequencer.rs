//! The sequencer gives what was written down its place in the log, stores the hashes of the tree, and signs
//! for the log as it then is: all in one transaction, so that a crash at any moment leaves either all or
//! nothing. Any number of processes may run one; they take turns.
//!
//! Deliberately absent: when to run (the server decides), and reading the log (`audit_log.rs`).

use crate::database::numbered;
use crate::{Store, StoreError, audit, audit_log};
use docexam_audit::{
    AuditError, Checkpoint, Entry, Hash, SigningKey, StoredHashes, append, leaf_hash, root,
    root_needs,
};
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use uuid::Uuid;

/// Entries that one signature is for: enough to keep up with a thousand a second, few enough that the
/// transaction takes a fraction of a second.
pub const MAX_BATCH: u64 = 256;

/// A process that has died holds up the log for as long.
const LEASE_MICROSECONDS: i64 = 10_000_000;

pub struct Sequencer {
    store: Store,
    key: SigningKey,
    /// Tells this one from all others, also from an earlier one of the same process.
    owner: String,
    /// The log does not say yet that this key signs.
    new_key: bool,
}

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequenced {
    /// Another process has the turn.
    NotOurTurn,
    /// Entries that got a place; fewer than were waiting if there were many.
    Entries(u64),
}

struct Waiting {
    id: String,
    tenant: String,
    examination: String,
    entry: String,
}

impl Store {
    /// An error if the log is one that this key does not sign for.
    pub async fn sequencer(&self, key: SigningKey) -> Result<Sequencer, StoreError> {
        let newest = self.newest_checkpoint().await?;
        if let Some(note) = &newest {
            check_origin(&Checkpoint::read(note)?, &key)?;
        }
        Ok(Sequencer {
            store: self.clone(),
            new_key: !signed_by(newest.as_deref(), &key),
            key,
            owner: Uuid::new_v4().to_string(),
        })
    }
}

impl Sequencer {
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Gives places to a batch of what is waiting.
    pub async fn run_once(&mut self) -> Result<Sequenced, StoreError> {
        // Cheap to ask, so that an idle log costs no transaction.
        if !self.new_key && !self.is_waiting().await? {
            return Ok(Sequenced::Entries(0));
        }
        let mut transaction = self.store.database.writer().await?;
        if !self.has_turn(&mut transaction).await? {
            return Ok(Sequenced::NotOurTurn);
        }
        let entries = self.give_places(&mut transaction).await?;
        transaction.commit().await?;
        self.new_key = false;
        Ok(Sequenced::Entries(entries))
    }

    async fn is_waiting(&self) -> Result<bool, StoreError> {
        let one = sqlx::query_as::<Any, (String,)>("SELECT id FROM audit_waiting LIMIT 1")
            .fetch_optional(self.store.database.reader())
            .await?;
        Ok(one.is_some())
    }

    /// Takes or keeps the turn, and holds its row until the transaction ends.
    async fn has_turn(&self, connection: &mut AnyConnection) -> Result<bool, StoreError> {
        let now = self.store.database.dialect().now();
        let sql = format!(
            "INSERT INTO audit_sequencer (name, owner, lease_until) VALUES ('sequencer', $1, {now} + $2)
             ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
             WHERE audit_sequencer.owner = excluded.owner OR audit_sequencer.lease_until < {now}"
        );
        let taken = sqlx::query::<Any>(AssertSqlSafe(sql))
            .bind(self.owner.as_str())
            .bind(LEASE_MICROSECONDS)
            .execute(connection)
            .await?
            .rows_affected();
        Ok(taken == 1)
    }

    async fn give_places(&self, connection: &mut AnyConnection) -> Result<u64, StoreError> {
        let (size, mut hashes) = self.checked_tree(&mut *connection).await?;
        let newest = audit_log::newest_note(&mut *connection).await?;
        if !signed_by(newest.as_deref(), &self.key) {
            let verifier = self.key.verifier().to_string();
            audit::record_for_all(&mut *connection, &Entry::KeyChanged { verifier }).await?;
        }
        let waiting = waiting(&mut *connection).await?;
        if waiting.is_empty() {
            // Another process was faster.
            return Ok(0);
        }
        let mut added = Vec::with_capacity(waiting.len() * 2);
        for (index, entry) in (size..).zip(&waiting) {
            added.extend(append(index, leaf_hash(&entry.entry), &mut hashes)?);
        }
        let new_size = size + waiting.len() as u64;
        let note = Checkpoint::sign(new_size, root(new_size, &hashes)?, &self.key)?;
        insert_entries(&mut *connection, size, &waiting).await?;
        insert_hashes(&mut *connection, &added).await?;
        sqlx::query::<Any>("INSERT INTO audit_checkpoints (size, note) VALUES ($1, $2)")
            .bind(stored(new_size)?)
            .bind(note)
            .execute(&mut *connection)
            .await?;
        remove(&mut *connection, &waiting).await?;
        Ok(waiting.len() as u64)
    }

    /// Size of the log and what appending to it needs. An error if it is not what was signed last: over
    /// a log that somebody has changed, nothing is signed any more.
    async fn checked_tree(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<(u64, StoredHashes), StoreError> {
        let entries = audit_log::size(&mut *connection).await?;
        let Some(note) = audit_log::newest_note(&mut *connection).await? else {
            return match entries {
                0 => Ok((0, StoredHashes::default())),
                _ => Err(damaged(format!("{entries} entries without a checkpoint"))),
            };
        };
        let signed = Checkpoint::read(&note)?;
        check_origin(&signed, &self.key)?;
        let hashes = audit_log::hashes_at(&mut *connection, &root_needs(entries)?).await?;
        match signed.size == entries && signed.root == root(entries, &hashes)? {
            true => Ok((entries, hashes)),
            false => Err(damaged(format!(
                "{entries} entries are not those that the checkpoint of {} signed",
                signed.size
            ))),
        }
    }
}

/// False for an empty log too.
fn signed_by(note: Option<&str>, key: &SigningKey) -> bool {
    let key = [key.verifier().clone()];
    note.is_some_and(|note| Checkpoint::open(note, &key).is_ok())
}

fn check_origin(signed: &Checkpoint, key: &SigningKey) -> Result<(), StoreError> {
    match signed.origin == key.origin() {
        true => Ok(()),
        false => Err(AuditError::BadCheckpoint(format!(
            "the log is {:?}, the key signs for {:?}",
            signed.origin,
            key.origin()
        ))
        .into()),
    }
}

async fn waiting(connection: &mut AnyConnection) -> Result<Vec<Waiting>, StoreError> {
    let rows = sqlx::query_as::<Any, (String, String, String, String)>(
        "SELECT id, tenant, examination, entry FROM audit_waiting ORDER BY id LIMIT $1",
    )
    .bind(stored(MAX_BATCH)?)
    .fetch_all(connection)
    .await?;
    let waiting = rows
        .into_iter()
        .map(|(id, tenant, examination, entry)| Waiting {
            id,
            tenant,
            examination,
            entry,
        });
    Ok(waiting.collect())
}

async fn insert_entries(
    connection: &mut AnyConnection,
    first: u64,
    entries: &[Waiting],
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO audit_entries (entry_index, tenant, examination, entry) VALUES {}",
        numbered(entries.len(), 4)
    );
    let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
    for (index, entry) in (first..).zip(entries) {
        query = query
            .bind(stored(index)?)
            .bind(entry.tenant.as_str())
            .bind(entry.examination.as_str())
            .bind(entry.entry.as_str());
    }
    query.execute(connection).await?;
    Ok(())
}

async fn insert_hashes(
    connection: &mut AnyConnection,
    hashes: &[(u64, Hash)],
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO audit_hashes (position, hash) VALUES {}",
        numbered(hashes.len(), 2)
    );
    let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
    for (position, hash) in hashes {
        query = query.bind(stored(*position)?).bind(hex::encode(hash));
    }
    query.execute(connection).await?;
    Ok(())
}

/// These rows and no others: more may have come meanwhile.
async fn remove(connection: &mut AnyConnection, entries: &[Waiting]) -> Result<(), StoreError> {
    let sql = format!(
        "DELETE FROM audit_waiting WHERE id IN {}",
        numbered(1, entries.len())
    );
    let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
    for entry in entries {
        query = query.bind(entry.id.as_str());
    }
    let removed = query.execute(connection).await?.rows_affected();
    match removed == entries.len() as u64 {
        true => Ok(()),
        false => Err(damaged(format!(
            "{} entries were to get a place, {removed} were still waiting",
            entries.len()
        ))),
    }
}

fn damaged(problem: String) -> StoreError {
    StoreError::DamagedRow {
        what: "audit log",
        problem,
    }
}

/// As it stands in a column.
pub(crate) fn stored(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| AuditError::TooLarge(number).into())
}
