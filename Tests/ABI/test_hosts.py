"""Hosts with limits and habits of their own: none is hurt."""

import shutil

import pytest

from Harness import c


def run(case, tmp_path, **more):
    return c.run(c.build("hosts.c", **more), case, directory=tmp_path).stdout


def test_a_limit_of_file_sizes_drops_counts_and_sends_no_signal(tmp_path):
    counted = int(run("file-size-limit", tmp_path))
    counts = c.counts(tmp_path / "T")
    assert counts.pop("tel/dropped:space") == 900 - counted
    assert len(counts) == counted
    assert c.files(tmp_path / "T")[0].stat().st_size <= 20000


def test_where_no_file_fits_counts_stay_in_memory(tmp_path):
    run("file-size-limit-below-a-file", tmp_path)
    assert c.files(tmp_path / "T") == []


@pytest.mark.parametrize("size", [118_000, 124_000, 4_000_000])
def test_the_rotation_thread_has_its_stack_whatever_the_host_keeps_for_each_thread(size, tmp_path):
    run("many-thread-locals", tmp_path, flags=(f"-DTHREAD_LOCAL={size}",))


def test_a_logger_may_call_libtel(tmp_path):
    run("logger-calls-back", tmp_path)


def test_a_logger_may_count_and_is_not_told_of_its_own_drops(tmp_path):
    run("logger-counts", tmp_path)


def test_a_program_that_was_replaced_while_it_runs_keeps_its_name(tmp_path):
    program = tmp_path / "editor"
    shutil.copy(c.build("hosts.c"), program)
    file = c.run(program, "replaced", directory=tmp_path).stdout
    assert "/editor@v1.2.3-" in file


def test_without_a_free_descriptor_counts_stay_in_memory(tmp_path):
    run("no-descriptors", tmp_path)


@pytest.mark.skipif(not c.is_shipped(), reason="the sanitizer opens files of its own")
@pytest.mark.parametrize("call, error", [("flock", "ENOSYS"), ("flock", "EOPNOTSUPP"), ("link", "EPERM"), ("link", "EOPNOTSUPP")])
def test_a_file_system_that_cannot_lock_or_link_files_is_told_so(call, error, tmp_path):
    done = c.run(
        c.build("unsupported.c"), directory=tmp_path, prefix=("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:error={error}"))
    status, message = done.stdout.split(" ", 1)
    assert status == "TEL_E_UNSUPPORTED"
    assert message.startswith("telemetry is disabled on this platform: ")
    assert c.files(tmp_path / "T") == []


@pytest.mark.skipif(not c.is_shipped(), reason="the sanitizer opens files of its own")
def test_a_file_system_without_fallocate_is_written_to_its_end_first(tmp_path):
    """Space is there before it is used: as many blocks as bytes."""
    done = c.run(
        c.build("names.c"), "many", "700", "0", directory=tmp_path, check=False,
        prefix=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=fallocate:error=EOPNOTSUPP"))
    assert done.returncode == 0, done.stderr
    (file,) = c.files(tmp_path / "T")
    assert file.stat().st_size > 16384
    assert file.stat().st_blocks * 512 >= file.stat().st_size
