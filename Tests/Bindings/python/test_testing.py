"""What the binding gives to the tests of a program."""

import os
import subprocess
import sys
import unittest

import pytest
import tel
import tel.testing


HANDLE = tel.counter("a/handle")


def editor(name):
    """A program's code under test; it opens, as programs do."""
    tel.open("example.com/editor", version="1.2.3")
    tel.inc("editor/open:" + name.rpartition(".")[2])
    tel.close()


def test_the_fixture_has_what_was_counted(tel_counts):
    editor("a.txt")
    editor("b.md")
    editor("c.md")
    assert tel_counts["editor/open:md"] == 2
    assert tel_counts["editor/open:pdf"] == 0
    assert "editor/open:txt" in tel_counts and "editor/open:pdf" not in tel_counts
    assert dict(tel_counts) == {"editor/open:txt": 1, "editor/open:md": 2}
    assert repr(tel_counts) == "{'editor/open:md': 2, 'editor/open:txt': 1}"


@pytest.mark.parametrize("time", range(2))
def test_a_second_test_sees_nothing_of_the_first(tel_counts, time):
    assert dict(tel_counts) == {}
    HANDLE.inc()
    tel.timed("a/latency")(editor)("x.txt")
    assert tel_counts["a/handle"] == 1 and len(tel_counts) == 3


def test_what_was_counted_without_a_test_is_not_in_it():
    tel.inc("a/before")
    with tel.testing.sandbox() as counts:
        assert dict(counts) == {}
    tel.inc("a/after")
    with tel.testing.sandbox() as counts:
        assert dict(counts) == {}


def test_the_clock_stands_still_until_it_is_moved(tel_counts):
    tel.inc("a")
    assert tel.counter_file().endswith("2024-01-01.v1.count")
    tel_counts.advance(6 * tel.testing.DAY)
    assert dict(tel_counts) == {"a": 1}
    tel_counts.advance(tel.testing.DAY)
    assert dict(tel_counts) == {}
    assert tel.counter_file().endswith("2024-01-08.v1.count")


def test_the_directory_goes_away_and_the_home_is_untouched():
    with tel.testing.sandbox() as counts:
        tel.inc("a")
        assert os.listdir(os.path.join(counts.directory, "local"))
    assert not os.path.exists(counts.directory)
    assert not os.path.exists(os.path.expanduser("~/.config/tel-testing"))


def test_a_sandbox_in_a_sandbox_is_refused(tel_counts):
    with pytest.raises(RuntimeError, match="open already"):
        with tel.testing.sandbox():
            pass
    tel.inc("a")
    assert tel_counts["a"] == 1


def test_a_test_that_fails_closes_its_sandbox():
    with pytest.raises(KeyError):
        with tel.testing.sandbox():
            raise KeyError
    with tel.testing.sandbox():
        pass


def test_forked_children_count_into_the_sandbox(tel_counts):
    child = os.fork()
    if child == 0:
        tel.inc("a/child")
        os._exit(0)
    os.waitpid(child, 0)
    assert dict(tel_counts) == {"a/child": 1}


class EditorTest(tel.testing.TelTestCase, unittest.TestCase):
    def setUp(self):
        super().setUp()
        editor("a.txt")

    def test_expectations_hold(self):
        self.assertCounted("editor/open:txt")
        self.assertCounted("editor/open:txt", 1)
        self.assertNotCounted("editor/open:md")
        self.assertEqual(dict(self.tel_counts), {"editor/open:txt": 1})

    def test_a_wrong_expectation_fails_with_a_sentence(self):
        with self.assertRaisesRegex(AssertionError, "'editor/open:md' is 0, but 3 was expected"):
            self.assertCounted("editor/open:md", 3)
        with self.assertRaisesRegex(AssertionError, "'editor/open:txt' is 1, but 0 was expected"):
            self.assertNotCounted("editor/open:txt")


def run_tests(scene, text, *arguments, env=None):
    scene.write(text, "test_it.py")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py", *arguments], cwd=scene.folder, text=True,
        capture_output=True, env=scene.environment(**(env or {})))


COUNTING = """
import os
def test_counts(tel_counts):
    import tel
    tel.inc("a", 2)
    assert tel_counts["a"] == 2 and tel_counts["b"] == 0
"""


@pytest.mark.parametrize("variable", [{"TEL_MODE": "off"}, {"DO_NOT_TRACK": "1"}, {"CI": "true"}, {"TEL_DIR": "/nowhere"}])
def test_expectations_hold_whatever_the_environment_says(scene, variable):
    done = run_tests(scene, COUNTING, env=variable)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_user_who_switched_telemetry_off_can_run_the_tests(scene):
    mode = scene.home / ".config" / "tel" / "telemetry" / "mode"
    mode.parent.mkdir(parents=True)
    mode.write_text("off 2023-11-20")
    done = run_tests(scene, COUNTING, env={"TEL_DIR": None})
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in mode.parent.iterdir()] == ["mode"]


def test_nothing_is_loaded_for_tests_that_do_not_ask(scene):
    done = run_tests(scene, """
import sys
def test_nothing():
    assert "pytest_tel" in sys.modules
    assert "tel" not in sys.modules
    assert "libtel" not in open("/proc/self/maps").read()
""")
    assert done.returncode == 0, done.stdout
