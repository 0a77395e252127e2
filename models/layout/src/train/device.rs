//! Where training runs.

use candle_core::{Device, Result};
use std::str::FromStr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrainDevice {
    #[default]
    Cpu,
    /// The first GPU of NVIDIA's; needs feature `cuda`.
    Cuda,
}

impl TrainDevice {
    /// `Err` without feature `cuda`, and where there is no GPU.
    pub(crate) fn open(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda if cfg!(feature = "cuda") => Device::new_cuda(0),
            Self::Cuda => {
                candle_core::bail!(
                    "this program was built without feature `cuda`: build it with `--features cuda`"
                )
            }
        }
    }
}

impl FromStr for TrainDevice {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            _ => Err(format!("{text} is neither cpu nor cuda")),
        }
    }
}
