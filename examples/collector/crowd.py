"""crowd.py - 2,000 made-up machines send their reports of one week to a collector,
and what its pages say is compared with what they sent.

    crowd.py send URL --week 2026-11-22 --truth truth.json
    crowd.py check URL --truth truth.json

`--week` is the Sunday on which the week ends; each machine's own week ends on one
of its seven days. The same --seed makes the same crowd. Each machine is drawn with
the shares below, does what libtel's client does (it draws X, and sends a counter
only if X is at most its rate), and keeps to the config that the collector serves.
Only the standard library is used.
"""

import argparse
import datetime
import http.client
import json
import random
import sys
import threading
import urllib.parse

PROGRAM = "example.com/paint"
VERSIONS = {"v1.0.0": 0.2, "v1.1.0": 0.3, "v1.2.0": 0.5}
SYSTEMS = {"linux": 0.6, "darwin": 0.25, "windows": 0.15}
ARCHITECTURES = {"amd64": 0.75, "arm64": 0.25}
TOOLCHAINS = {"gcc12.2": 0.7, "cpython3.11": 0.3}
# The share of machines that ever open one.
FORMATS = {"png": 0.7, "jpeg": 0.5, "svg": 0.35, "other": 0.05}
# Of all savings: on a fast machine, and on one of the four in ten that are slow.
LATENCIES = {"<10ms": (0.7, 0.1), "<100ms": (0.25, 0.5), "<1s": (0.045, 0.3), "<inf": (0.005, 0.1)}
SLOW = 0.4
# How many machines crash in a week: the newest version has a defect.
CRASHES = {"v1.0.0": 0.01, "v1.1.0": 0.01, "v1.2.0": 0.08}
STACKS = {
    "crash/crash\npaint/svg.(*Reader).path:+12,+0x1f\npaint/svg.Open:+40,+0x88\npaint.main:+7,+0x3c": 0.8,
    "crash/crash\npaint/undo.(*Stack).pop:+3,+0x10\npaint.main:+21,+0x9a": 0.2,
}


def drawn(shares, dice):
    return dice.choices(list(shares), list(shares.values()))[0]


def machine(dice, days, config):
    """One report, as the client on one machine would send it; None if it would not."""
    x = 1 - dice.random()
    version = drawn(VERSIONS, dice)
    counters, stacks = {}, {}
    for name, share in FORMATS.items():
        if dice.random() < share:
            counters[f"paint/open:{name}"] = 1 + int(dice.expovariate(0.2))
    isSlow = dice.random() < SLOW
    for _ in range(int(dice.expovariate(0.1))):
        bucket = drawn({name: shares[isSlow] for name, shares in LATENCIES.items()}, dice)
        name = f"paint/save/latency:{bucket}"
        counters[name] = counters.get(name, 0) + 1
    if dice.random() < CRASHES[version]:
        stacks[drawn(STACKS, dice)] = 1
    build = {
        "Program": PROGRAM, "Version": version, "GoVersion": drawn(TOOLCHAINS, dice), "GOOS": drawn(SYSTEMS, dice), "GOARCH": drawn(ARCHITECTURES, dice)}
    day = dice.choice(days)
    # What the gate leaves of it.
    if x > config["SampleRate"]:
        return None
    rates = rates_of(config)
    counters = {name: value for name, value in counters.items() if x <= rates[name]}
    stacks = {name: value for name, value in stacks.items() if x <= rates[name.split("\n")[0]]}
    return {
        "Week": day, "LastWeek": "", "X": x, "Programs": [build | {"Counters": counters, "Stacks": stacks}], "Config": config["Version"]}


def rates_of(config):
    program = next(program for program in config["Programs"] if program["Name"] == PROGRAM)
    rates = {}
    for counter in program["Counters"] + program.get("Stacks", []):
        chart, _, buckets = counter["Name"].partition(":")
        for name in [f"{chart}:{bucket}" for bucket in buckets.strip("{}").split(",")] if buckets else [chart]:
            rates[name] = counter["Rate"]
    return rates


