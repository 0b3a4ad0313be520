//! Against dense loops, and the partial transposes as adjoints.

use super::Product::{LeftTransposed, Plain, RightTransposed};
use super::*;
use crate::numeric::random::Stream;

const BLOCKS: usize = 5;

/// Shapes of a block within a cache line and beyond.
fn products() -> Vec<BlockProduct> {
    vec![
        BlockProduct::new(Plain, (3, 4), (4, 2)),
        BlockProduct::new(Plain, (2, 9), (9, 11)),
        BlockProduct::new(RightTransposed, (3, 4), (5, 4)),
        BlockProduct::new(RightTransposed, (16, 8), (16, 8)),
        BlockProduct::new(LeftTransposed, (3, 10), (3, 2)),
        BlockProduct::new(LeftTransposed, (1, 6), (1, 4)),
    ]
}

fn room((rows, cols): (usize, usize)) -> usize {
    BLOCKS * rows * stride::<f64>(cols)
}

/// Entry (i, j) of a block.
fn at(x: &[f64], block: usize, (rows, cols): (usize, usize), (i, j): (usize, usize)) -> f64 {
    x[(block * rows + i) * stride::<f64>(cols) + j]
}

/// Entry (i, j) of the product of a block by its definition.
fn by_hand(product: BlockProduct, l: &[f64], r: &[f64], block: usize, (i, j): (usize, usize)) -> f64 {
    let BlockProduct { form, left, right } = product;
    let l = |i, k| at(l, block, left, if form == LeftTransposed { (k, i) } else { (i, k) });
    let r = |k, j| at(r, block, right, if form == RightTransposed { (j, k) } else { (k, j) });
    let depth = if form == LeftTransposed { left.0 } else { left.1 };
    (0..depth).map(|k| l(i, k) * r(k, j)).sum()
}

fn entries((rows, cols): (usize, usize)) -> impl Iterator<Item = (usize, (usize, usize))> {
    (0..BLOCKS).flat_map(move |b| (0..rows).flat_map(move |i| (0..cols).map(move |j| (b, (i, j)))))
}

#[test]
fn products_are_those_of_loops() {
    for product in products() {
        let mut stream = Stream::new(0, "blocks");
        let mut numbers = |shape| stream.normals(room(shape));
        let [l, m] = [numbers(product.left), numbers(product.left)];
        let [r, s, before] = [numbers(product.right), numbers(product.right), numbers(product.shape())];
        for write in [Write::Replace, Write::Add] {
            let mut out = before.clone();
            product.sum([(Some(&l), Some(&r)), (None, Some(&r)), (Some(&m), Some(&s))], &mut out, write);
            for (block, entry) in entries(product.shape()) {
                let start =
                    if write == Write::Add { at(&before, block, product.shape(), entry) } else { 0.0 };
                let sum = by_hand(product, &l, &r, block, entry) + by_hand(product, &m, &s, block, entry);
                let found = at(&out, block, product.shape(), entry);
                assert!((found - start - sum).abs() < 1e-13, "{product:?}: {found} for {}", start + sum);
            }
        }
    }
}

/// `<Y, L R> = <L, adjoint of L> = <R, adjoint of R>`.
#[test]
fn adjoints_are_the_partial_transposes() {
    for product in products() {
        let mut stream = Stream::new(1, "blocks");
        let mut numbers = |shape| stream.normals(room(shape));
        let [l, r, y] = [numbers(product.left), numbers(product.right), numbers(product.shape())];
        let inner = |x: &[f64], y: &[f64], shape| {
            entries(shape).map(|(b, e)| at(x, b, shape, e) * at(y, b, shape, e)).sum::<f64>()
        };
        let mut image = vec![0.0; y.len()];
        product.sum([(Some(&l), Some(&r))], &mut image, Write::Replace);
        let expected = inner(&y, &image, product.shape());
        for (operand, x, other, shape) in [(0, &l, &r, product.left), (1, &r, &l, product.right)] {
            let (adjoint, place) = product.adjoint(operand);
            assert_eq!(adjoint.shape(), shape);
            let factors = if place == Place::First {
                (Some(&y[..]), Some(&other[..]))
            } else {
                (Some(&other[..]), Some(&y[..]))
            };
            let mut out = vec![0.0; x.len()];
            adjoint.sum([factors], &mut out, Write::Replace);
            let found = inner(x, &out, shape);
            assert!((found - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{product:?} {operand}");
        }
    }
}

#[test]
#[should_panic(expected = "the inner dimensions")]
fn shapes_fit() {
    BlockProduct::new(RightTransposed, (2, 3), (3, 2));
}
