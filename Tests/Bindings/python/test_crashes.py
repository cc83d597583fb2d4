"""tel.crash: exceptions that nobody caught, as counters; and nothing else is
other than without it."""

import os
import re
import signal
import subprocess
import sys

import pytest

# Programs that end in some way.
ENDS = {
    "raise": "def save(): raise ValueError('secret /home/alice')\nsave()",
    "own": "class Bad(Exception): pass\nraise Bad('secret')",
    "chained": "try: 1 / 0\nexcept ZeroDivisionError as e: raise KeyError('secret') from e",
    "typo": "import os\nos.get_cwd()",
    "syntax": "compile('a b', 'x', 'exec')",
    "deep": "def down(): down()\ndown()",
    "hook": "import sys\nprevious = sys.excepthook\nsys.excepthook = lambda *a: (print('first', file=sys.stderr), previous(*a))\n"
            "raise OSError(2, 'secret')",
    "hook on top that keeps it to itself": "import sys\ndef hook(*a): raise RuntimeError\nsys.excepthook = hook\nraise OSError",
    "thread": "import threading\ndef work(): raise LookupError('secret')\nt = threading.Thread(target=work, name='T')\nt.start(); t.join()",
    "exit": "import sys\nsys.exit(3)",
    "exit with words": "raise SystemExit('bye')",
    "interrupt": "raise KeyboardInterrupt",
    "thread exits": "import threading\ndef work(): raise SystemExit\nt = threading.Thread(target=work)\nt.start(); t.join()",
    "unraisable": "class A:\n    def __del__(self): raise ValueError\nA()",
    "at exit": "import atexit\natexit.register(lambda: 1 / 0)",
    "task": "import asyncio\nasync def work(): raise BufferError('secret')\nasync def main():\n    asyncio.ensure_future(work())\n"
            "    await asyncio.sleep(0.01)\nasyncio.run(main())",
    "awaited task": "import asyncio\nasync def work(): raise BufferError('secret')\nasync def main(): await asyncio.ensure_future(work())\n"
                    "asyncio.run(main())",
    "callback": "import asyncio\nasync def main():\n    asyncio.get_running_loop().call_soon(int, 'secret')\n    await asyncio.sleep(0.01)\n"
                "asyncio.run(main())",
    "cancelled task": "import asyncio\nasync def work(): await asyncio.sleep(9)\nasync def main():\n    asyncio.ensure_future(work()).cancel()\n"
                      "    await asyncio.sleep(0.01)\nasyncio.run(main())",
}
COUNTED = {
    "raise": "ValueError", "own": "other", "chained": "KeyError", "typo": "AttributeError", "syntax": "SyntaxError", "deep": "RecursionError",
    "hook": "FileNotFoundError", "thread": "LookupError", "task": "BufferError", "awaited task": "BufferError",
    "callback": "ValueError"}


def ended(scene, text, watch="tel.crash.watch()", **more):
    """Status and both outputs; the program has as many lines before in any case."""
    process = scene.start(f"tel.open('example.com/editor', version='1'); {watch}\n" + text, **more)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, re.sub(r"0x[0-9a-f]+", "0x", errors)


def names(scene):
    return {name.partition("\n")[0] for name in scene.counts}


@pytest.mark.parametrize("how", ENDS)
def test_a_program_ends_as_without_and_its_crash_is_counted(how, scene):
    without = ended(scene, ENDS[how], watch="pass")
    assert scene.counts == {}
    assert ended(scene, ENDS[how]) == without
    expected = {f"crash/exception:{COUNTED[how]}": 1} if how in COUNTED else {}
    assert {name.partition("\n")[0]: value for name, value in scene.counts.items()} == expected
    for path in scene.files:
        assert not any(word in path.read_bytes() for word in (b"secret", b"alice", os.fsencode(scene.folder)))


def test_the_stack_is_that_of_the_exception_innermost_first(scene):
    scene.write("class Buffer:\n    def read(self):\n\n        raise EOFError\n", "buffers.py")
    status, _, _ = ended(scene, """
import buffers
def outer():
    read = buffers.Buffer().read
    try:
        read()
    finally:
        read = None
outer()
""")
    (name,) = scene.counts
    head, first, second, third = name.split("\n")
    assert (status, head) == (1, "crash/exception:EOFError")
    assert first in ("buffers.Buffer.read:+2,+0x0", "buffers.read:+2,+0x0")  # without the class before Python 3.11
    assert second == "__main__.outer:+3,+0x0" and third.startswith("__main__.<module>:+")


