//! Several trained networks as one model: weights folders -> one folder whose networks are heard together.
//!
//! Networks that were trained apart make different mistakes, and where they disagree nobody should be sure: the mean of
//! their probabilities is right more often, and on papers unlike those of training it is less often sure and wrong
//! (Lakshminarayanan et al. 2017; Ovadia et al. 2019). It costs the time of all of them.

use crate::LayoutError;
use crate::config::{FORMAT_VERSION, Member, ModelConfig};
use crate::manifest;
use crate::model::{Model, files, weights_file, write_config};
use crate::stored;
use crate::token_table::{TABLE_FILE, VOCABULARY_FILE};
use std::path::{Path, PathBuf};

/// The files that all networks of a model share.
const TOKENS: [&str; 2] = [TABLE_FILE, VOCABULARY_FILE];

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
    let models: Vec<Model> = folders
        .iter()
        .map(|folder| Model::load(folder))
        .collect::<Result<_, _>>()?;
    let mut members: Vec<Member> = Vec::new();
    for (folder, model) in folders.iter().zip(&models) {
        let (config, of_first) = (&model.config, &models[0].config);
        if config.labels != of_first.labels || config.page_classes != of_first.page_classes {
            return refuse(
                folder,
                "other labels or page classes than the first weights",
            );
        }
        if TOKENS
            .iter()
            .any(|file| model.listed[*file] != models[0].listed[*file])
        {
            return refuse(folder, "another token table than the first weights");
        }
        for (index, member) in config.members().enumerate() {
            let (from, to) = (weights_file(index), weights_file(members.len()));
            // Not copied: a network of before takes twice the room.
            stored::save(&out.join(to), &stored::load(&folder.join(from))?)?;
            members.push(member);
        }
    }
    for file in TOKENS {
        copy(&first.join(file), &out.join(file))?;
    }
    // The first folder may have been a committee itself.
    let others = members.split_off(1);
    let joined = ModelConfig {
        version: FORMAT_VERSION,
        others,
        ..models[0].config.clone()
    };
    write_config(out, &joined)?;
    manifest::write(out, &files(&joined))?;
    Ok(Model::load(out)?.digest().to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<(), LayoutError> {
    std::fs::copy(from, to)
        .map(|_| ())
        .map_err(|e| LayoutError::file("copy", from, e))
}
