"""bindings/go: flushing, transports in Go, and Start with Upload, at the border
to libtel. What stands behind it here carries out one fetch and one delivery and
writes down what came back; see Harness/courier.py."""

import json
import os
import re
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from Harness import c, courier, golibtel
from Harness.collector import Collector
from Harness.golibtel import run
from Upload import stage

HERE = Path(__file__).resolve().parent / "go"
DESTINATION = "https://telemetry.example.org"
DAY = 86400


pytestmark = pytest.mark.usefixtures("toolchain")


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    made = {}

    def build(name, *flags):
        if (name, flags) not in made:
            home = tmp_path_factory.mktemp("go")
            folder = golibtel.module(home / "same", f"example.com/{name}", {"main.go": (HERE / f"{name}.go").read_text()})
            made[name, flags] = golibtel.build(folder, home, *flags)
        return made[name, flags]

    return build


@pytest.fixture
def telemetry(tmp_path):
    return courier.consent(tmp_path / "telemetry", DESTINATION)


# ---- Flushing, and transports


@pytest.fixture
def transport(program, telemetry, tmp_path):
    """The lines that the program prints, and what was seen of its transports."""

    def start(what, *flags, **env):
        done = run(program("transports", *flags), telemetry, what, folder=tmp_path, LD_PRELOAD=courier.library(), **env)
        assert done.stderr == ""
        return done.stdout.splitlines(), courier.seen(telemetry)

    return start


def test_a_transport_gets_each_request_as_libtel_made_it(transport):
    lines, seen = transport("prints")
    assert lines == [
        f'{DESTINATION}/config/latest.json "\\"etag\\"" 4096 true',
        f'{DESTINATION}/upload/2026-11-27 "" 4096 true 2026-11-27.json application/json {{"Week":"2026-11-27"}}', "3 1 0 0"]
    assert seen == ["fetch TEL_OK 200 0", "deliver TEL_OK 200 0"]


def test_libtel_gets_each_answer_as_the_transport_made_it(transport):
    lines, seen = transport("answers")
    assert lines == ["3 1 0 0", "closed 1"]
    assert seen == ['tag "x"', f"location {DESTINATION}/v1.json", "write moved", "fetch TEL_OK 302 0", "write later", "deliver TEL_OK 503 2"]


@pytest.mark.parametrize("what, status, error, problem", [
    ("error", "TEL_E_IO", "ErrIO", "nobody is there"),
    ("broken", "TEL_E_IO", "ErrIO", "cut off"),
    ("slow", "TEL_E_TIMEOUT", "ErrTimeout", "asking: context deadline exceeded"),
    ("net-slow", "TEL_E_TIMEOUT", "ErrTimeout", "lookup x: no answer"),
    ("os-slow", "TEL_E_TIMEOUT", "ErrTimeout", "i/o timeout"),
    ("waits", "TEL_E_TIMEOUT", "ErrTimeout", "context deadline exceeded"),
    ("defect", "TEL_E_PLUGIN", "ErrPlugin", "the transport does not work: no key"),
    ("nothing", "TEL_E_PLUGIN", "ErrPlugin", "the transport does not work: Exchange returned neither an answer nor an error"),
    ("panics", "TEL_E_PLUGIN", "ErrPlugin", "panic: on purpose"),
    ("nil-map", "TEL_E_PLUGIN", "ErrPlugin", "panic: assignment to entry in nil map"),
    ("goexit", "TEL_E_PLUGIN", "ErrPlugin", "Exchange ended its goroutine")])
def test_what_goes_wrong_becomes_a_status_and_a_problem_and_an_error(transport, what, status, error, problem):
    lines, seen = transport(what)
    later = status != "TEL_E_PLUGIN"
    assert lines == [f"3 0 {not later:d} {later:d}", f"{error} libtel: {problem}"]
    assert seen == [f"problem {problem}", f"fetch {status} 0 0", f"problem {problem}", f"deliver {status} 0 0"]


def test_an_answer_that_is_too_long_is_not_read_to_its_end(transport):
    lines, seen = transport("endless")
    assert lines[0] == "3 0 1 0"
    assert seen == ["too many", "fetch TEL_E_FULL 200 0", "too many", "deliver TEL_E_FULL 200 0"]


