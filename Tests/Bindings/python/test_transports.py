"""Flushing, and transports in Python, at the border to libtel. What stands
behind it here carries out one fetch and one delivery and writes down what came
back; see Harness/courier.py."""

import re

import pytest
from Harness import courier

DESTINATION = "https://telemetry.example.org"
PRELUDE = f"""
import sys
import tel.transport
from tel.transport import Answer, Transport

def go(transport=None, destination="{DESTINATION}"):
    if transport is not None:
        assert tel.plugins.register(transport) is None
    assert tel.open("example.com/editor", vendor="example", directory=sys.argv[1], destination=destination) is None
    tel.consent.record(tel.Mode.ON, destination, "1")
    return tel.flush(timeout=5)
"""


@pytest.fixture
def run(scene):
    """A program's output, and what was seen of its transports."""

    def start(text, **more):
        import textwrap

        output = scene.run(PRELUDE + textwrap.dedent(text), scene.telemetry, env={"TEL_LIBRARY": courier.library(), "TEL_DIR": None}, **more)
        return output, courier.seen(scene.telemetry)

    return start


# ---- Flushing


def test_a_flush_tells_what_became_of_the_reports(run):
    output, _ = run("""
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
        result = go(Good())
        print(result.made, result.sent, result.rejected, result.waiting, result.error)
        print(isinstance(result, tel.FlushResult))
    """)
    assert output == "3 1 0 0 None\nTrue\n"


def test_what_kept_a_flush_from_sending_is_in_the_result_and_raised_if_asked(run):
    output, _ = run("""
        result = go()
        print(type(result.error).__name__, result.error, result.made)
        try:
            tel.flush(strict=True)
        except tel.NotFoundError as error:
            print(error)
    """)
    assert output == "NotFoundError nothing carries this scheme 3\nnothing carries this scheme\n"


def test_without_a_destination_and_without_consent_nothing_is_carried(run):
    output, seen = run("""
        class Bad(Transport):
            schemes = ["https"]
            def exchange(self, request): print("carried")
        tel.plugins.register(Bad())
        tel.open("example.com/editor", vendor="example", directory=sys.argv[1])
        print(tel.flush().error)
        tel.close()
        tel.open("example.com/editor", vendor="example", directory=sys.argv[1], destination="https://telemetry.example.org")
        print(tel.flush().sent, tel.mode().name)
    """)
    assert output == "None\n0 LOCAL\n" and seen == []


def test_in_mode_off_a_flush_says_so(scene):
    assert scene.run("tel.open()\nprint(tel.flush().error.name)", env={"TEL_MODE": "off"}) == "TEL_E_OFF\n"
    assert not scene.telemetry.exists()


# ---- What a transport gets, and gives


def test_a_transport_gets_each_request_as_libtel_made_it(run):
    output, seen = run("""
        import dataclasses
        class Seer(Transport):
            schemes = ["http", "https"]
            def exchange(self, request):
                print(dataclasses.replace(request, timeout=4 < request.timeout <= 5))
                return Answer(200)
        go(Seer())
    """)
    fetch, deliver = output.splitlines()
    assert fetch == (
        f"Request(url='{DESTINATION}/config/latest.json', document=None, tag='\"etag\"', timeout=True, most=4096)")
    assert deliver == (
        f"Request(url='{DESTINATION}/upload/2026-11-27', document=Document(name='2026-11-27.json', media_type='application/json', "
        "data=b'{\"Week\":\"2026-11-27\"}'), tag=None, timeout=True, most=4096)")
    assert seen == ["write ", "fetch TEL_OK 200 0", "write ", "deliver TEL_OK 200 0"]


def test_libtel_gets_each_answer_as_the_transport_made_it(run):
    _, seen = run("""
        class Giver(Transport):
            schemes = ["https"]
            def exchange(self, request):
                if request.document is None:
                    return Answer(302, b"moved", location="https://elsewhere.example.org/v1.json", tag='"x"')
                return Answer(503, iter([b"come", b"again"]), retry_after=1.5)
        go(Giver())
    """)
    assert seen == [
        'tag "x"', "location https://elsewhere.example.org/v1.json", "write moved", "fetch TEL_OK 302 0",
        "write come", "write again", "deliver TEL_OK 503 2"]


