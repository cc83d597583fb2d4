"""Backups are made while it serves, checked, and put back."""

import sqlite3
import threading

from Collector.serving import Serving, crowd, report


def test_a_backup_is_made_while_reports_come_and_has_all_that_were_answered_before(collector):
    with Serving(collector) as served:
        for each in crowd(200):
            served.upload(each)
        more = threading.Thread(target=lambda: [served.upload(each) for each in crowd(300, seed=2)])
        more.start()
        done = collector("backup", "copy.db", "--data", "data", "--json").ok.json
        more.join()
        assert 200 <= done["reports"] <= 500
        assert (collector.folder / "copy.db").stat().st_mode & 0o077 == 0
        assert served.get("/healthz").status == 200
    restored = collector("restore", "copy.db", "--data", "other").ok
    assert restored.out == f"{done['reports']} reports are in other\n"
    assert collector("status", "--data", "other", "--configs", "data/config", "--json").ok.json["reports"] == done["reports"]


def test_what_is_published_is_in_a_backup(collector):
    with Serving(collector) as served:
        for each in crowd(40):
            served.upload(each)
        collector("publish", "--data", "data", "--as-of", "2026-11-26").ok
        page = served.get("/data/weeks/2026-11-15.json").body
        collector("backup", "copy.db", "--data", "data").ok
    collector("restore", "copy.db", "--data", "other").ok
    with Serving(collector, "--configs", "data/config", data="other", config=None) as served:
        assert served.get("/data/weeks/2026-11-15.json").body == page
        assert served.upload(report(0.123)).status == 200


def test_no_file_is_overwritten(collector):
    with Serving(collector) as served:
        served.upload(report(0.5))
    collector.write("copy.db", "mine")
    done = collector("backup", "copy.db", "--data", "data")
    assert (done.code, done.err) == (1, "tel-collector: copy.db is there already, and is not overwritten\n")
    assert (collector.folder / "copy.db").read_text() == "mine"


def test_reports_are_not_replaced_without_a_word_and_never_under_a_collector_that_serves(collector):
    with Serving(collector) as served:
        for each in crowd(5):
            served.upload(each)
        collector("backup", "copy.db", "--data", "data").ok
        busy = collector("restore", "copy.db", "--data", "data", "--replace")
        assert busy.code == 1 and "another tel-collector is at work there" in busy.err
        served.upload(report(0.5))
        assert served.stop() == 0
    there = collector("restore", "copy.db", "--data", "data")
    assert (there.code, there.err) == (1, "tel-collector: there are reports in data already; --replace puts them aside\n")
    assert collector("status", "--data", "data", "--json").ok.json["reports"] == 6
    collector("restore", "copy.db", "--data", "data", "--replace").ok
    assert collector("status", "--data", "data", "--json").ok.json["reports"] == 5
    assert sqlite3.connect(collector.folder / "data" / "reports.db.before").execute("SELECT count(*) FROM report").fetchone() == (6,)


def test_a_damaged_backup_is_refused_and_nothing_is_touched(collector):
    with Serving(collector) as served:
        for each in crowd(300):
            served.upload(each)
    collector("backup", "copy.db", "--data", "data").ok
    text = bytearray((collector.folder / "copy.db").read_bytes())
    for at in range(len(text) // 2, len(text) // 2 + 3000):
        text[at] ^= 0x55
    (collector.folder / "copy.db").write_bytes(text)
    done = collector("restore", "copy.db", "--data", "data", "--replace")
    assert done.code == 1 and "copy.db" in done.err
    assert collector("status", "--data", "data", "--json").ok.json["reports"] == 300
    other = collector("restore", collector.write("notes.txt", "these are notes"), "--data", "new")
    assert other.code == 1 and not (collector.folder / "new" / "reports.db").exists()


def test_a_folder_without_reports_is_told(collector):
    done = collector("backup", "copy.db", "--data", "none")
    assert done.code == 1 and "there are no reports in none; --data names the folder" in done.err
