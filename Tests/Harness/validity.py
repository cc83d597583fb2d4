"""Whether a collector takes a report, as the reference's server sees it: one
thing that it does not know refuses the whole report."""

import json
import re
from datetime import date

SEMVER = re.compile(r"v(0|[1-9]\d*)(\.(0|[1-9]\d*)(\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?)?")
LARGEST = (1 << 63) - 1


def expanded(name):
    """chart:{a,b} is chart:a and chart:b."""
    before, brace, rest = name.partition("{")
    inside, end, after = rest.partition("}")
    return [before + word + after for word in inside.split(",")] if brace and end else [name]


def is_day(text):
    try:
        return isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text) and date.fromisoformat(text)
    except ValueError:
        return False


def _counts(table):
    return table is None or (isinstance(table, dict) and all(
        type(value) is int and -LARGEST - 1 <= value <= LARGEST for value in table.values()))


def problem(body, config, longest):
    """The sentence with which the report is refused; None: it is taken.
    Without a config everything is known."""
    if len(body) > longest:
        return "invalid JSON payload: http: request body too large"
    try:
        report = json.loads(body)
    except ValueError as why:
        return f"invalid JSON payload: {why}"
    if not isinstance(report, dict):
        return "invalid JSON payload: not an object"
    if not is_day(report.get("Week", "")):
        return f"invalid report: invalid week {report.get('Week', '')}"
    if not SEMVER.fullmatch(str(report.get("Config", ""))):
        return f"invalid report: invalid config {report.get('Config', '')}"
    if not report.get("X"):
        return f"invalid report: invalid X {report.get('X')}"
    for program in report.get("Programs") or []:
        if not (_counts(program.get("Counters")) and _counts(program.get("Stacks"))):
            return "invalid JSON payload: counts"
        wrong = config and _unknown(program, config)
        if wrong:
            return f"invalid report: unknown {wrong}"
    return None


def _unknown(program, config):
    name, version, toolchain, os, arch = (program.get(key, "") for key in ("Program", "Version", "GoVersion", "GOOS", "GOARCH"))
    known = [entry for entry in config.get("Programs") or [] if entry["Name"] == name]
    of_build = (
        os in config.get("GOOS", []) and arch in config.get("GOARCH", []) and toolchain in config.get("GoVersion", [])
        and any(version in entry.get("Versions") or [] for entry in known))
    if not of_build:
        return f'program build {name}@"{version}" "{toolchain}" {os}/{arch}'
    counters = {full for entry in known for counter in entry.get("Counters") or [] for full in expanded(counter["Name"])}
    for counter in program.get("Counters") or {}:
        if counter not in counters:
            return f"counter {counter}"
    stacks = {stack["Name"] for entry in known for stack in entry.get("Stacks") or []}
    for stack in program.get("Stacks") or {}:
        if stack.partition("\n")[0] not in stacks:
            return f"stack {stack}"
    return None
