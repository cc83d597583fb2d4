"""Forks, multiprocessing, threads, shutdown: no count is lost or made twice."""

import os
import signal
import tempfile

import pytest


def test_a_forked_child_counts_into_the_same_file(scene):
    scene.run("""
        import os
        tel.open()
        key = tel.counter("a/key")
        key.inc()
        children = []
        for _ in range(4):
            child = os.fork()
            if child == 0:
                for _ in range(1000): key.inc()
                tel.inc("a/child")
                os._exit(0)
            children.append(child)
        for child in children: os.waitpid(child, 0)
        key.inc()
    """)
    assert len(scene.files) == 1
    assert scene.counts == {"a/key": 4002, "a/child": 4}


WORK = """
import sys
from multiprocessing import get_context
from concurrent.futures import ProcessPoolExecutor

def work(arguments):
    key, n = arguments
    for _ in range(n): key.inc()
    tel.inc("a/task")
    return n

def main(method):
    context = get_context(method)
    tel.open("example.com/editor", strict=True)
    key = tel.counter("a/key")
    start = dict(initializer=tel.open, initargs=("example.com/editor",))
    with context.Pool(2, **start) as pool:
        pool.map(work, [(key, 100)] * 10)
        pool.close()
        pool.join()
    with ProcessPoolExecutor(2, mp_context=context, **start) as pool:
        list(pool.map(work, [(key, 100)] * 10))
    process = context.Process(target=work, args=((key, 1),))
    process.start()
    process.join()

if __name__ == "__main__":
    main(sys.argv[1])
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(scene, method):
    with tempfile.TemporaryDirectory(dir="/tmp") as short:  # for a socket, whose path may not be long
        scene.run(WORK, method, env={"TMPDIR": short})
    # Nobody opened in the last process; a fork has its parent's file.
    own = 1 if method == "fork" else 0
    assert scene.counts == {"a/key": 2000 + own, "a/task": 20 + own}
    assert len(scene.files) == 1


def test_a_spawned_process_is_by_default_the_program_that_started_it(scene):
    scene.run("""
        import multiprocessing
        def work():
            tel.open()
            tel.inc("a/work")
        if __name__ == "__main__":
            tel.open()
            process = multiprocessing.get_context("spawn").Process(target=work)
            process.start()
            process.join()
            tel.inc("a/main")
    """)
    assert len(scene.files) == 1 and scene.counts == {"a/work": 1, "a/main": 1}


# A server in the manner of gunicorn: the master opens and forks workers, which
# serve until they are told to go or are killed. Workers have the thread that
# rotates: a process with threads should not fork, says Python 3.12.
SERVER = """
import os, signal, sys, time
tel.open("example.com/server")
requests = tel.counter("server/request")
workers = {}

def serve(ready):
    tel.open("example.com/server", rotate=True, strict=True)
    going = [True]
    signal.signal(signal.SIGTERM, lambda *_: going.clear())
    done = 0
    def handle():
        nonlocal done
        tel.inc("server/path:home")
        with tel.timed("server/latency", [10**12]):
            requests.inc()
        done += 1
    for _ in range(500): handle()
    os.write(ready, b"%d 500\\n" % os.getpid())
    if sys.argv[1] == "killed":
        time.sleep(60)
    while going: handle(); time.sleep(0.001)
    os.write(ready, b"%d %d\\n" % (os.getpid(), done - 500))
    sys.exit(0)

reading, writing = os.pipe()
for _ in range(4):
    tel.inc("server/fork")
    pid = os.fork()
    if pid == 0: serve(writing)
    workers[pid] = 0
