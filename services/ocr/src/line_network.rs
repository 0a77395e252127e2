//! The network that sees a line of print: grey pixels go in, what it makes of each step from left to right comes out. PP-OCRv6
//! (Baidu, Apache-2.0) as ONNX, run by `rten`.
//!
//! Its own last layer knows 18,708 characters, Chinese among them; what it sees before that is given out too, for letters that are
//! told apart by a network of our own (`docexam-letters`).
//! Deliberately absent: letters, words and where they stand (`line_reader`).

use crate::OcrError;
use crate::engine::Crop;
use docexam_letters::Features;
use image::{GrayImage, imageops};
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Height in pixels that the network was trained with.
const HEIGHT: u32 = 48;
/// A word of 40 letters is some 1,000 wide; noise may be wider. It takes 0.2 ms a pixel.
const WIDEST: u32 = 2_400;
const NARROWEST: u32 = 16;
/// Grey levels become −1 to 1.
const MIDDLE: f32 = 127.5;
/// Size of a network in bytes; PP-OCRv6's small one has 21 million.
const LARGEST: u64 = 100_000_000;
/// What the network makes of the picture, [1, 384, 1, steps], and what its last layer gets, [1, 120, steps].
const DEEP: &str = "p2o.pd_op.pool2d.1.0";
const LATE: &str = "p2o.pd_op.squeeze.0.0";

pub struct LineNetwork {
    network: Model,
    input: NodeId,
    /// Of its own classes.
    output: NodeId,
    /// What each class stands for: the blank, the characters, a space.
    characters: Vec<String>,
    /// Of one thread: pages are what is read side by side.
    threads: Arc<ThreadPool>,
    /// First 12 hex digits of the SHA-256 of its file.
    digest: String,
}

impl LineNetwork {
    /// Loads the network and looks at an empty line with it, so that what is no such network shows at once.
    pub fn load(path: &Path) -> Result<Self, OcrError> {
        let refused = |problem: String| OcrError::LineModel {
            path: path.to_owned(),
            problem,
        };
        let bytes = bytes(path)?;
        let network = apart(|| {
            // Packed once: for a word that takes as long as all the rest.
            ModelOptions::with_all_ops()
                .prepack_weights(true)
                .load(bytes)
        })
        .map_err(&refused)?;
        let characters = characters_of(&network);
        let characters = characters.ok_or_else(|| refused("it names no characters".to_owned()))?;
        let (Some(input), Some(output)) =
            (network.input_ids().first(), network.output_ids().first())
        else {
            return Err(refused("it has no input or no output".to_owned()));
        };
        let this = Self {
            input: *input,
            output: *output,
            characters,
            threads: Arc::new(ThreadPool::with_num_threads(1)),
            digest: crate::models::short_digest(path)?,
            network,
        };
        let line = GrayImage::from_pixel(2 * HEIGHT, HEIGHT, image::Luma([255]));
        this.classes(&line).map_err(&refused)?;
        Ok(this)
    }

    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What each of its own classes stands for.
    pub(crate) fn characters(&self) -> &[String] {
        &self.characters
    }

    /// The features of a line as `line_image` gives it; absent where the network has no such nodes or does not run on it.
    pub fn features(&self, line: &GrayImage) -> Option<Features> {
        let nodes = [self.network.find_node(DEEP)?, self.network.find_node(LATE)?];
        let [deep, late] = self.run(line, &nodes).ok()?;
        features_of(deep, late).ok()
    }

    /// The likeliest class of each of the steps from left to right, and its probability.
    pub(crate) fn classes(&self, line: &GrayImage) -> Result<Vec<(usize, f32)>, String> {
        let [output] = self.run(line, &[self.output])?;
        let output: NdTensor<f32, 3> = output.try_into().map_err(|_| other_shapes())?;
        let [_, steps, classes] = output.shape();
        if classes != self.characters.len() {
            return Err(format!(
                "the network knows {classes} classes, but names {}",
                self.characters.len()
            ));
        }
        let likeliest = |step: usize| {
            let row = output.slice((0, step));
            let all = row.iter().copied().enumerate();
            all.reduce(|best, next| if next.1 > best.1 { next } else { best })
        };
        Ok((0..steps).filter_map(likeliest).collect())
    }

    fn run<const N: usize>(
        &self,
        line: &GrayImage,
        outputs: &[NodeId; N],
    ) -> Result<[Value; N], String> {
        let (width, height) = (line.width() as usize, line.height() as usize);
        let pixels = NdTensor::from_fn([1, 3, height, width], |[_, _, y, x]| {
            f32::from(line.as_raw()[y * width + x]) / MIDDLE - 1.0
        });
        let options = RunOptions::default().with_thread_pool(Some(self.threads.clone()));
        let input = (self.input, pixels.view().into());
        let outputs = apart(|| self.network.run(vec![input], outputs, Some(options)))?;
        <[Value; N]>::try_from(outputs)
            .map_err(|_| "the network has other outputs than asked for".to_owned())
    }
}

fn features_of(deep: Value, late: Value) -> Result<Features, String> {
    let deep: NdTensor<f32, 4> = deep.try_into().map_err(|_| other_shapes())?;
    let late: NdTensor<f32, 3> = late.try_into().map_err(|_| other_shapes())?;
    let deep = deep.permuted([0, 2, 3, 1]).to_vec();
    let late = late.permuted([0, 2, 1]).to_vec();
    Features::of(&deep, &late).ok_or_else(other_shapes)
}

fn other_shapes() -> String {
    "the network's outputs have other shapes".to_owned()
}

/// The part of an image as the network takes it.
pub(crate) fn line_image(image: &GrayImage, place: Crop) -> GrayImage {
    let (width, height) = (place.width.max(1), place.height.max(1));
    let wide = u64::from(width) * u64::from(HEIGHT) / u64::from(height);
    let wide = (wide as u32).clamp(NARROWEST, WIDEST);
    imageops::resize(
        &place.of(image),
        wide,
        HEIGHT,
        imageops::FilterType::Triangle,
    )
}

/// On a thread of its own, which waits for the network's threads: a worker of one pool that waits for another pool takes
/// up the next page meanwhile, and that page's reader would be this one.
fn apart<T: Send, E: ToString + Send>(
    work: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, String> {
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    let done = done.map_err(|_| "the network panicked".to_owned())?;
    done.map_err(|error| error.to_string())
}

/// The blank, the characters that the network's file names, one a line, and the space.
fn characters_of(network: &Model) -> Option<Vec<String>> {
    let mut fields = network.metadata().fields();
    let (_, characters) = fields.find(|(key, _)| *key == "character")?;
    let characters = characters.lines().map(str::to_owned);
    let blank = std::iter::once(String::new());
    Some(blank.chain(characters).chain([" ".to_owned()]).collect())
}

fn bytes(path: &Path) -> Result<Vec<u8>, OcrError> {
    let unreadable = |source| OcrError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(OcrError::LineModel {
            path: path.to_owned(),
            problem: format!("larger than {LARGEST} bytes"),
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_network_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("reader.onnx");
        for content in [&b""[..], b"not a network", &[0x0a; 4_000]] {
            std::fs::write(&file, content).unwrap();
            let problem = LineNetwork::load(&file).err().unwrap().to_string();
            assert!(
                problem.contains("reader.onnx is no reader of lines: "),
                "{problem}"
            );
        }
    }
}
