"""bindings/go: the Go packages against golang.org/x/telemetry, and alone.

Each program in Tests/Bindings/go is written for golang.org/x/telemetry and
built twice. For bindings/go its import paths are changed, and nothing else.
"""

import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from ABI import header
from Harness import c, counterfile, go, golibtel
from Harness.golibtel import counted, run, week

HERE = Path(__file__).resolve().parent / "go"
README = golibtel.BINDING / "README.md"
OURS, REFERENCE = golibtel.MODULE, golibtel.REFERENCE
MAXIMUM = 2**64 - 1


pytestmark = pytest.mark.usefixtures("toolchain")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The program of a file, or of a test file, against one of the libraries."""
    made = {}

    def build(name, against=OURS, *flags, cgo=True):
        key = (name, against, flags, cgo)
        if key not in made:
            home = tmp_path_factory.mktemp("go")
            is_test = name.endswith("_test")
            source = (HERE / f"{name}.go").read_text()
            folder = golibtel.module(home / "same", "example.com/same", {"main_test.go" if is_test else "main.go": source}, against)
            if is_test:
                golibtel.command("test", "-c", "-trimpath", *flags, "-o", "program", ".", folder=folder, home=home, cgo=cgo)
                made[key] = folder / "program"
            else:
                made[key] = golibtel.build(folder, home, *flags, cgo=cgo)
        return made[key]

    return build


# ---- The same file


def count(program, folder, directory, way):
    """Counts into `directory`, however the program was told of it."""
    env = {"OPEN": way, "TEL_DIR": directory} if way in ("open", "rotate") else {"OPEN": way}
    (Path(folder) / "go").mkdir(exist_ok=True)
    link = Path(folder) / "go" / "telemetry"  # where the reference counts by default
    link.unlink(missing_ok=True)
    link.symlink_to(directory)
    run(program, directory, "-flag", "-other", folder=folder, XDG_CONFIG_HOME=folder, **env)


@pytest.mark.parametrize("way", ["dir", "start", "open", "rotate"])
def test_both_libraries_write_the_same_file(way, built, tmp_path):
    """Name of the file, metadata, every raw name and every value; not where in
    the file a record is."""
    files = {}
    for library in (REFERENCE, OURS):
        directory = week(tmp_path, f"by-{library.split('.')[0]}")
        count(built("counts", library), tmp_path, directory, way)
        files[library] = counted(directory)
    name, metadata, counts = files[REFERENCE]
    assert files[OURS] == (name, metadata, counts)
    assert metadata["Program"] == "example.com/same" and name.startswith("same@devel-go")
    assert sum(b"\n" in raw for raw in counts) >= 12 and len(counts) >= 45
    assert counts[b"same/shared"] == 8000 and counts[b"same/early"] == 42 + 2**40
    assert any(b"=" in raw and b'\n".' in raw for raw in counts), "no inlined frame, no ditto mark"
    assert counts[b"same/flag:other"] == counts[b"same/flag:output"] == 1
    assert b"same/never-added" not in counts


@pytest.mark.parametrize("order", [(REFERENCE, OURS), (OURS, REFERENCE)], ids=["reference-first", "ours-first"])
def test_both_libraries_count_into_one_file(order, built, tmp_path):
    directory, alone = week(tmp_path, "both"), week(tmp_path, "alone")
    for library in order:
        count(built("counts", library), tmp_path, directory, "dir")
    count(built("counts", REFERENCE), tmp_path, alone, "dir")
    name, metadata, once = counted(alone)
    assert counted(directory) == (name, metadata, {raw: 2 * value for raw, value in once.items()})


@pytest.mark.parametrize("package", ["", "/counter", "/counter/countertest"])
def test_the_packages_have_the_same_names(package, tmp_path):
    names = {}
    for library in (REFERENCE, OURS):
        folder = golibtel.module(tmp_path / library.split(".")[0], "example.com/same", {"main.go": f'package main\nimport _ "{REFERENCE}/counter"\n'}, library)
        shown = golibtel.command("doc", "-short", library + package, folder=folder, home=tmp_path, env={"GOFLAGS": "-mod=mod"}).stdout
        names[library] = set(re.findall(r"^\s*(?:func|type|const|var) (\w+)", shown, re.MULTILINE))
    assert names[OURS] == names[REFERENCE]
    assert len(names[OURS]) >= 5


def test_countertest_answers_the_same(built, tmp_path):
    answers = {}
    for library in (REFERENCE, OURS):
        path = tmp_path / f"{library.split('.')[0]}.json"
        run(built("answers_test", library), folder=tmp_path, ANSWERS=path)
        answers[library] = json.loads(path.read_text())
    assert answers[OURS] == answers[REFERENCE]
    assert len(answers[OURS]) >= 35
    assert list((tmp_path / "home").rglob("*")) == []


# ---- What the README lists as better, or as different


def quirk(what, library, built, folder, **env):
    directory = folder / f"{library.split('.')[0]}-{what}"
    done = run(built("quirks", library), directory, what, folder=folder, **env)
    return counted(directory)[2] if c.files(directory) else None, done.stdout


def test_a_first_add_may_be_of_any_size(built, tmp_path):
    assert quirk("first-add", REFERENCE, built, tmp_path)[0] == {b"quirk/first": 2**33 - 1, b"quirk/by-name": 3 * (2**33 - 1)}
    assert quirk("first-add", OURS, built, tmp_path)[0] == {b"quirk/first": 2**63 - 1, b"quirk/by-name": 3 * ((2**63 - 1) // 8)}


def test_values_saturate_in_both(built, tmp_path):
    for library in (REFERENCE, OURS):
        assert quirk("saturation", library, built, tmp_path)[0] == {b"quirk/full": MAXIMUM}


def test_a_bad_name_is_dropped_and_does_not_spoil_the_file(built, tmp_path):
    with pytest.raises(counterfile.Corrupt):
        quirk("names", REFERENCE, built, tmp_path)
    assert quirk("names", OURS, built, tmp_path)[0] == {b"tel/dropped:name": 4, b"quirk/good": 1}


def test_frames_that_do_not_fit_are_left_out_whole(built, tmp_path):
    (reference,) = quirk("long-stack", REFERENCE, built, tmp_path)[0]
    counts, printed = quirk("long-stack", OURS, built, tmp_path)
    ours = max(counts, key=len)
    assert len(reference) == 4096 and len(ours) <= 4096
    assert ours.endswith(b"\ntruncated\n") and b'\n".deep:+2,+0x1a\n' in ours
    assert all(re.fullmatch(rb'.+\.\w+:[+=]\d+,\+0x[0-9a-f]+', line) for line in ours.removesuffix(b"\ntruncated\n").split(b"\n")[1:])
    assert printed == json.dumps(ours.decode()) + "\n", "Names() and the file differ"


def test_a_stack_without_frames_has_no_ditto_mark(built, tmp_path):
    assert quirk("no-frames", REFERENCE, built, tmp_path)[0] == {b'quirk/nothing\n".:=0,+0x0': 1}
    assert quirk("no-frames", OURS, built, tmp_path)[0] == {b"quirk/nothing\n.:=0,+0x0": 1}


def test_counting_by_name_makes_no_objects(built, tmp_path):
    counts, made = quirk("many-calls", REFERENCE, built, tmp_path)
    assert int(made) >= 100_000
    counts, made = quirk("many-calls", OURS, built, tmp_path)
    assert int(made) < 1000 and counts == {b"quirk/often": 100_001}


def test_many_names_have_room_as_in_the_reference(built, tmp_path):
    assert len(quirk("many-names", OURS, built, tmp_path)[0]) == 5000


def test_both_panic_when_opened_in_two_ways(built, tmp_path):
    for library in (REFERENCE, OURS):
        done = run(built("quirks", library), tmp_path / "t", "mix", folder=tmp_path, check=False)
        assert done.returncode == 2
        assert done.stderr.startswith("panic: BUG: Open called with inconsistent values for 'rotate'\n")


def test_nothing_is_lost_that_is_counted_while_the_file_is_opened(built, tmp_path):
    for turn in range(20):
        directory = tmp_path / f"turn-{turn}"
        run(built("opening"), directory, 3000, folder=tmp_path)
        assert counted(directory)[2] == {b"race/total": 12000, b"race/step:0": 4, b"race/step:1": 4, b"race/step:2": 4}


def test_the_race_detector_finds_nothing_while_the_file_is_opened(built, tmp_path):
    done = run(built("opening", OURS, "-race"), tmp_path / "t", 20000, folder=tmp_path)
    assert done.stderr == ""
    assert counted(tmp_path / "t")[2][b"race/total"] == 80000


def test_nothing_is_lost_when_the_week_ends_while_goroutines_count(built, tmp_path):
    """Two to three seconds before midnight, by a clock that libtel alone reads; and as long after it."""
    clock = c.build(HERE / "late_clock.c", flags=("-shared", "-fPIC"), link=False)
    program = built("week")
    directory = week(tmp_path, "t")
    now = time.time()
    midnight = (int(now) // 86400 + 1) * 86400
    weekday = (time.gmtime(midnight).tm_wday + 1) % 7  # of tomorrow; 0 is Sunday
    (directory / "local" / "weekends").write_text(f"{weekday}\n")
    done = run(program, 6, folder=tmp_path, TEL_DIR=directory, LD_PRELOAD=clock, CLOCK_LATER=int(midnight - now - 2))
    total, stacks = map(int, done.stdout.split())
    files = [counterfile.read(path) for path in c.files(directory)]
    assert len(files) == 2 and {file.metadata["TimeEnd"][:10] for file in files} == {
        time.strftime("%Y-%m-%d", time.gmtime(midnight + days * 86400)) for days in (0, 7)}
    sums = [file.counts[b"week/total"] for file in files]
    assert sum(sums) == total and min(sums) > 1000
    assert sum(value for file in files for name, value in file.counts.items() if name.startswith(b"week/stack\n")) == stacks


# ---- Where it counts


def test_a_program_counts_into_libtels_directory_and_never_into_gos(built, tmp_path):
    run(built("counts"), "", folder=tmp_path, OPEN="open")
    files = [path.relative_to(tmp_path / "home") for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert files and all(path.is_relative_to(".config/tel/telemetry") for path in files)


def test_a_vendor_has_a_directory_of_its_own(tmp_path):
    source = f"""package main
