"""libtel in a process of its own, driven line by line.

A test makes as many `Libtel` as it likes: each is a Python process that loads
the shared library through ctypes, reads orders in JSON from standard input and
answers each. What the caller's environment says about telemetry is not passed
on. Names are hexadecimal on the way, for they may have any bytes.
"""

import ctypes
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATUS = {
    0: "TEL_OK", -1: "TEL_E_INVALID", -2: "TEL_E_OFF", -3: "TEL_E_IO", -4: "TEL_E_CORRUPT", -5: "TEL_E_FULL",
    -6: "TEL_E_NOT_FOUND", -7: "TEL_E_BUSY", -8: "TEL_E_TIMEOUT", -9: "TEL_E_UNSUPPORTED", -10: "TEL_E_PLUGIN",
}
MODES = ("off", "local", "on")
ROTATE, NO_REPORT = 1, 2


def library():
    """The shared library under test."""
    path = Path(os.environ.get("TEL_TEST_LIBRARY") or ROOT / "build" / "lib" / "libtel.so.1")
    if not path.exists():
        raise FileNotFoundError(f"there is no {path}: run `make`, or name the library in TEL_TEST_LIBRARY")
    return path.resolve()


def environment(home, **more):
    """Of a child: nothing but a home of its own and what the test adds."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), **more}


class Died(Exception):
    """The process ended without an answer."""


def _spelled(order):
    """An order with its names in hexadecimal; also one within a "fork"."""
    order = dict(order)
    for key in ("name", "prefix"):
        if key in order:
            name = order[key]
            order[key] = (name.encode() if isinstance(name, str) else name).hex()
    if "orders" in order:
        order["orders"] = [_spelled(inner) for inner in order["orders"]]
    return order


class LineProcess:
    """A process that answers each line of JSON with one."""

    def __init__(self, arguments, env):
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments], env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    def send(self, do, **order):
        """Gives an order without waiting: several processes can work at once."""
        self.process.stdin.write(json.dumps(_spelled({"do": do, **order})) + "\n")
        self.process.stdin.flush()

    def receive(self, timeout=60):
        """The next answer. A process that takes too long is killed."""
        watch = threading.Timer(timeout, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        if not line:
            error = self.process.stderr.read()
            raise Died(f"{self.process.args[:3]} ended with {self.process.wait()}: {error}")
        return json.loads(line)

    def ask(self, do, **order):
        self.send(do, **order)
        return self.receive()

    def end(self):
        """Closes its input and waits for it: a clean exit."""
        self.process.stdin.close()
        self.process.stdout.close()
        error = self.process.stderr.read()
        self.process.stderr.close()
        status = self.process.wait(timeout=30)
        if status:
            raise Died(f"{self.process.args[:3]} ended with {status}: {error}")

    def kill(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None and kind is None and not self.process.stdin.closed:
            self.end()
        else:
            self.kill()


class Libtel(LineProcess):
    """One process that uses libtel. Its orders are the methods of `Server`."""

    def __init__(self, home, **env):
        super().__init__([sys.executable, "-u", __file__, library()], environment(home, **env))


# ---- The process itself


class Config(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("directory", ctypes.c_char_p), ("program", ctypes.c_char_p),
        ("version", ctypes.c_char_p), ("toolchain", ctypes.c_char_p), ("destination", ctypes.c_char_p), ("now", ctypes.c_void_p),
        ("vendor", ctypes.c_char_p), ("max_names", ctypes.c_uint32), ("reserved", ctypes.c_uint32),
        ("uploader", ctypes.c_char_p),
    ]


class Program(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("flags", ctypes.c_uint32)] + [
        (name, ctypes.c_char_p) for name in ("program", "version", "toolchain", "os", "arch")
    ]


class Frame(ctypes.Structure):
    _fields_ = [
        ("scope", ctypes.c_char_p), ("function", ctypes.c_char_p), ("line", ctypes.c_int64), ("offset", ctypes.c_uint64),
        ("flags", ctypes.c_uint32), ("reserved", ctypes.c_uint32),
    ]


WeekFunction = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p)
ProgramFunction = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.POINTER(Program))
CountFunction = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64)
NowFunction = ctypes.CFUNCTYPE(ctypes.c_int64)
LogFunction = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int32, ctypes.c_char_p)


class Visitor(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("context", ctypes.c_void_p), ("week", WeekFunction),
        ("program", ProgramFunction), ("counter", CountFunction), ("stack", CountFunction),
    ]


class Server:
    """Each method is an order; what it returns is the answer."""

    def __init__(self, path):
        self.tel = tel = ctypes.CDLL(path)
        tel.tel_error_message.restype = tel.tel_counter_file.restype = tel.tel_directory.restype = ctypes.c_char_p
        tel.tel_counter_named.restype = tel.tel_counter_named_bytes.restype = ctypes.c_void_p
        tel.tel_counter_named.argtypes = [ctypes.c_char_p]
        tel.tel_counter_named_bytes.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
        tel.tel_add.argtypes = [ctypes.c_void_p, ctypes.c_uint64]
        tel.tel_counter_add.argtypes = [ctypes.c_char_p, ctypes.c_uint64]
        tel.tel_counter_read.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_uint64)]
        tel.tel_stack_inc_frames.argtypes = [ctypes.c_char_p, ctypes.POINTER(Frame), ctypes.c_size_t]
        tel.tel_stack_inc_frames.restype = tel.tel_add.restype = tel.tel_counter_add.restype = tel.tel_close.restype = None
        tel.tel_report_visit.argtypes = [ctypes.c_char_p, ctypes.POINTER(Visitor)]
        self.log = []
        self.logger = LogFunction(lambda _, level, message: self.log.append(message.decode("utf-8", "replace")))
        tel.tel_set_logger.argtypes = [LogFunction, ctypes.c_void_p]
        tel.tel_set_logger.restype = None
        tel.tel_set_logger(self.logger, None)
        self.seconds = 0
        self.clock = NowFunction(lambda: self.seconds)
        self.handles = {}

    def answer(self, order):
        do = order.pop("do")
        for key in ("name", "prefix"):
            if key in order:
                order[key] = bytes.fromhex(order[key])
        result = getattr(self, "do_" + do)(**order)
        result["log"], self.log = self.log, []
        return result

    def status(self, status):
        message = self.tel.tel_error_message().decode("utf-8", "replace") if status else ""
        return {"status": STATUS.get(status, str(status)), "message": message, "file": os.fsdecode(self.tel.tel_counter_file())}

    def do_open(self, now=None, flags=NO_REPORT, max_names=0, **texts):
        """`texts`: the string members of tel_config. `now`: Unix seconds, a
        clock that the order "now" moves."""
        config = Config(size=ctypes.sizeof(Config), flags=flags, max_names=max_names)
        for key, value in texts.items():
            setattr(config, key, value.encode("utf-8", "surrogateescape"))
        if now is not None:
            self.seconds = now
            config.now = ctypes.cast(self.clock, ctypes.c_void_p)
        return self.status(self.tel.tel_open(ctypes.byref(config)))

    def do_now(self, now):
        self.seconds = now
        return {}

    def do_inc(self, name, n=1, times=1):
        """By name, by the documented rules."""
        for _ in range(times):
            self.tel.tel_counter_add(name, n)
        return {}

    def do_add(self, name, n=1, times=1):
        """By handle, with any bytes, as a Go binding would."""
        handle = self.handle(name)
        for _ in range(times):
            self.tel.tel_add(handle, n)
        return {}

    def do_many(self, prefix, count, n=1, **more):
        """prefix0, prefix1, ...: many distinct names."""
        for number in range(more.get("from", 0), more.get("from", 0) + count):
            self.tel.tel_add(self.handle(prefix + str(number).encode()), n)
        return {}

    def do_named(self, name):
        self.handle(name)
        return {}

    def handle(self, name):
        if name not in self.handles:
            self.handles[name] = self.tel.tel_counter_named_bytes(name, len(name))
        return self.handles[name]

    def do_stack(self, name, frames, times=1):
        """`frames`: [scope, function, line, offset, is inlined], innermost first."""
        array = (Frame * len(frames))(*(
            Frame(scope.encode(), function.encode(), line, offset, int(inlined), 0) for scope, function, line, offset, inlined in frames))
        for _ in range(times):
            self.tel.tel_stack_inc_frames(name, array, len(frames))
        return {}

    def do_read(self, name):
        value = ctypes.c_uint64()
        status = self.tel.tel_counter_read(name, ctypes.byref(value))
        return {**self.status(status), "value": value.value}

    def do_rotate(self):
        return self.status(self.tel.tel_rotate())

    def do_flush(self, timeout=0):
        return self.status(self.tel.tel_flush_report(timeout))

    def do_close(self):
        self.tel.tel_close()
        return {}

    def do_file(self):
        return {"file": os.fsdecode(self.tel.tel_counter_file()), "directory": os.fsdecode(self.tel.tel_directory())}

    def do_mode(self):
        return {"mode": MODES[self.tel.tel_get_mode()]}

    def do_set_mode(self, mode):
        return self.status(self.tel.tel_set_mode(MODES.index(mode)))

    def do_visit(self, path=None):
        """A file as tel_report_visit tells it; path null: the process's own."""
        seen = {"weeks": [], "programs": []}

        def week(_, begin, end):
            seen["weeks"].append([begin.decode(), end.decode()])
            return 0

        def program(_, program):
            about = [getattr(program.contents, name).decode("utf-8", "surrogateescape") for name, _ in Program._fields_[2:]]
            seen["programs"].append({"identity": about, "counters": [], "stacks": []})
            return 0

        def counter(_, name, value):
            seen["programs"][-1]["counters"].append([name.hex(), str(value)])
            return 0

        def stack(_, name, value):
            seen["programs"][-1]["stacks"].append([name.hex(), str(value)])
            return 0

        visitor = Visitor(
            size=ctypes.sizeof(Visitor), week=WeekFunction(week), program=ProgramFunction(program),
            counter=CountFunction(counter), stack=CountFunction(stack))
        status = self.tel.tel_report_visit(os.fsencode(path) if path is not None else None, ctypes.byref(visitor))
        return {**self.status(status), **seen}

    def do_fork(self, orders):
        """A forked child follows the orders and leaves; the parent waits."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            with open(writing, "w") as pipe:
                json.dump([self.answer(dict(order)) for order in orders], pipe)
            os._exit(0)
        os.close(writing)
        with open(reading) as pipe:
            content = pipe.read()
        _, status = os.waitpid(child, 0)
        return {"exit": os.waitstatus_to_exitcode(status), "answers": json.loads(content or "[]")}


def main():
    server = Server(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(server.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
