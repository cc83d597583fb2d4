"""Bad input gets a clear sentence and a status everywhere except in
recording; nothing is lost and nothing crashes."""

import os

import pytest

from ABI import scene
from ABI.scene import FRIDAY, MONDAY, TOOL, only_file, values
from Harness import counterfile
from Harness.driver import DAY, Driver, instant, names, opening, once, reports, telemetry
from Harness.privilege import NOBODY, PublicFolder, as_user, do


@pytest.fixture(scope="module")
def public():
    made = PublicFolder()
    yield made
    made.remove()


def refused(process, status, *words, **texts):
    """Opening fails with a sentence that has these words, and counts wait."""
    answer = process.open(clock=MONDAY, **{**TOOL, **texts})
    assert answer.status in (status if isinstance(status, tuple) else (status,)), answer
    for word in words:
        assert str(word) in answer.message, answer
    process.count("a", 2)
    process.add("b", 3)
    assert (process.read("a"), process.read("b")) == (2, 3)
    return process


# ---- Homes


def test_no_home_at_all(driver, tmp_path):
    refused(driver(prefix=["env", "-u", "HOME"]), "TEL_E_OFF", "HOME")
    refused(driver(HOME=""), "TEL_E_OFF", "HOME")
    assert names(tmp_path) == []


def test_a_relative_home_is_meant_from_where_the_process_is(tmp_path):
    """The reference does so, and shares the folder."""
    (tmp_path / "here" / "home").mkdir(parents=True)
    answer, *_ = once(tmp_path, opening(clock=MONDAY, **TOOL), ["count", "a"], cwd=tmp_path / "here", HOME="home")
    assert answer.status == "TEL_OK"
    assert values(only_file(telemetry(tmp_path / "here" / "home"))) == {"a": 1}


def test_a_relative_configuration_folder_is_refused(driver, tmp_path):
    refused(driver(XDG_CONFIG_HOME="relative/config"), "TEL_E_OFF", "XDG_CONFIG_HOME", "relative/config")
    assert names(tmp_path) == []


def test_the_configuration_folder_goes_before_home(driver, tmp_path):
    process = driver(XDG_CONFIG_HOME=tmp_path / "config")
    assert process.open(clock=MONDAY, **TOOL).status == "TEL_OK"
    assert process.directory == str(tmp_path / "config" / "tel" / "telemetry")
    process = driver(XDG_CONFIG_HOME="")
    assert process.open(clock=MONDAY, **TOOL).status == "TEL_OK"
    assert process.directory == str(telemetry(tmp_path))


def test_a_home_that_is_not_there_is_made(driver, tmp_path):
    process = driver(HOME=tmp_path / "not" / "yet")
    assert process.open(clock=MONDAY, **TOOL).status == "TEL_OK"
    assert only_file(telemetry(tmp_path / "not" / "yet"))


@pytest.mark.parametrize("mode, what", [(0o000, "unreadable"), (0o555, "read-only")])
def test_a_home_without_permission(public, mode, what):
    home = public.folder(what, NOBODY)
    home.chmod(mode)
    answers = once(
        public.path, opening(clock=MONDAY, **TOOL), ["count", "a", 2], ["read", "a"], ["flush", 0], "getmode", ["setmode", 1], "rotate",
        prefix=as_user(NOBODY), program=public.program, HOME=home)
    assert answers[0].status == "TEL_E_IO" and str(home) in answers[0].message
    assert answers[2].results == ["2"]
    assert answers[5].status == "TEL_E_IO" and str(home) in answers[5].message
    assert answers[6].status == "TEL_E_IO"
    home.chmod(0o755)
    assert names(home) == []


def test_a_folder_that_became_read_only_keeps_counts_in_memory_until_it_is_not(public):
    home = public.folder("changing", NOBODY)
    with Driver(public.path, prefix=as_user(NOBODY), program=public.program, HOME=home) as process:
        process.open(clock=MONDAY, **TOOL)
        process.count("a", 1)
        local = telemetry(home) / "local"
        do("chmod", "555", local)
        process.clock(MONDAY + 8 * DAY)
        answer = process.rotate()
        assert answer.status == "TEL_E_IO" and str(local) in answer.message
        process.count("a", 2)
        do("chmod", "755", local)
        assert process.rotate().status == "TEL_OK"
        process.count("a", 4)
    assert scene.total(telemetry(home)) == {"a": 7}


@pytest.mark.parametrize("component", [".config", ".config/tel", ".config/tel/telemetry", ".config/tel/telemetry/local"])
def test_a_file_where_a_folder_should_be(driver, tmp_path, component):
    path = tmp_path / component
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a file")
    process = refused(driver(), "TEL_E_IO", path)
    assert path.read_text() == "a file"
    path.unlink()
    assert process.rotate().status == "TEL_OK"
    assert values(only_file(telemetry(tmp_path))) == {"a": 2, "b": 3}


