"""Opening, its failures, modes, the logger: what a program meets."""

import os
import re
import subprocess
import sys

import pytest
from Harness import counterfile


def metadata(scene):
    (path,) = scene.files
    return counterfile.read(path).metadata


def test_who_counts_is_in_the_file(scene):
    assert scene.run("""
        print(tel.open("example.com/plot", version="1.4.0", toolchain="cpython9.9", vendor="example"))
        tel.inc("plot/run")
    """) == "None\n"
    found = metadata(scene)
    assert (found["Program"], found["Version"], found["GoVersion"]) == ("example.com/plot", "1.4.0", "cpython9.9")


def test_the_toolchain_is_this_python(scene):
    scene.run("tel.open()\ntel.inc('a')")
    found = metadata(scene)
    assert (found["Program"], found["Version"]) == ("editor", "devel")
    assert found["GoVersion"] == "cpython%d.%d" % sys.version_info[:2]


@pytest.mark.parametrize("arguments, program", [
    (["plot.py"], "plot"), (["bin/plot"], "plot"), (["-m", "plots"], "plots"), (["-m", "plots.export"], "export"),
    (["-c", "import plot"], "python"), (["plots"], "plots"), (["a b.c.py"], "a b.c")])
def test_a_program_is_called_by_its_script(scene, arguments, program):
    text = "import tel\ntel.open()\ntel.inc('a')\n"
    for name in ("plot.py", "bin/plot", "plots/__init__.py", "plots/__main__.py", "plots/export.py", "a b.c.py"):
        scene.write("" if name.endswith("__init__.py") else text, name)
    subprocess.run([sys.executable, *arguments], cwd=scene.folder, env=scene.environment(), check=True)
    assert metadata(scene)["Program"] == program


def test_a_directory_may_be_given_as_a_path(scene):
    assert scene.run("""
        import pathlib, sys
        where = pathlib.Path(sys.argv[1])
        tel.open(directory=where)
        tel.inc("a")
        print(tel.directory() == str(where), tel.counter_file().startswith(str(where / "local")))
    """, scene.folder / "elsewhere", env={"TEL_DIR": None}) == "True True\n"
    assert list((scene.folder / "elsewhere" / "local").glob("*.count"))


def test_a_vendor_has_a_directory_of_its_own_at_home(scene):
    scene.run("tel.open(vendor='example')\ntel.inc('a')", env={"TEL_DIR": None})
    assert list((scene.home / ".config" / "example" / "telemetry" / "local").glob("*.count"))


def test_opening_twice_is_harmless_and_as_another_program_it_is_busy(scene):
    assert scene.run("""
        tel.open("a")
        print(tel.open("a"))
        try:
            tel.open("b")
        except tel.BusyError as error:
            print(error.name, error.status, '"b"' in str(error) or "a" in str(error))
        tel.close()
        tel.open("b")
        tel.inc("b/run")
    """) == "None\nTEL_E_BUSY -7 True\n"
    assert {counterfile.read(path).metadata["Program"] for path in scene.files} == {"a", "b"}


@pytest.mark.parametrize("wrong", [
    "program=''", "program='a\\nb'", "version='1/2'", "toolchain='a/b'", "vendor='../x'", "program='x' * 600", "program=3",
    "program='\\ud800'", "program='a\\0b'", "version=1.0", "directory=3", "directory='a\\0b'", "vendor=b'x'", "uploader=3",
    "max_names=-1", "max_names='x'", "max_names=100_001", "max_names=2**40"])
def test_what_the_author_got_wrong_is_raised_with_a_sentence(scene, wrong):
    output = scene.run(f"""
        try:
            tel.open(**dict({wrong}))
        except ValueError as error:
            print(type(error).__name__, error.name, error)
        tel.inc("a")
    """)
    if wrong != "program=''":  # the default, as in C
        assert re.match(r"InvalidError TEL_E_INVALID .{10,}\n$", output)
    assert scene.counts in ({}, {"a": 1})


def test_what_the_machine_does_not_allow_is_returned_and_counting_goes_on_in_memory(scene):
    scene.telemetry.write_text("not a directory")
    assert scene.run("""
        error = tel.open()
        print(type(error).__name__, error.name, len(str(error)) > 20)
        tel.inc("a", 3)
        print(tel.read("a"), repr(tel.counter_file()))
        print(type(tel.rotate()).__name__)
        try:
            tel.open(strict=True)
        except tel.SystemRefusedError as raised:
            print("raised")
    """) == "SystemRefusedError TEL_E_IO True\n3 ''\nSystemRefusedError\nraised\n"


