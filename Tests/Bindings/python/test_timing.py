"""How long blocks, functions and coroutines take."""

import pytest


def test_a_block_is_timed_also_one_that_raises(scene):
    scene.run("""
        import time
        tel.open()
        with tel.timed("a/quick", [10**9]):
            pass
        try:
            with tel.timed("a/slow", [10**6]):
                time.sleep(0.002)
                raise KeyError
        except KeyError:
            pass
    """)
    assert scene.counts == {"a/quick:<1s": 1, "a/slow:<inf": 1}


def test_a_function_is_timed_and_stays_itself(scene):
    assert scene.run("""
        import inspect
        tel.open()
        @tel.timed("a/call", [10**10])
        def call(n, *, m=2):
            "says something"
            return call(n - 1) if n else m
        @tel.timed(tel.histogram("a/fail", [10**10]))
        def fail():
            raise KeyError
        print(call(2), call.__name__, call.__doc__, list(inspect.signature(call).parameters))
        try:
            fail()
        except KeyError:
            print("raised")
    """) == "2 call says something ['n', 'm']\nraised\n"
    assert scene.counts == {"a/call:<10s": 3, "a/fail:<10s": 1}


def test_coroutines_are_timed_until_they_are_done(scene):
    assert scene.run("""
        import asyncio, inspect
        tel.open()
        @tel.timed("a/task", [10**6])
        async def task(n):
            await asyncio.sleep(0.003)
            if n == 3: raise KeyError
            return n
        async def main():
            return await asyncio.gather(*map(task, range(5)), return_exceptions=True)
        print(inspect.iscoroutinefunction(task), asyncio.run(main()))
        async def ended():
            going = asyncio.ensure_future(task(1))
            await asyncio.sleep(0)
            going.cancel()
            try: await going
            except asyncio.CancelledError: print("cancelled")
        asyncio.run(ended())
    """) == "True [0, 1, 2, KeyError(), 4]\ncancelled\n"
    assert scene.counts["a/task:<inf"] == 5
    assert sum(scene.counts.values()) == 6


def test_one_function_is_timed_in_many_threads(scene):
    scene.run("""
        import threading, time
        tel.open()
        @tel.timed("a/call", [2 * 10**7])
        def call(seconds): time.sleep(seconds)
        threads = [threading.Thread(target=call, args=(seconds,)) for seconds in (0.03, 0.03, 0, 0, 0)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    assert sum(scene.counts.values()) == 5 and scene.counts["a/call:<inf"] >= 2


@pytest.mark.parametrize("wrong", ["'two words'", "'a:b'", "3", "None", "'a', [3, 2]", "'a', 7"])
def test_a_bad_chart_is_dropped_and_the_function_runs(scene, wrong):
    assert scene.run(f"""
        tel.open()
        @tel.timed({wrong})
        def call(): return 7
        with tel.timed({wrong}):
            print(call())
    """) == "7\n"
    assert scene.counts == {"tel/dropped:name": 2}
