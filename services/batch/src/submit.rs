//! Entering the documents of a manifest into a store. Interrupted, it is simply done again.

use crate::{BatchError, Entry, Manifest};
use bytes::Bytes;
use docexam_domain::{Declaration, Sha256Digest};
use docexam_store::{BatchRecord, BatchTask, DeclarationSource, Store, Tenant};
use std::path::Path;
use std::str::FromStr;

/// Rows of one transaction.
const ROWS_AT_ONCE: usize = 500;

/// Where workers find the files and declarations that the manifest names by path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Where they are: the workers see the same file system.
    InPlace,
    /// Copied into the store. A file that is missing or another one than announced is an error.
    Uploaded,
}

/// One of `of` parts of a manifest, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

impl Shard {
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    fn has(self, position: u64) -> bool {
        position % self.of == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    /// `2/8`
    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text
            .split_once('/')
            .and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((number, of)) if 1 <= number && number <= of => Ok(Self { number, of }),
            _ => Err(format!("{text:?} is not i/n with i from 1 to n")),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// The name of a batch that was given none: the same manifest always has the same.
pub fn batch_id(manifest: &Manifest) -> String {
    format!("manifest-{}", &manifest.digest.hex()[..12])
}

/// Enters the documents of the shard, unless that was done before.
pub async fn submit(
    store: &Store,
    tenant: &Tenant,
    batch: &str,
    manifest: &Manifest,
    shard: Shard,
    source: Source,
) -> Result<BatchRecord, BatchError> {
    // Another shard of the same manifest is another batch.
    let shard_name = shard.to_string();
    let parts = [manifest.digest.as_str().as_bytes(), shard_name.as_bytes()];
    let digest = match shard {
        Shard::WHOLE => manifest.digest.clone(),
        _ => Sha256Digest::of_parts(parts),
    };
    let record = store.begin_batch(tenant, batch, &digest).await?;
    if record.documents.is_some() {
        return Ok(record);
    }
    let (mut rows, mut documents) = (Vec::new(), 0u64);
    for (position, entry) in (0u64..).zip(manifest.entries()?) {
        let entry = entry?;
        if !shard.has(position) {
            continue;
        }
        let task = match source {
            Source::InPlace => entry.task,
            Source::Uploaded => uploaded(store, tenant, manifest, entry).await?,
        };
        rows.push((i64::try_from(position).unwrap_or(i64::MAX), task));
        documents += 1;
        if rows.len() == ROWS_AT_ONCE {
            store.add_batch_documents(tenant, batch, &rows).await?;
            rows.clear();
        }
    }
    store.add_batch_documents(tenant, batch, &rows).await?;
    store.seal_batch(tenant, batch, documents).await?;
    Ok(store.batch(tenant, batch).await?)
}

/// The same task with everything in the store.
async fn uploaded(
    store: &Store,
    tenant: &Tenant,
    manifest: &Manifest,
    entry: Entry,
) -> Result<BatchTask, BatchError> {
    let Entry { line, mut task } = entry;
    let problem = |problem: String| BatchError::ManifestLine {
        path: manifest.path.clone(),
        line,
        problem,
    };
    for file in &mut task.files {
        let Some(path) = file.path.take() else {
            continue;
        };
        let digest = stored(store, tenant, &file.name, &path)
            .await
            .map_err(|error| problem(error.to_string()))?;
        if let Some(announced) = &file.digest
            && *announced != digest
        {
            return Err(problem(format!(
                "{path} is {digest}, announced is {announced}"
            )));
        }
        file.digest = Some(digest);
    }
    if let Some(DeclarationSource::Path(path)) = &task.declaration {
        let bytes = std::fs::read(path).map_err(|error| problem(format!("{path}: {error}")))?;
        let declaration =
            Declaration::from_json(&bytes).map_err(|error| problem(format!("{path}: {error}")))?;
        task.declaration = Some(DeclarationSource::Inline(Box::new(declaration)));
    }
    Ok(task)
}

/// In chunks, so that a large file needs little memory.
async fn stored(
    store: &Store,
    tenant: &Tenant,
    name: &str,
    path: &str,
) -> Result<Sha256Digest, BatchError> {
    let path = Path::new(path);
    let failed = BatchError::file(path);
    let mut file = std::fs::File::open(path).map_err(&failed)?;
    let mut upload = store.upload_file(tenant, name);
    let mut chunk = vec![0; 1 << 20];
    loop {
        let read = std::io::Read::read(&mut file, &mut chunk).map_err(&failed)?;
        if read == 0 {
            break;
        }
        upload.write(Bytes::copy_from_slice(&chunk[..read])).await?;
    }
    let (digest, _) = upload.finish(None, None).await?;
    Ok(digest)
}
