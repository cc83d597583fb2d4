"""Exporters: plugins that write a report in their own format, and what they get
that send it elsewhere."""

import json

import pytest

from Command.conftest import FRIDAY, is_sentence
from Command.test_export import COUNTS, ME, report
from Upload.stage import CONFIG, WEEKS, Stage

URL = "https://telemetry.invalid"
SENDS = ['FORMAT="away"', 'SAID="away sends"', f'DESTINATION="{URL}"']


@pytest.fixture
def words(made):
    return lambda *definitions: made(*definitions, source="words")


@pytest.fixture
def tool(tel):
    report(tel, (ME, COUNTS))
    return tel


def export(tel, plugin, *arguments, format="words"):
    return tel("export", "--plugin", plugin, "--format", format, *arguments)


def test_an_exporter_is_told_a_report_and_writes_it(tool, words, tmp_path):
    lines = [f"{name} {value}" for name, value in sorted(COUNTS.items(), key=lambda item: item[0].encode()) if "\n" not in name]
    expected = "\n".join(["begin ", f"end {FRIDAY}", f"program {ME['program']}", *lines, "stack 2", "the end", ""])
    assert export(tool, words()).ok.out == expected
    export(tool, words(), "--output", tmp_path / "out").ok
    assert (tmp_path / "out").read_text() == expected
    assert "stack 2" not in export(tool, words("NO_STACKS")).ok.out, "a member that is NULL is skipped"


def test_it_gets_names_that_are_text(tel, words):
    report(tel, (ME, {"a\0b": 1, "\ud800": 2, "\ufffd": 4}))
    assert "a\ufffdb 1\n\ufffd 6\n" in export(tel, words()).ok.out


def test_it_writes_the_week_that_is_not_over(tool, words):
    tool("inc", "--program", "tool", "tool/now", "3").ok
    assert "\ntool/now 3\n" in export(tool, words(), "this").ok.out


def test_it_is_found_in_libtels_folder_by_its_manifest(tool, words, tmp_path):
    import shutil

    from Command.conftest import executable
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib/tel/plugins").mkdir(parents=True)
    shutil.copy(executable(), tmp_path / "bin/tel")
    tool.path = tmp_path / "bin/tel"
    done = tool("export", "--format", "words")
    assert done.code == 64 and is_sentence(done.err, "words", "no plugin")
    shutil.copy(words(), tmp_path / "lib/tel/plugins/any.so")
    assert tool("export", "--format", "words").ok.out.endswith("the end\n")
    [entry] = tool("plugins", "--json").ok.json
    assert (entry["state"], entry["exporter"], entry["sees"], entry["destination"]) == ("waiting", "words", "reports", "")
    assert "exporter     words" in tool("plugins").ok.out


WRONG = {
    "another format than was said": (['SAID="other"'], 'writes the format "words", and its manifest says "other"'),
    "a format of libtel's": (['FORMAT="csv"'], "libtel writes itself"),
    "a format that is no name": (['FORMAT="Words"'], "must say a format"),
    "no format": (["FORMAT=NULL", 'SAID="words"'], "format is NULL"),
    "an endless type": (["WRONG_TYPE=endless"], "media_type does not end"),
    "no suffix": (["WRONG_SUFFIX=NULL"], "suffix is NULL"),
    "a small table": (["WRONG_SIZE=48"], "tel_exporter.size is 48"),
    "no begin": (["WRONG_NO_BEGIN"], "no function begin, or no end"),
    "no end": (["WRONG_NO_END"], "no function begin, or no end"),
    "an unsaid destination": ([f'DESTINATION="{URL}"'], "it sends reports, and its manifest does not say so"),
    "a missing destination": (['SAID="words sends"'], "it names no destination"),
    "another word behind it": (['SAID="words away"'], "must say a format"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_one_is_refused(tool, words, what):
    definitions, sentence = WRONG[what]
    if "FORMAT=NULL" in definitions or 'FORMAT="csv"' in definitions:
        definitions = [*definitions, *([] if "FORMAT=NULL" in definitions else ['SAID="csv"'])]
    done = export(tool, words(*definitions))
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, sentence)


@pytest.mark.parametrize("definition, said", [
    ("WRONG_BEGIN=TEL_E_FULL", "there is no room"), ("WRONG_COUNTER=TEL_E_IO", "refused"), ("WRONG_END=TEL_E_TIMEOUT", "time was up"),
    ("WRONG_COUNTER=7", "7, which is no status"), ("WRONG_END=-77", "-77, which is no status")])
def test_a_failure_is_one_and_writes_nothing(tool, words, tmp_path, definition, said):
    done = export(tool, words(definition), "--output", tmp_path / "out")
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, "words", said)
    assert not (tmp_path / "out").exists()


# ---- What sends


@pytest.fixture
def stage(tmp_path):
    home = tmp_path / "acme"
    home.mkdir()
    made = Stage(home).prepare(URL).counted(WEEKS[1])
    (tmp_path / "v1.0.0.json").write_text(json.dumps(CONFIG))
    made.do("import", tmp_path / "v1.0.0.json").ok
    made.do("report").ok
    return made


@pytest.fixture
def send(stage, words):
    return lambda *arguments, **more: stage.do("export", "--plugin", words(*SENDS), "--format", "away", *arguments, **more)


def test_what_is_sent_is_what_an_upload_would_send(send, stage):
    text = send(WEEKS[1]).ok.out
    assert [line for line in text.splitlines() if line.startswith(("app/", "stack"))] == ["app/mode:fast 2", "app/start 3", "stack 1"]
    assert text == send().ok.out, "without a week, the latest"
    assert stage.sent == {} and stage.waiting == {}, "it is no upload"


@pytest.mark.parametrize("mode", ["local", "off"])
def test_nothing_is_sent_in_another_mode_than_on(send, stage, mode):
    stage.mode(mode)
    done = send(WEEKS[1])
    assert done.code == 1 and done.out == "" and mode in done.err


def test_nothing_is_sent_where_the_user_has_not_agreed_to(send, stage, words):
    stage.destine("https://elsewhere.invalid")
    done = send(WEEKS[1])
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, "has not agreed to", URL)


def test_nothing_is_sent_from_a_directory_of_the_environment_nor_of_nobody(send, stage, words, tool):
    done = send(WEEKS[1], TEL_DIR=stage.directory)
    assert (done.code, done.out) == (1, "")
    done = tool("export", "--plugin", words(*SENDS), "--format", "away")
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, "vendor tel")


@pytest.mark.parametrize("arguments", [["this"], ["--output", "x"], ["--watch", "--output", "x"]])
def test_a_week_that_is_not_over_is_not_sent(send, arguments):
    done = send(*arguments)
    assert (done.code, done.out) == (64, "") and is_sentence(done.err, URL)


def test_approved_in_another_format_is_the_same(stage):
    text = stage.do("export", WEEKS[1], "--format", "csv", "--approved").ok.out
    assert [line.split(",")[-2:] for line in text.splitlines() if ",app/" in line] == [["app/mode:fast", "2"], ["app/start", "3"]]
    assert "secret" not in text and "secret" in stage.about("export", "--format", "csv").ok.out
    stage.mode("local")
    assert stage.do("export", WEEKS[1], "--format", "csv", "--approved").code == 1


def test_tel_plugins_says_where_it_sends(stage, words):
    text = stage.about("plugins", words(*SENDS)).ok.out
    assert f"away, and sends it to {URL}" in text and "reports that passed the gate" in text
    assert f"{URL} for acme: agreed to" in text
