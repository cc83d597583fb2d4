"""https, on libcurl, with servers of many kinds; no libtel in between."""

import email.utils
import itertools
import os
import signal
import socket
import ssl
import subprocess
import time

import pytest

from Harness import c
from Harness.privilege import as_root
from Plugins.conftest import SHIPPED, parse
from Plugins.server import Server, answer, certificates

DOCUMENT = b'{"Week": "2026-11-27"}\n'


@pytest.fixture(scope="session")
def trusted(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def serve(trusted):
    """Starts a server with a script, or one answer to everything."""
    servers = []

    def start(script, **more):
        servers.append(Server(script if callable(script) else lambda request: script, trusted[1], trusted[2], **more).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


@pytest.fixture
def ask(carry, trusted):
    return lambda *exchanges, **more: carry("https", *exchanges, **{"SSL_CERT_FILE": trusted[0], **more})


def test_a_document_is_posted_and_nothing_says_by_whom(serve, ask):
    server = serve(answer("201 Created", b'{"week": "2026-11-27"}'))
    done = ask((server.url + "/upload/2026-11-27", DOCUMENT)).one
    assert (done.status, done.code, done.retry_after, done.told, done.body) == ("TEL_OK", 201, 0, {}, '{"week": "2026-11-27"}')
    [request] = server.requests
    assert (request.method, request.path, request.body) == ("POST", "/upload/2026-11-27", DOCUMENT)
    assert request.headers == {
        "Host": f"127.0.0.1:{server.port}", "User-Agent": "libtel/1.0.0", "Accept": "*/*", "Content-Type": "application/json", "Content-Length": str(len(DOCUMENT))}


def test_a_document_of_a_megabyte_arrives_without_being_asked_for(serve, ask):
    server = serve(answer())
    assert ask((server.url + "/upload/x", b"x" * 1_000_000)).one.code == 200
    assert len(server.requests[0].body) == 1_000_000 and "Expect" not in server.requests[0].headers


def test_config_is_fetched_once(serve, ask):
    server = serve(lambda request: answer("304 Not Modified") if request.headers.get("If-None-Match") == '"abc"' else answer(body=b"{}", ETag='"abc"'))
    done = ask((server.url + "/config/latest.json",), (server.url + "/config/latest.json", None, '"abc"'), (server.url + "/config/latest.json", None, '"old"'))
    first, second, third = done.exchanges
    assert (first.code, first.body, first.told["tag"]) == (200, "{}", '"abc"')
    assert (second.code, second.body) == (304, "")
    assert (third.code, third.body) == (200, "{}")
    assert [request.method for request in server.requests] == ["GET"] * 3
    assert server.connections == 1, "the connection is kept"


def test_no_header_is_smuggled_in_with_a_tag(serve, ask):
    server = serve(answer())
    ask((server.url + "/x", None, '"a"\r\nX-Evil: 1'))
    assert "X-Evil" not in server.requests[0].headers and "If-None-Match" not in server.requests[0].headers


@pytest.mark.parametrize("code", [200, 202, 204, 400, 404, 408, 425, 429, 500, 503, 599])
def test_every_code_is_an_answer(serve, ask, code):
    done = ask((serve(answer(f"{code} So")).url + "/upload/x", DOCUMENT)).one
    assert (done.status, done.code) == ("TEL_OK", code)


@pytest.mark.parametrize("value, least, most", [
    ("120", 120, 120), (email.utils.formatdate(time.time() + 3600, usegmt=True), 3500, 3600), (email.utils.formatdate(time.time() - 3600, usegmt=True), 0, 0), ("soon", 0, 0), ("-5", 0, 0),
    ("99999999999999999999", 0, 2**32 - 1)])
def test_retry_after_is_seconds_or_a_date(serve, ask, value, least, most):
    done = ask((serve(answer("503 Busy", Retry_After=value)).url + "/upload/x", DOCUMENT)).one
    assert done.code == 503 and least <= done.retry_after <= most


@pytest.mark.parametrize("location, path", [("/config/v1.2.3.json", "/config/v1.2.3.json"), ("v1.json", "/config/v1.json"), ("https://example.com/x", None)])
def test_redirects_are_told_and_not_followed(serve, ask, location, path):
    server = serve(answer("302 Found", Location=location))
    done = ask((server.url + "/config/latest.json",)).one
    assert (done.status, done.code, done.told["location"]) == ("TEL_OK", 302, server.url + path if path else location)
    assert len(server.requests) == 1


def test_no_cookie_comes_back(serve, ask):
    server = serve(answer(Set_Cookie="id=1; Path=/"))
    ask((server.url + "/x",), (server.url + "/x",))
    assert "Cookie" not in server.requests[1].headers


# ---- Answers that are too much, too slow, or cut off


@pytest.mark.parametrize("script", [
    answer(body=b"x" * 1001), b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000, b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + b"x" * 0xfff], ids=["a byte", "without length", "announced", "in chunks"])
def test_an_answer_is_bounded(serve, ask, script):
    done = ask((serve(script).url + "/x",), most=1000).one
    assert done.status == "TEL_E_IO" and done.told["problem"] == "the answer is longer than 1000 bytes"


def test_an_answer_of_just_that_size_is_fine(serve, ask):
    assert len(ask((serve(answer(body=b"x" * 1000)).url + "/x",), most=1000).one.body) == 1000


def test_endless_answers_end(serve, ask):
    def endless(request):
        yield b"HTTP/1.1 200 OK\r\n"
        if request.path == "/body":
            yield b"\r\n"
        for number in itertools.count():
            yield b"X-%d: %s\r\n" % (number, b"x" * 1000)

    start = time.monotonic()
    url = serve(endless).url
    for path in ["/body", "/headers"]:
        assert ask((url + path,), timeout=30_000).one.status == "TEL_E_IO"
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("script", [[3.0, answer()], [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 3.0, b"cde"]], ids=["before", "within"])
def test_the_time_is_up(serve, ask, script):
    start = time.monotonic()
    done = ask((serve(script).url + "/x", DOCUMENT), timeout=700).one
    assert done.status == "TEL_E_TIMEOUT" and "timed out" in done.told["problem"]
    assert 0.5 < time.monotonic() - start < 2.5


@pytest.mark.parametrize("script", [
    None, b"HTTP/1.1 200 OK\r\nContent-Le", [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", None], b"nonsense\r\n\r\n", b"\0\xff" * 50,
    [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", None]],
    ids=["nothing", "half a header", "less than announced", "no HTTP", "noise", "half a chunk"])
def test_cut_off_or_nonsense_may_be_tried_again(serve, ask, script):
    pieces = script if isinstance(script, list) or script is None else [script, None]
    done = ask((serve(pieces if pieces else [None]).url + "/upload/x", DOCUMENT)).one
    assert done.status == "TEL_E_IO" and done.told["problem"] and done.code == 0


def test_more_than_was_announced_is_not_taken(serve, ask):
    done = ask((serve([answer(body=b"ab") + b"HTTP/1.1 500 Lie\r\n\r\n", None]).url + "/x",)).one
    assert (done.code, done.body) == (200, "ab")


def test_a_server_that_is_not_there(ask):
    server = Server(lambda request: None)
    server.socket.close()
    done = ask((f"https://127.0.0.1:{server.port}/x",), ("https://nowhere.invalid/x", DOCUMENT))
    assert [exchange.status for exchange in done.exchanges] == ["TEL_E_IO"] * 2
    assert "connect" in done.exchanges[0].told["problem"].lower() and "nowhere.invalid" in done.exchanges[1].told["problem"]


@pytest.fixture
def silent_dns(tmp_path):
    """A prefix: for the command, names are asked of somebody who never answers."""
    (tmp_path / "resolv.conf").write_text("nameserver 127.9.9.9\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        try:
            silent.bind(("127.9.9.9", 53))
        except PermissionError:
            pytest.skip("only root answers, or does not, at port 53")
        script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
        yield [*as_root(), "unshare", "-m", "sh", "-c", script, tmp_path / "resolv.conf"]


def test_a_name_that_is_looked_up_for_ever(ask, silent_dns):
    start = time.monotonic()
    done = ask(("https://collector.example/x", DOCUMENT), timeout=1000, prefix=silent_dns)
    assert done.one.status == "TEL_E_TIMEOUT" and time.monotonic() - start < 3


def test_a_host_that_ignores_nothing_survives_a_connection_that_is_gone(serve, ask):
    """SIGPIPE: the server has closed the connection that is used again."""
    server = serve(lambda request: [answer(), None])
    done = ask(*[(server.url + "/upload/x", b"x" * 500_000)] * 5)
    assert [exchange.status for exchange in done.exchanges] == ["TEL_OK"] * 5 and done.children == "0 none"


def test_a_host_that_closes_all_descriptors(serve, ask):
    """Those that it opens then, with the same numbers, get not a byte of ours, and stay open."""
    server = serve(answer())
    done = ask(*[(server.url + "/x",)] * 3, CARRY_CLOSES="1")
    assert [exchange.code for exchange in done.exchanges] == [200] * 3 and server.connections == 3


# ---- Trust


def untrusted(done):
    assert done.status == "TEL_E_IO" and "certificate" in done.told["problem"]
    return True


def test_a_ca_that_nobody_named_is_not_trusted(serve, carry):
    server = serve(answer())
    assert untrusted(carry("https", (server.url + "/upload/x", DOCUMENT)).one)
    assert server.requests == []


def test_a_file_of_certificates_is_all_that_is_trusted(serve, ask, trusted, tmp_path):
    server = serve(answer())
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "ca.pem").write_bytes(trusted[0].read_bytes())
    subprocess.run(["openssl", "rehash", folder], check=True)
    assert ask((server.url + "/x",), SSL_CERT_FILE="", SSL_CERT_DIR=folder).one.code == 200
    assert ask((server.url + "/x",), SSL_CERT_FILE="", CURL_CA_BUNDLE=trusted[0]).one.code == 200
    other = certificates(tmp_path)[0]
    assert untrusted(ask((server.url + "/x",), SSL_CERT_FILE=other).one)
    assert untrusted(ask((server.url + "/x",), CURL_CA_BUNDLE=other).one), "it goes before SSL_CERT_FILE"
    done = ask((server.url + "/x",), SSL_CERT_FILE=tmp_path / "none.pem").one
    assert done.status == "TEL_E_IO" and "SSL_CERT_FILE" in done.told["problem"]


def test_another_host_than_the_certificate_names(trusted, tmp_path, carry):
    ca, certificate, key = certificates(tmp_path, names="DNS:example.com")
    with Server(lambda request: answer(), certificate, key) as server:
        assert untrusted(carry("https", (server.url + "/x",), SSL_CERT_FILE=ca).one)
        assert server.requests == []


def test_an_expired_certificate(tmp_path, carry):
    ca, certificate, key = certificates(tmp_path, days="-1")
    with Server(lambda request: answer(), certificate, key) as server:
        assert untrusted(carry("https", (server.url + "/x",), SSL_CERT_FILE=ca).one)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("newest, works", [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)])
def test_tls_is_1_2_or_newer(serve, ask, newest, works):
    server = serve(answer(), newest=newest)
    assert (ask((server.url + "/x",)).one.status == "TEL_OK") == works
    assert len(server.requests) == works


# ---- Where to


@pytest.mark.parametrize("url", ["http://example.com/x", "http://127.0.0.1.example.com/x", "http://10.0.0.1/x", "http://[::2]/x", "http://127.0.0.1@example.com/x", "http://user:word@127.0.0.1/x",
                                 "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "file:///etc/passwd", "https://", "", "https://user:word@localhost/x"])
def test_what_is_not_to_be_asked(ask, url):
    done = ask((url, DOCUMENT)).one
    assert (done.status, done.code) == ("TEL_E_INVALID", 0) and done.told["problem"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1.2.3"])
def test_http_to_this_machine(carry, host):
    with Server(lambda request: answer("201 Created")) as server:
        url = f"http://{host}:{server.port}/upload/x"
        done = carry("https", (url, DOCUMENT), http_proxy="http://127.0.0.1:1", HTTP_PROXY="http://127.0.0.1:1", ALL_PROXY="http://127.0.0.1:1").one
        if host == "127.1.2.3":
            assert done.status == "TEL_E_IO"  # loopback, but the server listens elsewhere
        else:
            assert done.code == 201, "no proxy is asked"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_is_asked_unless_it_is_said_not_to(serve, ask, variable):
    server = serve(answer())
    with Server(lambda request: answer("403 Forbidden")) as proxy:
        proxied = {variable: proxy.url}
        done = ask((server.url + "/x",), **proxied).one
        assert done.status == "TEL_E_IO" and "403" in done.told["problem"]
        assert [(request.method, request.path) for request in proxy.requests] == [("CONNECT", f"127.0.0.1:{server.port}")]
        assert ask((server.url + "/x",), NO_PROXY="127.0.0.1", **proxied).one.code == 200


@pytest.fixture(scope="session")
def by_http_2(reference, trusted, tmp_path_factory):
    """The URL of a server of Go's, which offers HTTP/2. Below /early it answers
    before it has read the document."""
    folder = tmp_path_factory.mktemp("go")
    (folder / "main.go").write_text("""package main
import ("fmt"; "io"; "net"; "net/http"; "os"; "strings")
func answer(w http.ResponseWriter, r *http.Request) {
    if strings.HasPrefix(r.URL.Path, "/early") { w.WriteHeader(503) } else { io.ReadAll(r.Body) }
    fmt.Fprint(w, r.Proto, r.Method)
}
func main() {
    listener, err := net.Listen("tcp", "127.0.0.1:0")
    if err != nil { panic(err) }
    fmt.Println(listener.Addr().(*net.TCPAddr).Port)
    panic(http.ServeTLS(listener, http.HandlerFunc(answer), os.Args[1], os.Args[2]))
}
""")
    root = reference.toolchain()
    server = subprocess.Popen(
        [root / "bin" / "go", "run", "main.go", trusted[1], trusted[2]], cwd=folder, env=reference.environment(root, folder), stdout=subprocess.PIPE, text=True,
        start_new_session=True)
    yield f"https://127.0.0.1:{server.stdout.readline().strip()}"
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def test_http_2_where_it_is_offered(ask, by_http_2):
    done = ask((by_http_2 + "/x",), *[(by_http_2 + "/x", b"x" * 100_000)] * 10)
    assert [exchange.body for exchange in done.exchanges] == ["HTTP/2.0GET"] + ["HTTP/2.0POST"] * 10


@pytest.mark.parametrize("size", [10, 900_000])
def test_an_early_answer_by_http_2_is_an_answer(ask, by_http_2, size):
    """The server resets the stream behind it, which some versions of libcurl take for a failure."""
    for _ in range(10):
        done = ask((by_http_2 + "/x",), (by_http_2 + "/early", b"x" * size))
        assert [exchange.code for exchange in done.exchanges] == [200, 503], done


def test_a_slow_trickle_is_given_up(driver, serve, trusted, tmp_path):
    """Long before the whole time is over: less than 32 bytes a second for 20 s."""
    server = serve(itertools.chain([b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"], (piece for _ in range(200) for piece in (b"x", 0.3))))
    start = time.monotonic()
    done = subprocess.run([driver, SHIPPED / "https.so", "60000", "1000", server.url + "/x"], env=c.environment(tmp_path, SSL_CERT_FILE=trusted[0]), capture_output=True, text=True)
    assert parse(done.stdout).one.status == "TEL_E_TIMEOUT" and time.monotonic() - start < 40
