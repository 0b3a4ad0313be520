//! The vector registers of AVX2 and AVX-512.

use std::arch::x86_64::*;

use super::vector::Vector;

macro_rules! vector {
    ($V:ident, $T:ident, $lanes:literal, $splat:ident, $load:ident, $load_mask:ident, $store:ident,
     $store_mask:ident, $mul_add:ident, $mask:expr, $square:literal, $transpose:ident) => {
        // SAFETY: the instructions are those of the level of `$V`; masked lanes touch no memory.
        unsafe impl Vector for $V {
            type Element = $T;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn splat(x: $T) -> Self {
                // SAFETY: the caller vouches for the instructions.
                unsafe { $splat(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $T) -> Self {
                // SAFETY: the caller vouches for the instructions and the memory.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn load_first(from: *const $T, lanes: usize) -> Self {
                // SAFETY: the caller vouches for the instructions and the memory of these lanes.
                unsafe { $load_mask(from, $mask(lanes)) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $T) {
                // SAFETY: the caller vouches for the instructions and the memory.
                unsafe { $store(to, self) }
            }
            #[inline(always)]
            unsafe fn store_first(self, to: *mut $T, lanes: usize) {
                // SAFETY: the caller vouches for the instructions and the memory of these lanes.
                unsafe { $store_mask(to, $mask(lanes), self) }
            }
            #[inline(always)]
            unsafe fn mul_add(self, a: Self, b: Self) -> Self {
                // SAFETY: the caller vouches for the instructions.
                unsafe { $mul_add(self, a, b) }
            }

            #[inline(always)]
            fn prefetch(address: *const $T) {
                // SAFETY: every processor of this architecture has the instruction, and it accesses no memory.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
            }

            const SQUARE: usize = $square;
            #[inline(always)]
            unsafe fn transpose(from: *const $T, far: usize, to: *mut $T, width: usize) {
                // SAFETY: the caller vouches for the instructions and the memory.
                unsafe { $transpose(from, far, to, width) }
            }
        }
    };
}

vector!(
    __m256d,
    f64,
    4,
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_maskload_pd,
    _mm256_storeu_pd,
    _mm256_maskstore_pd,
    _mm256_fmadd_pd,
    mask64,
    4,
    transpose64
);
vector!(
    __m256,
    f32,
    8,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_maskload_ps,
    _mm256_storeu_ps,
    _mm256_maskstore_ps,
    _mm256_fmadd_ps,
    mask32,
    8,
    transpose32
);
vector!(
    __m512d,
    f64,
    8,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    load_mask64,
    _mm512_storeu_pd,
    _mm512_mask_storeu_pd,
    _mm512_fmadd_pd,
    |lanes| ((1u32 << lanes) - 1) as __mmask8,
    4,
    transpose64
);
vector!(
    __m512,
    f32,
    16,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    load_mask32,
    _mm512_storeu_ps,
    _mm512_mask_storeu_ps,
    _mm512_fmadd_ps,
    |lanes| ((1u32 << lanes) - 1) as __mmask16,
    8,
    transpose32
);

#[inline(always)]
unsafe fn load_mask64(from: *const f64, mask: __mmask8) -> __m512d {
    // SAFETY: the caller vouches for the instructions and the memory of the masked lanes.
    unsafe { _mm512_maskz_loadu_pd(mask, from) }
}

#[inline(always)]
unsafe fn load_mask32(from: *const f32, mask: __mmask16) -> __m512 {
    // SAFETY: the caller vouches for the instructions and the memory of the masked lanes.
    unsafe { _mm512_maskz_loadu_ps(mask, from) }
}

/// Transposes 4 x 4 numbers.
#[inline(always)]
unsafe fn transpose64(from: *const f64, far: usize, to: *mut f64, width: usize) {
    // SAFETY: reads and writes the square; the caller vouches for the instructions and the memory.
    unsafe {
        for half in [0, 2] {
            let rows = |i: usize| {
                let low = _mm256_castpd128_pd256(_mm_loadu_pd(from.add(i * far + half)));
                _mm256_insertf128_pd::<1>(low, _mm_loadu_pd(from.add((i + 2) * far + half)))
            };
            let (even, odd) = (rows(0), rows(1));
            _mm256_storeu_pd(to.add(half * width), _mm256_unpacklo_pd(even, odd));
            _mm256_storeu_pd(to.add((half + 1) * width), _mm256_unpackhi_pd(even, odd));
        }
    }
}

/// Transposes 8 x 8 numbers.
#[inline(always)]
unsafe fn transpose32(from: *const f32, far: usize, to: *mut f32, width: usize) {
    // SAFETY: reads and writes the square; the caller vouches for the instructions and the memory.
    unsafe {
        for half in [0, 4] {
            let rows = |i: usize| {
                let low = _mm256_castps128_ps256(_mm_loadu_ps(from.add(i * far + half)));
                _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(from.add((i + 4) * far + half)))
            };
            let (r0, r1, r2, r3) = (rows(0), rows(1), rows(2), rows(3));
            let (a, b) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
            let (c, d) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
            let to = to.add(half * width);
            _mm256_storeu_ps(to, _mm256_shuffle_ps::<0b01_00_01_00>(a, c));
            _mm256_storeu_ps(to.add(width), _mm256_shuffle_ps::<0b11_10_11_10>(a, c));
            _mm256_storeu_ps(to.add(2 * width), _mm256_shuffle_ps::<0b01_00_01_00>(b, d));
            _mm256_storeu_ps(to.add(3 * width), _mm256_shuffle_ps::<0b11_10_11_10>(b, d));
        }
    }
}

/// All bits of the first `lanes` of four lanes.
#[inline(always)]
unsafe fn mask64(lanes: usize) -> __m256i {
    static MASKS: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];
    let window: &[i64] = &MASKS[4 - lanes..8 - lanes];
    // SAFETY: four numbers lie in the window; the caller vouches for the instruction.
    unsafe { _mm256_loadu_si256(window.as_ptr().cast()) }
}

/// All bits of the first `lanes` of eight lanes.
#[inline(always)]
unsafe fn mask32(lanes: usize) -> __m256i {
    static MASKS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    let window: &[i32] = &MASKS[8 - lanes..16 - lanes];
    // SAFETY: eight numbers lie in the window; the caller vouches for the instruction.
    unsafe { _mm256_loadu_si256(window.as_ptr().cast()) }
}
