"""The exported loss in JAX."""

import os

import jax

jax.config.update("jax_enable_x64", os.environ["PEERS_PRECISION"] == "f64")

import jax.numpy as jnp  # noqa: E402  (after the precision is chosen)
import numpy as np  # noqa: E402

ACTIVATIONS = {
    "tanh": jnp.tanh,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "silu": jax.nn.silu,
    "softplus": jax.nn.softplus,
}
DTYPES = {"f64": np.float64, "f32": np.float32}


def loss_of_layers(problem, precision):
    """`0.5 mean over examples of sum over outputs of (f - y)^2`, of [W, b, W, b, ...]."""
    inputs = jnp.asarray(problem.array("inputs", DTYPES[precision]))
    targets = jnp.asarray(problem.array("targets", DTYPES[precision]))
    activation = ACTIVATIONS[problem.header["activation"]]

    def loss(layers):
        x = inputs
        for i in range(0, len(layers), 2):
            x = x @ layers[i] + layers[i + 1]
            if i + 2 < len(layers):
                x = activation(x)
        return 0.5 * jnp.mean(jnp.sum((x - targets) ** 2, axis=1))

    return loss


def linearized_hessian(problem):
    """For eigen-solvers, on flat vectors: `at(w)` does the order-zero work, `apply(at(w), v)` is H v."""
    of_layers = loss_of_layers(problem, "f64")
    gradient = jax.grad(lambda w: of_layers(problem.layers(w)))
    at = jax.jit(lambda w: jax.linearize(gradient, w)[1])
    apply = jax.jit(lambda hessian, v: hessian(v))
    return at, apply
