"""crash.py - a program that crashes, and counts that it did.

    pip install ./bindings/python
    python examples/python/crash.py
    tel dump

It ends as it would without libtel: with the traceback, and status 1. What is
counted is the type of the exception and the functions on the way to it, never
its message: crash/exception:ZeroDivisionError,
__main__.average:+1, __main__.main:+1.
"""

import tel


def average(values):
    return sum(values) / len(values)


def main():
    print(average([]))


tel.open("example.com/crash", version="1.0.0")
tel.crash.watch()
main()
