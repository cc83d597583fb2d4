"""What the collector says of shares, against reports that were made up so that the
truth is known, and against an independent calculation."""

import json
import math
import os
import random
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build-core"
WEEKS = 1000
Z = 1.959963984540054


@pytest.fixture(scope="session")
def numbers():
    """The collector's own code, without a server around it."""
    command = ["swift", "build", "--scratch-path", str(BUILD), "--product", "published-numbers"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"TEL_CORE_ONLY": "1"}, check=True, capture_output=True, timeout=1500)

    def run(*arguments, text):
        return subprocess.run([BUILD / "debug" / "published-numbers", *map(str, arguments)], input=text, text=True, check=True, capture_output=True, timeout=300).stdout

    return run


def binomial(draws, n, p):
    """How many of n: exact, by the distances from one to the next."""
    if p >= 1:
        return n
    if p > 0.5:
        return n - binomial(draws, n, 1 - p)
    count, at, log = 0, 0, math.log1p(-p)
    while True:
        at += int(math.log(1.0 - draws.random()) / log) + 1
        if at > n:
            return count
        count += 1


def strata(rates, asked, seen):
    return " ".join(f"{rate}:{k}/{n}" for rate, k, n in zip(rates, seen, asked))


def effective(rates, asked):
    return sum(n / r for r, n in zip(rates, asked)) ** 2 / sum(n / r**2 for r, n in zip(rates, asked))


def weeks(draws, rates, expected, p):
    """Each installation draws X; those with X at most the rate are seen, and each has it with p."""
    for _ in range(WEEKS):
        asked = [binomial(draws, round(n / rate), rate) if rate < 1 else n - 10 + int(21 * draws.random()) for rate, n in zip(rates, expected)]
        yield asked, [binomial(draws, n, p) for n in asked]


RATES = [
    ((1,), (400,)), ((0.5,), (400,)), ((0.1,), (400,)), ((0.02,), (400,)),
    ((1, 0.5), (300, 200)), ((1, 0.1), (400, 300)), ((0.5, 0.1), (200, 400)), ((0.1, 0.02), (300, 300)), ((1, 0.02), (200, 400)), ((1, 0.5, 0.1), (200, 200, 200)),
]  # fmt: skip


@pytest.mark.parametrize(("rates", "expected"), RATES, ids=lambda value: "-".join(map(str, value)))
def test_the_interval_holds_the_truth_95_weeks_in_100_at_every_sampling_rate(numbers, rates, expected):
    draws = random.Random(20261122)
    shares = [p for p in (0.0151, 0.033, 0.07, 0.12, 0.3, 0.5, 0.8, 0.95) if effective(rates, expected) * min(p, 1 - p) >= 5]
    assert len(shares) >= 6
    for p in shares:
        made = list(weeks(draws, rates, expected, p))
        answers = numbers("estimates", text="".join(strata(rates, *week) + "\n" for week in made)).splitlines()
        assert len(answers) == WEEKS
        found = [[float(word) for word in answer.split()] for answer in answers]
        covered = sum(low <= p <= high for _, low, high, _ in found) / WEEKS
        assert 0.93 <= covered <= 0.97, f"p = {p}: {covered:.1%}"
        # And the share is right in the middle of many weeks.
        mean = sum(share for share, *_ in found) / WEEKS
        assert abs(mean - p) < 4 * math.sqrt(p * (1 - p) / effective(rates, expected) / WEEKS)


def test_how_often_it_holds_exactly(numbers):
    """Over all outcomes, not drawn: for few reports no interval can be right
    everywhere, because there are few outcomes. So it is 92 to 98 % at worst, outside
    93 to 97 % in less than 2 of 100 cases, and 95 % on average."""
    covered = []
    for n in (20, 50, 100, 300, 1000):
        answers = numbers("estimates", text="".join(f"1:{k}/{n}\n" for k in range(n + 1))).splitlines()
        between = [tuple(map(float, answer.split()[1:3])) for answer in answers]
        for step in range(300):
            p = (5 + (n - 10) * step / 299) / n
            logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p) for k in range(n + 1)]
            covered.append(sum(math.exp(log) for log, (low, high) in zip(logs, between) if low <= p <= high))
    assert 0.92 < min(covered) and max(covered) < 0.98
    assert sum(not 0.93 <= each <= 0.97 for each in covered) < 0.02 * len(covered)
    assert 0.945 < sum(covered) / len(covered) < 0.955


