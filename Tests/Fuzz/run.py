#!/usr/bin/env python3
"""Fuzzes the parsers with libFuzzer.

    Tests/Fuzz/run.py            lists the targets
    Tests/Fuzz/run.py json 600   fuzzes one for ten minutes
    Tests/Fuzz/run.py all 600    each in turn, and a table in the end
    Tests/Fuzz/run.py json FILE  runs one input again

What is found is kept in build/fuzz/<target>/; an input that breaks something
is left in build/fuzz/crashes/, and the status is not 0.
"""

import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "Tests" / "Fuzz"
SAMPLES = ROOT / "Tests" / "Samples"
BUILD = ROOT / ".build-fuzz"
FOUND = ROOT / "build" / "fuzz"
PROGRAM = BUILD / "release" / "fuzz"

# Seeds beside corpus/<target>, and the longest input that is tried.
MORE_SEEDS = {
    "counter-file": [SAMPLES, SAMPLES / "crafted"],
    "json": [SAMPLES / "article", SAMPLES / "report" / "out" / "local"],
    "report": [SAMPLES / "article", SAMPLES / "report" / "out" / "local"],
    "export": [SAMPLES / "article", SAMPLES / "report" / "out" / "local"],
    "report-document": [SAMPLES / "article", SAMPLES / "report" / "out" / "local"],
}
LONGEST = {"counter-file": 20000, "mapped-file": 20000, "json": 16384, "report": 16384, "report-document": 16384, "export": 16384, "publication": 16384, "crash": 20000}


def targets():
    """Every target but the canaries."""
    names = re.findall(r'Target\(name: "([^"]+)"', (HERE / "Targets.swift").read_text())
    return [name for name in names if not name.startswith("canary")]


def build():
    command = ["swift", "build", "-c", "release", "--scratch-path", str(BUILD), "--product", "fuzz",
               "-Xswiftc", "-enable-testing", "-Xswiftc", "-sanitize=fuzzer,address"]
    environment = os.environ | {"TEL_FUZZ": "1", "TEL_CORE_ONLY": "1"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    return PROGRAM


def fuzz(target, seconds=None, inputs=(), seeds=None):
    """Runs the target; answers status, output, and the inputs that broke it."""
    found = FOUND / target
    crashes = FOUND / "crashes"
    found.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    before = set(crashes.iterdir())
    # The time is by the clock: generous, for a loaded machine.
    command = [str(PROGRAM), f"-artifact_prefix={crashes}/{target}-", f"-max_len={LONGEST.get(target, 4096)}", "-timeout=60", "-rss_limit_mb=2048", "-print_final_stats=1"]
    if inputs:
        command += [str(path) for path in inputs]
    else:
        command += [f"-max_total_time={seconds}", str(found)]
        command += [str(path) for path in ([HERE / "corpus" / target] + MORE_SEEDS.get(target, []) if seeds is None else seeds) if path.is_dir()]
    # Files in memory are ten times as fast.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as scratch:
        # Swift must not catch a crash before libFuzzer has kept its input.
        environment = os.environ | {"FUZZ_TARGET": target, "FUZZ_SCRATCH": scratch, "SWIFT_BACKTRACE": "enable=no"}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.returncode, done.stdout, sorted(set(crashes.iterdir()) - before)


def fuzz_all(seconds):
    """Every target, one after the other; answers how many were broken."""
    broken = 0
    print(f"{'target':<14} {'CPU s':>7} {'inputs':>11} {'edges':>6}")
    for target in targets():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status, output, crashes = fuzz(target, seconds=seconds)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        inputs = re.search(r"stat::number_of_executed_units: (\d+)", output)
        edges = re.findall(r" cov: (\d+)", output)
        print(f"{target:<14} {cpu:7.0f} {inputs[1] if inputs else '?':>11} {edges[-1] if edges else '?':>6}", flush=True)
        if status:
            broken += 1
            print(output[-3000:])
            for crash in crashes:
                print(f"broken by {crash.relative_to(ROOT)}; again with: Tests/Fuzz/run.py {target} {crash.relative_to(ROOT)}")
    return broken


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__ + "\nTargets: " + " ".join(targets()))
    target, what = sys.argv[1:]
    build()
    if target == "all":
        sys.exit(fuzz_all(int(what)) != 0)
    path = pathlib.Path(what)
    status, output, crashes = fuzz(target, inputs=[path]) if path.is_file() else fuzz(target, seconds=int(what))
    print(output)
    for crash in crashes:
        print(f"broken by {crash.relative_to(ROOT)}; again with: Tests/Fuzz/run.py {target} {crash.relative_to(ROOT)}")
    sys.exit(status)


if __name__ == "__main__":
    main()
