//! The network by hand, and its start.

use std::f64::consts::SQRT_2;

use super::*;
use crate::autodiff::Program;

const ACTIVATIONS: [Activation; 4] =
    [Activation::Tanh, Activation::Gelu, Activation::Silu, Activation::Softplus];

fn mlp(activation: Activation) -> Mlp {
    Mlp { inputs: 3, hidden: vec![5, 4], outputs: 2, activation }
}

/// The activation by its definition, with functions of another library.
fn activated(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Tanh => libm::tanh(x),
        Activation::Gelu => x * 0.5 * libm::erfc(-x / SQRT_2),
        Activation::Silu => x / (1.0 + libm::exp(-x)),
        Activation::Softplus => libm::log(1.0 + libm::exp(x)),
    }
}

/// `f(x) = W_L' a(... a(W_1' x + b_1) ...) + b_L`, weights row-major with one row an input.
fn by_hand(mlp: &Mlp, w: &[f64], x: &[f64]) -> Vec<f64> {
    let (mut x, mut rest) = (x.to_vec(), w);
    for (layer, &width) in mlp.hidden.iter().chain([&mlp.outputs]).enumerate() {
        let (weights, others) = rest.split_at(x.len() * width);
        let (bias, others) = others.split_at(width);
        let sum = |out: usize| bias[out] + (0..x.len()).map(|i| x[i] * weights[i * width + out]).sum::<f64>();
        x = (0..width).map(sum).collect();
        if layer < mlp.hidden.len() {
            x.iter_mut().for_each(|x| *x = activated(mlp.activation, *x));
        }
        rest = others;
    }
    assert!(rest.is_empty(), "all parameters are used");
    x
}

fn built(mlp: &Mlp) -> Builder {
    let (mut network, outputs) = Architecture::built(mlp);
    network.row_sum(outputs);
    network
}

fn start(mlp: &Mlp, seed: u64) -> Vec<f64> {
    built(mlp).start(mlp.name(), seed)
}

/// The sum of the outputs of one example, with and without weights that are ten times as large.
#[test]
fn the_outputs_are_those_of_the_formula() {
    let x = [0.7, -1.3, 0.2];
    for mlp in ACTIVATIONS.map(mlp) {
        for factor in [1.0, 10.0] {
            let w: Vec<f64> = start(&mlp, 1).iter().map(|w| factor * w).collect();
            let program = Program::<f64>::new(built(&mlp).into_graph(), vec![x.to_vec()], 1);
            let (found, expected) = (program.linearize(&w).loss(), by_hand(&mlp, &w, &x).iter().sum::<f64>());
            assert!(
                (found - expected).abs() <= 1e-14 * (1.0 + factor * factor),
                "{mlp:?}: {found} for {expected}"
            );
        }
    }
}

/// Uniform in +-1/sqrt(fan-in): all within, centred and of variance bound^2/3 to four standard errors.
#[test]
fn each_layer_starts_by_its_fan_in() {
    let mlp = Mlp { inputs: 100, hidden: vec![400], outputs: 25, activation: Activation::Tanh };
    let w = start(&mlp, 0);
    let (first, second) = w.split_at(101 * 400);
    for (layer, fan_in) in [(first, 100.0_f64), (second, 400.0)] {
        let (n, bound) = (layer.len() as f64, 1.0 / fan_in.sqrt());
        assert!(layer.iter().all(|w| w.abs() <= bound));
        let scaled: Vec<f64> = layer.iter().map(|w| w / bound).collect();
        let mean = scaled.iter().sum::<f64>() / n;
        let square = scaled.iter().map(|w| w * w).sum::<f64>() / n;
        // The variance of w is 1/3, that of w^2 is 1/5 - 1/9.
        assert!(mean.abs() < 4.0 * (1.0 / (3.0 * n)).sqrt(), "fan-in {fan_in}: mean {mean}");
        assert!((square - 1.0 / 3.0).abs() < 4.0 * (4.0 / (45.0 * n)).sqrt(), "fan-in {fan_in}: {square}");
    }
}

#[test]
fn starts_are_those_of_their_seeds() {
    let mlp = mlp(Activation::Tanh);
    assert_eq!(start(&mlp, 3), start(&mlp, 3));
    assert_ne!(start(&mlp, 3), start(&mlp, 4));
}