class Connection:
    """HTTP that is kept alive."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.http = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=60)

    def __call__(self, method, path, body=None):
        self.http.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = self.http.getresponse()
        content = answer.read()
        if answer.status in (301, 302, 307, 308):
            return self("GET", urllib.parse.urljoin(path, answer.getheader("Location")))
        return answer.status, content


def send(url, week, machines, seed, connections):
    config = json.loads(Connection(url)("GET", "/config/latest.json")[1])
    end = datetime.date.fromisoformat(week)
    if end.isoweekday() != 7:
        sys.exit(f"{week} is no Sunday")
    days = [str(end - datetime.timedelta(back)) for back in range(7)]
    dice = random.Random(seed)
    reports = [report for report in (machine(dice, days, config) for _ in range(machines)) if report]
    problems = []

    def work(part):
        connection = Connection(url)
        for report in part:
            status, answer = connection("POST", f"/upload/{report['Week']}", json.dumps(report))
            if status != 200 or json.loads(answer)["dropped"]:
                problems.append(f"{status}: {answer.decode()}")

    threads = [threading.Thread(target=work, args=(reports[at::connections],)) for at in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        sys.exit(f"{len(problems)} reports were not taken as they are, the first: {problems[0]}")
    return truth(reports, week, config)


def truth(reports, week, config):
    """What the charts must say: how many reports have each bucket, of how many that could."""
    rates = rates_of(config)
    seen, of = {}, {}
    for report in reports:
        program = report["Programs"][0]
        for name in program["Counters"] | program["Stacks"]:
            seen[name] = seen.get(name, 0) + 1
    for name, rate in rates.items():
        of[name] = sum(report["X"] <= rate for report in reports)
    about = {}
    for key, field in (("version", "Version"), ("os", "GOOS"), ("arch", "GOARCH"), ("toolchain", "GoVersion")):
        for report in reports:
            value = report["Programs"][0][field]
            about.setdefault(key, {}).setdefault(value, 0)
            about[key][value] += 1
    return {"week": week, "reports": len(reports), "seen": seen, "of": of, "about": about}


def check(url, truth):
    """Sentences on what the collector says otherwise."""
    connection = Connection(url)
    status, body = connection("GET", f"/data/weeks/{truth['week']}.json")
    if status != 200:
        return [f"the week of {truth['week']} is not published: {status}"]
    data = json.loads(body)
    least = data["least"]
    problems = []

    def same(what, said, true):
        if said != true:
            problems.append(f"{what} is {said}, and should be {true}")

    same("the number of reports", data["reports"], truth["reports"])
    program = next(program for program in data["programs"] if program["name"] == PROGRAM)
    rows = {}
    for chart in program["charts"]:
        for row in chart["rows"]:
            if row["dimension"] == "all" and row["bucket"] is not None:
                rows[chart["kind"], chart["name"], row["bucket"]] = row
    for name, reports in truth["seen"].items():
        chart, _, bucket = name.partition(":")
        # A stack's chart is its first line, and its bucket all of it.
        isStack = "\n" in name
        row = next((row for (kind, own, label), row in rows.items() if (kind == "stack") == isStack and (
            label.endswith(name) if isStack else (own, label) == (chart, bucket))), None)
        if row is None:
            # Few, or so many that those without it are few.
            if reports >= 2 * least and truth["of"].get(name.split("\n")[0], 0) - reports >= 2 * least:
                problems.append(f"{name!r} is not there, and {reports} reports have it")
            continue
        same(f"reports with {name!r}", row["reports"], reports)
        same(f"reports that could have {name!r}", row["of"], truth["of"][name.split("\n")[0]])
    for key, values in truth["about"].items():
        for value, reports in values.items():
            if reports >= 2 * least:
                same(f"reports of {key} {value}", rows.get(("about", key, value), {}).get("reports"), reports)
    # The truth behind it: what the machines were drawn with is within a few standard errors.
    for name, share in FORMATS.items():
        row = rows["partition", "paint/open", name]
        error = (share * (1 - share) / row["of"]) ** 0.5
        if abs(row["reports"] / row["of"] - share) > 4 * error:
            problems.append(f"{name} is opened by {row['reports'] / row['of']:.3f}, and was made to be by {share}")
    for path in ("/", "/programs/example.com~paint/", "/charts/example.com~paint/paint~open/", "/stacks/example.com~paint/", "/status/", "/privacy/", "/config/"):
        status, page = connection("GET", path)
        if status != 200 or b"</html>" not in page:
            problems.append(f"{path} answers {status}")
    page = connection("GET", "/charts/example.com~paint/paint~open/")[1].decode()
    for word in ("png", "svg", "jpeg", f"{truth['seen']['paint/open:png']:,}"):
        if word not in page:
            problems.append(f"the page of what is opened does not say {word}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=("send", "check"))
    parser.add_argument("url")
    parser.add_argument("--truth", required=True, help="the file in which what was sent is remembered")
    parser.add_argument("--week", help="the Sunday on which the week ends")
    parser.add_argument("--machines", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--connections", type=int, default=8)
    given = parser.parse_args()
    if given.what == "send":
        known = send(given.url, given.week, given.machines, given.seed, given.connections)
        with open(given.truth, "w") as file:
            json.dump(known, file)
        print(f"{known['reports']:,} machines have sent their reports of the week that ended on {given.week}")
        return 0
    with open(given.truth) as file:
        problems = check(given.url, json.load(file))
    for problem in problems:
        print(f"WRONG: {problem}", file=sys.stderr)
    if not problems:
        print("The charts say what the machines have sent.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
