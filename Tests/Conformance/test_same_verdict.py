"""Damaged counter files, read by libtel and by the reference: the same verdict
and the same counts, but for the defects of the reference that are listed here.

    TEL_DIFFERENTIAL_FILES=200000 TEL_DIFFERENTIAL_SEED=x pytest Tests/Conformance/test_same_verdict.py
"""

import os
import shutil
import struct
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from Conformance import mutants
from Conformance.scene import SAMPLES
from Harness import client, counterfile

FILES = int(os.environ.get("TEL_DIFFERENTIAL_FILES", "3000"))
SEED = os.environ.get("TEL_DIFFERENTIAL_SEED", "2026-11-24")
MOST = (1 << 64) - 1

AGREED = {"both read it", "both refuse it"}
DIFFERENCES = {
    "panic": "the reference panics if the header's length is under 32; libtel says corrupt",
    "hang": "the reference never leaves a chain that is a cycle through dittos; libtel says corrupt",
    "alike": "names that are equal once decoded: the reference forgets the earlier counts, libtel adds them up",
}


class Both:
    """The two readers, each in a process of its own, and a folder for files."""

    def __init__(self, reference, folder):
        self.reference, self.folder = reference, folder
        self.libtel, self.parser = client.Libtel(folder), reference.Parser()

    def compare(self, data):
        """What the two make of a file: one of the classes above. Any other
        difference is an AssertionError."""
        path = self.folder / "m.v1.count"
        path.write_bytes(data)
        ours = self.libtel.ask("visit", path=str(path))
        theirs = self.read(path, seconds=0.1)
        if theirs is None and "cycle" not in ours["message"]:
            theirs = self.read(path, seconds=20)  # slow is not endless
        if theirs is None:
            assert ours["status"] == "TEL_E_CORRUPT" and "cycle" in ours["message"], ours
            return "hang"
        if theirs["error"].startswith("panic:"):
            assert ours["status"] == "TEL_E_CORRUPT" and int.from_bytes(data[28:32], "little") < 32, (theirs, ours)
            return "panic"
        if theirs["error"]:
            assert ours["status"] == "TEL_E_CORRUPT" and ours["programs"] == [], (theirs["error"], ours)
            return "both refuse it"
        assert ours["status"] == "TEL_OK", (ours["message"], "but the reference reads it")
        (program,) = ours["programs"]
        # The C interface's strings end at the first NUL.
        about = [bytes.fromhex(text).split(b"\0")[0].decode("utf-8", "surrogateescape") for text in theirs["about"]]
        assert program["identity"] == about
        told = {bytes.fromhex(name): int(value) for name, value in theirs["counts"].items()}
        if listed(program) == expected(told):
            return "both read it"
        assert listed(program) == expected(summed(data)), "neither what the reference reads, nor the sums"
        return "alike"

    def read(self, path, seconds):
        try:
            return self.parser.read(path, seconds)
        except (client.Died, BrokenPipeError):
            self.parser.kill()
            self.parser = self.reference.Parser()
            return None

    def end(self):
        self.libtel.end()
        self.parser.kill()


def listed(program):
    return program["counters"], program["stacks"]


def expected(counts):
    """Counts as libtel tells them: counters and stacks, each in byte order."""
    rows = [(name, str(counts[name])) for name in sorted(counts)]
    return tuple([[name.split(b"\0")[0].hex(), value] for name, value in rows if (b"\n" in name) == stacks] for stacks in (False, True))


def summed(data):
    """Every linked record's value, added up by decoded name. The file is sound
    but for names that are there twice."""
    sums = Counter()
    length = int.from_bytes(data[28:32], "little")
    for bucket in range(counterfile.BUCKETS):
        link = word(data, length + 4 + 4 * bucket)
        while link:
            name = data[link + 16 : link + 16 + (word(data, link + 8) & 0xFFFFFF)]
            sums[counterfile.decode_stack(name)] += struct.unpack_from("<Q", data, link)[0]
            link = word(data, link + 12)
    return {name: min(value, MOST) for name, value in sums.items()}


def word(data, at):
    return struct.unpack_from("<I", data, at)[0] if at + 4 <= len(data) else 0


@pytest.fixture
def both(reference):
    # Files in memory are ten times as fast.
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    pair = Both(reference, folder)
    yield pair
    pair.end()
    shutil.rmtree(folder)


def test_damaged_files_get_the_same_verdict_and_the_same_counts(both):
    classes = Counter()
    for number in range(FILES):
        data = mutants.make(SEED, number)
        try:
            classes[both.compare(data)] += 1
        except AssertionError as error:
            kept = Path("build") / "different" / f"{SEED}-{number}.v1.count"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
            raise AssertionError(f"file {number} of seed {SEED!r}, kept as {kept}: {error}") from error
    print(f"\n{FILES} files of seed {SEED!r}: " + ", ".join(f"{count} {what}" for what, count in classes.most_common()))
    # The mixture is such that each is met; a seed of which nothing is read would prove nothing.
    assert set(classes) == AGREED | set(DIFFERENCES)
    assert min(classes[what] for what in AGREED) > FILES / 10


def test_more_records_than_there_is_room_for_are_refused_although_the_reference_reads_them(both):
    """One more difference, too far from what a writer makes for the mixture
    above to meet: records that share bytes. Honest ones cannot, and a limit on
    their number keeps a small file from costing much."""
    length, first, last = 64, 64 + 2080, 16384 - 64
    data = bytearray(counterfile.PREFIX + struct.pack("<I", length)).ljust(16384, b"\0")
    for at in range(first, last, 8):
        struct.pack_into("<II", data, at + 8, 0xFF000010, at + 8 if at + 8 < last else 0)
    struct.pack_into("<I", data, length + 4, first)
    with pytest.raises(AssertionError, match="its chains overlap.*but the reference reads it"):
        both.compare(bytes(data))


def test_a_seed_makes_the_same_files_again():
    assert [mutants.make("s", number) for number in range(50)] == [mutants.make("s", number) for number in range(50)]
    assert len({mutants.make("s", number) for number in range(200)}) > 150


def test_a_difference_that_is_not_listed_is_noticed(both):
    data = (SAMPLES / "one.v1.count").read_bytes()
    assert both.compare(data) == "both read it"
    ask = both.libtel.ask
    both.libtel.ask = lambda *order, **more: {**(answer := ask(*order, **more)), "programs": [{**answer["programs"][0], "counters": []}]}
    with pytest.raises(AssertionError):
        both.compare(data)
