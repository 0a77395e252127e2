//! Training on tiny made-up pages: captions with values, a small table.

use super::gradient::Trainee;
use super::optimizer::Gradients;
use super::*;
use crate::labels::UNLABELLED;
use crate::{LabelledWord, PageWord};
use candle_core::Tensor;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;

/// Captions by language, the label of the value beside or below, a way to write it.
const FIELDS: &[(&[&str], &str)] = &[
    (&["Invoice", "Rechnung", "Facture"], "document_number"),
    (&["Date", "Datum", "Fecha"], "issue_date"),
    (&["Total", "Summe", "Importe"], "total_amount"),
    (&["Net", "Netto", "Neto"], "total_net_mass_kg"),
];

pub fn toy_pages(n: usize, seed: u64) -> Vec<TrainingPage> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|i| toy_page(i, &mut random)).collect()
}

fn toy_page(index: usize, random: &mut ChaCha8Rng) -> TrainingPage {
    let mut words = Vec::new();
    let language = random.random_range(0..3_usize);
    let below = random.random_bool(0.5);
    let mut put = |text: String, x: f32, y: f32, line: u32, label: &str, begins: bool| {
        let width = 0.012 * text.chars().count() as f32;
        words.push(LabelledWord {
            word: PageWord {
                text,
                bbox: [x, y, x + width, y + 0.015],
                confidence: 0.95,
                line,
            },
            label: label.to_owned(),
            begins,
            starts_row: label == "item.description" && begins,
        });
    };
    let mut line = 0;
    for (captions, label) in FIELDS {
        let y = 0.05 + 0.03 * line as f32;
        put(captions[language].to_owned(), 0.1, y, line, "O", false);
        let value = format!(
            "{}.{:02}",
            random.random_range(10..9999),
            random.random_range(0..99)
        );
        let (x, y) = if below { (0.1, y + 0.02) } else { (0.3, y) };
        line += u32::from(below);
        put(value, x, y, line, label, true);
        line += 1;
    }
    for _ in 0..random.random_range(2..6) {
        let y = 0.05 + 0.03 * line as f32;
        put("steel".into(), 0.1, y, line, "item.description", true);
        put("bolts".into(), 0.2, y, line, "item.description", false);
        let quantity = random.random_range(1..500).to_string();
        put(quantity, 0.6, y, line, "item.quantity", true);
        line += 1;
    }
    TrainingPage {
        id: format!("toy-{index}"),
        page_class: ["commercial_invoice", "packing_list"][index % 2].to_owned(),
        starts_document: !index.is_multiple_of(3),
        language: ["en", "de", "es"][language].to_owned(),
        split: "train".into(),
        words,
    }
}

fn small() -> NetworkSize {
    NetworkSize {
        width: 32,
        layers: 2,
        heads: 4,
        feed_forward: 64,
        spelling_rows: 256,
        spelling_width: 8,
        ..NetworkSize::default()
    }
}

/// A token table of a few words, so that the test needs no weights.
fn toy_tokens(folder: &Path) {
    let words = FIELDS.iter().flat_map(|(captions, _)| captions.iter());
    let pieces: Vec<(String, f32)> = ["▁".to_owned(), "1".to_owned(), ".".to_owned()]
        .into_iter()
        .chain(words.map(|word| format!("▁{word}")))
        .map(|piece| (piece, -5.0))
        .collect();
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let rows: Vec<Vec<f32>> = pieces
        .iter()
        .map(|_| (0..16).map(|_| random.random_range(-0.4..0.4)).collect())
        .collect();
    TokenTable::save(folder, &pieces, &rows).expect("saved");
}

fn write_pages(path: &Path, pages: &[TrainingPage]) {
    let lines = pages
        .iter()
        .map(|page| serde_json::to_string(page).expect("JSON") + "\n");
    std::fs::write(path, lines.collect::<String>()).expect("written");
}

fn toy_options(folder: &Path) -> TrainOptions {
    toy_tokens(folder);
    write_pages(&folder.join("train.jsonl"), &toy_pages(48, 1));
    write_pages(&folder.join("validation.jsonl"), &toy_pages(12, 2));
    TrainOptions {
        train: vec![folder.join("train.jsonl")],
        validation: vec![folder.join("validation.jsonl")],
        tokens: folder.to_path_buf(),
        output: folder.join("weights"),
        checkpoints: folder.join("checkpoints"),
        steps: 160,
        pages_per_step: 6,
        learning_rate: 5e-3,
        warm_up_steps: 5,
        evaluate_every: 20,
        size: small(),
        ..TrainOptions::default()
    }
}

