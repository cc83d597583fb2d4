"""Counter files with something wrong, made from a seed and a number.

    mutants.make("a seed", 17)   the bytes of the 17th, always the same

Each begins as a sample or as a file that a writer could have made. Then up to
four of its words, names or sizes are changed. Random bytes would nearly all be
refused for the same few reasons.
"""

import random
import struct

from Conformance.scene import SAMPLES
from Harness import counterfile
from Harness.counterfile import PAGE, PREFIX

METADATA = b"TimeBegin: 2026-11-23T00:00:00Z\nTimeEnd: 2026-11-30T00:00:00Z\nProgram: example.com/m\nVersion: v1\nGoVersion: go1.27.3\nGOOS: linux\nGOARCH: amd64\n\n"
NAMES = [
    b"a", b"b", b"gophers", b"a/b:c", b"chart:", b'"', b'".', b".", b"s\nmain.f\n\".g", b"s\nmain.f\nmain.g", b"s\nmain.f\n\".g\n\".h",
    b"s\nmain.f\nmain.g\n\".h", b"pkg.dot/s\n\".nodot", b"pkg.dot/s\npkg.nodot", b's\n".f', b"s\nf", b"s\n\n", b"\n", b"s\n.f\n\".g", b'"".f\n".g',
    b"\xff\xfe", b"e\xcc\x81\n\xc3", b"with\0nul", b"x" * 300, b"y" * 4096,
]
SEEDS = sorted(SAMPLES.glob("*.v1.count")) + sorted((SAMPLES / "crafted").glob("*.v1.count"))


def make(seed, number):
    choose = random.Random(f"{seed}/{number}")
    if choose.random() < 0.3:
        image = Image(choose.choice(SEEDS).read_bytes())
    else:
        image = fresh(choose)
    for _ in range(choose.choice([0, 1, 1, 1, 1, 2, 3, 4])):
        image.mutate(choose)
    return bytes(image.data)


