"""timed.py - how long something takes, as a histogram.

    python examples/python/timed.py
    tel dump

Five queries, two of them as coroutines at the same time; each counts in one
bucket of search/query/latency, and its results in one of search/query/results.
"""

import asyncio
import time

import tel

latency = tel.histogram("search/query/latency")  # 10ms 50ms 100ms ... 24h
results = tel.histogram("search/query/results", [1, 10, 100], tel.Unit.NONE)


@tel.timed(latency)
def search(text: str) -> int:
    time.sleep(len(text) / 200)
    return len(text) * 5


@tel.timed(latency)
async def search_later(text: str) -> int:
    await asyncio.sleep(len(text) / 200)
    return len(text) * 5


async def both() -> None:
    for found in await asyncio.gather(search_later("a"), search_later("several words")):
        results.record(found)


tel.open("example.com/search", version="0.9.1")
for text in ("", "word"):
    results.record(search(text))
with tel.timed(latency):
    results.record(1000)
asyncio.run(both())
print(f"{latency.chart}: five queries")
