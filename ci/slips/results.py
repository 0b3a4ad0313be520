"""What has been found out, kept in a file, and the table of it."""

import hashlib
import json
import os
import threading

from layers import LAYERS
from listing import ROOT
from scratch import sources


class Results:
    """What has been found out, kept in a file."""

    def __init__(self, path, fresh):
        self.path, self.found, self.lock = path, {}, threading.Lock()
        if not fresh and os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                self.found = json.load(file)

    def of(self, slip, key):
        """The results of a slip so far, by layer."""
        entry = self.found.get(slip["name"], {})
        return entry["layers"] if entry.get("key") == key else {}

    def add(self, slip, key, layer, noticed):
        """Keeps what a layer noticed."""
        with self.lock:
            layers = dict(self.of(slip, key), **{layer: noticed})
            self.found[slip["name"]] = {"key": key, "layers": layers}
            with open(self.path + ".unfinished", "w", encoding="utf-8") as file:
                json.dump(self.found, file, indent=1)
            os.replace(self.path + ".unfinished", self.path)


def fingerprint(suite):
    """A hash of all that is tested: tracked sources and the suite."""
    hasher = hashlib.sha256()
    names = [name for name in sources() if name.startswith(("src/", "suites/", "benches/", "golden/", "Cargo."))]
    for name in [*names, suite]:
        with open(os.path.join(ROOT, name), "rb") as file:
            hasher.update(name.encode() + b"\0" + hashlib.sha256(file.read()).digest())
    return hasher.hexdigest()


def key_of(slip, tested):
    """Changes when the slip or what is tested does."""
    return hashlib.sha256((json.dumps(slip, sort_keys=True) + tested).encode()).hexdigest()[:16]


def shown(noticed, layer, layers):
    """A cell of the table."""
    if layer not in layers:
        return "not tried"
    return "<br>".join(noticed) if noticed else "-"


def report(chosen, results, tested):
    """Prints the table and what is wanting; the exit code."""
    print("\n| slip | what it means | unit tests | verdicts | golden files |\n|---|---|---|---|---|")
    unnoticed, only_golden, untried = [], [], []
    for slip in chosen:
        layers = results.of(slip, key_of(slip, tested))
        cells = [shown(layers.get(layer, []), layer, layers) for layer in LAYERS]
        print(f"| {slip['name']} | {slip['meaning']} | {' | '.join(cells)} |")
        noticing = [layer for layer in LAYERS if layers.get(layer)]
        if not noticing:
            (unnoticed if len(layers) == len(LAYERS) else untried).append(slip["name"])
        elif noticing == ["goldens"] and len(layers) == len(LAYERS):
            only_golden.append(slip["name"])
    print(f"\n{len(chosen)} slips: {len(unnoticed)} unnoticed, {len(only_golden)} noticed by golden files alone, "
          f"{len(untried)} unnoticed so far with layers not tried")
    for what, names in [("unnoticed", unnoticed), ("golden files alone", only_golden), ("unnoticed so far", untried)]:
        if names:
            print(f"{what}: {', '.join(names)}")
    return 1 if unnoticed or only_golden or untried else 0
