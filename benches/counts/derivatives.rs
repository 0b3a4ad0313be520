//! Gradient, HVPs and third-order contractions of two small networks.

use std::hint::black_box;

use centralflow::autodiff::{Linearized, Program};
use centralflow::data::digits;
use centralflow::model::mlp::{Activation, Mlp};
use centralflow::numeric::{Scalar, pair_count};
use centralflow::objective::{Loss, program};

use crate::kernel::{Kernel, Run, numbers, precision};

/// A whole chunk of examples and a part of one.
const EXAMPLES: usize = 96;
const HIDDEN: [usize; 2] = [20, 12];

pub fn kernels() -> Vec<Kernel> {
    let mut kernels = in_precision::<f64>();
    kernels.extend(in_precision::<f32>());
    kernels
}

fn in_precision<T: Scalar>() -> Vec<Kernel> {
    let networks = [
        ("tanh, squared error", Activation::Tanh, Loss::Mse),
        ("gelu, cross-entropy", Activation::Gelu, Loss::CrossEntropy),
    ];
    networks.into_iter().flat_map(|network| of_network::<T>(network)).collect()
}

fn of_network<T: Scalar>((name, activation, loss): (&str, Activation, Loss)) -> Vec<Kernel> {
    let name = |work: &str| format!("{work} {} {name}", precision::<T>());
    let network = move || network::<T>(activation, loss);
    let hvps = |count| {
        block::<T>(network, count, move |at, u| {
            let mut products = vec![T::ZERO; u.len()];
            Box::new(move || at.hvp_into(black_box(&u), black_box(&mut products)))
        })
    };
    let gradient = move || -> Run {
        let (program, w) = network();
        Box::new(move || drop(black_box(program.linearize(black_box(&w)))))
    };
    let third = block::<T>(network, 4, |at, u| {
        let mut contractions = vec![T::ZERO; at.gradient().len() * pair_count(4)];
        Box::new(move || at.third_order_into(black_box(&u), black_box(&mut contractions)))
    });
    vec![
        Kernel::new(name("gradient"), gradient),
        Kernel::new(name("hvp1"), hvps(1)),
        Kernel::new(name("hvp8"), hvps(8)),
        Kernel::new(name("third4"), third),
    ]
}

/// Prepares what is done with `count` directions at the starting point.
fn block<T: Scalar>(
    network: impl FnOnce() -> (&'static Program<T>, Vec<T>),
    count: usize,
    run: impl FnOnce(Linearized<'static, T>, Vec<T>) -> Run,
) -> impl FnOnce() -> Run {
    move || {
        let (program, w) = network();
        run(program.linearize(&w), numbers(count * w.len()))
    }
}

/// The program and its starting point. It is leaked: what is linearised borrows it until the end.
fn network<T: Scalar>(activation: Activation, loss: Loss) -> (&'static Program<T>, Vec<T>) {
    let mlp = Mlp { inputs: 64, hidden: HIDDEN.into(), outputs: 10, activation };
    let data = digits::digits().select(&(0..EXAMPLES).collect::<Vec<_>>());
    let (program, w) = program::<T>(&mlp, &data, loss, 0);
    (Box::leak(Box::new(program)), w.into_iter().map(T::from_f64).collect())
}
