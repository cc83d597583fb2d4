"""What pages say of what leaves is what leaves."""

import json
import re
from html import unescape

import pytest

from Upload.conftest import acme, collector, collectors, home  # noqa: F401
from Upload.stage import CONFIG, LATER, PROGRAM, TODAY, VENDOR, WEEKS, config

from . import data
from .conftest import Viewer, digest
from .test_pages import plain


@pytest.fixture
def stage(acme):  # noqa: F811
    return acme.counted(*WEEKS[:2])


@pytest.fixture
def look(stage):
    """A viewer of all that the stage has; without a folder, as its user starts it."""
    running = []

    def start(*words, today=TODAY):
        running.append(Viewer(None, *(words or ("--vendor", VENDOR)), today=today, home=stage.home))
        return running[-1]

    yield start
    for viewer in running:
        viewer.end()


def known(stage):
    """The config is here and reports are made; nothing was sent."""
    stage.do("report").ok
    assert stage.about("config", "--fetch").code == 0
    return stage


def test_what_the_next_upload_would_contain_is_what_it_sends(stage, look, collector):  # noqa: F811
    known(stage)
    viewer = look()
    before = digest(stage.directory)
    home_page = plain(viewer.ask("/").text)
    assert re.search(rf"Next upload 6 counters, \d+ bytes, to {re.escape(collector.url)}", home_page), home_page
    assert "Mode on" in home_page and "keeps all of it here" in home_page
    shown = {week: viewer.ask(f"/document?kind=next&week={week}").body for week in WEEKS[:2]}
    for path in ("/", "/next"):
        assert plain(viewer.ask(path).text).count("\"app/start\": 3") == 2, path
    assert digest(stage.directory) == before and collector.uploads() == []
    stage.upload().ok
    assert collector.weeks == {week: [body] for week, body in shown.items()}
    assert "nothing waits to be sent" in plain(viewer.ask("/").text)


def test_each_counter_goes_or_stays_in_the_words_of_preview(stage, look):
    known(stage)
    viewer = look()
    words = stage.do("preview", "--explain").out
    page = unescape(viewer.ask("/next").text)
    reason = "the upload config does not list it"
    assert reason in words and page.count(f'<span class="why">{reason}</span>') == words.count(reason)
    program = plain(viewer.ask(f"/program?program={PROGRAM}").text)
    assert re.search(r"app/mode 2 4 1 goes", program) and re.search(rf"app/secret 7 14 stays {reason}", program), program


def test_a_program_that_is_not_listed_stays_and_it_says_why(stage, look):
    known(stage.counted(WEEKS[1], program="example.com/other"))
    assert "the upload config does not list the program" in plain(look().ask("/program?program=example.com/other").text)


def test_before_the_collector_was_asked_it_says_so_and_asks_nobody(stage, look, collector):  # noqa: F811
    stage.do("report").ok
    asked = len(collector.requests)
    text = plain(look().ask("/").text)
    assert "approves was not asked yet" in text and len(collector.requests) == asked


def test_in_mode_local_nothing_will_leave(stage, look):
    known(stage).mode("local")
    text = plain(look().ask("/").text)
    assert "nothing will leave this machine: the mode is local" in text and "In mode on it would be 6 counters" in text


def test_what_was_sent_has_its_receipt(stage, look, collector):  # noqa: F811
    stage.upload().ok
    viewer = look()
    assert re.search(rf"Last sent the report of {WEEKS[1]}, on [-\d]+ to {re.escape(collector.url)}: 3 counters", plain(viewer.ask("/").text))
    assert "Sent on" in plain(viewer.ask(f"/report?kind=sent&week={WEEKS[1]}").text)
    assert viewer.ask(f"/document?kind=sent&week={WEEKS[1]}").body == stage.sent[WEEKS[1]]


def test_what_is_new_in_the_config(stage, look, collector):  # noqa: F811
    known(stage)
    collector.version, collector.config = "v1.0.1", config(Programs=[{**CONFIG["Programs"][0], "Counters": [*CONFIG["Programs"][0]["Counters"][1:], {"Name": "app/new", "Rate": 1}]}])
    assert stage.about("config", "--fetch").code == 0
    text = plain(look().ask("/config").text)
    assert "1 name more, 1 name less" in text and f"{PROGRAM} app/new" in text and f"{PROGRAM} app/start" in text


def test_the_go_toolchain_uploads_by_itself(tmp_path):
    folder = tmp_path / ".config" / "go" / "telemetry"
    data.article(folder)
    (folder / "mode").write_text("on 2024-01-01")
    viewer = Viewer(None, "--vendor", "go", home=tmp_path)
    try:
        text = plain(viewer.ask("/").text)
        assert "Mode on" in text and "The Go toolchain uploads by itself" in text and "golang.org/x/tools/gopls" in text and "nothing will leave" not in text
    finally:
        viewer.end()


def test_all_vendors_of_this_user(stage, look):
    known(stage)
    stage("inc", "--vendor", "other", "--program", "example.com/else", "thing").ok
    text = plain(look("--all", today=LATER).ask("/").text)
    assert "acme" in text and "example.com/else" in text and PROGRAM in text
    rows = json.loads(look("--all", today=LATER).ask("/data.json?vendor=acme").body)
    assert {row["program"] for row in rows} == {PROGRAM}
