"""What a count costs in Python, once for each library, with the same loop in
the same interpreter:

    counting.py LIBRARY cost TIMES DIRECTORY            prints nanoseconds
    counting.py libtel stack TIMES DIRECTORY            of a stack, and what the library of Python takes for one
    counting.py LIBRARY process MILLISECONDS DIRECTORY  one of several processes
"""

import os
import statistics
import sys
import time
import timeit
import traceback

TURNS = 15


def libtel(directory):
    import tel

    tel.open("example.com/bench", directory=directory, strict=True)
    return tel.counter("editor/hot")


def prometheus(directory):
    from prometheus_client import Counter

    return Counter("bench", "What is counted")


def multiprocess(directory):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
    return prometheus(directory)


def opentelemetry(directory):
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    return MeterProvider(metric_readers=[InMemoryMetricReader()]).get_meter("bench").create_counter("bench")


def cost(statement, counter, times):
    timer = timeit.Timer(statement, globals={"counter": counter})
    timer.timeit(times)
    print("inc", statistics.median(timer.timeit(times) for _ in range(TURNS)) / times * 1e9)


def stack(_, counter, times):
    """16 frames deep, in turns."""
    import tel

    known = tel.stack("editor/bug:hot", 16)

    def down(calls, action):
        return down(calls - 1, action) if calls else action()

    cases = {"inc": known.inc, "extract": lambda: traceback.extract_stack(limit=16)}
    timers = {name: timeit.Timer(action) for name, action in cases.items()}
    took = {name: [] for name in cases}
    for _ in range(TURNS):
        for name, timer in timers.items():
            took[name].append(down(16, lambda timer=timer: timer.timeit(times)))
    for name, turns in took.items():
        print(name, statistics.median(turns) / times * 1e9)


def process(statement, counter, milliseconds):
    timer = timeit.Timer(statement, globals={"counter": counter})
    print("ready", flush=True)
    sys.stdin.readline()
    adds, end = 0, time.monotonic() + milliseconds / 1000
    while time.monotonic() < end:
        timer.timeit(200)
        adds += 200
    print("adds", adds)


def main():
    library, what, number, directory = sys.argv[1:]
    statement = "counter.add(1)" if library == "opentelemetry" else "counter.inc()"
    globals()[what](statement, globals()[library](directory), int(number))


main()