import "{OURS}"
import "{OURS}/counter"
func main() {{
    println(telemetry.Dir())
    telemetry.Start(telemetry.Config{{Vendor: "example"}})
    counter.Inc("vendor/start")
    println(telemetry.Dir(), telemetry.Mode())
}}
"""
    folder = golibtel.module(tmp_path / "vendor", "example.com/vendor", {"main.go": source})
    program = golibtel.build(folder, tmp_path)
    done = run(program, folder=tmp_path)
    config = tmp_path / "home" / ".config"
    assert done.stderr.splitlines() == [f"{config}/tel/telemetry", f"{config}/example/telemetry local"]
    assert counted(config / "example" / "telemetry")[2] == {b"vendor/start": 1}


@pytest.mark.parametrize("env", [{"TEL_MODE": "off"}, {"XDG_CONFIG_HOME": "relative"}])
def test_off_writes_nothing_and_harms_nothing(env, built, tmp_path):
    done = run(built("counts"), "", folder=tmp_path, OPEN="open", **env)
    assert (done.stdout, done.stderr) == ("", "")
    assert list((tmp_path / "home").rglob("*")) == []


def test_why_nothing_is_counted_is_said_to_who_debugs(built, tmp_path):
    done = run(built("counts"), "", folder=tmp_path, OPEN="open", TEL_MODE="off", GODEBUG="countertrace=1")
    assert re.fullmatch(r"counter: libtel: telemetry is off: .+\n", done.stderr)


def test_a_test_counts_only_where_a_directory_is_given(tmp_path):
    source = f"""package same