def fresh(choose):
    """As a writer makes it; a few of its names decode alike."""
    metadata = METADATA * choose.choice([1, 1, 1, 2]) if choose.random() < 0.95 else b""
    length = -(-(32 + len(metadata)) // 32) * 32
    image = Image(PREFIX + struct.pack("<I", length) + metadata.ljust(length - 32, b"\0") + bytes(PAGE - length))
    for name in choose.sample(NAMES[:-1] if choose.random() < 0.9 else NAMES, choose.randrange(8)):
        image.add(choose, name)
    return image


class Image:
    def __init__(self, data):
        self.data = bytearray(data)
        written = self.word(28)
        self.length = written if 32 <= written <= PAGE else 64

    def word(self, at):
        return struct.unpack_from("<I", self.data, at)[0] if 0 <= at <= len(self.data) - 4 else 0

    def set(self, at, value):
        if 0 <= at <= len(self.data) - 4:
            struct.pack_into("<I", self.data, at, value & 0xFFFFFFFF)

    def head(self, bucket):
        return self.length + 4 + 4 * bucket

    def records(self):
        """Offsets that chains lead to, as far as they make sense; (bucket, offset)."""
        found = {}
        for bucket in range(counterfile.BUCKETS):
            link = self.word(self.head(bucket))
            while 32 <= link <= len(self.data) - 16 and link not in found and len(found) < 100:
                found[link] = bucket
                link = self.word(link + 12)
        return [(bucket, link) for link, bucket in found.items()]

    def name_length(self, record):
        return self.word(record + 8) & 0xFFFFFF

    def add(self, choose, name, bucket=None):
        end = max([self.length + 2080] + [record + 16 + min(self.name_length(record), 4096) for _, record in self.records()])
        start, size = -(-end // 32) * 32, -(-(16 + len(name)) // 32) * 32
        if start // PAGE != (start + size) // PAGE:
            start = -(-start // PAGE) * PAGE
        if start + size > 1 << 17:
            return
        if start + size > len(self.data):
            self.data.extend(bytes(-(-(start + size) // PAGE) * PAGE - len(self.data)))
        bucket = counterfile.bucket_of(name) if bucket is None else bucket
        value = choose.choice([0, 1, 7, (1 << 32) + 1, 1 << 63, (1 << 64) - 1])
        struct.pack_into("<QII", self.data, start, value, 0xFF000000 | len(name), self.word(self.head(bucket)))
        self.data[start + 16 : start + 16 + len(name)] = name
        self.set(self.head(bucket), start)
        self.set(self.length, start + size)

    def mutate(self, choose):
        records = self.records()
        choose.choice(
            [self.change_header_length, self.change_metadata, self.resize, self.change_limit, self.add_a_name, self.add_elsewhere]
            + ([self.change_head, self.change_link, self.make_a_cycle, self.change_name_length, self.change_name, self.copy_name, self.change_value] * 2 if records else []))(choose, records)

    def somewhere(self, choose, records):
        """Where a link or a limit could lead: to records, beside them, to the edges."""
        record = choose.choice(records)[1] if records else self.length + 2080
        size = len(self.data)
        return choose.choice([
            0, record, record, record, record + 8, record + 32, record - 32, record + 1, self.length + 3, self.length + 4, self.length + 2052, self.length + 2080,
            size - 15, size - 16, size - 17, size - 32, size, PAGE, PAGE - 4, 1 << 20, 0xFFFFFFE0, 0xFFFFFFFF, 16, 31])

    def change_header_length(self, choose, records):
        self.set(28, choose.choice([0, 31, 32, 33, 64, self.length - 32, self.length - 1, self.length + 1, self.length + 32, PAGE - 1, PAGE, PAGE + 1, 0xFFFFFFFF]))

    def change_metadata(self, choose, records):
        at = choose.randrange(32, max(33, min(self.length, len(self.data))))
        piece = choose.choice([b"\n", b"\r\n", b": ", b":", b"\0", b"Program: other\n", b"\xff", b"no colon\n", b"Version: a: b\n"])
        self.data[at : at + len(piece)] = piece

    def resize(self, choose, records):
        size = choose.choice([0, 27, PAGE - 1, PAGE, PAGE + 1, PAGE + 5, 2 * PAGE, len(self.data) - 1, len(self.data) + 1])
        self.data = self.data[:size].ljust(size, b"\0")

    def change_limit(self, choose, records):
        self.set(self.length, self.somewhere(choose, records))

    def add_a_name(self, choose, records):
        self.add(choose, choose.choice(NAMES))

    def add_elsewhere(self, choose, records):
        self.add(choose, choose.choice(NAMES), bucket=choose.randrange(counterfile.BUCKETS))

    def change_head(self, choose, records):
        bucket = choose.choice(records)[0] if choose.random() < 0.5 else choose.randrange(counterfile.BUCKETS)
        self.set(self.head(bucket), self.somewhere(choose, records))

    def change_link(self, choose, records):
        self.set(choose.choice(records)[1] + 12, self.somewhere(choose, records))

    def make_a_cycle(self, choose, records):
        bucket, record = choose.choice(records)
        self.set(record + 12, choose.choice([link for other, link in records if other == bucket]))

    def change_name_length(self, choose, records):
        record = choose.choice(records)[1]
        room = len(self.data) - record - 16
        self.set(record + 8, choose.choice([0, 1, 2, self.name_length(record) + 1, self.name_length(record) - 1, 4096, 4097, room, room + 1, 0xFFFFFF]) | choose.choice([0xFF000000, 0, 0x12000000]))

    def change_name(self, choose, records):
        record = choose.choice(records)[1]
        at = record + 16 + choose.randrange(max(1, min(self.name_length(record), 64)))
        if at < len(self.data):
            self.data[at] = choose.choice(b'\n".\0a\xff: ')

    def copy_name(self, choose, records):
        """Then it is there twice."""
        one, other = choose.choice(records)[1], choose.choice(records)[1]
        length = min(self.name_length(other), 4096, len(self.data) - max(one, other) - 16)
        if length > 0:
            self.data[one + 16 : one + 16 + length] = self.data[other + 16 : other + 16 + length]
            self.set(one + 8, self.word(other + 8))

    def change_value(self, choose, records):
        at = choose.choice(records)[1]
        if at + 8 <= len(self.data):
            struct.pack_into("<Q", self.data, at, choose.choice([0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]))
