"""What is not to be loaded is refused with a sentence: before its code runs
wherever that can be told from the file, and never with a crash."""

import json
import os
import shutil
import struct
import subprocess

import pytest

from Command.conftest import is_sentence
from Harness import c, client
from Harness.privilege import NOBODY, as_root, do

# The definitions of odd.c that make a file nobody should load, and what is said.
BEFORE = {
    "no manifest": (["WRONG_NO_MANIFEST"], "has no manifest"),
    "old ABI": (["WRONG_RAW_MANIFEST", r'MANIFEST="abi 0\nname odd\n"'], "speaks ABI 0 of plugins, and this libtel speaks 1"),
    "newer ABI": (["WRONG_RAW_MANIFEST", r'MANIFEST="abi 2\nname odd\n"'], "speaks ABI 2"),
    "ABI with a sign": (["WRONG_RAW_MANIFEST", r'MANIFEST="abi +1\nname odd\n"'], "speaks ABI +1"),
    "no ABI": (["WRONG_RAW_MANIFEST", r'MANIFEST="name odd\n"'], 'no line "abi"'),
    "no name": ([r'MANIFEST="version 1\n"'], 'no line "name"'),
    "a name with a slash": ([r'MANIFEST="name ../odd\n"'], 'name is "../odd"'),
    "a long name": ([f'MANIFEST="name {"x" * 33}\\n"'], "1 to 32 of a to z"),
    "two names": ([r'MANIFEST="name odd\nname even\n"'], 'two lines "name"'),
    "a version of two words": ([r'MANIFEST="name odd\nversion 1 2\n"'], "must be one word"),
    "a scheme in capitals": ([r'MANIFEST="name odd\ntransport ODD\n"'], '"ODD", which is no scheme'),
    "steering of a terminal": ([r'MANIFEST="name odd\nsummary \033[2J\n"'], "no text"),
    "two manifests": ([r'MANIFEST="name odd\n\0name even\n"'], "more than one manifest"),
    "a huge manifest": ([f'MANIFEST="name odd\\nsummary {"x" * 5000}\\n"'], "more than 4096 bytes"),
}

AFTER = {
    "no entry": (["WRONG_NO_ENTRY"], "exports no function tel_plugin_entry"),
    "NULL": (["WRONG_NULL"], "answers NULL"),
    "another ABI inside": (["WRONG_ABI=7"], "speaks ABI 7"),
    "too small": (["WRONG_SIZE=48"], "tel_plugin.size is 48, and must be sizeof(tel_plugin), 56"),
    "of size 0": (["WRONG_SIZE=0"], "tel_plugin.size is 0"),
    "huge": (["WRONG_SIZE=1000000"], "tel_plugin.size is 1000000"),
    "an odd size": (["WRONG_SIZE=57"], "tel_plugin.size is 57"),
    "another name": (['WRONG_NAME="even"'], 'name is "even", but "odd" in its manifest'),
    "no name inside": (["WRONG_NAME=NULL"], "name is NULL"),
    "no version": (["WRONG_VERSION=NULL"], "version is NULL"),
    "no summary": (["WRONG_SUMMARY=NULL"], "summary is NULL"),
    "an endless name": (["WRONG_NAME=endless"], "name does not end within 256 bytes"),
    "an endless summary": (["WRONG_SUMMARY=endless"], "summary does not end within 256 bytes"),
    "a summary of two lines": ([r'WRONG_SUMMARY="a\nb"'], "summary is no text of one line"),
    "no query": (["WRONG_NO_QUERY"], "no function query"),
    "a start that fails": (["WRONG_START=TEL_E_FULL"], "does not start: there is no room (TEL_E_FULL)"),
    "a start with a strange status": (["WRONG_START=42"], "answers 42, which is no status"),
    "a small transport": (["WRONG_TRANSPORT_SIZE"], "tel_transport.size is 16"),
    "no schemes": (["WRONG_NO_SCHEMES"], "has no schemes"),
    "NULL for schemes": (["WRONG_NULL_SCHEMES"], "has no schemes"),
    "endless schemes": (["WRONG_ENDLESS_SCHEMES"], "more than 16 schemes"),
    "a wrong scheme": (["WRONG_SCHEME"], '"Odd:" is no scheme'),
    "another scheme than was said": (["WRONG_OTHER_SCHEME"], "manifest says that it carries documents to odd:, and it does not"),
    "no function": (["WRONG_NO_EXCHANGE"], "neither a function send nor exchange"),
}