def test_what_keeps_a_flush_from_sending_is_told(transport):
    assert transport("none")[0] == ["3 0 1 0"]


def test_a_flush_in_mode_off_says_so(transport, telemetry):
    assert transport("none", TEL_MODE="off")[0][1].startswith("ErrOff libtel: ")
    assert courier.jobs(telemetry) == []


def test_a_flush_to_another_destination_than_the_user_consented_to_says_so(transport, telemetry):
    courier.consent(telemetry, "https://other.example.org")
    assert transport("prints")[0][1].startswith("ErrInvalid libtel: ")
    assert courier.jobs(telemetry) == []


def test_sixteen_transports_have_room_and_a_name_is_taken_once(transport):
    assert transport("names")[0] == [
        "libtel: there is a plugin of this name", "number-16 libtel: a process has room for 16 transports"]


def test_a_library_is_loaded_by_its_path(transport, telemetry):
    assert transport("load")[0] == [
        "libtel: asked to load /a/b.so, settings none, for ", f"libtel: asked to load /a/b.so, settings key value, for {telemetry}"]


@pytest.mark.parametrize("flags", [[], ["-race"], ["-gcflags=all=-d=checkptr"]], ids=["plain", "race", "checkptr"])
def test_goroutines_may_flush_at_once_while_garbage_is_collected(transport, flags):
    lines, seen = transport("many", *flags, GOGC="1", GODEBUG="cgocheck=1")
    assert lines == []
    assert seen and set(seen) == {"fetch TEL_OK 204 0", "deliver TEL_OK 204 0"}


# ---- Start with Upload


@pytest.fixture
def start(program, telemetry, tmp_path):
    """How often the transport was asked, and the microseconds that Start took."""

    def go(*, check=True, env=None, **how):
        config = {"Vendor": "example", "Upload": True, "UploadURL": f"{DESTINATION}/upload", "TelemetryDir": str(telemetry), **how}
        done = run(program("uploads"), json.dumps(config), folder=tmp_path, LD_PRELOAD=courier.library(), **(env or {}))
        return tuple(map(int, done.stdout.split()))

    return go


def token(telemetry):
    return telemetry / "local" / "upload.token"


def test_start_uploads_once_a_day(start, telemetry):
    assert start(Again=3)[0] == 2  # requests of one upload
    assert token(telemetry).exists()
    assert start()[0] == 0
    old = time.time() - DAY - 10
    os.utime(token(telemetry), (old, old))
    assert start()[0] == 2
    assert time.time() - token(telemetry).stat().st_mtime < 60
    (first, second) = courier.jobs(telemetry)
    assert first[:3] == second[:3] == ["example", "example.com/uploads", DESTINATION]
    assert 0 < int(first[3]) <= 60_000 and abs(int(first[4]) - time.time()) < 600


def test_start_does_not_wait_and_a_program_that_does_not_wait_ends(start, telemetry):
    begun = time.monotonic()
    asked, took = start(NoWait=True, Delay=20 * 10**9)
    assert asked <= 1 and took < 1_000_000 and time.monotonic() - begun < 10
    assert token(telemetry).exists()


def test_the_time_of_an_upload_can_be_given_and_counting_goes_on_by_the_systems_clock(start, telemetry):
    moment = "2031-05-06T07:08:09Z"
    assert start(UploadStartTime=moment)[0] == 2
    (job,) = courier.jobs(telemetry)
    assert int(job[4]) == 1_935_817_689
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert c.files(telemetry) and all(today in path.name for path in c.files(telemetry))


@pytest.mark.parametrize("how, env", [
    ({"Upload": False}, {}), ({"UploadURL": ""}, {}), ({"Vendor": ""}, {}), ({"Vendor": "tel"}, {}), ({"Vendor": "go"}, {}),
    ({}, {"TEL_MODE": "local"}), ({}, {"TEL_MODE": "off"}), ({}, {"DO_NOT_TRACK": "1"}), ({}, {"GO_TELEMETRY_CHILD": "1"}),
    ({}, {"GO_TELEMETRY_CHILD": "2"})],
    ids=lambda value: " ".join(f"{name}={given}" for name, given in value.items()) or "-")
def test_nothing_is_uploaded_nor_is_the_token_taken_where_it_may_not_be(start, telemetry, how, env):
    assert start(env=env, **how)[0] == 0
    assert not token(telemetry).exists() and courier.jobs(telemetry) == []


