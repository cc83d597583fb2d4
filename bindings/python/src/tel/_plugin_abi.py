"""tel/plugin.h for ctypes, and nothing else."""

from tel._abi import Visitor, level, status
from tel._ctypes import ctypes
from tel._ctypes import ctypes as c

PLUGIN_ABI = 1
TRANSPORT = b"tel.transport/1"
EXPORTER = b"tel.exporter/1"

HostLogFunction = c.CFUNCTYPE(None, c.c_void_p, level, c.c_char_p)
HostCountFunction = c.CFUNCTYPE(None, c.c_void_p, c.c_char_p, c.c_uint64)
HostQueryFunction = c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_char_p)


class Host(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("abi", c.c_uint32),
        ("self", c.c_void_p),
        ("version", c.c_char_p),
        ("directory", c.c_char_p),
        ("log", HostLogFunction),
        ("count", HostCountFunction),
        ("query", HostQueryFunction),
    ]


StartFunction = c.CFUNCTYPE(status, c.POINTER(Host), c.c_char_p, c.POINTER(c.c_void_p))
StopFunction = c.CFUNCTYPE(None, c.c_void_p)
QueryFunction = c.CFUNCTYPE(c.c_void_p, c.c_char_p)


class Plugin(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("abi", c.c_uint32),
        ("name", c.c_char_p),
        ("version", c.c_char_p),
        ("summary", c.c_char_p),
        ("start", StartFunction),
        ("stop", StopFunction),
        ("query", QueryFunction),
    ]


class Document(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("name", c.c_char_p),
        ("media_type", c.c_char_p),
        ("bytes", c.c_void_p),
        ("count", c.c_size_t),
    ]


class Request(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("url", c.c_char_p),
        ("document", c.POINTER(Document)),
        ("tag", c.c_char_p),
        ("timeout_ms", c.c_uint32),
        ("most", c.c_uint32),
    ]


WriteFunction = c.CFUNCTYPE(status, c.c_void_p, c.c_void_p, c.c_size_t)
TellFunction = c.CFUNCTYPE(None, c.c_void_p, c.c_char_p, c.c_char_p)


class Answer(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("code", c.c_int32),
        ("retry_after", c.c_uint32),
        ("context", c.c_void_p),
        ("write", WriteFunction),
        ("tell", TellFunction),
    ]


SendFunction = c.CFUNCTYPE(status, c.c_void_p, c.c_char_p, c.POINTER(Document), c.c_uint32)
ExchangeFunction = c.CFUNCTYPE(status, c.c_void_p, c.POINTER(Request), c.POINTER(Answer))


class Transport(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("schemes", c.POINTER(c.c_char_p)),
        ("send", SendFunction),
        ("exchange", ExchangeFunction),
    ]


BeginFunction = c.CFUNCTYPE(status, c.c_void_p, WriteFunction, c.c_void_p, c.POINTER(Visitor))
EndFunction = c.CFUNCTYPE(status, c.c_void_p, c.POINTER(Visitor), status)


class Exporter(ctypes.Structure):
    _fields_ = [
        ("size", c.c_uint32),
        ("flags", c.c_uint32),
        ("format", c.c_char_p),
        ("media_type", c.c_char_p),
        ("suffix", c.c_char_p),
        ("begin", BeginFunction),
        ("end", EndFunction),
        ("destination", c.c_char_p),
    ]
