"""Counters: in every state of the library, with every kind of name."""

import re
import unicodedata

import pytest

from ABI import header
from Harness import c, counterfile


@pytest.fixture
def run(tmp_path):
    """run("counters.c", "off"): runs a case, answers what it counted."""
    def run(source, *arguments, **more):
        done = c.run(c.build(source), *arguments, directory=tmp_path, **more)
        return c.counts(tmp_path / "T"), done.stdout.removesuffix("\n").split("\n") if done.stdout else []
    return run


def counted(run, *arguments, **more):
    return run("counters.c", *arguments, **more)[0]


def test_by_name_and_by_handle(run):
    assert counted(run, "by-name-and-handle") == {"app/open:config": 15, "app/open:other": 0}


def test_what_is_counted_before_open_moves_into_the_file(run):
    assert counted(run, "before-open") == {"early/handle": 4, "early/name": 2**40 + 2}


def test_off_writes_nothing_at_all(run, tmp_path):
    assert counted(run, "off", env={"TEL_MODE": "off"}) == {}
    assert [path for path in tmp_path.rglob("*")] == [tmp_path / "home"]


def test_what_was_counted_while_off_is_never_written(run, tmp_path):
    counts = counted(run, "off-then-local")
    assert {name for name, value in counts.items() if value} <= {"kept", "again"}
    assert counts["again"] == 1
    for path in (tmp_path / "T").rglob("*.count"):
        assert counterfile.read(path).counts.get(b"lost", 0) == 0


def test_what_is_counted_after_close_goes_into_the_next_file(run):
    assert counted(run, "after-close") == {"c/handle": 111, "c/name": 11, "c/new": 1}


def test_a_process_can_open_as_another_program_after_close(run, tmp_path):
    counted(run, "as-another")
    values = {}
    for path in c.files(tmp_path / "T"):
        file = counterfile.read(path)
        values[file.metadata["Program"]] = file.counts
    assert values == {"tester": {b"both": 1}, "other": {b"both": 320}}


def test_adding_nothing_makes_no_counter(run):
    assert counted(run, "nothing") == {"zero/handle": 0}


def test_values_saturate(run):
    assert set(counted(run, "saturates").values()) == {2**64 - 1}


def test_the_first_word_of_a_handle_is_the_cell(run):
    assert counted(run, "direct") == {"direct": 1675}


def test_other_processes_adds_are_read(run):
    assert counted(run, "others-are-read") == {"shared": 42, "theirs": 1}


@pytest.mark.parametrize("state", ["open", "closed"])
def test_recording_leaves_errno_alone(run, state):
    counted(run, f"errno-{state}")


def test_messages_are_of_a_thread(run):
    counted(run, "message-of-each-thread")


def test_atexit_and_destructors_still_count(run):
    assert counted(run, "ends") == {"exit/main": 1, "exit/atexit": 1, "exit/destructor": 1}


@pytest.mark.skipif(not c.is_shipped(), reason="a sanitized library cannot be loaded late")
def test_handles_outlive_dlclose(tmp_path):
    program = c.build("unload.c", link=False)
    c.run(program, c.library(), directory=tmp_path)
    assert c.counts(tmp_path / "T") == {"unload/handle": 7}


# ---- Names

GOOD = {
    "one byte": b"a",
    "the longest": b"x" * 4096,
    "chart and bucket": b"gopls/hover/latency:<10ms",
    "other scripts": "日本語/χρόνος:я".encode(),
    "outside the first plane": "a/\U0001f600".encode(),
    "punctuation": b"!\"#$%&'()*+,-./;<=>?@[\\]^_`{|}~",
}
BAD = {
    "empty": b"",
    "one byte too long": b"x" * 4097,
    "much too long": b"y" * 9000,
    "a space": b"a b",
    "a tab": b"a\tb",
    "a line feed": b"a\nb.c:+1,+0x1",
    "a carriage return": b"a\r",
    "a no-break space": "a\u00a0b".encode(),
    "an ideographic space": "a\u3000b".encode(),
    "a line separator": "a\u2028b".encode(),
    "a control character": b"a\x01b",
    "delete": b"a\x7fb",
    "a C1 control": "a\u0085b".encode(),
    "two colons": b"a:b:c",
    "no UTF-8": b"a\xffb",
    "half a character": b"a\xc3",
    "an overlong slash": b"a\xc0\xafb",
    "a surrogate": b"a\xed\xa0\x80b",
    "beyond Unicode": b"a\xf4\x90\x80\x80b",
}


