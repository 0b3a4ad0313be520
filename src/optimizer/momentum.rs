//! Inertia: how a rule carries gradients on, and what follows for its edge and its mean path.

/// `m_{t+1} = beta m_t + c g`, with `w_{t+1} = (1 - a) w_t - P^-1 m_{t+1}` and the gradient g at `w_t`, or, looking ahead, at
/// `y_t = w_t - beta P^-1 m_t`. The share a of a decay is mostly 0; `optimizer::decay` derives what it changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Momentum {
    /// beta: the share of the buffer that is kept.
    pub kept: f64,
    /// c: the weight of a new gradient.
    pub intake: f64,
    /// Whether the gradient is that of the point where inertia alone leads (Nesterov).
    pub ahead: bool,
}

impl Momentum {
    /// None: a step is `-P^-1 g`.
    pub const NONE: Momentum = Momentum { kept: 0.0, intake: 1.0, ahead: false };

    /// kappa: on a quadratic a rule is stable as long as all eigenvalues of `P^-1 H` are below.
    ///
    /// The multipliers z of a step obey `z^2 - (1 + beta - c x) z + beta = 0`, or looking ahead
    /// `z^2 - (1 + beta)(1 - c x) z + beta (1 - c x) = 0`, for an eigenvalue x. One is -1 at
    /// `x = 2 (1 + beta) / c`, or `2 (1 + beta) / ((1 + 2 beta) c)`. With a decay `2 - a` stands for each 2.
    pub fn edge(&self, decay: f64) -> f64 {
        (2.0 - decay) * (1.0 + self.kept) / (self.amplification(decay) * self.intake)
    }

    /// The mean path moves by `P^-1` times this factor times the mean gradient a step: the slow part of the recursion of
    /// means is `(1 - beta) dw/dt = -c P^-1 E g`.
    pub fn pace(&self) -> f64 {
        self.intake / (1.0 - self.kept)
    }

    /// q: with an effective sharpness of `2 + y`, in units in which the edge is 2, an oscillation grows by the factor `1 + q y` a
    /// step, to first order in y: -1 is a simple root, and dz/dx there is what the quadratics above give. With a decay it is
    /// `(1 - a/2) (1 + beta) / (1 - beta (1 - a))`, or `(1 - a/2) (1 + beta) A / (A + beta (1 - a)^2)` with the amplification A.
    pub fn growth(&self, decay: f64) -> f64 {
        let (beta, a) = (self.kept, decay);
        let grown = if self.ahead {
            (1.0 + beta) * self.amplification(a) / (1.0 + (3.0 - 3.0 * a + a * a) * beta)
        } else {
            (1.0 + beta) / (1.0 - beta * (1.0 - a))
        };
        (1.0 - 0.5 * a) * grown
    }

    /// By how much an oscillation of period 2 is larger where gradients are taken than in the weights:
    /// `y_t = w_t + beta (w_t - w_{t-1})`, and with a decay `w_t + beta (w_t - (1 - a) w_{t-1})`.
    pub fn amplification(&self, decay: f64) -> f64 {
        if self.ahead { 1.0 + (2.0 - decay) * self.kept } else { 1.0 }
    }

    /// By how much `P^-1` times the gradient moves the next point at which a gradient is taken:
    /// c, and looking ahead by beta of the same step once more.
    pub fn response(&self) -> f64 {
        if self.ahead { (1.0 + self.kept) * self.intake } else { self.intake }
    }

    /// By how much `P^-1 m_t` moves the next point at which a gradient is taken, beside the gradient itself: by beta, and
    /// looking ahead by `beta (1 + beta) - beta`, since `y_t` was ahead of `w_t` already.
    pub fn inertia(&self) -> f64 {
        if self.ahead { self.kept * self.kept } else { self.kept }
    }
}