@pytest.mark.parametrize(("rates", "n", "p", "m", "q"), [((1,), 300, 0.3, 200, 0.3), ((1,), 500, 0.05, 300, 0.08), ((0.1,), 300, 0.9, 300, 0.7), ((1, 0.1), 200, 0.2, 400, 0.15)])
def test_a_difference_is_where_it_is_said_to_be(numbers, rates, n, p, m, q):
    draws = random.Random(2026)
    one = weeks(draws, rates, [n] * len(rates), p)
    other = weeks(draws, rates, [m] * len(rates), q)
    text = "".join(f"{strata(rates, *a)}\n{strata(rates, *b)}\n" for a, b in zip(one, other))
    covered = sum(low <= p - q <= high for _, low, high in (map(float, line.split()) for line in numbers("differences", text=text).splitlines())) / WEEKS
    assert 0.93 <= covered <= 0.97


# From Newcombe 1998, table II, method 10.
@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), [(56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (10, 10, 0, 20, 0.6791, 1.0), (10, 10, 0, 10, 0.6075, 1.0)])
def test_a_difference_is_that_of_the_literature(numbers, a, m, b, n, low, high):
    found = [float(word) for word in numbers("differences", text=f"1:{a}/{m}\n1:{b}/{n}\n").split()]
    assert abs(found[1] - low) < 0.00006 and abs(found[2] - high) < 0.00006


# What is published of reports, calculated here from the reports alone.


def config(version, sample_rate, rates):
    counters = [{"Name": "mode:{fast,slow,odd}", "Rate": rates[0]}, {"Name": "time:{<10ms,<100ms,<1s,<inf}", "Rate": rates[1]}, {"Name": "started", "Rate": rates[2]}]
    program = {"Name": "tool", "Versions": ["v1.0.0", "v1.1.0"], "Counters": counters, "Stacks": []}
    return {"Version": version, "GOOS": ["linux", "darwin"], "GOARCH": ["amd64"], "GoVersion": ["go1.26.0"], "SampleRate": sample_rate, "Programs": [program]}


def crowd(draws, configs, size):
    """Installations that follow the rules: X, SampleRate, Rate."""
    for _ in range(size):
        used, x = draws.choice(configs), 1.0 - draws.random()
        if x > used["SampleRate"]:
            continue
        wanted = {"mode:fast": 0.6, "mode:slow": 0.3, "mode:odd": 0.1, "started": 0.9, "time:<10ms": 0.5, "time:<100ms": 0.7, "time:<1s": 0.3, "time:<inf": 0.05}
        rates = {counter["Name"].split(":")[0]: counter["Rate"] for counter in used["Programs"][0]["Counters"]}
        counts = {name: int(draws.expovariate(0.3)) + 1 for name, p in wanted.items() if x <= rates[name.split(":")[0]] and draws.random() < p}
        day = 16 + min(6, int(7 * draws.random()))
        yield {"day": f"2026-11-{day}", "x": x, "config": used, "version": draws.choice(["v1.0.0", "v1.1.0", "v1.1.0"]), "os": draws.choice(["linux", "darwin"]), "arch": "amd64", "toolchain": "go1.26.0", "counts": counts}


