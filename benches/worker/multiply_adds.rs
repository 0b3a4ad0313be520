//! The multiply-adds of the matrix products of a work: what no algorithm of these sweeps can do without.
//!
//! A product `Y = X V` in Taylor series along a direction has the coefficients `Y_1 = X_1 V_0 + X_0 V_1`, and so on, and so have the
//! adjoints of X and V, `Y' V` and `X' Y'`. Data have no coefficient but `X_0` and no adjoint; parameters have `V_1` and no `V_2`.

use centralflow::numeric::pair_count;

use crate::problems::Problem;
use crate::{BLOCK, CONTRACTED};

/// How often each product of the network is done.
#[derive(Clone, Copy)]
struct Times {
    data: f64,
    layers: f64,
    pairs: f64,
}

/// Values and adjoints.
const POINT: Times = Times { data: 2.0, layers: 3.0, pairs: 3.0 };
/// First-order coefficients of all, to a product with the Hessian.
const HVP: Times = Times { data: 2.0, layers: 6.0, pairs: 6.0 };
/// The same but for the adjoints of parameters.
const FIRST_ORDER: Times = Times { data: 1.0, layers: 4.0, pairs: 6.0 };
/// Second-order coefficients, from those of first order to a contraction.
const SECOND_ORDER: Times = Times { data: 1.0, layers: 7.0, pairs: 9.0 };

/// The multiply-adds of one run of a work of derivatives.
pub fn multiply_adds(problem: &Problem, work: &str, kept: bool) -> f64 {
    let products = problem.graph().multiply_adds();
    let of = |Times { data, layers, pairs }: Times| {
        data * products.of_data + layers * products.of_layers + pairs * products.of_pairs
    };
    let along = match work {
        "hvp1" => of(HVP),
        "hvp8" => BLOCK as f64 * of(HVP),
        "third4" => CONTRACTED as f64 * of(FIRST_ORDER) + pair_count(CONTRACTED) as f64 * of(SECOND_ORDER),
        _ => 0.0,
    };
    problem.data.len() as f64 * (along + if kept { 0.0 } else { of(POINT) })
}
