"""The worker's side: a JSON request a line on stdin, a JSON answer a line on stdout (see README.md)."""

import gc
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

# The answers go to the real stdout; whatever a library prints goes to stderr.
_answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


class Problem:
    """An exported problem: the header's entries, and its arrays by name in double precision."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.header = json.loads((self.directory / "header.json").read_text())

    def array(self, name, dtype=np.float64):
        data = np.fromfile(self.directory / f"{name}.bin", dtype="<f8")
        return data.reshape(self.header["arrays"][name]).astype(dtype)

    def matrices(self, flat):
        """Cuts vectors (the last axis) into the parameter matrices, `rows x cols` each."""
        parts = []
        for parameter in self.header["parameters"]:
            offset, shape = parameter["offset"], (parameter["rows"], parameter["cols"])
            size = shape[0] * shape[1]
            parts.append(flat[..., offset : offset + size].reshape(flat.shape[:-1] + shape))
        return parts


def flatten(parts):
    """The inverse of Problem.matrices, without leading axes."""
    return np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in parts])


def relative_error(answer, expected):
    """|a - b| / |b|."""
    answer = np.asarray(answer, dtype=np.float64).reshape(expected.shape)
    return float(np.linalg.norm(answer - expected) / np.linalg.norm(expected))


def serve(peer, version, works):
    """Answers until stdin ends.

    `works` maps a work to its variants, and a variant's name to `(kept, prepare)`: whether the order-zero work
    at the point is kept between runs, and a function `(Problem, work, precision) -> (run, facts)`, where `run()`
    is what is timed and `facts` has at least the relative `error` of the answer.
    """
    offered = {work: [[name, kept] for name, (kept, _) in variants.items()] for work, variants in works.items()}
    prepared = {}
    for line in sys.stdin:
        try:
            kind, request = next(iter(json.loads(line).items()))
            if kind == "hello":
                answer = {"peer": peer, "version": version, "works": offered}
            else:
                answer = _run(request, works, prepared)
        except Exception as error:  # whatever a library raises is the driver's to report
            answer = {"failure": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=_answers, flush=True)


def _run(request, works, prepared):
    key = tuple(request[name] for name in ["problem", "precision", "work", "variant"])
    if key not in prepared:
        for other in [other for other in prepared if other[0] != key[0]]:
            del prepared[other]
        _, prepare = works[request["work"]][request["variant"]]
        prepared[key] = prepare(Problem(request["directory"]), request["work"], request["precision"])
        gc.collect()
        gc.freeze()
    run, facts = prepared[key]
    for _ in range(request["unmeasured"]):
        run()
    seconds = []
    for _ in range(request["repeats"]):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "facts": facts}
