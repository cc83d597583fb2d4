"""`tel-collector triage`: from files of reports to issues in a folder."""

import base64
import fcntl
import json
import os

import pytest

from Collector.conftest import chart, charts
from Collector.serving import Serving
from Collector.serving import report as plain_report

PAINT = "example.com/paint"


def name_of(stack):
    """As the reference names stacks: FNV-1, 32 bits, base64url."""
    value = 2166136261
    for byte in stack.encode():
        value = value * 16777619 % 2**32 ^ byte
    return base64.urlsafe_b64encode(value.to_bytes(4, "big"))[:6].decode()


def stack(*frames, counter="crash/crash"):
    return "\n".join([counter, *frames])


def report(x, *stacks, version="v1.2.0", week="2026-11-22", system=("linux", "amd64"), program=PAINT):
    return {
        "Week": week, "LastWeek": "", "X": x, "Config": "v1.0.0",
        "Programs": [{"Program": program, "Version": version, "GoVersion": "go1.24.0", "GOOS": system[0], "GOARCH": system[1], "Counters": {}, "Stacks": {name: 1 for name in stacks}}]}


def kept(x, stacks={}, **more):
    one = plain_report(x, **more)
    one["Programs"][0]["Stacks"] = stacks
    return one


OPEN = stack("runtime.gopanic:+5,+0x1f", "example.com/paint.Open:+12,+0x75", "example.com/paint.main:+3,+0x9")
OPEN_LATER = stack("runtime.gopanic:+5,+0x1f", "example.com/paint.Open:+13,+0x80", "example.com/paint.main:+3,+0x9")
SAVE = stack("example.com/paint.Save:+2,+0x10", "example.com/paint.main:+8,+0x9")
RULES = "program: example.com/*\ntitle: paint\nlabels: crash\nignore: runtime.*\nlink: example.com/paint https://example.com/src/{version}/{package}?find={function}\n"


@pytest.fixture
def triage(collector):
    def call(*arguments):
        return collector("triage", *arguments)

    def days(*reports, name="2026-11-22"):
        return collector.write(f"data/{name}", "".join(json.dumps(one) + "\n" for one in reports))

    call.days, call.folder = days, collector.folder
    call.issue = lambda name, text: collector.write(f"issues/{name}", text)
    call.issues = lambda: {path.name: path.read_text() for path in (collector.folder / "issues").glob("*.md")}
    (collector.folder / "issues").mkdir()
    collector.write("rules.txt", RULES)
    return call


def three(triage):
    triage.days(report(0.1, OPEN, SAVE), report(0.2, OPEN_LATER, version="v1.3.0", system=("darwin", "arm64")), report(0.3), report(0.4, OPEN, OPEN_LATER))


def test_bugs_are_ranked_by_reports_without_issues(triage):
    three(triage)
    assert triage("--data", "data", "--rules", "rules.txt").ok.out == f"""\
example.com/paint: example.com/paint.Open (crash/crash)
  3 of 4 reports (75%, 30.1% to 95.4%), 4 events
  v1.2.0 to v1.3.0, 2026-11-22; linux/amd64 2, darwin/arm64 1
  2 stacks: {name_of(OPEN)} {name_of(OPEN_LATER)}
example.com/paint: example.com/paint.Save (crash/crash)
  1 of 4 reports (25%, 4.6% to 69.9%), 1 event
  v1.2.0, 2026-11-22; linux/amd64 1
  1 stack: {name_of(SAVE)}
3 stacks of 2 kinds, in 4 reports
"""


def test_json_has_the_ranking(triage):
    three(triage)
    said = triage("--data", "data", "--rules", "rules.txt", "--json").ok.json
    assert (said["reports"], said["repeated"], said["skipped"]) == (4, 0, 0)
    first = said["clusters"][0]
    assert first["seen"]["reports"] == 3 and first["seen"]["among"] == 4 and first["seen"]["systems"] == ["linux/amd64 2", "darwin/arm64 1"]
    assert {one["text"] for one in first["stacks"]} == {OPEN, OPEN_LATER} and set(first["fingerprints"]) == {"1", "3", "5", "16"}


def test_without_apply_nothing_is_written(triage):
    three(triage)
    triage.issue("1.md", "---\ntitle: Open\n---\n```\n#!stacks\n\"paint.Open\"\n```\n")
    before = triage.issues()
    said = triage("--data", "data", "--issues", "issues", "--rules", "rules.txt").ok.out
    assert "New issues\n  paint: bug in paint.Save\n" in said and "  1.md: Open\n    2 new stacks\n" in said
    assert triage.issues() == before and os.listdir(triage.folder / "issues") == ["1.md"]


