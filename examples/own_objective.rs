//! A function of one's own: gradient descent on it, the theory beside it, and what comes of each claim.
use centralflow::experiment::{Plan, Settings, Unwatched, run};
use centralflow::numeric::{Matrix, pairs};
use centralflow::objective::{Linearization, Objective};
use centralflow::prediction::registry;

/// `L(x, y, z) = ((4 + y) x^2 + y^2 / 10 + z^2) / 2 - 3 y / 20`, whose sharpness 4 + y rises to 2/eta, here 5, and stays there.
struct Valley;
/// Its loss and gradient at a point, and its Hessian.
struct At(f64, [f64; 3], [[f64; 3]; 3]);

#[rustfmt::skip]
impl Objective for Valley {
    fn dim(&self) -> usize { 3 }
    fn start(&self) -> Vec<f64> { vec![0.01, 0.0, 1.0] }
    fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
        let (x, y, z, s) = (w[0], w[1], w[2], 4.0 + w[1]);
        let loss = (s * x * x + y * y / 10.0 + z * z) / 2.0 - 0.15 * y;
        Box::new(At(loss, [s * x, x * x / 2.0 + y / 10.0 - 0.15, z], [[s, x, 0.0], [x, 0.1, 0.0], [0.0, 0.0, 1.0]]))
    }
}
#[rustfmt::skip]
impl Linearization for At {
    fn loss(&self) -> f64 { self.0 }
    fn gradient(&self) -> &[f64] { &self.1 }
    fn hvp(&self, v: &Matrix) -> Matrix {
        Matrix::from_fn(3, v.cols(), |i, j| (0..3).map(|k| self.2[i][k] * v[(k, j)]).sum())
    }
    fn third_order(&self, u: &Matrix) -> Matrix {
        let all: Vec<_> = pairs(u.cols()).map(|(i, j)| (u.col(i), u.col(j))).collect();
        let gradient = |(a, b): (&[f64], &[f64])| [a[0] * b[1] + a[1] * b[0], a[0] * b[0], 0.0];
        Matrix::from_fn(3, all.len(), |i, pair| gradient(all[pair])[i])
    }
}
fn main() {
    let record = run(&Valley, &Settings::new(0.4, 900), 0, &Plan::everything(), &Unwatched);
    registry().iter().for_each(|claim| println!("{} {:?}", claim.name(), claim.judge(&record).claim.verdict));
}