@pytest.mark.parametrize("length", [200, 5000])
def test_a_path_that_is_too_long(driver, tmp_path, length):
    deep = str(tmp_path) + "/" + "/".join(["x" * 255 if length == 5000 else "x" * 256] * (length // 200))
    process = refused(driver(), "TEL_E_IO", directory=deep)
    process.close()


def test_a_loop_of_links_in_the_path(driver, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    refused(driver(), "TEL_E_IO", tmp_path / "loop", directory=tmp_path / "loop" / "telemetry")


# ---- What tel_open is told


@pytest.mark.parametrize("member", ["program", "version", "toolchain"])
@pytest.mark.parametrize("value", [b"a\nb", b"\n", b"a\rb", b"a\x01", b"\x1b[31m", b"a\x7f", b"\xff", b"a\xc3", b"\xed\xa0\x80", "\u0085".encode(),
                                   "\u2028".encode(), b"x" * 600, b"x" * 20_000])
def test_an_identity_that_cannot_be_recorded_is_refused_by_name(driver, tmp_path, member, value):
    answer = driver().open(clock=MONDAY, **{**TOOL, member: value})
    assert answer.status == "TEL_E_INVALID" and member in answer.message
    assert names(tmp_path) == []


@pytest.mark.parametrize("member", ["version", "toolchain"])
def test_a_slash_in_version_or_toolchain_is_refused(driver, tmp_path, member):
    answer = driver().open(clock=MONDAY, **{**TOOL, member: "v1/2"})
    assert answer.status == "TEL_E_INVALID" and member in answer.message and "v1/2" in answer.message
    assert names(tmp_path) == []


@pytest.mark.parametrize("program", ["", "/", "a/", "..", ".", "a/..", "../../x"])
def test_a_program_with_an_odd_path_counts_within_the_folder_or_is_refused(driver, folder, tmp_path, program):
    answer = driver().open(directory=folder, clock=MONDAY, **{**TOOL, "program": program})
    if answer.status == "TEL_OK":
        assert counterfile.read(only_file(folder)).metadata["Program"] == program
    else:
        assert answer.status == "TEL_E_INVALID" and "program" in answer.message
    assert {path.split("/")[0] for path in names(tmp_path)} == {"telemetry"}


@pytest.mark.parametrize("texts", [
    {"version": "v1.4.0+dirty"}, {"version": "v1 beta * : ?"}, {"version": "日本語"}, {"toolchain": "cpython3.11"}, {"version": ""},
    {"program": "x" * 120}, {"program": "example.com/ünï"}, {"program": "cmd/go", "version": "go1.27.3", "toolchain": "go1.27.3"},
])
def test_an_unusual_identity_is_recorded_as_it_is(driver, folder, texts):
    process = driver()
    assert process.open(directory=folder, clock=MONDAY, **{**TOOL, **texts}).status == "TEL_OK"
    process.count("a")
    file = counterfile.read(only_file(folder))
    identity = {**TOOL, **texts}
    assert file.identity[:3] == (identity["program"], identity["version"], identity["toolchain"])


def test_about_380_bytes_of_identity_are_possible_and_512_of_metadata_are_the_limit(driver, folder):
    for length in range(330, 420):
        answer = driver_open_with(driver, folder, length)
        if answer.status != "TEL_OK":
            break
    assert answer.status == "TEL_E_INVALID" and "program" in answer.message
    fits = len(scene.metadata(program="p/" * ((length - 1) // 2) + "x" * ((length - 1) % 2 + 1)))
    assert 505 <= fits <= 514


def driver_open_with(driver, folder, length):
    process = driver()
    try:
        return process.open(directory=folder, clock=MONDAY, **{**TOOL, "program": "p/" * (length // 2) + "x" * (length % 2 + 1)})
    finally:
        process.kill()


@pytest.mark.parametrize("texts, word", [
    ({"size": 0}, "size"), ({"size": 4}, "size"), ({"size": 7}, "size"), ({"size": 1 << 20}, "size"), ({"size": 4294967295}, "size"),
    ({"reserved": 1}, "reserved"), ({"max_names": 100_001}, "max_names"), ({"directory": ""}, "directory"),
])
def test_a_configuration_that_is_wrong_is_refused_by_member(driver, tmp_path, texts, word):
    answer = driver().open(clock=MONDAY, **TOOL, **texts)
    assert answer.status == "TEL_E_INVALID" and word in answer.message
    assert names(tmp_path) == []


def test_unknown_flags_are_refused(driver, tmp_path):
    answer = driver().open(flags=1 << 20, clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_INVALID" and "flags" in answer.message
    assert names(tmp_path) == []


def test_a_newer_configuration_is_accepted_as_long_as_it_asks_for_nothing_new(driver, folder, tmp_path):
    answer = driver().open(directory=tmp_path / "other", clock=MONDAY, newer=1, **TOOL)
    assert answer.status == "TEL_E_INVALID" and "tel_config" in answer.message
    assert not (tmp_path / "other").exists()
    process = driver()
    assert process.open(directory=folder, clock=MONDAY, newer=0, **TOOL).status == "TEL_OK"
    process.count("a")
    assert values(only_file(folder)) == {"a": 1}


def test_null_means_all_defaults(driver, tmp_path):
    process = driver()
    assert process.ask("open", "null").status == "TEL_OK"
    file = counterfile.read(process.file)
    assert file.metadata["Program"].startswith("driver") and file.metadata["Version"] == "devel"
    assert process.directory == str(telemetry(tmp_path))


def test_null_pointers_do_no_harm(driver, folder):
    process = driver()
    for when in ("before", "after"):
        results = process.ask("null").results
        statuses, sentences = results[0::2], results[1::2]
        assert statuses == ["TEL_E_INVALID"] * 8, results
        assert all(sentences)
        process.open(directory=folder, clock=MONDAY, **TOOL)
    process.count("a")
    assert process.read("a") == 1


# ---- Opening twice


@pytest.mark.parametrize("texts", [
    {"program": "example.com/other"}, {"version": "v2"}, {"toolchain": "gcc13"}, {"directory": "elsewhere"}, {"vendor": "acme"},
])
def test_a_second_open_as_another_is_busy_and_the_first_stays(tool, folder, tmp_path, texts):
    process = tool()
    texts = {key: tmp_path / value if key == "directory" else value for key, value in texts.items()}
    answer = process.open(clock=MONDAY, **{**TOOL, "directory": folder, **texts})
    (value,) = texts.values()
    assert answer.status == "TEL_E_BUSY" and str(value) in answer.message
    process.count("a", 1)
    assert values(only_file(folder)) == {"a": 1}
    assert not (tmp_path / "elsewhere").exists()


def test_a_second_open_as_the_same_is_harmless(tool, folder):
    process = tool()
    process.add("a", 1)
    assert process.open(directory=folder, clock=MONDAY, **TOOL).status == "TEL_OK"
    assert process.ask("open", "null").status == "TEL_OK"
    process.add("a", 1)
    assert values(only_file(folder)) == {"a": 2}


# ---- Files from the future


def test_files_from_the_future_are_left_alone(tool, folder):
    local = folder / "local"
    future = local / "tool@v1.2.3-gcc12.2-linux-amd64-2031-01-06.v1.count"
    future.write_bytes(scene.counter_file([scene.record(scene.first_record(), b"later", 5)], begin="2031-01-06", end="2031-01-10"))
    (local / "local.2031-01-10.json").write_text("{}")
    (folder / "upload").mkdir()
    (folder / "upload" / "2031-01-03.json").write_text("{}")
    kept = future.read_bytes()
    ahead = instant("2031-01-07")
    for path in (local / "weekends", future):
        os.utime(path, (ahead, ahead))
    process = tool()
    process.count("a", 1)
    process.clock(FRIDAY + 1)
    assert process.rotate().status == process.flush().status == "TEL_OK"
    assert future.read_bytes() == kept
    assert '"LastWeek": ""' in reports(folder)["2026-11-27"].read_text()


def test_a_report_lock_from_the_future_does_not_stop_reports_for_ever(tool, driver, folder):
    tool().count("a", 1)
    lock = folder / "local" / "tel.lock"
    lock.write_bytes(b"")
    ahead = instant("2031-01-07")
    os.utime(lock, (ahead, ahead))
    for day in range(3):
        process = driver()
        process.open(directory=folder, clock=FRIDAY + 1 + day * DAY, flags=0, **TOOL)
        process.end()
    assert list(reports(folder)) == ["2026-11-27"]


def test_a_file_of_today_that_claims_an_absurd_end_is_not_trusted(tool, folder):
    """A week has at most 7 days: nobody counts for years into one file."""
    (folder / "local" / scene.NAME).write_bytes(scene.counter_file(end="2036-11-27"))
    tool().count("a", 1)
    ends = {counterfile.read(path).metadata["TimeEnd"][:10]: values(path) for path in scene.counter_files(folder)}
    assert ends["2026-11-27"] == {"a": 1}


# ---- Sentences


def test_each_failure_has_its_own_sentence(driver, tmp_path):
    process = driver()
    first = process.visit(tmp_path / "no such.v1.count")
    assert str(tmp_path / "no such.v1.count") in first.message
    second = process.rotate()
    assert second.message and second.message != first.message


def test_sentences_are_utf8_even_about_names_that_are_not(driver, tmp_path):
    answer = driver().visit(os.fsencode(tmp_path) + b"/\xff\xfe.v1.count")
    assert answer.status == "TEL_E_NOT_FOUND" and str(tmp_path) in answer.message


@pytest.mark.parametrize("length", [900, 1100, 3000])
def test_a_very_long_sentence_is_cut_but_whole_characters(driver, length):
    path = "/" + "é" * (length // 2) + ".v1.count"
    answer = driver().visit(path)
    assert answer.status in ("TEL_E_NOT_FOUND", "TEL_E_IO") and answer.message
