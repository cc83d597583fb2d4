"""How fast libtel is beside its peers, and whether that is fast enough:

    build/venv/bin/python Tests/Benchmarks/bench.py [--only NAME] [--json FILE] [--readme]

`make bench` builds and installs what it takes, and calls it. targets.toml says
what must be reached, runs.py how it is measured. BENCH_ROUNDS is how many
rounds there are: in each, everything is measured once, one after the other.
TEL_TEST_LIBRARY names another tree's build/lib/libtel.so.1 to be measured.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from Benchmarks import machine, table  # noqa: E402
from Benchmarks.bars import bars, medians  # noqa: E402
from Benchmarks.programs import NotInstalled  # noqa: E402
from Benchmarks.runs import RUNS, Sizes  # noqa: E402
from Harness import c  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 7)


class Progress:
    """One line that is written over; nothing where nobody looks."""

    def __init__(self, stream=sys.stderr):
        self.stream = stream if stream.isatty() else None

    def say(self, what=""):
        if self.stream:
            self.stream.write(f"\r\033[K{what}")
            self.stream.flush()


def one_round(names, sizes, place, progress, number, missing):
    found = {}
    for name in names:
        progress.say(f"round {number}: {name}")
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place))
        try:
            made = RUNS[name](sizes, folder)
        except NotInstalled as why:
            missing[name] = str(why)
            continue
        found.update({f"{name}.{key}": value for key, value in made.items()})
    return found


def measure(chosen, rounds, sizes, progress):
    """The measurements of each round, and what is not installed."""
    names = list(dict.fromkeys(need.split(".")[0] for bar in chosen for need in bar.needs))
    missing = {}
    with tempfile.TemporaryDirectory(prefix="tel-bench-") as place:
        found = [one_round(names, sizes, place, progress, f"{number} of {rounds}", missing) for number in range(1, rounds + 1)]
    progress.say()
    return found, missing


def arguments(words):
    parser = argparse.ArgumentParser(description="How fast libtel is beside its peers.")
    parser.add_argument("--only", metavar="NAME", action="append", help="bars whose name has this in it; may be repeated")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: to see that everything works, not how fast it is")
    parser.add_argument("--json", metavar="FILE", help="all results; - is standard output, instead of the table")
    parser.add_argument("--readme", action="store_true", help="put the table into README.md")
    parser.add_argument("--strict", action="store_true", help="end with 1 if something was missed")
    given = parser.parse_args(words)
    if given.readme and (given.only or given.quick):
        parser.error("the README shows a whole run")
    return given


def main(words=None):
    given = arguments(words)
    chosen = [bar for bar in bars() if not given.only or any(word in bar.name for word in given.only)]
    if not chosen:
        sys.exit("no bar has such a name; they are: " + " ".join(bar.name for bar in bars()))
    found, missing = measure(chosen, given.rounds, Sizes(given.quick), Progress())
    values = {bar.name: bar.value(found) for bar in chosen}
    middle, about = medians(found), machine.about()
    if given.json:
        result = {
            "machine": about, "rounds": given.rounds, "measurements": found, "medians": middle,
            "bars": [
                {"name": bar.name, "value": values[bar.name], "limit": bar.limit, "met": values[bar.name] is not None and bar.met(values[bar.name])}
                for bar in chosen]}
        content = json.dumps(result, indent=1) + "\n"
        print(content, end="") if given.json == "-" else Path(given.json).write_text(content)
    if given.json != "-":
        print(f"{machine.sentence(about)}; medians of {given.rounds} rounds\n")
        print(table.text(chosen, values, middle))
        for name, why in missing.items():
            print(f"{name}: not installed ({why}); Tests/setup.sh bench does it")
    if given.readme:
        table.put_into(c.ROOT / "README.md", table.markdown(chosen, values, middle, about, given.rounds))
    missed = [bar.name for bar in chosen if values[bar.name] is None or not bar.met(values[bar.name])]
    return 1 if given.strict and missed else 0


if __name__ == "__main__":
    sys.exit(main())
