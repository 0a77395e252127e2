//! `docexam health`: is the service there and ready? For scripts, containers and monitors.

use crate::exit::Done;
use anyhow::bail;
use clap::Args;
use std::time::{Duration, Instant};
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Between two attempts: short beside the seconds that loading the model takes.
const PAUSE: Duration = Duration::from_millis(200);
/// One attempt; a service that needs longer to say SERVING is not.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Ask a running service whether it serves
#[derive(Args)]
pub struct Arguments {
    /// The service
    #[arg(long, default_value = "http://127.0.0.1:50051", value_name = "URL")]
    server: String,
    /// Keep asking for this many seconds until it serves
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    wait: u64,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let endpoint = Endpoint::from_shared(arguments.server.clone())?.timeout(ATTEMPT);
    let deadline = Instant::now() + Duration::from_secs(arguments.wait);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        loop {
            match status(&endpoint).await {
                Ok(ServingStatus::Serving) => {
                    println!("SERVING");
                    return Ok(Done::Complete);
                }
                Ok(other) if Instant::now() >= deadline => bail!("{}", other.as_str_name()),
                Err(error) if Instant::now() >= deadline => {
                    return Err(error.context(format!("no service at {}", arguments.server)));
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    })
}

async fn status(endpoint: &Endpoint) -> anyhow::Result<ServingStatus> {
    let mut client = HealthClient::new(endpoint.connect().await?);
    let answer = client
        .check(HealthCheckRequest {
            service: String::new(),
        })
        .await?
        .into_inner();
    Ok(ServingStatus::try_from(answer.status)?)
}