def test_an_answer_that_is_too_long_ends_when_libtel_says_so(run):
    output, seen = run("""
        class Endless(Transport):
            schemes = ["https"]
            parts = 0
            def exchange(self, request):
                def body():
                    while True:
                        self.parts += 1
                        yield b"x" * 3000
                return Answer(200, body())
        endless = Endless()
        print(type(go(endless).error).__name__, endless.parts)
    """)
    assert output == "FullError 4\n"
    assert [line for line in seen if not line.startswith("write")] == ["too many", "fetch TEL_E_FULL 200 0", "too many", "deliver TEL_E_FULL 200 0"]


def test_a_one_way_transport_sends(run):
    output, seen = run("""
        class Sender(Transport):
            schemes = ["https"]
            def send(self, url, document, timeout): print(url, document.name, document.data, 4 < timeout <= 5)
        print(go(Sender()).error)
    """)
    assert output == f"{DESTINATION}/upload/2026-11-27 2026-11-27.json b'{{\"Week\":\"2026-11-27\"}}' True\nNone\n"
    assert seen == ["deliver TEL_OK 200 0"]


def test_any_object_may_be_a_transport_if_it_has_what_one_has(run):
    output, seen = run("""
        class Duck:
            name, version, summary, schemes = "duck", "2", "quacks", ("https",)
            def start(self, settings): print(settings)
            def exchange(self, request): return Answer(204)
        print(tel.plugins.register(Duck(), "settings of the duck"), go().error)
    """)
    assert output == "settings of the duck\nNone None\n" and seen[-1] == "deliver TEL_OK 204 0"


# ---- What it raises


@pytest.mark.parametrize("raised, status, problem", [
    ("TimeoutError('too slow')", "TEL_E_TIMEOUT", "too slow"),
    ("ConnectionRefusedError(111, 'nobody is there')", "TEL_E_IO", "[Errno 111] nobody is there"),
    ("OSError()", "TEL_E_IO", "OSError"),
    ("urllib.error.URLError('no such host')", "TEL_E_IO", "<urlopen error no such host>"),
    ("tel.BusyError('later')", "TEL_E_BUSY", "later"),
    ("tel.InvalidError('not this one')", "TEL_E_INVALID", "not this one"),
    ("tel.Error('no status')", "TEL_E_PLUGIN", "no status"),
    ("KeyError('x')", "TEL_E_PLUGIN", "KeyError: 'x'"),
    ("ZeroDivisionError()", "TEL_E_PLUGIN", "ZeroDivisionError"),
    ("RecursionError('deep\\n  down\\0')", "TEL_E_PLUGIN", "RecursionError: deep down"),
    ("ValueError('\\ud800' + 'x' * 5000)", "TEL_E_PLUGIN", "ValueError: ?" + "x" * 1011),
    ("Silent()", "TEL_E_PLUGIN", None)])
def test_what_is_raised_becomes_a_status_and_a_problem(run, raised, status, problem):
    output, seen = run(f"""
        import urllib.error
        class Silent(Exception):
            def __str__(self): raise ValueError
        class Bad(Transport):
            schemes = ["https"]
            def exchange(self, request): raise {raised}
        result = go(Bad())
        print(result.error.name, type(result.error.__cause__).__name__, result.waiting, result.rejected)
    """)
    later = status in ("TEL_E_IO", "TEL_E_TIMEOUT")
    assert output == f"{status} {re.split('[(]', raised)[0].split('.')[-1]} {later:d} {not later:d}\n"
    told = [f"problem {problem}"] if problem is not None else []
    assert seen == [*told, f"fetch {status} 0 0", *told, f"deliver {status} 0 0"]


@pytest.mark.parametrize("returned", [
    "None", "200", "b''", "Answer('200')", "Answer(0)", "Answer(None)", "Answer(200, 'text')", "Answer(200, 3)", "Answer(200, [None])",
    "Answer(200, retry_after='soon')", "Answer(200, retry_after=float('nan'))"])
def test_an_answer_that_is_none_is_a_defect_of_the_transport(run, returned):
    output, seen = run(f"""
        class Bad(Transport):
            schemes = ["https"]
            def exchange(self, request): return {returned}
        print(go(Bad()).error.name)
    """)
    assert output == "TEL_E_PLUGIN\n"
    assert re.match(r"problem (TypeError|ValueError): .{10,}", seen[0])


