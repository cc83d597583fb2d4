"""What a count costs in Python: counting.py LIBRARY TIMES DIRECTORY, once for
each library, with the same loop in the same interpreter."""

import os
import statistics
import sys
import timeit

TURNS = 15


def libtel(directory):
    import tel

    tel.open("example.com/bench", directory=directory, strict=True)
    return tel.counter("bench/python:inc").inc


def prometheus(directory):
    from prometheus_client import Counter

    return Counter("bench", "What is counted").inc


def multiprocess(directory):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
    return prometheus(directory)


def opentelemetry(directory):
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    counter = MeterProvider(metric_readers=[InMemoryMetricReader()]).get_meter("bench").create_counter("bench")
    return lambda: counter.add(1)


def main():
    library, times, directory = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    inc = globals()[library](directory)
    timer = timeit.Timer("inc()", globals={"inc": inc})
    timer.timeit(times)
    print("inc", statistics.median(timer.timeit(times) for _ in range(TURNS)) / times * 1e9)


main()
