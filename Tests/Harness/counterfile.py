"""An independent reader of what libtel writes: counter files, the ledger,
reports. It shares nothing with libtel, so that an error in one of them shows.
"""

import codecs
import json
import re
import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = b"# telemetry/counter file v1\n"
BUCKETS = 512
PAGE = 16384


class Corrupt(Exception):
    """The bytes are not what they should be; the sentence says where."""


def bucket_of(name):
    """FNV-1a, 32 bits, folded: the hash that the format fixes."""
    hash = 2166136261
    for byte in name:
        hash = ((hash ^ byte) * 16777619) & 0xFFFFFFFF
    return (hash ^ hash >> 16) % BUCKETS


def decode_stack(name):
    """Replaces the ditto marks in a stack's name by what they stand for."""
    if b"\n" not in name:
        return name
    lines, last = [], b""
    for line in name.split(b"\n"):
        path, dot, function = line.rpartition(b".")
        if path == b'"':
            line = last + function
        elif path:
            last = path + dot
        lines.append(line)
    return b"\n".join(lines)


@dataclass
class Record:
    offset: int
    bucket: int
    position: int  # in its chain; 0 is the newest
    name: bytes  # as it is in the file
    value: int
    length_word: int
    next: int


@dataclass
class CounterFile:
    header_length: int
    header: bytes
    metadata: dict
    limit: int
    id: bytes  # 16 bytes; empty in a file that the reference made
    size: int
    records: list = field(default_factory=list)

    @property
    def counts(self):
        """Values by decoded name; what decodes alike is summed."""
        counts = Counter()
        for record in self.records:
            counts[decode_stack(record.name)] += record.value
        return dict(counts)

    @property
    def identity(self):
        return tuple(self.metadata.get(key, "") for key in ("Program", "Version", "GoVersion", "GOOS", "GOARCH"))


def read(path):
    return parse(Path(path).read_bytes())


def parse(data):
    if len(data) < PAGE:
        raise Corrupt(f"{len(data)} bytes are too short")
    if not data.startswith(PREFIX):
        raise Corrupt("it does not begin as a counter file does")
    header_length = _word(data, len(PREFIX))
    if not 32 <= header_length <= PAGE:
        raise Corrupt(f"header length {header_length}")
    text = data[32:header_length].split(b"\0")[0].decode("utf-8", "surrogateescape")
    metadata = {}
    for line in text.split("\n"):
        if line:
            key, separator, value = line.partition(": ")
            if not separator:
                raise Corrupt(f"metadata line {line!r}")
            metadata[key] = value
    id = data[header_length + 2052 : header_length + 2068]
    file = CounterFile(
        header_length=header_length, header=data[:header_length], metadata=metadata,
        limit=_word(data, header_length), id=id if any(id) else b"", size=len(data),
    )
    seen = set()
    for bucket in range(BUCKETS):
        offset = _word(data, header_length + 4 + 4 * bucket)
        position = 0
        while offset:
            if offset in seen:
                raise Corrupt(f"record {offset:#x} is linked twice")
            seen.add(offset)
            record = _record(data, header_length, offset, bucket, position)
            file.records.append(record)
            offset, position = record.next, position + 1
    if len({record.name for record in file.records}) != len(file.records):
        raise Corrupt("a name is there twice")
    return file


def _word(data, offset):
    """What lies beyond the end reads as 0."""
    return struct.unpack_from("<I", data, offset)[0] if offset + 4 <= len(data) else 0


def _record(data, header_length, offset, bucket, position):
    if offset < header_length + 4 or offset + 16 > len(data):
        raise Corrupt(f"link to {offset:#x}")
    value, length_word, next = struct.unpack_from("<QII", data, offset)
    length = length_word & 0xFFFFFF
    if length == 0 or offset + 16 + length > len(data):
        raise Corrupt(f"record {offset:#x} has a name of {length} bytes")
    name = data[offset + 16 : offset + 16 + length]
    return Record(offset, bucket, position, name, value, length_word, next)


