//! Sums of table rows, one bag of row indices per word: trainable hashed features.

#[cfg(feature = "cuda")]
use super::cuda::{self, Arg, Grid, Kernel};
use super::{values, vectorised, with_values};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
#[cfg(feature = "cuda")]
use candle_core::{CudaDevice, CudaStorage, Device, cuda::cudarc::driver::CudaSlice};
use std::sync::Arc;

/// Row indices of all bags, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Bags {
    pub indices: Vec<u32>,
    /// End of each bag within `indices`.
    pub ends: Vec<usize>,
}

impl Bags {
    pub fn push(&mut self, bag: impl IntoIterator<Item = u32>) {
        self.indices.extend(bag);
        self.ends.push(self.indices.len());
    }

    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.indices[start..*end])
    }
}

/// `table` [rows, width] -> [bags, width]; each bag is divided by the root of its size.
pub fn bag_of_rows(table: &Tensor, bags: Arc<Bags>) -> Result<Tensor> {
    table.apply_op1(BagOfRows { bags })
}

struct BagOfRows {
    bags: Arc<Bags>,
}

impl BagOfRows {
    fn check(&self, rows: usize) -> Result<()> {
        match self.bags.indices.iter().find(|i| **i as usize >= rows) {
            Some(index) => candle_core::bail!("bag index {index} in a table of {rows} rows"),
            None => Ok(()),
        }
    }

    /// Indices and ends, on the GPU.
    #[cfg(feature = "cuda")]
    fn uploaded(&self, device: &CudaDevice) -> Result<(CudaSlice<u32>, CudaSlice<u32>)> {
        let ends: Vec<u32> = self.bags.ends.iter().map(|end| *end as u32).collect();
        let indices = cuda::upload(device, &self.bags.indices)?;
        Ok((indices, cuda::upload(device, &ends)?))
    }
}

impl CustomOp1 for BagOfRows {
    fn name(&self) -> &'static str {
        "docexam-bag-of-rows"
    }

    fn cpu_fwd(&self, table: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (rows, width) = layout.shape().dims2()?;
        let table = values(table, layout)?;
        self.check(rows)?;
        let mut out = vec![0.0_f32; self.bags.ends.len() * width];
        vectorised!(op: &'a BagOfRows = self, table: &'a [f32] = table, out: &'a mut [f32] = &mut out, width: usize = width => {
            for (bag, out) in op.bags.iter().zip(out.chunks_exact_mut(width)) {
                let share = 1.0 / (bag.len().max(1) as f32).sqrt();
                for &index in bag {
                    let row = &table[index as usize * width..][..width];
                    for (o, x) in out.iter_mut().zip(row) {
                        *o += x * share;
                    }
                }
            }
        });
        Ok((CpuStorage::F32(out), (self.bags.ends.len(), width).into()))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, table: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
        let (rows, width) = layout.shape().dims2()?;
        self.check(rows)?;
        let bags = self.bags.ends.len();
        let (indices, ends) = self.uploaded(&table.device)?;
        cuda::forward(
            Kernel::new("bag_of_rows", Grid::Elements(bags * width)),
            (bags, width),
            &[(table, layout)],
            &[
                Arg::Indices(&indices),
                Arg::Indices(&ends),
                Arg::Count(bags * width),
                Arg::Count(width),
            ],
        )
    }

    fn bwd(&self, table: &Tensor, _out: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (_, width) = table.dims2()?;
        #[cfg(feature = "cuda")]
        if let Device::Cuda(device) = table.device() {
            let (indices, ends) = self.uploaded(device)?;
            let n = gradient.elem_count();
            let to_table = cuda::run(
                Kernel::zeroed("bag_of_rows_backward", Grid::Elements(n)),
                table.shape(),
                &[gradient],
                &[
                    Arg::Indices(&indices),
                    Arg::Indices(&ends),
                    Arg::Count(n),
                    Arg::Count(width),
                ],
            )?;
            return Ok(Some(to_table));
        }
        let mut to_table = vec![0.0_f32; table.elem_count()];
        with_values(gradient, |gradient| {
            vectorised!(op: &'a BagOfRows = self, gradient: &'a [f32] = gradient, to_table: &'a mut [f32] = &mut to_table, width: usize = width => {
                for (bag, grad) in op.bags.iter().zip(gradient.chunks_exact(width)) {
                    let share = 1.0 / (bag.len().max(1) as f32).sqrt();
                    for &index in bag {
                        let row = &mut to_table[index as usize * width..][..width];
                        for (o, g) in row.iter_mut().zip(grad) {
                            *o += g * share;
                        }
                    }
                }
            });
            Ok(())
        })?;
        Ok(Some(Tensor::from_vec(
            to_table,
            table.shape(),
            table.device(),
        )?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::{check_gradients, variable};
    use super::*;

    #[test]
    fn bags_sum_rows_and_the_backward_pass_agrees_with_differences() {
        let table = variable(&[5, 4], 1);
        let mut bags = Bags::default();
        bags.push([1]);
        bags.push([]);
        bags.push([0, 3, 3, 4]);
        let bags = Arc::new(bags);
        let out = bag_of_rows(&table, bags.clone()).expect("forward");
        let (out, rows) = (out.to_vec2::<f32>(), table.to_vec2::<f32>());
        let (out, rows) = (out.expect("rows"), rows.expect("rows"));
        assert_eq!(out[0], rows[1]);
        assert_eq!(out[1], [0.0; 4]);
        check_gradients(std::slice::from_ref(&table), || {
            bag_of_rows(&table, bags.clone())
        });
    }

    #[test]
    fn an_index_beyond_the_table_is_an_error() {
        let mut bags = Bags::default();
        bags.push([9]);
        assert!(bag_of_rows(&variable(&[5, 4], 1), Arc::new(bags)).is_err());
    }
}
