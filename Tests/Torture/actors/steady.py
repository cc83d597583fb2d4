"""steady.py - adds at full speed until it is ended. libtel's own thread rotates."""

import tel
from tally import NAMES, Tally

tally = Tally()
tel.open(program="example.com/soak", rotate=True, strict=True)
counters = [tel.counter(f"torture/n{name}") for name in range(NAMES)]
while True:
    for name in range(NAMES):
        tally.begin(name, 1)
        counters[name].inc()
        tally.end(name, 1)
