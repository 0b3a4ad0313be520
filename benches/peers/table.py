"""The comparison as a Markdown document."""

import datetime
import os
import shlex
import subprocess
import sys
from pathlib import Path

WORKS = {
    "gradient": "loss and gradient",
    "hvp1": "1 HVP",
    "hvp8": "8 HVPs",
    "third4": "10 third-order contractions of 4 directions",
    "eigen4": "4 eigenpairs, a step",
    "sdcp1": "complementarity, k = 1",
    "sdcp2": "complementarity, k = 2",
    "sdcp4": "complementarity, k = 4",
    "sdcp8": "complementarity, k = 8",
}


def document(tables, versions, missing, args):
    lines = [
        "# Beside JAX, PyTorch, SciPy, PRIMME and cvxpy",
        "",
        "Written by `benches/peers/compare.py`, not by hand; [benches/peers](../benches/peers/README.md) says what is compared and how.",
        "",
        f"- Date: {datetime.date.today()}",
        f"- Machine: {processor()}, {os.cpu_count()} logical processors",
        f"- Versions: {', '.join(f'{name} {version}' for name, version in versions.items())}; Python {python(args)}",
        f"- Turns of each worker: at most {args.repeats}, one run each; medians",
        f"- Again: `benches/peers/compare.py {' '.join(map(shlex.quote, shown(sys.argv[1:])))}`",
    ]
    lines += [f"- Left out: {name} ({reason})" for name, reason in missing.items()]
    lines += [
        "",
        "Ratios are to our median of the same work under the same rule: at a *kept* point what depends on the point alone is",
        "computed before the clock starts, at a *new* point within. Above 1, ours is faster. The error is relative, against our",
        "answer in double precision; for eigenpairs it is that of the eigenvalues, for complementarity the violation of the",
        "conditions. The limit is the multiply-adds of the network's matrix products that our algorithm needs for the work, over the",
        "rate of our matrix products where they fit the caches, measured in the same run.",
    ]
    for entry in tables:
        lines += ["", *section(entry)]
    return "\n".join(lines) + "\n"


def section(entry):
    threads = "1 thread" if entry["threads"] == 1 else f"{entry['threads']} threads"
    eigen = [row for row in entry["rows"] if row["work"] == "eigen4"]
    others = [row for row in entry["rows"] if row["work"] != "eigen4"]
    lines = [f"## {entry['title']}, {entry['precision']}, {threads}"]
    if others:
        lines += ["", "| work | point | who | how | median | limit | ratio to ours | error |"]
        lines += ["|---|---|---|---|--:|--:|--:|--:|"]
        lines += [derivative(row, others, entry["rate"]) for row in others]
    if eigen:
        lines += ["", trajectory(eigen[0]["facts"])]
        lines += ["", "| who | how | steps | a step | ratio to ours | HVPs a step | largest residual | error |"]
        lines += ["|---|---|--:|--:|--:|--:|--:|--:|"]
        lines += [eigenpairs(row, eigen) for row in eigen]
    return lines


def trajectory(facts):
    low, high = facts["effective_sharpness"]
    return (
        f"Along {facts['steps']} steps of gradient descent (learning rate times sharpness from {low:.2f} to {high:.2f}), each "
        "warm from the one before, to a relative residual of 1e-6; the HVPs of SciPy and PRIMME are JAX's `linearize`:"
    )


def derivative(row, rows, rate):
    point = "kept" if row["kept"] else "new"
    if row["work"].startswith("sdcp"):
        point = "-"
    start = f"| {WORKS[row['work']]} | {point} | {row['peer']} | {row['variant']} "
    if row["median"] is None:
        return start + f"| - | - | - | {refusal(row)} |"
    return start + f"| {duration(row['median'])} | {limit(row, rate)} | {ratio(row, rows)} | {error(row)} |"


def limit(row, rate):
    """Of our own rows; peers have algorithms of their own."""
    products = row["facts"].get("multiply_adds")
    return "-" if products is None else duration(products / rate)


def eigenpairs(row, rows):
    start = f"| {row['peer']} | {row['variant']} "
    if row["median"] is None:
        return start + f"| - | - | - | - | - | {refusal(row)} |"
    facts = row["facts"]
    return start + (
        f"| {facts['steps']} | {duration(row['median'] / facts['steps'])} | {ratio(row, rows)} | {facts['products']:.1f} "
        f"| {facts['residual']:.1e} | {facts['error']:.1e} |"
    )


def error(row):
    ours_in_double = row["peer"] == "centralflow" and row["request"]["precision"] == "f64"
    return "reference" if ours_in_double and not row["work"].startswith("sdcp") else f"{row['facts']['error']:.1e}"


def refusal(row):
    if row["state"] == "WRONG":
        facts = row["facts"]
        return f"WRONG: {facts['error']:.1e}" + (f", residual {facts['residual']:.1e}" if "residual" in facts else "")
    return row["state"].replace("|", "/").replace("\n", " ")[:120]


def ratio(row, rows):
    ours = [r for r in rows if (r["peer"], r["work"], r["kept"]) == ("centralflow", row["work"], row["kept"])]
    if not ours or ours[0]["median"] is None:
        return "-"
    # Of a trajectory a slow solver may have followed the leading part only.
    steps = [r["facts"].get("steps", 1) for r in (row, ours[0])]
    quotient = (row["median"] / steps[0]) / (ours[0]["median"] / steps[1])
    return f"{quotient:.2f}" if quotient < 100 else f"{quotient:.0f}"


def duration(seconds):
    if seconds >= 1:
        return f"{seconds:.3g} s"
    milliseconds = 1e3 * seconds
    return f"{milliseconds:.3g} ms" if milliseconds >= 1 else f"{1e3 * milliseconds:.3g} us"


def shown(words):
    """The arguments, with the interpreter's path left to the reader."""
    result = list(words)
    if "--python" in result[:-1]:
        result[result.index("--python") + 1] = "PYTHON"
    return result


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def python(args):
    done = subprocess.run([args.python, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()[-1]