os.close(writing)
pipe = os.fdopen(reading)
for _ in range(4): pipe.readline()
time.sleep(0.05)
for pid in workers: os.kill(pid, signal.SIGKILL if sys.argv[1] == "killed" else signal.SIGTERM)
for pid in workers: os.waitpid(pid, 0)
print(2000 + sum(int(line.split()[1]) for line in pipe))
tel.inc("server/end")
"""


@pytest.mark.parametrize("end", ["graceful", "killed"])
def test_a_server_with_forked_workers_has_exact_sums(scene, end):
    expected = int(scene.run(SERVER, end))
    assert expected > 2000 if end == "graceful" else expected == 2000
    assert scene.counts == {
        "server/request": expected, "server/path:home": expected, "server/latency:<1000s": expected, "server/fork": 4, "server/end": 1}


def test_many_threads_count_exactly(scene):
    scene.run("""
        import threading
        tel.open()
        key = tel.counter("a/key")
        def count(number):
            for _ in range(5000):
                key.inc()
                tel.inc("a/name")
                tel.inc(f"a/own:{number}")
        threads = [threading.Thread(target=count, args=(number,)) for number in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    assert scene.counts == {"a/key": 40000, "a/name": 40000, **{f"a/own:{number}": 5000 for number in range(8)}}


def test_a_signal_handler_of_python_counts(scene):
    scene.run("""
        import signal, os
        tel.open()
        signal.signal(signal.SIGUSR1, lambda *_: tel.inc("a/signal"))
        for _ in range(200):
            os.kill(os.getpid(), signal.SIGUSR1)
            tel.inc("a/main")
    """)
    assert scene.counts == {"a/signal": 200, "a/main": 200}


# ---- The end of the interpreter


@pytest.mark.parametrize("end", [
    "atexit.register(say)", "kept = Late()", "sys.kept = Late()", "sys.modules['kept'] = Late()", "kept = Late(); kept.itself = kept"])
def test_counting_goes_on_until_the_interpreter_is_gone(scene, end):
    scene.run(f"""
        import atexit, sys
        tel.open(rotate=True)
        def say(inc=tel.inc, key=tel.counter("a/key"), latency=tel.timed("a/latency", [10**12])):
            inc("a/end")
            key.inc()
            key.add(2)
            with latency: pass
        class Late:
            def __del__(self, say=say): say()
        {end}
    """)
    assert scene.counts == {"a/end": 1, "a/key": 3, "a/latency:<1000s": 1}


def test_a_daemon_thread_counts_while_the_interpreter_ends(scene):
    for _ in range(5):
        scene.run("""
            import threading, time, logging
            tel.set_logger(lambda level, message: None)
            tel.open(rotate=True)
            def count():
                while True:
                    tel.inc("a/daemon")
                    tel.inc("bad name")
                    tel.rotate()
            for _ in range(3): threading.Thread(target=count, daemon=True).start()
            time.sleep(0.02)
            tel.inc("a/main")
        """)
    assert scene.counts["a/main"] == 5 and scene.counts["a/daemon"] > 5


def test_a_logger_and_libtels_thread_do_not_outlive_python(scene):
    """At exit the thread ends, and what is counted after that is in the file."""
    scene.run("""
        import atexit, os, sys
        def threads(list=os.listdir): return len(list("/proc/self/task"))
        tel.set_logger(lambda level, message: None)
        before = threads()
        tel.open(rotate=True)
        assert threads() == before + 1, threads()
        class Late:
            def __del__(self, threads=threads, before=before, inc=tel.inc): inc(f"end/threads:{threads() - before}")
        sys.kept = Late()
        tel.inc("a/main")
    """)
    assert scene.counts == {"a/main": 1, "end/threads:0": 1}


def test_an_uncaught_exception_loses_nothing(scene):
    process = scene.start('tel.open()\ntel.inc("a")\nraise SystemExit(7)')
    process.communicate()
    assert process.returncode == 7 and scene.counts == {"a": 1}


def test_a_kill_loses_nothing(scene):
    process = scene.start('tel.open()\nfor _ in range(100): tel.inc("a")\nprint("counted", flush=True)\ninput()')
    assert process.stdout.readline() == "counted\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert scene.counts == {"a": 100}


# ---- Memory


def test_a_million_calls_need_no_more_memory_than_the_first(scene):
    output = scene.run(f"""
        import sys
        sys.path.insert(0, {os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))!r})
        from Bindings.python.scene import resident
        tel.open()
        key, size = tel.counter("a/key"), tel.histogram("a/size", [10, 100], tel.Unit.BYTES)
        span = tel.timed("a/span")
        @tel.timed(size)
        def call(): pass
        def some():
            for number in range(100):
                key.inc(); key.add(number); key.add(-1); key.add("x")
                tel.inc("a/name"); tel.add("a/name", 3); tel.inc("bad name"); tel.inc(None); tel.inc("a/name", 2.5)
                size.record(number); call()
                with span: pass
            tel.counter("a/key"); tel.histogram("a/size", [10, 100], tel.Unit.BYTES)
            with tel.timed("a/span"): pass
            tel.stack("a/stack").inc(); tel.read("a/name"); key.read(); tel.counter_file(); tel.mode()
            tel.read_report(); tel.set_logger(print); tel.set_logger(None)
            try: tel.open("another")
            except tel.BusyError: pass
        for _ in range(50): some()
        before = resident()
        for _ in range(840): some()
        print(resident() - before)
    """)
    assert int(output) < 1_000_000, f"10^6 calls grew the process by {output.strip()} bytes"
