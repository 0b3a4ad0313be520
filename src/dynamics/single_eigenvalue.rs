//! The central flow with one critical eigenvalue, in closed form.

use super::motion::Motion;
use crate::numeric::Matrix;
use crate::numeric::vector::{axpy, distance, dot, norm, scale};
use crate::optimizer::{EDGE, OneAtTheEdge, Relative};
use crate::sdcp::{self, SdcpError};

/// The central flow with one critical eigenvalue, computed twice.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SingleEigenvalue {
    /// The talk's `sigma^2 = 2 <-grad L, grad S> / |grad S|^2`; where a learning rate changes
    /// `2 (<-grad L, grad S> + 2 (d ln eta/dt) / (h R)) / |grad S|^2`, h and R being eta for gradient descent; or that of a preconditioner
    /// with a state. Where weights decay beside the step, `grad L + (a/R) w` stands for `grad L`. 0 if negative.
    pub closed_form: f64,
    /// X of the complementarity problem on the boundary `S = 2/eta` itself.
    pub solved: f64,
    /// `|v_sdcp - v_projected| / (eta |grad L|)` with `v_projected = -eta (I - n n') grad L`, `n = grad S / |grad S|`;
    /// relative to the unprojected velocity, since of the projected one nothing is left where grad L is parallel to n. Where a state
    /// moves the edge the flow is not projected onto it. Of the velocity of a decay the length is added, the two being rounded one by one.
    pub projection_mismatch: f64,
    /// `sigma^2 |grad S| / (2 |grad L|)`: with the talk's sigma^2 the cosine `|<grad L, n>| / |grad L|` that conditions it; 0 where grad L
    /// or grad S vanishes.
    pub cosine: f64,
}

impl SingleEigenvalue {
    /// With gradient g, `d = grad S` and the numbers of the complementarity problem on the edge itself: A over time, and B over
    /// `h R / 2`. None where no closed form is known.
    pub(super) fn new(
        g: &[f64],
        d: &[f64],
        motion: &Motion<'_>,
        (a, gram): (f64, f64),
    ) -> Result<Option<Self>, SdcpError> {
        if motion.has_inertia {
            return Ok(None);
        }
        let (h, rate) = (motion.edge_step(), motion.rate);
        let gradient_square = dot(g, g);
        let (g, size) = driving(g, motion);
        let square = dot(d, d);
        // A learning rate that changes moves the edge: what holds it balances that as well.
        let by_time = match motion.hardening() {
            Relative::Uniform(delta) if !motion.has_state() => delta / motion.dt,
            _ => 0.0,
        };
        let force = dot(&g, d) + 2.0 * by_time / (rate * h);
        let closed_form = match motion.single(&OneAtTheEdge {
            edge: motion.edge(),
            sharpness: EDGE / h,
            sharpening: -dot(&g, d),
            slope_square: square,
            gradient_square,
        }) {
            Some(single) => single.max(0.0),
            None if motion.has_state() => return Ok(None),
            None if force < 0.0 => -2.0 * force / square,
            None => 0.0,
        };
        let entry = |value: f64| Matrix::from_fn(1, 1, |_, _| value);
        let problem = sdcp::Problem::from_gram(entry(a), &entry(gram), 0.5 * rate * h)?;
        let solved = sdcp::solve(&problem)?.x[(0, 0)];
        let along = |factor: f64| {
            let mut v = g.clone();
            axpy(factor, d, &mut v);
            scale(-rate, &mut v);
            v
        };
        let projected = along(if force < 0.0 { -force / square } else { 0.0 });
        let over = |x: f64, y: f64| if x == 0.0 { 0.0 } else { x / y };
        let mismatch = over(distance(&along(0.5 * solved), &projected), rate * size);
        let cosine = if motion.has_state() {
            over(0.5 * closed_form * square.sqrt(), size)
        } else {
            over(force.abs(), size * square.sqrt())
        };
        Ok(Some(Self { closed_form, solved, projection_mismatch: mismatch, cosine }))
    }
}

/// What drives the path: the gradient, and what makes of it the velocity of a decay beside the step, `(a/R) w`. With the size of its parts.
fn driving(g: &[f64], motion: &Motion<'_>) -> (Vec<f64>, f64) {
    let (mut driving, mut size) = (g.to_vec(), norm(g));
    if let Some(carried) = &motion.carried {
        axpy(-1.0 / motion.rate, carried, &mut driving);
        size += norm(carried) / motion.rate;
    }
    (driving, size)
}