/// Loss and gradient of the same six pages with the same variations and dropout.
fn gradient_on(device: TrainDevice, as_one_batch: bool) -> (f32, Gradients) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    toy_tokens(folder.path());
    let table = TokenTable::load(folder.path()).expect("a table");
    let pages = toy_pages(6, 1);
    let config = ModelConfig {
        version: FORMAT_VERSION,
        size: NetworkSize {
            token_dimension: 16,
            ..small()
        },
        labels: word_labels(&pages),
        page_classes: page_classes(&pages),
        temperatures: Temperatures::default(),
        others: Vec::new(),
    };
    let device = device.open().expect("a device");
    let initial = initial_tensors(&config, 1).expect("weights");
    let optimizer = Optimizer::new(&initial, &device).expect("an optimizer");
    let network = Network::new(&config, &optimizer.tensors()).expect("a network");
    let recipe = Recipe {
        config: &config,
        table: &table,
        names: &Names::of(&table.vocabulary),
        synonyms: &Synonyms::of(&table),
        weights: &label_weights(&config.labels, &pages),
        vary: true,
    };
    let trainee = Trainee {
        recipe: &recipe,
        network: &network,
        optimizer: &optimizer,
        dropout: 0.1,
        label_smoothing: 0.02,
    };
    let chosen: Vec<&TrainingPage> = pages.iter().collect();
    let found = match as_one_batch {
        false => loss_and_gradient(&trainee, &chosen, 1, 1),
        true => prepare(&recipe, &chosen, 1).and_then(|step| batch_gradient(&trainee, step)),
    };
    let found = found.expect("a gradient");
    for (name, _) in optimizer.variables() {
        assert!(found.1.contains_key(name), "none for {name}");
    }
    found
}

fn values_of(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.flatten_all().expect("flat");
    flat.to_vec1().expect("values")
}

/// No further apart than so much of the gradient's own size.
fn assert_same_gradient(one: &(f32, Gradients), other: &(f32, Gradients), share: f32) {
    assert!((one.0 - other.0).abs() < share * one.0);
    assert_eq!(
        one.1.keys().collect::<Vec<_>>(),
        other.1.keys().collect::<Vec<_>>()
    );
    for (name, gradient) in &one.1 {
        let (a, b) = (values_of(gradient), values_of(&other.1[name]));
        let size = a.iter().map(|x| x * x).sum::<f32>().sqrt();
        let apart = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let apart = apart.sqrt();
        assert!(apart <= share * size, "{name}: {apart} apart, size {size}");
    }
}

#[test]
fn every_variable_receives_a_gradient() {
    let (loss, gradients) = gradient_on(TrainDevice::Cpu, false);
    assert!(loss.is_finite() && loss > 1.0);
    for (name, gradient) in &gradients {
        let size: f32 = values_of(gradient).iter().map(|g| g.abs()).sum();
        assert!(
            size.is_finite() && size > 0.0,
            "{name} has a gradient of size {size}"
        );
    }
}

#[test]
fn a_step_prepared_ahead_is_the_same_step() {
    let one = gradient_on(TrainDevice::Cpu, false);
    let other = gradient_on(TrainDevice::Cpu, true);
    assert_same_gradient(&one, &other, 1e-5);
}

/// `cargo test --features cuda` on a machine with a GPU.
#[cfg(feature = "cuda")]
#[test]
fn a_gpu_finds_the_gradient_of_the_cpu() {
    let one = gradient_on(TrainDevice::Cpu, false);
    let other = gradient_on(TrainDevice::Cuda, true);
    assert_same_gradient(&one, &other, 2e-3);
}

#[cfg(feature = "cuda")]
#[test]
fn a_few_steps_on_a_gpu_lower_the_loss() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = TrainOptions {
        device: TrainDevice::Cuda,
        threads: 3,
        ..toy_options(folder.path())
    };
    let mut losses = Vec::new();
    let report = train(&options, &mut |p| losses.push(p.loss)).expect("training");
    assert!(losses.last() < losses.first());
    assert!(report.evaluation.word_f1 > 0.5, "{:?}", report.evaluation);
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_program_without_cuda_says_so() {
    let error = TrainDevice::Cuda.open().expect_err("refused");
    assert!(error.to_string().contains("--features cuda"), "{error}");
}

#[test]
fn a_few_steps_lower_the_loss_and_the_written_model_tags_pages_it_has_not_seen() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = toy_options(folder.path());
    let mut losses = Vec::new();
    let report = train(&options, &mut |progress| losses.push(progress.loss)).expect("trained");
    assert!(
        losses[19] < 0.7 * losses[0],
        "{} -> {}",
        losses[0],
        losses[19]
    );
    assert!(report.evaluation.header_f1 > 0.9, "{:?}", report.evaluation);
    assert!(report.evaluation.item_f1 > 0.9, "{:?}", report.evaluation);

    let model = Model::load(&options.output).expect("loaded");
    assert_eq!(model.digest(), report.digest);
    let page = &toy_pages(1, 9)[0];
    let words: Vec<PageWord> = page.words.iter().map(|word| word.word.clone()).collect();
    let tags = model.tag(&words).expect("tagged");
    assert_eq!(tags.words.len(), words.len());
    assert_eq!(tags, model.tag(&words).expect("tagged again"));
    let sum: f32 = tags.class_probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-4);

    bad_pages_are_answered(&model);
}

