"""Probes of functions of C and of callbacks in Python. They are those of the
library that was built: the wheel has no plugin libffi."""

import textwrap

import pytest

from Harness import c


PROLOGUE = """\
import ctypes
tel.open()
libc = ctypes.CDLL(None, use_errno=True)
"""


@pytest.fixture
def run(scene):
    return lambda text: scene.run(PROLOGUE + textwrap.dedent(text), env={"TEL_LIBRARY": c.library()})


def test_a_callback_is_counted_and_timed(scene, run):
    assert run("""
        Compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
        compare = Compare(lambda a, b: a[0] - b[0])
        counted = tel.probe(compare, "a/compare")
        timed = tel.probe(counted, "a/timed", latency=True)
        numbers = (ctypes.c_int * 4)(4, 2, 3, 1)
        libc.qsort(numbers, 4, 4, timed)
        print(list(numbers), type(timed) is Compare)
    """) == "[1, 2, 3, 4] True\n"
    assert scene.counts["a/compare"] == scene.counts["a/timed"] == scene.counts["a/timed:<10ms"] > 2


def test_a_librarys_function_is_counted_with_its_results_and_errors(scene, run):
    assert run("""
        libc.access.argtypes = [ctypes.c_char_p, ctypes.c_int]
        access = tel.probe(libc.access, "a/access", errno=True, result={0: "there", "*": "error"})
        print(access(b"/", 0), access(b"/missing", 0), ctypes.get_errno())
        print(access.argtypes == libc.access.argtypes)
    """) == "0 -1 2\nTrue\n"
    assert {name: value for name, value in scene.counts.items() if value} == {
        "a/access": 2, "a/access:there": 1, "a/access:error": 1, "a/access/errno:ENOENT": 1}


def test_signatures_are_those_of_the_types(run):
    assert run("""
        from tel._probes import _signature
        class Pair(ctypes.Structure):
            _fields_ = [("a", ctypes.c_short), ("b", ctypes.c_double * 3)]
        class Triple(Pair):
            _fields_ = [("c", Pair), ("d", ctypes.c_void_p), ("e", (ctypes.c_char * 2) * 5)]
        for result, arguments in [
                (None, []), (ctypes.c_int, [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_bool]), (Pair, [Triple, ctypes.POINTER(Pair)]),
                (ctypes.c_longdouble, [ctypes.c_float, ctypes.c_int64, ctypes.c_uint8, ctypes.c_wchar_p, ctypes.py_object])]:
            function = libc["abs"]
            function.restype, function.argtypes = result, arguments
            print(_signature(function))
    """) == "v()\ni(PL?)\nT{h3d}(T{h3dT{h3d}P10c}P)\ng(flBPP)\n"


def test_structures_go_through_by_value(scene, run):
    assert run("""
        class Both(ctypes.Structure):
            _fields_ = [("quotient", ctypes.c_int), ("rest", ctypes.c_int)]
        libc.div.argtypes, libc.div.restype = [ctypes.c_int, ctypes.c_int], Both
        for latency in (False, True):
            found = tel.probe(libc.div, "a/div", latency=latency)(17, 5)
            print(found.quotient, found.rest)
    """) == "3 2\n3 2\n"
    assert scene.counts["a/div"] == 2


def test_variadic_functions_are_counted_when_they_say_so(scene, run):
    assert run("""
        say = tel.probe(libc.snprintf, "a/print", signature="i(PNP...)")
        room = ctypes.create_string_buffer(50)
        say(room, ctypes.c_size_t(50), b"%d %s", 7, b"seven")
        print(room.value)
    """) == "b'7 seven'\n"
    assert scene.counts == {"a/print": 1}


def test_what_is_wrong_is_said(run):
    assert run("""
        class Bits(ctypes.Structure):
            _fields_ = [("a", ctypes.c_int, 3)]
        libc.abs.argtypes = [ctypes.c_int]
        libc.labs.argtypes = [Bits]
        for function, more in [(libc.abs, {"signature": "i(x)"}), (libc.div, {}), (len, {}), (libc.labs, {}), (libc.abs, {"result": {0: "a b"}}), (libc.abs, {"signature": "\\0"})]:
            try:
                tel.probe(function, "a/b", **more)
            except tel.InvalidError as error:
                print(*str(error).split()[:8])
    """).splitlines() == [
        'the signature is wrong at position 3: "x"', "a probe needs argtypes, which say what the", "a probe is for functions of ctypes libraries",
        "a bit field can't be in a signature:", 'the signature is wrong at position 6: ","', "a signature is text of ASCII without a"]


def test_a_probe_lives_as_long_as_it_is_referred_to(scene, run):
    assert run("""
        import gc
        libc.abs.argtypes = [ctypes.c_int]
        for turn in range(3000):
            one = tel.probe(libc.abs, "a/abs", latency=turn % 10 == 0)
            assert one(-turn) == turn
        del one
        gc.collect()
        mapped = sum("r-xp 00000000 00:00 0" in line for line in open("/proc/self/maps"))
        print(mapped < 10)
    """) == "True\n"
    assert scene.counts["a/abs"] == 3000
