//! The elementary functions over slices.

use std::hint::black_box;

use centralflow::numeric::Scalar;
use centralflow::numeric::elementary::{erf_slice, exp_slice, log_slice, tanh_slice};

use crate::kernel::{Kernel, Run, numbers, precision};

/// Not a multiple of any number of lanes.
const LEN: usize = 4099;

type Function<T> = fn(&mut [T]);

pub fn kernels() -> Vec<Kernel> {
    let mut kernels = in_precision::<f64>();
    kernels.extend(in_precision::<f32>());
    kernels
}

fn in_precision<T: Scalar>() -> Vec<Kernel> {
    let functions: [(&str, Function<T>); 4] =
        [("tanh", tanh_slice), ("erf", erf_slice), ("exp", exp_slice), ("log", log_slice)];
    functions.map(|(name, function)| kernel(name, function)).into()
}

fn kernel<T: Scalar>(name: &str, function: Function<T>) -> Kernel {
    Kernel::new(format!("{name} {}", precision::<T>()), move || -> Run {
        let x: Vec<T> = numbers::<T>(LEN).into_iter().map(T::abs).collect();
        let mut y = x.clone();
        Box::new(move || {
            y.copy_from_slice(&x);
            function(black_box(&mut y));
        })
    })
}
