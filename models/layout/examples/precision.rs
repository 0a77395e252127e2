//! `RAYON_NUM_THREADS=1 cargo run --example precision -- WEIGHTS PAGES.jsonl`: what narrower numbers would cost and save.
//!
//! Comes out, for single precision, both half precisions and 8-bit integers with a scale a column: figures
//! with the matrices stored so, and processor time of the network's widest product computed so.

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{DType, Device, Module, Tensor};
use docexam_layout::{Model, evaluate, read_training_pages};
use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

type Error = Box<dyn std::error::Error>;

/// Rows, inner and outer width of the product that is timed.
const PRODUCT: (usize, usize, usize) = (350, 256, 768);

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let (Some(weights), Some(pages)) = (arguments.next(), arguments.next()) else {
        return Err("usage: precision WEIGHTS PAGES.jsonl".into());
    };
    let pages = read_training_pages(Path::new(&pages))?;
    let folder = std::env::temp_dir().join("docexam-precision");
    for (name, store) in [
        ("f16", half as fn(&Tensor) -> candle_core::Result<Tensor>),
        ("bf16", brain),
        ("int8", eight_bits),
    ] {
        stored_otherwise(Path::new(&weights), &folder, store)?;
        let figures = evaluate(&Model::load(&folder)?, &pages)?;
        println!(
            "{name}: header F1 {:.4}, item F1 {:.4}, page class {:.4}",
            figures.header_f1, figures.item_f1, figures.page_class_accuracy
        );
    }
    time_products()
}

fn half(tensor: &Tensor) -> candle_core::Result<Tensor> {
    tensor.to_dtype(DType::F16)
}

fn brain(tensor: &Tensor) -> candle_core::Result<Tensor> {
    tensor.to_dtype(DType::BF16)
}

/// Rounded to 255 steps a column, and back.
fn eight_bits(tensor: &Tensor) -> candle_core::Result<Tensor> {
    if tensor.rank() != 2 {
        return half(tensor);
    }
    let scale = (tensor.abs()?.max_keepdim(0)? / 127.0)?.maximum(1e-12)?;
    tensor.broadcast_div(&scale)?.round()?.broadcast_mul(&scale)
}

/// The weights folder again, with its matrices passed through `store`.
fn stored_otherwise(
    from: &Path,
    to: &Path,
    store: fn(&Tensor) -> candle_core::Result<Tensor>,
) -> Result<(), Error> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        if let Some(name) = path.file_name() {
            std::fs::copy(&path, to.join(name))?;
        }
    }
    let tensors = candle_core::safetensors::load(from.join("model.safetensors"), &Device::Cpu)?;
    let tensors: HashMap<String, Tensor> = tensors
        .into_iter()
        .map(|(name, tensor)| Ok((name, store(&tensor.to_dtype(DType::F32)?)?)))
        .collect::<candle_core::Result<_>>()?;
    candle_core::safetensors::save(&tensors, to.join("model.safetensors"))?;
    Model::seal(to)?;
    Ok(())
}

fn time_products() -> Result<(), Error> {
    let (rows, inner, outer) = PRODUCT;
    let x = Tensor::randn(0.0_f32, 1.0, (rows, inner), &Device::Cpu)?;
    let w = Tensor::randn(0.0_f32, 1.0, (inner, outer), &Device::Cpu)?;
    for dtype in [DType::F32, DType::F16, DType::BF16] {
        let (x, w) = (x.to_dtype(dtype)?, w.to_dtype(dtype)?);
        println!("{dtype:?} product: {:.2} ms", median_ms(|| x.matmul(&w))?);
    }
    let quantised = QTensor::quantize(&w.t()?.contiguous()?, GgmlDType::Q8_0)?;
    let product = QMatMul::from_qtensor(quantised)?;
    println!(
        "8-bit product: {:.2} ms",
        median_ms(|| product.forward(&x))?
    );
    Ok(())
}

fn median_ms(run: impl Fn() -> candle_core::Result<Tensor>) -> Result<f64, Error> {
    let mut times = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        run()?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[25])
}
