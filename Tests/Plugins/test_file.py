"""file: a folder as a collector."""

import hashlib
import json
import os
import subprocess

import pytest

from Harness import c
from Harness.privilege import mounted
from Plugins.conftest import SHIPPED, parse

DOCUMENT = b'{"Week": "2026-11-27"}\n'
NAME = hashlib.sha256(DOCUMENT).hexdigest() + ".json"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "to"
    path.mkdir()
    return path


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_a_document_is_put_under_its_hash_and_the_receipt_says_so(carry, folder):
    done = carry("file", (f"file://{folder}/upload/2026-11-27", DOCUMENT)).one
    assert (done.status, done.code) == ("TEL_OK", 201)
    assert files(folder) == [f"upload/2026-11-27/{NAME}"]
    assert (folder / "upload/2026-11-27" / NAME).read_bytes() == DOCUMENT
    receipt = json.loads(done.body)
    assert (receipt["week"], receipt["sha256"]) == ("2026-11-27", NAME.removesuffix(".json")) and len(receipt["received"]) == 10


@pytest.mark.parametrize("size", [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 70_000])
def test_names_are_sha256(carry, folder, size):
    document = bytes(range(256)) * 300
    carry("file", (f"file://{folder}/upload/2026-11-27", document[:size]))
    assert files(folder) == [f"upload/2026-11-27/{hashlib.sha256(document[:size]).hexdigest()}.json"]


def test_twice_is_once_and_others_stay(carry, folder):
    url = f"file://{folder}/upload/2026-11-27"
    done = carry("file", (url, DOCUMENT), (url, DOCUMENT), (url, b"another"))
    assert [exchange.code for exchange in done.exchanges] == [201, 201, 201]
    assert len(files(folder)) == 2


def test_config_is_read(carry, folder):
    (folder / "config").mkdir()
    (folder / "config" / "latest.json").write_text('{"Version": "v1.2.3"}')
    done = carry("file", (f"file://{folder}/config/latest.json",), (f"file:{folder}/config/latest.json",), (f"file://localhost{folder}/config/latest.json",))
    assert [(exchange.status, exchange.code, exchange.body) for exchange in done.exchanges] == [("TEL_OK", 200, '{"Version": "v1.2.3"}')] * 3


def test_what_is_not_there_is_404_and_a_missing_folder_may_be_mounted_later(carry, folder):
    done = carry("file", (f"file://{folder}/config/latest.json",), (f"file://{folder}/none/config/latest.json",), (f"file://{folder}/none/upload/2026-11-27", DOCUMENT))
    assert (done.exchanges[0].status, done.exchanges[0].code) == ("TEL_OK", 404)
    for exchange in done.exchanges[1:]:
        assert exchange.status == "TEL_E_IO" and "can't open the folder" in exchange.told["problem"]
    assert files(folder) == [] and list(folder.iterdir()) == []


def test_an_answer_is_bounded(carry, folder):
    (folder / "config").mkdir()
    (folder / "config" / "latest.json").write_bytes(b"x" * 1001)
    url = f"file://{folder}/config/latest.json"
    assert carry("file", (url,), most=1001).one.code == 200
    done = carry("file", (url,), most=1000).one
    assert done.status == "TEL_E_IO" and "longer than 1000 bytes" in done.told["problem"]


@pytest.mark.parametrize("url", [
    "file:relative/upload/x", "file:upload", "file://host/share/upload/x", "file:///", "file:///upload", "file://TO/../upload/x", "file://TO/upload/..", "file://TO/./upload/x",
    "file://TO/upload/a%2fb", "file://TO/upload/%2e%2e", "file://TO/upload/%2E%2E", "file://TO/upload/a%00", "file://TO/upload/%4", "file://TO/upload/%", "file://TO/upload/%zz",
    "file://TO/upload/%+1", "file://TO//upload/x", "file://TO/upload//x", "file://TO/upload/x/", "file://TO/upload/x?y", "file://TO/upload/x#y", "file://TO/upload/" + "x" * 300,
    "https://TO/upload/x", "file:", "file:///" + "x/" * 3000])
def test_urls_that_lead_elsewhere_are_refused(carry, folder, url):
    done = carry("file", (url.replace("TO", str(folder)), DOCUMENT)).one
    assert (done.status, done.code) == ("TEL_E_INVALID", 0) and "is no URL of a folder" in done.told["problem"]
    assert list(folder.iterdir()) == []


