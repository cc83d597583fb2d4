"""A scripted collector: HTTPS with a CA of its own, or plain HTTP.

    with Server(folder, script) as server: ... server.url, server.requests

`script` is called with each request and answers the bytes to send, or None to
close the connection; a list is sent piece by piece, a number in it is a pause.
"""

import email.parser
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Request:
    method: str
    path: str
    headers: dict
    body: bytes
    connection: int


def answer(status="200 OK", body=b"", **headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def certificates(folder, names="IP:127.0.0.1,DNS:localhost", days="2"):
    """A CA and a server's certificate by it; the paths of both, and of the key."""

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    ca, ca_key, key, request, certificate = (folder / name for name in ("ca.pem", "ca.key", "server.key", "server.csr", "server.pem"))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test CA", "-keyout", ca_key, "-out", ca)
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=test", "-keyout", key, "-out", request)
    (folder / "names").write_text(f"subjectAltName={names}\n")
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", days, "-extfile", folder / "names", "-out", certificate)
    return ca, certificate, key


class Server:
    def __init__(self, script, certificate=None, key=None, newest=None):
        self.script = script
        self.requests = []
        self.connections = 0
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate, key)
            if newest:
                self.tls.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
                self.tls.set_ciphers("ALL:@SECLEVEL=0")
                self.tls.maximum_version = newest
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)  # which ends accept, too
        self.socket.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection, self.connections], daemon=True).start()

    def _serve(self, connection, number):
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                while line := stream.readline():
                    method, path, _ = line.decode().split()
                    head = b""
                    while (header := stream.readline()) not in (b"\r\n", b""):
                        head += header
                    headers = dict(email.parser.Parser().parsestr(head.decode()).items())
                    self.requests.append(Request(method, path, headers, stream.read(int(headers.get("Content-Length", 0))), number))
                    pieces = self.script(self.requests[-1])
                    for piece in pieces if isinstance(pieces, (list, map)) or hasattr(pieces, "__next__") else [pieces]:
                        if piece is None:
                            return
                        if isinstance(piece, bytes):
                            connection.sendall(piece)
                        else:
                            time.sleep(piece)
        except OSError:
            pass
