"""JAX: forward over reverse, linearised gradients, vmap; derivatives of u'Hv; its own LOBPCG."""

import functools

import jax
import numpy as np

import eigen
from jax_network import DTYPES, jnp, linearized_hessian, loss_of_matrices
from protocol import flatten, relative_error, serve

HVPS = {"hvp1": 1, "hvp8": 8}
CONTRACTED = 4


def network(problem, precision):
    """The gradient as a function of the parameter matrices, the point, and the directions."""
    gradient = jax.grad(loss_of_matrices(problem, precision))
    on_device = functools.partial(jax.tree.map, jnp.asarray)
    w = on_device(problem.matrices(problem.array("point", DTYPES[precision])))
    u = [on_device(problem.matrices(row)) for row in problem.array("directions", DTYPES[precision])]
    return gradient, w, u


def timed(problem, work, compute):
    """Waits for the results of `compute`, a list of gradients; the first call compiles and is checked."""
    run = lambda: jax.block_until_ready(compute())  # noqa: E731
    answer = np.stack([flatten(row) for row in run()])
    return run, {"error": relative_error(answer, problem.array(work))}


def value_and_gradient(problem, work, precision):
    _, w, _ = network(problem, precision)
    f = jax.jit(jax.value_and_grad(loss_of_matrices(problem, precision)))
    return timed(problem, work, lambda: [f(w)[1]])


def jvp_of_gradient(problem, work, precision):
    gradient, w, u = network(problem, precision)
    f = jax.jit(lambda w, v: jax.jvp(gradient, (w,), (v,))[1])
    return timed(problem, work, lambda: [f(w, v) for v in u[: HVPS[work]]])


def vmap(problem, work, precision):
    gradient, w, u = network(problem, precision)
    block = jax.tree.map(lambda *rows: jnp.stack(rows), *u[: HVPS[work]])
    f = jax.jit(lambda w, block: jax.vmap(lambda v: jax.jvp(gradient, (w,), (v,))[1])(block))
    run = lambda: jax.block_until_ready(f(w, block))  # noqa: E731
    answer = run()
    rows = [flatten([np.asarray(part)[i] for part in answer]) for i in range(HVPS[work])]
    return run, {"error": relative_error(np.stack(rows), problem.array(work))}


def linearize(kept, problem, work, precision):
    gradient, w, u = network(problem, precision)
    at = jax.jit(lambda w: jax.linearize(gradient, w)[1])
    apply = jax.jit(lambda hessian, v: hessian(v))
    here = at(w) if kept else None

    def compute():
        hessian = here if kept else at(w)
        return [apply(hessian, v) for v in u[: HVPS[work]]]

    return timed(problem, work, compute)


def pairs(k):
    return [(i, j) for j in range(k) for i in range(j + 1)]


def inner(a, b):
    return sum(jnp.vdot(x, y) for x, y in zip(a, b))


def gradient_of_contraction(problem, work, precision):
    gradient, w, u = network(problem, precision)
    contraction = lambda w, a, b: inner(a, jax.jvp(gradient, (w,), (b,))[1])  # noqa: E731
    f = jax.jit(jax.grad(contraction))
    return timed(problem, work, lambda: [f(w, u[i], u[j]) for i, j in pairs(CONTRACTED)])


def gradient_of_forward(problem, work, precision):
    """The contraction by forward mode twice, so that only its gradient sweeps back."""
    loss = loss_of_matrices(problem, precision)
    _, w, u = network(problem, precision)
    along = lambda f, v: lambda w: jax.jvp(f, (w,), (v,))[1]  # noqa: E731
    f = jax.jit(lambda w, a, b: jax.grad(along(along(loss, b), a))(w))
    return timed(problem, work, lambda: [f(w, u[i], u[j]) for i, j in pairs(CONTRACTED)])


def linearized_hvp(problem, work, precision):
    """For each u_j the HVP linearised once, one at a time, applied to each u_i."""
    gradient, w, u = network(problem, precision)
    at = jax.jit(lambda w, v: jax.linearize(lambda w: jax.jvp(gradient, (w,), (v,))[1], w)[1])
    apply = jax.jit(lambda third, v: third(v))

    def contractions(j):
        third = at(w, u[j])
        return [apply(third, v) for v in u[: j + 1]]

    return timed(problem, work, lambda: [row for j in range(CONTRACTED) for row in contractions(j)])


def lobpcg(problem, _work, _precision):
    """jax.experimental's LOBPCG, warm from the previous point; one compilation for all points."""
    from jax.experimental.sparse.linalg import lobpcg_standard

    at, _ = linearized_hessian(problem)
    # A pair is converged once |r| < 10 n tol (|H u| + theta), about 20 n tol theta; we ask for |r| < 1e-6 theta_1.
    values = problem.array("eigen4")
    n = problem.array("point").size
    tolerance = problem.header["tolerance"] / (20 * n) * (values[:, 0] / values[:, -1]).min()

    @jax.jit
    def solve(w, start):
        hessian = at(w)
        product = lambda block: jax.lax.map(hessian, block.T).T  # noqa: E731
        return lobpcg_standard(product, start, m=200, tol=tolerance)

    def step(w, start):
        values, vectors, iterations = solve(w, start)
        # An iteration applies H to the basis of 3 k vectors and to the k Ritz vectors, which the start does, too.
        k = start.shape[1]
        return np.asarray(values), np.asarray(vectors), (4 * int(iterations) + 1) * k

    return eigen.follow(problem, step, most=20)  # a long trajectory would take it an hour


WORKS = {
    "gradient": {"jit value_and_grad": (False, value_and_gradient)},
    "hvp1": {
        "jvp of grad": (False, jvp_of_gradient),
        "linearize of grad": (True, functools.partial(linearize, True)),
    },
    "hvp8": {
        "linearize of grad, a loop": (True, functools.partial(linearize, True)),
        "linearize anew, a loop": (False, functools.partial(linearize, False)),
        "vmap of jvp of grad": (False, vmap),
    },
    "third4": {
        "grad of u'Hv, a loop": (False, gradient_of_contraction),
        "grad of jvp of jvp, a loop": (False, gradient_of_forward),
        "linearize of HVPs, a loop": (False, linearized_hvp),
    },
    "eigen4": {"lobpcg_standard": (False, lobpcg)},
}

serve("JAX", jax.__version__, WORKS)
