//! The SQL connection: which database it is, how it is made durable and concurrent, and the little that
//! differs between the two. Everything else in this crate is the same SQL for both: `$1` placeholders,
//! BIGINT, TEXT and DOUBLE PRECISION columns, bytes as text, `ON CONFLICT` and `RETURNING`.
//!
//! Goes in: a database address. Comes out: a pool whose schema is up to date.

use crate::{DatabasePlace, StoreError};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Executor, Transaction};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// SQLite has one writer at a time, and a PostgreSQL server is shared by many processes; a process with
/// more connections than this only waits elsewhere.
const MAX_CONNECTIONS: u32 = 16;

/// For a free connection, or for a server that is starting again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// In this order: waiting must be possible before the journal mode is changed. In WAL mode readers
/// and the writer do not block each other; FULL makes a commit survive a power cut.
const SQLITE_SETTINGS: &[&str] = &[
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
];

/// No wait without an end; a client that stops in the middle of a transaction must not keep its locks.
/// `synchronous_commit` is the server's default, said here because acknowledgements rely on it.
const POSTGRES_SETTINGS: &[&str] = &[
    "SET synchronous_commit = on",
    "SET lock_timeout = '10s'",
    "SET statement_timeout = '60s'",
    "SET idle_in_transaction_session_timeout = '30s'",
];

#[derive(Clone)]
pub(crate) struct Database {
    pool: AnyPool,
    /// SQLite: one connection, whose users queue up. Left to SQLite, those who wait for the write lock look for it
    /// now and then, and under load some never find it free.
    writers: AnyPool,
    dialect: Dialect,
}

/// What the two databases do not share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// SQLite takes its one write lock at once: a transaction that takes it later can fail half way with
    /// "database is locked", however long it waits.
    fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Ends a SELECT whose rows are changed next in the same transaction, leaving out rows that another
    /// transaction is about to change. On SQLite there is no other one.
    pub(crate) fn for_update_skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// The same, but waits for the other transaction.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE",
        }
    }

    /// Microseconds since 1970 by the clock of the database: the one clock that all machines share,
    /// so that a lease means the same to all of them.
    pub(crate) fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS BIGINT)",
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        }
    }

    /// Until the end of the transaction nobody else holds the lock of this name. On SQLite the write lock
    /// has seen to that already.
    pub(crate) async fn lock(
        self,
        connection: &mut AnyConnection,
        name: &str,
    ) -> Result<(), StoreError> {
        self.ask_for_lock(connection, "pg_advisory_xact_lock", name)
            .await
    }

    /// Until the end of the transaction nobody else holds the lock of this name alone.
    pub(crate) async fn lock_shared(
        self,
        connection: &mut AnyConnection,
        name: &str,
    ) -> Result<(), StoreError> {
        self.ask_for_lock(connection, "pg_advisory_xact_lock_shared", name)
            .await
    }

    async fn ask_for_lock(
        self,
        connection: &mut AnyConnection,
        function: &str,
        name: &str,
    ) -> Result<(), StoreError> {
        if self == Self::Postgres {
            let sql = format!("SELECT {function}(hashtextextended($1, 0))");
            sqlx::query::<Any>(AssertSqlSafe(sql))
                .bind(name)
                .execute(connection)
                .await?;
        }
        Ok(())
    }

    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => SQLITE_SETTINGS,
            Self::Postgres => POSTGRES_SETTINGS,
        }
    }
}

