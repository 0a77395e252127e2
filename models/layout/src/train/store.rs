//! Checkpoints of a run, and the weights folder it ends in.

use super::Standing;
use crate::LayoutError;
use crate::config::ModelConfig;
use crate::manifest;
use crate::model::{CONFIG_FILE, WEIGHTS_FILE, files, write_config};
use crate::network::Tensors;
use crate::stored;
use candle_core::{Device, Tensor};
use std::collections::HashMap;
use std::path::Path;

const STATE_FILE: &str = "last.safetensors";
const STANDING_FILE: &str = "last.json";
const BEST_FILE: &str = "best.safetensors";

/// Replaces the last checkpoint; the standing is written last and vouches for the tensors.
pub fn save_checkpoint(
    folder: &Path,
    tensors: &Tensors,
    standing: &Standing,
) -> Result<(), LayoutError> {
    save(&folder.join(STATE_FILE), tensors)?;
    let path = folder.join(STANDING_FILE);
    let text = serde_json::to_vec(standing).map_err(|e| LayoutError::format(&path, e))?;
    std::fs::write(&path, text).map_err(|e| LayoutError::file("write", &path, e))
}

/// The last checkpoint, if there is one.
pub fn load_checkpoint(folder: &Path) -> Result<Option<(Tensors, Standing)>, LayoutError> {
    let path = folder.join(STANDING_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read(&path).map_err(|e| LayoutError::file("read", &path, e))?;
    let standing = serde_json::from_slice(&text).map_err(|e| LayoutError::format(&path, e))?;
    Ok(Some((load(&folder.join(STATE_FILE))?, standing)))
}

pub fn save_best(folder: &Path, tensors: &Tensors) -> Result<(), LayoutError> {
    save(&folder.join(BEST_FILE), tensors)
}

pub fn load_best(folder: &Path) -> Result<Tensors, LayoutError> {
    load(&folder.join(BEST_FILE))
}

/// Writes a weights folder: the network, the token table and further networks as they are in `tokens`, the manifest.
pub fn write_weights(
    folder: &Path,
    tokens: &Path,
    config: &ModelConfig,
    tensors: &Tensors,
) -> Result<(), LayoutError> {
    std::fs::create_dir_all(folder).map_err(|e| LayoutError::file("create", folder, e))?;
    stored::save(&folder.join(WEIGHTS_FILE), tensors)?;
    write_config(folder, config)?;
    let written = [CONFIG_FILE, WEIGHTS_FILE];
    let files = files(config);
    for file in files
        .iter()
        .filter(|file| !written.contains(&file.as_str()))
    {
        let (from, to) = (tokens.join(file), folder.join(file));
        let same = from
            .canonicalize()
            .ok()
            .is_some_and(|p| Some(p) == to.canonicalize().ok());
        if !same {
            std::fs::copy(&from, &to).map_err(|e| LayoutError::file("copy", &from, e))?;
        }
    }
    // A calibration that lies here is that of other weights: it is not listed, so nobody reads it.
    manifest::write(folder, &files)
}

fn save(path: &Path, tensors: &Tensors) -> Result<(), LayoutError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| LayoutError::file("create", folder, e))?;
    }
    let tensors: HashMap<String, Tensor> = tensors.clone().into_iter().collect();
    Ok(candle_core::safetensors::save(&tensors, path)?)
}

fn load(path: &Path) -> Result<Tensors, LayoutError> {
    let tensors = candle_core::safetensors::load(path, &Device::Cpu)?;
    Ok(tensors.into_iter().collect())
}
