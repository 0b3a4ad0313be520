#!/usr/bin/env python3
"""Times the same work here and in the peers, alternately, and writes a table (README.md tells how)."""

import argparse
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path

import table
import workers

DERIVATIVES = ["gradient", "hvp1", "hvp8", "third4"]
SDCP = ["sdcp1", "sdcp2", "sdcp4", "sdcp8"]
# The relative error beyond which an answer counts as wrong, in this order: derivatives (rounding), eigenvalues
# (squares of residuals of 1e-6, with room), complementarity (CVXOPT's default tolerances leave 1e-4).
WRONG = {"f64": 1e-10, "f32": 1e-3, "eigen4": 1e-8, "sdcp": 1e-3}
# The largest residual of eigenpairs, where 1e-6 is asked for.
RESIDUAL = 2e-6
# Turns that even the budget leaves.
LEAST = 3
# Seconds before a turn: idle threads of some pools (JAX's for a tenth of a second) keep a processor busy until they sleep.
PAUSE = 0.25
# Seconds of unmeasured runs after it: processors, too, wake up slowly.
WARM_UP = 0.1
# Runs of matrix products, unmeasured and measured, that tell what the processor has to offer.
PRODUCTS = 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the Python that has the peers (default: this one)")
    parser.add_argument("--problems", nargs="+", default=["P1", "P2", "P3", "P4", "P5", "sdcp"], help="default: %(default)s")
    parser.add_argument("--precisions", nargs="+", default=["f64", "f32"], choices=["f64", "f32"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], help="default: %(default)s")
    parser.add_argument("--works", nargs="+", default=[*DERIVATIVES, "eigen4", *SDCP], help="default: all")
    parser.add_argument("--peers", nargs="+", default=list(workers.PEERS), choices=list(workers.PEERS))
    parser.add_argument("--steps", type=int, default=10, help="points of the trajectory of eigen4 (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=21, help="turns of each worker (default: %(default)s)")
    parser.add_argument(
        "--budget", type=float, default=120, help="seconds after which a work gets no more turns (default: %(default)s)"
    )
    parser.add_argument("--output", type=Path, default=workers.ROOT / "docs" / "peers.md")
    return parser.parse_args()


def main():
    args = arguments()
    args.output.parent.mkdir(parents=True, exist_ok=True)
    say("building our worker")
    executable = workers.build()
    tables, missing, versions = [], {}, {}
    with tempfile.TemporaryDirectory() as directory:
        names = export(executable, args, Path(directory))
        for precision in args.precisions:
            for threads in args.threads:
                running, absent = workers.start(executable, args.python, args.peers, threads, precision)
                missing.update(absent)
                versions.update({hello["peer"]: hello["version"] for _, hello in running})
                rate = rate_of_products(running[0][0], precision)
                # Nothing in a complementarity problem is large enough for a second thread.
                for problem in [name for name in args.problems if name != "sdcp" or threads == min(args.threads)]:
                    rows = compare(running, problem, precision, threads, args, Path(directory))
                    if rows:
                        entry = {"title": names[problem], "precision": precision, "threads": threads, "rate": rate}
                        tables.append(entry | {"rows": rows})
                        # After each table, so that an interrupted run is not lost.
                        args.output.write_text(table.document(tables, versions, missing, args))
                for worker, _ in running:
                    worker.stop()
    say(f"written: {args.output}")


def export(executable, args, directory):
    """Lets our worker write the problems; returns their full names."""
    worker = workers.Worker("centralflow", [executable, "serve"], max(args.threads), "f64")
    names = {name.split()[0]: name for name in worker.ask({"hello": {}})["problems"]}
    names["sdcp"] = "sdcp: random complementarity problems of order k"
    for problem in args.problems:
        if problem not in names:
            raise workers.WorkerError(f"no problem {problem}; there are {', '.join(names)}")
        say(f"exporting {names[problem]}")
        works = [work for work in args.works if belongs(work, problem, "f64")]
        worker.ask({"export": {"problem": problem, "works": works, "steps": args.steps, "directory": str(directory / problem)}})
    worker.stop()
    return names


def rate_of_products(worker, precision):
    """The multiply-adds a second of our own matrix products, where they fit the caches: the best of some runs."""
    request = {"problem": "peak", "precision": precision, "work": "peak", "variant": "matrix product"}
    answer = worker.ask({"run": request | {"directory": "", "unmeasured": PRODUCTS, "repeats": PRODUCTS}})
    return answer["facts"]["multiply_adds"] / min(answer["seconds"])


def belongs(work, problem, precision):
    """Eigenpairs of P2 and complementarity are compared in double precision only."""
    if problem == "sdcp" or work.startswith("sdcp"):
        return problem == "sdcp" and work in SDCP and precision == "f64"
    return work in DERIVATIVES or (work, problem, precision) == ("eigen4", "P2", "f64")


def compare(running, problem, precision, threads, args, directory):
    """The rows of one table, work by work: all variants are prepared and checked, then timed in turns."""
    table_rows = []
    for work in [work for work in args.works if belongs(work, problem, precision)]:
        say(f"{problem} {precision} {threads} threads: {work}")
        rows = []
        for worker, hello in running:
            for variant, kept in hello["works"].get(work, []):
                request = {"problem": problem, "precision": precision, "work": work, "variant": variant}
                request |= {"directory": str(directory / problem), "unmeasured": 0, "repeats": 0}
                row = {"work": work, "peer": hello["peer"], "variant": variant, "kept": kept, "seconds": []}
                rows.append(row | {"worker": worker, "request": request})
        for row in rows:
            prepare(row, precision)
        take_turns([row for row in rows if row["state"] == "right"], args)
        table_rows += rows
    for row in table_rows:
        row["median"] = statistics.median(row["seconds"]) if row["seconds"] else None
    return table_rows


def prepare(row, precision):
    """Compiles, warms up and checks the answer."""
    try:
        row["facts"] = row["worker"].ask({"run": row["request"]})["facts"]
    except workers.WorkerError as error:
        if row["peer"] == "centralflow":
            raise
        row["state"], row["facts"] = str(error), {}
        return
    limit = WRONG.get(row["work"].rstrip("0123456789"), WRONG.get(row["work"], WRONG[precision]))
    right = row["facts"]["error"] <= limit and row["facts"].get("residual", 0) <= RESIDUAL
    row["state"] = "right" if right else "WRONG"
    if not right:
        say(f"WRONG: {row['peer']}, {row['variant']}: {row['facts']}")


def take_turns(rows, args):
    """Round after round, every row once, until the repeats are done or the budget is spent."""
    start = time.monotonic()
    for turn in range(args.repeats):
        if turn >= LEAST and time.monotonic() - start > args.budget:
            say(f"the budget is spent after {turn} turns")
            return
        for row in rows:
            take_turn(row)


def take_turn(row):
    """A pause, some unmeasured runs (none if long), one measured."""
    time.sleep(PAUSE)
    last = row["seconds"][-1] if row["seconds"] else WARM_UP
    long = last > 1 or row["work"] == "eigen4"
    request = row["request"] | {"unmeasured": 0 if long else math.ceil(WARM_UP / last), "repeats": 1}
    row["seconds"] += row["worker"].ask({"run": request})["seconds"]


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except workers.WorkerError as error:
        sys.exit(f"error: {error}")
