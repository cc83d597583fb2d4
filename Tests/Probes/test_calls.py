"""What probes count, and that whoever calls or is called does not notice."""

import shutil
from pathlib import Path

import pytest

from Harness import c, counterfile

HERE = Path(__file__).parent / "c"
COUNT, LATENCY, RESULT = 0, 1, 2
UNWOUND = "tel/dropped:unwound"


@pytest.fixture
def play(tmp_path):
    """Runs a scene; its output and what was counted, without zeros."""

    def start(scene, *arguments, source="calls.c", env=None):
        program = c.build(HERE / source, flags=("-Wno-cast-function-type",))
        done = c.run(program, *([scene] if scene else []), *arguments, directory=tmp_path, env={"TEL_DIR": tmp_path / "T", **(env or {})})
        return done.stdout, {name: value for name, value in c.counts(tmp_path / "T").items() if value}

    return start


def buckets(counts, chart):
    return {name.partition(":")[2]: value for name, value in counts.items() if name.startswith(f"{chart}:")}


# ---- Results


def test_results_are_counted_by_sign(play):
    _, counts = play("results")
    expected = {
        "int": (2, 1), "unsigned": (2, 1), "byte": (2, 1), "pointer": (1, 2), "bool": (2, 1), "double": (1, 2), "float": (2, 1), "long-double": (1, 2),
        "small": (1, 2)}
    assert {name: (buckets(counts, name).get("ok"), buckets(counts, name).get("error")) for name in expected} == expected
    assert all(counts[name] == 3 for name in expected)


def test_results_are_counted_by_a_list_of_values(play):
    _, counts = play("results")
    assert buckets(counts, "list") == {"ok": 2, "done": 1, "error": 1, "other": 2} and counts["list"] == 6
    assert buckets(counts, "some") == {"none": 1} and counts["some"] == 3


# ---- errno


def test_errno_is_the_targets_and_errors_are_counted_by_it(play):
    output, counts = play("errors")
    assert output.splitlines() == ["1", "1", "1", "4000", "42 42", "43 43"]
    assert buckets(counts, "call/errno") == {"ENOENT": 2, "other": 1}
    assert buckets(counts, "call") == {"ok": 2, "error": 4, "<10ms": 6}
    # Nothing but errno was asked for.
    assert {name: value for name, value in counts.items() if name.startswith("listed")} == {"listed": 1}


def test_what_a_list_calls_an_error_is_one(play):
    """-1 is "retry" there."""
    _, counts = play("errors")
    assert buckets(counts, "listed/errno") == {}


# ---- Latency


def test_latency_is_a_histogram_with_the_usual_bounds(play):
    _, counts = play("latency")
    found = buckets(counts, "pause")
    assert counts["pause"] == sum(found.values()) == 3
    # A busy machine may make pauses longer, never shorter.
    assert found.get("<10ms", 0) <= 1 and found.get("<50ms", 0) <= 2 - (1 - found.get("<10ms", 0)) + 1
    assert set(found) <= {"<10ms", "<50ms", "<100ms", "<200ms", "<500ms", "<1s"} and len(found) >= 2


# ---- What leaves without returning


@pytest.mark.parametrize("flags", [COUNT, LATENCY, RESULT])
def test_exceptions_pass(play, flags):
    output, counts = play(None, flags, source="throws.cpp")
    assert output == "returned 0 refused 0 refused 0 \n"
    assert (counts["between"], counts["refuse"]) == (3, 3)
    assert counts.get(UNWOUND, 0) == (4 if flags else 0)
    if flags == LATENCY:
        assert sum(buckets(counts, "between").values()) == sum(buckets(counts, "refuse").values()) == 1


@pytest.mark.parametrize("flags", [COUNT, LATENCY, RESULT])
def test_longjmp_passes_and_is_seen_at_the_next_call_or_return_above(play, flags):
    output, counts = play("jumps", flags)
    assert output == "1 1 1 1 1 3 0\n"
    assert (counts["jump"], counts["outer"], counts["other"]) == (8, 5, 1)
    assert counts.get(UNWOUND, 0) == (7 if flags else 0)
    if flags == LATENCY:
        assert sum(buckets(counts, "jump").values()) == 1 and sum(buckets(counts, "outer").values()) == 5


@pytest.mark.parametrize("flags", [COUNT, LATENCY])
def test_threads_end_in_a_probed_function(play, flags):
    output, counts = play("threads", flags)
    assert output == "5\n1\n"
    assert (counts["exit"], counts["cancel"]) == (1, 1)
    assert counts.get(UNWOUND, 0) == (2 if flags else 0)


@pytest.mark.parametrize("flags", [COUNT, LATENCY])
def test_more_calls_than_are_remembered_may_be_under_way(play, flags):
    output, counts = play("deep", flags)
    assert output == "500\n" and counts["deep"] == 501 and UNWOUND not in counts
    if flags:
        assert sum(buckets(counts, "deep").values()) == 501


# ---- Stubs


def test_a_variadic_function_can_be_counted(play):
    output, counts = play("variadic")
    assert output == "32 7 seven 7.50 2.5 1 2 3 4 5 6 7 8\n" and counts == {"print": 1}


def test_a_count_that_is_full_stays_full(play):
    output, _ = play("saturated")
    assert output == "1 1 1 1 \n"


def test_counts_between_two_calls_go_to_the_new_week(play, tmp_path):
    play("rotation")
    weeks = [{name.decode(): value for name, value in counterfile.read(path).counts.items()} for path in c.files(tmp_path / "T")]
    assert [week["stub"] for week in weeks] == [1, 2] and [week["watched"] for week in weeks] == [1, 2]
    assert [week["watched:ok"] for week in weeks] == [week["watched:<10ms"] for week in weeks] == [1, 2]


def test_a_stub_that_is_called_late_still_finds_its_target(play):
    output, counts = play("late")
    assert output == "9\n" and counts == {"late": 1}


# ---- What is wrong or missing


def test_what_is_no_probe_is_refused_with_a_sentence(play):
    output, counts = play("refused")
    assert output.splitlines() == [
        "-1 tel_probe_new needs a place for the probe, not NULL", "-1 tel_probe_new needs a counter's name, not NULL",
        "-1 tel_probe_new needs a signature, not NULL", "-1 tel_probe_new needs a function to call, not NULL",
        '-1 the probe "a:b" counts more than calls: its name is that of a chart, without ":"',
        '-9 a function with "..." can be counted, and nothing else: nobody knows how many arguments it is given',
        '-1 the signature is wrong at position 4: the arguments have no end, ")"', "1"]
    assert counts == {}


@pytest.mark.parametrize("without, scene, why", [
    ("libtel-probes.so", "variadic", "there are no probes: there is no"),
    ("plugins/libffi.so", "latency", "no plugin offers tel.trampoline/1; \"tel plugins\" lists those that there are"),
])
def test_without_a_part_the_reason_is_told(tmp_path, without, scene, why):
    shutil.copytree(c.ROOT / "build" / "lib", tmp_path / "lib", symlinks=True)
    (tmp_path / "lib" / "tel" / without).unlink()
    program = c.build(HERE / "calls.c", flags=("-Wno-cast-function-type",))
    done = c.run(program, scene, directory=tmp_path, env={"TEL_DIR": tmp_path / "T", "LD_LIBRARY_PATH": tmp_path / "lib"}, check=False)
    assert done.returncode == 1 and why in done.stdout
