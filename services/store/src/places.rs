//! Where the state lies: a database and a place for file contents, each local or shared by many machines.

use crate::{StoreError, remote};
use std::path::{Path, PathBuf};

/// Database and blobs of one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub database: DatabasePlace,
    pub blobs: BlobPlace,
}

#[derive(Clone, PartialEq, Eq)]
pub enum DatabasePlace {
    /// The file; it is made if it is not there.
    Sqlite(PathBuf),
    /// `postgres://[user[:password]@]host[:port]/database`. What is missing comes from PGUSER,
    /// PGPASSWORD and so on; keep the password there.
    Postgres(String),
}

#[derive(Clone, PartialEq, Eq)]
pub enum BlobPlace {
    /// A folder; it is made if it is not there.
    Folder(PathBuf),
    /// `s3://bucket/prefix`, `az://container/prefix` or `gs://bucket/prefix`; keys and endpoint come from the
    /// environment (AWS_*, AZURE_*, GOOGLE_*).
    Url {
        url: String,
        settings: Vec<(String, String)>,
    },
}

impl Places {
    /// All in one folder: `docexam.db` and `blobs/`.
    pub fn in_folder(data_dir: &Path) -> Self {
        Self {
            database: DatabasePlace::Sqlite(data_dir.join("docexam.db")),
            blobs: BlobPlace::Folder(data_dir.join("blobs")),
        }
    }

    /// The same, but where `store` or `blobs` say otherwise.
    pub fn parse(
        data_dir: &Path,
        store: Option<&str>,
        blobs: Option<&str>,
    ) -> Result<Self, StoreError> {
        let mut places = Self::in_folder(data_dir);
        if let Some(store) = store {
            places.database = DatabasePlace::parse(store)?;
        }
        if let Some(blobs) = blobs {
            places.blobs = BlobPlace::parse(blobs)?;
        }
        Ok(places)
    }
}

impl DatabasePlace {
    /// `postgres://…`, or the path of a SQLite file.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.to_owned())),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            None if !text.is_empty() => Ok(Self::Sqlite(PathBuf::from(text))),
            _ => Err(StoreError::BadPlace {
                what: "store",
                // The address may hold a password.
                place: text
                    .split_once("://")
                    .map_or(String::new(), |(scheme, _)| format!("{scheme}://…")),
                known: "postgres://host/database or the path of a SQLite file",
            }),
        }
    }
}

impl BlobPlace {
    /// A URL, with keys and endpoint from the environment, or a folder.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        match text.split_once("://") {
            Some(("file", path)) if !path.is_empty() => Ok(Self::Folder(PathBuf::from(path))),
            Some(("s3" | "s3a" | "az" | "abfs" | "abfss" | "gs", _)) => Ok(Self::Url {
                url: text.to_owned(),
                settings: std::env::vars()
                    .filter(|(key, _)| {
                        remote::ENVIRONMENT
                            .iter()
                            .any(|start| key.starts_with(start))
                    })
                    .collect(),
            }),
            None if !text.is_empty() => Ok(Self::Folder(PathBuf::from(text))),
            _ => Err(Self::refused(text)),
        }
    }

    pub(crate) fn refused(text: &str) -> StoreError {
        StoreError::BadPlace {
            what: "blobs",
            place: text.to_owned(),
            known: "s3://, az://, abfss:// or gs:// with bucket and prefix, or a folder",
        }
    }
}

impl std::fmt::Display for DatabasePlace {
    /// Without user and password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "{}", file.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let (address, _parameters) = rest.split_once('?').unwrap_or((rest, ""));
                let place = address.rsplit_once('@').map_or(address, |(_, place)| place);
                write!(f, "postgres://{place}")
            }
        }
    }
}

impl std::fmt::Debug for DatabasePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for BlobPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Url { url, .. } => f.write_str(url),
        }
    }
}

impl std::fmt::Debug for BlobPlace {
    /// Without settings: there are keys among them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart_by_their_scheme() {
        let folder = Path::new("/data");
        let places = Places::parse(folder, None, None).expect("defaults");
        assert_eq!(places, Places::in_folder(folder));
        let places =
            Places::parse(folder, Some("postgres://h/d"), Some("s3://b/p")).expect("shared");
        assert_eq!(
            places.database,
            DatabasePlace::Postgres("postgres://h/d".into())
        );
        assert_eq!(places.blobs, BlobPlace::parse("s3://b/p").expect("valid"));
        let places = Places::parse(folder, Some("x/y.db"), Some("blobs here")).expect("local");
        assert_eq!(places.database, DatabasePlace::Sqlite("x/y.db".into()));
        assert_eq!(places.blobs, BlobPlace::Folder("blobs here".into()));
        for bad in ["mysql://u:secret@h/d", "", "sqlite://"] {
            let error = DatabasePlace::parse(bad).expect_err("refused").to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(BlobPlace::parse("ftp://h/d").is_err());
    }

    #[test]
    fn no_password_is_ever_printed() {
        let place = DatabasePlace::parse("postgres://me:p%40ss@db:5432/exams?password=other")
            .expect("valid");
        assert_eq!(place.to_string(), "postgres://db:5432/exams");
        assert_eq!(format!("{place:?}"), "postgres://db:5432/exams");
    }
}
