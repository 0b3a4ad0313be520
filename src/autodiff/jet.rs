//! Jets: a tensor with its Taylor coefficients along directions u_1 .. u_k.
//!
//! A jet is `x + sum_i e_i x_i + sum_{i<=j} e_i e_j x_ij`. Its first-order coefficients are stacked one after
//! the other, and so are its second-order ones in the order of
//! [`crate::numeric::pairs`]. A coefficient that is zero for
//! structural reasons is absent.

use crate::numeric::{pair_count, pairs};

/// How far a sweep expands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// First order along this many directions.
    First(usize),
    /// First and second order along this many directions.
    Second(usize),
}

impl Order {
    pub fn directions(self) -> usize {
        match self {
            Order::First(k) | Order::Second(k) => k,
        }
    }

    pub fn second(self) -> bool {
        matches!(self, Order::Second(_))
    }
}

/// Equally long coefficients at equal distances in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stack<'a, T> {
    data: &'a [T],
    stride: usize,
    len: usize,
}

impl<'a, T: Copy> Stack<'a, T> {
    pub fn new(data: &'a [T], stride: usize, len: usize) -> Self {
        Self { data, stride, len }
    }

    pub fn contiguous(data: &'a [T], len: usize) -> Self {
        Self { data, stride: len, len }
    }

    pub fn get(&self, i: usize) -> &'a [T] {
        &self.data[i * self.stride..i * self.stride + self.len]
    }

    /// All coefficients as one slice, if they lie without gaps.
    pub fn all(&self) -> Option<&'a [T]> {
        (self.stride == self.len).then_some(self.data)
    }
}

/// A jet to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jet<'a, T> {
    pub value: &'a [T],
    pub first: Option<Stack<'a, T>>,
    pub second: Option<Stack<'a, T>>,
}

/// The first-order coefficients of a product of jets: `(l r)_i = l_i r + l r_i`, added to `out`.
///
/// `product(l, r, out)` adds one product; it takes a stack of left factors at once, `out` being as many times as long.
pub(super) fn product_first<T: Copy>(
    k: usize,
    left: Jet<'_, T>,
    right: Jet<'_, T>,
    out: &mut [T],
    product: &mut impl FnMut(&[T], &[T], &mut [T]),
) {
    let len = out.len() / k;
    if let Some(first) = left.first {
        stacked(k, first, right.value, out, product);
    }
    if let Some(first) = right.first {
        for i in 0..k {
            product(left.value, first.get(i), &mut out[i * len..(i + 1) * len]);
        }
    }
}

/// The second-order coefficients of a product of jets, added to `out`:
/// `(l r)_ij = l_ij r + l_i r_j + l_j r_i + l r_ij` for `i < j`, `(l r)_ii = l_ii r + l_i r_i + l r_ii`.
pub(super) fn product_second<T: Copy>(
    k: usize,
    left: Jet<'_, T>,
    right: Jet<'_, T>,
    out: &mut [T],
    product: &mut impl FnMut(&[T], &[T], &mut [T]),
) {
    let len = out.len() / pair_count(k);
    if let Some(second) = left.second {
        stacked(pair_count(k), second, right.value, out, product);
    }
    for (pair, (i, j)) in pairs(k).enumerate() {
        product_pair(pair, (i, j), left, right, false, &mut out[pair * len..(pair + 1) * len], product);
    }
}

/// One second-order coefficient of a product; the term `l_ij r` only if `with_left_second`.
pub(super) fn product_pair<T: Copy>(
    pair: usize,
    (i, j): (usize, usize),
    left: Jet<'_, T>,
    right: Jet<'_, T>,
    with_left_second: bool,
    out: &mut [T],
    product: &mut impl FnMut(&[T], &[T], &mut [T]),
) {
    if let (true, Some(second)) = (with_left_second, left.second) {
        product(second.get(pair), right.value, out);
    }
    if let (Some(l), Some(r)) = (left.first, right.first) {
        product(l.get(i), r.get(j), out);
        if i != j {
            product(l.get(j), r.get(i), out);
        }
    }
    if let Some(second) = right.second {
        product(left.value, second.get(pair), out);
    }
}

fn stacked<T: Copy>(
    count: usize,
    lefts: Stack<'_, T>,
    right: &[T],
    out: &mut [T],
    product: &mut impl FnMut(&[T], &[T], &mut [T]),
) {
    match lefts.all() {
        Some(all) => product(all, right, out),
        None => {
            let len = out.len() / count;
            for i in 0..count {
                product(lefts.get(i), right, &mut out[i * len..(i + 1) * len]);
            }
        }
    }
}