import "testing"
import "{OURS}/counter"
func TestCounts(t *testing.T) {{
    counter.Open()
    counter.Inc("test/counts")
}}
"""
    folder = golibtel.module(tmp_path / "same", "example.com/same", {"main_test.go": source})
    golibtel.command("test", "-c", "-o", "program", ".", folder=folder, home=tmp_path)
    run(folder / "program", folder=tmp_path)
    assert list((tmp_path / "home").rglob("*")) == []
    run(folder / "program", folder=tmp_path, TEL_DIR=tmp_path / "t")
    assert counted(tmp_path / "t")[2] == {b"test/counts": 1}
    assert list((tmp_path / "home").rglob("*")) == []


@pytest.mark.parametrize("child", ["1", "2"])
def test_a_child_of_the_references_sidecar_does_not_count(child, built, tmp_path):
    run(built("counts"), tmp_path / "t", folder=tmp_path, OPEN="start", GO_TELEMETRY_CHILD=child)
    assert not (tmp_path / "t").exists()


def test_countertest_is_for_tests_alone(tmp_path):
    source = f'package main\nimport _ "{OURS}/counter/countertest"\nfunc main() {{}}\n'
    folder = golibtel.module(tmp_path / "same", "example.com/same", {"main.go": source})
    done = run(golibtel.build(folder, tmp_path), folder=tmp_path, check=False)
    assert done.returncode == 2 and "disallowed in non-testing code" in done.stderr


# ---- Tools of Go


@pytest.mark.parametrize("flags", [[], ["-race"], ["-gcflags=all=-d=checkptr"]], ids=["plain", "race", "checkptr"])
def test_its_own_tests_pass(flags, tmp_path):
    done = golibtel.command("test", "-count=1", *flags, "./...", home=tmp_path)
    assert len(re.findall(r"^ok ", done.stdout, re.MULTILINE)) == 6
    assert not (tmp_path / ".config").exists()


def test_its_own_tests_pass_without_cgo(tmp_path):
    done = golibtel.command("test", "-count=1", "./...", home=tmp_path, cgo=False)
    assert len(re.findall(r"^ok ", done.stdout, re.MULTILINE)) == 6


@pytest.mark.parametrize("cgo", [True, False], ids=["cgo", "no-cgo"])
def test_vet_finds_nothing(cgo, tmp_path):
    done = golibtel.command("vet", "./...", home=tmp_path, cgo=cgo)
    assert (done.stdout, done.stderr) == ("", "")


def test_the_sources_are_formatted():
    places = [golibtel.BINDING, HERE, c.ROOT / "examples" / "go-libtel"]
    done = subprocess.run([go.toolchain() / "bin" / "gofmt", "-l", *places], text=True, capture_output=True, check=True)
    assert done.stdout == ""


def test_one_package_alone_uses_cgo():
    users = {path.parent.relative_to(golibtel.BINDING) for path in golibtel.BINDING.rglob("*.go") if '\nimport "C"' in path.read_text()}
    assert users == {Path("internal/tel")}


def test_without_cgo_a_program_counts_nothing_and_needs_no_library(built, tmp_path):
    program = built("counts", cgo=False)
    run(program, tmp_path / "t", "-flag", folder=tmp_path, OPEN="dir")
    assert not (tmp_path / "t").exists()
    assert b"libtel.so" not in program.read_bytes()


# ---- Deadlocks


def is_seen_as_deadlock(program, *arguments, folder):
    """Whether Go's runtime ends a program whose goroutines all wait for ever."""
    try:
        done = run(program, *arguments, folder=folder, check=False, timeout=3)
    except subprocess.TimeoutExpired:
        return False
    assert "fatal error: all goroutines are asleep - deadlock!" in done.stderr
    return True


