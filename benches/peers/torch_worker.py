"""PyTorch on the CPU: double and triple backward, over a kept graph or anew, batched, and torch.func."""

import functools
import os

import numpy as np
import torch

import torch_elementary_layers
from protocol import flatten, relative_error, serve
from torch_network import Network

torch.set_num_threads(int(os.environ["PEERS_THREADS"]))

HVPS = {"hvp1": 1, "hvp8": 8}
CONTRACTED = 4


def timed(problem, work, compute):
    """Checks the results of `compute`, a list of gradients."""
    rows = [flatten([part.detach() for part in row]) for row in compute()]
    return compute, {"error": relative_error(np.stack(rows), problem.array(work))}


def gradient(problem, work, precision):
    net = Network(problem, precision)
    return timed(problem, work, lambda: [net.gradient(False)])


def hvp(kept, problem, work, precision):
    net = Network(problem, precision)
    here = net.gradient(True) if kept else None

    def compute():
        g = here if kept else net.gradient(True)
        return [torch.autograd.grad(g, net.w, v, retain_graph=True) for v in net.u[: HVPS[work]]]

    return timed(problem, work, compute)


def unstacked(block, count):
    return [[part[i] for part in block] for i in range(count)]


def hvp_batched(problem, work, precision):
    net = Network(problem, precision)
    g = net.gradient(True)
    count = HVPS[work]
    block = [torch.stack(parts) for parts in zip(*net.u[:count])]

    def compute():
        return unstacked(torch.autograd.grad(g, net.w, block, retain_graph=True, is_grads_batched=True), count)

    return timed(problem, work, compute)


def hvp_vmap(problem, work, precision):
    net = Network(problem, precision)
    count = HVPS[work]
    w = tuple(part.detach() for part in net.w)
    block = tuple(torch.stack(parts) for parts in zip(*net.u[:count]))
    gradient = torch.func.grad(net.loss)
    hvps = torch.func.vmap(lambda *v: torch.func.jvp(gradient, (w,), (v,))[1])
    return timed(problem, work, lambda: unstacked(hvps(*block), count))


def contractions(net, g, j):
    """H u_j with its graph, whose gradients along each u_i up to u_j are the contractions; the graph goes before the next one comes."""
    hu = torch.autograd.grad(g, net.w, net.u[j], create_graph=True)
    return [torch.autograd.grad(hu, net.w, u, retain_graph=True) for u in net.u[: j + 1]]


def third_order(kept, problem, work, precision):
    net = Network(problem, precision, torch_elementary_layers)
    here = net.gradient(True) if kept else None

    def compute():
        g = here if kept else net.gradient(True)
        return [row for j in range(CONTRACTED) for row in contractions(net, g, j)]

    return timed(problem, work, compute)


WORKS = {
    "gradient": {"forward and backward": (False, gradient)},
    "hvp1": {
        "double backward": (False, functools.partial(hvp, False)),
        "double backward, kept graph": (True, functools.partial(hvp, True)),
    },
    "hvp8": {
        "double backward, a loop": (False, functools.partial(hvp, False)),
        "kept graph, a loop": (True, functools.partial(hvp, True)),
        "kept graph, batched": (True, hvp_batched),
        "func.vmap of jvp of grad": (False, hvp_vmap),
    },
    "third4": {
        "triple backward, a loop": (False, functools.partial(third_order, False)),
        "kept graph, a loop": (True, functools.partial(third_order, True)),
    },
}

serve("PyTorch", torch.__version__, WORKS)
