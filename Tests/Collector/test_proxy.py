"""Behind nginx, with TLS, as the manual says it."""

import hashlib
import json
import re
import socket
import ssl
import subprocess
import time
import http.client

import pytest

from Collector.serving import WEEK, Serving, report
from Harness import client

NGINX = client.ROOT / "build" / "tools" / "nginx"
MANUAL = (client.ROOT / "docs" / "collector.md").read_text()


def block(language):
    """The block of the manual's chapter in that language."""
    return re.search(r"```" + language + r"\n(.*?)```", MANUAL.split("## Running it", 1)[1], re.S)[1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def configuration(folder, port, upstream):
    """The manual's server block, at ports of the test's, in a whole nginx.conf."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
         "/CN=telemetry.example.com", "-addext", "subjectAltName=DNS:telemetry.example.com"], check=True, capture_output=True)
    text = block("nginx")
    for old, new in (
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"), ("listen [::]:443 ssl http2;", ""), ("http://127.0.0.1:8080", upstream.rstrip("/")),
        ("/etc/ssl/telemetry.example.com.pem", str(certificate)), ("/etc/ssl/telemetry.example.com.key", str(key))):
        assert old in text, old
        text = text.replace(old, new)
    for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        (folder / name).mkdir(exist_ok=True)
    temporary = "".join(f"{kind}_temp_path {folder / name};\n" for kind, name in (("client_body", "body"), ("proxy", "proxy"), ("fastcgi", "fastcgi"), ("uwsgi", "uwsgi"), ("scgi", "scgi")))
    path = folder / "nginx.conf"
    path.write_text(f"daemon off;\nuser root;\npid {folder}/pid;\nerror_log {folder}/error.log;\nworker_processes 1;\nevents {{ worker_connections 64; }}\nhttp {{\n{temporary}access_log {folder}/access.log;\n{text}}}\n")
    return path


@pytest.fixture
def behind(collector):
    if not NGINX.exists():
        pytest.fail("there is no build/tools/nginx: run Tests/setup.sh test", pytrace=False)
    folder = collector.folder / "nginx"
    folder.mkdir()
    with Serving(collector, "--trusted-proxy", "127.0.0.1", "--rate-limit", "60") as served:
        port = free_port()
        path = configuration(folder, port, served.url)
        checked = subprocess.run([NGINX, "-t", "-c", path], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        nginx = subprocess.Popen([NGINX, "-c", path], stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield served, port, folder
        finally:
            nginx.terminate()
            nginx.wait(timeout=10)


def ask(port, folder, method, path, body=None, headers={}):
    context = ssl.create_default_context(cafile=folder / "cert.pem")
    raw = socket.create_connection(("127.0.0.1", port))
    connection = http.client.HTTPConnection("telemetry.example.com")
    connection.sock = context.wrap_socket(raw, server_hostname="telemetry.example.com")
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def test_pages_and_uploads_come_through(behind):
    served, port, folder = behind
    status, headers, page = ask(port, folder, "GET", "/", headers={"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"]) == (200, "gzip") and headers["strict-transport-security"]
    assert ask(port, folder, "GET", "/", headers={"If-None-Match": headers["etag"]})[0] == 304
    status, headers, _ = ask(port, folder, "GET", "/config/latest.json")
    assert (status, headers["location"]) in ((302, "v1.0.0.json"), (302, "https://telemetry.example.com/config/v1.0.0.json"))
    body = json.dumps(report(0.5)).encode()
    status, _, answer = ask(port, folder, "POST", f"/upload/{WEEK}", body, {"Content-Type": "application/json"})
    assert status == 200 and json.loads(answer)["sha256"] == hashlib.sha256(body).hexdigest()


def test_what_is_too_long_or_not_for_everybody_is_refused_by_the_proxy(behind):
    served, port, folder = behind
    before = served.metrics().get('tel_collector_requests_total{route="upload",status="413"}', 0)
    assert ask(port, folder, "POST", f"/upload/{WEEK}", b" " * 200_000, {"Content-Type": "application/json"})[0] == 413
    assert served.metrics().get('tel_collector_requests_total{route="upload",status="413"}', 0) == before
    for path in ("/metrics", "/readyz", "/healthz"):
        assert ask(port, folder, "GET", path)[0] == 404


def test_addresses_are_in_no_log_of_the_collector_nor_of_the_proxy(behind):
    served, port, folder = behind
    ask(port, folder, "POST", f"/upload/{WEEK}", json.dumps(report(0.25)), {"Content-Type": "application/json"})
    ask(port, folder, "GET", "/")
    assert served.stop() == 0
    assert "X-Forwarded" not in served.log() and served.log().count("127.0.0.1") == 1
    access = (folder / "access.log").read_text() if (folder / "access.log").exists() else ""
    assert "127.0.0.1" not in access


def test_caddys_block_is_whole():
    text = block("caddy")
    assert text.count("{") == text.count("}")
    for word in ("reverse_proxy 127.0.0.1:8080", "max_size 128KB", "/metrics"):
        assert word in text
