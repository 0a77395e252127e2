//! Archives in figures: replay, what a batch costs beside reading, two workers, memory over many pages.
//! `cargo bench -p docexam-tests --bench batch` (or `make bench`); names of parts as arguments choose some.
//! How it is measured and how to read it stands in README.md one folder up.

#[path = "../probe/mod.rs"]
mod probe;

mod made;
mod memory;
mod overhead;
mod replaying;
mod sharing;

pub type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    if sharing::is_worker() {
        return sharing::work();
    }
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with('-'))
        .collect();
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if wanted("replay") {
            replaying::bench().await?;
        }
        if wanted("overhead") {
            overhead::bench().await?;
        }
        if wanted("workers") {
            sharing::bench().await?;
        }
        if wanted("memory") {
            memory::bench().await?;
        }
        Ok(())
    })
}

/// A size from the environment, for runs at full size.
fn size(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(default)
}
