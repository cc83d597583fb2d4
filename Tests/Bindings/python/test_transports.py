"""Transports in Python, at the border to libtel; see carried.py."""

import re

import pytest

from Bindings.python import carried
from Bindings.python.carried import DESTINATION


@pytest.fixture
def run(scene):
    return lambda text: carried.run(scene, text)


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
