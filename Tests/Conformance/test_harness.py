"""The harness itself: it must see what is there, and object to what is not."""

import shutil

import pytest

from Conformance import scene
from Harness import counterfile

STATE = b"# libtel state v1\ngeneration 7\nfile 69%s 2 9\none.count\n1 0\n\n153 7\ngophers\n" % (b"ab" * 16)


def state(text):
    sum = 14695981039346656037
    for byte in text:
        sum = (sum ^ byte) * 1099511628211 % 2**64
    return text + b"end %016x\n" % sum


def test_a_state_is_read():
    read = counterfile.parse_state(state(STATE))
    assert read.generation == 7
    assert read.ledger == {b"i" + b"\xab" * 16: {b"": 1, b"gophers": 153}}


@pytest.mark.parametrize("damaged", [
    b"", STATE, state(STATE)[:-1], state(STATE) + b"\n", state(STATE).replace(b"153", b"154"), state(STATE.replace(b" 7\ng", b" 6\ng")),
    state(STATE.replace(b" 2 9\n", b" 3 9\n")), state(STATE.replace(b"v1", b"v2")),
])
def test_a_damaged_state_is_refused(damaged):
    with pytest.raises(counterfile.Corrupt):
        counterfile.parse_state(damaged)


def test_counts_are_found_wherever_they_are(tmp_path):
    """153 in a file of which 100 were harvested: 60 published, 40 staged."""
    local = scene.directory(tmp_path) / "local"
    file = bytearray((scene.SAMPLES / "one.v1.count").read_bytes())
    file[224 + 2052 : 224 + 2068] = b"\xab" * 16
    (local / "one.v1.count").write_bytes(file)
    assert counterfile.accounted_by_name(tmp_path) == {"gophers": 153}

    (local / "tel.state").write_bytes(state(STATE.replace(b"153 7", b"100 7")))
    assert counterfile.accounted_by_name(tmp_path) == {"gophers": 53}

    report = '{"Programs": [{"Program": "p", "Version": "", "GoVersion": "", "GOOS": "", "GOARCH": "", "Counters": {"gophers": %d}, "Stacks": {}}]}'
    (local / "local.2026-11-27.json").write_text(report % 60)
    (local / "tel.7.2026-12-04.report").write_text(report % 40)
    (local / "tel.8.2026-12-11.report").write_text(report % 1000)
    assert counterfile.accounted_by_name(tmp_path) == {"gophers": 153}

    (local / "tel.state").write_bytes(state(STATE.replace(b"153 7", b"154 7")))
    with pytest.raises(counterfile.Corrupt):
        counterfile.accounted_by_name(tmp_path)


@pytest.mark.parametrize("offset, byte, sentence", [
    (0xE0, 0x00, "limit"),  # the limit, below the record
    (0x8FF + 12, 0x00, "length word"),  # its high byte
])
def test_what_a_careful_writer_would_not_write_is_noticed(tmp_path, offset, byte, sentence):
    file = bytearray((scene.SAMPLES / "one.v1.count").read_bytes())
    file[offset] = byte
    assert any(sentence in violation for violation in counterfile.violations(counterfile.parse(bytes(file))))


def test_a_counter_in_the_wrong_bucket_is_noticed():
    file = counterfile.read(scene.SAMPLES / "crafted" / "ok-wrong-bucket.v1.count")
    assert counterfile.violations(file) == ["record 0x900 is in bucket 289"]


def test_a_missing_toolchain_is_a_sentence(reference, monkeypatch):
    def absent(name):
        raise reference.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(reference.importlib.metadata, "distribution", absent)
    with pytest.raises(reference.Missing, match="needs? the Go toolchain"):
        reference.peer()


def test_the_peer_is_built_of_its_sources_alone(reference):
    """A changed source makes another peer."""
    before = reference._fingerprint()
    assert reference.peer().parent.name == before
    assert shutil.which(str(reference.peer()))
