"""What a run of the example leaves behind, and how far two runs are apart."""

import json
from array import array
from dataclasses import dataclass
from math import dist
from pathlib import Path

PROCESSES = ["descent", "gradient_flow", "central_flow"]
# Shares of the distance moved at which weights count as split.
SPLIT = [1e-10, 1e-6, 1e-2]


@dataclass
class Process:
    """Series with an entry a step."""

    loss: list
    eigenvalues: list
    weights: list
    trace: list  # of Sigma; of the central flow only

    def moved(self, step):
        return dist(self.weights[step], self.weights[0])


@dataclass
class Curves:
    """All processes of a run by name."""

    processes: dict

    @staticmethod
    def read(directory):
        header = json.loads((Path(directory) / "header.json").read_text())
        pairs, steps = header["example"]["pairs"], header["example"]["steps"]
        return Curves({name: read_process(Path(directory) / f"{name}.bin", pairs, steps) for name in PROCESSES})

    def onset(self):
        """The first step at which the central flow has a covariance; the number of steps if there is none."""
        trace = self.processes["central_flow"].trace
        return next((step for step, value in enumerate(trace) if value > 1e-9), len(trace))

    def averaged(self, step):
        """The second-order midpoint of gradient descent."""
        w = self.processes["descent"].weights
        return [(2 * b + a + c) / 4 for a, b, c in zip(w[step - 1], w[step], w[step + 1])]

    def followed(self, name, step):
        """The distance of a flow to averaged gradient descent, as a share of the distance that the latter has moved."""
        averaged = self.averaged(step)
        return dist(self.processes[name].weights[step], averaged) / dist(averaged, self.processes["descent"].weights[0])


def read_process(path, pairs, steps):
    numbers = array("d")
    numbers.frombytes(path.read_bytes())
    width = len(numbers) // steps
    rows = [numbers[i * width : (i + 1) * width].tolist() for i in range(steps)]
    ends = pairs + 1 + (path.stem == "central_flow")
    return Process(
        loss=[row[0] for row in rows],
        eigenvalues=[row[1 : pairs + 1] for row in rows],
        weights=[row[ends:] for row in rows],
        trace=[row[pairs + 1] for row in rows],
    )


def differences(theirs, ours, steps):
    """The largest difference of each quantity of a process over the steps, relative to ours."""
    worst = lambda difference: max(map(difference, steps), default=float("nan"))  # noqa: E731
    return {
        "loss": worst(lambda t: abs(theirs.loss[t] - ours.loss[t]) / abs(ours.loss[t])),
        "eigenvalues": worst(lambda t: gap(theirs.eigenvalues[t], ours.eigenvalues[t]) / ours.eigenvalues[t][0]),
        "weights": worst(lambda t: dist(theirs.weights[t], ours.weights[t]) / ours.moved(t) if t else 0.0),
    }


def difference_of_trace(theirs, ours, steps):
    """Relative to the largest trace: the trace starts at zero."""
    largest = max(ours.trace)
    return max((abs(theirs.trace[t] - ours.trace[t]) for t in steps), default=0.0) / largest if largest else 0.0


def gap(a, b):
    return max(abs(x - y) for x, y in zip(a, b))


def splits(theirs, ours):
    """For each share of `SPLIT` the first step at which weights differ by more, or None."""

    def first(share):
        steps = range(1, len(ours.weights))
        return next((t for t in steps if dist(theirs.weights[t], ours.weights[t]) > share * ours.moved(t)), None)

    return [first(share) for share in SPLIT]