def lines(names):
    return "".join(name.hex() + "\n" for name in names)


@pytest.mark.parametrize("what", GOOD)
def test_a_good_name_counts(run, what):
    counts, log = run("names.c", "strings", input=lines([GOOD[what]]))
    assert counts == {GOOD[what].decode(): 2}
    assert log == []


@pytest.mark.parametrize("what", BAD)
def test_a_bad_name_is_dropped_and_counted_and_logged(run, what):
    counts, log = run("names.c", "strings", input=lines([BAD[what]]))
    assert counts == {"tel/dropped:name": 2}
    assert log and all(re.fullmatch(r"2 dropped a count of .*: .{10,}", line, re.S) for line in log), log


@pytest.mark.parametrize("what", BAD)
def test_the_logger_is_told_one_line_of_text(run, what):
    """Whatever the name was: UTF-8, and nothing that moves a terminal's cursor."""
    _, log = run("names.c", "strings", input=lines([BAD[what]]))
    for line in log:
        # A byte that is no UTF-8 was read as a surrogate.
        odd = [letter for letter in line if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")]
        assert odd == [], repr(line)


def test_bad_names_do_not_disturb_good_ones(run):
    names = [name for pair in zip(GOOD.values(), BAD.values()) for name in pair]
    counts, _ = run("names.c", "strings", input=lines(names))
    assert counts == {**{name.decode(): 2 for name in GOOD.values()}, "tel/dropped:name": 2 * len(GOOD)}


LENIENT = [b"\x00", b"a\x00b", b" ", b"a b\t\r", b"\xff\xfe\xc3", b"a:b:c", b"z" * 4096, "\u2028".encode(), bytes(range(11, 256))]


def test_bytes_may_be_nearly_anything(run, tmp_path):
    run("names.c", "bytes", input=lines(LENIENT))
    assert c.raw_names(tmp_path / "T") == {name: 2 for name in LENIENT}


@pytest.mark.parametrize("name", [b"", b"a\nb", b"\n", b"z" * 4097], ids=["empty", "line feed within", "line feed", "too long"])
def test_bytes_that_no_file_can_have_are_dropped(run, name):
    counts, log = run("names.c", "bytes", input=lines([name]))
    assert counts == {"tel/dropped:name": 2}
    assert log


# ---- How many names


@pytest.mark.parametrize("asked, maximum", [(0, 1000), (5, 5), (1, 1), (3000, 3000)])
def test_a_file_has_so_many_names_and_no_more(run, asked, maximum):
    counts, log = run("names.c", "many", maximum + 20, asked)
    names = {name: value for name, value in counts.items() if not name.startswith("tel/")}
    assert len(names) == maximum
    assert names["many/0"] == 2
    assert sum(names.values()) == maximum + 1
    assert counts["tel/dropped:full"] == 20 + 7
    assert any("max_names" in line for line in log)


def test_many_names_are_possible_when_asked_for(run):
    counts, _ = run("names.c", "many", 20000, 100000)
    assert counts.pop("many/0") == 2 and counts.pop("many/late") == 7
    assert counts == {f"many/{n}": 1 for n in range(1, 20000)}


# ---- Arguments


@pytest.mark.parametrize("case", [
    "zero-and-tiny", "prefix", "within-a-member", "larger", "unknown-flags", "visitors", "visitor-stops", "untouched"])
def test_arguments(run, case):
    run("arguments.c", case)


# A valid argument for each type of the header.
VALID = {
    "const char *": '"a/b"', "const void *": '"a/b"', "uint64_t": "1", "uint32_t": "1", "size_t": "1", "tel_status": "TEL_OK",
    "tel_mode": "TEL_MODE_LOCAL", "tel_unit": "TEL_UNIT_NONE", "const uint64_t *": "&number", "uint64_t *": "&number",
    "const tel_config *": "&config", "tel_counter *": 'tel_counter_named("h")', "tel_histogram **": "&histogram",
    "tel_histogram *": "histogram", "const tel_frame *": "&frame", "const tel_visitor *": "&visitor", "tel_log_fn": "say", "void *": "&number",
    "tel_write_fn": "take", "tel_probe **": "&probe", "tel_probe *": "probe", "const tel_probe *": "probe", "tel_function": "target",
    "tel_flush_result *": "&result", "const struct tel_plugin *": "(const struct tel_plugin *)nothing",
}
# Where NULL means something.
MEANT = {("tel_open", "config"), ("tel_report_visit", "path"), ("tel_histogram_named", "bounds"), ("tel_flush_report_result", "result"),
         ("tel_plugin_load", "settings"), ("tel_plugin_register", "settings"), ("tel_report_export", "path"), ("tel_report_export", "context")}


def split(parameters):
    return [re.fullmatch(r"(.*?)(\w+)", part.strip()).groups() for part in parameters.split(",") if part.strip() != "void"]


def null_calls():
    """A call of every function for each pointer it takes, with NULL there."""
    for function in header.functions():
        types = [(type.strip(), name) for type, name in split(function.parameters)]
        for index, (type, name) in enumerate(types):
            if "*" not in type and type not in ("tel_log_fn", "tel_write_fn", "tel_function"):
                continue
            arguments = ["NULL" if i == index else VALID[kind] for i, (kind, _) in enumerate(types)]
            yield function, name, f"{function.name}({', '.join(arguments)})"


@pytest.mark.parametrize("state", ["before", "open", "closed"])
def test_null_is_refused_and_never_a_crash(tmp_path, state):
    body = []
    for function, name, call in null_calls():
        if function.returns != "tel_status" or (function.name, name) in MEANT:
            # tel_open(NULL) means the defaults: another file, were nothing open.
            body.append(f"if (open || {int(function.name != 'tel_open')}) (void){call};")
        else:
            body.append(f"CHECK_STATUS({call}, TEL_E_INVALID); CHECK(tel_error_message()[0] != 0);")
    assert len(body) > 15
    source = tmp_path / "nulls.c"
    source.write_text(
        '#include "check.h"\nstatic void say(void *c, tel_level l, const char *m) { (void)c, (void)l, (void)m; }\n'
        "static tel_status take(void *c, const void *b, size_t n) { return (void)c, (void)b, (void)n, TEL_OK; }\nstatic void target(void) {}\n"
        "int main(int count, char **arguments) {\n    (void)count;\n    uint64_t number = 5; tel_config config = check_config();\n"
        "    tel_histogram *histogram; tel_probe *probe = NULL; tel_frame frame = {0}; tel_flush_result result = TEL_INIT(tel_flush_result); static const uint64_t nothing[16]; tel_visitor visitor = TEL_INIT(tel_visitor);\n"
        '    CHECK_STATUS(tel_histogram_named(&histogram, "h/g", TEL_UNIT_NONE, &number, 1), TEL_OK);\n'
        "    int open = arguments[1][0] == 'o';\n    if (arguments[1][0] != 'b') check_open();\n    if (arguments[1][0] == 'c') tel_close();\n"
        "    (void)say, (void)take, (void)target, (void)probe, (void)result, (void)nothing, (void)visitor, (void)config, (void)frame, (void)open;\n    " + "\n    ".join(body) + "\n    return 0;\n}\n")
    c.run(c.build(source, flags=("-Wno-nonnull",)), state, directory=tmp_path)
