"""A model of MappedFile.slot, insert and grow: processes that look for names in
one bucket of a counter file, make the ones that are missing, and add 1.

Records are one unit long, so an offset is a number: 0 is "none", records begin
at 1. A page is so many units; each process has mapped the file as large as it
was when it came. Processes may die between any two steps. A reader copies the
file, first the head, then record after record, and looks at what it has.

Each safeguard can be taken away, to see what it is for.
"""

from collections import namedtuple

# What of the code can be left out.
SAFEGUARDS = {
    "limit by compare-and-swap": "the limit is loaded, then stored: two get the same place",
    "head by compare-and-swap": "the head is loaded, then stored: a record is forgotten",
    "new records are searched": "a failed link is tried again at once: a name is there twice",
    "search again to the old head": "only the newest record is compared: a name is there twice",
    "next before the head": "the link to the rest of the chain is written after the head: the rest is lost",
    "length before the head": "the length is written after the head: readers meet half a record",
    "extend before the limit": "the space is taken before the file is that large: a record beyond the end",
    "look at the size again": "a link beyond what is mapped counts as damage, though somebody has just extended the file",
    "never shrink": "a file is set to the size that one process wants, though another has made it larger",
    "reader takes the head first": "the head is copied after the records: it leads to what was copied too early",
    "reader goes on to the end": "the reader copies as many units as there were when it began",
}

DEAD_MARK = 99

# Shared: the file. `records`: (name, length, next, value) or None, from 1 on.
File = namedtuple("File", "limit head size records")
EMPTY = (None, 0, 0, 0)


