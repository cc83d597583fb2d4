"""tel selftest --crash: a child crashes, and the report has it."""

from Harness import c


def test_a_crash_arrives_in_a_report(tel):
    done = tel("selftest", "--crash", "--library", c.library()).ok
    assert "died of signal 11" in done.out and "crash/crash" in done.out and "raise" in done.out


def test_it_leaves_nothing(tel, tmp_path):
    tel("selftest", "--crash", "--library", c.library(), environment={"TMPDIR": str(tmp_path)}).ok
    assert not list(tmp_path.glob("tel-selftest*")) and not (tel.home / ".config").exists()


def test_a_library_that_is_not_there_is_a_failure(tel, tmp_path):
    done = tel("selftest", "--crash", "--library", tmp_path / "libtel.so.1")
    assert done.code == 1 and "cannot load libtel" in done.err


def test_a_library_that_cannot_watch_is_a_failure(tel):
    done = tel("selftest", "--crash", "--library", c.library().parent / "libtel-noop.so")
    assert done.code == 1 and "tel_open" in done.err


def test_what_is_to_be_tried_must_be_said(tel):
    assert tel("selftest").code == 64
