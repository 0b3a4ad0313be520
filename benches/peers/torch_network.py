"""The exported loss in PyTorch."""

import numpy as np
import torch
from torch.nn import functional

import torch_layers
from architectures import outputs

DTYPES = {"f64": np.float64, "f32": np.float32}


def mse(f, y):
    return 0.5 * ((f - y) ** 2).sum(dim=1).mean()


def cross_entropy(f, y):
    return functional.cross_entropy(f, y)


LOSSES = {"mse": mse, "cross_entropy": cross_entropy}


class Network:
    """The loss as a function of the parameter matrices, its point and the directions."""

    def __init__(self, problem, precision, layers=torch_layers):
        load = lambda name: torch.from_numpy(problem.array(name, DTYPES[precision]))  # noqa: E731
        self.layers, self.header, self.of_outputs = layers, problem.header, LOSSES[problem.header["loss"]]
        self.inputs, self.targets = load("inputs"), load("targets")
        self.w = [part.clone().requires_grad_() for part in problem.matrices(load("point"))]
        self.u = [[part.contiguous() for part in problem.matrices(row)] for row in load("directions")]

    def loss(self, matrices):
        """The mean over examples, and over positions with targets."""
        f = outputs(self.layers, self.header, matrices, self.inputs)
        return self.of_outputs(f, self.targets.reshape(f.shape))

    def gradient(self, graph):
        return torch.autograd.grad(self.loss(self.w), self.w, create_graph=graph)
