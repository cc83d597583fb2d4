"""What a collector does by itself: publishing and forgetting. Weakness 41 of the
reference: its schedule needs a cloud, and nothing builds everything again."""

import datetime
import sqlite3
import subprocess

import pytest

from Collector.conftest import executable
from Collector.serving import TODAY, WEEK, Serving, crowd, report, until
from Harness import client


def published(collector, *words, today=TODAY):
    return collector("publish", "--data", "data", "--as-of", str(today), "--json", *words).ok.json


def names(done):
    return [(each["name"], each["edition"]) for each in done["published"]]


def test_weakness_41_what_is_due_is_published_by_itself(collector):
    with Serving(collector) as served:
        for each in crowd(40):
            served.upload(each)
    with Serving(collector) as served:  # its first round is at its start
        assert until(lambda: served.get("/data/weeks/2026-11-15.json").status == 200)
        data = served.get("/data/weeks/2026-11-15.json").json
        assert (data["reports"], data["edition"], data["least"], data["made"]) == (40, 1, 10, str(TODAY))
        metrics = served.metrics()
        assert metrics['tel_collector_publications_total{span="week"}'] == 1
        assert metrics["tel_collector_last_publication_timestamp_seconds"] > 1.7e9
        assert "published name=weeks/2026-11-15 edition=1 reports=40" in served.log()
        assert served.get("/charts/example.com~p/a/").status == 200


def test_a_week_is_published_when_it_is_settled_and_once_more_when_it_is_over(collector):
    with Serving(collector) as served:
        for each in crowd(40):
            served.upload(each)
    settled, over = WEEK + datetime.timedelta(8), WEEK + datetime.timedelta(22)
    early = published(collector, "--week", str(WEEK), today=settled - datetime.timedelta(1))
    assert names(early) == [] and early["reason"].endswith(f"it is published from {settled} on")
    first = names(published(collector, today=settled))
    assert first[0] == ("weeks/2026-11-15", 1)
    assert names(published(collector, today=settled)) == []
    assert "published already" in published(collector, "--week", str(WEEK))["reason"]
    with Serving(collector) as served:
        for each in crowd(60, seed=2):
            served.upload(each)
    assert names(published(collector, today=over - datetime.timedelta(1))) == []
    assert names(published(collector, today=over)) == [("weeks/2026-11-15", 2)]
    assert names(published(collector, today=over)) == []
    with Serving(collector, today=over) as served:
        data = served.get("/data/weeks/2026-11-15.json").json
        assert (data["reports"], data["edition"], data["final"]) == (100, 2, True)


def test_a_week_is_published_with_its_days_or_not_at_all(collector):
    """Days that were made again after more reports had come would tell which came late."""
    with Serving(collector) as served:
        for each in crowd(40):
            served.upload(each)
    file = collector.folder / "data" / "reports.db"
    words = [executable(), "publish", "--data", "data", "--as-of", str(TODAY)]
    seen = []
    for number in range(1, 40):
        kill = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync,pwrite64", "-e", f"inject=fdatasync,pwrite64:signal=SIGKILL:when={number}"]
        done = subprocess.run(kill + words, cwd=collector.folder, env=client.environment(collector.folder), capture_output=True)
        with sqlite3.connect(file) as db:
            seen.append({name.decode() if isinstance(name, bytes) else name for (name,) in db.execute("SELECT name FROM document")})
        if done.returncode == 0:
            break
    assert done.returncode == 0 and number > 3
    assert seen[-1] >= {"weeks/2026-11-15", "days/2026-11-15"}
    assert all(names in (set(), seen[-1]) for names in seen)


def test_a_title_that_was_edited_is_shown_without_a_restart(collector):
    with Serving(collector, "--charts", "charts.txt") as served:
        for each in crowd(40):
            served.upload(each)
        published(collector)
        page = "/charts/example.com~p/a/"
        assert until(lambda: served.get(page).status == 200)
        text = (collector.folder / "charts.txt").read_text()
        old = text.split("title: ")[1].splitlines()[0]
        assert old in served.get(page).text
        collector.write("charts.txt", text.replace(f"title: {old}", "title: Said in other words"))
        assert until(lambda: "Said in other words" in served.get(page).text)


def test_too_few_reports_are_not_published_and_it_says_so(collector):
    with Serving(collector) as served:
        for each in crowd(9):
            served.upload(each)
    done = published(collector, "--week", str(WEEK))
    assert names(done) == [] and done["reason"] == "of that week there are 9 reports, and fewer than 10 are never shown"
    with Serving(collector) as served:
        served.upload(report(0.5))
    assert names(published(collector))[0] == ("weeks/2026-11-15", 1)  # late ones may make them enough


def test_publish_works_beside_a_collector_that_serves(collector):
    with Serving(collector) as served:
        assert served.get("/data/weeks/2026-11-15.json").status == 404
        for each in crowd(40):
            served.upload(each)
        assert names(published(collector))[0] == ("weeks/2026-11-15", 1)
        assert until(lambda: served.get("/data/weeks/2026-11-15.json").status == 200)


def test_old_reports_are_forgotten_and_what_is_published_stays(collector):
    with Serving(collector) as served:
        for each in crowd(40):
            served.upload(each)
        published(collector)
    with Serving(collector, today=WEEK + datetime.timedelta(90)) as served:
        until(lambda: served.metrics()["tel_collector_last_schedule_timestamp_seconds"])
        assert served.metrics()["tel_collector_stored_reports"] == 40
    with Serving(collector, today=WEEK + datetime.timedelta(91)) as served:
        assert until(lambda: served.metrics()["tel_collector_stored_reports"] == 0)
        assert served.metrics()["tel_collector_reports_forgotten_total"] == 40
        assert served.get("/data/weeks/2026-11-15.json").json["reports"] == 40


@pytest.mark.parametrize("publish, status", [("charts", 404), ("reports", 200)])
def test_merged_reports_are_published_only_if_the_operator_says_so(collector, publish, status):
    with Serving(collector, "--publish", publish) as served:
        for each in crowd(30):
            served.upload(each)
        published(collector, "--publish", publish)
        reply = until(lambda: served.get("/data/weeks/2026-11-15.json").status == 200) and served.get("/data/reports/2026-11-15.ndjson")
        assert reply.status == status
        if status == 200:
            assert len(reply.text.splitlines()) == 30 and '"X"' not in reply.text and "LastWeek" not in reply.text


def test_status_says_what_there_is(collector):
    with Serving(collector) as served:
        for each in crowd(12):
            served.upload(each)
        served.upload(report(0.5, config="v7.0.0"))
        done = collector("status", "--data", "data", "--json").ok.json
        assert done["serving"] is True and (done["reports"], done["pending"], done["config"]) == (12, 1, "v1.0.0")
        assert done["weeks"] == [{"week": "2026-11-15", "reports": 12, "pending": 1, "edition": 0}]
    said = collector("status", "--data", "data").ok.out
    assert said.startswith("no collector serves from here\nupload config v1.0.0\n12 reports, and 1 that wait for their upload config\n")
    assert "week that ended on 2026-11-15: 12 and 1 waiting, not published" in said
