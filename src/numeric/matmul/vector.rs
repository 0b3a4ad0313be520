//! Vector registers of each level behind one trait, and which register holds which element type.

use crate::numeric::Scalar;

/// A register of `LANES` numbers.
///
/// # Safety
/// The functions may be called only where the instructions of the type's level exist; the pointers must be
/// valid for the lanes that are read or written (`lanes <= LANES` of them for the `_first` versions).
pub unsafe trait Vector: Copy {
    /// The type of one lane.
    type Element: Scalar;
    /// The number of lanes.
    const LANES: usize;

    /// All lanes equal to `x`.
    unsafe fn splat(x: Self::Element) -> Self;
    /// The lanes at `from`.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// The first `lanes` lanes at `from`, the other lanes zero.
    unsafe fn load_first(from: *const Self::Element, lanes: usize) -> Self;
    /// Writes all lanes.
    unsafe fn store(self, to: *mut Self::Element);
    /// Writes the first `lanes` lanes.
    unsafe fn store_first(self, to: *mut Self::Element, lanes: usize);
    /// `self * a + b` in each lane, rounded once.
    unsafe fn mul_add(self, a: Self, b: Self) -> Self;
}

/// The registers of an element type; implemented by f32 and f64 only.
pub trait Vectors: Sized {
    /// Any processor.
    type Portable: Vector<Element = Self>;
    /// AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Element = Self>;
    /// AVX-512.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Element = Self>;
}

impl Vectors for f32 {
    type Portable = Array<f32>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = std::arch::x86_64::__m256;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = std::arch::x86_64::__m512;
}

impl Vectors for f64 {
    type Portable = Array<f64>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = std::arch::x86_64::__m256d;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = std::arch::x86_64::__m512d;
}

/// Four numbers in plain Rust.
#[derive(Debug, Clone, Copy)]
pub struct Array<T>([T; 4]);

// SAFETY: plain Rust needs no particular instructions; the pointers are used as the trait says.
unsafe impl<T: Scalar> Vector for Array<T> {
    type Element = T;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(x: T) -> Self {
        Self([x; 4])
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller vouches for four readable numbers; no alignment is assumed.
        Self(unsafe { from.cast::<[T; 4]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn load_first(from: *const T, lanes: usize) -> Self {
        let mut array = [T::ZERO; 4];
        for (lane, x) in array.iter_mut().enumerate().take(lanes) {
            // SAFETY: the caller vouches for `lanes` readable numbers.
            *x = unsafe { *from.add(lane) };
        }
        Self(array)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller vouches for four writable numbers; no alignment is assumed.
        unsafe { to.cast::<[T; 4]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn store_first(self, to: *mut T, lanes: usize) {
        for (lane, x) in self.0.iter().enumerate().take(lanes) {
            // SAFETY: the caller vouches for `lanes` writable numbers.
            unsafe { *to.add(lane) = *x };
        }
    }
    #[inline(always)]
    unsafe fn mul_add(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane].mul_add(a.0[lane], b.0[lane])))
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Vector;
    use std::arch::x86_64::*;

    macro_rules! vector {
        ($V:ident, $T:ident, $lanes:literal, $splat:ident, $load:ident, $load_mask:ident, $store:ident,
         $store_mask:ident, $mul_add:ident, $mask:expr) => {
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
        mask64
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
        mask32
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
        |lanes| ((1u32 << lanes) - 1) as __mmask8
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
        |lanes| ((1u32 << lanes) - 1) as __mmask16
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
}
