"""Running tests and `verify` with a slip on, under a time limit."""

import json
import os
import queue
import re
import signal
import subprocess
import threading
import time

from scratch import SWITCH

# To list tests.
SECONDS = 60


class Run:
    """A process that is ended by a timeout, or as soon as a line of its output is one to stop at."""

    def __init__(self, command, folder, slip, timeout, stop=lambda line: False):
        environment = dict(os.environ, INSTA_UPDATE="no", RUST_BACKTRACE="0")
        environment.pop(SWITCH, None)
        if slip:
            environment[SWITCH] = slip
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True, errors="replace", start_new_session=True)
        lines = queue.Queue()
        threading.Thread(target=lambda: [*map(lines.put, process.stdout), lines.put(None)], daemon=True).start()
        self.lines, self.hung, stopped = [], False, False
        while not stopped:
            try:
                line = lines.get(timeout=max(0.1, began + timeout - time.monotonic()))
            except queue.Empty:
                self.hung = True
                break
            if line is None:
                break
            self.lines.append(line.rstrip("\n"))
            stopped = stop(line)
        if stopped or self.hung:
            os.killpg(process.pid, signal.SIGKILL)
        self.code = process.wait()
        self.seconds = time.monotonic() - began
        self.crashed = None if stopped or self.hung or self.code >= 0 else signal.Signals(-self.code).name


def failed_test(line):
    """The name of the test that a line of output tells to have failed."""
    match = re.match(r"test (.+?) +\.\.\. FAILED", line)
    return match and match.group(1)


def run_tests(program, chosen, trial, timeout):
    """What notices among the tests of a program that these arguments choose."""
    run = Run([program, *chosen], trial.folder, trial.slip, timeout, lambda line: trial.first and failed_test(line))
    noticed = [name for name in map(failed_test, run.lines) if name]
    if run.hung:
        noticed.append("a hang")
    if run.crashed:
        noticed.append(f"a crash ({run.crashed})")
    if not noticed and run.code:
        noticed.append(f"exit code {run.code}")
    return noticed, run.seconds


def listed(program, folder):
    """The names of the tests of a program."""
    run = Run([program, "--list"], folder, None, SECONDS)
    ignored = Run([program, "--list", "--ignored"], folder, None, SECONDS)
    names = [[line.removesuffix(": test") for line in r.lines if line.endswith(": test")] for r in (run, ignored)]
    return [name for name in names[0] if name not in names[1]]


def judged(program, suite, folder, slip, timeout):
    """The rows of `verify` by name, or what went wrong, and how long it took."""
    run = Run([program, "verify", suite, "--format", "json"], folder, slip, timeout)
    if run.hung:
        return None, "a hang", run
    if run.crashed:
        return None, f"a crash ({run.crashed})", run
    try:
        told = json.loads("\n".join(run.lines))
        runs = lambda row: f"seed{row['seed']}" if "seed" in row else "pooled"  # noqa: E731
        rows = {f"{row['experiment']}::{runs(row)}::{row['prediction']}": row for row in told["verdicts"]}
    except (ValueError, KeyError, TypeError) as error:
        return None, f"no verdicts in JSON ({type(error).__name__} {error}; exit code {run.code})", run
    return rows, None, run


def passes(row):
    """Whether the claim of a row holds and its control is violated."""
    return row["verdict"] == "holds" and row["control"]["verdict"] == "violated"


def unlike(row, before):
    """How a row that passed without the slip does not pass with it."""
    try:
        claim, control = row["verdict"], row["control"]["verdict"]
    except (KeyError, TypeError):
        return " (malformed)"
    return f" ({claim})" if claim != before["verdict"] else f" (control {control})"


class Trial:
    """One slip, and how thoroughly it is tried."""

    def __init__(self, slip, folder, first):
        self.slip, self.folder, self.first = slip, folder, first
