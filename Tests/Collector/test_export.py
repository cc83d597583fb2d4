"""The whole site as files, and all charts again from what is published. Weakness 44
of the reference: its charts are at no address for programs."""

import http.server
import re
import threading
import urllib.request

import pytest

from Collector.serving import Serving, crowd


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    from Collector.conftest import Collector

    collector = Collector(tmp_path_factory.mktemp("exported"))
    with Serving(collector, "--title", "Paint") as served:
        for each in crowd(80):
            served.upload(each)
        collector("publish", "--data", "data", "--as-of", "2026-11-26").ok
        done = collector("export", "site", "--data", "data", "--as-of", "2026-11-26", "--title", "Paint", "--json").ok.json
        live = {path: served.get(path).body for path in ("/data/weeks/2026-11-15.json", "/data/weeks/2026-11-15.csv", "/charts/example.com~p/a.json", "/charts/example.com~p/a.csv")}
    return collector, done, live


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_every_page_is_a_file_and_every_link_leads_to_one(exported):
    collector, done, _ = exported
    there = files(collector.folder / "site")
    assert done["files"] == len(there) and done["bytes"] == sum(map(len, there.values()))
    assert {"index.html", "charts/example.com~p/a/index.html", "data/weeks/2026-11-15.json", "config/latest.json", "config/v1.0.0.json", "privacy/index.html"} <= set(there)
    assert there["config/latest.json"] == there["config/v1.0.0.json"]

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def __init__(self, *arguments, **more):
            super().__init__(*arguments, directory=collector.folder / "site", **more)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}/"
        seen = {root}
        waiting = [root]
        while waiting:
            page = waiting.pop()
            with urllib.request.urlopen(page) as answer:
                text = answer.read().decode() if answer.headers.get_content_type() == "text/html" else ""
            for link in re.findall(r'(?:href|src)="([^"#]+)', text):
                link = urllib.parse.urljoin(page, link.replace("&amp;", "&")).split("?")[0].split("#")[0]
                if link.startswith(root) and link not in seen:
                    seen.add(link)
                    waiting.append(link)
        server.shutdown()
    assert len(seen) > 10


def test_weakness_44_charts_are_at_addresses_for_programs_the_same_served_and_as_files(exported):
    collector, _, live = exported
    for path, body in live.items():
        assert (collector.folder / "site" / path.lstrip("/")).read_bytes() == body, path


def test_an_export_is_the_same_each_time(exported):
    collector, _, _ = exported
    collector("export", "again", "--data", "data", "--as-of", "2026-11-26", "--title", "Paint").ok
    assert files(collector.folder / "again") == files(collector.folder / "site")


def test_charts_are_rebuilt_byte_for_byte_from_the_published_data_alone(exported):
    collector, _, _ = exported
    site = files(collector.folder / "site")
    for name, text in site.items():  # nothing but data and configs is left
        if name.startswith("data/"):
            path = collector.folder / "downloaded" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
    collector("rebuild", "downloaded", "--output", "rebuilt", "--configs", "data/config", "--as-of", "2026-11-26", "--title", "Paint").ok
    rebuilt = files(collector.folder / "rebuilt")
    wanted = {name: text for name, text in site.items() if not name.startswith("status/")}
    assert set(rebuilt) == set(wanted)
    assert [name for name in wanted if rebuilt[name] != wanted[name]] == []


@pytest.mark.parametrize("change, said", [(lambda text: text[:-20], "published/weeks/2026-11-15.json:"), (lambda text: text.replace(b'"reports": 80', b'"reports": -1', 1), "is no data of a collector")])
def test_data_that_is_damaged_is_told(exported, change, said):
    collector, _, _ = exported
    text = (collector.folder / "site" / "data" / "weeks" / "2026-11-15.json").read_bytes()
    assert change(text) != text
    path = collector.folder / "published" / "weeks" / "2026-11-15.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(change(text))
    done = collector("rebuild", "published", "--output", "broken", "--configs", "data/config")
    assert done.code == 1 and said in done.err


def test_a_folder_without_data_is_told(exported):
    collector, _, _ = exported
    done = collector("rebuild", "nothing", "--output", "broken", "--configs", "data/config")
    assert done.code == 1 and "there is no published data in nothing" in done.err
