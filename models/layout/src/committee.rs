//! Several trained networks as one model: weights folders -> one folder whose networks are heard together.
//!
//! Networks that were trained apart make different mistakes, and where they disagree nobody should be sure: the mean of
//! their probabilities is right more often, and on papers unlike those of training it is less often sure and wrong
//! (Lakshminarayanan et al. 2017; Ovadia et al. 2019). It costs the time of all of them.

use crate::LayoutError;
use crate::config::{Member, ModelConfig};
use crate::manifest;
use crate::model::{CONFIG_FILE, Model, files, weights_file};
use crate::token_table::{TABLE_FILE, VOCABULARY_FILE};
use std::path::{Path, PathBuf};

/// Joins the folders, which must have the same labels, page classes and token table; a committee joins with all
/// its networks. A calibration was fitted for one of them alone and is left behind. Returns the digest of `out`.
pub fn join(folders: &[PathBuf], out: &Path) -> Result<String, LayoutError> {
    let refuse = |folder: &Path, reason: &str| Err(LayoutError::format(folder, reason.to_owned()));
    let Some(first) = folders.first() else {
        return refuse(out, "no weights to join");
    };
    if folders.iter().any(|folder| folder == out) {
        return refuse(out, "weights cannot be joined in a folder that is joined");
    }
    std::fs::create_dir_all(out).map_err(|e| LayoutError::file("create", out, e))?;
    let model = Model::load(first)?;
    let mut joined = ModelConfig {
        others: Vec::new(),
        ..model.config.clone()
    };
    let table = manifest::verify(first, &[TABLE_FILE, VOCABULARY_FILE])?.1;
    let mut networks = 0;
    for folder in folders {
        let config = Model::load(folder)?.config;
        if config.labels != joined.labels || config.page_classes != joined.page_classes {
            return refuse(
                folder,
                "other labels or page classes than the first weights",
            );
        }
        let listed = manifest::verify(folder, &[TABLE_FILE, VOCABULARY_FILE])?.1;
        if [TABLE_FILE, VOCABULARY_FILE]
            .iter()
            .any(|file| listed[*file] != table[*file])
        {
            return refuse(folder, "another token table than the first weights");
        }
        let its_first = Member {
            size: config.size,
            temperatures: config.temperatures,
        };
        for (index, member) in [its_first].into_iter().chain(config.others).enumerate() {
            copy(
                &folder.join(weights_file(index)),
                &out.join(weights_file(networks)),
            )?;
            if networks > 0 {
                joined.others.push(member);
            }
            networks += 1;
        }
    }
    joined.version = ModelConfig::version(joined.others.len());
    for file in [TABLE_FILE, VOCABULARY_FILE] {
        copy(&first.join(file), &out.join(file))?;
    }
    let path = out.join(CONFIG_FILE);
    let text = serde_json::to_string_pretty(&joined).map_err(|e| LayoutError::format(&path, e))?;
    std::fs::write(&path, text + "\n").map_err(|e| LayoutError::file("write", &path, e))?;
    manifest::write(out, &files(&joined))?;
    Ok(Model::load(out)?.digest().to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<(), LayoutError> {
    std::fs::copy(from, to)
        .map(|_| ())
        .map_err(|e| LayoutError::file("copy", from, e))
}
