"""Flushing, with transports in Python at work, and what becomes of the process
meanwhile; see carried.py."""

import pytest

from Bindings.python import carried


@pytest.fixture
def run(scene):
    return lambda text: carried.run(scene, text)


# ---- What it tells


def test_a_flush_tells_what_became_of_the_reports(run):
    output, _ = run("""
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
        result = go(Good())
        print(result.made, result.sent, result.rejected, result.waiting, result.error)
        print(isinstance(result, tel.FlushResult))
    """)
    assert output == "3 1 0 0 None\nTrue\n"


def test_what_kept_a_flush_from_sending_is_in_the_result_and_raised_if_asked(run):
    output, _ = run("""
        result = go()
        print(type(result.error).__name__, result.error, result.made)
        try:
            tel.flush(strict=True)
        except tel.NotFoundError as error:
            print(error)
    """)
    assert output == "NotFoundError nothing carries this scheme 3\nnothing carries this scheme\n"


def test_without_a_destination_and_without_consent_nothing_is_carried(run):
    output, seen = run("""
        class Bad(Transport):
            schemes = ["https"]
            def exchange(self, request): print("carried")
        tel.plugins.register(Bad())
        tel.open("example.com/editor", vendor="example", directory=sys.argv[1])
        print(tel.flush().error)
        tel.close()
        tel.open("example.com/editor", vendor="example", directory=sys.argv[1], destination="https://telemetry.example.org")
        print(tel.flush().sent, tel.mode().name)
    """)
    assert output == "None\n0 LOCAL\n" and seen == []


def test_in_mode_off_a_flush_says_so(scene):
    assert scene.run("tel.open()\nprint(tel.flush().error.name)", env={"TEL_MODE": "off"}) == "TEL_E_OFF\n"
    assert not scene.telemetry.exists()


# ---- Interrupts and exits


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "SystemExit", "GeneratorExit"])
def test_what_wants_to_end_the_program_ends_the_flush_and_is_raised_by_it(run, raised):
    """What was under way is not tried again at once, and the rest not begun."""
    output, seen = run(f"""
        class Interrupted(Transport):
            schemes = ["https"]
            def exchange(self, request):
                print("asked")
                raise {raised}("here")
        try:
            go(Interrupted())
        except {raised} as error:
            print(error)
        try:
            tel.flush()
        except {raised} as error:
            print(error)
    """)
    assert output == "asked\nhere\nasked\nhere\n"
    assert seen[:3] == [f"problem {raised}: here", "fetch TEL_E_BUSY 0 0", "deliver TEL_E_BUSY 0 0"]


@pytest.mark.parametrize("then", ["", "tel.flush", "sys.exit"])
def test_ctrl_c_ends_the_flush_at_once(run, then):
    output, _ = run(f"""
        import os, signal, threading, time
        begun = threading.Event()
        class Slow(Transport):
            schemes = ["https"]
            def exchange(self, request):
                begun.set()
                time.sleep({2 if then == "tel.flush" else 60})
                return Answer(200)
        threading.Thread(target=lambda: (begun.wait(20), os.kill(os.getpid(), signal.SIGINT)), daemon=True).start()
        start = time.monotonic()
        try:
            go(Slow())
        except KeyboardInterrupt:
            print("interrupted", time.monotonic() - start < 5)
        {f"print({then}() is None)" if then else ""}
    """)
    assert output == "interrupted True\n" + ("False\n" if then == "tel.flush" else "")


def test_a_flush_at_exit_is_one_like_others(run):
    output, _ = run("""
        import atexit
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
        go(Good())
        atexit.register(lambda: print(tel.flush()))
    """)
    assert output == "FlushResult(made=3, sent=1, rejected=0, waiting=0, error=None)\n"


def test_what_one_flush_met_is_not_told_by_the_next(run):
    output, _ = run("""
        class Once(Transport):
            schemes = ["https"]
            asked = 0
            def exchange(self, request):
                self.asked += 1
                if self.asked == 1: raise KeyError("once")
                return Answer(200)
        print(go(Once()).error)
        try:
            tel.plugins.load("/nowhere.so")
        except tel.Error as error:
            print(error.__cause__)
    """)
    assert output == "None\nNone\n"


# ---- The host


def test_a_transport_lives_for_as_long_as_libtel_may_call_it(run):
    output, seen = run("""
        import gc
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
            def __del__(self): print("gone")
        go(Good())
        for _ in range(3):
            gc.collect()
            tel.flush()
        sys.stdout.flush()
        import os
        os._exit(0)
    """)
    assert output == "" and seen.count("deliver TEL_OK 200 0") == 4


def test_other_threads_run_while_a_transport_waits(run):
    output, _ = run("""
        import threading
        waiting, done = threading.Event(), threading.Event()
        class Slow(Transport):
            schemes = ["https"]
            def exchange(self, request):
                waiting.set()
                assert done.wait(20)
                return Answer(200)
        def other():
            waiting.wait(20)
            tel.inc("editor/other")
            done.set()
        thread = threading.Thread(target=other)
        thread.start()
        print(go(Slow()).error)
        thread.join()
    """)
    assert output == "None\n"


def test_several_threads_flush_at_once(run):
    output, seen = run("""
        import threading
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request):
                if threading.current_thread().name == "bad": raise KeyError("bad")
                return Answer(200)
        go(Good())
        results = []
        def flush():
            for _ in range(20): results.append((threading.current_thread().name, tel.flush().error))
        threads = [threading.Thread(target=flush, name=name) for name in ("good", "bad", "good")]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        for name, error in results:
            busy = isinstance(error, tel.BusyError)  # the reports are made by one at a time
            assert busy or (error is None if name == "good" else isinstance(error.__cause__, KeyError)), (name, error)
        print(len(results), len(tel._errors.raised))
    """)
    assert output == "60 0\n"


def test_a_child_may_flush_too(run):
    output, seen = run("""
        import os
        class Good(Transport):
            schemes = ["https"]
            def exchange(self, request): return Answer(200)
        go(Good())
        child = os.fork()
        if child == 0:
            os._exit(0 if tel.flush().sent == 1 else 1)
        print(os.waitpid(child, 0)[1])
    """)
    assert output == "0\n" and seen.count("deliver TEL_OK 200 0") == 2


@pytest.mark.parametrize("how", ["returns", "sys.exit(0)", "os._exit(0)"])
def test_the_process_may_end_while_a_transport_is_at_work(run, how):
    _, seen = run(f"""
        import os, threading, time
        begun = threading.Event()
        class Slow(Transport):
            schemes = ["https"]
            def exchange(self, request):
                begun.set()
                time.sleep(0.2)
                return Answer(200)
        threading.Thread(target=go, args=(Slow(),), daemon=True).start()
        begun.wait(20)
        {"" if how == "returns" else how}
    """)
    assert seen == []


def test_reports_and_plugins_cost_a_program_nothing_that_does_not_use_them(scene):
    assert scene.run("""
        import sys
        print(*sorted(name for name in sys.modules if name in ("dataclasses", "tel.transport", "tel._bridge", "tel._plugin_abi")))
    """) == "\n"