def test_what_send_raises_becomes_a_status(run):
    output, seen = run("""
        class Bad(Transport):
            schemes = ["https"]
            def send(self, url, document, timeout): raise ConnectionResetError("gone")
        result = go(Bad())
        print(result.error.name, repr(result.error.__cause__))
    """)
    assert output == "TEL_E_IO ConnectionResetError('gone')\n" and seen == ["deliver TEL_E_IO 0 0"]


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "SystemExit", "GeneratorExit"])
def test_what_wants_to_end_the_program_ends_the_flush_and_is_raised_by_it(run, raised):
    """What was under way is not tried again at once, and the rest not begun."""
    output, seen = run(f"""
        class Interrupted(Transport):
            schemes = ["https"]
            def exchange(self, request):
                print("asked")
                raise {raised}("here")
        try:
            go(Interrupted())
        except {raised} as error:
            print(error)
        try:
            tel.flush()
        except {raised} as error:
            print(error)
    """)
    assert output == "asked\nhere\nasked\nhere\n"
    assert seen[:3] == [f"problem {raised}: here", "fetch TEL_E_BUSY 0 0", "deliver TEL_E_BUSY 0 0"]


@pytest.mark.parametrize("then", ["", "tel.flush", "sys.exit"])
def test_ctrl_c_ends_the_flush_at_once(run, then):
    output, _ = run(f"""
        import os, signal, threading, time
        begun = threading.Event()
        class Slow(Transport):
            schemes = ["https"]
            def exchange(self, request):
                begun.set()
                time.sleep({2 if then == "tel.flush" else 60})
                return Answer(200)
        threading.Thread(target=lambda: (begun.wait(20), os.kill(os.getpid(), signal.SIGINT)), daemon=True).start()
        start = time.monotonic()
        try:
            go(Slow())
        except KeyboardInterrupt:
            print("interrupted", time.monotonic() - start < 5)
        {f"print({then}() is None)" if then else ""}
    """)
    assert output == "interrupted True\n" + ("False\n" if then == "tel.flush" else "")


def test_a_flush_at_exit_is_one_like_others(run):
    output, _ = run("""
        import atexit
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
        go(Good())
        atexit.register(lambda: print(tel.flush()))
    """)
    assert output == "FlushResult(made=3, sent=1, rejected=0, waiting=0, error=None)\n"


def test_what_one_flush_met_is_not_told_by_the_next(run):
    output, _ = run("""
        class Once(Transport):
            schemes = ["https"]
            asked = 0
            def exchange(self, request):
                self.asked += 1
                if self.asked == 1: raise KeyError("once")
                return Answer(200)
        print(go(Once()).error)
        try:
            tel.plugins.load("/nowhere.so")
        except tel.Error as error:
            print(error.__cause__)
    """)
    assert output == "None\nNone\n"


# ---- Registering


def test_what_is_no_transport_is_an_error_of_the_author(run):
    output, _ = run("""
        class Neither(Transport): schemes = ["x"]
        class Schemeless(Transport):
            def exchange(self, request): pass
        class Text(Schemeless): schemes = "https"
        class Number(Schemeless): schemes = [3]
        class Nul(Schemeless): schemes = ["a\\0b"]
        class Named(Schemeless): schemes, name = ["x"], 3
        for wrong in (Neither(), Schemeless(), Text(), Number(), Nul(), Named(), None, 3):
            try:
                tel.plugins.register(wrong)
            except tel.InvalidError as error:
                print(error)
    """)
    lines = output.splitlines()
    assert len(lines) == 8 and lines[0] == "a transport has exchange or send, and Neither has neither"


def test_a_name_is_taken_once_and_a_transport_that_does_not_start_is_told(run):
    output, _ = run("""
        class Fast(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
            def start(self, settings):
                if settings: raise ValueError(settings)
        class FastHTTP2_Pigeon(Fast): pass
        print(tel.plugins.register(Fast()), tel.plugins.register(FastHTTP2_Pigeon()))
        try:
            tel.plugins.register(Fast())
        except tel.InvalidError as error:
            print(error, error.__cause__)
        class Slow(Fast): pass
        try:
            tel.plugins.register(Slow(), "wrong settings")
        except tel.PluginError as error:
            print(repr(error.__cause__))
        from tel import _bridge
        print([_bridge._default_name(name) for name in ("Fast", "FastHTTP2_Pigeon", "Ünï", "_", "X" * 40)])
    """)
    assert output.splitlines() == [
        "None None", "there is a plugin of this name None", "ValueError('wrong settings')",
        "['fast', 'fast-h-t-t-p2-pigeon', 'n', 'python', 'x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x']"]


