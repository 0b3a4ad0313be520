"""The exported loss in JAX."""

import os

import jax

jax.config.update("jax_enable_x64", os.environ["PEERS_PRECISION"] == "f64")

import jax.numpy as jnp  # noqa: E402  (after the precision is chosen)
import numpy as np  # noqa: E402

import jax_layers  # noqa: E402
from architectures import outputs  # noqa: E402

DTYPES = {"f64": np.float64, "f32": np.float32}


def mse(f, y):
    return 0.5 * jnp.mean(jnp.sum((f - y) ** 2, axis=1))


def cross_entropy(f, y):
    return jnp.mean(jax.nn.logsumexp(f, axis=1) - jnp.sum(f * y, axis=1))


LOSSES = {"mse": mse, "cross_entropy": cross_entropy}


def loss_of_matrices(problem, precision):
    """The mean over examples, and over positions with targets, as a function of the parameter matrices."""
    inputs, targets = (jnp.asarray(problem.array(name, DTYPES[precision])) for name in ("inputs", "targets"))
    of_outputs = LOSSES[problem.header["loss"]]

    def loss(matrices):
        f = outputs(jax_layers, problem.header, matrices, inputs)
        return of_outputs(f, targets.reshape(f.shape))

    return loss


def linearized_hessian(problem):
    """For eigen-solvers, on flat vectors: `at(w)` does the order-zero work, `apply(at(w), v)` is H v."""
    of_matrices = loss_of_matrices(problem, "f64")
    gradient = jax.grad(lambda w: of_matrices(problem.matrices(w)))
    at = jax.jit(lambda w: jax.linearize(gradient, w)[1])
    apply = jax.jit(lambda hessian, v: hessian(v))
    return at, apply
