"""The 48 weaknesses of the reference's server, worker and viewer, each with the
test which shows that this collector, or viewer, does not have it."""

import re

import pytest

from Collector.conftest import chart, charts
from Collector.serving import TODAY, WEEK, Serving, crowd, report
from Harness import client

SHOWN = {
    1: "test_a_long_report_hides_no_other",
    2: "test_a_week_is_published_with_its_days_or_not_at_all",
    3: "test_a_week_is_published_when_it_is_settled_and_once_more_when_it_is_over",
    4: "test_a_report_of_a_newer_config_is_counted_when_that_has_come",
    5: "aChartMayBeMissingOnSomeDays",
    6: "test_06_days_have_charts_and_nothing_is_said_in_words",
    7: "test_the_references_table_and_ours_beside_it",
    8: "test_chunks_that_do_not_end_are_cut_at_the_limit",
    9: "test_the_limit_on_uploads_may_be_set",
    10: "test_a_medium_that_fails_for_a_while",
    11: "test_a_toolchain_of_any_form_is_charted",
    12: "test_a_backup_that_fails_leaves_what_was_there",
    13: "test_head_has_the_headers_alone",
    14: "toolchainPrograms",
    15: "test_drift_is_for_ci",
    16: "test_all_problems_are_told_at_once_with_file_line_column_and_a_hint",
    17: "test_17_no_address_leads_out_of_what_is_published",
    18: "test_a_flood_from_one_network_is_told_to_come_again_while_others_get_through",
    19: "test_the_same_report_again_is_the_same_and_another_is_refused",
    20: "test_the_window_is_the_clients",
    21: "test_who_may_post",
    22: "test_two_thousand_slow_connections_keep_nobody_out",
    23: "test_looking_changes_nothing",
    24: "theAttackWorks",
    25: "test_the_references_table_and_ours_beside_it",
    26: "test_a_name_that_was_made_to_point_here_is_refused",
    27: "whatWasCountedIsAddedUpAndIsNotWhoCountedIt",
    28: "test_28_each_chart_has_shares_and_says_of_how_many",
    29: "test_the_interval_holds_the_truth_95_weeks_in_100_at_every_sampling_rate",
    30: "changedRatesAreStrata",
    31: "test_the_output_says_where_rates_come_from",
    32: "aReportWithTwoBuildsCountsOnceInAll",
    33: "test_33_there_are_lines_over_time_and_comparisons",
    34: "aHistogramHasItsMedianAndNinetieth",
    35: "versionsThatAreNotListedAreOther",
    36: "test_36_stacks_are_listed_with_how_many_reports_have_them",
    # Shares of what was counted; a mean of each installation's own share is not published.
    37: "test_27_reports_and_what_was_counted_are_told_apart",
    38: "test_38_who_reports_and_what_may_still_come_is_said",
    39: "test_weakness_39_a_new_config_is_served_without_a_restart_and_what_waited_is_read",
    40: "test_weakness_40_promtool_finds_nothing_wrong",
    41: "test_weakness_41_what_is_due_is_published_by_itself",
    42: "test_weakness_42_a_page_comes_from_a_cache_in_5_ms",
    43: "test_weakness_43_pages_have_etags_and_are_not_sent_twice",
    44: "test_44_each_picture_has_words_and_each_chart_a_table_and_addresses_for_programs",
    45: "test_weakness_45_what_is_not_there_is_a_page",
    46: "test_46_names_that_look_like_numbers_or_have_quotes_are_names",
    47: "test_weakness_47_files_of_the_folder_are_not_public",
    48: "test_the_first_screen_says_it",
}


def test_each_has_a_test_that_is_there():
    assert list(SHOWN) == list(range(1, 49))
    texts = [path.read_text() for room in ("Collector", "Browser", "SQLiteStore", "Publishing", "Store", "ChartConfig") for path in (client.ROOT / "Tests" / room).glob("*") if path.suffix in (".py", ".swift")]
    for name in SHOWN.values():
        assert any(re.search(rf"\b(def|func) {name}\(", text) for text in texts), name


def test_a_long_report_hides_no_other(collector):
    """Lines over 64 KiB ended the reference's day."""
    names = [f"b{number:03}{'x' * 80}" for number in range(900)]
    config = charts(chart("a:{x,y}", "rate: 1"), chart("long:{\n" + ",\n".join(names) + "\n}", "rate: 1"))
    long = report(0.0001, counters={"a:x": 1} | {f"long:{name}": 1 for name in names})
    with Serving(collector, config=config) as served:
        for each in [long, *crowd(40)]:
            assert served.upload(each).status == 200
    collector("publish", "--data", "data", "--as-of", TODAY, "--publish", "reports").ok
    with Serving(collector, "--publish", "reports", config=config) as served:
        lines = served.get(f"/data/reports/{WEEK}.ndjson").body.splitlines()
    assert len(lines) == 41 and max(map(len, lines)) > 64 << 10


def test_the_limit_on_uploads_may_be_set(collector):
    """The reference's limit in the environment ended it at its start."""
    with Serving(collector, environment={"TEL_COLLECTOR_LEAST": "12"}) as served:
        assert served.get("/healthz").status == 200
        served.words = ["--data", "data", "--port", "0", "--rate-limit", "2", "--as-of", str(TODAY)]
        served.stop()
        served.start()
        statuses = [served.upload(each).status for each in crowd(30)]
    assert 200 in statuses and 429 in statuses


@pytest.mark.parametrize("toolchain", ["go1", "g", "devel"])
def test_a_toolchain_of_any_form_is_charted(collector, toolchain):
    """go1 ended the reference's charts, and devel was nothing."""
    config = charts(chart("a:{x,y}", "rate: 1"), whole=f"os: linux\narch: amd64\ntoolchain: gcc12.2 {toolchain}\n---\n")
    with Serving(collector, config=config) as served:
        for number, each in enumerate(crowd(60)):
            each["Programs"][0]["GoVersion"] = toolchain if number % 2 else "gcc12.2"
            assert served.upload(each).status == 200
        collector("publish", "--data", "data", "--as-of", TODAY).ok
        data = served.get(f"/data/weeks/{WEEK}.json").json
    (program,) = data["programs"]
    (seen,) = [each for each in program["charts"] if each["name"] == "toolchain"]
    assert {row["bucket"]: row["reports"] for row in seen["rows"] if row["dimension"] == "all"} == {toolchain: 30, "gcc12.2": 30}


def test_looking_changes_nothing(collector):
    """The reference's worker merged and charted for whoever asked."""
    with Serving(collector) as served:
        for each in crowd(40):
            served.upload(each)
        before = collector("status", "--data", "data", "--json").ok.json
        for path in ("/merge/", f"/merge/?date={WEEK}", f"/chart/?date={WEEK}", "/copy/", "/queue-tasks/", "/publish", "/", "/status/"):
            served.get(path)
        assert collector("status", "--data", "data", "--json").ok.json == before
