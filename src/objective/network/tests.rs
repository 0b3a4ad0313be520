//! A network's objective is the loss on just the examples that its seed chooses.

use std::sync::Arc;

use super::*;
use crate::data::Entry as _;
use crate::data::digits::{self, Digits};
use crate::data::gaussian::Gaussian;
use crate::model::mlp::{Activation, MlpEntry};
use crate::numeric::random::Stream;
use crate::numeric::vector::axpy;
use crate::objective::Entry as _;

fn on_digits(examples: usize, loss: Loss) -> NetworkEntry {
    let data = Arc::new(Digits::default());
    let model = Arc::new(MlpEntry { hidden: vec![6], activation: Activation::Tanh });
    NetworkEntry { data, examples, model, loss }
}

/// `W_2' tanh(W_1' x + b_1) + b_2` from the weights in the order `W_1, b_1, W_2, b_2`, each row-major.
fn outputs(w: &[f64], x: &[f64], hidden: usize, outputs: usize) -> Vec<f64> {
    let (first, rest) = w.split_at(x.len() * hidden);
    let (bias, rest) = rest.split_at(hidden);
    let (second, last) = rest.split_at(hidden * outputs);
    let layer = |x: &[f64], w: &[f64], b: &[f64]| -> Vec<f64> {
        let n = b.len();
        (0..n).map(|j| b[j] + x.iter().enumerate().map(|(i, x)| x * w[i * n + j]).sum::<f64>()).collect()
    };
    let activations: Vec<f64> = layer(x, first, bias).iter().map(|&z| libm::tanh(z)).collect();
    layer(&activations, second, last)
}

fn loss_of(loss: Loss, f: &[f64], target: &[f64]) -> f64 {
    match loss {
        Loss::Mse => 0.5 * f.iter().zip(target).map(|(f, y)| (f - y).powi(2)).sum::<f64>(),
        Loss::CrossEntropy => {
            let label: f64 = f.iter().zip(target).map(|(f, y)| f * y).sum();
            libm::log(f.iter().map(|&f| libm::exp(f)).sum::<f64>()) - label
        }
    }
}

/// The rows of the whole set that `seed` chooses, read without the code under test.
fn digits_chosen(seed: u64, examples: usize) -> Vec<(&'static [f64], &'static [f64])> {
    let all = digits::digits();
    let row = |i: usize| (&all.inputs[i * 64..(i + 1) * 64], &all.targets[i * 10..(i + 1) * 10]);
    Stream::new(seed, "examples").choose(digits::EXAMPLES, examples).into_iter().map(row).collect()
}

/// Both sum a few hundred terms of size one in double precision: 1e-12 of the loss is a thousand roundings.
#[test]
fn the_loss_is_that_of_the_chosen_rows() {
    for loss in [Loss::Mse, Loss::CrossEntropy] {
        for seed in [0, 7] {
            let objective = on_digits(90, loss).build(seed).expect("valid");
            let mut w = objective.start();
            axpy(0.1, &Stream::new(seed, "elsewhere").normals(w.len()), &mut w);
            let rows = digits_chosen(seed, 90);
            let sum: f64 = rows.iter().map(|(x, y)| loss_of(loss, &outputs(&w, x, 6, 10), y)).sum();
            let (expected, found) = (sum / 90.0, objective.linearize(&w).loss());
            assert!((found - expected).abs() <= 1e-12 * expected, "{loss:?} {seed}: {found} {expected}");
        }
    }
}

/// Two choices of 200 of 1,797 share 200^2 / 1797 = 22 on average, with a standard deviation of 4: fewer than 60.
#[test]
fn seeds_choose_different_digits_and_none_twice() {
    let rows = |seed| {
        let data = Digits::default().examples(200, seed);
        let bits = |row: &[f64]| row.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        data.inputs.chunks(data.features).map(bits).collect::<std::collections::BTreeSet<_>>()
    };
    let chosen: Vec<_> = (0..5).map(rows).collect();
    assert!(chosen.iter().all(|rows| rows.len() == 200), "a row twice");
    assert_eq!(chosen[0], rows(0));
    for (i, a) in chosen.iter().enumerate() {
        for b in &chosen[..i] {
            let shared = a.intersection(b).count();
            assert!(shared < 60, "{shared} of 200 rows are the same");
        }
    }
}

/// Standard normal numbers, four standard errors of mean and variance; classes about equally often.
#[test]
fn seeds_make_different_normal_examples() {
    let data = |seed| Gaussian::default().examples(40, seed);
    let (a, b) = (data(0), data(1));
    assert_eq!(a, data(0));
    let n = a.inputs.len() as f64;
    for data in [&a, &b] {
        let mean = data.inputs.iter().sum::<f64>() / n;
        let variance = data.inputs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        assert!(mean.abs() < 4.0 / n.sqrt() && (variance - 1.0).abs() < 4.0 * (2.0 / n).sqrt());
        assert!(data.targets.chunks(a.outputs).all(|row| row.iter().sum::<f64>() == 1.0));
    }
    // Independent: the mean product is 0 within four standard errors.
    let product = a.inputs.iter().zip(&b.inputs).map(|(x, y)| x * y).sum::<f64>() / n;
    assert!(product.abs() < 4.0 / n.sqrt(), "{product}");
    assert_ne!(a.targets, b.targets);
}

/// Of 90 digits, those that outputs by hand have right; a regression has no right answers.
#[test]
fn outputs_are_those_of_the_network_and_accuracy_counts_the_largest() {
    let objective = on_digits(90, Loss::Mse).build(3).expect("valid");
    let mut w = objective.start();
    axpy(0.3, &Stream::new(3, "elsewhere").normals(w.len()), &mut w);
    let found = objective.outputs(&w, &Matrix::zeros(w.len(), 0)).values;
    let mut right = 0;
    for ((x, y), found) in digits_chosen(3, 90).iter().zip(found.chunks(10)) {
        let expected = outputs(&w, x, 6, 10);
        assert!(expected.iter().zip(found).all(|(a, b)| (a - b).abs() < 1e-12));
        right +=
            usize::from((0..10).all(|k| {
                y[k] == 1.0 || expected[k] < expected[y.iter().position(|&y| y == 1.0).expect("hot")]
            }));
    }
    assert_eq!(objective.accuracy(&found), Some(right as f64 / 90.0));
    let chebyshev = Arc::new(crate::data::chebyshev::Chebyshev { degree: 3 });
    let regression = NetworkEntry { data: chebyshev, ..on_digits(9, Loss::Mse) }.build(0).expect("valid");
    let f = regression.outputs(&regression.start(), &Matrix::zeros(regression.dim(), 0)).values;
    assert_eq!(regression.accuracy(&f), None);
}
