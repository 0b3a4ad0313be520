//! Against loops over entries, and the transpose as the adjoint.

use super::*;
use crate::numeric::random::Stream;

type Sources = Vec<(Entry, bool)>;
type Map = fn(usize, usize) -> Option<(usize, Entry)>;

/// Maps with holes, repeated sources, runs of all steps, rows beyond a cache line, and a shared source.
fn gathers() -> Vec<(Entry, Sources, Map)> {
    vec![
        ((3, 4), vec![((4, 3), false)], |i, j| Some((0, (j, i)))),
        ((2, 19), vec![((3, 11), false)], |i, j| (j != 4).then_some((0, (i + j % 2, j % 11)))),
        ((5, 3), vec![((2, 9), false), ((1, 3), true)], |i, j| {
            Some(if i < 2 { (0, (i, 3 * j)) } else { (1, (0, j)) })
        }),
        ((4, 10), vec![((10, 10), true)], |i, j| Some((0, (j, 2 * i)))),
        ((6, 2), vec![((3, 1), false)], |i, _| (i > 0).then_some((0, (i / 2, 0)))),
        ((1, 1), vec![((2, 2), false)], |_, _| None),
    ]
}

const EXAMPLES: usize = 3;

/// Where entry (i, j) of an example is, in a matrix that is shared or not.
fn place(example: usize, (rows, cols): Entry, shared: bool, (i, j): Entry) -> usize {
    let row = if shared { cols } else { stride::<f64>(cols) };
    if shared { i * row + j } else { (example * rows + i) * row + j }
}

fn room((rows, cols): Entry, shared: bool) -> usize {
    if shared { rows * cols } else { EXAMPLES * rows * stride::<f64>(cols) }
}

#[test]
fn entries_are_where_the_map_says() {
    for (shape, sources, source) in gathers() {
        let gather = Gather::new(shape, &sources, source);
        for operand in 0..sources.len() {
            let (from, shared) = sources[operand];
            let mut stream = Stream::new(operand as u64, "gather");
            let x = stream.normals(room(from, shared));
            let y = stream.normals(room(shape, false));
            for write in [Write::Replace, Write::Add] {
                let (mut image, mut transposed) = (y.clone(), x.clone());
                gather.apply(operand, &x, &mut image, write);
                gather.transpose(operand, &y, &mut transposed, write);
                let mut expected = if write == Write::Add { x.clone() } else { vec![0.0; x.len()] };
                for example in 0..EXAMPLES {
                    for (i, j) in (0..shape.0).flat_map(|i| (0..shape.1).map(move |j| (i, j))) {
                        let to = place(example, shape, false, (i, j));
                        let at = source(i, j).filter(|(of, _)| *of == operand);
                        let at = at.map(|(_, entry)| place(example, from, shared, entry));
                        let before = if write == Write::Add { y[to] } else { 0.0 };
                        assert_eq!(image[to], before + at.map_or(0.0, |at| x[at]), "{shape:?} {write:?}");
                        if let Some(at) = at {
                            expected[at] += y[to];
                        }
                    }
                }
                assert_eq!(transposed, expected, "{shape:?} {write:?}");
            }
        }
    }
}

/// `<G x, y> = <x, G' y>` over the entries, each source for itself.
#[test]
fn the_transpose_is_the_adjoint() {
    for (shape, sources, source) in gathers() {
        let gather = Gather::new(shape, &sources, source);
        for operand in 0..sources.len() {
            let (from, shared) = sources[operand];
            let mut stream = Stream::new(operand as u64, "adjoint");
            let x = stream.normals(room(from, shared));
            let y = only_entries(stream.normals(room(shape, false)), shape);
            let (mut image, mut transposed) = (vec![0.0; y.len()], vec![0.0; x.len()]);
            gather.apply(operand, &x, &mut image, Write::Replace);
            gather.transpose(operand, &y, &mut transposed, Write::Replace);
            let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let (left, right) = (inner(&image, &y), inner(&x, &transposed));
            assert!((left - right).abs() <= 1e-13 * (1.0 + left.abs()), "{shape:?}: {left} and {right}");
        }
    }
}

/// Zero between the rows.
fn only_entries(mut y: Vec<f64>, (_, cols): Entry) -> Vec<f64> {
    y.chunks_mut(stride::<f64>(cols)).for_each(|row| row[cols..].fill(0.0));
    y
}

#[test]
fn successive_entries_are_one_run() {
    let runs = |shape, from, source: fn(usize, usize) -> Option<(usize, Entry)>| {
        Gather::new(shape, &[(from, false)], source).sources[0].runs.len()
    };
    assert_eq!(runs((2, 6), (2, 6), |i, j| Some((0, (i, j)))), 2, "rows that are copied");
    assert_eq!(runs((3, 5), (3, 1), |i, _| Some((0, (i, 0)))), 3, "numbers that are repeated");
    assert_eq!(runs((2, 6), (6, 2), |i, j| Some((0, (j, i)))), 2, "columns that become rows");
}

#[test]
#[should_panic(expected = "is outside it")]
fn sources_are_inside() {
    Gather::new((1, 2), &[((1, 1), false)], |i, j| Some((0, (i, j))));
}
