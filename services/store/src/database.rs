//! The SQL connection: how SQLite is made durable and concurrent, and the little that differs between
//! the databases. Everything else in this crate is the same SQL for both.
//!
//! Goes in: a database address. Comes out: a pool whose schema is up to date.

use crate::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyPool, Executor, Transaction};
use std::path::Path;
use std::str::FromStr;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// SQLite has one writer at a time; more connections than this only wait for it.
const MAX_CONNECTIONS: u32 = 8;

/// In this order: waiting must be possible before the journal mode is changed. In WAL mode readers
/// and the writer do not block each other; FULL makes a commit survive a power cut.
const SQLITE_PRAGMAS: [&str; 4] = [
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
];

#[derive(Clone)]
pub(crate) struct Database {
    pool: AnyPool,
}

impl Database {
    /// Opens the SQLite file, makes it if it is not there, and brings its schema up to date.
    pub(crate) async fn sqlite(file: &Path) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let address = format!("sqlite://{}?mode=rwc", percent_encoded(file));
        let pool = AnyPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for pragma in SQLITE_PRAGMAS {
                        connection.execute(pragma).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(AnyConnectOptions::from_str(&address)?)
            .await?;
        MIGRATIONS.run(&pool).await?;
        Ok(Self { pool })
    }

    pub(crate) fn reader(&self) -> &AnyPool {
        &self.pool
    }

    /// A transaction that holds SQLite's write lock from its beginning: one that takes it later can
    /// fail half way with "database is locked", however long it waits.
    pub(crate) async fn writer(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Waits for open transactions and writes the journal back.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
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

    #[tokio::test]
    async fn every_connection_is_durable_and_waits_for_the_writer() {
        let folder = tempfile::tempdir().expect("folder");
        let database = Database::sqlite(&folder.path().join("test.db"))
            .await
            .expect("opened");
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