class Insertion:
    def __init__(self, names, page=1, units=4, begin=1, adds=1, deaths=0, reader=False, without=()):
        """`names`: one for each writer. `begin`: units that the file has at the start."""
        assert set(without) <= set(SAFEGUARDS), without
        self.names, self.page, self.units, self.has_reader = names, page, units, reader
        self.without = frozenset(without)
        writer = ("find", begin, 0, 0, 0, 0)  # step, mapped, first, at, mine, seen
        file = File(1, 0, begin, (EMPTY,) * units)
        self.start = (file, (writer,) * len(names), ("begin",) if reader else ("done",), deaths)

    def guards(self, name):
        return name not in self.without

    # ---- Steps

    def steps(self, state):
        file, writers, reader, deaths = state
        for index, writer in enumerate(writers):
            if writer[0] in ("done", "dead", "full", "corrupt"):
                continue
            for after, mine in self.write(file, writer, self.names[index]):
                yield f"writer {index} ({self.names[index]}): {writer[0]}", (after, writers[:index] + (mine,) + writers[index + 1 :], reader, deaths)
            if deaths:
                yield f"writer {index} dies", (file, writers[:index] + (("dead",),) + writers[index + 1 :], reader, deaths - 1)
        if reader[0] not in ("done", "sound", "broken"):
            yield f"reader: {reader[0]}", (file, writers, self.read(file, reader), deaths)

    def set(self, file, at, **fields):
        """A record with some of its words changed: name, length, next, value."""
        if at >= len(file.records) + 1 or at > file.size:
            return None  # beyond the end of the file: SIGBUS
        old = dict(zip(("name", "length", "next", "value"), file.records[at - 1]))
        record = tuple({**old, **fields}.values())
        return file._replace(records=file.records[: at - 1] + (record,) + file.records[at:])

    def write(self, file, writer, name):
        step, mapped, first, at, mine, seen = writer

        def go(step, file=file, mapped=mapped, first=first, at=at, mine=mine, seen=seen):
            if file is None:
                return [(self_file, ("crash", 0, 0, 0, 0, 0))]
            return [(file, (step, mapped, first, at, mine, seen))]

        self_file = file
        match step:
            case "find":  # load the head
                return go("search", first=file.head, at=file.head)
            case "search":  # one record of the chain
                if at == 0:
                    return go("reserve")
                if at > mapped:
                    return go("look") if self.guards("look at the size again") else go("corrupt")
                record = file.records[at - 1]
                if record[1] == 0:
                    return go("corrupt")
                return go("add") if record[0] == name else go("search", at=record[2])
            case "look":  # fstat: has somebody extended the file?
                return go("find", mapped=file.size) if file.size >= at else go("corrupt")
            case "reserve":  # load the limit; `mine`: the place
                if file.limit > self.units:
                    return go("full")
                if file.limit > mapped and self.guards("extend before the limit"):
                    return go("extend", mine=file.limit)
                return go("take", mine=file.limit)
            case "extend":  # fstat
                if file.size >= mine:
                    return go("reserve", mapped=file.size)
                return go("allocate", seen=min(-(-mine // self.page) * self.page, self.units))
            case "allocate":  # fallocate: extends, and never shrinks
                size = max(file.size, seen) if self.guards("never shrink") else seen
                return go("reserve", file=file._replace(size=size), mapped=max(mapped, seen), seen=0)
            case "take":
                if not self.guards("limit by compare-and-swap"):
                    return go("value", file=file._replace(limit=mine + 1))
                if file.limit != mine:
                    return go("reserve")
                return go("value", file=file._replace(limit=mine + 1))
            case "value":
                return go("name", file=self.set(file, mine, value=0))
            case "name":
                return go("length" if self.guards("length before the head") else "next", file=self.set(file, mine, name=name), seen=first)
            case "length":
                after = "next" if self.guards("length before the head") else "add"
                return go(after, file=self.set(file, mine, length=len(name)), at=mine)
            case "next":
                after = "link" if self.guards("next before the head") else "add"
                return go(after, file=self.set(file, mine, next=seen), at=mine)
            case "link":
                if self.guards("head by compare-and-swap") and file.head != seen:
                    return go("newest")
                if not self.guards("length before the head"):
                    return go("length", file=file._replace(head=mine))
                return go("add", file=file._replace(head=mine), at=mine)
            case "newest":  # others have put records in front: is the name among them?
                if not self.guards("new records are searched"):
                    return go("next", seen=file.head)
                return go("again", first=file.head, at=file.head)
            case "again":
                if at == seen:
                    return go("next", seen=first)
                if at > mapped:
                    return go("look again") if self.guards("look at the size again") else go("corrupt")
                record = file.records[at - 1]
                if record[1] == 0:
                    return go("corrupt")
                if record[0] == name:
                    return go("bury")
                return go("again", at=record[2] if self.guards("search again to the old head") else seen)
            case "look again":
                return go("again", mapped=file.size) if file.size >= at else go("corrupt")
            case "bury":  # the own record is dead; the other's is used
                return go("add", file=self.set(file, mine, next=DEAD_MARK))
            case "add":  # one locked instruction
                return go("done", file=self.set(file, at, value=file.records[at - 1][3] + 1))
            case "crash":
                return []
        raise AssertionError(step)

    # ---- The reader: fstat, then the bytes in their order

    def read(self, file, reader):
        step, *rest = reader
        match step:
            case "begin":
                first = "head" if self.guards("reader takes the head first") else "copy"
                return (first, file.size, 0, ())
            case "head":
                size, _, copied = rest
                return ("copy" if len(copied) == 0 else "judge", size, file.head, copied)
            case "copy":
                size, head, copied = rest
                # Those that go on see what the file has become.
                end = file.size if self.guards("reader goes on to the end") else size
                if len(copied) < end:
                    return ("copy", size, head, copied + (file.records[len(copied)],))
                return ("judge" if self.guards("reader takes the head first") else "late head", size, head, copied)
            case "late head":
                size, _, copied = rest
                return ("judge", size, file.head, copied)
            case "judge":
                size, head, copied = rest
                met = set()
                while head:
                    if head in met or head > len(copied) or copied[head - 1][1] == 0 or copied[head - 1][0] in met:
                        return ("broken",)
                    met |= {head, copied[head - 1][0]}
                    head = copied[head - 1][2]
                return ("sound",)
        raise AssertionError(step)

    # ---- What must be

    def chain(self, file):
        found, at = [], file.head
        while at and at not in found and at <= len(file.records):
            found.append(at)
            at = file.records[at - 1][2]
        return found, at

    def violation(self, state):
        file, writers, reader, _ = state
        if any(writer[0] == "crash" for writer in writers):
            return "a process touches what is beyond the file's end"
        if any(writer[0] == "corrupt" for writer in writers):
            return "a process takes a sound file for damaged"
        if reader[0] == "broken":
            return "a reader takes a sound file for damaged"
        found, end = self.chain(file)
        if end:
            return "a chain is a cycle, or leads nowhere"
        names = [file.records[at - 1][0] for at in found]
        if len(set(names)) < len(names):
            return "a name is linked twice"
        if any(file.records[at - 1][1] == 0 or file.records[at - 1][0] is None for at in found):
            return "a record is linked that is not written"
        if any(at > file.size or at >= file.limit for at in found):
            return "a record is linked beyond the end"
        owners = [writer[4] for writer in writers if writer[0] in ("value", "name", "length", "next", "link")]
        if len(set(owners)) < len(owners):
            return "two processes write the same record"
        return None

    def final_violation(self, state):
        file, writers, _, _ = state
        found, _ = self.chain(file)
        sums = {file.records[at - 1][0]: file.records[at - 1][3] for at in found}
        for name in set(self.names):
            done = sum(writer[0] == "done" for writer, own in zip(writers, self.names) if own == name)
            if sums.get(name, 0) != done:
                return f"{done} adds to {name!r} returned, and {sums.get(name, 0)} are in the file"
        return None
