"""The comparison of the example as a Markdown document."""

import datetime
import os
import shlex
import sys

from curves import PROCESSES, SPLIT, difference_of_trace, differences, splits
from table import duration, processor, python, shown

TITLES = {"descent": "gradient descent", "gradient_flow": "gradient flow", "central_flow": "central flow"}

WHAT = """\
A network 8-16-16-1 with swish on 128 standard normal inputs and targets, {steps} steps of gradient descent, gradient flow and
the central flow, five eigenpairs followed along each to a residual of 1e-5. The public implementation's loss is twice ours, so
that its learning rate of 0.1 is 0.2 here: the same path. All start from the same exported weights. JAX's side is not that
implementation but a program written from the formulas in its manner, in its default precision f32 and in f64; ours computes
in f64. Compilation and first calls are not timed, writing the series is. Wall times mean something where the load average is
about the number of threads; processor times are little disturbed by other programs.

With *all pairs* the five pairs enter the complementarity problem at each of four substeps, as in the public implementation;
with *critical pairs* those above 1.95, as in this library by default, and the five eigenvalues are computed once a step."""

WHY = """\
Differences are the largest over the steps, relative to ours: of the loss; of the five eigenvalues, by the largest; of the
weights, by the distance moved; of tr Sigma, by its largest value. The edge is reached where the central flow has a covariance,
at step {onset}.

- Gradient descent is the same arithmetic: it differs by rounding, until oscillations at the edge amplify that to their own size.
- Gradient flow: JAX's side takes Euler substeps of at most 0.5 over the effective sharpness, so that below 0.5 it is gradient
  descent; ours is a third-order pair with error control.
- The central flow takes the same Euler substeps on both sides: what differs is the accuracy of eigenpairs and of the
  complementarity problem, which CVXOPT solves to its tolerance and ours to rounding, and with *critical pairs* the problem's size."""


def document(timings, args):
    rows = next(iter(timings.values()))
    versions = {row["peer"]: row["version"] for row in rows}
    references = [row for row in rows if row["peer"] == "centralflow"]
    peers = [row for row in rows if row["peer"] != "centralflow"]
    onset = references[0]["curves"].onset()
    lines = [
        "# The public JAX implementation's example",
        "",
        "Written by `benches/peers/example.py`, not by hand; [benches/peers](../benches/peers/README.md) says how.",
        "",
        WHAT.format(steps=args.steps),
        "",
        f"- Date: {datetime.date.today()}",
        f"- Machine: {processor()}, {os.cpu_count()} logical processors",
        f"- Versions: {', '.join(f'{name} {version}' for name, version in versions.items())}; Python {python(args)}",
        f"- Turns of each worker, one after the other: {args.repeats}; medians",
        f"- Again: `benches/peers/example.py {' '.join(map(shlex.quote, shown(sys.argv[1:])))}`",
    ]
    for threads, timed in timings.items():
        lines += ["", *timing(threads, timed)]
    lines += ["", "## The curves", "", WHY.format(onset=onset)]
    for peer in peers:
        for ours in references:
            lines += ["", *comparison(peer["curves"], ours["curves"], f"{name(peer)} and ours, {ours['variant']}")]
    lines += ["", *following(rows, args.steps)]
    return "\n".join(lines) + "\n"


def timing(threads, rows):
    ours = [row for row in rows if row["peer"] == "centralflow"]
    lines = [f"## Time, {threads} thread{'s' if threads > 1 else ''}", ""]
    lines += [f"Load average during the runs: {min(loads(rows)):.1f} to {max(loads(rows)):.1f}.", ""]
    titles = [f"{what}, over ours, {row['variant']}" for what in ["wall", "processor"] for row in ours]
    lines += [f"| who | how | wall time | processor time | {' | '.join(titles)} |"]
    lines += ["|---|---|--:|--:|" + "--:|" * (2 * len(ours))]
    for row in rows:
        ratios = [f"{row[time] / other[time]:.1f}" for time in ["median", "used"] for other in ours]
        start = f"| {name(row)} | {row['variant']} | {duration(row['median'])} | {duration(row['used'])} "
        lines.append(f"{start}| {' | '.join(ratios)} |")
    return lines


def loads(rows):
    return [load for row in rows for load in row["loads"]]


def name(row):
    return f"{row['peer']} {row['precision']}"


def comparison(theirs, ours, title):
    onset, steps = ours.onset(), len(ours.processes["descent"].loss)
    lines = [f"### {title}", "", "| process | steps | loss | eigenvalues | weights | tr Sigma |", "|---|---|--:|--:|--:|--:|"]
    for process in PROCESSES:
        a, b = theirs.processes[process], ours.processes[process]
        for when, span in [("before the edge", range(onset)), ("at the edge", range(onset, steps))]:
            cells = [f"{value:.1e}" for value in differences(a, b, span).values()]
            cells.append(f"{difference_of_trace(a, b, span):.1e}" if process == "central_flow" else "-")
            lines.append(f"| {TITLES[process]} | {when} | {' | '.join(cells)} |")
    shares = ", ".join(f"{share:.0e}" for share in SPLIT)
    found = ", ".join("never" if step is None else str(step) for step in splits(theirs.processes["descent"], ours.processes["descent"]))
    return [*lines, "", f"Gradient descent splits by more than {shares} of the distance moved at step {found}."]


def following(rows, steps):
    """How well each run's flows follow its own gradient descent."""
    last = steps - 2
    lines = ["### Flows and averaged gradient descent", ""]
    lines += [f"The distance at step {last}, as a share of the distance that gradient descent has moved:", ""]
    lines += ["| who | how | gradient flow | central flow |", "|---|---|--:|--:|"]
    for row in rows:
        shares = [f"{100 * row['curves'].followed(flow, last):.3g} %" for flow in PROCESSES[1:]]
        lines.append(f"| {name(row)} | {row['variant']} | {' | '.join(shares)} |")
    return lines
