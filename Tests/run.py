"""Runs every stage of the tests, says how long each took, and ends with the
line `N passed, N failed`. `make test` calls it; `--smoke` takes the quick ones.

A stage that breaks down before its tests could report counts as one failure.
"""

import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "results"
# Seconds for each fuzz target in `make test`; more by hand.
FUZZ_SECONDS = os.environ.get("FUZZ_SECONDS", "5")
# How many system calls of each kind, and states of the medium, in `make test`.
CRASH_SAMPLE = {name: os.environ.get(name, most) for name, most in {"TEL_TEST_POINTS": "8", "TEL_TEST_STATES": "400"}.items()}


def pytest(name, *arguments):
    report = RESULTS / f"{name}.xml"
    return [sys.executable, "-m", "pytest", "-q", "--durations=5", f"--junitxml={report}", *arguments], [report]


def swift_tests():
    report = RESULTS / "swift.xml"
    command = ["swift", "test", "--scratch-path", ".build-core", "--xunit-output", str(report)]
    # Swift Testing writes beside the file that XCTest writes.
    return command, [RESULTS / "swift-swift-testing.xml"]


def stages(smoke):
    """Name, what it shows, command, reports, additions to the environment."""
    yield "swift", "the modules, in ordinary Swift", *swift_tests(), {"TEL_CORE_ONLY": "1"}
    if smoke:
        yield "abi", "the shipped library's interface", *pytest("abi", "Tests/ABI/test_header.py", "Tests/ABI/test_symbols.py", "Tests/ABI/test_recording.py"), {}
        return
    yield "crash", "killed, refused and cut off at system calls, a sample; `make crash` takes all", *pytest("crash", "Tests/Crash"), CRASH_SAMPLE
    rooms = (
        "ModuleGraph", "Docs", "Models", "ABI", "Probes", "Reports", "Plugins", "Command", "Bindings", "Examples", "Conformance", "Hostile", "Torture", "Benchmarks",
        "Packaging", "Upload", "Browser", "SQLiteStore", "Collector")
    for room in (f"Tests/{room}" for room in rooms):
        name = room.split("/")[1].lower()
        yield name, f"{room}, against what ships", *pytest(name, room), CRASH_SAMPLE if name == "upload" else {}
    yield (
        "sanitized", "the C-driven tests again, under address and undefined sanitizers",
        *pytest("sanitized", "Tests/ABI"), {"TEL_TEST_VARIANT": "sanitized"})
    threads = [f"Tests/ABI/test_{room}.py" for room in ("threads", "forks", "signals", "counters", "histograms", "rotation", "late_counts")]
    yield "threads", "what several threads or processes do, again under the thread sanitizer", *pytest("thread", *threads), {"TEL_TEST_VARIANT": "thread"}
    yield "fuzz", f"every parser, {FUZZ_SECONDS} s each", *pytest("fuzz", "Tests/Fuzz"), {"FUZZ_SECONDS": FUZZ_SECONDS}


def counts(reports):
    """Passed and failed in JUnit files; nothing if a report was not written."""
    passed = failed = 0
    for report in reports:
        if not report.exists():
            return None
        for suite in xml.parse(report).getroot().iter("testsuite"):
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            failed += bad
            passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0) or 0)
    return passed, failed


def main():
    RESULTS.mkdir(parents=True, exist_ok=True)
    only = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    lines = []
    total_passed = total_failed = 0
    for name, what, command, reports, environment in stages("--smoke" in sys.argv):
        if only and name not in only:
            continue
        print(f"==> {name}: {what}", flush=True)
        for report in reports:
            report.unlink(missing_ok=True)
        start = time.monotonic()
        status = subprocess.run(command, cwd=ROOT, env=os.environ | environment).returncode
        seconds = time.monotonic() - start
        found = counts(reports)
        passed, failed = found or (0, 0)
        if found is None or passed + failed == 0 or (status != 0 and failed == 0):
            failed += 1
            print(f"the stage {name} ended with status {status} and without results", flush=True)
        total_passed += passed
        total_failed += failed
        lines.append(f"{name:<12} {seconds:7.1f} s  {passed:5} passed  {failed:3} failed  {what}")
    print("\n" + "\n".join(lines))
    print(f"{total_passed} passed, {total_failed} failed", flush=True)
    return 1 if total_failed else 0


if __name__ == "__main__":
    sys.exit(main())