def test_a_user_who_switched_it_off_gets_no_error_and_no_file(scene):
    output = scene.run("""
        error = tel.open()
        print(type(error).__name__, error.name, tel.mode().name, "TEL_MODE" in str(error))
        tel.inc("a")
        tel.stack("a").inc()
        print(tel.rotate().name)
    """, env={"TEL_MODE": "off"})
    assert output == "OffError TEL_E_OFF OFF True\nTEL_E_OFF\n"
    assert not scene.telemetry.exists()


def test_the_mode_is_read_and_written(scene):
    assert scene.run("""
        tel.open()
        print(tel.mode() is tel.Mode.LOCAL)
        tel.set_mode("off")
        print(tel.mode().name, tel.mode() == 0)
        tel.set_mode(tel.Mode.ON)
        print(tel.mode().name)
        for wrong in ("loud", 3, None, -1, 1.5):
            try:
                tel.set_mode(wrong)
            except tel.InvalidError as error:
                print(error)
    """).splitlines()[:3] == ["True", "OFF True", "ON"]
    assert (scene.telemetry / "mode").read_text().startswith("on")


def test_a_mode_that_cannot_be_written_is_raised(scene):
    scene.telemetry.write_text("not a directory")
    assert scene.run("""
        try:
            tel.set_mode("off")
        except tel.Error as error:
            print(error.name, str(error) != "")
    """) == "TEL_E_IO True\n"


def test_rotating_before_opening_is_invalid(scene):
    assert scene.run("""
        try:
            tel.rotate()
        except tel.InvalidError as error:
            print(error)
    """) == "tel_rotate has nothing to rotate: call tel_open first\n"


def test_a_handle_outlives_closing(scene):
    scene.run("""
        tel.open("a")
        key = tel.counter("k")
        key.inc()
        tel.close()
        key.inc()
        tel.open("a")
        key.inc()
    """)
    assert scene.counts == {"k": 3}


def test_no_more_names_than_asked_for(scene):
    scene.run("""
        tel.open(max_names=10)
        for number in range(50): tel.inc(f"a/b:{number}")
    """)
    assert len(scene.counts) <= 11 and scene.counts["tel/dropped:full"] >= 40


# ---- The logger


def test_a_function_hears_of_drops_in_levels_of_logging(scene):
    output = scene.run("""
        import logging
        heard = []
        tel.set_logger(lambda level, message: heard.append((level, message)))
        tel.open()
        tel.inc("no name")
        tel.set_logger(None)
        tel.inc("nor this")
        print(len(heard), heard[0][0] == logging.WARNING, heard[0][1])
    """)
    assert re.match(r'1 True .*"no name"', output)


def test_a_logger_of_logging_hears_too(scene):
    output = scene.run("""
        import logging, sys
        logging.basicConfig(stream=sys.stdout, format="%(name)s %(levelname)s %(message)s")
        tel.set_logger(logging.getLogger("telemetry"))
        tel.open()
        tel.inc("100% no name")
    """)
    assert re.match(r'telemetry WARNING .*"100% no name"', output)


def test_a_logger_that_raises_or_counts_does_no_harm(scene):
    assert scene.run("""
        heard = []
        def hear(level, message):
            heard.append(message)
            tel.inc("bad name again")
            tel.inc("log/heard")
            tel.open("other")
        tel.set_logger(hear)
        tel.open()
        for _ in range(3): tel.inc("bad name")
        def leave(level, message): raise SystemExit(3)
        tel.set_logger(leave)
        tel.inc("bad name")
        print(len(heard))
    """) == "3\n"
    assert scene.counts == {"log/heard": 3, "tel/dropped:name": 7}


def test_threads_count_bad_names_while_the_logger_is_changed(scene):
    scene.run("""
        import threading
        tel.open()
        def count():
            for _ in range(2000): tel.inc("bad name")
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads: thread.start()
        for _ in range(200):
            tel.set_logger(lambda level, message: None)
            tel.set_logger(None)
        for thread in threads: thread.join()
    """)
    assert scene.counts == {"tel/dropped:name": 8000}


