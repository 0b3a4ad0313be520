#!/usr/bin/env python3
"""Writes a fixture of src/objective/fixtures: a small network in JAX, with its derivatives to third order at a random point.

usage: PEERS_PRECISION=f64 fixtures.py resnet|transformer > FILE.json
"""

import json
import sys

import jax
import jax.numpy as jnp
import numpy as np

import jax_network  # noqa: F401  (it turns double precision on)
import jax_layers
from architectures import outputs

EXAMPLES, OUTPUTS = 3, 3
IMAGE = {"rows": 4, "cols": 4, "channels": 1, "positions": None}
SEQUENCE = {"rows": 5, "cols": 3, "channels": 1, "positions": [2, 5]}
RESNET = {"channels": [2, 4], "blocks": 1, "groups": 2, "pool": 2, "activation": "gelu"}
TRANSFORMER = {"width": 4, "depth": 2, "heads": 2, "hidden": 5, "activation": "gelu", "norm": "after"}
# Kind: what a suite file says of it, the task, the loss, and the shapes of its parameters in order.
NETWORKS = {
    "resnet": (
        RESNET,
        IMAGE,
        "cross_entropy",
        # The first convolution; a block; one that halves the image, with its shortcut; the outputs.
        [(9, 2), (18, 2), (1, 2), (1, 2), (18, 2), (1, 2), (1, 2)]
        + [(18, 4), (1, 4), (1, 4), (36, 4), (1, 4), (1, 4), (18, 4), (1, 4), (1, 4), (4, OUTPUTS), (1, OUTPUTS)],
    ),
    "transformer": (
        TRANSFORMER,
        SEQUENCE,
        "mse",
        [(3, 4)] + 2 * (4 * [(4, 4), (1, 4)] + 2 * [(1, 4)] + [(4, 5), (1, 5), (5, 4), (1, 4)] + 2 * [(1, 4)]) + [(4, OUTPUTS), (1, OUTPUTS)],
    ),
}


def fixture(kind):
    entry, task, loss_kind, shapes = NETWORKS[kind]
    rng = np.random.default_rng(5)
    p = sum(rows * cols for rows, cols in shapes)
    answers = EXAMPLES * (1 if task["positions"] is None else task["positions"][1] - task["positions"][0])
    inputs = rng.normal(size=(EXAMPLES, task["rows"] * task["cols"]))
    targets = np.eye(OUTPUTS)[rng.integers(OUTPUTS, size=answers)]
    w, u, v = (scale * rng.normal(size=p) for scale in (0.5, 1, 1))
    u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
    header = {"model": {kind: entry}, "task": task}

    def loss(w):
        cuts = np.cumsum([rows * cols for rows, cols in shapes])
        matrices = [part.reshape(shape) for part, shape in zip(jnp.split(w, cuts[:-1]), shapes)]
        return jax_network.LOSSES[loss_kind](outputs(jax_layers, header, matrices, jnp.asarray(inputs)), targets)

    gradient = jax.grad(loss)

    def product(a):
        return lambda w: jax.jvp(gradient, (w,), (jnp.asarray(a),))[1]

    def third(a, b):
        return jax.jvp(product(b), (jnp.asarray(w),), (jnp.asarray(a),))[1]

    arrays = {
        "inputs": inputs,
        "targets": targets,
        "w": w,
        "u": u,
        "v": v,
        "gradient": gradient(w),
        "hessian_u": product(u)(w),
        "hessian_v": product(v)(w),
        "third_uu": third(u, u),
        "third_uv": third(u, v),
        "third_vv": third(v, v),
    }
    numbers = {name: np.asarray(array, dtype=float).ravel().tolist() for name, array in arrays.items()}
    return {"network": kind, "loss_kind": loss_kind, "examples": EXAMPLES, "loss": float(loss(w)), **numbers}


if __name__ == "__main__":
    json.dump(fixture(sys.argv[1]), sys.stdout)
