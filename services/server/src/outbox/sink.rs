//! Where events go: appended to a file, one JSON line each, or posted to an HTTP receiver in the structured
//! mode of CloudEvents 1.0. What returns well is on the receiver's side for good.

use docexam_store::OutboxEvent;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// A receiver that needs longer is asked again.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CONTENT_TYPE: &str = "application/cloudevents+json; charset=utf-8";

/// `file:PATH`, `http://…` or `https://…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxPlace {
    File(PathBuf),
    Http(String),
}

#[derive(Debug, thiserror::Error)]
pub enum BadOutbox {
    #[error("outbox {0:?}: expected file:PATH, http://… or https://…")]
    Form(String),
    #[error("outbox {}: {error}", path.display())]
    File {
        path: PathBuf,
        error: std::io::Error,
    },
    #[error("outbox: {0}")]
    Client(reqwest::Error),
}

impl FromStr for OutboxPlace {
    type Err = BadOutbox;

    fn from_str(text: &str) -> Result<Self, BadOutbox> {
        let bad = || BadOutbox::Form(text.chars().take(80).collect());
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => {
                // `file:///var/spool` and `file:spool` are both in use.
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(Self::File(PathBuf::from(path)))
            }
            Some(("http" | "https", _)) => match reqwest::Url::parse(text) {
                Ok(url) if url.has_host() => Ok(Self::Http(text.to_owned())),
                _ => Err(bad()),
            },
            _ => Err(bad()),
        }
    }
}

pub(super) enum Sink {
    File(PathBuf),
    Http {
        client: reqwest::Client,
        url: String,
    },
}

#[derive(Debug, thiserror::Error)]
pub(super) enum SinkError {
    #[error("{}: {error}", path.display())]
    File {
        path: PathBuf,
        error: std::io::Error,
    },
    #[error("{0}")]
    Request(reqwest::Error),
    #[error("the receiver answers {0}")]
    Refused(reqwest::StatusCode),
}

impl Sink {
    /// A file is made and mended here, so that what cannot work shows at start.
    pub(super) fn open(place: &OutboxPlace) -> Result<Self, BadOutbox> {
        match place {
            OutboxPlace::File(path) => {
                mend(path).map_err(|error| BadOutbox::File {
                    path: path.clone(),
                    error,
                })?;
                Ok(Self::File(path.clone()))
            }
            OutboxPlace::Http(url) => {
                // Already installed by another part of the program, or now.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let client = reqwest::Client::builder()
                    .timeout(REQUEST_TIMEOUT)
                    .connect_timeout(CONNECT_TIMEOUT)
                    // An answer elsewhere is no acknowledgement.
                    .redirect(reqwest::redirect::Policy::none())
                    .user_agent(concat!("docexam/", env!("CARGO_PKG_VERSION")))
                    .build()
                    .map_err(BadOutbox::Client)?;
                Ok(Self::Http {
                    client,
                    url: url.clone(),
                })
            }
        }
    }

    /// What is sent at once: a file takes all in one write, a receiver one event a request.
    pub(super) fn batches<'a>(
        &self,
        events: &'a [OutboxEvent],
    ) -> impl Iterator<Item = &'a [OutboxEvent]> + use<'a> {
        let most = match self {
            Self::File(_) => events.len().max(1),
            Self::Http { .. } => 1,
        };
        events.chunks(most)
    }

    pub(super) async fn send(&self, events: &[OutboxEvent]) -> Result<(), SinkError> {
        match self {
            Self::File(path) => {
                let lines: String = events
                    .iter()
                    .flat_map(|event| [event.event.as_str(), "\n"])
                    .collect();
                let file = path.clone();
                let appended = tokio::task::spawn_blocking(move || append(&file, &lines)).await;
                appended
                    .unwrap_or_else(|panic| Err(std::io::Error::other(panic)))
                    .map_err(|error| SinkError::File {
                        path: path.clone(),
                        error,
                    })
            }
            Self::Http { client, url } => {
                for event in events {
                    post(client, url, event).await?;
                }
                Ok(())
            }
        }
    }
}

async fn post(client: &reqwest::Client, url: &str, event: &OutboxEvent) -> Result<(), SinkError> {
    let answer = client
        .post(url)
        .header("content-type", CONTENT_TYPE)
        .body(event.event.clone())
        .send()
        .await
        // The address may hold a password.
        .map_err(|error| SinkError::Request(error.without_url()))?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(SinkError::Refused(status)),
    }
}

/// On the disk before it returns.
fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    mend(path)?;
    let mut file = std::fs::File::options().append(true).open(path)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

/// Makes the file, and takes away a last line that has no end: its writer was killed, the event was not
/// marked as delivered, and comes again whole.
fn mend(path: &Path) -> std::io::Result<()> {
    const BLOCK: u64 = 64 << 10;
    let mut file = std::fs::File::options()
        .read(true)
        .append(true)
        .create(true)
        .open(path)?;
    let length = file.metadata()?.len();
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        let mut block = vec![0; usize::try_from(end - start).unwrap_or(0)];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut block)?;
        if let Some(at) = block.iter().rposition(|byte| *byte == b'\n') {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_by_their_scheme() {
        let place = |text: &str| text.parse::<OutboxPlace>().expect(text);
        assert_eq!(
            place("file:out.jsonl"),
            OutboxPlace::File("out.jsonl".into())
        );
        assert_eq!(
            place("file:///var/out.jsonl"),
            OutboxPlace::File("/var/out.jsonl".into())
        );
        let url = "https://window.example/events";
        assert_eq!(place(url), OutboxPlace::Http(url.to_owned()));
        for bad in ["", "out.jsonl", "file:", "ftp://host/x", "http://", "http:"] {
            assert!(bad.parse::<OutboxPlace>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_torn_line_is_taken_away_before_the_next_is_written() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("out.jsonl");
        append(&path, "{\"id\":1}\n").expect("written");
        let torn = format!("{}{{\"id\":2", "{\"id\":1}\n");
        std::fs::write(&path, torn).expect("torn");
        append(&path, "{\"id\":2}\n").expect("written");
        let text = std::fs::read_to_string(&path).expect("read");
        assert_eq!(text, "{\"id\":1}\n{\"id\":2}\n");
        // A file that is one long torn line.
        std::fs::write(&path, vec![b'x'; 200_000]).expect("torn");
        append(&path, "{}\n").expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "{}\n");
    }
}