def expected(reports, chart, bucket, dimension, value):
    """(reports, of, weighted, weighted_of, effective, total), from the definition."""
    k = n = total = 0
    weighted = weights = squares = 0.0
    for report in reports:
        if dimension != "all" and report[dimension] != value:
            continue
        rate = min(next(c["Rate"] for c in report["config"]["Programs"][0]["Counters"] if c["Name"].split(":")[0] == chart), report["config"]["SampleRate"])
        if report["x"] > rate:
            continue
        n, weights, squares = n + 1, weights + 1 / rate, squares + 1 / rate**2
        count = report["counts"].get(f"{chart}:{bucket}" if bucket else chart, 0)
        if count:
            k, weighted, total = k + 1, weighted + 1 / rate, total + count
    return k, n, weighted, weights, weights**2 / squares if n else 0, total


@pytest.mark.parametrize("case", [[("v1.0.0", 1, (1, 1, 1))], [("v1.0.0", 0.5, (0.1, 1, 0.2))], [("v1.0.0", 1, (1, 1, 1)), ("v1.1.0", 0.5, (0.5, 0.2, 1))]], ids=["all", "sampled", "changed"])
def test_what_is_published_is_what_the_reports_say(numbers, tmp_path, case):
    draws = random.Random(5)
    configs = [config(*each) for each in case]
    for each in configs:
        (tmp_path / each["Version"]).write_text(json.dumps(each))
    reports = list(crowd(draws, configs, 6000))
    lines = [
        "\t".join([r["day"], repr(r["x"]), r["config"]["Version"], "tool", r["version"], "go1.26.0", r["os"], "amd64", ",".join(f"{k}={v}" for k, v in r["counts"].items())])
        for r in reports
    ]
    text = numbers("publish", "2026-11-22", 10, *(tmp_path / each["Version"] for each in configs), text="\n".join(lines) + "\n")
    documents = [json.JSONDecoder().decode(part) for part in text.replace("\n}\n{", "\n}\0{").split("\0")]
    assert [d["span"] for d in documents] == ["weeks/2026-11-22"] + [f"days/2026-11-{day}" for day in range(16, 23)]
    checked = Counter()
    for document in documents:
        inside = [r for r in reports if document["span"].startswith("weeks") or document["span"] == "days/" + r["day"]]
        assert document["reports"] == len(inside)
        for chart in document["programs"][0]["charts"]:
            if chart["kind"] == "about":
                continue
            for row in chart["rows"]:
                if row["bucket"] is None or row["value"] is None:
                    continue
                wanted = expected(inside, chart["name"], row["bucket"], row["dimension"], row["value"])
                found = [row[key] for key in ("reports", "of", "weighted", "weighted_of", "effective", "total")]
                if row.get("at_least"):
                    assert row["reports"] <= wanted[0] and wanted[1] - wanted[0] < 10
                    continue
                assert found == pytest.approx(list(wanted), rel=1e-9), (document["span"], chart["name"], row)
                checked[row["dimension"]] += 1
    assert checked["all"] > 30 and checked["version"] >= 8 and checked["os"] >= 8


def test_no_published_number_is_of_fewer_reports_than_was_said(numbers, tmp_path):
    draws = random.Random(6)
    used = config("v1.0.0", 1, (1, 1, 1))
    (tmp_path / "config").write_text(json.dumps(used))
    for size in (30, 60, 120, 400):
        reports = list(crowd(draws, [used], size))
        lines = ["\t".join([r["day"], repr(r["x"]), "v1.0.0", "tool", r["version"], "go1.26.0", r["os"], "amd64", ",".join(f"{k}={v}" for k, v in r["counts"].items())]) for r in reports]
        text = numbers("publish", "2026-11-22", 10, tmp_path / "config", text="\n".join(lines) + "\n")
        rows = defaultdict(int)
        for part in text.replace("\n}\n{", "\n}\0{").split("\0"):
            for chart in json.loads(part)["programs"][0]["charts"]:
                for row in chart["rows"]:
                    rows[row["dimension"]] += 1
                    assert row["reports"] >= 10
                    # Other is a sum over buckets, in which a report can be several times.
                    assert row["bucket"] is None or not 0 < row["of"] - row["reports"] < 10
        assert rows["all"]
