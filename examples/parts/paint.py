"""The Python part of a tool whose parts are in four languages; see paint.c.

    python3 paint.py example.com/paint devel go1.27.3
"""

import sys

import tel

program, version, toolchain = sys.argv[1:]
tel.open(program, version=version, toolchain=toolchain)

tel.inc("paint/part:python")
strokes = tel.counter("paint/stroke")
for _ in range(1000):
    strokes.inc()
