"""What golang.org/x/telemetry's public pages lack or get wrong, one test each: the
collector's pages do not. The numbers are those of the list that the design keeps."""

import json
import re
from html import unescape

import pytest

from .collector import links, plain

CHART = "/charts/example.com~paint/paint~open/"
HISTOGRAM = "/charts/example.com~paint/paint~save~latency/"


@pytest.fixture
def site(pages):
    return pages("small")


def test_06_days_have_charts_and_nothing_is_said_in_words(site, pages):
    assert "of the day 12 November 2026" in plain(site.ask("/programs/example.com~paint/?span=days/2026-11-12").text)
    assert "Nothing is published yet" in plain(pages("empty").ask("/").text)


@pytest.mark.parametrize("path", ["/charts/..%2F..%2Fname", "/charts/../../etc/passwd", "/data/weeks/..%2F..%2Fname.json", "/config/..%2Fv1.0.0.json", "/programs/../", "/charts/example.com~paint/..%2F..%2Fx.json"])
def test_17_no_address_leads_out_of_what_is_published(site, path):
    assert site.ask(path).status == 404


def test_27_reports_and_what_was_counted_are_told_apart(site):
    text = site.ask(CHART).text
    assert "share of reports in which it was counted at all, however often" in plain(text) and "Counted in all" in text and "Reports with it" in text


def test_28_each_chart_has_shares_and_says_of_how_many(site):
    text = plain(site.ask("/programs/example.com~paint/").text)
    assert len(re.findall(r"of [\d,]+ reports", text)) >= 12


def test_29_each_share_has_an_interval_and_too_few_reports_are_said_to_be(site):
    document = json.loads(site.ask("/charts/example.com~paint/paint~open.json").body)
    assert all(row["low"] <= row["share"] <= row["high"] and row["low"] < row["high"] for row in document["rows"])
    text = site.ask("/charts/example.com~paint/paint~tablet~pressure/").text
    assert "too few" in text.lower() or "nothing of it that enough reports have" in text


def test_33_there_are_lines_over_time_and_comparisons(site):
    text = site.ask(CHART).text
    assert 'class="tel-chart lines"' in text and 'class="tel-chart dots"' in text and "by more than chance explains" in text


def test_34_histograms_have_quantiles_and_buckets_in_their_order(site):
    text = plain(site.ask(HISTOGRAM).text)
    assert re.search(r"Half of all values are below about [\d.]+ms \(\d+ms to \d+ms\), 90 of 100 below about", text)


def test_35_nothing_is_drawn_where_nothing_was_counted(site):
    document = json.loads(site.ask("/charts/example.com~paint/os.json").body)
    assert [row["bucket"] for row in document["rows"] if row["dimension"] == "all"] == ["linux", "darwin", "windows"]


def test_36_stacks_are_listed_with_how_many_reports_have_them(site):
    text = site.ask("/stacks/example.com~paint/").text
    assert "paint.Canvas.flush" in text and re.search(r"\d+ reports of [\d,]+: ", plain(text))


def test_38_who_reports_and_what_may_still_come_is_said(site):
    home = plain(site.ask("/").text)
    assert "no number here can say how: shares are shares of reports, not of all users" in home and "are not settled" in home
    assert "Not settled: reports of it are taken until 6 December 2026" in plain(site.ask(CHART).text)


def test_39_the_config_that_is_shown_has_its_number(site):
    assert "This is v1.2.0" in plain(site.ask("/config/").text)


def test_42_a_page_is_made_once(site):
    site.ask(HISTOGRAM)
    assert min(site.ask(HISTOGRAM).seconds for _ in range(20)) < 0.005


def test_43_pages_can_be_cached_and_bring_little_script(site):
    for path in ("/", CHART, "/data/", "/config/latest.json"):
        assert site.ask(path).head["ETag"] and site.ask(path).head["Cache-Control"]
    assert len(site.ask("/site.js").body) < 5000


def test_44_each_picture_has_words_and_each_chart_a_table_and_addresses_for_programs(site):
    text = site.ask(CHART).text
    assert text.count('role="img"') == text.count("<desc ") > 3 and "The same numbers" in text
    leads = {link.removeprefix(site.origin) for link in links(text, site.origin + CHART)}
    assert {f"/charts/example.com~paint/paint~open{ending}" for ending in (".json", ".csv", ".svg")} <= leads


def test_45_charts_are_called_as_people_call_them_lists_begin_with_the_newest_and_what_is_missing_has_a_page(site):
    assert "<h1>Formats that are opened</h1>" in site.ask(CHART).text
    weeks = re.findall(r'href="\.\./data/weeks/([\d-]+)\.json"', site.ask("/data/").text)
    assert len(weeks) == 26 and weeks == sorted(weeks, reverse=True)
    assert "<nav" in site.ask("/nothing/at/all").text


def test_46_names_that_look_like_numbers_or_have_quotes_are_names(pages):
    site = pages("hostile")
    text = unescape(site.ask("/charts/name.json/name.json/").text)
    assert '"><img src=x onerror=alert(2)>' in text and "'; alert(3); '" in text and "version" in text


@pytest.mark.parametrize("path", ["/static/", "/base.tmpl", "/charts.ts", "/index.html", "/Sources/", "/.git/config", "/.configs/"])
def test_47_nothing_is_there_but_pages_and_data(site, path):
    assert site.ask(path).status == 404