@pytest.mark.parametrize("mode", ["local", "off", None])
def test_nothing_is_uploaded_in_other_modes(start, telemetry, mode):
    (telemetry / "mode").write_text(f"{mode} 2020-01-01") if mode else (telemetry / "mode").unlink()
    assert start()[0] == 0
    assert not token(telemetry).exists() and courier.jobs(telemetry) == []


def test_a_directory_of_the_environment_is_never_uploaded(start, telemetry):
    assert start(TelemetryDir="", env={"TEL_DIR": telemetry})[0] == 0
    assert c.files(telemetry) and not token(telemetry).exists()


def test_after_open_start_uploads_nothing(start, telemetry, tmp_path):
    assert start(OpenBefore=True)[0] == 0
    assert not token(telemetry).exists() and courier.jobs(telemetry) == []


def test_a_test_uploads_nothing(tmp_path, telemetry):
    source = f"""package same
import "testing"
import "tel.example/telemetry"
import "tel.example/telemetry/counter/countertest"
func TestStarts(t *testing.T) {{
    countertest.Open({json.dumps(str(telemetry))})
    telemetry.Start(telemetry.Config{{Upload: true, UploadURL: "{DESTINATION}", Vendor: "example", TelemetryDir: {json.dumps(str(telemetry))}}}).Wait()
}}
"""
    folder = golibtel.module(tmp_path / "same", "example.com/same", {"main_test.go": source})
    golibtel.command("test", "-c", "-o", "program", ".", folder=folder, home=tmp_path)
    run(folder / "program", folder=tmp_path, LD_PRELOAD=courier.library())
    assert not token(telemetry).exists() and courier.jobs(telemetry) == []


def test_why_nothing_was_sent_is_said_to_who_debugs(program, telemetry, tmp_path):
    courier.consent(telemetry, "https://other.example.org")
    config = {"Vendor": "example", "Upload": True, "UploadURL": f"{DESTINATION}/upload", "TelemetryDir": str(telemetry)}
    done = run(program("uploads"), json.dumps(config), folder=tmp_path, LD_PRELOAD=courier.library(), GODEBUG="countertrace=1")
    assert re.fullmatch(r"counter: libtel: .*consented.*\n", done.stderr)


def test_the_readmes_start_uploads(program, telemetry, tmp_path):
    """To the user's own directory, for he has consented to what the README says."""
    blocks = re.findall(r"^```go\n(.*?)^```", (golibtel.BINDING / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    start, = (block for block in blocks if "UploadURL" in block)
    source = (HERE / "uploads.go").read_text().replace("telemetry.Start(how.Config)\n\ttook", f"{start.strip()}\n\ttook", 1)
    folder = golibtel.module(tmp_path / "same", "example.com/same", {"main.go": source})
    theirs = courier.consent(tmp_path / "home" / ".config" / "example" / "telemetry", DESTINATION)
    done = run(golibtel.build(folder, tmp_path), "{}", folder=tmp_path, LD_PRELOAD=courier.library())
    assert done.stdout.startswith("2 ") and len(courier.jobs(theirs)) == 1


def test_ten_programs_at_once_deliver_each_week_once(program, tmp_path):
    """With libtel itself, and its own transport; Upload is all that they asked for."""
    today = datetime.now(timezone.utc).date()
    weeks = [str(today - timedelta(days=days)) for days in (1, 8, 15)]
    user = stage.Stage(tmp_path / "home", vendor="example").prepare(mode="on 2020-01-01").counted(*weeks)
    with Collector(config=stage.config()) as collector:
        user.destine(collector.url)
        how = json.dumps({"Vendor": "example", "Upload": True, "UploadURL": f"{collector.url}/upload"})
        env = {"PATH": "/usr/bin:/bin", "HOME": str(user.home), "LD_PRELOAD": str(c.library())}
        running = [subprocess.Popen([program("uploads"), how], env=env, text=True, stdout=subprocess.PIPE) for _ in range(10)]
        assert [process.wait(60) for process in running] == [0] * 10
        assert sorted(request.path for request in collector.requests if request.method == "POST") == sorted(f"/upload/{week}" for week in weeks)
        assert sorted(user.sent) == sorted(weeks) and user.nothing_is_left()
