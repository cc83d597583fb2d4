"""What a count costs, beside other ways to do it in Python, in one run.

    python Tests/Bindings/python/speed.py
"""

import ctypes
import tempfile
import threading
import timeit
import traceback

import tel


class Locked:
    """How a metrics library counts in Python alone: a lock and a float."""

    def __init__(self):
        self.value, self.lock = 0.0, threading.Lock()

    def inc(self, n=1):
        if n < 0:
            raise ValueError
        with self.lock:
            self.value += n


def measure(rounds=5, times=100_000):
    """Nanoseconds of each; the best of some rounds, taken in turns."""
    bare = ctypes.CDLL(tel._library.lib.path).tel_add
    bare.argtypes, bare.restype = [ctypes.c_void_p, ctypes.c_uint64], None
    key = tel.counter("speed/key")
    names = dict(
        tel=tel, key=key, latency=tel.histogram("speed/latency"), span=tel.timed("speed/span"), bare=bare, handle=key._handle.value,
        locked=Locked(), call=tel.timed("speed/span")(lambda: None))
    statements = {
        "bare": "bare(handle, 1)", "locked": "locked.inc()", "inc": "key.inc()", "add": "key.add(5)",
        "name": 'tel.inc("speed/name")', "record": "latency.record(5)", "timed": "\nwith span:\n    pass",
        "decorated": "call()", "by chart": '\nwith tel.timed("speed/span"):\n    pass'}
    best = dict.fromkeys(statements, float("inf"))
    for _ in range(rounds):
        for what, statement in statements.items():
            best[what] = min(best[what], timeit.timeit(statement, globals=names, number=times) / times * 1e9)
    return best


def stacks(rounds=5, times=2000):
    """The same, 16 frames deep, of a stack."""
    known = tel.stack("speed/stack", 16)

    def down(calls, action):
        return down(calls - 1, action) if calls else action()

    best = {}
    for _ in range(rounds):
        for what, action in (("inc", known.inc), ("extract", lambda: traceback.extract_stack(limit=16))):
            took = down(16, lambda action=action: timeit.timeit(action, number=times)) / times * 1e9
            best[what] = min(best.get(what, took), took)
    return best


def main():
    with tempfile.TemporaryDirectory() as directory:
        tel.open("speed", directory=directory, strict=True)
        found, of_stacks = measure(), stacks()
    for what, nanoseconds in [*found.items(), *of_stacks.items()]:
        print(f"{what:<9} {nanoseconds:7.0f} ns   {nanoseconds / found['bare']:5.2f}")


if __name__ == "__main__":
    main()