impl Database {
    /// Opens the database, makes the SQLite file if it is not there, and brings the schema up to date.
    pub(crate) async fn open(place: &DatabasePlace) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let (dialect, address) = match place {
            DatabasePlace::Sqlite(file) => (
                Dialect::Sqlite,
                format!("sqlite://{}?mode=rwc", percent_encoded(file)),
            ),
            DatabasePlace::Postgres(url) => (Dialect::Postgres, url.clone()),
        };
        let options = AnyConnectOptions::from_str(&address)?;
        // On a connection of its own, without PostgreSQL's time limits: an index over a large table takes its time.
        // PostgreSQL lets one process migrate at a time; for SQLite the store's lock does.
        let unhurried = match dialect {
            Dialect::Sqlite => SQLITE_SETTINGS,
            Dialect::Postgres => &[],
        };
        let migrating = pool(&options, unhurried, 1).await?;
        MIGRATIONS.run(&migrating).await?;
        migrating.close().await;
        let pool = pool(&options, dialect.settings(), MAX_CONNECTIONS).await?;
        let writers = match dialect {
            Dialect::Sqlite => self::pool(&options, dialect.settings(), 1).await?,
            Dialect::Postgres => pool.clone(),
        };
        Ok(Self {
            pool,
            writers,
            dialect,
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn reader(&self) -> &AnyPool {
        &self.pool
    }

    /// For single statements that change rows.
    pub(crate) fn writers(&self) -> &AnyPool {
        &self.writers
    }

    /// A transaction in which rows may be changed.
    pub(crate) async fn writer(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let begun = self.writers.begin_with(self.dialect.begin()).await;
        // SQLite itself ends a transaction that finds the disk full, and the driver goes on counting it as open.
        // A new connection knows nothing of it.
        if matches!(begun, Err(sqlx::Error::InvalidSavePointStatement)) {
            self.writers.acquire().await?.close().await?;
            return Ok(self.writers.begin_with(self.dialect.begin()).await?);
        }
        Ok(begun?)
    }

    /// Microseconds since 1970 by the clock of the database.
    pub(crate) async fn clock(&self, connection: &mut AnyConnection) -> Result<i64, StoreError> {
        let sql = format!("SELECT {}", self.dialect.now());
        let (now,) = sqlx::query_as::<Any, (i64,)>(AssertSqlSafe(sql))
            .fetch_one(connection)
            .await?;
        Ok(now)
    }

    /// Waits for open transactions; SQLite writes its journal back.
    pub(crate) async fn close(&self) {
        self.writers.close().await;
        self.pool.close().await;
    }
}

async fn pool(
    options: &AnyConnectOptions,
    settings: &'static [&'static str],
    max_connections: u32,
) -> Result<AnyPool, StoreError> {
    Ok(AnyPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for setting in settings {
                    connection.execute(*setting).await?;
                }
                Ok(())
            })
        })
        .connect_with(options.clone())
        .await?)
}

/// Placeholders for the rows of one statement: `($1, $2), ($3, $4)` for two rows of two columns.
pub(crate) fn numbered(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let names: Vec<String> = (1..=columns)
            .map(|column| format!("${}", row * columns + column))
            .collect();
        format!("({})", names.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// The address is a URL: `?`, `#`, `%` and spaces of a folder name must not be read as parts of it.
fn percent_encoded(path: &Path) -> String {
    let mut encoded = String::new();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Row;

    #[test]
    fn placeholders_count_through_all_rows() {
        assert_eq!(numbered(2, 3), "($1, $2, $3), ($4, $5, $6)");
    }

    #[tokio::test]
    async fn every_connection_is_durable_and_waits_for_the_writer() {
        let folder = tempfile::tempdir().expect("folder");
        let place = DatabasePlace::Sqlite(folder.path().join("test.db"));
        let database = Database::open(&place).await.expect("opened");
        // Two connections at once, so that the second one is a new one.
        let mut first = database.reader().acquire().await.expect("first");
        let mut second = database.reader().acquire().await.expect("second");
        for connection in [&mut first, &mut second] {
            let row = connection
                .fetch_one("PRAGMA journal_mode")
                .await
                .expect("asked");
            assert_eq!(row.get::<String, _>(0), "wal");
            let row = connection
                .fetch_one("PRAGMA synchronous")
                .await
                .expect("asked");
            assert_eq!(row.get::<i64, _>(0), 2, "FULL");
            let row = connection
                .fetch_one("PRAGMA busy_timeout")
                .await
                .expect("asked");
            assert_eq!(row.get::<i64, _>(0), 10_000);
        }
    }
}
