"""JAX with CVXOPT: gradient descent, gradient flow and the central flow as the public JAX implementation runs its example.

Written from the formulas of the theory, in the same manner: Hessian-vector products are forward over reverse, a block of
them by vmap; third-order contractions forward over forward over reverse, pair by pair; eigenpairs by `lobpcg_standard` from
the last ones, at every point and substep; all pairs enter the complementarity problem, which cvxpy hands to CVXOPT in a
callback; one compiled function a process and step.
"""

import itertools

import cvxpy as cp
import jax
import numpy as np
from jax.experimental.sparse.linalg import lobpcg_standard

from jax_network import DTYPES, jnp, loss_of_matrices
from protocol import relative_error, serve

WARM_UP = 3
# The effective sharpness at which gradient flow takes another Euler substep.
SHARPNESS_OF_SUBSTEP = 0.5


class Flows:
    """One function a process: `(w, U) -> (w after a step, new U), what is known at w`."""

    def __init__(self, loss, header):
        # `jacrev`, not `grad`: the same derivative, but a block of its products by vmap is compiled to faster code.
        self.loss, self.gradient = loss, jax.jacrev(loss)
        self.eta, self.tolerance = header["learning_rate"], header["tolerance"]
        self.substeps = header["substeps"]
        self.pairs = np.triu_indices(header["pairs"])
        self.complementarity = Complementarity(header["pairs"])
        self.processes = {
            "descent": jax.jit(self.descent),
            "gradient_flow": jax.jit(self.gradient_flow),
            "central_flow": jax.jit(self.central_flow),
        }

    def hvp(self, w, v):
        return jax.jvp(self.gradient, (w,), (v,))[1]

    def eigenpairs(self, w, start):
        """Of eta H. The solver's own bound on |r| is 10 n tol (|eta H u| + theta)."""
        product = jax.vmap(lambda v: self.eta * self.hvp(w, v), 1, 1)
        values, vectors, _ = lobpcg_standard(product, start, tol=self.tolerance / (10 * w.size))
        return values, vectors

    def descent(self, w, u):
        loss, g = jax.value_and_grad(self.loss)(w)
        after = w - self.eta * g
        values, u = self.eigenpairs(0.5 * (w + after), u)
        return (after, u), (loss, values, w)

    def gradient_flow(self, w, u):
        values, u = self.eigenpairs(w, u)
        substeps = jnp.ceil(values.max() / SHARPNESS_OF_SUBSTEP).astype(int)
        substep = lambda _, w: w - self.eta / substeps * self.gradient(w)  # noqa: E731
        return (jax.lax.fori_loop(0, substeps, substep, w), u), (self.loss(w), values, w)

    def central_flow(self, w, u):
        substep = lambda carry, _: self.central_substep(*carry)  # noqa: E731
        carry, (losses, values, traces, points) = jax.lax.scan(substep, (w, u), length=self.substeps)
        return carry, (losses[0], values[0], traces[0], points[0])

    def central_substep(self, w, u):
        dt, eta = 1 / self.substeps, self.eta
        loss, g = jax.value_and_grad(self.loss)(w)
        values, u = self.eigenpairs(w, u)
        d = self.contractions(w, u)
        rows, columns = self.pairs
        boundary = jnp.where(rows == columns, 2 - values[rows], 0)
        a = boundary + dt * eta**2 * (d @ g)
        b = 0.5 * dt * eta**2 * (d @ d.T)
        x = self.complementarity(a, b)
        # A pair off the diagonal stands for two entries of Sigma.
        penalty = jnp.where(rows == columns, 0.5, 1.0) * x @ d
        trace = jnp.sum(jnp.where(rows == columns, x, 0))
        return (w - dt * eta * (g + penalty), u), (loss, values, trace, w)

    def contractions(self, w, u):
        """grad(u_i' H u_j), a row each pair."""
        third = lambda pair: jax.jvp(lambda w: self.hvp(w, pair[0]), (w,), (pair[1],))[1]  # noqa: E731
        return jax.lax.map(third, (u.T[self.pairs[0]], u.T[self.pairs[1]]))


class Complementarity:
    """X >= 0 with A + B[X] >= 0 and <X, A + B[X]> = 0: where <A, X> + <X, B[X]> / 2 is least over X >= 0.

    A and X are their upper triangles, B is the matrix over these.
    """

    def __init__(self, k):
        self.pairs = np.triu_indices(k)
        self.weights = np.where(self.pairs[0] == self.pairs[1], 1.0, 2.0)
        self.k, m = k, len(self.weights)
        self.x = cp.Variable((k, k), PSD=True)
        self.linear, self.factor = cp.Parameter((k, k), symmetric=True), cp.Parameter((m, m))
        select = np.zeros((m, k * k))
        select[np.arange(m), self.pairs[0] * k + self.pairs[1]] = 1
        quadratic = cp.sum_squares(self.factor @ (select @ cp.vec(self.x, order="C")))
        self.program = cp.Problem(cp.Minimize(cp.sum(cp.multiply(self.linear, self.x)) + 0.5 * quadratic))

    def __call__(self, a, b):
        return jax.pure_callback(self.solve, jax.ShapeDtypeStruct(a.shape, a.dtype), a, b)

    def solve(self, a, b):
        """B is scaled to unit size; then X is scaled back."""
        a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
        linear = np.zeros((self.k, self.k))
        linear[self.pairs] = a
        linear.T[self.pairs] = a
        if np.linalg.eigvalsh(linear)[0] >= 0:
            return np.zeros_like(a)
        scale = np.sqrt(np.mean(b**2))
        values, vectors = np.linalg.eigh(self.weights[:, None] * (b / scale) * self.weights)
        self.linear.value = linear
        self.factor.value = np.sqrt(np.maximum(values, 0))[:, None] * vectors.T
        self.program.solve(solver=cp.CVXOPT, abstol=1e-11)
        return self.x.value[self.pairs] / scale


def example(problem, _work, precision):
    """A run takes all processes through all steps, step by step, and writes what they went through."""
    dtype, header = DTYPES[precision], problem.header["example"]
    of_matrices = loss_of_matrices(problem, precision)
    flows = Flows(lambda w: of_matrices(problem.matrices(w)), header)
    w = jnp.asarray(problem.array("example", dtype))
    u = jnp.asarray(np.random.default_rng(0).standard_normal((w.size, header["pairs"])).astype(dtype))

    def go(steps):
        states = dict.fromkeys(flows.processes, (w, u))
        rows = {name: [] for name in states}
        for _, (name, step) in itertools.product(range(steps), flows.processes.items()):
            states[name], known = step(*states[name])
            rows[name].append(known)
        return jax.device_get(rows)

    def run():
        for name, rows in go(header["steps"]).items():
            table = np.stack([np.hstack(row) for row in rows]).astype("<f8")
            table.tofile(problem.directory / f"{name}.bin")

    go(WARM_UP)
    # Below the edge nothing is handed to CVXOPT, and cvxpy compiles at the first call.
    k, m = header["pairs"], len(flows.pairs[0])
    flows.complementarity.solve(np.where(flows.pairs[0] == flows.pairs[1], -1.0, 0.0), np.eye(m))
    point = jnp.asarray(problem.array("point", dtype))
    return run, {"error": relative_error(flows.gradient(point), problem.array("gradient"))}


VERSION = f"{jax.__version__} with cvxpy {cp.__version__}"
serve("JAX", VERSION, {"example": {"all pairs": (False, example)}})
