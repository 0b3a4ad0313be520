"""The lists of slips, and where in the sources each belongs."""

import collections
import glob
import os
import re
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LISTS = "ci/slips/*.toml"
FORMS = {
    "expression": "(if {on} {{ {replace} }} else {{ {find} }})",
    "statement": "if {on} {{ {replace} }} else {{ {find} }}",
}
KEYS = {"name", "file", "find", "replace", "meaning", "form", "occurrence"}
NEEDED = {"name", "file", "find", "replace", "meaning"}


class Refused(Exception):
    """Bad input, told to the one who wrote it."""


def slips():
    """All slips of the lists, checked."""
    found, errors = [], []
    for path in sorted(glob.glob(os.path.join(ROOT, LISTS))):
        name = os.path.relpath(path, ROOT)
        with open(path, "rb") as file:
            try:
                listed = tomllib.load(file).get("slip", [])
            except tomllib.TOMLDecodeError as error:
                raise Refused(f"{name}: {error}") from error
        for slip in listed:
            slip["list"] = name
            errors += [f"{name}: {slip.get('name', '?')}: {error}" for error in mistakes(slip)]
        found += listed
    counts = collections.Counter(slip.get("name") for slip in found)
    errors += [f"{name}: {count} slips have this name" for name, count in counts.items() if count > 1]
    if errors:
        raise Refused("\n".join(errors))
    if not found:
        raise Refused(f"{LISTS}: no slips")
    return found


def mistakes(slip):
    """What is wrong with the keys of a slip."""
    errors = [f"needs `{key}`" for key in sorted(NEEDED - slip.keys())]
    errors += [f"there is no key `{key}`" for key in sorted(slip.keys() - KEYS - {"list"})]
    if not re.fullmatch(r"[a-z0-9-]+", slip.get("name", "")):
        errors.append("accepted are names of lower-case letters, digits and hyphens")
    if slip.get("form", "expression") not in {*FORMS, "text"}:
        errors.append("accepted forms are expression, statement, text")
    if slip.get("form") == "text" and not re.search(r"\bON\b", slip.get("replace", "")):
        errors.append("form = \"text\": replace has no ON")
    return errors


def places(text, slip):
    """Where the text that a slip replaces stands, comments aside: white space of any kind and length is the same."""
    pattern = r"\s+".join(re.escape(word) for word in slip["find"].split())
    spans = [match.span() for match in re.finditer(pattern, text)]
    return [(start, end) for start, end in spans if "//" not in text[text.rfind("\n", 0, start) + 1:start]]


def place(text, slip):
    """The one place, or an error that says why there is none."""
    found, which = places(text, slip), slip.get("occurrence")
    where = f"{slip['list']}: {slip['name']}: `{slip['find'].strip()}`"
    if not found:
        raise Refused(f"{where} does not occur in {slip['file']} any more")
    if which is None and len(found) > 1:
        raise Refused(f"{where} occurs {len(found)} times in {slip['file']}: say which by `occurrence`")
    if which is not None and not 1 <= which <= len(found):
        raise Refused(f"{where} occurs {len(found)} times in {slip['file']}, not {which}")
    return found[(which or 1) - 1]


def switched(text, here, numbers):
    """The text of a file with all its slips in it, each behind its switch."""
    crate = "crate" if here[0]["file"].startswith("src/") and here[0]["file"] != "src/main.rs" else "centralflow"
    spans = collections.defaultdict(list)
    for slip in here:
        spans[place(text, slip)].append(slip)
    ordered = sorted(spans)
    for before, after in zip(ordered, ordered[1:]):
        if before[1] > after[0]:
            names = spans[before] + spans[after]
            raise Refused(f"{here[0]['file']}: these slips overlap: {', '.join(slip['name'] for slip in names)}")
    for start, end in reversed(ordered):
        inside = text[start:end]
        for slip in spans[start, end]:
            on, form = f"{crate}::slip::on({numbers[slip['name']]})", slip.get("form", "expression")
            if form == "text":
                if len(spans[start, end]) > 1:
                    raise Refused(f"{slip['name']}: form = \"text\" shares its place with another slip")
                inside = re.sub(r"\bON\b", on, slip["replace"])
            else:
                inside = FORMS[form].format(on=on, replace=slip["replace"], find=inside)
        text = text[:start] + inside + text[end:]
    return text