def test_names_are_decoded(carry, tmp_path):
    strange = tmp_path / "a b%é"
    strange.mkdir()
    done = carry("file", (f"file://{tmp_path}/a%20b%25%C3%A9/upload/2026-11-27", DOCUMENT)).one
    assert done.code == 201 and files(strange) == [f"upload/2026-11-27/{NAME}"]


def test_no_link_is_followed_below_the_folder(carry, folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    url = f"file://{folder}/upload/2026-11-27"
    (folder / "upload").symlink_to(outside)
    (folder / "config").mkdir()
    (folder / "config" / "latest.json").symlink_to(outside / "secret")
    done = carry("file", (url, DOCUMENT), (f"file://{folder}/config/latest.json",))
    for exchange in done.exchanges:
        assert exchange.status == "TEL_E_IO" and "link is not followed" in exchange.told["problem"] and exchange.body == ""
    assert files(outside) == ["secret"]
    (folder / "upload").unlink()
    (folder / "upload").mkdir()
    (folder / "upload" / "2026-11-27").symlink_to(outside)
    assert carry("file", (url, DOCUMENT)).one.status == "TEL_E_IO"
    (folder / "upload" / "2026-11-27").unlink()
    (folder / "upload" / "2026-11-27").mkdir()
    (folder / "upload" / "2026-11-27" / NAME).symlink_to(outside / "secret")
    carry("file", (url, DOCUMENT))
    assert (outside / "secret").read_text() == "secret"


def test_a_link_to_the_folder_itself_is_the_users_affair(carry, folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert carry("file", (f"file://{tmp_path}/link/upload/2026-11-27", DOCUMENT)).one.code == 201
    assert files(folder) == [f"upload/2026-11-27/{NAME}"]


def test_a_fifo_is_not_waited_for(carry, folder):
    (folder / "config").mkdir()
    os.mkfifo(folder / "config" / "latest.json")
    assert "not a regular file" in carry("file", (f"file://{folder}/config/latest.json",)).one.told["problem"]


def test_a_full_disk_leaves_nothing_and_may_be_tried_again(driver, carry, folder, tmp_path):
    document = tmp_path / "document"
    document.write_bytes(b"x" * 200_000)
    command = [*mounted(folder, options="size=64k"), driver, SHIPPED / "file.so", "1000", "1000", f"file://{folder}/upload/2026-11-27", document]
    done = subprocess.run(
        list(map(str, [*command[:-6], "sh", "-c", '"$@"; find "$0" -type f', str(folder), *command[-6:]])), capture_output=True, text=True, env=c.environment(tmp_path))
    assert done.returncode == 0, done
    exchange = parse(done.stdout).one
    assert exchange.status == "TEL_E_IO" and "No space left" in exchange.told["problem"]
    assert "upload" not in done.stdout.split("children")[1], "the unfinished file is gone"


def test_it_is_whole_at_every_moment(carry, driver, folder, tmp_path):
    """Written under another name, synced, renamed, and the folder synced."""
    document = tmp_path / "document"
    document.write_bytes(DOCUMENT)
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-y", "-o", trace, "-e", "trace=openat,write,fsync,renameat,renameat2,mkdirat", driver, SHIPPED / "file.so", "1000", "1000", f"file://{folder}/upload/2026-11-27", document],
        check=True, capture_output=True, env=c.environment(tmp_path))
    steps = [line.split("(")[0] + (" folder" if line.endswith("2026-11-27>) = 0") else "") for line in trace.read_text().splitlines() if ".tmp-" in line or "2026-11-27>)" in line]
    assert steps == ["openat", "write", "fsync", "renameat", "fsync folder"], trace.read_text()


def test_a_file_that_is_there_is_not_replaced(carry, folder):
    """In a sticky folder, only its owner could."""
    url = f"file://{folder}/upload/2026-11-27"
    carry("file", (url, DOCUMENT))
    before = (folder / "upload/2026-11-27" / NAME).stat().st_ino
    assert carry("file", (url, DOCUMENT)).one.code == 201
    assert (folder / "upload/2026-11-27" / NAME).stat().st_ino == before
