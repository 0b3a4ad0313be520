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

    /// Asks for the cache line of an address, which need not be valid, to be brought near.
    #[inline(always)]
    fn prefetch(_: *const Self::Element) {}

    /// The order of the squares that `transpose` handles.
    const SQUARE: usize;
    /// Writes the transpose of a square; both pointers are to its first entry, with the distance of its rows.
    unsafe fn transpose(from: *const Self::Element, far: usize, to: *mut Self::Element, width: usize);
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

    const SQUARE: usize = 4;
    #[inline(always)]
    unsafe fn transpose(from: *const T, far: usize, to: *mut T, width: usize) {
        for i in 0..4 {
            for j in 0..4 {
                // SAFETY: the caller vouches for the square at both places.
                unsafe { *to.add(i * width + j) = *from.add(j * far + i) };
            }
        }
    }
}
