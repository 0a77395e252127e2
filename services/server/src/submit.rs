//! From a submission on the wire to one that the store accepts: everything checked, inline files stored.

use crate::convert::{BadField, declaration_from_wire};
use crate::status::CallError;
use docexam_proto::v1 as wire;
use docexam_store::{NewExamination, RequestId, Store, StoredFile, Tenant};
use wire::submitted_file::Source;

/// A consignment's bundle seldom has 20 files; a hundred is a mistake or an attack.
const MAX_FILES: usize = 100;
/// The longest name that common file systems allow.
pub(crate) const MAX_NAME_BYTES: usize = 255;

pub(crate) async fn submission(
    store: &Store,
    tenant: &Tenant,
    wire: Option<wire::Submission>,
    request_id: &str,
) -> Result<NewExamination, CallError> {
    let request_id = RequestId::parse(request_id)?;
    let wire = wire.ok_or_else(|| CallError::field("submission", "is missing"))?;
    let declaration = wire
        .declaration
        .map(|declaration| declaration_from_wire(declaration, "submission.declaration"))
        .transpose()?;
    match wire.files.len() {
        0 => return Err(CallError::field("submission.files", "is empty")),
        1..=MAX_FILES => {}
        files => {
            let problem = format!("has {files} files, limit {MAX_FILES}");
            return Err(CallError::field("submission.files", problem));
        }
    }
    // All of them are checked before the first is stored.
    let mut checked = Vec::with_capacity(wire.files.len());
    for (index, file) in wire.files.into_iter().enumerate() {
        checked.push(checked_file(file, &format!("submission.files[{index}]"))?);
    }
    let mut files = Vec::with_capacity(checked.len());
    for (name, source) in checked {
        let digest = match source {
            CheckedSource::Content(content) => store.put_file(tenant, &name, content).await?,
            CheckedSource::Digest(digest) => digest,
        };
        files.push(StoredFile { name, digest });
    }
    Ok(NewExamination {
        declaration,
        files,
        request_id,
    })
}

enum CheckedSource {
    Content(bytes::Bytes),
    Digest(docexam_domain::Sha256Digest),
}

fn checked_file(
    file: wire::SubmittedFile,
    path: &str,
) -> Result<(String, CheckedSource), BadField> {
    let name = crate::convert::name(&file.name, &format!("{path}.name"), MAX_NAME_BYTES)?;
    let source = match file.source {
        Some(Source::Content(content)) => CheckedSource::Content(content),
        Some(Source::Digest(digest)) => {
            CheckedSource::Digest(crate::convert::digest(&digest, &format!("{path}.digest"))?)
        }
        None => return Err(BadField::new(path, "has neither content nor digest")),
    };
    Ok((name, source))
}