#[test]
fn a_committee_says_what_its_members_say_on_average() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folders = ["one", "two"].map(|name| folder.path().join(name));
    for (seed, output) in (1..).zip(&folders) {
        let options = TrainOptions {
            output: output.clone(),
            checkpoints: output.join("checkpoints"),
            steps: 20,
            seed,
            ..toy_options(folder.path())
        };
        train(&options, &mut |_| {}).expect("trained");
    }
    let joined = folder.path().join("joined");
    let digest = crate::join(&folders, &joined).expect("joined");
    let models = [&joined, &folders[0], &folders[1]].map(|f| Model::load(f).expect("loaded"));
    assert_eq!(models[0].digest(), digest);
    let words: Vec<PageWord> = toy_pages(1, 9)[0]
        .words
        .iter()
        .map(|w| w.word.clone())
        .collect();
    let [all, one, two] = models
        .each_ref()
        .map(|model| model.tag(&words).expect("tagged"));
    assert_ne!(one, two);
    for (index, word) in all.words.iter().enumerate() {
        let members = [&one.words[index], &two.words[index]];
        let mean = (members[0].begins + members[1].begins) / 2.0;
        assert!((word.begins - mean).abs() < 1e-6);
        for (label, p) in word.probabilities.iter().enumerate() {
            let mean = members.map(|m| m.probabilities[label]).iter().sum::<f32>() / 2.0;
            assert!((p - mean).abs() < 1e-6);
        }
    }
    let pages = toy_pages(12, 3);
    let figures = evaluate(&models[0], &pages).expect("evaluated");
    assert!(figures.header_f1 > 0.1, "{figures:?}");

    // Trained further, the others stay; and what does not fit does not join.
    let further = TrainOptions {
        start: Some(joined.clone()),
        tokens: joined.clone(),
        output: folder.path().join("further"),
        checkpoints: folder.path().join("further-checkpoints"),
        steps: 2,
        ..toy_options(folder.path())
    };
    train(&further, &mut |_| {}).expect("trained further");
    assert_eq!(
        Model::load(&further.output).expect("loaded").networks.len(),
        2
    );
    let error = crate::join(&[joined.clone(), joined.clone()], &joined).expect_err("refused");
    assert!(
        error.to_string().contains("a folder that is joined"),
        "{error}"
    );
}

fn bad_pages_are_answered(model: &Model) {
    assert!(model.tag(&[]).expect("an empty page").words.is_empty());
    let odd = PageWord {
        text: String::new(),
        bbox: [f32::NAN, f32::INFINITY, -1.0, 0.0],
        confidence: f32::NAN,
        line: u32::MAX,
    };
    let tags = model.tag(std::slice::from_ref(&odd)).expect("an odd word");
    assert!(tags.words[0].probabilities.iter().all(|p| p.is_finite()));
    let many = vec![odd; 100_000];
    let tags = model.tag(&many[..5_000]).expect("too many words");
    assert_eq!(tags.words.len(), 5_000);
    assert_eq!(tags.words[4_999].probabilities[0], 1.0);
}

#[test]
fn weights_learn_from_pages_that_are_labelled_in_part() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = toy_options(folder.path());
    let before = train(&options, &mut |_| ()).expect("trained").evaluation;
    // Someone said of each page what its total is not: it is the amount due. Of the rest nothing is said.
    let mut corrected = toy_pages(12, 5);
    for word in corrected.iter_mut().flat_map(|page| &mut page.words) {
        let label = if word.label == "total_amount" {
            "amount_due"
        } else {
            UNLABELLED
        };
        word.label = label.to_owned();
    }
    write_pages(&folder.path().join("corrections.jsonl"), &corrected);
    let further = TrainOptions {
        train: vec![folder.path().join("corrections.jsonl")],
        start: Some(options.output.clone()),
        output: folder.path().join("further"),
        checkpoints: folder.path().join("checkpoints-further"),
        steps: 80,
        learning_rate: 2e-3,
        ..options
    };
    train(&further, &mut |_| ()).expect("trained further");
    let model = Model::load(&further.output).expect("loaded");
    let pages = toy_pages(12, 6);
    let after = evaluate(&model, &pages).expect("evaluated");
    assert!(!after.labels.contains_key(UNLABELLED));
    assert!(
        after.labels["amount_due"].precision == 0.0,
        "no page has one: {after:?}"
    );
    assert_eq!(
        after.labels["total_amount"].recall, 0.0,
        "all are the amount due now"
    );
    let kept = after.labels["document_number"].f1;
    assert!(kept > 0.8 && before.header_f1 > 0.9, "{kept} of {before:?}");
}

#[test]
fn a_resumed_run_ends_where_an_unbroken_one_does() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut whole = toy_options(folder.path());
    whole.steps = 8;
    whole.evaluate_every = 4;
    let digest = train(&whole, &mut |_| ()).expect("trained").digest;
    let stopped = std::panic::catch_unwind(|| {
        let options = TrainOptions {
            checkpoints: folder.path().join("broken"),
            ..whole.clone()
        };
        train(&options, &mut |progress| {
            assert!(progress.step < 6, "power cut")
        })
    });
    assert!(stopped.is_err());
    let resumed = TrainOptions {
        checkpoints: folder.path().join("broken"),
        resume: true,
        ..whole
    };
    let mut steps = 0;
    let report = train(&resumed, &mut |_| steps += 1).expect("resumed");
    assert_eq!((steps, report.digest), (4, digest));
}
