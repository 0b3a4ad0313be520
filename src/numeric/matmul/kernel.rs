//! The innermost loops: one tile of C, and the packing of B into panels, compiled once a level.

use super::vector::Vector;
use super::view::Block;
use crate::numeric::Scalar;
use crate::numeric::dispatch::{Level, level};

/// One tile: a few rows of C times at most `Kernels::cols` columns.
#[derive(Debug)]
pub struct Tile<T> {
    /// The number of terms of each sum.
    pub depth: usize,
    /// The rows of A.
    pub a: Block<T>,
    /// A panel of B: `depth` rows of as many whole registers as the tile has.
    pub b: *const T,
    /// The first entry of the tile of C.
    pub c: *mut T,
    /// The distance between rows of C.
    pub c_stride: usize,
    /// The number of columns in the last register.
    pub last_lanes: usize,
}

/// The functions of one level for one element type.
pub struct Kernels<T> {
    /// The number of rows of a tile, at most.
    pub rows: usize,
    /// The number of columns of a tile, at most: registers times lanes.
    pub cols: usize,
    /// The number of columns in a register.
    pub lanes: usize,
    /// `C += A B` for tiles of the given number of rows and registers; each entry of C is one chain
    /// `c = fma(a, b, c)`. Unsafe: all that the tile describes must be valid memory.
    pub tile: fn(rows: usize, registers: usize) -> unsafe fn(&Tile<T>),
    /// Copies a block of the given number of rows and columns into a panel: rows of whole registers,
    /// padded with zeros. Unsafe: source and panel must be valid memory.
    pub pack: unsafe fn(from: Block<T>, rows: usize, cols: usize, panel: *mut T),
}

/// The functions of the level in use.
pub fn kernels<T: Scalar>() -> Kernels<T> {
    match level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => avx512::kernels(),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => avx2::kernels(),
        _ => portable::kernels(),
    }
}

macro_rules! level {
    ($name:ident, $V:ident, $rows:literal, $registers:literal, [$($r:literal)*], $features:meta) => {
        mod $name {
            use super::*;

            pub fn kernels<T: Scalar>() -> Kernels<T> {
                let lanes = <T::$V>::LANES;
                Kernels { rows: $rows, cols: $registers * lanes, lanes, tile: choose::<T>, pack: pack::<T> }
            }

            fn choose<T: Scalar>(rows: usize, registers: usize) -> unsafe fn(&Tile<T>) {
                match (registers, rows) {
                    $((1, $r) => tile::<T, $r, 1>,)*
                    $((2, $r) => tile::<T, $r, 2>,)*
                    $((3, $r) if $registers >= 3 => tile::<T, $r, 3>,)*
                    _ => unreachable!("tiles have at most {} rows and {} registers", $rows, $registers),
                }
            }

            #[$features]
            unsafe fn tile<T: Scalar, const R: usize, const N: usize>(tile: &Tile<T>) {
                // SAFETY: `kernels` was chosen by `level()`, so the instructions exist; the caller vouches
                // for the memory.
                unsafe { super::tile::<T::$V, R, N>(tile) }
            }

            #[$features]
            unsafe fn pack<T: Scalar>(from: Block<T>, rows: usize, cols: usize, panel: *mut T) {
                // SAFETY: as above.
                unsafe { super::pack::<T::$V>(from, rows, cols, panel) }
            }
        }
    };
}

level!(portable, Portable, 4, 2, [1 2 3 4], inline(never));
#[cfg(target_arch = "x86_64")]
level!(avx2, Avx2, 4, 3, [1 2 3 4], target_feature(enable = "avx2,fma"));
#[cfg(target_arch = "x86_64")]
level!(avx512, Avx512, 8, 3, [1 2 3 4 5 6 7 8],
    target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"));

/// # Safety
/// The instructions of `V` exist; the memory is valid.
#[inline(always)]
unsafe fn tile<V: Vector, const R: usize, const N: usize>(tile: &Tile<V::Element>) {
    // SAFETY: the tile has R rows and N registers, the last of them with `last_lanes` lanes: these entries
    // of A and C and whole registers of B are valid, and the pointers advance through them only.
    unsafe {
        let mut c = [[V::splat(V::Element::ZERO); N]; R];
        for i in 0..R {
            let row = tile.c.add(i * tile.c_stride);
            for j in 0..N - 1 {
                c[i][j] = V::load(row.add(j * V::LANES));
            }
            c[i][N - 1] = V::load_first(row.add((N - 1) * V::LANES), tile.last_lanes);
        }
        let a: [*const V::Element; R] = std::array::from_fn(|i| tile.a.start.add(i * tile.a.row_stride));
        for k in 0..tile.depth {
            let row = tile.b.add(k * (N * V::LANES));
            let b: [V; N] = std::array::from_fn(|j| V::load(row.add(j * V::LANES)));
            for i in 0..R {
                let a = V::splat(*a[i].add(k * tile.a.col_stride));
                for j in 0..N {
                    c[i][j] = a.mul_add(b[j], c[i][j]);
                }
            }
        }
        for i in 0..R {
            let row = tile.c.add(i * tile.c_stride);
            for j in 0..N - 1 {
                c[i][j].store(row.add(j * V::LANES));
            }
            c[i][N - 1].store_first(row.add((N - 1) * V::LANES), tile.last_lanes);
        }
    }
}

/// # Safety
/// The instructions of `V` exist; the memory is valid.
#[inline(always)]
unsafe fn pack<V: Vector>(from: Block<V::Element>, rows: usize, cols: usize, panel: *mut V::Element) {
    let width = cols.next_multiple_of(V::LANES);
    let last = cols - (width - V::LANES);
    // SAFETY: reads the entries of the block, writes `rows` rows of `width` entries of the panel.
    unsafe {
        if from.col_stride == 1 {
            for k in 0..rows {
                let (source, target) = (from.start.add(k * from.row_stride), panel.add(k * width));
                for j in (0..width - V::LANES).step_by(V::LANES) {
                    V::load(source.add(j)).store(target.add(j));
                }
                V::load_first(source.add(width - V::LANES), last).store(target.add(width - V::LANES));
            }
            return;
        }
        for k in 0..rows {
            V::splat(V::Element::ZERO).store(panel.add(k * width + width - V::LANES));
        }
        const STRIP: usize = 8;
        for k in (0..rows).step_by(STRIP) {
            for j in 0..cols {
                for k in k..rows.min(k + STRIP) {
                    *panel.add(k * width + j) = *from.start.add(k * from.row_stride + j * from.col_stride);
                }
            }
        }
    }
}