def refused(tel, plugin, *words, **more):
    """The one sentence on it."""
    done = tel("plugins", "--json", plugin, **more)
    assert done.code == 1 and done.err == "", done
    [entry] = done.json
    assert entry["state"] == "refused" and entry["problem"].count("\n") == 0
    assert str(plugin) in entry["problem"]
    for word in words:
        assert word in entry["problem"]
    return entry


def test_a_good_one_is_loaded(tel, made):
    done = tel("plugins", "--json", made("TRACE"))
    assert done.code == 0 and done.out.startswith("its code ran\n")
    [entry] = json.loads(done.out.split("\n", 1)[1])
    assert (entry["state"], entry["name"], entry["version"], entry["summary"], entry["transport"]) == ("loaded", "odd", "1.2.3", "is odd", ["odd"])
    assert entry["problem"] == ""


@pytest.mark.parametrize("definitions, words", BEFORE.values(), ids=BEFORE)
def test_refused_before_its_code_runs(tel, made, definitions, words):
    refused(tel, made("TRACE", *definitions), words)


@pytest.mark.parametrize("definitions, words", AFTER.values(), ids=AFTER)
def test_refused_when_it_shows_itself(tel, made, definitions, words):
    refused(tel, made(*definitions), words)


def test_a_second_one_of_the_same_name_is_refused_and_its_code_does_not_run(tel, made):
    first, second = made(), made("TRACE")
    done = tel("plugins", "--json", first, second)
    assert done.code == 1
    assert [entry["state"] for entry in done.json] == ["loaded", "refused"]
    assert f'a plugin "odd" already, from {first}' in done.json[1]["problem"]


def test_the_same_file_again_is_harmless(tel, made, tmp_path):
    link = tmp_path / "link.so"
    link.symlink_to(made())
    done = tel("plugins", "--json", made(), made(), link)
    assert done.code == 0 and len(done.json) == 1


def test_a_library_that_lacks_a_symbol_is_refused_with_its_name(tel, tmp_path):
    source = tmp_path / "lacking.c"
    source.write_text('#include <tel/plugin.h>\nTEL_PLUGIN_MANIFEST("name lacking\\n")\nint not_there(void);\nconst tel_plugin *tel_plugin_entry(void) { not_there(); return 0; }\n')
    subprocess.run(["cc", "-shared", "-fPIC", f"-I{c.ROOT / 'build/include'}", "-o", tmp_path / "lacking.so", source], check=True)
    refused(tel, tmp_path / "lacking.so", "the loader refuses it", "not_there")


# ---- Files that are no plugins


@pytest.fixture
def copy(made, tmp_path):
    path = tmp_path / "own" / "odd.so"
    path.parent.mkdir()
    shutil.copyfile(made("TRACE"), path)
    return path


def test_a_file_that_is_not_there(tel, tmp_path):
    refused(tel, tmp_path / "none.so", "cannot be found", "No such file")


@pytest.mark.parametrize("content", [b"", b"x", b"#!/bin/sh\n", b"\x7fELF", b"x" * 10_000], ids=["empty", "a byte", "a script", "four bytes", "text"])
def test_no_library(tel, tmp_path, content):
    (tmp_path / "no.so").write_bytes(content)
    refused(tel, tmp_path / "no.so", "cut off" if len(content) < 64 else "no shared library")


