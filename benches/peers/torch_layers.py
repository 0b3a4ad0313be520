"""Layers in PyTorch; images are `examples x channels x rows x cols`, sequences `examples x times x cols`."""

import torch
from torch.nn import functional

ACTIVATIONS = {
    "tanh": torch.tanh,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "softplus": functional.softplus,
}


def constant(array, like):
    return torch.from_numpy(array).to(like.dtype)


def affine(x, weight, bias):
    return torch.addmm(bias, x, weight) if x.dim() == 2 else x @ weight + bias


def layer_norm(x, gain, shift, epsilon):
    return functional.layer_norm(x, x.shape[-1:], gain[0], shift[0], epsilon)


def rms_norm(x, gain, epsilon):
    return gain * x * torch.rsqrt((x * x).mean(-1, keepdim=True) + epsilon)


def group_norm(x, groups, gain, shift, epsilon):
    """Of as many successive channels of all pixels."""
    return functional.group_norm(x, groups, gain[0], shift[0], epsilon)


def attention(q, k, v, heads, causal):
    """`softmax(Q K' / sqrt(d)) V` of each head, d columns wide."""
    q, k, v = (x.unflatten(-1, (heads, -1)).swapaxes(1, 2) for x in (q, k, v))
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if causal:
        later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    return (scores.softmax(-1) @ v).swapaxes(1, 2).flatten(2)


def image(x):
    return x.permute(0, 3, 1, 2).contiguous()


def flatten(x):
    """Channels are innermost, as in the parameters."""
    return x.permute(0, 2, 3, 1).flatten(1)


def convolution(x, weight, kernel, stride, padding):
    """The weight is `(kernel kernel channels) x outputs`."""
    weight = weight.reshape(kernel, kernel, x.shape[1], -1).permute(3, 2, 0, 1)
    return functional.conv2d(x, weight, stride=stride, padding=padding)


def average_pool(x, side):
    return functional.avg_pool2d(x, side)


def zeros_before(x, times):
    return functional.pad(x, (0, 0, times, 0))


def lstm(inputs, weight, bias):
    """`a_t = inputs_t + h_{t-1} W + b` in blocks i, f, g, o; `c_t = s(f) c_{t-1} + s(i) tanh(g)`, `h_t = s(o) tanh(c_t)`."""
    h = c = inputs.new_zeros(len(inputs), len(weight))
    states = []
    for now in inputs.unbind(1):
        i, f, g, o = (now + torch.addmm(bias, h, weight)).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        states.append(h)
    return torch.stack(states, 1)


def scan(u, dt, b, c, logs):
    """`h_t[j, s] = exp(-dt_t[j] e^logs[j, s]) h_{t-1}[j, s] + dt_t[j] u_t[j] b_t[s]`, read as `sum_s h_t[j, s] c_t[s]`."""
    decay = torch.exp(-dt[..., None] * logs.exp())
    driven = (dt * u)[..., None] * b[:, :, None]
    h, states = 0, []
    for kept, new in zip(decay.unbind(1), driven.unbind(1)):
        h = kept * h + new
        states.append(h)
    return (torch.stack(states, 1) * c[:, :, None]).sum(-1)
