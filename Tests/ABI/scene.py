"""The program that the C-driven tests of files, rotation and reports are about."""

import time
from pathlib import Path

from Harness import counterfile
from Harness.driver import instant

SAMPLES = Path(__file__).resolve().parents[1] / "Samples"
MONDAY = instant("2026-11-23", hours=10)
FRIDAY = instant("2026-11-27")  # the week's end, in a folder whose weeks end on Fridays
TOOL = {"program": "example.com/cmd/tool", "version": "v1.2.3", "toolchain": "gcc12.2"}
NAME = "tool@v1.2.3-gcc12.2-linux-amd64-2026-11-23.v1.count"


def metadata(begin="2026-11-23", end="2026-11-27", program=TOOL["program"], version=TOOL["version"], toolchain=TOOL["toolchain"]):
    return (
        f"TimeBegin: {begin}T00:00:00Z\nTimeEnd: {end}T00:00:00Z\nProgram: {program}\nVersion: {version}\n"
        f"GoVersion: {toolchain}\nGOOS: linux\nGOARCH: amd64\n\n").encode()


def header(**changes):
    """The first H bytes of a counter file: prefix, H, metadata, NULs."""
    text = metadata(**changes)
    length = -(-(32 + len(text)) // 32) * 32
    return counterfile.PREFIX + length.to_bytes(4, "little") + text + bytes(length - 32 - len(text))


def record(offset, name, value=0, next=0):
    """(offset, bytes) of one counter."""
    return offset, value.to_bytes(8, "little") + (len(name) | 0xFF000000).to_bytes(4, "little") + next.to_bytes(4, "little") + name


def counter_file(records=(), limit=None, heads=None, id=b"", size=16384, **changes):
    """A counter file by hand. Each record is the newest in its bucket's chain,
    unless `heads` says what the buckets link to."""
    head = header(**changes)
    data = bytearray(head + bytes(size - len(head)))
    data[len(head) + 2052 : len(head) + 2052 + len(id)] = id
    linked, end = {}, 0
    for offset, content in records:
        data[offset : offset + len(content)] = content
        bucket = counterfile.bucket_of(content[16:])
        if heads is None:
            data[offset + 12 : offset + 16] = linked.get(bucket, 0).to_bytes(4, "little")
        linked[bucket] = offset
        end = max(end, offset + -(-len(content) // 32) * 32)
    for bucket, offset in (linked if heads is None else heads).items():
        at = len(head) + 4 + 4 * bucket
        data[at : at + 4] = offset.to_bytes(4, "little")
    data[len(head) : len(head) + 4] = (end if limit is None else limit).to_bytes(4, "little")
    return bytes(data)


def first_record(**changes):
    return len(header(**changes)) + 2080


def counter_files(folder):
    return sorted((folder / "local").glob("*.v1.count"))


def only_file(folder):
    (path,) = counter_files(folder)
    return path


def values(path):
    return {name.decode("utf-8", "surrogateescape"): value for name, value in counterfile.read(path).counts.items()}


def total(folder):
    """Name -> value over all counter files of a folder."""
    sums = {}
    for path in counter_files(folder):
        for name, value in values(path).items():
            sums[name] = sums.get(name, 0) + value
    return sums


def quarantined(folder):
    """Files that were set aside."""
    return sorted(path for path in (folder / "quarantine").glob("[!.]*"))


def eventually(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
