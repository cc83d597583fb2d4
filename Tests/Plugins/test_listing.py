"""What `tel plugins` says each plugin may see, where it sends, and for whom; what
`tel doctor` says of plugins that failed."""

import pytest

from Harness.driver import Driver, instant
from Upload.stage import PROGRAM, TODAY, TOOLCHAIN, VERSION, Stage

from .test_hostile import hostile  # noqa: F401

URL = "file:///srv/telemetry"


@pytest.fixture
def stage(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Stage(home).prepare(URL)


def entry(tel, name, *arguments):
    return next(entry for entry in tel("plugins", "--json", *arguments).ok.json if entry["name"] == name)


def test_what_it_may_see(tel):
    seen = {entry["name"]: entry["sees"] for entry in tel("plugins", "--json").ok.json}
    reports, addresses = "reports that passed the gate", "addresses of stacks"
    assert seen == {"exec": reports, "file": reports, "https": reports, "framepointers": addresses, "libdw": addresses, "libunwind": addresses, "libffi": "calls of functions that are probed"}


def test_where_it_sends_and_for_whom(stage):
    file, https = entry(stage, "file"), entry(stage, "https")
    assert file["sends"] == [{"vendor": "acme", "destination": URL, "agreed": True, "mode": "on"}]
    assert (file["used"], https["sends"], https["used"]) == ("by acme", [], "no")
    assert f"sends to     {URL} for acme: agreed to" in stage("plugins").ok.out


def test_of_all_vendors_or_of_one(stage):
    Stage(stage.home, "zeta").prepare("file:///elsewhere")
    assert [each["vendor"] for each in entry(stage, "file")["sends"]] == ["acme", "zeta"]
    assert [each["vendor"] for each in entry(stage, "file", "--vendor", "zeta")["sends"]] == ["zeta"]
    assert entry(stage, "file")["used"] == "by acme, zeta"


def test_nothing_goes_to_a_destination_that_was_not_agreed_to(stage):
    (stage.directory / "destination").write_text("file:///elsewhere\n")
    file = entry(stage, "file")
    assert [each["agreed"] for each in file["sends"]] == [False] and file["used"] == "no"
    assert "nothing, for what the user agreed to is another destination" in stage("plugins").ok.out


def test_nothing_goes_while_the_mode_is_lower(stage):
    stage.mode("local 2026-11-01")
    assert entry(stage, "file")["used"] == "no"
    assert "nothing while the mode is local" in stage("plugins").ok.out


def test_the_doctor_tells_what_programs_have_counted_of_failures(stage, hostile):  # noqa: F811
    def plugins():
        (examination,) = stage.about("doctor", "--json").json
        return [(check["verdict"], check["message"]) for check in examination["checks"] if check["check"] == "plugins"]

    assert plugins() == []
    stage.destine("hostile:/x")
    stage.counted("2026-11-27")
    with Driver(stage.home) as host:
        host.open(vendor="acme", program=PROGRAM, version=VERSION, toolchain=TOOLCHAIN, clock=instant(TODAY) + 1, destination="hostile:/x")
        assert host.plugin(hostile("garbage-status")).status == "TEL_OK"
        assert host.figures(1000)[0].status == "TEL_E_PLUGIN"
        count = host.read("tel/plugin:hostile-failed")
    assert plugins() == [("note", f"exchanges that failed in programs: hostile {count}")]
