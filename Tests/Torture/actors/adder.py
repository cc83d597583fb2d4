"""adder.py SEED - the same from Python: threads, forks, rotation, reports, ends."""

import os
import random
import signal
import sys
import threading
import time

import tel
from tally import NAMES, Tally

dice = random.Random(int(sys.argv[1]))
over = threading.Event()


def add(tally, name, n, handle=None):
    tally.begin(name, n)
    if handle:
        handle.add(n)
    else:
        tel.inc(f"torture/n{name}", n)
    tally.end(name, n)


def add_for_long(seed):
    own, tally = random.Random(seed), Tally()
    handles = {name: tel.counter(f"torture/n{name}") for name in range(1, NAMES, 2)}
    while not over.is_set():
        name = own.randrange(NAMES)
        add(tally, name, own.randrange(1, 100), handles.get(name))
        if own.randrange(2000) == 0:
            tel.rotate()
        if own.randrange(50) == 0:
            time.sleep(0.0005)


def live(generation):
    tally = Tally()
    if generation == 0:
        early = [dice.randrange(NAMES) for _ in range(20)]
        for name in early:
            tally.begin(name, 1)
            tel.inc(f"torture/n{name}")
        tel.open(program="example.com/torture", version="v1", toolchain="gcc12.2", rotate=dice.random() < 0.5, strict=True)
        for name in early:
            tally.end(name, 1)
    over.clear()
    threads = [threading.Thread(target=add_for_long, args=(dice.getrandbits(32),), daemon=True) for _ in range(dice.randrange(3))]
    for thread in threads:
        thread.start()
    for _ in range(dice.randrange(20, 100)):
        for _ in range(50):
            add(tally, dice.randrange(NAMES), dice.randrange(1, 4))
        choice = dice.randrange(16)
        if choice == 0:
            tel.rotate()
        elif choice == 1 and generation < 1:
            seed = dice.getrandbits(32)
            if os.fork() == 0:
                dice.seed(seed)
                live(generation + 1)
        elif choice == 2:
            tel.flush()  # or another one is at it
        else:
            time.sleep(dice.random() * 0.01)
    if dice.random() < 0.7:
        over.set()
        for thread in threads:
            thread.join()
        if dice.random() < 0.5 and generation == 0:
            sys.exit(0)
    os._exit(0) if dice.random() < 0.5 else os.kill(os.getpid(), signal.SIGKILL)


live(0)