def test_a_deadlock_is_seen_in_a_build_without_cgo(built, tmp_path):
    assert is_seen_as_deadlock(built("deadlock", cgo=False), tmp_path / "t", folder=tmp_path)


def test_a_deadlock_is_seen_as_well_as_in_any_program_with_cgo(built, tmp_path):
    """Go's runtime does not look for deadlocks where cgo is, whatever it is
    used for: this says so, until a toolchain does better."""
    plain = is_seen_as_deadlock(built("asleep"), folder=tmp_path)
    assert is_seen_as_deadlock(built("deadlock"), tmp_path / "t", folder=tmp_path) == plain
    assert plain is False
    assert counted(tmp_path / "t")[2] == {b"same/before": 1}


# ---- What it covers of tel.h


def test_each_function_of_the_header_is_used_or_listed():
    sources = "".join(path.read_text() for path in (golibtel.BINDING / "internal" / "tel").glob("*.go"))
    used = set(re.findall(r"\bC\.(tel_\w+)\(", sources)) | set(re.findall(r"(?:return|\)|=) (tel_\w+)\(", sources))
    section = README.read_text().split("\n## What it calls\n")[1].split("\n## ")[0]
    not_used = set(re.findall(r"`(tel_\w+)`", section.split("Not called")[1]))
    listed = set(re.findall(r"`(tel_\w+)`", section.split("Not called")[0]))
    declared = {function.name for function in header.functions()}
    assert used & declared == listed
    assert not_used == declared - listed


