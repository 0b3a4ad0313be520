use proptest::prelude::*;

use super::*;
use crate::numeric::dispatch::{Level, limit, test_lock};

/// Numbers with full mantissas between -1 and 1 (a multiplicative congruential generator).
fn numbers<T: Scalar>(len: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(2) | 1;
    let next = || {
        state = state.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
        T::from_f64((state as i64) as f64 * 2f64.powi(-63))
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn bits<T: Scalar>(c: &[T]) -> Vec<u64> {
    c.iter().map(|x| x.to_f64().to_bits()).collect()
}

fn naive<T: Scalar>(c: &mut [T], row_stride: usize, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    for i in 0..a.rows() {
        for j in 0..b.cols() {
            for k in 0..a.cols() {
                let entry = &mut c[i * row_stride + j];
                *entry = a.at(i, k).mul_add(b.at(k, j), *entry);
            }
        }
    }
}

/// A view of `rows x cols` entries with the rows or columns `gap` further apart than needed.
fn view<T: Scalar>(data: &[T], rows: usize, cols: usize, transposed: bool, gap: usize) -> MatRef<'_, T> {
    let (outer, inner) = if transposed { (cols, rows) } else { (rows, cols) };
    let view = MatRef::strided(data, outer, inner, inner + gap, 1);
    if transposed { view.t() } else { view }
}

/// Compares with the naive chains at all levels, also beyond the edges of C.
fn check<T: Scalar>([m, k, n]: [usize; 3], transposed: [bool; 2], gap: usize) {
    let _guard = test_lock();
    let len = |rows: usize, cols: usize| (rows.max(cols) + gap) * rows.max(cols);
    let (a, b) = (numbers::<T>(len(m, k), 1), numbers::<T>(len(k, n), 2));
    let (a, b) = (view(&a, m, k, transposed[0], gap), view(&b, k, n, transposed[1], gap));
    let (c, row) = (numbers::<T>(m * (n + gap) + 1, 3), numbers::<T>(n, 4));
    let mut packed = Packed::new();
    for start in [Start::Zero, Start::Present, Start::Row(&row)] {
        let mut expected = c.clone();
        MatMut::strided(&mut expected, m, n, n + gap).begin(start);
        naive(&mut expected, n + gap, a, b);
        for level in Level::ALL {
            limit(level);
            let mut ours = c.clone();
            matmul(MatMut::strided(&mut ours, m, n, n + gap), start, a, b);
            assert_eq!(bits(&ours), bits(&expected), "{level:?} {start:?} {m} {k} {n} {transposed:?} {gap}");
            packed.pack(b);
            limit(Level::ALL[(m + n) % 3]);
            let mut ours = c.clone();
            matmul_sum(MatMut::strided(&mut ours, m, n, n + gap), start, [Term::packed(a, &packed)]);
            assert_eq!(bits(&ours), bits(&expected), "packed {level:?} {start:?} {m} {k} {n} {transposed:?}");
        }
    }
    limit(Level::Avx512);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn equals_chains_of_fused_multiply_adds(
        shape in [0usize..40, 0usize..40, 0usize..40],
        transposed in any::<[bool; 2]>(),
        gap in 0usize..3,
    ) {
        check::<f32>(shape, transposed, gap);
        check::<f64>(shape, transposed, gap);
    }
}

#[test]
fn equals_chains_across_blocks() {
    for transposed in [[false, false], [false, true], [true, false], [true, true]] {
        for shape in [[70, 300, 65], [9, 1030, 10], [65, 3, 600], [130, 257, 263], [8, 600, 4]] {
            check::<f32>(shape, transposed, 0);
            check::<f64>(shape, transposed, 1);
        }
    }
}

/// A sum of terms, some with packed factors, of which some were packed at another level.
fn check_sum<T: Scalar>([m, n]: [usize; 2], depths: &[usize], gap: usize) {
    let _guard = test_lock();
    let inputs: Vec<_> =
        depths.iter().zip(1..).map(|(&k, seed)| (numbers::<T>(m * (k + gap), seed), k)).collect();
    let factors: Vec<_> =
        depths.iter().zip(90..).map(|(&k, seed)| numbers::<T>(k * (n + gap) + 64, seed)).collect();
    let a = |i: usize| MatRef::strided(&inputs[i].0, m, inputs[i].1, inputs[i].1 + gap, 1);
    let b = |i: usize| MatRef::strided(&factors[i], inputs[i].1, n, n + gap, 1);
    let mut expected = vec![T::ONE; m * n];
    (0..depths.len()).for_each(|i| naive(&mut expected, n, a(i), b(i)));
    for level in Level::ALL {
        let mut packed: Vec<Packed<T>> = depths.iter().map(|_| Packed::new()).collect();
        for (i, packed) in packed.iter_mut().enumerate() {
            limit(Level::ALL[i % 3]);
            packed.pack(b(i));
        }
        limit(level);
        let mut ours = vec![T::ONE; m * n];
        let term = |i: usize| {
            if i.is_multiple_of(2) { Term::new(a(i), b(i)) } else { Term::packed(a(i), &packed[i]) }
        };
        matmul_sum(MatMut::row_major(&mut ours, m, n), Start::Present, (0..depths.len()).map(term));
        assert_eq!(bits(&ours), bits(&expected), "{level:?} {m} {n} {depths:?} {gap}");
    }
    limit(Level::Avx512);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn sums_equal_one_chain(
        shape in [1usize..40, 1usize..70],
        depths in prop::collection::vec(0usize..300, 0..12),
        gap in 0usize..9,
    ) {
        check_sum::<f32>(shape, &depths, gap);
        check_sum::<f64>(shape, &depths, gap);
    }
}

#[test]
fn views_with_zero_or_two_strides_are_read_correctly() {
    let _guard = test_lock();
    let (a, b) = (numbers::<f64>(20_000, 4), numbers::<f64>(3000, 5));
    let (a, b) = (MatRef::strided(&a, 12, 20, 1400, 7), MatRef::strided(&b, 20, 30, 0, 3));
    let mut expected = vec![0.5; 12 * 30];
    let mut c = expected.clone();
    naive(&mut expected, 30, a, b);
    matmul(MatMut::row_major(&mut c, 12, 30), Start::Present, a, b);
    assert_eq!(bits(&c), bits(&expected));
}

#[test]
fn empty_products_leave_the_start() {
    let mut c = [1.0f32; 6];
    let none = |rows, cols| MatRef::row_major(&[], rows, cols);
    matmul(MatMut::row_major(&mut c, 2, 3), Start::Present, none(2, 0), none(0, 3));
    matmul(MatMut::row_major(&mut [], 0, 3), Start::Zero, none(0, 2), MatRef::row_major(&c, 2, 3));
    assert_eq!(c, [1.0; 6]);
    matmul(MatMut::row_major(&mut c, 2, 3), Start::Row(&[1.0, 2.0, 3.0]), none(2, 0), none(0, 3));
    assert_eq!(c, [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    matmul(MatMut::row_major(&mut c, 2, 3), Start::Zero, none(2, 0), none(0, 3));
    assert_eq!(c, [0.0; 6]);
}

#[test]
#[should_panic(expected = "ends outside its data")]
fn a_view_beyond_its_data_is_refused() {
    MatRef::strided(&[0.0f32; 5], 2, 3, 3, 1);
}

#[test]
#[should_panic(expected = "the inner dimensions agree")]
fn shapes_that_do_not_match_are_refused() {
    let (a, b, mut c) = ([0.0f64; 6], [0.0; 6], [0.0; 4]);
    let (a, b) = (MatRef::row_major(&a, 2, 3), MatRef::row_major(&b, 2, 3));
    matmul(MatMut::row_major(&mut c, 2, 2), Start::Zero, a, b);
}
