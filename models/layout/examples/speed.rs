//! `RAYON_NUM_THREADS=1 cargo run --example speed -- TOKENS-FOLDER`: processor time of an answer and of a training step on
//! made-up pages, for choosing sizes and finding slow operations.

use docexam_layout::{
    LabelledWord, Model, NetworkSize, PageWord, TrainOptions, TrainingPage, train,
};
use std::path::Path;

const WORDS: usize = 350;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = std::env::args()
        .nth(1)
        .ok_or("usage: speed TOKENS-FOLDER")?;
    let folder = std::env::temp_dir().join("docexam-speed");
    std::fs::create_dir_all(&folder)?;
    let pages: String = (0..16)
        .map(|i| serde_json::to_string(&page(i)).map(|line| line + "\n"))
        .collect::<Result<_, _>>()?;
    let file = folder.join("pages.jsonl");
    std::fs::write(&file, pages)?;
    for (width, heads, feed_forward) in [(192, 6, 512), (256, 8, 768)] {
        let options = TrainOptions {
            train: vec![file.clone()],
            validation: vec![file.clone()],
            tokens: tokens.clone().into(),
            output: folder.join("weights"),
            checkpoints: folder.join("checkpoints"),
            steps: 4,
            pages_per_step: 4,
            evaluate_every: 100,
            evaluate_pages: 1,
            size: NetworkSize {
                width,
                heads,
                feed_forward,
                ..NetworkSize::default()
            },
            ..TrainOptions::default()
        };
        let mut training = Vec::new();
        train(&options, &mut |_| training.push(processor_ms()))?;
        let model = Model::load(Path::new(&options.output))?;
        let words: Vec<PageWord> = page(1).words.into_iter().map(|word| word.word).collect();
        let mut times: Vec<f32> = (0..15)
            .map(|_| {
                let started = processor_ms();
                model.tag(&words).map(|_| processor_ms() - started)
            })
            .collect::<Result<_, _>>()?;
        times.sort_by(f32::total_cmp);
        eprintln!(
            "width {width}, feed-forward {feed_forward}: {:.0} ms a page of {WORDS} words \
             (fastest {:.0}); training {:.0} ms a page",
            times[7],
            times[0],
            (training[2] - training[0]) / 8.0,
        );
    }
    Ok(())
}

/// Time this thread has spent on a processor (Linux), so that other programs do not count.
fn processor_ms() -> f32 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text
        .split_whitespace()
        .next()
        .and_then(|n| n.parse::<u64>().ok());
    nanoseconds.unwrap_or(0) as f32 / 1e6
}

fn page(salt: usize) -> TrainingPage {
    let text = [
        "Invoice",
        "1,250.00",
        "Rechnungsnummer:",
        "8421.21.00",
        "stainless",
        "kg",
        "MSKU1234567",
    ];
    let words = (0..WORDS).map(|i| LabelledWord {
        word: PageWord {
            text: text[(i * 5 + salt) % text.len()].to_owned(),
            bbox: [
                (i % 8) as f32 / 9.0,
                (i / 8) as f32 / 50.0,
                (i % 8) as f32 / 9.0 + 0.08,
                (i / 8) as f32 / 50.0 + 0.012,
            ],
            confidence: 0.9,
            line: (i / 8) as u32,
        },
        label: if i % 9 == 0 { "item.quantity" } else { "O" }.to_owned(),
        begins: i % 9 == 0,
        starts_row: false,
    });
    TrainingPage {
        id: format!("speed-{salt}"),
        page_class: "other".to_owned(),
        starts_document: true,
        language: "en".to_owned(),
        split: "train".to_owned(),
        words: words.collect(),
    }
}
