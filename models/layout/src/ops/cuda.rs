//! Launches the kernels of `cuda/kernels.cu` on tensors of a GPU of NVIDIA's. Only with feature `cuda`.
//!
//! The only file of the crate with unsafe code: a kernel is handed pointers and lengths, and that they belong together
//! is for the callers in `ops` to see to, each beside the same operation for the CPU. NVRTC compiles the kernels once a
//! process; nothing but the libraries of CUDA is needed for that.

#![allow(unsafe_code)]

use candle_core::cuda::cudarc::driver::{CudaSlice, CudaView, LaunchConfig, PushKernelArg};
use candle_core::cuda::cudarc::nvrtc::compile_ptx;
use candle_core::cuda::{CudaDevice, WrapErr};
use candle_core::op::BackpropOp;
use candle_core::{CudaStorage, DType, Layout, Result, Shape, Storage, Tensor};
use std::sync::OnceLock;

const SOURCE: &str = include_str!("cuda/kernels.cu");
const MODULE: &str = "docexam";
const BLOCK: usize = 256;
const WARP: usize = 32;

/// How many threads a kernel is run by.
#[derive(Clone, Copy, Debug)]
pub enum Grid {
    /// One for each element.
    Elements(usize),
    /// A warp of 32 for each row.
    Rows(usize),
    /// A block for 32 columns each.
    Columns(usize),
    /// Blocks of (across, down), each with its own memory for so many numbers.
    Blocks(usize, usize, usize),
}

/// A kernel, its threads, and whether its output must begin as zeros.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    pub name: &'static str,
    pub grid: Grid,
    pub zeroed: bool,
}

impl Kernel {
    pub fn new(name: &'static str, grid: Grid) -> Self {
        Self {
            name,
            grid,
            zeroed: false,
        }
    }

    pub fn zeroed(name: &'static str, grid: Grid) -> Self {
        Self {
            zeroed: true,
            ..Self::new(name, grid)
        }
    }
}

