//! The operator B in another basis of R^k.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::blocks::{Block, Columns, LANES};
use super::square::Square;

/// `V' M V` of eight symmetric matrices M, one in each lane of the packed entries, to the row of blocks of `to`.
#[inline(always)]
pub fn turn<const K: usize, const M: usize, const H: usize>(
    v: &Square<K>,
    packed: &[Block; M],
    to: &mut Columns<M, H>,
    row: usize,
) {
    let m = unpack::<K>(packed);
    let mut start = 0;
    for j in 0..K {
        let mv = products(&m, &v[j]);
        // Two sums at a time, the last twice if it is alone.
        for i in (0..=j).step_by(2) {
            let next = (i + 1).min(j);
            let [x, y] = combine(&mv, &v[i], &v[next]);
            to[start + i][row] = weighted(x, if i < j { SQRT_2 } else { 1.0 });
            to[start + next][row] = weighted(y, if next < j { SQRT_2 } else { 1.0 });
        }
        start += j + 1;
    }
}

/// Eight symmetric matrices from their packed entries.
#[inline(always)]
fn unpack<const K: usize>(packed: &[Block]) -> [[Block; K]; K] {
    let mut m = [[[0.0; LANES]; K]; K];
    let mut p = 0;
    for j in 0..K {
        for i in 0..=j {
            let block = weighted(packed[p], if i < j { FRAC_1_SQRT_2 } else { 1.0 });
            m[i][j] = block;
            m[j][i] = block;
            p += 1;
        }
    }
    m
}

/// `M x`, in one long loop over all lanes of all entries.
#[inline(always)]
fn products<const K: usize>(m: &[[Block; K]; K], x: &[f64; K]) -> [Block; K] {
    let mut sums = [[0.0; LANES]; K];
    for (e, sum) in sums.as_flattened_mut().iter_mut().enumerate() {
        for l in 0..K {
            *sum += x[l] * m[l].as_flattened()[e];
        }
    }
    sums
}

/// `sum_l blocks_l factors_l` for two lists of factors.
#[inline(always)]
fn combine<const K: usize>(blocks: &[Block; K], f: &[f64; K], g: &[f64; K]) -> [Block; 2] {
    let mut sums = [[0.0; LANES]; 2];
    for l in 0..K {
        for lane in 0..LANES {
            sums[0][lane] += f[l] * blocks[l][lane];
        }
        for lane in 0..LANES {
            sums[1][lane] += g[l] * blocks[l][lane];
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
    use crate::sdcp::packing::{pack, unpack};
    use crate::sdcp::{blocks, square};

    fn check<const K: usize, const M: usize>() {
        let entry = |i: usize, p: usize| libm::cos((i * p) as f64);
        let v = Matrix::from_fn(K, K, |i, j| libm::sin(1.0 + (i + 3 * j) as f64));
        let packed = std::array::from_fn(|p| std::array::from_fn(|lane| entry(lane, p)));
        let mut turned: Columns<M, 2> = blocks::zeros();
        turn::<K, M, 2>(&square::from_matrix(&v, 1.0), &packed, &mut turned, 1);
        for lane in 0..LANES {
            let row: Vec<f64> = (0..M).map(|p| entry(lane, p)).collect();
            let expected = pack(&congruence(&v, &unpack(K, &row)));
            let close = |p: usize| (turned[p][1][lane] - expected[p]).abs() <= 1e-13;
            assert!((0..M).all(close), "{K}, {lane}");
        }
    }

    #[test]
    fn every_lane_is_turned() {
        check::<1, 1>();
        check::<2, 3>();
        check::<3, 6>();
        check::<5, 15>();
        check::<8, 36>();
    }
}
