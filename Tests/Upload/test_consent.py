"""Nothing leaves without consent: not by mode, not by date, not to anybody else."""

import pytest

from Harness import counterfile
from Harness.collector import Answer

from .stage import COUNTS, LATER, TODAY, WEEKS, Stage, on_terminal, programs

WEEK = WEEKS[1]
OTHER = "example.com/late"


@pytest.fixture
def stage(acme):
    return acme.counted(WEEK)


def nothing_left(stage, collector):
    assert collector.connections == 0 and stage.sent == {}
    return True


@pytest.mark.parametrize("mode", ["off 2026-11-01", "local 2026-11-01", "local", "", "ON 2026-11-01", "on\t2026-11-01", "onward"])
def test_only_on_is_on(stage, collector, mode):
    stage.mode(mode)
    stage.upload()
    assert nothing_left(stage, collector) and stage.waiting == {}


@pytest.mark.parametrize("variables", [{"DO_NOT_TRACK": "1"}, {"TEL_MODE": "local"}, {"TEL_MODE": "off"}, {"CI": "true"}, {"GITHUB_ACTIONS": "true"}], ids=str)
def test_what_lowers_the_mode_holds_it_back(stage, collector, variables):
    stage.upload(**variables)
    assert nothing_left(stage, collector)
    stage.upload(as_of=LATER).ok
    assert list(stage.sent) == [WEEK]


def test_without_a_mode_file_nothing_leaves(stage, collector):
    (stage.directory / "mode").unlink()
    stage.upload()
    assert nothing_left(stage, collector)


def test_without_a_destination_nothing_leaves(stage, collector):
    (stage.directory / "destination").unlink()
    done = stage.upload()
    assert done.code != 0 and "destination" in done.err
    assert nothing_left(stage, collector)


def test_the_vendor_tel_can_never_upload(home, collector):
    stage = Stage(home, "tel").prepare(collector.url).counted(WEEK)
    assert stage.upload().code != 0
    assert nothing_left(stage, collector)


def test_a_directory_from_the_environment_never_uploads(stage, collector):
    assert stage("upload", "--as-of", TODAY, TEL_DIR=str(stage.directory)).code != 0
    assert stage.upload(TEL_DIR=str(stage.directory)).code != 0
    assert nothing_left(stage, collector)
    stage.upload("--dir", stage.directory).ok
    assert list(stage.sent) == [WEEK]


# ---- Since when


@pytest.mark.parametrize("asof, leaves", [("2026-11-22", True), ("2026-11-23", False), ("2026-11-24", False), ("2026-12-01", False)])
def test_counts_from_before_the_yes_never_leave(stage, collector, asof, leaves):
    """The week was begun on the 23rd; those of the very day stay, too."""
    stage.mode(f"on {asof}")
    stage.upload()
    assert (list(collector.weeks) == [WEEK]) == leaves and (list(stage.sent) == [WEEK]) == leaves
    assert list(stage.reports) == [WEEK] and stage.waiting == {}
    stage.mode("on 2026-11-01")


@pytest.mark.parametrize("asof, leave", [("2026-11-15", True), ("2026-11-16", False), ("2026-11-18", False)])
def test_late_counts_are_as_old_as_they_are(acme, collector, asof, leave):
    """What a straggler added to a week that has its report comes into the next
    one, and leaves by the day on which it was begun."""
    wide = collector.config.replace(b'"Programs": [', b'"Programs": [{"Name": "example.com/late", "Versions": ["v1.2.3"], "Counters": [{"Name": "app/start", "Rate": 1}]}, ')
    collector.config = wide
    acme.counted(WEEKS[0])
    acme.do("report", as_of="2026-11-21").ok
    acme.counted(WEEKS[0], program=OTHER)  # begun on the 16th
    acme.counted(WEEK)
    acme.mode(f"on {asof}")
    acme.upload(as_of="2026-11-28").ok
    assert OTHER in programs(acme.reports[WEEK])
    (body,) = collector.weeks[WEEK]
    assert (OTHER in programs(body)) == leave and programs(body)["example.com/app"]["Counters"]["app/start"] == 3


def test_late_counts_do_not_leave_with_younger_ones_of_the_program(acme, collector):
    acme.counted(WEEKS[0])
    acme.do("report", as_of="2026-11-21").ok
    acme.counted(WEEKS[0], counts={"app/start": 1000})
    acme.counted(WEEK)
    acme.mode("on 2026-11-18")
    acme.upload(as_of="2026-11-28")
    assert programs(acme.reports[WEEK])["example.com/app"]["Counters"]["app/start"] == 1003
    for request in collector.uploads():
        assert programs(request.body).get("example.com/app", {"Counters": {}})["Counters"].get("app/start", 0) in (0, 3)
    assert counterfile.accounted_by_name(acme.directory)["app/start"] == 1006


# ---- How old


@pytest.mark.parametrize("day, leaves", [("2026-12-17", True), ("2026-12-19", False), ("2027-03-01", False)])
def test_what_is_too_old_is_never_sent(stage, collector, day, leaves):
    stage.upload(as_of=day)
    assert bool(collector.uploads()) == leaves and (list(stage.sent) == [WEEK]) == leaves
    assert list(stage.reports) == [WEEK]


def test_what_became_too_old_while_it_waited_is_never_sent(stage, collector):
    collector.always("POST", f"/upload/{WEEK}", Answer(503))
    stage.hasty()
    count = len(collector.uploads())
    waited = stage.waiting
    collector.forget()
    stage.upload(as_of="2026-12-30")
    assert len(collector.uploads()) == count and stage.sent == {} == stage.waiting
    assert stage.rejected == waited and stage.dated("rejected", ".answer")[WEEK]


