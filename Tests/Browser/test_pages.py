"""What pages say, of each data set; that they are HTML; how large and how fast."""

import csv
import io
import json
import os
import re
import time
from datetime import timedelta
from html import unescape

import html5lib
import pytest

from ABI.test_reports import own, put

from . import data
from .conftest import Viewer

# How much slower than the bar a machine with other work may be.
SLOW = float(os.environ.get("TEL_VIEW_SLOW", "3"))


def links(text):
    return {unescape(link) for link in re.findall(r'href="(/[^"]*)"', text)}


def plain(text):
    """As it is read, without pictures: cells and paragraphs are apart."""
    text = re.sub(r"<svg.*?</svg>", "", text, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", re.sub(r"</(d[td]|t[hd]|div|p|h\d|li)>", " ", text))))


@pytest.fixture
def viewer(view, name):
    return view(name)


def test_every_page_is_valid_html_and_every_link_leads_somewhere(viewer):
    waiting, seen = ["/"], set()
    while waiting and len(seen) < 40:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = viewer.ask(path)
        assert answer.status == 200, path
        if answer.headers["Content-Type"].startswith("text/html"):
            html5lib.HTMLParser(strict=True).parse(answer.text)
            assert len(re.findall(r'\sid="([^"]+)"', answer.text)) == len(set(re.findall(r'\sid="([^"]+)"', answer.text))), path
            waiting += sorted(links(answer.text) - seen)
            assert not re.search(r"https?://(?!127\.0\.0\.1|www\.w3\.org)[^\"]*\"", answer.text.split("<main")[0]), path


def test_the_first_screen_says_it(view):
    text = plain(view("samples").ask("/").text)
    for words in (
        "Mode local, because", "tel off", "Next report 2026-11-26, tomorrow", "Next upload nothing will leave this machine", "Last sent nothing was ever sent", "Disk", "Problems",
        "files cannot be read", "example.com/tool",
    ):
        assert words in text, words


def test_an_empty_directory_is_friendly(view):
    text = plain(view("empty").ask("/").text)
    assert "Nothing was counted here yet" in text and "none: nothing was counted yet" in text


def test_names_are_shown_and_never_executed(view):
    viewer = view("samples")
    for path in ("/program?program=example.com/harm", "/search?q=alert", "/report?kind=local&week=2026-11-20", "/?q=<script>alert(9)</script>", "/search?q=<script>alert(9)</script>"):
        text = viewer.ask(path.replace("<", "%3C").replace(">", "%3E")).text
        assert "<script>alert" not in text and "<img" not in text and "\u202e" not in text and "\u0007" not in text, path
    text = unescape(viewer.ask("/program?program=example.com/harm").text)
    for name in data.HOSTILE[:5] + ["\\u{202e}dlrow", "\\x07bell"]:
        assert name in text, name


def test_names_of_any_bytes_have_pages(view):
    viewer = view("samples")
    for path in sorted(links(viewer.ask("/program?program=example.com/harm").text)):
        if path.startswith("/counter"):
            assert viewer.ask(path).status == 200, path


def test_damaged_files_are_listed_beside_the_good_ones(view):
    text = plain(view("samples").ask("/files").text)
    assert re.search(r"local/damaged\.v1\.count [\d.]+ KB damaged", text) and re.search(r"local/local\.2026-11-06\.json \d+ bytes damaged", text)
    assert re.search(r"local/local\.2026-11-20\.json [\d.]+ KB good", text)


def test_buckets_are_in_order_of_magnitude_with_quantiles(view):
    text = view("samples").ask("/counter?program=example.com/tool&chart=latency").text
    heads = re.findall(r'<th scope="col" class="n">([^<]*)</th>', text)
    assert [unescape(head) for head in heads] == ["<1", "<10", "<100", "<1000", "All"]
    assert "Median about" in plain(text)


def test_weeks_are_drawn_as_long_as_they_were(tmp_path):
    ends = [data.LAST - timedelta(weeks=1), data.LAST]
    for end, begin in zip(ends, [ends[0] - timedelta(days=3), ends[0]]):
        data.write(tmp_path, end, [data.program("p", "v1", {"name": 5})])
        who = {"Program": "p", "Version": "v1", "GoVersion": "gcc12.2", "GOOS": "linux", "GOARCH": "amd64", "TimeBegin": f"{begin}T00:00:00Z"}
        (tmp_path / "local" / f"{end}.begin").write_text(json.dumps({"Week": str(end), "Programs": [who]}))
    viewer = Viewer(tmp_path)
    try:
        text = viewer.ask("/counter?program=p&chart=name&apart=1").text
    finally:
        viewer.end()
    assert f"10 in 2 weeks, from {ends[0] - timedelta(days=3)} to {ends[1]}" in plain(text)
    # A unit of the picture is a day: both weeks counted the same, in three days and in seven.
    assert re.search(r'class="c0" d="M0 \d+V\d+h10V', text)


def test_versions_weeks_and_one_week_can_be_chosen_by_the_address(view):
    viewer = view("samples")

    def total(query):
        rows = json.loads(viewer.ask("/data.json?program=example.com/tool&chart=runs" + query).body)
        return sum(row["value"] for row in rows)

    # 9 in the last week, 18 in the one before: the report of the third newest is damaged
    assert total("&week=2026-11-20") == 9
    assert total("&version=v1.0.0") == 9 + 18
    assert total("") == 9 * (1 + 2 + 4 + 5 + 6)
    assert total("&weeks=3") == 9  # that which is not over, one that others counted in, and the last


def test_the_most_frequent_comes_first_if_one_likes(view):
    """Of the article's report."""
    def rows(query):
        text = view("article").ask(f"/program?program=golang.org/x/tools/gopls{query}").text
        return re.findall(r'<tr data-name="([^"]*)".*?<td class="n">[\d,]*</td><td class="n">([\d,]*)</td>', text)

    totals = [int(total.replace(",", "")) for _, total in rows("&sort=total")]
    assert len(totals) > 3 and totals == sorted(totals, reverse=True)
    assert sorted(rows("")) == sorted(rows("&sort=total")) != rows("&sort=total")


def test_a_week_with_several_documents_counts_once_and_has_them_all(tmp_path):
    data.write(tmp_path, data.LAST, [data.program("p", "v1", {"name": 5})])
    documents = {"local": (tmp_path / "local" / f"local.{data.LAST}.json").read_bytes()}
    for kind, folder in {"waiting": "local", "sent": "upload", "rejected": "rejected"}.items():
        path = tmp_path / folder / f"{data.LAST}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(documents["local"] + kind.encode() * (kind != "waiting"))
        documents[kind] = path.read_bytes()
    (tmp_path / "rejected" / f"{data.LAST}.answer").write_text("no <b>thanks</b>")
    viewer = Viewer(tmp_path)
    try:
        assert [row["value"] for row in json.loads(viewer.ask("/data.json").body)] == [5]
        assert "kept here · waits to be sent · sent · rejected" in plain(viewer.ask("/reports").text)
        for kind, content in documents.items():
            assert viewer.ask(f"/document?kind={kind}&week={data.LAST}").body == content, kind
        assert "no <b>thanks</b>" in plain(viewer.ask(f"/report?kind=rejected&week={data.LAST}").text)
    finally:
        viewer.end()


def test_names_that_are_no_text_are_shown_as_reports_have_them_and_have_pages(tmp_path):
    (tmp_path / "local").mkdir()
    put(tmp_path, "p@v1-gcc12.2-linux-amd64-2026-11-20.v1.count", [(b"bad\xff\xfe:x\x80", 3), (b"nul\x00byte", 4)], own(1), program="p", version="v1", toolchain="gcc12.2", begin="2026-11-20", end="2026-11-27")
    viewer = Viewer(tmp_path)
    try:
        text = viewer.ask("/program?program=p").text
        assert "bad\ufffd\ufffd" in text and "nul\\x00byte" in text
        pages = [path for path in links(text) if path.startswith("/counter")]
        assert len(pages) == 2 and all(viewer.ask(path).status == 200 for path in pages)
        assert "x\ufffd" in viewer.ask(next(path for path in pages if "bad" in path)).text
    finally:
        viewer.end()


def test_downloads_agree(view):
    viewer = view("samples")
    rows = json.loads(viewer.ask("/data.json?program=example.com/tool").body)
    table = list(csv.DictReader(io.StringIO(viewer.ask("/data.csv?program=example.com/tool").text, newline="")))
    assert [(row["week"], row["name"], row["value"]) for row in rows] == [(row["week"], row["name"], int(row["value"])) for row in table]
    assert "attachment" in viewer.ask("/data.csv").headers["Content-Disposition"]


def test_no_cell_of_a_table_is_a_formula(tmp_path):
    data.write(tmp_path, data.LAST, [data.program("p", "v1", {"=1+1": 1, "@x": 1, "plain": 1})])
    viewer = Viewer(tmp_path)
    try:
        names = [row[7] for row in csv.reader(io.StringIO(viewer.ask("/data.csv").text, newline=""))][1:]
        assert names == ["'=1+1", "'@x", "plain"]
    finally:
        viewer.end()


def test_the_week_that_is_not_over_is_there(view):
    viewer = view("samples")
    (counted,) = json.loads(viewer.ask("/live.json?program=example.com/tool").body)["counts"]
    assert counted["key"] == "editor" and int(counted["text"].replace(",", "")) >= 1
    assert "not over" in plain(viewer.ask("/counter?program=example.com/tool&chart=editor").text)


def test_reports_are_shown_byte_for_byte(view):
    viewer = view("article")
    bytes_ = (data.SAMPLES / "article" / "local.2024-07-19.json").read_bytes()
    assert viewer.ask("/document?kind=local&week=2024-07-19").body == bytes_


def test_what_leaves_sometimes_says_when(view):
    text = plain(view("year").ask("/program?program=example.com/suite/program-07").text)
    assert re.search(r"area2/count-2 [\d,]+ [\d,]+ goes ", text)
    assert re.search(r"area9/count-9 [\d,]+ [\d,]+ goes if X is not above its rate 0\.1 ", text)
    assert re.search(r"area7/count-7 [\d,]+ [\d,]+ stays the upload config does not list it ", text)


def test_buckets_that_do_not_share_their_fate_are_told_apart(view):
    text = plain(view("year").ask("/counter?program=example.com/suite/program-07&chart=area0/choice-0").text)
    for words in ("no stays the upload config does not list it", "other goes if X is not above its rate 0.1", "yes goes"):
        assert f"area0/choice-0:{words}" in text, words


def test_stacks_are_grouped_and_folded(view):
    text = view("samples").ask("/program?program=example.com/tool").text
    assert text.count("<details>") == 2 and "main.main:+3,+0x12" in text and "<details open" not in text


def test_search_finds_all_words_in_any_order_and_case(view):
    viewer = view("samples")
    assert "is found" in plain(viewer.ask("/search?q=EDIT").text)
    assert "Nothing has that name" in plain(viewer.ask("/search?q=editor+nothing").text)


def test_the_year_is_small_and_quick(view):
    viewer = view("year")
    for path, size, seconds in (("/", 60_000, 0.1), ("/program?program=example.com/suite/program-07", 100_000, 0.05)):
        viewer.ask(path)
        # Not twice of the same reading: what was read is kept for half a second.
        answers = [viewer.ask(path) for _ in range(5) if not time.sleep(0.6)]
        print(path, answers[0].packed, len(answers[0].body), min(answer.seconds for answer in answers))
        assert answers[0].packed <= size, path
        assert min(answer.seconds for answer in answers) <= seconds * SLOW, path
    print("memory", viewer.memory)
    assert viewer.memory <= 200_000_000


def test_the_page_is_there_soon(made, name):
    """Of the best of three: from the command to the last byte of the first page."""
    seconds = []
    for _ in range(3):
        viewer = Viewer(made(name), "--vendor", data.VENDORS.get(name, "tel"))
        try:
            assert viewer.ask("/").status == 200
            seconds.append(viewer.age)
        finally:
            viewer.end()
    print("first page after", min(seconds))
    assert min(seconds) <= 0.3 * SLOW