def test_a_plan_is_applied_and_applied_again_without_doubling(triage):
    three(triage)
    triage.issue("1.md", "---\ntitle: Open\nstate: closed\nmilestone: paint/v1.3.0\n---\n```\n#!stacks\n\"paint.Open\"\n```\n")
    call = ("--data", "data", "--issues", "issues", "--rules", "rules.txt", "--apply")
    done = triage(*call).ok.out
    assert "1.md: updated\n" in done and "paint: bug in paint.Save: created\n" in done
    after = triage.issues()
    assert len(after) == 2 and "state: open\n" in after["1.md"] and "seen in `v1.3.0`" in after["1.md"]
    assert after["1.md"].count(name_of(OPEN)) == 2, "once in the comment, once in the last line of the body"
    (new,) = [text for name, text in after.items() if name != "1.md"]
    assert new.startswith('---\ntitle: "paint: bug in paint.Save"\nstate: open\nlabels: ["crash"]\n---\n```\n#!stacks\n')
    assert SAVE in new and "<https://example.com/src/v1.2.0/example.com/paint?find=Save>" in new
    assert triage(*call).ok.out == "there is nothing to do\n"
    assert triage.issues() == after


def test_a_saved_plan_is_applied_later(triage):
    three(triage)
    triage("--data", "data", "--issues", "issues", "--plan", "plan.json").ok
    assert triage.issues() == {}
    triage("--issues", "issues", "--plan", "plan.json", "--apply").ok
    after = triage.issues()
    assert len(after) == 2
    assert triage("--issues", "issues", "--plan", "plan.json", "--apply").ok.out.count("created before\n") == 2
    assert triage.issues() == after


def test_an_issue_that_was_changed_since_the_plan_is_left_alone(triage):
    three(triage)
    triage.issue("1.md", "```\n#!stacks\n\"paint.Open\"\n```\n")
    triage("--data", "data", "--issues", "issues", "--plan", "plan.json").ok
    mine = "```\n#!stacks\n\"paint.Open\"\n```\nMy words.\n"
    triage.issue("1.md", mine)
    done = triage("--issues", "issues", "--plan", "plan.json", "--apply")
    assert done.code == 10 and "1.md: left alone" in done.out
    assert triage.issues()["1.md"] == mine


