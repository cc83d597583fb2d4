"""transport.py - sends reports by Python's own HTTP instead of libtel's plugin.

    tel on --vendor example --destination https://telemetry.example.org
    python examples/python/transport.py https://telemetry.example.org

libtel decides what may be sent, when, and whether again. The transport carries
one request, with what this program has for it: here urllib, which knows the
system's certificates and proxies; it could be a session with a login.
"""

import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import tel
import tel.transport
from tel.transport import Answer, Request


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are libtel's to follow: it knows which ones it may."""

    def redirect_request(self, *arguments):
        return None


class Urllib(tel.transport.Transport):
    """sends reports by urllib"""

    schemes = ["https", "http"]
    opener = urllib.request.build_opener(Stay)

    def exchange(self, request: Request) -> Answer:
        end = time.monotonic() + request.timeout
        asked = urllib.request.Request(request.url)
        if request.document is not None:
            asked.data = request.document.data
            asked.add_header("Content-Type", request.document.media_type)
        if request.tag is not None:
            asked.add_header("If-None-Match", request.tag)
        try:
            got = self.opener.open(asked, timeout=request.timeout)
        except urllib.error.HTTPError as error:
            got = error  # an answer all the same; other errors are raised, and tried again later
        with got:
            body = b""
            while len(body) <= request.most and (part := got.read1()):
                body += part
                if time.monotonic() > end:
                    raise TimeoutError(f"{request.url} takes longer than {request.timeout:.0f} s")
            location, wait = got.headers.get("Location"), got.headers.get("Retry-After", "")
            return Answer(
                got.status, body, tag=got.headers.get("ETag"), location=location and urllib.parse.urljoin(request.url, location),
                retry_after=int(wait) if wait.isdigit() else 0)


if len(sys.argv) != 2:
    sys.exit(__doc__)
tel.plugins.register(Urllib())
tel.open("example.com/notes", version="1.0.0", vendor="example", destination=sys.argv[1])
tel.inc("notes/sync")
result = tel.flush(timeout=30)
print(f"made {result.made}, sent {result.sent}, rejected {result.rejected}, waiting {result.waiting}")
if result.error is not None:
    print(f"not all was sent: {result.error}")
