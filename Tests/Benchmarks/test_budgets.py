"""What each operation costs, in instructions: the same number on every run of
one binary, whatever else the machine does. Two runs of different counts are
compared, so that starting and ending cancel out.
"""

import re
import tempfile
from pathlib import Path

import pytest

from Harness import c
from Harness.driver import folder

HERE = Path(__file__).parent
LINE = re.compile(r"(\S+)\s+([\d,]+)\s+\S.*")
# Of each operation: how often it is done in the two runs.
COUNTS = {"handle": (1000, 11000), "name": (1000, 11000), "name-of-5000": (1000, 11000), "histogram": (1000, 11000),
          "new-name": (500, 2500), "open": (20, 120), "rotate": (5, 25), "rotate-idle": (20, 120)}
FILES = (10, 30)


@pytest.fixture
def place():
    """A short path, and always as long: paths are copied byte by byte."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        yield Path(made)


def budgets():
    lines = [line for line in (HERE / "budgets.txt").read_text().splitlines() if not line.startswith("#")]
    return {match[1]: int(match[2].replace(",", "")) for match in map(LINE.fullmatch, lines)}


def instructions(place, name, operation, count):
    """Of a whole run."""
    directory = folder(place / name)
    program = c.build(HERE / "operations.c")
    done = c.run(program, operation, count, directory, directory=place, prefix=["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"],
                 timeout=120)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def measured(place, operation):
    if operation == "report":
        costs = []
        for files in FILES:
            name = f"report-{files}"
            c.run(c.build(HERE / "operations.c"), "report", files, folder(place / name), directory=place)
            costs.append(instructions(place, name, "flush", 1))
        few, many = FILES
    else:
        few, many = COUNTS[operation]
        costs = [instructions(place, f"{operation}-{count}", operation, count) for count in (few, many)]
    return (costs[1] - costs[0]) / (many - few)


@pytest.mark.parametrize("operation", budgets())
def test_it_stays_within_its_budget(operation, place):
    cost, most = measured(place, operation), budgets()[operation]
    print(f"{operation}: {cost:.0f} of {most}")
    assert cost <= most, f"{operation} takes {cost:.0f} instructions; {most} are allowed"
    assert cost > most / 4, f"{operation} takes {cost:.0f} instructions: lower its budget of {most}, or a step back would not show"


def test_every_operation_has_a_budget():
    assert set(budgets()) == {*COUNTS, "report"}


def test_counting_is_repeatable(place):
    first, second = (instructions(place, f"turn-{turn}", "handle", 1000) for turn in (1, 2))
    assert abs(first - second) < first / 100