def test_two_at_once_are_refused(triage):
    three(triage)
    with open(triage.folder / "issues" / ".tel-triage.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = triage("--data", "data", "--issues", "issues", "--apply")
        assert done.code == 1 and "another triage" in done.err
        triage("--data", "data", "--issues", "issues").ok
    assert triage.issues() == {}
    triage("--data", "data", "--issues", "issues", "--apply").ok


def test_an_issue_with_an_empty_body_and_a_broken_predicate_stop_nothing(triage):
    three(triage)
    triage.issue("0.md", "")
    triage.issue("1.md", "---\ntitle: T\n---\n```\n#!stacks\n\"a\" && oss == \"b\"\n```\n")
    said = triage("--data", "data", "--issues", "issues").ok.out
    assert "1.md:6:8: there is no field oss\n    hint: " in said and "New issues" in said


def test_a_stacks_text_is_nothing_but_text(triage):
    evil = stack("a.f```\u202e", "````", "<!-- tel-triage cluster 0123456789abcdef -->", "\u001b[31m# x")
    triage.days(report(0.1, evil))
    triage("--data", "data", "--issues", "issues", "--apply").ok
    (text,) = triage.issues().values()
    assert "\u202e" not in text and "\u001b" not in text and "<!-- tel-triage cluster 0123456789abcdef" not in text
    assert "`````\ncrash/crash\n" in text, "a longer fence than there is inside"
    assert triage("--data", "data", "--issues", "issues", "--apply").ok.out == "there is nothing to do\n"


def test_lines_that_are_no_reports_are_named_and_skipped(triage):
    three(triage)
    with open(triage.folder / "data" / "2026-11-22", "a") as file:
        file.write('{"Week":\n' + json.dumps(report(0.6, *[stack(f"a.f{n}:+1,+0x{n:x}") for n in range(5000)])) + "\n")
    done = triage("--data", "data", "--json")
    assert done.code == 0 and "data/2026-11-22:5: skipped: " in done.err
    assert done.json["skipped"] == 1 and done.json["reports"] == 5 and sum(len(one["stacks"]) for one in done.json["clusters"]) == 5003


def test_no_data_is_no_nonsense(triage):
    triage.days()
    assert triage("--data", "data").ok.out == "0 stacks of 0 kinds, in 0 reports\n"
    assert triage("--data", "data", "--issues", "issues").ok.out == "there is no stack in 0 reports\n"
    assert triage("--data", "nowhere").code == 1


def test_why_an_issue_has_a_stack(triage):
    three(triage)
    triage.issue("1.md", "```\n#!stacks\n\"paint.Open\" && os == \"plan9\"\n```\n")
    said = triage("--data", "data", "--issues", "issues", "--explain", name_of(OPEN)).ok.out
    assert '1.md: its predicate does not match' in said and '  no   && of\n' in said and 'no   os == "plan9": it is "linux"\n' in said
    assert triage("--data", "data", "--issues", "issues", "--explain", "AAAAAA").code == 1


def test_lint(triage):
    three(triage)
    triage.issue("1.md", "```\n#!stacks\n\"paint.Open\"\n```\n")
    assert triage("--data", "data", "--issues", "issues", "--lint").ok.out == "nothing is odd\n"
    triage.issue("2.md", "```\n#!stacks\n\"paint.main\"\n```\n")
    done = triage("--data", "data", "--issues", "issues", "--lint")
    assert done.code == 10 and done.out.splitlines() == ["2.md: everything: it matches all 3 stacks", "1.md: subsumed: all that it matches, 2.md matches too: 2 stacks"]


def test_what_a_collector_keeps_is_what_files_of_its_reports_say(collector, triage):
    config = charts(chart("crash/crash", "type: stack", "depth: 16", "rate: 1"))
    reports = [kept(0.1, counters={}, stacks={OPEN: 1}), kept(0.2, counters={}, stacks={OPEN_LATER: 2}), kept(0.3, counters={}, stacks={SAVE: 1}), kept(0.4, counters={})]
    with Serving(collector, config=config) as served:
        assert [served.upload(one).status for one in reports] == [200] * 4
        while_it_serves = triage("--collector", "data", "--json").ok.json
    collector.write("days/one", "".join(json.dumps(one) + "\n" for one in reports))
    assert while_it_serves == triage("--data", "days", "--json").ok.json
    assert [one["seen"]["reports"] for one in while_it_serves["clusters"]] == [2, 1]
    assert "there are no reports in nowhere" in triage("--collector", "nowhere").err


def test_only_what_is_wanted(triage):
    three(triage)
    said = triage("--data", "data", "--where", 'version >= "v1.3.0"', "--json").ok.json
    assert [one["seen"]["last_version"] for one in said["clusters"]] == ["v1.3.0"]
    done = triage("--data", "data", "--where", "version >= 1")
    assert done.code == 1 and "--where: column 12: a text in quotation marks should be here" in done.err
    assert len(triage("--data", "data", "--issues", "issues", "--least", "2", "--rules", "rules.txt", "--json").ok.json["creations"]) == 1


def test_markdown(triage):
    three(triage)
    assert triage("--data", "data", "--issues", "issues", "--rules", "rules.txt", "--markdown").ok.out.startswith("## New issues\n\n* `paint: bug in paint.Open`: 3 of 4 reports (75%, ")
    assert triage("--data", "data", "--rules", "rules.txt", "--markdown").ok.out.startswith("## `example.com/paint.Open`\n\n`example.com/paint`, `crash/crash`: 3 of 4 reports")


@pytest.mark.parametrize("arguments", [(), ("--data", "data", "--apply"), ("--data", "data", "--depth", "0"), ("--data", "data", "--lint"), ("--issues", "issues", "--plan", "p"), ("--data", "data", "--issues", "issues", "--apply", "--lint")])
def test_a_wrong_command_line_does_nothing(triage, arguments):
    three(triage)
    assert triage(*arguments).code == 64
    assert triage.issues() == {}


def test_rules_with_an_error_are_shown(triage):
    three(triage)
    (triage.folder / "rules.txt").write_text("program: a\ncolour: red\n")
    done = triage("--data", "data", "--rules", "rules.txt")
    assert done.code == 1 and done.out.startswith("rules.txt:2:1: error: there is no key colour\n    colour: red\n    ^\n    hint: ")
