"""The chart configs among the examples are good, and what they make is too."""

import pytest

from Harness import client

EXAMPLES = client.ROOT / "examples" / "collector"


@pytest.mark.parametrize("example", [path for path in sorted(EXAMPLES.glob("*.txt")) if "counter:" in path.read_text()], ids=lambda path: path.name)
def test_an_example_has_no_problem_and_is_built(collector, example):
    assert "warning" not in collector("config", "check", example, "--strict").ok.out
    assert "config/v1.0.0.json is built" in collector("config", "build", example).ok.out
    assert collector("config", "check", example, "--drift").ok


def test_the_example_says_how_to_use_it():
    text = (EXAMPLES / "charts.txt").read_text()
    assert "tel-collector config check examples/collector/charts.txt" in text
