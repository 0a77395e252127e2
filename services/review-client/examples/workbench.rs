//! A workbench without a screen: takes tasks as they come, shows what an officer would see, and gives them
//! back. `cargo run -p docexam-review-client --example workbench -- http://127.0.0.1:50051 anna`

use docexam_review_client::v1::ReviewTaskFilter;
use docexam_review_client::{Claim, QueueError, ReviewQueue};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments
        .next()
        .unwrap_or_else(|| "http://127.0.0.1:50051".to_owned());
    let worker = arguments.next().unwrap_or_else(|| "workbench".to_owned());
    let queue = ReviewQueue::connect(&url, &worker, None)
        .await?
        .with_lease(Duration::from_secs(30));
    // Opened before the first claim, so that no task falls between the two.
    let mut watch = queue.watch("");
    watch.open().await?;
    loop {
        for claim in queue.claim(ReviewTaskFilter::default(), 5).await? {
            show(&queue, claim).await?;
        }
        let change = watch.next().await?;
        println!("{:?} of task {}", change.kind(), change.task_id);
    }
}

async fn show(queue: &ReviewQueue, claim: Claim) -> Result<(), QueueError> {
    let details = claim.details().await?;
    println!("task {}, office {}", claim.task().id, claim.task().office);
    for item in &claim.task().items {
        let finding = item.finding.clone().unwrap_or_default();
        println!(
            "  {} {:?}: {}",
            item.rule_id,
            item.outcome(),
            finding.explanation
        );
    }
    for page in details.pages.iter().take(1) {
        let id = &claim.task().examination_id;
        let image = queue.page_image(id, page.file, page.page, 800).await?;
        println!("  {} × {} px", image.width_px, image.height_px);
    }
    // Here an officer would look at it, for as long as it takes: the claim is extended meanwhile.
    claim.release().await?;
    // So that this program does not take it again at once.
    tokio::time::sleep(Duration::from_secs(5)).await;
    Ok(())
}
