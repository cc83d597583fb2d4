"""The opener, the extender and the rotator, killed and refused at every system
call. The reporter is in Tests/Reports/test_protocol.py.

After a kill, what was told to have been added is there; after a refusal the
host has gone on counting and was told a sentence; and in each case clean runs
bring everything into reports, once, and leave nothing behind."""

import shutil
import signal
from contextlib import contextmanager

import pytest

from Crash.scenes import SCENES
from Crash.script import Stage, has_file
from Harness.books import FRIDAY
from Harness.injection import FALLIBLE, GROWING, each, kill, points as points_of, refuse, sample, short


@pytest.fixture(scope="module", params=SCENES, ids=lambda scene: scene.__name__)
def play(request, tmp_path_factory):
    """Plays a scene, from its beginning, with the strace options that are given."""
    home = tmp_path_factory.mktemp("scene")

    @contextmanager
    def at(*options, **env):
        shutil.rmtree(home / "home", ignore_errors=True)
        with Stage(home) as stage:
            scene = request.param(stage)
            yield stage, scene, *stage.play(scene.script, *options, **env)

    return at


@pytest.fixture(scope="module")
def points(play):
    """Every system call between the first answer and that to the last order but
    the closing ones, with which the process recovers."""
    with play() as (stage, scene, status, replies):
        assert status == 0 and all_well(replies), replies
        told = [order for order in scene.script.orders if not callable(order[0])]
        found = points_of(stage.home / "trace", scene.begin, len(told) - scene.closing)
        names = [point.call for point in found]
        for name, least in scene.steps.items():
            assert names.count(name) >= least, f"{name}: {names}"
    return found


def all_well(replies):
    return all(reply is None or reply.status == "TEL_OK" for reply in replies)


def finish(stage, scene):
    """The others go on adding to what they have; then everybody leaves."""
    stage.run_again(scene.clock)
    scene.meanwhile(stage)
    for driver, name in scene.holders:
        stage.adds(driver, name, 100)
    stage.check("after the others added")
    stage.files_are_sound()
    stage.clean_run(FRIDAY + 2)
    stage.check("after a clean run")
    for driver, name in scene.holders:
        stage.adds(driver, name, 1000)
    stage.leave()
    stage.finish()
    scene.after(stage)


def test_without_any_trouble_everything_is_counted_once(play):
    with play("-e", "trace=none") as (stage, scene, status, replies):
        stage.settle("after the run", scene.script.all, scene.script.all)
        finish(stage, scene)


def test_killed(play, points, request):
    def killed(point):
        with play(*kill(point)) as (stage, scene, status, replies):
            assert status == -signal.SIGKILL, f"it was not killed: {status}"
            # What waits in memory, before there is a file, dies with the process.
            least = scene.script.done(len(replies) if has_file(replies, scene.script) else 0)
            stage.settle("after it was killed", least, scene.script.done(len(replies) + 1))
            finish(stage, scene)

    each(sample(points, request.node.name), killed)


@pytest.mark.parametrize("error", FALLIBLE)
def test_refused(play, points, error, request):
    def refused(point):
        with play(*refuse(point, error)) as (stage, scene, status, replies):
            assert status == 0, f"it ended with {status}"
            assert len(replies) == len(scene.script.orders)
            assert all(reply is None or reply.status == "TEL_OK" or reply.message for reply in replies), replies
            # The closing orders met no trouble: what waited in memory is in the file.
            assert all_well(replies[-scene.closing :]), replies
            stage.settle_dropped("after the refusal", scene.script.all)
            finish(stage, scene)

    each(sample([point for point in points if point.may_fail_with(error)], request.node.name), refused)


def test_interrupted_calls_are_made_again(play, points, request):
    def interrupted(point):
        with play(*refuse(point, "EINTR")) as (stage, scene, status, replies):
            assert status == 0 and all_well(replies), replies
            stage.settle("after the run", scene.script.all, scene.script.all)
            finish(stage, scene)

    each(sample([point for point in points if point.may_fail_with("EINTR")], request.node.name), interrupted)


def test_what_was_done_by_half_is_completed(play, points, request):
    """A write, or a read, that does less than it was asked for."""

    def half(point):
        with play("-e", "trace=none", **short(point)) as (stage, scene, status, replies):
            assert status == 0 and all_well(replies), replies
            stage.settle("after the run", scene.script.all, scene.script.all)
            finish(stage, scene)

    each(sample([point for point in points if point.may_be_short()], request.node.name), half)


def test_the_disk_fills_in_the_middle_of_a_write(play, points, request):
    def filled(point):
        with play("-e", "trace=none", **short(point, then="ENOSPC")) as (stage, scene, status, replies):
            assert status == 0
            assert all(reply is None or reply.status == "TEL_OK" or reply.message for reply in replies), replies
            assert all_well(replies[-scene.closing :]), replies
            stage.settle_dropped("after the refusal", scene.script.all)
            finish(stage, scene)

    each(sample([point for point in points if point.may_be_short() and point.call in GROWING], request.node.name), filled)
