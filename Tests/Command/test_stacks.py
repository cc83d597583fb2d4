"""tel stacks: what was counted where, by count, with names as they were written."""

import datetime

DEEP = [["editor", "ns::read[]", 0, 0x12, True], ["editor", "main", 0, 0x34, True]]


def count(libtel, tel, name, frames, times=1, day=None, vendor="tel", **more):
    process = libtel(tel.home)
    now = day and int(datetime.datetime.fromisoformat(f"{day}T10:00:00+00:00").timestamp())
    assert process.ask("open", program=more.pop("program", "editor"), vendor=vendor, now=now, **more)["status"] == "TEL_OK"
    process.ask("stack", name=name, frames=frames, times=times)


def listed(tel, *arguments):
    return tel("stacks", "--json", *arguments).ok.json


def test_the_most_frequent_is_first(tel, libtel):
    count(libtel, tel, b"editor/rare", DEEP)
    count(libtel, tel, b"editor/often", DEEP, times=3)
    count(libtel, tel, b"editor/often", DEEP[1:])
    found = [(stack["name"], stack["value"], stack["frames"]) for stack in listed(tel)]
    whole = ["editor.ns::read[]:=0,+0x12", "editor.main:=0,+0x34"]
    assert found == [("editor/often", 3, whole), ("editor/often", 1, whole[1:]), ("editor/rare", 1, whole)]


def test_plain_counters_are_not_there(tel):
    tel("inc", "--program", "hello", "hello/a").ok
    assert listed(tel) == []
    assert tel("stacks").ok.out == "No stack was counted.\n"


def test_versions_are_added_up_and_programs_are_not(tel, libtel):
    for program, version in [("one", "v1"), ("one", "v2"), ("two", "v1")]:
        count(libtel, tel, b"shared/bug", DEEP, program=program, version=version)
    assert [(stack["program"], stack["value"]) for stack in listed(tel)] == [("one", 2), ("two", 1)]


def test_reports_and_files_are_counted_once_from_the_first_week_to_the_last(tel, libtel):
    tel.weeks_end_on_fridays()
    for day in ["2026-11-16", "2026-11-23", "2026-11-30"]:
        count(libtel, tel, b"editor/bug", DEEP, times=2, day=day)
        if day == "2026-11-23":
            tel("report", "--as-of", "2026-11-28").ok
    (stack,) = listed(tel)
    assert (stack["value"], stack["first"], stack["last"]) == (6, "2026-11-20", "2026-12-04")
    assert tel("stacks").ok.out == (
        "       6  editor/bug\n          editor, weeks 2026-11-20 to 2026-12-04\n"
        "          editor.ns::read[]:=0,+0x12\n          editor.main:=0,+0x34\n")


def test_names_that_are_mangled_are_shown_as_they_were_written(tel, libtel):
    count(libtel, tel, b"editor/bug", [
        ["editor", "_ZN2ns4ListIiE3addERKi", 0, 1, True], ["editor", "$s6Module3runyyF", 0, 2, True], ["editor", "_ZN8nonsense", 0, 3, True],
        ["editor", "_RNvMNtC1a5innerINtB2_4ListhE3addB4_", 0, 4, True], ["editor", "_RNvC8nonsense", 0, 5, True]])
    (stack,) = listed(tel)
    assert stack["frames"] == ["editor.ns::List[]::add:=0,+0x1", "editor.Module::run:=0,+0x2", "editor._ZN8nonsense:=0,+0x3",
                               "editor.<a::inner::List[]>::add:=0,+0x4", "editor._RNvC8nonsense:=0,+0x5"]


def test_every_vendor(tel, libtel):
    for vendor in ["tel", "acme"]:
        count(libtel, tel, b"editor/bug", DEEP, vendor=vendor)
    assert [stack["vendor"] for stack in listed(tel, "--all")] == ["acme", "tel"]


def test_where_nothing_was_counted_it_says_so(tel):
    done = tel("stacks")
    assert done.code == 1 and "nothing was counted" in done.err


def test_what_is_damaged_is_told_and_the_rest_is_listed(tel, libtel):
    count(libtel, tel, b"editor/bug", DEEP)
    (tel.local / "broken-2026-11-30.v1.count").write_bytes(bytes(20000))
    done = tel("stacks")
    assert done.code == 1 and "editor/bug" in done.out and "broken-2026-11-30" in done.err
