//! Moving all rows from one database to another, SQLite or PostgreSQL each: table by table in one transaction, so
//! that the target has everything or nothing. The target must be empty; the source is read as of one moment
//! and left as it is. Tables and columns are asked of the databases, whose schemas are the same.

use crate::database::{Database, Dialect, numbered};
use crate::lock::FolderLock;
use crate::{DatabasePlace, StoreError};
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row};

/// Rows of one statement; a result may have a megabyte.
const ROWS_AT_ONCE: usize = 100;
/// The program's own notes on the schema, which each database has for itself.
const SCHEMA_NOTES: &str = "_sqlx_migrations";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTable {
    pub name: String,
    pub rows: u64,
}

/// Copies everything, verifies it row by row, and only then commits. No process may have a SQLite database of the
/// two open; servers on PostgreSQL must be stopped by hand, or what they write meanwhile is not copied.
pub async fn migrate(
    from: &DatabasePlace,
    to: &DatabasePlace,
) -> Result<Vec<MovedTable>, StoreError> {
    if let DatabasePlace::Sqlite(file) = from
        && !file.is_file()
    {
        return Err(StoreError::NoDatabase(file.display().to_string()));
    }
    let _from_lock = lock_alone(from).await?;
    let _to_lock = lock_alone(to).await?;
    // Both schemas are brought up to date, so that they are the same.
    let (source, target) = (Database::open(from).await?, Database::open(to).await?);
    let snapshot = match source.dialect() {
        Dialect::Sqlite => "BEGIN",
        Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    let mut reading = source.reader().begin_with(snapshot).await?;
    let mut writing = target.writer().await?;
    let mut moved = Vec::new();
    for table in tables(&mut reading, source.dialect()).await? {
        let there = sum(&mut writing, &table).await?;
        if there.rows > 0 {
            return Err(StoreError::NotEmpty(to.to_string()));
        }
        copy(&mut reading, &mut writing, &table).await?;
        let (sent, arrived) = (
            sum(&mut reading, &table).await?,
            sum(&mut writing, &table).await?,
        );
        if sent != arrived {
            return Err(StoreError::OtherCopy {
                table: table.name,
                sent: sent.rows,
                arrived: arrived.rows,
            });
        }
        moved.push(MovedTable {
            name: table.name,
            rows: sent.rows,
        });
    }
    writing.commit().await?;
    drop(reading);
    source.close().await;
    target.close().await;
    Ok(moved)
}

async fn lock_alone(place: &DatabasePlace) -> Result<Option<FolderLock>, StoreError> {
    let DatabasePlace::Sqlite(file) = place else {
        return Ok(None);
    };
    let lock = FolderLock::take(file).await?;
    match lock.is_alone() {
        true => Ok(Some(lock)),
        false => Err(StoreError::InUse(file.display().to_string())),
    }
}

struct Table {
    name: String,
    columns: Vec<Column>,
    /// Names of the columns of the primary key, in its order.
    key: Vec<String>,
}

struct Column {
    name: String,
    kind: Kind,
}

/// The only types of columns that the schema may use.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Integer,
    Text,
    Real,
}

enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Real(Option<f64>),
}

/// In the order in which they were made, so that rows come before those that refer to them.
async fn tables(
    connection: &mut AnyConnection,
    dialect: Dialect,
) -> Result<Vec<Table>, StoreError> {
    let names = match dialect {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
             ORDER BY rowid"
        }
        Dialect::Postgres => {
            "SELECT CAST(relname AS TEXT) FROM pg_class
             WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace) ORDER BY oid"
        }
    };
    let columns = match dialect {
        Dialect::Sqlite => "SELECT name, lower(type), pk FROM pragma_table_info($1) ORDER BY cid",
        Dialect::Postgres => {
            "SELECT CAST(a.attname AS TEXT), format_type(a.atttypid, a.atttypmod),
               CAST(COALESCE(array_position(CAST(i.indkey AS SMALLINT[]), a.attnum) + 1, 0) AS BIGINT)
             FROM pg_attribute a
             LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
             WHERE a.attrelid = CAST($1 AS regclass) AND a.attnum > 0 AND NOT a.attisdropped
             ORDER BY a.attnum"
        }
    };
    let mut tables = Vec::new();
    let named = sqlx::query_as::<Any, (String,)>(names)
        .fetch_all(&mut *connection)
        .await?;
    for (name,) in named.into_iter().filter(|(name,)| name != SCHEMA_NOTES) {
        let rows = sqlx::query_as::<Any, (String, String, i64)>(columns)
            .bind(name.as_str())
            .fetch_all(&mut *connection)
            .await?;
        let mut key: Vec<(i64, String)> = Vec::new();
        let mut columns = Vec::new();
        for (column, declared, place) in rows {
            if place > 0 {
                key.push((place, column.clone()));
            }
            columns.push(Column {
                kind: kind(&name, &declared)?,
                name: column,
            });
        }
        key.sort();
        let key: Vec<String> = key.into_iter().map(|(_, column)| column).collect();
        if key.is_empty() {
            return Err(schema_problem(&name, "has no primary key"));
        }
        tables.push(Table { name, columns, key });
    }
    Ok(tables)
}

