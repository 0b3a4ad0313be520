"""What may notice a slip: unit tests, verdicts, golden files."""

import os
import shutil

from listing import ROOT, Refused
from process import Run, Trial, judged, listed, passes, run_tests, unlike
from scratch import Build

LAYERS = ("unit", "verdicts", "goldens")
# A run with a slip may take this many times as long as without, and some seconds more.
PATIENCE, SECONDS = 4, 60
# The golden files among the tests of the suites.
GOLDENS = ["golden::"]
# A run without, at most.
HOUR = 3600


class Bench:
    """The scratch build, and what it gives with no slip on."""

    def __init__(self, build, suite):
        self.build, self.suite = build, suite
        self.seconds = {}

    def measure(self, layers):
        """Runs the layers without a slip; all that is there must pass."""
        plain = Trial(None, self.build.folder, False)
        if "unit" in layers:
            self.names = {program: listed(program, self.build.folder) for program in self.build.tests}
            self.seconds["unit"] = 0.0
            for program, names in self.names.items():
                if names:
                    self.demand(*run_tests(program, ["--exact", *names], plain, HOUR), "unit")
        if "goldens" in layers:
            self.seconds["goldens"] = 0.0
            self.forget(None)
            self.demand(*run_tests(self.build.suites, GOLDENS, plain, HOUR), "goldens")
        if "verdicts" in layers:
            own = Build(ROOT, os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), False)
            told = Run([own.program, "verify", self.suite, "--format", "json"], ROOT, None, HOUR).lines
            self.rows, wrong, run = judged(self.build.program, self.suite, self.build.folder, None, HOUR)
            if wrong or run.lines != told:
                raise Refused(f"{self.suite}: with no slip on, the scratch build gives {wrong or 'other verdicts'} than the program")
            self.seconds["verdicts"] = run.seconds
            not_passing = [name for name, row in self.rows.items() if not passes(row)]
            if not_passing:
                print(f"{self.suite}: these rows do not pass and notice nothing: {', '.join(not_passing)}")
            self.code = run.code

    def demand(self, noticed, seconds, layer):
        """Counts a run without a slip, which must pass."""
        if noticed:
            raise Refused(f"with no slip on, the scratch build does not pass: {', '.join(noticed)}")
        self.seconds[layer] += seconds

    def timeout(self, layer):
        """How long a layer may take."""
        return PATIENCE * self.seconds[layer] + SECONDS

    def unit(self, slip, trial):
        """The tests of the module first, then the others."""
        module = slip["file"].removeprefix("src/").split("/")[0].removesuffix(".rs") + "::"
        noticed = []
        for own in (True, False):
            for program, names in self.names.items():
                some = [name for name in names if name.startswith(module) == own]
                if some and not (noticed and trial.first):
                    noticed += run_tests(program, ["--exact", *some], trial, self.timeout("unit"))[0]
        return noticed

    def verdicts(self, _, trial):
        """The rows that passed without the slip."""
        rows, wrong, run = judged(self.build.program, self.suite, trial.folder, trial.slip, self.timeout("verdicts"))
        if wrong:
            return [wrong]
        expected = [name for name, row in self.rows.items() if passes(row)]
        noticed = [name + unlike(rows.get(name), self.rows[name]) for name in expected
                   if name not in rows or unlike(rows[name], self.rows[name]) == " (malformed)" or not passes(rows[name])]
        if not noticed and run.code != self.code:
            noticed = [f"exit code {run.code}"]
        return noticed[:1] if trial.first else noticed

    def goldens_of(self, _, trial):
        """The golden files."""
        noticed = run_tests(self.build.suites, GOLDENS, trial, self.timeout("goldens"))[0]
        self.forget(trial.slip)
        return noticed

    def forget(self, slip):
        """Removes the records that a slip has left."""
        records = os.path.join(os.path.dirname(self.build.folder), "target", "tmp", "records")
        shutil.rmtree(os.path.join(records, slip) if slip else records, ignore_errors=True)

    def layer(self, layer, slip, trial):
        """What notices a slip in a layer."""
        return {"unit": self.unit, "verdicts": self.verdicts, "goldens": self.goldens_of}[layer](slip, trial)