def test_a_deep_stack_has_its_innermost_frames(scene):
    ended(scene, "def down(n):\n    if n: down(n - 1)\n    else: bottom()\ndef bottom(): raise IndexError\ndown(100)")
    (name,) = scene.counts
    frames = name.split("\n")[1:]
    assert len(frames) == 16 and frames[0].startswith("__main__.bottom:") and frames[-1].startswith("__main__.down:")


LISTED = """
class EditorError(Exception): pass
class Hidden(EditorError): pass
class Liar(EditorError, metaclass=type('M', (type,), {'__name__': property(lambda c: 'secret'), '__eq__': None, '__hash__': None})): pass
"""


@pytest.mark.parametrize("kind, expected", [("EditorError", "EditorError"), ("Hidden", "other"), ("Liar", "other"), ("ValueError", "ValueError")])
def test_types_that_are_listed_have_their_name(kind, expected, scene):
    ended(scene, f"{LISTED}\ntel.crash.watch(types=[EditorError])\nraise {kind}('x')")
    assert names(scene) == {f"crash/exception:{expected}"}


def test_an_exception_that_calls_itself_as_a_built_in_one_is_another(scene):
    ended(scene, "class ValueError(Exception): pass\nraise ValueError")
    assert names(scene) == {"crash/exception:other"}


@pytest.mark.parametrize("wrong", ["3", "'ValueError'", "int", "type('a:b', (Exception,), {})"])
def test_types_lists_exceptions_alone(wrong, scene):
    assert scene.run(f"""
        tel.open()
        try: tel.crash.watch(types=[{wrong}])
        except tel.InvalidError as error: print(error)
        import sys; print(sys.excepthook is sys.__excepthook__)
    """).splitlines()[1] == "True"


def test_a_path_is_no_modules_name(scene):
    """As template engines make them."""
    ended(scene, "exec(compile('def f(): raise ValueError', '/home/alice/t.html', 'exec'), g := {'__name__': '/home/alice/t.html'})\ng['f']()")
    (name,) = scene.counts
    assert name.split("\n")[1] == "?.f:+0,+0x0" and "alice" not in name


# ---- Hooks


def test_off_changes_no_hook_and_writes_nothing(scene):
    status, output, _ = ended(
        scene, "import sys\nprint(result, sys.excepthook is sys.__excepthook__, 'threading' in sys.modules, len(sys.meta_path))\nraise ValueError",
        watch="result = type(tel.crash.watch()).__name__", env={"TEL_MODE": "off"})
    assert status == 1 and output.startswith("OffError True False")
    assert not scene.telemetry.exists()


def test_watching_does_not_import_asyncio_and_sees_it_imported_later(scene):
    _, output, _ = ended(scene, "import sys\nprint('asyncio' in sys.modules)\n" + ENDS["task"] + "\nprint(len(sys.meta_path))")
    first, finders = output.split()
    assert first == "False" and names(scene) == {"crash/exception:BufferError"}
    assert scene.run("import sys; print(len(sys.meta_path))") == finders + "\n"


def test_the_handler_of_a_loop_stays_the_programs(scene):
    status, output, errors = ended(scene, """
import asyncio
def handler(loop, context): print(type(context["exception"]).__name__, context["message"])
async def work(): raise BufferError
async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    asyncio.ensure_future(work())
    await asyncio.sleep(0.01)
    asyncio.get_running_loop().call_exception_handler({"message": "m", "exception": OSError()})
asyncio.run(main())
""", watch="import asyncio; tel.crash.watch()")
    assert (status, errors) == (0, "") and output.splitlines() == ["BufferError Task exception was never retrieved", "OSError m"]
    assert names(scene) == {"crash/exception:BufferError", "crash/exception:OSError"}


def test_a_hook_that_was_there_is_called_and_may_fail(scene):
    hook = "import sys\ndef hook(kind, value, traceback): raise RuntimeError(kind.__name__)\nsys.excepthook = hook\n"
    without = ended(scene, hook + "raise OSError", watch="pass")
    status, output, errors = ended(scene, hook + "tel.crash.watch()\nraise OSError", watch="pass")
    assert (status, output) == without[:2] and "RuntimeError: OSError" in errors and errors.endswith("OSError\n")
    assert names(scene) == {"crash/exception:OSError"}


def test_watching_twice_counts_once(scene):
    ended(scene, "tel.crash.watch()\nraise ValueError")
    assert list(scene.counts.values()) == [1]


