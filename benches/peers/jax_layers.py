"""Layers in JAX; images are `examples x rows x cols x channels`, sequences `examples x times x cols`."""

import jax
import jax.numpy as jnp

ACTIVATIONS = {
    "tanh": jnp.tanh,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "silu": jax.nn.silu,
    "softplus": jax.nn.softplus,
}


def constant(array, like):
    return jnp.asarray(array, like.dtype)


def affine(x, weight, bias):
    return x @ weight + bias


def layer_norm(x, gain, shift, epsilon):
    centred = x - x.mean(-1, keepdims=True)
    return rms_norm(centred, gain, epsilon) + shift


def rms_norm(x, gain, epsilon):
    return gain * x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + epsilon)


def group_norm(x, groups, gain, shift, epsilon):
    """Of as many successive channels of all pixels."""
    grouped = x.reshape(*x.shape[:3], groups, -1)
    centred = grouped - grouped.mean((1, 2, 4), keepdims=True)
    variance = (centred * centred).mean((1, 2, 4), keepdims=True)
    return gain * (centred * jax.lax.rsqrt(variance + epsilon)).reshape(x.shape) + shift


def attention(q, k, v, heads, causal):
    """`softmax(Q K' / sqrt(d)) V` of each head, d columns wide."""
    q, k, v = (x.reshape(*x.shape[:2], heads, -1) for x in (q, k, v))
    scores = jnp.einsum("nihd,njhd->nhij", q, k) / q.shape[-1] ** 0.5
    if causal:
        scores = jnp.where(jnp.tri(scores.shape[-1], dtype=bool), scores, -jnp.inf)
    seen = jnp.einsum("nhij,njhd->nihd", jax.nn.softmax(scores), v)
    return seen.reshape(*seen.shape[:2], -1)


def image(x):
    return x


def flatten(x):
    return x.reshape(len(x), -1)


def convolution(x, weight, kernel, stride, padding):
    """The weight is `(kernel kernel channels) x outputs`."""
    weight = weight.reshape(kernel, kernel, x.shape[-1], -1)
    padding, names = 2 * [(padding, padding)], ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(x, weight, (stride, stride), padding, dimension_numbers=names)


def average_pool(x, side):
    n, rows, cols, channels = x.shape
    return x.reshape(n, rows // side, side, cols // side, side, channels).mean((2, 4))


def zeros_before(x, times):
    return jnp.pad(x, ((0, 0), (times, 0), (0, 0)))


def lstm(inputs, weight, bias):
    """`a_t = inputs_t + h_{t-1} W + b` in blocks i, f, g, o; `c_t = s(f) c_{t-1} + s(i) tanh(g)`, `h_t = s(o) tanh(c_t)`."""
    zero = jnp.zeros((len(inputs), len(weight)), inputs.dtype)

    def step(state, inputs):
        h, c = state
        i, f, g, o = jnp.split(inputs + h @ weight + bias, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    return jax.lax.scan(step, (zero, zero), inputs.swapaxes(0, 1))[1].swapaxes(0, 1)


def scan(u, dt, b, c, logs):
    """`h_t[j, s] = exp(-dt_t[j] e^logs[j, s]) h_{t-1}[j, s] + dt_t[j] u_t[j] b_t[s]`, read as `sum_s h_t[j, s] c_t[s]`."""
    rates = jnp.exp(logs)

    def step(h, now):
        u, dt, b, c = now
        h = jnp.exp(-dt[..., None] * rates) * h + (dt * u)[..., None] * b[:, None]
        return h, jnp.einsum("njs,ns->nj", h, c)

    zero = jnp.zeros((len(u), *logs.shape), u.dtype)
    return jax.lax.scan(step, zero, [x.swapaxes(0, 1) for x in (u, dt, b, c)])[1].swapaxes(0, 1)
