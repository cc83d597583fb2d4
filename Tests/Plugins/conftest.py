"""Plugins as they are shipped, and some that are made here."""

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from Command.conftest import Tel
from Harness import c

SOURCES = Path(__file__).parent / "c"
SHIPPED = c.ROOT / "build" / "lib" / "tel" / "plugins"


@pytest.fixture
def tel(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Tel(home)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Compiles a plugin with definitions; its path, where it may be."""
    folder = tmp_path_factory.mktemp("odd")

    def make(*definitions, flags=(), source="odd"):
        digest = hashlib.sha256("\0".join([source, *definitions, *flags]).encode()).hexdigest()[:12]
        place = folder / digest
        if not place.exists():
            place.mkdir()
            subprocess.run(
                ["cc", "-std=gnu11", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-unused", "-Werror", f"-I{c.ROOT / 'build' / 'include'}",
                 *(f"-D{definition}" for definition in definitions), *flags, "-o", place / f"{source}.so", SOURCES / f"{source}.c"], check=True)
        return place / f"{source}.so"

    return make


@dataclass
class Exchange:
    status: str
    code: int
    retry_after: int
    told: dict
    body: str


@dataclass
class Carried:
    exchanges: list
    children: str

    @property
    def one(self):
        assert len(self.exchanges) == 1
        return self.exchanges[0]


def parse(out):
    exchanges, lines = [], out.split("\n")
    while not lines[0].startswith("children "):
        status, code, retry_after = lines.pop(0).split(" ")
        told = {}
        while not lines[0].startswith("body "):
            key, _, text = lines.pop(0).partition(" ")
            told[key] = text
        body = [lines.pop(0)[5:]]
        while not lines[0].startswith(("children ", "TEL_", "? ")):
            body.append(lines.pop(0))
        exchanges.append(Exchange(status, int(code), int(retry_after), told, "\n".join(body)))
    return Carried(exchanges, lines[0].removeprefix("children "))


@pytest.fixture(scope="session")
def driver():
    return c.build(SOURCES / "carry.c", link=False, variant="shipped")


@pytest.fixture
def carry(driver, tmp_path):
    """Exchanges by a shipped plugin without libtel: each is (url,), (url, document),
    or (url, document or None, tag)."""

    def run(name, *exchanges, timeout=10_000, most=100_000, prefix=(), **variables):
        plugin = SHIPPED / f"{name}.so"
        if not plugin.exists():
            pytest.fail(f"there is no {plugin}: run `make`", pytrace=False)
        arguments = []
        for number, (url, *rest) in enumerate(exchanges):
            arguments += [","] * (number > 0) + [url]
            if rest and rest[0] is not None:
                path = tmp_path / f"document-{number}"
                path.write_bytes(rest[0])
                arguments.append(path)
            elif rest:
                arguments.append("-")
            arguments += rest[1:]
        done = subprocess.run(
            list(map(os.fsencode, [*prefix, driver, plugin, str(timeout), str(most), *arguments])), env=c.environment(tmp_path, **variables), cwd=tmp_path, timeout=90,
            capture_output=True)
        out = done.stdout.decode("utf-8", "surrogateescape")
        assert done.returncode == 0, out + done.stderr.decode()
        return parse(out)

    return run
