"""Programs whose transports carry something, to what stands in for libtel's
library for uploading: one fetch and one delivery, see Harness/courier.py."""

import textwrap

from Harness import courier

DESTINATION = "https://telemetry.example.org"
PRELUDE = f"""
import sys
import tel.transport
from tel.transport import Answer, Transport

def go(transport=None, destination="{DESTINATION}"):
    if transport is not None:
        assert tel.plugins.register(transport) is None
    assert tel.open("example.com/editor", vendor="example", directory=sys.argv[1], destination=destination) is None
    tel.consent.record(tel.Mode.ON, destination, "1")
    return tel.flush(timeout=5)
"""


def run(scene, text):
    """The program's output, and what was seen of its transports."""
    output = scene.run(PRELUDE + textwrap.dedent(text), scene.telemetry, env={"TEL_LIBRARY": courier.library(), "TEL_DIR": None})
    return output, courier.seen(scene.telemetry)
