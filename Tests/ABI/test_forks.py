"""Forks, and processes that leave without a word."""

import pytest

from Harness import c, counterfile


def run(case, tmp_path):
    return c.run(c.build("forks.c"), case, directory=tmp_path).stdout


def test_children_count_into_the_same_file(tmp_path):
    run("children", tmp_path)
    assert len(c.files(tmp_path / "T")) == 1
    assert c.counts(tmp_path / "T") == {"f/handle": 809, "f/name": 8, "f/child": 8, "f/grandchild": 8}


def test_what_was_counted_before_the_fork_is_counted_once(tmp_path):
    """The counts that wait in memory are copied by a fork. They are the
    parent's: if each child that opens wrote them too, they would be counted
    as often as the program forks."""
    run("before-open", tmp_path)
    assert c.counts(tmp_path / "T") == {"f/early": 1, "f/child": 12}


def test_a_child_outlives_its_parent(tmp_path):
    run("outlives", tmp_path)
    assert c.counts(tmp_path / "T") == {"f/parent": 1, "f/middle": 1, "f/orphan": 2}
    assert len(c.files(tmp_path / "T")) == 2


def test_kill_loses_nothing_that_returned(tmp_path):
    said = int(run("killed", tmp_path))
    counts = c.counts(tmp_path / "T")
    # Killed between two calls of a round, at most one add more was done.
    assert counts["k/name"] in (said, said + 1)
    assert counts["k/handle"] in (said, said + 1)
    assert sum(value for name, value in counts.items() if name.startswith("k/new/")) in (said, said + 1)


@pytest.mark.skipif(not c.is_shipped(), reason="the runtime of ordinary Swift has locks of its own, which a fork can leave taken")
def test_a_fork_while_libtel_is_busy_deadlocks_nobody(tmp_path):
    run("while-busy", tmp_path)
    counts = counterfile.accounted_by_name(tmp_path / "T")
    assert counts["b/name"] == 300
    assert counts["b/parent"] == 150
    assert {name: counts.get(name) for name in (f"b/child/{n}" for n in range(150)) if counts.get(name) != 1} == {}


@pytest.mark.skipif(not c.is_shipped(), reason="the runtime of ordinary Swift has locks of its own, which a fork can leave taken")
def test_off_stops_a_child_that_was_forked_while_libtel_was_busy(tmp_path):
    run("off-in-a-child", tmp_path)
    assert c.counts(tmp_path / "T") == {"o/parent": 1}


def test_a_child_does_not_keep_reporters_out(tmp_path):
    run("reporters", tmp_path)


def test_libtel_keeps_no_descriptor(tmp_path):
    run("descriptors", tmp_path)
    counts = counterfile.accounted_by_name(tmp_path / "T")
    assert counts["d/name"] == 2
    assert len(counts) == 901


@pytest.mark.skipif(not c.is_shipped(), reason="the thread sanitizer has a thread of its own")
def test_a_thread_that_a_second_opening_asked_for_is_wanted_in_children_too(tmp_path):
    run("second-opening", tmp_path)


def test_a_child_hears_its_own_sentences_whoever_was_speaking_in_the_parent(tmp_path):
    run("loggers", tmp_path)