def test_cut_off_anywhere(tel, copy):
    whole = copy.read_bytes()
    for size in [1, 63, 64, 100, len(whole) // 2, len(whole) - 2000, len(whole) - 64, len(whole) - 1]:
        copy.write_bytes(whole[:size])
        refused(tel, copy, "cut off")


@pytest.mark.parametrize("offset, value, words", [
    (4, b"\x01", "32-bit"), (5, b"\x02", "other order of bytes"), (16, struct.pack("<H", 2), "no shared library"), (18, struct.pack("<H", 8), "another kind of machine"),
    (40, struct.pack("<Q", 2**64 - 1), "cut off"), (40, struct.pack("<Q", 2**63), "cut off"), (58, struct.pack("<H", 40), "damaged"),
    (60, struct.pack("<H", 0), "damaged"), (60, struct.pack("<H", 0xffff), "damaged"), (62, struct.pack("<H", 0xffff), "damaged"),
], ids=["32 bits", "byte order", "a program", "MIPS", "sections nowhere", "sections far away", "small sections", "no sections", "many sections", "no names"])
def test_a_header_that_lies(tel, copy, offset, value, words):
    whole = bytearray(copy.read_bytes())
    whole[offset:offset + len(value)] = value
    copy.write_bytes(whole)
    refused(tel, copy, words)


def test_a_program_is_no_plugin(tel):
    refused(tel, tel.path, "no manifest")


@pytest.mark.parametrize("what", ["folder", "fifo", "socket"])
def test_no_regular_file(tel, tmp_path, what):
    path = tmp_path / "odd.so"
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    else:
        import socket
        socket.socket(socket.AF_UNIX).bind(str(path))
    refused(tel, path, "not a regular file" if what != "socket" else "cannot be opened")


# ---- Whose it is


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757])
def test_a_file_that_others_may_write(tel, copy, mode):
    copy.chmod(mode)
    refused(tel, copy, "others may write it", "chmod go-w")


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o1777])
def test_a_folder_that_others_may_write(tel, copy, mode):
    copy.parent.chmod(mode)
    refused(tel, copy, "others may write to its folder", str(copy.parent))


def test_a_folder_further_up_that_others_may_write(tel, copy):
    deeper = copy.parent / "a" / "b"
    deeper.mkdir(parents=True)
    copy.rename(deeper / "odd.so")
    copy.parent.chmod(0o777)
    refused(tel, deeper / "odd.so", "others may write to its folder", str(copy.parent))
    copy.parent.chmod(0o1777)
    assert tel("plugins", deeper / "odd.so").code == 0


def test_a_folder_of_root_further_up_may_be_a_group_s(tel, copy):
    """As /usr/local/lib is on some systems; a user's own may not."""
    deeper = copy.parent / "a"
    deeper.mkdir()
    copy.rename(deeper / "odd.so")
    copy.parent.chmod(0o2775)
    assert os.geteuid() == 0 and tel("plugins", deeper / "odd.so").code == 0


def test_a_link_is_judged_by_where_it_leads(tel, copy, tmp_path):
    (tmp_path / "good").mkdir()
    link = tmp_path / "good" / "odd.so"
    link.symlink_to(copy)
    assert tel("plugins", link).code == 0
    copy.parent.chmod(0o777)
    done = tel("plugins", "--json", link)
    assert done.code == 1 and str(copy) in done.json[0]["problem"]


def test_a_file_of_another_user(tel, copy):
    do("chown", NOBODY, copy)
    refused(tel, copy, f"belongs to user {NOBODY}")


def test_a_folder_of_another_user(tel, copy):
    do("chown", NOBODY, copy.parent)
    refused(tel, copy, f"belongs to user {NOBODY}", str(copy.parent))
    do("chown", os.geteuid(), copy.parent)


def test_a_privileged_program_loads_none(made, tmp_path):
    """Set-user-ID: whoever started it may not choose its code."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "tel"
    shutil.copy(client.ROOT / "build" / "bin" / "tel", command)
    do("chown", NOBODY, command)
    do("chmod", "4755", command)
    if os.statvfs(command).f_flag & os.ST_NOSUID:
        pytest.fail("the temporary directory is mounted nosuid: set TMPDIR to one that is not")
    for path in [tmp_path, *tmp_path.parents]:
        if path.stat().st_uid == os.geteuid() and path != path.parent and str(path).startswith("/tmp/"):
            path.chmod(0o755)
    done = subprocess.run([*as_root(), command, "plugins", made("TRACE")], env=client.environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 1 and "its code ran" not in done.stdout, done
    assert "privileges" in done.stdout + done.stderr