def test_unwatch_puts_everything_back(scene):
    assert scene.run("""
        import sys, threading
        def state(): return sys.excepthook, threading.excepthook, list(sys.meta_path)
        before = state()
        tel.open()
        tel.crash.watch()
        watched = state()
        tel.crash.unwatch()
        print(state() == before, any(a == b for a, b in zip(watched, before)))
        tel.crash.watch()
        import asyncio
        hooked = asyncio.BaseEventLoop.call_exception_handler
        tel.crash.unwatch()
        print(state() == before, asyncio.BaseEventLoop.call_exception_handler is hooked)
    """) == "True False\nTrue False\n"


def test_unwatch_leaves_a_hook_on_top_and_counts_no_more(scene):
    _, _, errors = ended(scene, """
import sys
ours = sys.excepthook
sys.excepthook = lambda *a: ours(*a)
tel.crash.unwatch()
raise ValueError("seen")
""")
    assert errors.endswith("ValueError: seen\n") and scene.counts == {}


def test_what_is_typed_at_a_prompt_is_no_crash(scene):
    text = "import tel\ntel.open()\ntel.crash.watch()\n1/0\ntel.inc('a/after')\n"
    done = subprocess.run([sys.executable, "-i", "-q"], input=text, env=scene.environment(), cwd=scene.folder, text=True, capture_output=True)
    assert "ZeroDivisionError" in done.stderr and scene.counts == {"a/after": 1}


# ---- Processes


def test_a_forked_child_that_crashes_is_counted(scene):
    status, _, errors = ended(scene, """
import os
if os.fork() == 0:
    raise ValueError
print(os.waitstatus_to_exitcode(os.wait()[1]) if hasattr(os, "waitstatus_to_exitcode") else 1)
""")
    assert status == 0 and errors.endswith("ValueError\n")
    assert list(scene.counts.values()) == [1] and names(scene) == {"crash/exception:ValueError"}


def test_threads_that_crash_at_once_are_all_counted(scene):
    ended(scene, """
import threading
def work(): {}["x"]
threads = [threading.Thread(target=work) for _ in range(50)]
for t in threads: t.start()
for t in threads: t.join()
""")
    assert list(scene.counts.values()) == [50] and names(scene) == {"crash/exception:KeyError"}


def test_a_generator_and_an_async_task_have_their_frames(scene):
    ended(scene, """
import asyncio
def lines():
    yield 1
    raise ValueError
async def inner():
    await asyncio.sleep(0)
    for _ in lines(): pass
async def main(): await asyncio.ensure_future(inner())
asyncio.run(main())
""")
    (name,) = scene.counts
    frames = [line.split(":")[0] for line in name.split("\n")[1:4]]
    assert frames == ["__main__.lines", "__main__.inner", "__main__.main"]


def test_faulthandler_says_what_it_says(scene):
    without = ended(scene, "import faulthandler, os\nfaulthandler.enable()\nos.abort()", watch="pass")
    assert ended(scene, "import faulthandler, os\nfaulthandler.enable()\nos.abort()") == without
    assert without[0] == -signal.SIGABRT


@pytest.mark.parametrize("before, flags", [
    ("pass", 0), ("import faulthandler; faulthandler.enable()", 1), ("import faulthandler", 0),
    ("import faulthandler, signal; faulthandler.enable(); signal.signal(signal.SIGABRT, print)", 0)])
def test_libtel_is_told_whether_the_handlers_that_are_there_end_the_process(before, flags, scene):
    """As faulthandler's do."""
    assert scene.run(f"""
        asked = []
        tel._library.lib.tel_crash_watch = lambda flags: asked.append(flags) or tel._abi.UNSUPPORTED
        tel.open()
        {before}
        print(type(tel.crash.watch()).__name__, asked)
    """) == f"UnsupportedError [{flags}]\n"


def test_before_opening_signals_cannot_be_watched_and_nothing_is(scene):
    assert scene.run("""
        import sys
        tel._library.lib.tel_crash_watch = lambda flags: tel._abi.INVALID
        try: tel.crash.watch()
        except tel.InvalidError: print(sys.excepthook is sys.__excepthook__)
    """) == "True\n"


# ---- In tests


def test_a_sandbox_ends_what_was_watched_in_it(tel_counts):
    import tel

    before = sys.excepthook
    assert tel.crash.watch(types=[ZeroDivisionError]) is None
    try:
        1 / 0
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())
    assert [name.partition("\n")[0] for name in tel_counts] == ["crash/exception:ZeroDivisionError"]
    assert sys.excepthook is not before
    test_a_sandbox_ends_what_was_watched_in_it.before = before


def test_and_the_next_test_has_the_hook_that_was_there():
    assert sys.excepthook is test_a_sandbox_ends_what_was_watched_in_it.before
