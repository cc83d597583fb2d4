"""What else the plugin host promises."""

import re
import subprocess

import pytest

from Harness import c

from .conftest import SHIPPED, SOURCES


def test_a_fork_takes_no_lock_along(tmp_path):
    """A child would wait for ever for an exchange that goes on in its parent."""
    folder = c.ROOT / "Sources" / "CPlugin"
    program = c.build(SOURCES / "lock.c", folder / "plugin.c", link=False, variant="shipped", flags=[f"-I{folder / 'include'}"])
    c.run(program, directory=tmp_path)


def test_the_exporter_of_the_documentation_is_one(tel, tmp_path):
    section = (c.ROOT / "docs" / "plugins.md").read_text().split("\n## Exporters\n")[1].split("\n## ")[0]
    (source,) = re.findall(r"^```c\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    (tmp_path / "words.c").write_text(source)
    (command,) = re.findall(r"^cc .*", section, re.MULTILINE)
    subprocess.run([*command.split(), "-Wall", "-Werror", f"-I{c.ROOT / 'build/include'}"], cwd=tmp_path, check=True)
    (words,) = tel("plugins", "--json", tmp_path / "words.so").ok.json
    assert (words["state"], words["exporter"], words["sees"], words["destination"], words["sends"]) == ("loaded", "words", "reports", "", [])
    tel("inc", "--program", "tool", "tool/start", "3").ok
    (export,) = re.findall(r"^tel (export this .*words)$", section, re.MULTILINE)
    assert tel(*export.replace("./", f"{tmp_path}/").split()).ok.out == "3 tool/start\n"


def test_the_program_for_exec_of_the_documentation_does_what_it_says(carry, tmp_path):
    text = (c.ROOT / "docs" / "plugins.md").read_text()
    (script,) = re.findall(r"^```sh\n(#!.*?)^```", text, re.MULTILINE | re.DOTALL)
    store = tmp_path / "srv"
    (store / "config").mkdir(parents=True)
    (store / "config" / "latest.json").write_text("config")
    program = tmp_path / "carry"
    program.write_text(script.replace("ssh collector", "sh -c").replace("cat \"/srv/telemetry$TEL_PATH\"", f"'cat {store}'\"$TEL_PATH\"").replace("/srv/telemetry", str(store)))
    program.chmod(0o755)
    done = carry("exec", (f"exec:{program}#/config/latest.json",), (f"exec:{program}#/upload/2026-11-27", b"document"))
    assert [(exchange.code, exchange.body) for exchange in done.exchanges] == [(200, "config"), (200, "")]
    assert [path.read_bytes() for path in store.glob("*.json")] == [b"document"]


def test_plugins_export_their_entry_and_nothing_else():
    for plugin in SHIPPED.glob("*.so"):
        names = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", plugin], capture_output=True, text=True, check=True).stdout
        assert [line.split()[0] for line in names.splitlines()] == ["tel_plugin_entry"]
        flags = subprocess.run(["readelf", "-dlW", plugin], capture_output=True, text=True, check=True).stdout
        assert "BIND_NOW" in flags and "GNU_RELRO" in flags and "RUNPATH" not in flags and re.search(r"GNU_STACK.* RW ", flags)


def test_plugins_need_what_they_should():
    wanted = {"https": {"libcurl.so.4", "libc.so.6"}, "file": {"libc.so.6"}, "exec": {"libc.so.6"},
              "libunwind": {"libunwind.so.8", "libc.so.6"}, "libdw": {"libdw.so.1", "libc.so.6"}, "framepointers": {"libc.so.6"}, "libffi": {"libffi.so.8", "libgcc_s.so.1", "libc.so.6"}}
    loader = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}  # what is of a thread is found by it
    for name, libraries in wanted.items():
        flags = subprocess.run(["readelf", "-dW", SHIPPED / f"{name}.so"], capture_output=True, text=True, check=True).stdout
        assert set(re.findall(r"\(NEEDED\).*\[(.*)\]", flags)) - loader == libraries


def test_the_command_lists_what_ships(tel):
    entries = tel("plugins", "--json").ok.json
    assert [(entry["name"], entry["state"], entry["transport"]) for entry in entries] == [
        ("exec", "waiting", ["exec"]), ("file", "waiting", ["file"]), ("framepointers", "waiting", []), ("https", "waiting", ["https", "http"]),
        ("libdw", "waiting", []), ("libffi", "waiting", []), ("libunwind", "waiting", [])]
    assert {entry["name"] for entry in entries if entry["stacks"]} == {"framepointers", "libdw", "libunwind"}
    assert [entry["file"] for entry in entries] == [str(SHIPPED / f"{entry['name']}.so") for entry in entries]


def test_listing_runs_no_plugin(tel, tmp_path):
    """strace: none of their files is mapped, and libcurl is not loaded."""
    trace = tmp_path / "trace"
    subprocess.run(["strace", "-f", "-y", "-o", trace, "-e", "trace=mmap,openat", tel.path, "plugins"], env=c.environment(tmp_path), check=True, capture_output=True)
    text = trace.read_text()
    assert "https.so" in text and not re.search(r"mmap.*plugins/", text) and "libcurl" not in text


def test_the_latest_result_is_shown(tel):
    tel.local.mkdir(parents=True)
    (tel.local / "upload.plugins").write_text("https 1796461964 code 201\nother 1 x\n")
    entry = next(entry for entry in tel("plugins", "--json").ok.json if entry["name"] == "https")
    assert (entry["last"], entry["last_time"]) == ("code 201", "2026-12-05T09:12:44Z")
    assert "2026-12-05T09:12:44Z code 201" in tel("plugins").ok.out


@pytest.mark.parametrize("name, url", [("file", "file://{}/upload/2026-11-27"), ("exec", "exec:/bin/cat#{}"), ("https", "https://127.0.0.1:1/{}")])
def test_plugins_have_no_memory_errors_and_leaks(carry, tmp_path, name, url):
    memcheck = ["valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite"]
    done = carry(name, *[(url.format(tmp_path), b"x" * 5000), (url.format(tmp_path),), ("nonsense",)] * 2, prefix=memcheck)
    assert [exchange.status for exchange in done.exchanges][::3] == ["TEL_E_IO" if name == "https" else "TEL_OK"] * 2