fn kind(table: &str, declared: &str) -> Result<Kind, StoreError> {
    match declared {
        "bigint" | "integer" => Ok(Kind::Integer),
        "text" => Ok(Kind::Text),
        "double precision" => Ok(Kind::Real),
        other => Err(schema_problem(
            table,
            &format!("has a column of type {other}"),
        )),
    }
}

fn schema_problem(table: &str, problem: &str) -> StoreError {
    StoreError::DamagedRow {
        what: "schema",
        problem: format!("table {table} {problem}"),
    }
}

async fn copy(
    from: &mut AnyConnection,
    to: &mut AnyConnection,
    table: &Table,
) -> Result<(), StoreError> {
    let names: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let mut pages = Pages::of(table);
    loop {
        let rows = pages.next(from, table).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO {} ({}) VALUES {}",
            table.name,
            names.join(", "),
            numbered(rows.len(), names.len())
        );
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for value in rows.into_iter().flatten() {
            query = match value {
                Value::Integer(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Real(value) => query.bind(value),
            };
        }
        query.execute(&mut *to).await?;
    }
}

/// Number of rows, and a sum over their digests that does not depend on their order: databases sort text
/// in different ways.
#[derive(PartialEq, Eq)]
struct Sum {
    rows: u64,
    digest: u128,
}

async fn sum(connection: &mut AnyConnection, table: &Table) -> Result<Sum, StoreError> {
    let mut sum = Sum { rows: 0, digest: 0 };
    let mut pages = Pages::of(table);
    loop {
        let rows = pages.next(connection, table).await?;
        if rows.is_empty() {
            return Ok(sum);
        }
        for row in rows {
            sum.rows += 1;
            sum.digest = sum.digest.wrapping_add(digest(&row));
        }
    }
}

fn digest(row: &[Value]) -> u128 {
    let mut hasher = Sha256::new();
    for value in row {
        let bytes = match value {
            Value::Integer(value) => value.map(|value| value.to_be_bytes().to_vec()),
            Value::Text(value) => value.as_ref().map(|value| value.as_bytes().to_vec()),
            Value::Real(value) => value.map(|value| value.to_be_bytes().to_vec()),
        };
        match bytes {
            None => hasher.update([0]),
            Some(bytes) => {
                hasher.update([1]);
                hasher.update((bytes.len() as u64).to_be_bytes());
                hasher.update(bytes);
            }
        }
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hasher.finalize()[..16]);
    u128::from_be_bytes(half)
}

/// The rows of a table in the order of its key, a few at a time.
struct Pages {
    sql: String,
    first_sql: String,
    last: Option<Vec<Value>>,
}

impl Pages {
    fn of(table: &Table) -> Self {
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let (names, key) = (names.join(", "), table.key.join(", "));
        let from = format!("SELECT {names} FROM {}", table.name);
        let order = format!("ORDER BY {key} LIMIT {ROWS_AT_ONCE}");
        Self {
            sql: format!(
                "{from} WHERE ({key}) > {} {order}",
                numbered(1, table.key.len())
            ),
            first_sql: format!("{from} {order}"),
            last: None,
        }
    }

    async fn next(
        &mut self,
        connection: &mut AnyConnection,
        table: &Table,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let sql = match &self.last {
            None => &self.first_sql,
            Some(_) => &self.sql,
        };
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql.clone()));
        for value in self.last.iter().flatten() {
            query = match value {
                Value::Integer(value) => query.bind(*value),
                Value::Text(value) => query.bind(value.clone()),
                Value::Real(value) => query.bind(*value),
            };
        }
        let rows = query.fetch_all(connection).await?;
        if let Some(row) = rows.last() {
            let key = table
                .key
                .iter()
                .filter_map(|name| table.columns.iter().find(|column| column.name == *name));
            self.last = Some(
                key.map(|column| value(row, column))
                    .collect::<Result<_, _>>()?,
            );
        }
        rows.iter()
            .map(|row| {
                table
                    .columns
                    .iter()
                    .map(|column| value(row, column))
                    .collect()
            })
            .collect()
    }
}

fn value(row: &AnyRow, column: &Column) -> Result<Value, StoreError> {
    let name = column.name.as_str();
    Ok(match column.kind {
        Kind::Integer => Value::Integer(row.try_get(name)?),
        Kind::Text => Value::Text(row.try_get(name)?),
        Kind::Real => Value::Real(row.try_get(name)?),
    })
}
