"""tel export --watch: a file that Prometheus reads while it is written."""

import signal
import time

import pytest

from Harness.exports import Prometheus

INTERVAL = 0.1


class Watched:
    def __init__(self, tel, path, *arguments, format="prometheus"):
        self.path = path
        self.process = tel.start("export", "--format", format, "--watch", "--interval", str(INTERVAL), "--output", path, *arguments)
        self.wait(path.exists)

    def wait(self, condition):
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end and self.process.poll() is None, self.process.poll()
            time.sleep(INTERVAL / 2)

    def value(self, name="tel_tool_start_total"):
        found = Prometheus(self.path.read_text()).of(name)
        return found[0][1] if found else None

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
def watched(tel, tmp_path):
    started = []

    def start(*arguments, **more):
        started.append(Watched(tel, tmp_path / "tool.prom", *arguments, **more))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def test_it_follows_what_is_counted(tel, watched):
    tel("inc", "--program", "tool", "tool/start", "2").ok
    watch = watched()
    assert watch.value() == 2
    tel("inc", "--program", "tool", "tool/start", "3").ok
    watch.wait(lambda: watch.value() == 5)
    tel("inc", "--program", "other", "tool/new").ok
    watch.wait(lambda: watch.value("tel_tool_new_total") == 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_says_goodbye_with_the_latest_counts(tel, watched, number, tmp_path):
    tel("inc", "--program", "tool", "tool/start", "2").ok
    watch = watched("--interval", "3600")
    tel("inc", "--program", "tool", "tool/start", "3").ok
    code, out, err = watch.end(number)
    assert (code, err) == (0, "") and number.name in out and str(watch.path) in out
    assert watch.value() == 5
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["tool.prom"]


def test_a_reader_never_sees_half_a_file_and_nothing_goes_down(tel, libtel, watched):
    process = libtel(tel.home)
    process.ask("open", program="tool")
    for index in range(500):
        process.ask("add", name=b"tool/%03d:" % index + b"x" * 200, n=1)
    process.ask("add", name=b"tool/start", n=1)
    watch = watched()
    before, seen = 0, set()
    for turn in range(60):
        process.ask("add", name=b"tool/start", n=1)
        text = watch.path.read_text()
        assert text.endswith("\n") and text.count("# TYPE ") == 502
        assert (value := watch.value()) >= before
        before = value
        seen.add(value)
        time.sleep(0.02)
    assert len(seen) > 3


def test_off_leaves_no_counts_in_it(tel, watched):
    tel("inc", "--program", "tool", "tool/start", "2").ok
    watch = watched()
    tel("off").ok
    watch.wait(lambda: watch.value() is None)
    assert "tel_week_info" in watch.path.read_text()


def test_a_new_week_begins_at_zero(tel):
    """What is over is not in it; a counter that begins anew is what Prometheus knows."""
    tel.weeks_end_on_fridays()
    for day, n in [("2026-11-26", 2), ("2026-11-30", 1)]:
        tel("inc", "--program", "tool", "tool/start", str(n), "--as-of", day).ok
        assert Prometheus(tel("export", "this", "--format", "prometheus", "--as-of", day).ok.out).total == n


def test_a_disk_that_is_full_for_a_while_is_said_once_and_survived(tel, watched, tmp_path):
    tel("inc", "--program", "tool", "tool/start", "2").ok
    watch = watched()
    aside = tmp_path / "aside"
    content = watch.path.read_text()
    watch.path.unlink()
    watch.path.mkdir()
    time.sleep(5 * INTERVAL)
    watch.path.rmdir()
    watch.wait(watch.path.is_file)
    assert watch.path.read_text() == content and not aside.exists()
    code, out, err = watch.end()
    assert code == 0 and err.count("\n") == 1 and "no regular file" in err
