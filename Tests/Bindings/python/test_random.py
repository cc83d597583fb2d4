"""Whatever it is given, recording does not raise, and sums are right."""

import sys
from collections import Counter

import pytest
import tel
import tel.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# A few names, so that they are counted again and again.
NAMES = st.sampled_from(["a", "a/b", "a/b:c", "ü/ñ:日本", "x" * 4096, "a/b:<10ms"])
NUMBERS = st.integers(0, 2**64 - 1) | st.integers(0, 100)
ANYTHING = st.one_of(
    st.text(), st.binary(), st.integers(), st.floats(), st.none(), st.booleans(), st.complex_numbers(), st.lists(st.integers()),
    st.dictionaries(st.text(), st.none()), st.just(object()), st.sampled_from([int, str, len, sys, Ellipsis, "\ud800", "a\0b", b"\xff"]))
MAXIMUM = 2**64 - 1
many = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@given(st.lists(st.tuples(st.sampled_from(["inc", "add", "counter", "bytes"]), NAMES, NUMBERS), max_size=40))
@many
def test_sums_are_right_however_it_is_counted(calls):
    expected = Counter()
    with tel.testing.sandbox() as counts:
        for how, name, n in calls:
            if how == "counter":
                tel.counter(name).add(n)
            elif how == "bytes":
                tel.inc(name.encode(), n)
            else:
                getattr(tel, how)(name, n)
            expected[name] = min(expected[name] + n, MAXIMUM)
        assert dict(counts) == +expected
        for name in expected:
            assert counts[name] == tel.counter(name).read() == expected[name]


def is_name(name):
    """By the rules of tel.h, for text."""
    if isinstance(name, bytes):
        try:
            name = name.decode()
        except UnicodeDecodeError:
            return False
    if not isinstance(name, str) or not name or name.count(":") > 1:
        return False
    try:
        return len(name.encode()) <= 4096
    except UnicodeEncodeError:
        return False


@given(ANYTHING, ANYTHING)
@settings(max_examples=300)
def test_anything_may_be_recorded(name, n):
    with tel.testing.sandbox() as counts:
        tel.inc(name)
        tel.inc(name, n)
        tel.add(name, n)
        key = tel.counter(name)
        key.inc()
        key.add(n)
        tel.stack(name, n).inc()
        tel.count_flags(name, n)
        with tel.timed(name):
            pass
        tel.timed(name, n)(lambda: None)()
        total = sum(value for name, value in counts.items() if name.startswith("tel/dropped:"))
        if not is_name(name):
            assert total >= 6 and set(counts) == {"tel/dropped:name"}
        assert total > 0  # count_flags, at least, had no parser


PARTS = st.text("ab.<>\n\0é/", max_size=12)


@given(st.text("ab/:", min_size=1, max_size=4000).filter(is_name), st.lists(st.tuples(PARTS, PARTS, st.integers(0, 9)), max_size=12),
       st.integers(1, 900))
@many
def test_libtel_calls_a_stack_as_the_binding_does(name, parts, times):
    """Or it would count under one name first, and under another after that."""
    code = (lambda: None).__code__
    frames = []
    for scope, function, line in parts:
        changed = code.replace(co_name=function * times, **({"co_qualname": function * times} if hasattr(code, "co_qualname") else {}))
        frames.append(tel._frames.Frame(changed, scope, changed.co_firstlineno + line))
    with tel.testing.sandbox() as counts:
        tel._frames.record(name.encode(), frames)
        encoded = tel._frames.encoded(name.encode(), frames)
        assert counts[encoded] == 1 and len(encoded) <= 4096


@given(ANYTHING)
@many
def test_anything_may_be_a_histograms_value(value):
    with tel.testing.sandbox() as counts:
        sizes = tel.histogram("a/size", [10, 1000], tel.Unit.BYTES)
        sizes.record(value)
        fits = isinstance(value, int) and value >= 0
        bucket = "tel/dropped:name" if not fits else "a/size:<10B" if value < 10 else "a/size:<1000B" if value < 1000 else "a/size:<inf"
        assert dict(counts) == {bucket: 1}


@given(st.lists(st.integers(1, MAXIMUM), min_size=1, max_size=64, unique=True).map(sorted), st.lists(NUMBERS, max_size=30))
@many
def test_each_value_is_in_the_bucket_of_the_first_bound_above_it(bounds, values):
    with tel.testing.sandbox() as counts:
        chart = f"a/chart{hash(tuple(bounds)) % 10**12}"  # bounds of a chart stay as they were first
        histogram = tel.histogram(chart, bounds, tel.Unit.NONE)
        for value in values:
            histogram.record(value)
        expected = Counter(next((f"{chart}:<{bound}" for bound in bounds if value < bound), f"{chart}:<inf") for value in values)
        assert dict(counts) == expected


@given(ANYTHING, ANYTHING, ANYTHING)
@many
def test_a_histogram_is_made_or_is_invalid(chart, bounds, unit):
    with tel.testing.sandbox():
        try:
            tel.histogram(chart, bounds, unit).record(1)
        except tel.InvalidError as error:
            assert str(error)


@given(st.dictionaries(st.sampled_from(
    ["program", "version", "toolchain", "vendor", "directory", "destination", "rotate", "report", "max_names"]), ANYTHING))
@many
def test_opening_with_anything_opens_or_is_invalid(tmp_path_factory, settings):
    settings["rotate"] = False
    settings["directory"] = settings.get("directory") if not isinstance(settings.get("directory"), (str, bytes)) else None
    settings["directory"] = settings["directory"] or str(tmp_path_factory.mktemp("telemetry"))
    try:
        answer = tel.open(**settings)
        assert answer is None or isinstance(answer, tel.Error)
    except tel.InvalidError as error:
        assert len(str(error)) > 10
    finally:
        tel.close()


@pytest.mark.parametrize("name", ["a b", "a\tb", "a\nb", "a:b:c", "", "x" * 4097, "a\u2028b", "a\x7fb"])
def test_names_against_the_rules_are_dropped(name, tel_counts):
    tel.inc(name)
    tel.counter(name).inc()
    assert dict(tel_counts) == {"tel/dropped:name": 2}
