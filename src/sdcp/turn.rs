//! The operator B in another basis of R^k.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::blocks::{Block, Blocks, LANES};
use crate::numeric::dispatch::dispatched;

dispatched! {
    /// Each row of `from`, a packed matrix M, becomes the row `V' M V` of `to`; `v` has the columns of V, `room` is for
    /// k^2 + k blocks.
    pub fn turn_rows(v: &[f64], from: &Blocks, to: &mut Blocks, room: &mut [Block]) {
        let k = v.len().isqrt();
        let (m, mv) = room.split_at_mut(k * k);
        let v = |j: usize| &v[j * k..][..k];
        // Eight rows at a time, one in each lane; two sums at a time, the last twice if it is alone.
        for b in 0..from.height() {
            unpack(from, b, k, m);
            let row = |i: usize| &m[i * k..][..k];
            let mut start = 0;
            for j in 0..k {
                for i in (0..k).step_by(2) {
                    let next = (i + 1).min(k - 1);
                    [mv[i], mv[next]] = combine((row(i), v(j)), (row(next), v(j)));
                }
                for i in (0..=j).step_by(2) {
                    let next = (i + 1).min(j);
                    let [x, y] = combine((mv, v(i)), (mv, v(next)));
                    to.col_mut(start + i)[b] = weighted(x, if i < j { SQRT_2 } else { 1.0 });
                    to.col_mut(start + next)[b] = weighted(y, if next < j { SQRT_2 } else { 1.0 });
                }
                start += j + 1;
            }
        }
    }
}

/// Eight symmetric matrices, from the rows of block b.
#[inline(always)]
fn unpack(from: &Blocks, b: usize, k: usize, m: &mut [Block]) {
    let mut p = 0;
    for j in 0..k {
        for i in 0..=j {
            let weight = if i < j { FRAC_1_SQRT_2 } else { 1.0 };
            let block = weighted(from.col(p)[b], weight);
            m[i * k + j] = block;
            m[j * k + i] = block;
            p += 1;
        }
    }
}

/// `sum_l blocks_l factors_l`, twice.
#[inline(always)]
fn combine((x, f): (&[Block], &[f64]), (y, g): (&[Block], &[f64])) -> [Block; 2] {
    let mut sums = [[0.0; LANES]; 2];
    for ((x, f), (y, g)) in x.iter().zip(f).zip(y.iter().zip(g)) {
        for lane in 0..LANES {
            sums[0][lane] += f * x[lane];
        }
        for lane in 0..LANES {
            sums[1][lane] += g * y[lane];
        }
    }
    sums
}

#[inline(always)]
fn weighted(mut block: Block, weight: f64) -> Block {
    for entry in &mut block {
        *entry *= weight;
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Matrix;
    use crate::sdcp::dense::congruence;
    use crate::sdcp::packing::{pack, packed_len, unpack};

    #[test]
    fn every_row_is_turned() {
        for k in [1, 2, 3, 5, 8] {
            let (rows, m) = (11, packed_len(k));
            let from = Matrix::from_fn(rows, m, |i, p| libm::cos((i * p) as f64));
            let v = Matrix::from_fn(k, k, |i, j| libm::sin(1.0 + (i + 3 * j) as f64));
            let mut to = Blocks::default();
            to.reset(rows, m);
            turn_rows(v.data(), &Blocks::from_matrix(&from), &mut to, &mut vec![[0.0; LANES]; k * k + k]);
            for i in 0..rows {
                let row: Vec<f64> = (0..m).map(|p| from[(i, p)]).collect();
                let expected = pack(&congruence(&v, &unpack(k, &row)));
                let entry = |p| to.col(p)[i / LANES][i % LANES];
                assert!((0..m).all(|p| (entry(p) - expected[p]).abs() <= 1e-13), "{k}, {i}");
            }
        }
    }
}
