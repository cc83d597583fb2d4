"""tel.h for ctypes: every type and function of it, and nothing else."""

from tel._ctypes import ctypes
from tel._ctypes import ctypes as c

status = level = unit = mode = c.c_int32

OK, INVALID, OFF, IO, CORRUPT, FULL, NOT_FOUND, BUSY, TIMEOUT, UNSUPPORTED, PLUGIN = range(0, -11, -1)
ROTATE, NO_REPORT, AUTOMATION, UPLOAD = 1, 2, 4, 8
CRASH_CHAIN = 1
PROBE_LATENCY, PROBE_RESULT, PROBE_ERRNO = 1, 2, 4
VERSION_MAJOR = 1

NowFunction = c.CFUNCTYPE(c.c_int64)
LogFunction = c.CFUNCTYPE(None, c.c_void_p, level, c.c_char_p)
WriteFunction = c.CFUNCTYPE(status, c.c_void_p, c.c_void_p, c.c_size_t)


class Config(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("directory", c.c_char_p),
        ("program", c.c_char_p),
        ("version", c.c_char_p),
        ("toolchain", c.c_char_p),
        ("destination", c.c_char_p),
        ("now", NowFunction),
        ("vendor", c.c_char_p),
        ("max_names", c.c_uint32),
        ("reserved", c.c_uint32),
        ("uploader", c.c_char_p),
    ]


class Frame(ctypes.Structure):
    _fields_ = [
        ("scope", c.c_char_p),
        ("function", c.c_char_p),
        ("line", c.c_int64),
        ("offset", c.c_uint64),
        ("flags", c.c_uint32),
        ("reserved", c.c_uint32),
    ]


class Program(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("program", c.c_char_p),
        ("version", c.c_char_p),
        ("toolchain", c.c_char_p),
        ("os", c.c_char_p),
        ("arch", c.c_char_p),
    ]


class FlushResult(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("made", c.c_uint32),
        ("sent", c.c_uint32),
        ("rejected", c.c_uint32),
        ("waiting", c.c_uint32),
    ]


WeekFunction = c.CFUNCTYPE(status, c.c_void_p, c.c_char_p, c.c_char_p)
ProgramFunction = c.CFUNCTYPE(status, c.c_void_p, c.POINTER(Program))
CountFunction = c.CFUNCTYPE(status, c.c_void_p, c.c_char_p, c.c_uint64)


class Visitor(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("context", c.c_void_p),
        ("week", WeekFunction),
        ("program", ProgramFunction),
        ("counter", CountFunction),
        ("stack", CountFunction),
    ]


# Name: what it returns, what it takes. Handles are addresses.
FUNCTIONS = {
    "tel_version": (c.c_uint32, []),
    "tel_status_name": (c.c_char_p, [status]),
    "tel_error_message": (c.c_char_p, []),
    "tel_open": (status, [c.POINTER(Config)]),
    "tel_rotate": (status, []),
    "tel_close": (None, []),
    "tel_counter_inc": (None, [c.c_char_p]),
    "tel_counter_add": (None, [c.c_char_p, c.c_uint64]),
    "tel_counter_read": (status, [c.c_char_p, c.POINTER(c.c_uint64)]),
    "tel_counter_named": (c.c_void_p, [c.c_char_p]),
    "tel_counter_named_bytes": (c.c_void_p, [c.c_void_p, c.c_size_t]),
    "tel_add": (None, [c.c_void_p, c.c_uint64]),
    "tel_histogram_named": (status, [c.POINTER(c.c_void_p), c.c_char_p, unit, c.POINTER(c.c_uint64), c.c_size_t]),
    "tel_histogram_record": (None, [c.c_void_p, c.c_uint64]),
    "tel_stack_inc": (None, [c.c_char_p, c.c_uint32]),
    "tel_stack_inc_frames": (None, [c.c_char_p, c.POINTER(Frame), c.c_size_t]),
    "tel_crash_watch": (status, [c.c_uint32]),
    "tel_crash_thread": (status, []),
    "tel_get_mode": (mode, []),
    "tel_stored_mode": (mode, []),
    "tel_set_mode": (status, [mode]),
    "tel_consent_should_ask": (c.c_int32, [c.c_char_p, c.c_char_p]),
    "tel_consent_record": (status, [mode, c.c_char_p, c.c_char_p]),
    "tel_flush_report": (status, [c.c_uint32]),
    "tel_flush_report_result": (status, [c.c_uint32, c.POINTER(FlushResult)]),
    "tel_report_visit": (status, [c.c_char_p, c.POINTER(Visitor)]),
    "tel_report_export": (status, [c.c_char_p, c.c_char_p, WriteFunction, c.c_void_p]),
    "tel_probe_new": (status, [c.POINTER(c.c_void_p), c.c_char_p, c.c_char_p, c.c_void_p, c.c_uint32]),
    "tel_probe_function": (c.c_void_p, [c.c_void_p]),
    "tel_probe_free": (None, [c.c_void_p]),
    "tel_plugin_load": (status, [c.c_char_p, c.c_char_p]),
    "tel_plugin_register": (status, [c.c_void_p, c.c_char_p]),
    "tel_directory": (c.c_char_p, []),
    "tel_counter_file": (c.c_char_p, []),
    "tel_set_logger": (None, [LogFunction, c.c_void_p]),
}

# tel.h marks these [signal]: they wait for nothing, so Python's own lock is
# kept during the call, which is quicker than giving it up and taking it again.
SIGNAL_SAFE = frozenset({
    "tel_version", "tel_status_name", "tel_counter_inc", "tel_counter_add", "tel_add", "tel_histogram_record"})
