"""probe.py - counts what a C library calls, and what a program calls of it.

    pip install ./bindings/python
    python examples/python/probe.py
    tel dump

qsort's comparisons, and what it says of files. (What is more than a count needs
libtel's plugin libffi.)
"""

import ctypes

import tel

tel.open("example.com/probe", version="1.0.0")
libc = ctypes.CDLL(None, use_errno=True)

Compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
comparing = tel.probe(Compare(lambda a, b: a[0] - b[0]), "probe/compare")
numbers = (ctypes.c_int * 5)(5, 3, 4, 1, 2)
libc.qsort(numbers, len(numbers), ctypes.sizeof(ctypes.c_int), comparing)
print(list(numbers))

libc.access.argtypes = [ctypes.c_char_p, ctypes.c_int]
try:
    access = tel.probe(libc.access, "probe/access", result=True, errno=True)
except tel.UnsupportedError as error:
    print(error)
else:
    print(access(b"/", 0), access(b"/there/is/nothing", 0))
