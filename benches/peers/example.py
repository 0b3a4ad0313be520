#!/usr/bin/env python3
"""Runs the public JAX implementation's example here and as that implementation does, alternately (README.md tells how)."""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import example_table
import workers
from curves import Curves

PROBLEM, WORK = "example", "example"
PEER = workers.HERE / "jax_example.py"
# The relative error of the gradient at the start beyond which a worker has another loss.
WRONG = {"f64": 1e-10, "f32": 1e-3}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the Python that has JAX and cvxpy (default: this one)")
    parser.add_argument("--precisions", nargs="+", default=["f32", "f64"], choices=["f64", "f32"], help="of JAX; ours is f64")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], help="default: %(default)s")
    parser.add_argument("--steps", type=int, default=1000, help="default: %(default)s")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each worker (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=workers.ROOT / "docs" / "example.md")
    return parser.parse_args()


def main():
    args = arguments()
    say("building our worker")
    executable = workers.build()
    timings = {}
    with tempfile.TemporaryDirectory() as directory:
        export(executable, args.steps, directory)
        for threads in args.threads:
            rows = start(executable, args, threads, directory)
            for turn in range(args.repeats):
                say(f"{threads} threads: turn {turn + 1} of {args.repeats}")
                for row in rows:
                    take_turn(row, Path(directory))
            for worker in {row["worker"] for row in rows}:
                worker.stop()
            for row in rows:
                row["median"], row["used"] = statistics.median(row["seconds"]), statistics.median(row["processor"])
            timings[threads] = rows
    args.output.write_text(example_table.document(timings, args))
    say(f"written: {args.output}")


def export(executable, steps, directory):
    worker = workers.Worker("centralflow", [executable, "serve"], 1, "f64")
    request = {"problem": PROBLEM, "works": ["gradient", WORK], "steps": steps, "directory": directory}
    worker.ask({"export": request})
    worker.stop()


def start(executable, args, threads, directory):
    """A row each worker and variant, compiled and warm."""
    commands = [("centralflow", [executable, "serve"], "f64")]
    commands += [("JAX", [args.python, str(PEER)], precision) for precision in args.precisions]
    rows = []
    for name, command, precision in commands:
        worker = workers.Worker(name, command, threads, precision)
        hello = worker.ask({"hello": {}})
        for variant, _ in hello["works"][WORK]:
            request = {"problem": PROBLEM, "precision": precision, "work": WORK, "variant": variant}
            request |= {"directory": directory, "unmeasured": 0, "repeats": 0}
            error = worker.ask({"run": request})["facts"]["error"]
            if error > WRONG[precision]:
                raise workers.WorkerError(f"{name}, {precision}: the gradient at the start differs by {error}")
            row = {"peer": name, "version": hello["version"], "variant": variant, "precision": precision}
            rows.append(row | {"worker": worker, "request": request, "seconds": [], "processor": [], "loads": []})
    return rows


def take_turn(row, directory):
    """One run; what it leaves behind is the same each time, so that the last one's curves are kept."""
    worker = row["worker"]
    before = worker.processor_seconds()
    row["seconds"] += worker.ask({"run": row["request"] | {"repeats": 1}})["seconds"]
    row["processor"].append(worker.processor_seconds() - before)
    row["loads"].append(os.getloadavg()[0])
    row["curves"] = Curves.read(directory)


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except workers.WorkerError as error:
        sys.exit(f"error: {error}")