@pytest.mark.parametrize("week, age", [("2026-10-02", "too old"), ("2026-11-27", "in time")])
def test_a_leftover_of_the_reference_goes_through_the_gate(acme, collector, week, age):
    """Whoever has put it there, no count leaves that the config does not want."""
    leftover = b'{"Week": "%s", "LastWeek": "", "X": 0.5, "Programs": [{"Program": "example.com/app", "Version": "v1.2.3", "GoVersion": "gcc12.2", ' \
               b'"GOOS": "linux", "GOARCH": "amd64", "Counters": {"app/secret": 1}, "Stacks": {}}], "Config": "v1.0.0"}' % week.encode()
    (acme.local / f"{week}.json").write_bytes(leftover)
    acme.hasty()
    assert all(b"app/secret" not in request.body for request in collector.uploads())
    if age == "too old":
        assert collector.uploads() == [] and acme.waiting == {}


@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 100, b'{"Week": "2026-11-27"}', b"[]"], ids=repr)
def test_half_a_leftover_is_not_sent_and_stops_nothing(acme, collector, content):
    """The reference does not write it in one go."""
    (acme.local / f"{WEEKS[0]}.json").write_bytes(content)
    acme.counted(WEEK)
    acme.hasty()
    assert list(collector.weeks) == [WEEK] and list(acme.sent) == [WEEK]


@pytest.mark.parametrize("name", ["notes.json", "2026-13-45.json", "x.json", ".json", "some-undated-name.json", "2026-11-27.json.old"])
def test_other_files_are_left_alone(stage, collector, name):
    (stage.local / name).write_text('{"mine": true}')
    stage.upload()
    assert (stage.local / name).read_text() == '{"mine": true}'
    assert [request.path for request in collector.uploads()] == [f"/upload/{WEEK}"]


def test_a_week_of_the_future_waits(acme, collector):
    acme.counted("2026-12-11")
    acme.upload().ok
    assert collector.uploads() == []


# ---- To whom


def test_one_vendors_collector_never_hears_of_another(stage, collector, collectors, home):
    theirs = collectors()
    other = Stage(home, "zeta").prepare(theirs.url).counted(WEEK, counts={"app/start": 99})
    stage.upload().ok
    other.upload().ok
    assert programs(collector.uploads()[0].body)["example.com/app"]["Counters"]["app/start"] == 3
    assert programs(theirs.uploads()[0].body)["example.com/app"]["Counters"]["app/start"] == 99
    assert len(collector.uploads()) == len(theirs.uploads()) == 1


def test_consent_for_one_destination_is_none_for_another(stage, collector, collectors):
    """Whoever changes the destination needs a new yes."""
    mine = collectors()
    (stage.directory / "destination").write_text(f"{mine.url}\n")
    stage.upload()
    assert mine.uploads() == []


# ---- Once, and no more


def test_once_without_a_terminal_is_no_consent(stage, collector):
    stage.mode("local")
    assert stage.upload("--once", WEEK).code != 0
    assert collector.uploads() == []


@pytest.mark.parametrize("answer, leaves", [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_once_asks_and_sends_one_week(stage, collector, answer, leaves):
    stage.counted(WEEKS[2])
    stage.mode("local")
    question, shown, code = on_terminal(stage, answer, "--once", WEEK)
    assert question and collector.url in shown, shown
    assert list(collector.weeks) == ([WEEK] if leaves else []) and list(stage.sent) == ([WEEK] if leaves else [])
    assert (stage.directory / "mode").read_text() == "local"
    if leaves:
        assert code == 0 and b"app/secret" not in collector.uploads()[0].body


def test_once_lifts_the_mode_files_layer_alone(stage, collector):
    stage.mode("local")
    assert stage.upload("--once", WEEK, DO_NOT_TRACK="1").code != 0
    assert collector.connections == 0


# ---- No longer


@pytest.mark.parametrize("command", ["off", "local"])
def test_taking_consent_back_destroys_what_waits(stage, collector, command):
    stage.counted(WEEKS[2])
    collector.always("POST", "*", Answer(503))
    stage.hasty()
    count = len(collector.uploads())
    assert WEEK in stage.waiting
    done = stage(command, "--vendor", "acme")
    assert done.code == 0 and stage.waiting == {}
    assert "waited" in done.out and WEEK in done.out or f"{len(stage.waiting)} " in done.out, done.out
    collector.forget()
    stage.mode("on 2026-12-06")
    stage.upload(as_of="2026-12-08")
    assert len(collector.uploads()) == count and stage.sent == {}


def test_consent_that_goes_during_a_run_ends_it(stage, collector):
    """The mode file is read again before each week is sent."""
    stage.counted(WEEKS[0], WEEKS[2])

    def taken_back(request):
        stage.mode("local")
        return Answer(200)

    for week in WEEKS:
        collector.always("POST", f"/upload/{week}", taken_back)
    stage.upload()
    assert len(collector.uploads()) == 1


def test_counts_are_those_that_were_counted(stage, collector):
    stage.upload().ok
    assert programs(stage.reports[WEEK])["example.com/app"]["Counters"] == {name: n for name, n in sorted(COUNTS.items()) if "\n" not in name}


def test_in_the_background_the_command_line_is_not_the_user_s_word(acme, collector, collectors):
    """A program has started it, perhaps before the user changed his mind."""
    acme.counted("2026-11-27")
    other = collectors()
    result = acme.upload("--background", "--destination", other.url)
    assert result.code == 1 and "has not agreed" in result.err and not other.requests
    acme.upload("--background", "--destination", collector.url).ok
    assert list(acme.sent) == ["2026-11-27"]
