"""Eigenpairs along the exported trajectory, with HVPs from JAX: what SciPy's, PRIMME's and JAX's workers share."""

import numpy as np

from jax_network import jnp, linearized_hessian
from protocol import relative_error


class Hessian:
    """H(w) as a function of a vector or of the columns of a block; counts its products."""

    def __init__(self, at, apply, w):
        self.hessian, self.apply, self.products = at(w), apply, 0
        self.shape, self.dtype = (w.size, w.size), np.float64

    def __call__(self, block):
        columns = block.reshape(self.shape[0], -1)
        self.products += columns.shape[1]
        results = [np.asarray(self.apply(self.hessian, jnp.asarray(column))) for column in columns.T]
        return np.stack(results, axis=1).reshape(block.shape)


def with_hessian(problem, solve, most=None):
    """`follow` for a solver `solve(Hessian, start block) -> values, vectors`."""
    at, apply = linearized_hessian(problem)

    def step(w, start):
        hessian = Hessian(at, apply, w)
        values, vectors = solve(hessian, start)
        return values, vectors, hessian.products

    return follow(problem, step, most)


def follow(problem, step, most=None):
    """A run goes along the points (the leading `most`), each warm from the one before.

    `step(w, start) -> values, vectors, products`.
    """
    points = [jnp.asarray(w) for w in problem.array("points")[:most]]
    expected = problem.array("eigen4")[:most]
    cold = np.linalg.qr(np.random.default_rng(0).standard_normal((points[0].size, expected.shape[1])))[0]

    def run():
        start, results = cold, []
        for w in points:
            values, vectors, products = step(w, start.copy())  # some solvers overwrite their start
            order = np.argsort(values)[::-1]
            start = np.ascontiguousarray(vectors[:, order])
            results.append((values[order], start, products))
        return results

    results = run()
    at, apply = linearized_hessian(problem)
    residual = max(largest_residual(Hessian(at, apply, w), *r[:2]) for w, r in zip(points, results))
    facts = {
        "error": relative_error(np.stack([r[0] for r in results]), expected),
        "steps": len(points),
        "products": sum(r[2] for r in results) / len(points),
        "residual": residual,
    }
    return run, facts


def largest_residual(hessian, values, vectors):
    """`max |H u - lambda u| / |lambda_1|`."""
    vectors = vectors / np.linalg.norm(vectors, axis=0)
    return float(np.linalg.norm(hessian(vectors) - vectors * values, axis=0).max() / abs(values[0]))