def test_a_library_is_loaded_by_its_path(run):
    output, _ = run("""
        import pathlib
        for arguments in (("/a/b.so",), (pathlib.Path("/a/b.so"), "key value")):
            try:
                tel.plugins.load(*arguments)
            except tel.PluginError as error:
                print(error)
        for wrong in (3, "a\\0b"):
            try:
                tel.plugins.load(wrong)
            except tel.InvalidError as error:
                print(error)
    """)
    assert output.splitlines() == [
        "asked to load /a/b.so, settings none, for ", "asked to load /a/b.so, settings key value, for ",
        "path is no text: 3", "path has a NUL in it: 'a\\x00b'"]


def test_without_libtel_plugins_answer_as_opening_does(scene):
    assert scene.run("""
        import tel.transport
        print(*(type(error).__name__ for error in (tel.plugins.load("/a.so"), tel.plugins.register(tel.transport.Transport()), tel.flush().error)))
    """, env={"TEL_LIBRARY": scene.folder / "missing.so"}) == "UnsupportedError UnsupportedError UnsupportedError\n"


# ---- The host


def test_a_transport_lives_for_as_long_as_libtel_may_call_it(run):
    output, seen = run("""
        import gc
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
            def __del__(self): print("gone")
        go(Good())
        for _ in range(3):
            gc.collect()
            tel.flush()
        sys.stdout.flush()
        import os
        os._exit(0)
    """)
    assert output == "" and seen.count("deliver TEL_OK 200 0") == 4


def test_other_threads_run_while_a_transport_waits(run):
    output, _ = run("""
        import threading
        waiting, done = threading.Event(), threading.Event()
        class Slow(Transport):
            schemes = ["https"]
            def exchange(self, request):
                waiting.set()
                assert done.wait(20)
                return Answer(200)
        def other():
            waiting.wait(20)
            tel.inc("editor/other")
            done.set()
        thread = threading.Thread(target=other)
        thread.start()
        print(go(Slow()).error)
        thread.join()
    """)
    assert output == "None\n"


def test_several_threads_flush_at_once(run):
    output, seen = run("""
        import threading
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request):
                if threading.current_thread().name == "bad": raise KeyError("bad")
                return Answer(200)
        go(Good())
        results = []
        def flush():
            for _ in range(20): results.append((threading.current_thread().name, tel.flush().error))
        threads = [threading.Thread(target=flush, name=name) for name in ("good", "bad", "good")]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        for name, error in results:
            busy = isinstance(error, tel.BusyError)  # the reports are made by one at a time
            assert busy or (error is None if name == "good" else isinstance(error.__cause__, KeyError)), (name, error)
        print(len(results), len(tel._errors.raised))
    """)
    assert output == "60 0\n"


def test_a_child_may_flush_too(run):
    output, seen = run("""
        import os
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
        go(Good())
        child = os.fork()
        if child == 0:
            os._exit(0 if tel.flush().sent == 1 else 1)
        print(os.waitpid(child, 0)[1])
    """)
    assert output == "0\n" and seen.count("deliver TEL_OK 200 0") == 2


@pytest.mark.parametrize("how", ["returns", "sys.exit(0)", "os._exit(0)"])
def test_the_process_may_end_while_a_transport_is_at_work(run, how):
    _, seen = run(f"""
        import os, threading, time
        begun = threading.Event()
        class Slow(Transport):
            schemes = ["https"]
            def exchange(self, request):
                begun.set()
                time.sleep(0.2)
                return Answer(200)
        threading.Thread(target=go, args=(Slow(),), daemon=True).start()
        begun.wait(20)
        {"" if how == "returns" else how}
    """)
    assert seen == []


def test_reports_and_plugins_cost_a_program_nothing_that_does_not_use_them(scene):
    assert scene.run("""
        import sys
        print(*sorted(name for name in sys.modules if name in ("dataclasses", "tel.transport", "tel._bridge", "tel._plugin_abi")))
    """) == "\n"
