"""hello.py - the smallest Python program that counts.

    pip install ./bindings/python
    python examples/python/hello.py
    tel dump

Where telemetry can't work or is switched off, it says hello all the same.
"""

import tel

tel.open("example.com/hello", version="1.0.0")
tel.inc("hello/greeting:world")
print("Hello, world")