@pytest.mark.parametrize("wrong", ["3", "'stderr'", "object()"])
def test_what_is_no_logger_is_an_error_of_the_author(scene, wrong):
    assert scene.run(f"""
        try:
            tel.set_logger({wrong})
        except tel.InvalidError as error:
            print(str(error)[:18])
    """) == "this is no logger:\n"


def test_an_adapter_of_a_logger_hears_too(scene):
    output = scene.run("""
        import logging, sys
        logging.basicConfig(stream=sys.stdout, format="%(who)s %(message)s")
        tel.set_logger(logging.LoggerAdapter(logging.getLogger(), {"who": "editor"}))
        tel.open()
        tel.inc("no name")
    """)
    assert re.match(r'editor .*"no name"', output)


# ---- What a program pays for that counts


def test_importing_it_imports_little_else(scene):
    """These take longer than all the rest; a command line tool starts often."""
    scene.write("import sys; before = set(sys.modules)\nimport tel\nprint(*sorted(set(sys.modules) - before))", "what.py")
    done = subprocess.run(
        [sys.executable, "what.py"], cwd=scene.folder, env=scene.environment(), text=True, capture_output=True, check=True)
    imported = set(done.stdout.split())
    assert "tel._recording" in imported
    assert not imported & {"typing", "logging", "argparse", "inspect", "dataclasses", "pathlib", "threading", "asyncio", "re"}


# ---- Where libtel can't be used


def test_without_libtel_nothing_is_counted_and_nothing_fails(scene):
    assert scene.run("""
        error = tel.open()
        print(type(error).__name__, str(error))
        key = tel.counter("a")
        key.inc(); key.add(3); tel.inc("b", 2); tel.stack("c").inc(); tel.histogram("d").record(3); tel.inc(None)
        with tel.timed("e"): pass
        tel.timed("f")(print)(key.read(), tel.mode().name, tel.counter_file() == tel.directory() == "")
        tel.set_logger(print); tel.rotate(); tel.close()
        for call in (lambda: tel.flush(strict=True), tel.read_report, lambda: tel.read("a"), lambda: tel.set_mode("off")):
            try:
                call()
            except tel.UnsupportedError as error:
                print(error.name)
    """, env={"TEL_LIBRARY": scene.folder / "missing.so"}).splitlines() == [
        "UnsupportedError libtel is not installed with this package, and can't be loaded: "
        f"{scene.folder}/missing.so: cannot open shared object file: No such file or directory",
        "0 OFF True", *["TEL_E_UNSUPPORTED"] * 4]


def test_a_library_without_a_function_is_refused_with_a_sentence(scene):
    output = scene.run("print(tel.open())", env={"TEL_LIBRARY": "libc.so.6"})
    assert output == "libc.so.6 is older than this package: it has no tel_version\n"


@pytest.mark.parametrize("isolated", ["True", "False"])
def test_a_sub_interpreter_is_refused_with_a_sentence_and_recording_does_nothing(scene, isolated):
    (scene.folder / "inner.py").write_text("""
import tel
key = tel.counter("a")
key.inc(); key.add(2); tel.inc("b"); tel.stack("c").inc(); tel.histogram("d").record(1); tel.inc(None); tel.set_logger(print)
with tel.timed("e"): pass
@tel.timed("f")
def call(): pass
call()
try:
    tel.open()
    said = "opened"
except tel.UnsupportedError as error:
    said = str(error)
with open("said", "w") as file: file.write(said)
""")
    scene.run(f"""
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        tel.open()
        tel.inc("outer")
        try:
            one = interpreters.create(isolated={isolated})
        except (TypeError, ValueError):
            one = interpreters.create("isolated" if {isolated} else "legacy")
        failed = interpreters.run_string(one, "import sys; sys.path.insert(0, '.'); import inner")
        assert not failed, failed
        interpreters.destroy(one)
        tel.inc("outer")
    """)
    assert (scene.folder / "said").read_text() == "libtel can't be used in a sub-interpreter: count in the main one"
    assert scene.counts == {"outer": 2}


def test_the_package_says_that_it_is_typed():
    import tel

    assert os.path.exists(os.path.join(os.path.dirname(tel.__file__), "py.typed"))
