//! Object stores reached over the network: S3 and what speaks like it, Azure Blob Storage, Google Cloud
//! Storage. Goes in: a URL with bucket and prefix, and the settings of the environment. Comes out: a store
//! that repeats what failed for a moment, within bounds.

use crate::{BlobPlace, StoreError};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path as BlobPath;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreScheme, RetryConfig};
use reqwest::Url;
use std::sync::Arc;
use std::time::Duration;

/// One attempt, with the body: the largest file (256 MiB) at 20 Mbit/s takes 107 s.
const ATTEMPT: Duration = Duration::from_secs(120);
const CONNECT: Duration = Duration::from_secs(5);
/// No attempt begins after this: a caller waits at its end.
const KEEP_TRYING: Duration = Duration::from_secs(30);
const MAX_RETRIES: usize = 8;

/// Keys and endpoint that the environment gives.
pub(crate) const ENVIRONMENT: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];

pub(crate) fn open(
    url: &str,
    settings: &[(String, String)],
) -> Result<Arc<dyn ObjectStore>, StoreError> {
    // Both our connections and those of this crate's clients use it. An error means: there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let refused = |_| BlobPlace::refused(url);
    let parsed = Url::parse(url).map_err(|_| BlobPlace::refused(url))?;
    let (scheme, prefix) = ObjectStoreScheme::parse(&parsed).map_err(refused)?;
    Ok(match scheme {
        ObjectStoreScheme::AmazonS3 => {
            let mut builder = AmazonS3Builder::new().with_url(url);
            for (key, value) in known(settings) {
                builder = builder.with_config(key, value);
            }
            within(
                prefix,
                builder
                    .with_retry(retry())
                    .with_client_options(client(settings, "aws_allow_http"))
                    .build()?,
            )
        }
        ObjectStoreScheme::MicrosoftAzure => {
            let mut builder = MicrosoftAzureBuilder::new().with_url(url);
            for (key, value) in known(settings) {
                builder = builder.with_config(key, value);
            }
            within(
                prefix,
                builder
                    .with_retry(retry())
                    .with_client_options(client(settings, "azure_allow_http"))
                    .build()?,
            )
        }
        ObjectStoreScheme::GoogleCloudStorage => {
            let mut builder = GoogleCloudStorageBuilder::new().with_url(url);
            for (key, value) in known(settings) {
                builder = builder.with_config(key, value);
            }
            within(
                prefix,
                builder
                    .with_retry(retry())
                    .with_client_options(client(settings, "google_allow_http"))
                    .build()?,
            )
        }
        _ => return Err(BlobPlace::refused(url)),
    })
}

/// The settings that this kind of store knows.
fn known<K: std::str::FromStr>(
    settings: &[(String, String)],
) -> impl Iterator<Item = (K, &String)> {
    settings
        .iter()
        .filter_map(|(key, value)| Some((key.to_ascii_lowercase().parse().ok()?, value)))
}

/// Plain HTTP only where the environment allows it, as for a store on loopback.
fn client(settings: &[(String, String)], allow_http: &str) -> ClientOptions {
    let allowed = settings.iter().any(|(key, value)| {
        key.eq_ignore_ascii_case(allow_http) && matches!(value.as_str(), "true" | "1")
    });
    ClientOptions::new()
        .with_timeout(ATTEMPT)
        .with_connect_timeout(CONNECT)
        .with_allow_http(allowed)
}

fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(5),
            base: 2.0,
        },
        max_retries: MAX_RETRIES,
        retry_timeout: KEEP_TRYING,
    }
}

fn within(prefix: BlobPath, store: impl ObjectStore) -> Arc<dyn ObjectStore> {
    Arc::new(PrefixStore::new(store, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_built_from_their_urls() {
        let keys = [
            ("AWS_ACCESS_KEY_ID".to_owned(), "key".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "secret".to_owned()),
            ("AZURE_STORAGE_ACCOUNT_NAME".to_owned(), "account".to_owned()),
            ("AZURE_STORAGE_ACCOUNT_KEY".to_owned(), "a2V5".to_owned()),
            ("GOOGLE_SERVICE_ACCOUNT_KEY".to_owned(), r#"{"gcs_base_url":"http://localhost","disable_oauth":true,"client_email":"","private_key":"","private_key_id":""}"#.to_owned()),
        ];
        for url in [
            "s3://bucket/docexam",
            "az://container/docexam",
            "gs://bucket",
        ] {
            open(url, &keys).unwrap_or_else(|error| panic!("{url}: {error}"));
        }
        let error = open("http://host/bucket", &keys).expect_err("unknown");
        assert!(matches!(error, StoreError::BadPlace { .. }), "{error}");
    }
}