def violations(file):
    """Sentences on what a careful writer would not have written, though
    readers accept it."""
    found = []
    if file.header_length != -(-(32 + len(_metadata_text(file))) // 32) * 32:
        found.append(f"header length {file.header_length} does not fit its metadata")
    if file.size % PAGE:
        found.append(f"size {file.size} is not a multiple of {PAGE}")
    end = file.header_length + 2080
    for record in sorted(file.records, key=lambda record: record.offset):
        size = -(-(16 + len(record.name)) // 32) * 32
        if record.offset % 32:
            found.append(f"record {record.offset:#x} is not aligned")
        if record.offset < end:
            found.append(f"record {record.offset:#x} overlaps what is before it")
        end = record.offset + size
        if record.offset // PAGE != end // PAGE:
            found.append(f"record {record.offset:#x} reaches the end of its page")
        if end > file.limit:
            found.append(f"record {record.offset:#x} is beyond the limit {file.limit:#x}")
        if record.bucket != bucket_of(record.name):
            found.append(f"record {record.offset:#x} is in bucket {record.bucket}")
        if record.length_word >> 24 != 0xFF:
            found.append(f"record {record.offset:#x} has length word {record.length_word:#x}")
    return found


def _metadata_text(file):
    return file.header[32:].split(b"\0")[0]


# ---- The ledger: local/tel.state


@dataclass
class State:
    generation: int = 0
    ledger: dict = field(default_factory=dict)  # key -> {name: harvested value}


def read_state(path):
    """An absent state is generation 0 with nothing harvested."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        return State()
    return parse_state(data)


def parse_state(data):
    scanner = _Scanner(data)
    scanner.literal(b"# libtel state v1\n")
    generation = int(scanner.match(rb"generation (\d+)\n")[1])
    state = State(generation)
    while data.startswith(b"file ", scanner.at):
        key, count, length = scanner.match(rb"file ([0-9a-f]+) (\d+) (\d+)\n").groups()
        scanner.take(int(length))
        scanner.literal(b"\n")
        names = state.ledger.setdefault(bytes.fromhex(key.decode()), {})
        for _ in range(int(count)):
            value, length = map(int, scanner.match(rb"(\d+) (\d+)\n").groups())
            names[scanner.take(length)] = value
            scanner.literal(b"\n")
    body = data[: scanner.at]
    written = scanner.match(rb"end ([0-9a-f]{16})\n")[1]
    if scanner.at != len(data):
        raise Corrupt("the state goes on after its end")
    sum = 14695981039346656037
    for byte in body:
        sum = ((sum ^ byte) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    if int(written, 16) != sum:
        raise Corrupt("the state has another checksum")
    return state


class _Scanner:
    def __init__(self, data):
        self.data, self.at = data, 0

    def match(self, pattern):
        found = re.compile(pattern).match(self.data, self.at)
        if not found:
            raise Corrupt(f"state, byte {self.at}: expected {pattern!r}")
        self.at = found.end()
        return found

    def literal(self, text):
        self.match(re.escape(text))

    def take(self, length):
        if self.at + length > len(self.data):
            raise Corrupt("the state ends within a name")
        self.at += length
        return self.data[self.at - length : self.at]


# ---- Reports


def _each_byte(error):
    return "\ufffd" * (error.end - error.start), error.end


codecs.register_error("each-byte", _each_byte)


def shown(name):
    """A name as a report shows it: one U+FFFD for each byte that is not UTF-8."""
    return name.decode("utf-8", "each-byte")


IDENTITY = ("Program", "Version", "GoVersion", "GOOS", "GOARCH")


def report_counts(path):
    """(identity, name) -> count of a report. A name that is there twice is an
    error: json would silently keep the last one."""
    counts = Counter()
    report = json.loads(Path(path).read_text("utf-8"), object_pairs_hook=_no_twins)
    for program in report["Programs"] or []:
        identity = tuple(program[key] for key in IDENTITY)
        for table in ("Counters", "Stacks"):
            for name, value in program[table].items():
                counts[identity, name] += value
    return counts


def _no_twins(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise Corrupt("a key is there twice in an object")
    return dict(pairs)


def key_of(path, file):
    """How the ledger calls a counter file: "i" and its id; one without an id,
    "f", device, inode and TimeBegin."""
    if file.id:
        return b"i" + file.id
    status = Path(path).stat()
    begin = file.metadata.get("TimeBegin", "").encode()
    return b"f" + struct.pack(">QQ", status.st_dev, status.st_ino) + begin


def accounted(directory):
    """(identity, name) -> every count of a telemetry directory, wherever it is:

        published reports + committed staged reports + (value - ledger) of
        every counter file that has a name

    which the protocol says is what was added, after whatever was killed.
    Counts that are 0 are left out."""
    local = Path(directory) / "local"
    state = read_state(local / "tel.state")
    total = Counter()
    for path in local.glob("local.*.json"):
        total += report_counts(path)
    for path in local.glob("tel.*.*.report"):
        generation = int(path.name.split(".")[1])
        if generation <= state.generation:
            total += report_counts(path)
    for path in local.glob("*.v1.count"):
        file = read(path)
        ledger = state.ledger.get(key_of(path, file), {})
        for name, value in file.counts.items():
            rest = value - ledger.get(name, 0)
            if rest < 0:
                raise Corrupt(f"{path.name}: more of {shown(name)!r} was harvested than counted")
            total[file.identity, shown(name)] += rest
    return +total


def accounted_by_name(directory):
    """The same for a test with one program: name -> count."""
    names = Counter()
    for (_, name), count in accounted(directory).items():
        names[name] += count
    return dict(names)
