"""HTTP as bytes, for what no client would send."""

import contextlib
import resource
import select
import socket
import time


def request(body, path="/upload/2026-11-15", method="POST", length=None, type="application/json", **headers):
    """A request as bytes; `length` in place of the body's own, False for none; names of headers with `_` for `-`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: collector"]
    if type:
        lines.append(f"Content-Type: {type}")
    if length is not False:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def connect(port, source="127.0.0.1", timeout=30):
    return socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(source, 0))


def answer(connection, timeout=30):
    """(status, headers, body) of the next answer that is not informational; None if there is none."""
    connection.settimeout(timeout)
    text = b""
    while True:
        while b"\r\n\r\n" not in text:
            try:
                more = connection.recv(65536)
            except ConnectionError:
                return None
            if not more:
                return None
            text += more
        head, _, text = text.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        status = int(lines[0].split()[1])
        if status >= 200:
            break
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(headers.get("content-length", 0))
    while len(text) < length:
        more = connection.recv(65536)
        if not more:
            break
        text += more
    return status, headers, text[:length]


def exchange(port, data, **more):
    with connect(port, **more) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        return answer(connection)


def closed_after(connection, most):
    """Seconds until the other side closes; `most` if it does not."""
    start = time.monotonic()
    while (left := most - (time.monotonic() - start)) > 0:
        if select.select([connection], [], [], left)[0]:
            try:
                if not connection.recv(65536):
                    break
            except ConnectionError:
                break
    return time.monotonic() - start


def many_descriptors(number=8192):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(number, hard), hard))
