//! `cargo run --example train -- [--option value]…`: trains on JSON lines of pages; prints progress
//! to standard error and the report as JSON to standard output.

use docexam_layout::{Evaluation, TrainOptions, train};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = TrainOptions::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--resume" {
            options.resume = true;
            continue;
        }
        let value = arguments.next().ok_or(format!("{name} needs a value"))?;
        match name.as_str() {
            "--train" => options.train.push(value.into()),
            "--validation" => options.validation.push(value.into()),
            "--tokens" => options.tokens = value.into(),
            "--output" => options.output = value.into(),
            "--checkpoints" => options.checkpoints = value.into(),
            "--steps" => options.steps = value.parse()?,
            "--stop-at" => options.stop_at = Some(value.parse()?),
            "--pages-per-step" => options.pages_per_step = value.parse()?,
            "--learning-rate" => options.learning_rate = value.parse()?,
            "--warm-up-steps" => options.warm_up_steps = value.parse()?,
            "--dropout" => options.dropout = value.parse()?,
            "--evaluate-every" => options.evaluate_every = value.parse()?,
            "--evaluate-pages" => options.evaluate_pages = value.parse()?,
            "--threads" => options.threads = value.parse()?,
            "--device" => options.device = value.parse()?,
            "--seed" => options.seed = value.parse()?,
            "--layers" => options.size.layers = value.parse()?,
            "--width" => options.size.width = value.parse()?,
            "--heads" => options.size.heads = value.parse()?,
            "--feed-forward" => options.size.feed_forward = value.parse()?,
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    let report = train(&options, &mut |p| {
        if p.step % 10 == 0 {
            eprintln!(
                "step {}/{} loss {:.4} rate {:.2e} {:.0} s",
                p.step, p.steps, p.loss, p.learning_rate, p.seconds
            );
        }
        if let Some(evaluation) = &p.evaluation {
            eprintln!("step {}: {}", p.step, line(evaluation));
        }
    })?;
    eprintln!(
        "best step {}: {}",
        report.best_step,
        line(&report.evaluation)
    );
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

fn line(e: &Evaluation) -> String {
    format!(
        "header F1 {:.4}, items F1 {:.4}, words F1 {:.4}, rows F1 {:.4}, class {:.4}, starts {:.4}",
        e.header_f1,
        e.item_f1,
        e.word_f1,
        e.row_f1,
        e.page_class_accuracy,
        e.starts_document_accuracy
    )
}
