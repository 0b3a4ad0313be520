//! The linear system of a Newton step.

use super::blocks::{self, Columns, LANES, dot};
use super::cholesky::Cholesky;
use super::square::{self, Square};
use super::turn::turn;

/// The smallest pivot, relative to B's largest entry, of a system that counts as definite.
const DEFINITE: f64 = 1e-6;

/// The system, in the eigenbasis V of the point it was formed at (see `newton`); kept to be formed again.
///
/// K is the order of V, M the number of packed entries, H that of their blocks.
pub struct System<const K: usize, const M: usize, const H: usize> {
    tau: f64,
    v: Square<K>,
    /// The divided differences of Z+, packed.
    w: [f64; M],
    /// The packed entries with w > 0, as many as the order says.
    active: [usize; M],
    order: usize,
    /// B V', packed: the operator halfway into the basis.
    half: Columns<M, H>,
    /// The active rows of the operator in the basis.
    operator: Columns<M, H>,
    factor: Cholesky<M, H>,
}

impl<const K: usize, const M: usize, const H: usize> System<K, M, H> {
    /// Not formed yet.
    #[inline(always)]
    pub fn new(tau: f64) -> Self {
        Self {
            tau,
            v: [[0.0; K]; K],
            w: [0.0; M],
            active: [0; M],
            order: 0,
            half: blocks::zeros(),
            operator: blocks::zeros(),
            factor: Cholesky::new(),
        }
    }

    /// Forms and factors the system at `Z = V diag(z) V'`; false if it is not safely definite. `largest` is the largest
    /// magnitude of an entry of B.
    #[inline(always)]
    pub fn form(&mut self, b: &Columns<M, H>, v: &Square<K>, z: &[f64; K], largest: f64) -> bool {
        self.v = *v;
        self.differentiate(z);
        self.transform(b);
        let system = self.factor.start(self.order);
        for (a, &p) in self.active[..self.order].iter().enumerate() {
            system[a] = self.operator[p];
            system[a][a / LANES][a % LANES] += (1.0 - self.w[p]) / (self.tau * self.w[p]);
        }
        self.factor.factor(DEFINITE * largest)
    }

    /// The Newton step dZ against G, both in the standard basis.
    #[inline(always)]
    pub fn step(&mut self, g: &Square<K>) -> Square<K> {
        let mut packed = [[0.0; LANES]; H];
        let packed = packed.as_flattened_mut();
        square::pack_into(&square::congruence(&self.v, g), packed);
        let mut m = [[0.0; LANES]; H];
        for (a, &p) in self.active[..self.order].iter().enumerate() {
            m[a / LANES][a % LANES] = -packed[p];
        }
        self.factor.solve(&mut m);
        let mut a = 0;
        for p in 0..M {
            let w = self.w[p];
            // Of the two formulas for dZ the one whose divisor is not small.
            packed[p] = if w > 0.5 {
                m[a / LANES][a % LANES] / w
            } else {
                -self.tau * (packed[p] + dot(&self.operator[p], &m)) / (1.0 - w)
            };
            a += usize::from(w > 0.0);
        }
        square::congruence(&square::transpose(&self.v), &square::unpack(packed))
    }

    /// The divided differences and where they are positive.
    #[inline(always)]
    fn differentiate(&mut self, z: &[f64; K]) {
        let mut p = 0;
        self.order = 0;
        for j in 0..K {
            for i in 0..=j {
                self.w[p] = divided_difference(z[i], z[j]);
                if self.w[p] > 0.0 {
                    self.active[self.order] = p;
                    self.order += 1;
                }
                p += 1;
            }
        }
    }

    /// The active rows of the operator, eight at a time.
    #[inline(always)]
    fn transform(&mut self, b: &Columns<M, H>) {
        let Self { v, half, operator, .. } = self;
        let mut packed = [[0.0; LANES]; M];
        for row in 0..H {
            for p in 0..M {
                packed[p] = b[p][row];
            }
            turn(v, &packed, half, row);
        }
        let active = &self.active[..self.order];
        for (row, active) in active.chunks(LANES).enumerate() {
            packed = [[0.0; LANES]; M];
            for (lane, &a) in active.iter().enumerate() {
                for p in 0..M {
                    packed[p][lane] = half[a][p / LANES][p % LANES];
                }
            }
            turn(v, &packed, operator, row);
        }
    }
}

/// `(x+ - y+) / (x - y)`, the derivative if the two are equal.
#[inline(always)]
fn divided_difference(x: f64, y: f64) -> f64 {
    let (high, low) = (x.max(y), x.min(y));
    if low > 0.0 {
        1.0
    } else if high > 0.0 {
        high / (high - low)
    } else {
        0.0
    }
}