/// What follows the output and the input tensors in the list of a kernel's parameters.
pub enum Arg<'a> {
    Count(usize),
    Seed(u32),
    Number(f32),
    Indices(&'a CudaSlice<u32>),
    Buckets(&'a CudaSlice<u16>),
    Weights(&'a CudaSlice<f32>),
}

/// The kernel's output of `shape`, as the forward pass of a custom operation wants it.
pub fn forward(
    kernel: Kernel,
    shape: impl Into<Shape>,
    inputs: &[(&CudaStorage, &Layout)],
    args: &[Arg<'_>],
) -> Result<(CudaStorage, Shape)> {
    let shape = shape.into();
    let Some((first, _)) = inputs.first() else {
        candle_core::bail!("{} has no input", kernel.name);
    };
    let device = first.device.clone();
    let n = shape.elem_count();
    let mut out = match kernel.zeroed {
        true => device.alloc_zeros::<f32>(n)?,
        // SAFETY: the kernel writes every element before anything reads one.
        false => unsafe { device.alloc::<f32>(n)? },
    };
    launch(&device, kernel, &mut out, inputs, args)?;
    Ok((CudaStorage::wrap_cuda_slice(out, device), shape))
}

/// The same on tensors, outside the graph of gradients.
pub fn run(
    kernel: Kernel,
    shape: impl Into<Shape>,
    inputs: &[&Tensor],
    args: &[Arg<'_>],
) -> Result<Tensor> {
    let inputs: Vec<Tensor> = inputs
        .iter()
        .map(|input| input.contiguous())
        .collect::<Result<_>>()?;
    let held: Vec<_> = inputs.iter().map(Tensor::storage_and_layout).collect();
    let inputs: Vec<_> = held
        .iter()
        .map(|(storage, layout)| match &**storage {
            Storage::Cuda(storage) => Ok((storage, *layout)),
            _ => candle_core::bail!("{} needs tensors of a GPU", kernel.name),
        })
        .collect::<Result<_>>()?;
    let (storage, shape) = forward(kernel, shape, &inputs, args)?;
    let storage = Storage::Cuda(storage);
    Ok(Tensor::from_storage(
        storage,
        shape,
        BackpropOp::none(),
        false,
    ))
}

/// Changes `to` in place.
pub fn in_place(
    kernel: Kernel,
    to: &mut CudaStorage,
    layout: &Layout,
    inputs: &[(&CudaStorage, &Layout)],
    args: &[Arg<'_>],
) -> Result<()> {
    if layout.contiguous_offsets() != Some((0, to.as_cuda_slice::<f32>()?.len())) {
        candle_core::bail!("{} changes whole tensors only", kernel.name);
    }
    let device = to.device.clone();
    launch(&device, kernel, to.as_cuda_slice_mut()?, inputs, args)
}

/// Copies numbers to the GPU.
pub fn upload<T: candle_core::cuda::cudarc::driver::DeviceRepr + 'static>(
    device: &CudaDevice,
    values: &[T],
) -> Result<CudaSlice<T>> {
    match values.is_empty() {
        // An empty allocation has no address to hand to a kernel; none of it is ever read.
        true => unsafe { device.alloc(1) },
        false => device.clone_htod(values),
    }
}

fn launch(
    device: &CudaDevice,
    kernel: Kernel,
    out: &mut CudaSlice<f32>,
    inputs: &[(&CudaStorage, &Layout)],
    args: &[Arg<'_>],
) -> Result<()> {
    let function = device.get_or_load_custom_func(kernel.name, MODULE, compiled()?)?;
    let views: Vec<CudaView<f32>> = inputs
        .iter()
        .map(|(storage, layout)| match layout.contiguous_offsets() {
            Some((start, end)) => Ok(storage.as_cuda_slice::<f32>()?.slice(start..end)),
            None => candle_core::bail!("{} needs contiguous tensors", kernel.name),
        })
        .collect::<Result<_>>()?;
    let counts: Vec<u32> = args
        .iter()
        .map(|arg| match arg {
            Arg::Count(n) => u32::try_from(*n),
            Arg::Seed(n) => Ok(*n),
            _ => Ok(0),
        })
        .collect::<std::result::Result<_, _>>()
        .map_err(candle_core::Error::wrap)?;
    let mut builder = function.builder();
    builder.arg(out);
    for view in &views {
        builder.arg(view);
    }
    for (arg, count) in args.iter().zip(&counts) {
        match arg {
            Arg::Count(_) | Arg::Seed(_) => builder.arg(count),
            Arg::Number(x) => builder.arg(x),
            Arg::Indices(values) => builder.arg(*values),
            Arg::Buckets(values) => builder.arg(*values),
            Arg::Weights(values) => builder.arg(*values),
        };
    }
    // SAFETY: parameters have the order and types of the kernel's own list, and no thread goes beyond its count.
    unsafe { builder.launch(config(kernel.grid)) }.w()?;
    Ok(())
}

fn config(grid: Grid) -> LaunchConfig {
    let blocks = |threads: usize| threads.div_ceil(BLOCK).max(1);
    let (across, down, floats) = match grid {
        Grid::Elements(n) => (blocks(n), 1, 0),
        Grid::Rows(rows) => (blocks(rows * WARP), 1, 0),
        Grid::Columns(columns) => (columns.div_ceil(WARP).max(1), 1, 0),
        Grid::Blocks(across, down, floats) => (across.max(1), down.max(1), floats),
    };
    LaunchConfig {
        grid_dim: (across as u32, down as u32, 1),
        block_dim: (BLOCK as u32, 1, 1),
        shared_mem_bytes: (floats * DType::F32.size_in_bytes()) as u32,
    }
}

/// The kernels for any GPU; its driver finishes them.
fn compiled() -> Result<&'static str> {
    static PTX: OnceLock<std::result::Result<String, String>> = OnceLock::new();
    let ptx = PTX.get_or_init(|| match compile_ptx(SOURCE) {
        Ok(ptx) => Ok(ptx.to_src()),
        Err(error) => Err(error.to_string()),
    });
    match ptx {
        Ok(ptx) => Ok(ptx),
        Err(reason) => candle_core::bail!("NVRTC does not compile the kernels: {reason}"),
    }
}

/// [rows, width] -> [width].
pub fn column_sums(x: &Tensor) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let kernel = Kernel::new("column_sums", Grid::Columns(width));
    run(kernel, width, &[x], &[Arg::Count(rows), Arg::Count(width)])
}
