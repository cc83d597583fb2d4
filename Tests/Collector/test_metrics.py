"""`/metrics`. Weakness 40 of the reference's server: it has none, and no health check."""

import subprocess

import pytest

from Collector.serving import Serving, crowd, report
from Harness import client

PROMTOOL = client.ROOT / "build" / "tools" / "promtool"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    from Collector.conftest import Collector

    with Serving(Collector(tmp_path_factory.mktemp("served"))) as served:
        yield served


def test_weakness_40_promtool_finds_nothing_wrong(served):
    served.upload(report(0.125))
    served.get("/")
    text = served.get("/metrics")
    assert text.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text.body, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_weakness_40_reports_are_counted_by_what_became_of_them(served):
    before = served.metrics()
    for each in crowd(20):
        served.upload(each)
    served.upload(report(0.5))
    served.upload(report(0.5))
    served.upload(report(0.5, counters={"a:y": 5}))
    served.upload(report(0.75, config="v9.0.0"))
    served.ask("POST", "/upload/2026-11-15", "nonsense", {"Content-Type": "application/json"})
    served.ask("POST", "/upload/2026-11-15", "{}", {"Content-Type": "text/plain"})
    now = served.metrics()

    def more(name):
        return now[name] - before.get(name, 0)

    assert more('tel_collector_reports_total{outcome="accepted"}') == 21
    assert more('tel_collector_reports_total{outcome="duplicate"}') == 1
    assert more('tel_collector_reports_total{outcome="pending"}') == 1
    assert more('tel_collector_reports_refused_total{reason="conflict"}') == 1
    assert more('tel_collector_reports_refused_total{reason="malformed"}') == 1
    assert more('tel_collector_reports_refused_total{reason="media_type"}') == 1
    assert more('tel_collector_requests_total{route="upload",status="200"}') == 23
    assert more("tel_collector_stored_reports") == 22 and now["tel_collector_pending_reports"] == 1
    assert more("tel_collector_upload_seconds_count") == 26
    assert now["tel_collector_store_bytes"] > 0 and now["process_resident_memory_bytes"] > 1 << 20
    assert now['tel_collector_config_info{version="v1.0.0"}'] == 1


def test_commits_are_counted_by_size_and_time(served):
    before = served.metrics()
    for each in crowd(10, seed=7):
        served.upload(each)
    now = served.metrics()
    assert now["tel_collector_commit_reports_sum"] - before["tel_collector_commit_reports_sum"] == 10
    assert now["tel_collector_commit_reports_count"] > before["tel_collector_commit_reports_count"]
    assert now["tel_collector_commit_seconds_sum"] > before["tel_collector_commit_seconds_sum"]


def test_no_label_is_what_a_sender_chose(served):
    for path in ("/upload/Zebra", "/Zebra", "/charts/Zebra/"):
        served.ask("POST", path, "{}", {"Content-Type": "application/json"})
        served.get(path)
    assert "Zebra" not in served.get("/metrics").text
