"""Who sees anything, and what they can do: nothing but look."""

import http.client
import re
import socket
import time

import pytest

from . import data
from .conftest import Viewer, digest

PAGES = ["/", "/next", "/reports", "/config", "/files", "/search?q=a", "/data.json", "/data.csv", "/live.json"]


@pytest.fixture(scope="module")
def viewer(view):
    return view("samples")


def test_only_this_user_sees_pages(viewer):
    for path in PAGES + ["/style.css", "/view.js"]:
        for answer in (viewer.ask(path, cookie=False), viewer.ask(path, cookie=False, Cookie=f"tel-view-{viewer.port}={'0' * 32}")):
            assert answer.status == 403 and b"tool" not in answer.body, path
    assert viewer.ask("/?key=" + "0" * 32, cookie=False).status == 403


def test_the_key_in_the_address_becomes_a_cookie_that_no_script_and_no_other_site_has(viewer):
    answer = viewer.ask(f"/?key={viewer.key}", cookie=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert answer.headers["Set-Cookie"] == f"{viewer.cookie}; Path=/; HttpOnly; SameSite=Strict"
    assert viewer.ask("/").status == 200


def test_a_name_that_was_made_to_point_here_is_refused(viewer):
    for host in ("evil.example", f"evil.example:{viewer.port}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.evil.example:{viewer.port}", ""):
        assert viewer.ask("/", host=host or " ").status in (400, 421), host
    assert viewer.ask("/", host=f"localhost:{viewer.port}").status == 200


def test_other_sites_are_refused(viewer):
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{viewer.port}", "http://127.0.0.1:1"):
        assert viewer.ask("/live.json", Origin=origin).status == 403, origin
    assert viewer.ask("/live.json", Origin=f"http://127.0.0.1:{viewer.port}").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_done(viewer, method):
    assert viewer.ask("/", method=method).status in (405, 501)


def test_every_answer_is_strict(viewer):
    for path in PAGES + ["/missing", "/style.css"]:
        headers = viewer.ask(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "*" not in policy and "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert viewer.ask("/").headers["Cache-Control"] == "no-store"


def test_head_has_the_headers_and_nothing_else(viewer):
    with socket.create_connection(("127.0.0.1", viewer.port)) as connection:
        connection.sendall(f"HEAD /style.css HTTP/1.1\r\nHost: 127.0.0.1:{viewer.port}\r\nCookie: {viewer.cookie}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200") and b"text/css" in head and body == b""


def test_it_listens_on_loopback_alone(viewer):
    rows = open("/proc/net/tcp").read().splitlines()[1:]
    own = [row.split()[1] for row in rows if row.split()[3] == "0A" and row.split()[1].endswith(f":{viewer.port:04X}")]
    assert own == [f"0100007F:{viewer.port:04X}"]


def test_paths_lead_nowhere_else(viewer):
    for path in ("/../../etc/passwd", "/document?kind=../../mode&week=2026-11-20", "/report?kind=sent&week=../../x", "/%2e%2e/mode", "/program?program=%00"):
        assert viewer.ask(path).status in (400, 404), path


def test_half_a_request_is_not_waited_for(viewer):
    with socket.create_connection(("127.0.0.1", viewer.port)) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: ")
        slow.settimeout(20)
        start = time.monotonic()
        while time.monotonic() - start < 20:
            try:
                slow.sendall(b"x")
                slow.settimeout(1)
                if slow.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() - start < 15
    assert viewer.ask("/").status == 200


def test_a_huge_request_is_refused(viewer):
    try:
        assert viewer.ask("/", X="x" * 200_000).status in (400, 413, 414, 431)
    except (http.client.HTTPException, OSError):
        pass  # cut off
    assert viewer.ask("/").status == 200


@pytest.mark.parametrize("name", data.SETS)
def test_looking_changes_no_file(made, view, name):
    before = digest(made(name))
    for path in PAGES:
        assert view(name).ask(path).status == 200, path
    for path in re.findall(r'href="(/(?:program|report|counter|document)[^"]*)"', view(name).ask("/").text)[:5]:
        assert view(name).ask(path.replace("&amp;", "&")).status == 200, path
    assert digest(made(name)) == before


def test_nobody_is_asked_nothing_is_started_and_no_lock_is_taken(made, tmp_path):
    """By the kernel's account: who counts does not wait, and files are opened to be read."""
    calls = tmp_path / "calls"
    viewer = Viewer(made("samples"), before=["strace", "-D", "-f", "-o", calls, "-e", "trace=connect,sendto,sendmsg,execve,fork,vfork,flock,fcntl,open,openat,creat,unlink,unlinkat,rename,mkdir,socket"])
    try:
        for path in PAGES + ["/program?program=example.com/tool"]:
            assert viewer.ask(path).status == 200
    finally:
        viewer.end()
    deadline = time.monotonic() + 10
    while f"{viewer.process.pid} +++" not in calls.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    lines = calls.read_text().splitlines()
    assert len([line for line in lines if re.search(r" execve\(", line)]) == 2, "tel, and then tel-view"
    for line in lines:
        # To bind to an address, libc asks the kernel for those of the machine, and a daemon beside it for names.
        if "AF_NETLINK" in line or "nscd" in line:
            continue
        assert not re.search(r" (connect|sendto|sendmsg|fork|vfork|flock|creat|unlink\w*|rename|mkdir)\(|F_SETLK|F_OFD_SETLK|O_WRONLY|O_RDWR|O_CREAT", line), line
    assert any(f'{made("samples")}/local/' in line for line in lines)


def test_a_directory_that_is_not_there_is_a_friendly_page(tmp_path):
    viewer = Viewer(tmp_path / "nowhere")
    try:
        answer = viewer.ask("/")
        assert answer.status == 200 and "Nothing was counted here yet" in answer.text
        assert not (tmp_path / "nowhere").exists()
    finally:
        viewer.end()


def test_two_viewers_have_ports_and_keys_of_their_own(made, view):
    other = Viewer(made("empty"))
    try:
        first = view("samples")
        assert other.port != first.port and other.key != first.key
        assert other.ask("/", cookie=False, Cookie=first.cookie).status == 403
    finally:
        other.end()
