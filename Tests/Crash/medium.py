"""What a file system may have kept when the power was lost.

A recording (Tests/ABI/c/recorder.c) is played line by line. What was not synced
may have reached the medium or not, in any order:

* each change of names by itself, but a rename is one change. Syncing a folder
  brings all changes of its names to the medium;
* of a file's content: what was there before, some sectors, all but one, or all; of a
  file that has grown also zeros, or a part. Syncing a file brings its content to
  the medium, not its name.

`Medium.states` are the folders that may be found, after each line.
"""

import itertools
import os
import random

from Harness import c

# What the medium writes as a whole, in bytes, and the kernel.
UNITS = 512, 4096
# So many changes of names are combined in all ways, and sampled if there are more.
EXHAUSTIVE = 11


def recorder():
    """What to preload, with TEL_TEST_RECORD."""
    return c.build("recorder.c", flags=("-shared", "-fPIC"), link=False)


class File:
    """Its content as processes see it, and what it may be on the medium."""

    def __init__(self, durable=None, now=b""):
        self.now = bytearray(now)
        self.durable = durable  # None: the file itself is not there
        self.is_synced = durable == now
        self.versions = [durable or b"", bytes(now)]  # what the kernel may have written back

    def sync(self, content):
        self.now = bytearray(content)
        self.durable, self.is_synced = bytes(content), True
        self.versions = [self.durable]

    def write(self, at, content):
        self.now[len(self.now) :] = bytes(max(0, at - len(self.now)))
        self.now[at : at + len(content)] = content
        self.is_synced = False
        self.versions.append(bytes(self.now))

    def contents(self, dice):
        """What the medium may have of it: where there was something, that or
        what was written over it; behind it also zeros, or nothing."""
        if self.is_synced:
            return [self.durable]
        now, before = bytes(self.now), self.durable or b""
        unit = dice.choice(UNITS)
        starts = range(0, len(now), unit)
        some, most = bytearray(now), bytearray(now)
        for bytes_, chosen in (some, starts), (most, dice.sample(starts, min(1, len(starts)))):
            for at in chosen:
                version = dice.choice(self.versions)
                bytes_[at : at + unit] = version[at : at + unit].ljust(len(bytes_[at : at + unit]), b"\0")
        made = [before, now, bytes(some), bytes(most)]
        if len(now) > len(before):
            half = (len(before) + len(now)) // 2
            made += [before.ljust(len(now), b"\0"), now[:half], bytes(some[:half])]
        return list(dict.fromkeys(made))


class Medium:
    def __init__(self, folder, files, seed=0):
        """`files`: name -> File, of what is there before; `folder` is what
        paths in the recording begin with."""
        self.root = str(folder) + "/"
        self.names = dict(files)  # as processes see them
        self.kept = dict(files)  # as the medium has them
        self.changes = []  # not synced: (folder, name that goes or None, its file, name that comes or None, file)
        self.inodes = {}
        self.dice = random.Random(seed)

    def name(self, path):
        assert path.startswith(self.root), path
        return path[len(self.root) :]

    def known(self, inodes):
        """Inode numbers of the files that are there before, by name."""
        self.inodes = {str(number): self.names[name] for name, number in inodes.items()}

    def play(self, line):
        verb, *words = line.split(" ")
        getattr(self, verb)(*words)

    def make(self, path, inode):
        self.inodes[inode] = File()
        self.change(None, None, self.name(path), self.inodes[inode])

    def folder(self, path):
        """Taken for granted: without it there is nothing that could be wrong."""

    def write(self, inode, at, content):
        self.inodes[inode].write(int(at), bytes.fromhex(content))

    def size(self, inode, count):
        file = self.inodes[inode]
        if int(count) > len(file.now):
            file.write(len(file.now), bytes(int(count) - len(file.now)))

    def sync(self, inode, content=""):
        self.inodes[inode].sync(bytes.fromhex(content))

    def link(self, source, to):
        self.change(None, None, self.name(to), self.names[self.name(source)])

    def rename(self, source, to):
        source, to = self.name(source), self.name(to)
        self.change(source, self.names[source], to, self.names[source])

    def unlink(self, path):
        self.change(self.name(path), self.names[self.name(path)], None, None)

    def syncfolder(self, path):
        self.changes = []
        self.kept = dict(self.names)

    def change(self, *change):
        self.changes.append(change)
        self.apply(self.names, change)

    @staticmethod
    def apply(names, change):
        goes, gone, comes, file = change
        if goes is not None and names.get(goes) is gone:
            del names[goes]
        if comes is not None:
            names[comes] = file

    def subsets(self, most):
        """Which of the changes have happened."""
        if len(self.changes) <= EXHAUSTIVE:
            yield from itertools.product((False, True), repeat=len(self.changes))
            return
        for _ in range(most):
            yield tuple(self.dice.random() < 0.5 for _ in self.changes)

    def states(self, most=1 << EXHAUSTIVE):
        """name -> content, of each folder that may be found now."""
        seen = set()
        for chosen in self.subsets(most):
            names = dict(self.kept)
            for change, happened in zip(self.changes, chosen):
                if happened:
                    self.apply(names, change)
            tables = tuple(sorted((name, id(file)) for name, file in names.items()))
            if tables in seen:
                continue
            seen.add(tables)
            yield from self.filled(names)

    def draw(self):
        """One folder that may be found now."""
        names = dict(self.kept)
        for change in self.changes:
            if self.dice.random() < 0.5:
                self.apply(names, change)
        return {name: self.dice.choice(file.contents(self.dice)) for name, file in names.items()}

    def filled(self, names):
        """The names with each content that their files may have: all ways for
        one file, together with one drawn for the others."""
        open_ = [name for name, file in names.items() if not file.is_synced]
        base = {name: file.durable for name, file in names.items() if file.is_synced}
        ways = {name: names[name].contents(self.dice) for name in open_}
        if not open_:
            yield base
        for name in open_:
            for content in ways[name]:
                yield {**base, **{other: self.dice.choice(ways[other]) for other in open_}, name: content}


def write(folder, state):
    """Makes the folder that was found."""
    os.makedirs(folder, exist_ok=True)
    for name, content in state.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
        if name.startswith(".tmp-"):
            os.utime(os.path.join(folder, name), (1, 1))  # as if a minute had passed
