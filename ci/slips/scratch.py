"""The scratch copy of the sources with all slips in it, and its build."""

import json
import os
import shutil
import subprocess

from listing import ROOT, Refused, place, switched

SWITCH = "CENTRALFLOW_SLIP"
# Records are shared between processes by the hash of the program, which is the same for all slips.
RECORDS = ("suites/main.rs", '.join("records")', f'.join("records").join(std::env::var("{SWITCH}").unwrap_or_default())')
MODULE = """//! Which slip is on: at most one, named by the environment variable.

use std::sync::atomic::{AtomicUsize, Ordering};

const NAMES: &[&str] = &[%(names)s];
const UNREAD: usize = usize::MAX;
static CURRENT: AtomicUsize = AtomicUsize::new(UNREAD);

/// Whether the slip with that number, from 1, is on.
#[inline(always)]
pub fn on(slip: usize) -> bool {
    let current = CURRENT.load(Ordering::Relaxed);
    (if current == UNREAD { read() } else { current }) == slip
}

#[cold]
#[inline(never)]
fn read() -> usize {
    let wanted = std::env::var("%(switch)s").unwrap_or_default();
    let number = if wanted.is_empty() { 0 } else { 1 + NAMES.iter().position(|name| *name == wanted).expect("a slip") };
    CURRENT.store(number, Ordering::Relaxed);
    number
}
"""


def sources():
    """The tracked files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and os.path.isfile(os.path.join(ROOT, name))]


def applied(all_slips):
    """The files that differ in the scratch copy, by name; fails if a slip cannot be put in."""
    numbers = {slip["name"]: number for number, slip in enumerate(all_slips, 1)}
    files, errors = {}, []
    for name in sorted({slip["file"] for slip in all_slips}):
        here = [slip for slip in all_slips if slip["file"] == name]
        try:
            with open(os.path.join(ROOT, name), encoding="utf-8") as file:
                text = file.read()
        except OSError as error:
            errors.append(f"{here[0]['list']}: {here[0]['name']}: {name}: {error.strerror}")
            continue
        for slip in here:
            try:
                place(text, slip)
            except Refused as error:
                errors.append(str(error))
        if not errors:
            files[name] = switched(text, here, numbers)
    if errors:
        raise Refused("\n".join(errors))
    names = ", ".join(f'"{slip["name"]}"' for slip in all_slips)
    files["src/slip.rs"] = MODULE % {"names": names, "switch": SWITCH}
    library = files.get("src/lib.rs") or read("src/lib.rs")
    files["src/lib.rs"] = library + "\n#[allow(missing_docs)]\npub mod slip;\n"
    where, find, replace = RECORDS
    suites = files.get(where) or read(where)
    if find not in suites:
        raise Refused(f"{where}: `{find}` does not occur any more: adapt RECORDS in ci/mutations")
    files[where] = suites.replace(find, replace)
    return files


def read(name):
    """The text of a tracked file."""
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def copy(tree, files):
    """Brings the scratch copy up to date; a file that stays the same keeps its time, so that little is built anew."""
    wanted = set(sources()) | set(files)
    for name in wanted:
        if name in files:
            content = files[name].encode()
        else:
            with open(os.path.join(ROOT, name), "rb") as file:
                content = file.read()
        path = os.path.join(tree, name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                if file.read() == content:
                    continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        shutil.copymode(os.path.join(ROOT, name if name in sources() else "src/lib.rs"), path)
    for folder, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.relpath(path, tree) not in wanted:
                os.remove(path)


class Build:
    """The programs of a build: the command itself, the tests of the suites, and all other tests."""

    def __init__(self, folder, target, tests):
        command = ["cargo", "build"] if not tests else ["cargo", "test", "--lib", "--bins", "--tests", "--no-run"]
        environment = dict(os.environ, CARGO_TARGET_DIR=target)
        done = subprocess.run([*command, "--message-format", "json"], cwd=folder, env=environment,
                              stdout=subprocess.PIPE, text=True)
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode:
            errors = [m["message"]["rendered"] for m in messages
                      if m["reason"] == "compiler-message" and m["message"]["level"] == "error"]
            raise Refused("\n".join([*errors, "the scratch build failed" if tests else "the build failed"]))
        made = [m for m in messages if m["reason"] == "compiler-artifact" and m.get("executable")]
        test = [m for m in made if m["profile"]["test"]]
        self.folder = folder
        self.program = next(m["executable"] for m in made if not m["profile"]["test"] and "bin" in m["target"]["kind"])
        self.suites = next((m["executable"] for m in test if m["target"]["name"] == "suites"), None)
        self.tests = [m["executable"] for m in test if m["target"]["name"] != "suites"]
