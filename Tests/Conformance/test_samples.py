"""Every sample file is read by libtel as the reference reads it."""

import json

import pytest

from Conformance.scene import SAMPLES
from Harness import counterfile

WRITTEN = json.loads((SAMPLES / "expected.json").read_text())
CRAFTED = json.loads((SAMPLES / "expected-crafted.json").read_text())
LAYOUT = json.loads((SAMPLES / "expected-layout.json").read_text())
ALL = [(SAMPLES / entry["file"], entry) for entry in WRITTEN] + [(SAMPLES / "crafted" / entry["file"], entry) for entry in CRAFTED]
each_sample = pytest.mark.parametrize("path, expected", ALL, ids=[entry["file"] for _, entry in ALL])

# Two spellings of one stack. By their order, the reference refuses the file or
# forgets one of the counts; the harness adds them up, to lose sight of nothing.
TWO_SPELLINGS = "odd-stack-two-encodings-same-decoding.v1.count"


def counts(expected):
    return {bytes.fromhex(entry["name_hex"]): int(entry["value"]) for entry in expected["counts"]}


@each_sample
def test_the_reference_reads_what_the_samples_say(reference, path, expected):
    got, complaint = reference.parse(path)
    if expected["ok"]:
        assert complaint is None
        assert got == counts(expected)
    elif "panic" in expected:
        assert complaint == f"panic: {expected['panic']}"
    else:
        assert complaint == expected["error"]


@each_sample
def test_the_harness_reads_what_the_samples_say(path, expected):
    if expected["ok"]:
        file = counterfile.read(path)
        assert file.counts == counts(expected)
        assert file.metadata == expected.get("meta", {})
        assert file.id == b""
    elif path.name == TWO_SPELLINGS:
        assert sum(counterfile.read(path).counts.values()) == 3
    else:
        with pytest.raises(counterfile.Corrupt):
            counterfile.read(path)


@pytest.mark.parametrize("name", LAYOUT)
def test_the_harness_sees_the_layout_that_the_samples_have(name):
    file = counterfile.read(SAMPLES / name)
    assert (file.size, file.header_length, file.limit) == tuple(LAYOUT[name][key] for key in ("size", "hdrLen", "limit"))
    got = sorted((r.offset, str(r.value), f"{r.length_word:#010x}", r.next, r.bucket, r.position, r.name.hex()) for r in file.records)
    keys = ("off", "value", "lenword", "next", "bucket", "chainpos", "raw_name_hex")
    assert got == sorted(tuple(record[key] for key in keys) for record in LAYOUT[name]["records"])
    assert counterfile.violations(file) == []


def test_libtel_reads_what_the_samples_say(libtel):
    process = libtel()
    for path, expected in ALL:
        answer = process.ask("visit", path=str(path))
        if not expected["ok"]:
            assert answer["status"] == "TEL_E_CORRUPT", path.name
            assert path.name in answer["message"]
            assert answer["programs"] == [], f"{path.name}: nothing of a corrupt file is told"
        else:
            check(answer, expected)


def check(answer, expected):
    """The C interface's strings end at the first NUL; a name that has one is
    told up to there."""
    file = expected["file"]
    assert answer["status"] == "TEL_OK", (file, answer["message"])
    meta = expected.get("meta", {})
    day = lambda key: meta.get(key, "")[:10]
    assert answer["weeks"] == [[day("TimeBegin"), day("TimeEnd")]], file
    (program,) = answer["programs"]
    assert program["identity"] == [meta.get(key, "") for key in ("Program", "Version", "GoVersion", "GOOS", "GOARCH")], file
    wanted = sorted((name, str(value)) for name, value in counts(expected).items())
    told = lambda stacks: [[name.split(b"\0")[0].hex(), value] for name, value in wanted if (b"\n" in name) == stacks]
    assert program["counters"] == told(stacks=False), file
    assert program["stacks"] == told(stacks=True), file