# ---- What it costs


def test_counting_costs_less_than_in_the_reference(built, tmp_path):
    """Both in turn, each its best of three: the machine has other work."""
    best = {}
    for turn in range(3):
        for library in (REFERENCE, OURS):
            directory = tmp_path / f"{library.split('.')[0]}-{turn}"
            done = run(built("bench_test", library), "-test.bench=Handle$|Name", "-test.benchtime=50ms", folder=tmp_path, DIRECTORY=directory)
            for name, cost in re.findall(r"^Benchmark(\w+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op", done.stdout, re.MULTILINE):
                best[library, name] = min(best.get((library, name), float("inf")), float(cost))
    for name in ("Handle", "Name"):
        print(f"{name}: {best[OURS, name]} ns, the reference {best[REFERENCE, name]} ns")
        assert best[OURS, name] * 5 < best[REFERENCE, name]


# ---- The README and the example


def test_the_readmes_program_counts(tmp_path):
    source, *_ = re.findall(r"^```go\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    folder = golibtel.module(tmp_path / "editor", "example.com/editor", {"main.go": source})
    run(golibtel.build(folder, tmp_path), folder=tmp_path, TEL_DIR=tmp_path / "t")
    assert counted(tmp_path / "t")[2] == {b"editor/open:config": 1, b"editor/start": 1}


def test_the_example_counts(tmp_path):
    folder = c.ROOT / "examples" / "go-libtel"
    program = golibtel.build(folder, tmp_path, output=tmp_path / "plot")
    done = run(program, "-format", "svg", "a.csv", "", "b.csv", folder=tmp_path, TEL_DIR=tmp_path / "t")
    assert done.stdout == "plotted a.csv\nplotted b.csv\n"
    name, metadata, counts = counted(tmp_path / "t")
    assert metadata["Program"] == "example.com/plot"
    plain = {raw.decode(): value for raw, value in counts.items() if b"\n" not in raw}
    assert plain == {"plot/file": 2, "plot/flag:format": 1, "plot/format:svg": 1}
    (stack,) = (raw for raw in counts if b"\n" in raw)
    assert stack.startswith(b"plot/bug:no-data\nmain.plot:")
    assert sorted(os.listdir(folder)) == ["crash", "go.mod", "main.go", "probe", "transport"]
