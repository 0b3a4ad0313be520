//! The linear system of a Newton step.

use super::blocks::{Block, Blocks, LANES, dot, packed_blocks};
use super::cholesky::Cholesky;
use super::packing::{packed_len, pairs};
use super::square::{self, Square};
use super::turn::turn_rows;

/// The smallest pivot, relative to B's largest entry, of a system that counts as definite.
const DEFINITE: f64 = 1e-6;

/// The system, in the eigenbasis V of the point it was formed at (see `newton`); kept to be formed again.
pub struct System<const K: usize> {
    tau: f64,
    v: Square<K>,
    /// The divided differences of Z+, packed.
    w: Vec<f64>,
    /// The packed entries with w > 0.
    active: Vec<usize>,
    /// B V', packed: the operator halfway into the basis.
    half: Blocks,
    /// The active rows of the operator, halfway and in the basis.
    rows: Blocks,
    operator: Blocks,
    factor: Cholesky,
    /// Room for `turn_rows`.
    room: Vec<Block>,
}

impl<const K: usize> System<K> {
    /// Not formed yet.
    pub fn new(tau: f64) -> Self {
        Self {
            tau,
            v: [[0.0; K]; K],
            w: Vec::with_capacity(packed_len(K)),
            active: Vec::with_capacity(packed_len(K)),
            half: Blocks::default(),
            rows: Blocks::default(),
            operator: Blocks::default(),
            factor: Cholesky::default(),
            room: vec![[0.0; LANES]; K * K + K],
        }
    }

    /// Forms and factors the system at `Z = V diag(z) V'`; false if it is not safely definite. `largest` is the largest
    /// magnitude of an entry of B.
    pub fn form(&mut self, b: &Blocks, v: &Square<K>, z: &[f64; K], largest: f64) -> bool {
        let m = packed_len(K);
        self.v = *v;
        self.w.clear();
        self.w.extend(pairs(K).map(|(i, j)| divided_difference(z[i], z[j])));
        self.active.clear();
        self.active.extend((0..m).filter(|&p| self.w[p] > 0.0));
        let n = self.active.len();
        self.half.reset(m, m);
        turn_rows(v.as_flattened(), b, &mut self.half, &mut self.room);
        self.rows.reset(n, m);
        for (a, &p) in self.active.iter().enumerate() {
            let column = &self.half.col(p).as_flattened()[..m];
            for (q, &entry) in column.iter().enumerate() {
                self.rows.col_mut(q)[a / LANES][a % LANES] = entry;
            }
        }
        self.operator.reset(n, m);
        turn_rows(v.as_flattened(), &self.rows, &mut self.operator, &mut self.room);
        let system = self.factor.start(n);
        for (a, &p) in self.active.iter().enumerate() {
            let column = system.col_mut(a);
            column.copy_from_slice(self.operator.col(p));
            column[a / LANES][a % LANES] += (1.0 - self.w[p]) / (self.tau * self.w[p]);
        }
        self.factor.factor(DEFINITE * largest)
    }

    /// The Newton step dZ against G, both in the standard basis.
    pub fn step(&mut self, g: &Square<K>) -> Square<K> {
        let mut packed = [[0.0; K]; K];
        let packed = packed.as_flattened_mut();
        square::pack_into(&square::congruence(&self.v, g), packed);
        let mut m = packed_blocks::<K>();
        let m = &mut m.as_flattened_mut()[..self.operator.height()];
        for (a, &p) in self.active.iter().enumerate() {
            m[a / LANES][a % LANES] = -packed[p];
        }
        self.factor.solve(m);
        let mut a = 0;
        for p in 0..self.w.len() {
            let w = self.w[p];
            // Of the two formulas for dZ the one whose divisor is not small.
            packed[p] = if w > 0.5 {
                m[a / LANES][a % LANES] / w
            } else {
                -self.tau * (packed[p] + dot(self.operator.col(p), m)) / (1.0 - w)
            };
            a += usize::from(w > 0.0);
        }
        square::congruence(&square::transpose(&self.v), &square::unpack(packed))
    }
}

/// `(x+ - y+) / (x - y)`, the derivative if the two are equal.
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
