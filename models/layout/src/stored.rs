//! The weights of one network in their file: what its layers multiply with as bytes with a scale a column, since it is
//! read so, and everything else in half precision.
//!
//! `layer.0.qkv.weight` [in, out] of bytes about 128 has its scales beside it, `layer.0.qkv.weight.scale` [out]. Files of
//! before have these matrices in half precision too; both are read.

use crate::LayoutError;
use crate::network::Tensors;
use crate::ops::rounded_columns;
use candle_core::{DType, Device, Result, Tensor};
use std::collections::HashMap;
use std::path::Path;

const SCALE: &str = ".scale";
/// The byte that stands for nought.
const ZERO: f64 = 128.0;

pub fn save(path: &Path, tensors: &Tensors) -> std::result::Result<(), LayoutError> {
    let mut stored = HashMap::new();
    for (name, tensor) in tensors {
        match is_multiplied_in_bytes(name) {
            true => {
                let (bytes, scales) = in_bytes(tensor)?;
                stored.insert(name.clone(), bytes);
                stored.insert(format!("{name}{SCALE}"), scales);
            }
            false => {
                stored.insert(name.clone(), tensor.to_dtype(DType::F16)?);
            }
        }
    }
    Ok(candle_core::safetensors::save(&stored, path)?)
}

/// All weights in single precision.
pub fn load(path: &Path) -> std::result::Result<Tensors, LayoutError> {
    let stored = candle_core::safetensors::load(path, &Device::Cpu)?;
    let mut tensors = Tensors::new();
    for (name, tensor) in stored.iter().filter(|(name, _)| !name.ends_with(SCALE)) {
        let values = tensor.to_dtype(DType::F32)?;
        let values = match (tensor.dtype(), stored.get(&format!("{name}{SCALE}"))) {
            (DType::U8, Some(scales)) => (values - ZERO)?.broadcast_mul(scales)?,
            (DType::U8, None) => {
                return Err(LayoutError::format(path, format!("{name} has no scales")));
            }
            _ => values,
        };
        tensors.insert(name.clone(), values);
    }
    Ok(tensors)
}

/// Of which `Network::in_eight_bits` makes whole numbers.
fn is_multiplied_in_bytes(name: &str) -> bool {
    name.starts_with("layer.") && name.ends_with(".weight")
}

fn in_bytes(tensor: &Tensor) -> Result<(Tensor, Tensor)> {
    let (whole, scales) = rounded_columns(tensor)?;
    let bytes: Vec<u8> = whole
        .into_iter()
        .map(|value| (i16::from(value) + ZERO as i16) as u8)
        .collect();
    let columns = scales.len();
    Ok((
        Tensor::from_vec(bytes, tensor.shape(), &Device::Cpu)?,
        Tensor::from_vec(scales, columns, &Device::Cpu)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ModelConfig, NetworkSize, Temperatures};
    use crate::network::initial_tensors;

    fn small() -> Tensors {
        let size = NetworkSize {
            width: 16,
            layers: 1,
            heads: 2,
            feed_forward: 24,
            spelling_rows: 8,
            spelling_width: 4,
            token_dimension: 8,
            ..NetworkSize::default()
        };
        let config = ModelConfig {
            version: crate::config::FORMAT_VERSION,
            size,
            labels: vec!["O".to_owned()],
            page_classes: vec!["other".to_owned()],
            temperatures: Temperatures::default(),
            others: Vec::new(),
        };
        initial_tensors(&config, 1).expect("weights")
    }

    fn flat(tensor: &Tensor) -> Vec<f32> {
        let flat = tensor.flatten_all().and_then(|flat| flat.to_vec1());
        flat.expect("f32")
    }

    #[test]
    fn what_was_read_is_stored_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        let weights = small();
        save(&first, &weights).expect("saved");
        let read = load(&first).expect("read");
        assert_eq!(read.len(), weights.len());
        for (name, tensor) in &weights {
            let most = flat(tensor)
                .iter()
                .fold(0.0_f32, |most, x| most.max(x.abs()));
            for (read, was) in flat(&read[name]).into_iter().zip(flat(tensor)) {
                // Half a step of the column's 127, or half precision.
                assert!(
                    (read - was).abs() <= most / 250.0,
                    "{name}: {read}, was {was}"
                );
            }
        }
        save(&second, &read).expect("saved");
        let bytes = |path| std::fs::read(path).expect("a file").len();
        assert_eq!(bytes(&first), bytes(&second));
        for (name, tensor) in load(&second).expect("read") {
            for (again, read) in flat(&tensor).into_iter().zip(flat(&read[&name])) {
                assert!(
                    (again - read).abs() <= read.abs() * 1e-6,
                    "{name}: {again}, was {read}"
                );
            }
        }
    }

    #[test]
    fn bytes_without_scales_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("weights");
        let bytes = Tensor::zeros((2, 2), DType::U8, &Device::Cpu).expect("a tensor");
        let tensors = HashMap::from([("layer.0.mix.weight".to_owned(), bytes)]);
        candle_core::safetensors::save(&tensors, &path).expect("saved");
        let problem = load(&path).expect_err("refused").to_string();
        assert!(
            problem.contains("layer.0.mix.weight has no scales"),
            "{problem}"
        );
    }
}
