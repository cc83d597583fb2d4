"""Which options a program was started with, and nothing of what was written."""

import pytest

ARGPARSE = """
import argparse, sys
def parser():
    made = argparse.ArgumentParser(prog="plot")
    made.add_argument("-o", "--output", "--out-file", default="a.png")
    made.add_argument("-f", "--format", choices=["svg", "png"])
    made.add_argument("-v", action="count", default=0)
    made.add_argument("-n", "--number", type=int, default=7)
    made.add_argument("--all", "-a", action="store_true")
    made.add_argument("--grid", action=argparse.BooleanOptionalAction, default=True)
    made.add_argument("--many", nargs="*")
    made.add_argument("--read", type=argparse.FileType("r"))
    made.add_argument("--version", action="version", version="1")
    made.add_argument("words", nargs="*")
    return made
def nested():
    made = argparse.ArgumentParser()
    made.add_argument("--verbose", action="store_true")
    inner = made.add_subparsers(required=True, dest="command")
    export = inner.add_parser("export", aliases=["x", "ex"])
    export.add_argument("--output")
    export.add_argument("rest", nargs=argparse.REMAINDER)
    deeper = inner.add_parser("data").add_subparsers()
    deeper.add_parser("load").add_argument("-q", "--quick", action="store_true")
    return made
made = globals()[sys.argv.pop(1)]()
tel.open("example.com/plot")
"""


@pytest.fixture
def counted(scene):
    """Runs the program with each list of options; the flags that were counted."""

    def count(*runs, parser="parser", call="tel.count_flags(made, made.parse_args())"):
        for arguments in runs:
            scene.run(ARGPARSE + call, parser, *arguments)
        return scene.counts

    return count


def test_an_option_counts_under_its_first_long_name_however_it_is_written(counted):
    assert counted(["--output", "a"], ["-o", "a"], ["-oa"], ["--output=a"], ["--outp=a"], ["--out-file", "a"]) == {"plot/flag:output": 6}


def test_an_option_with_a_letter_alone_counts_under_it(counted):
    assert counted(["-v"], ["-vv", "-a"]) == {"plot/flag:v": 2, "plot/flag:all": 1}


def test_letters_in_one_word_count_each(counted):
    assert counted(["-vavo", "x"]) == {"plot/flag:v": 1, "plot/flag:all": 1, "plot/flag:output": 1}


def test_an_option_counts_once_a_run(counted):
    assert counted(["-v", "-v", "-n1", "-n", "2", "--number=3"]) == {"plot/flag:v": 1, "plot/flag:number": 1}


def test_what_is_not_on_the_command_line_is_not_counted_and_a_default_that_is_written_is(counted):
    assert counted([], ["word", "another"]) == {}
    assert counted(["--number", "7"]) == {"plot/flag:number": 1}


def test_both_halves_of_a_boolean_option_count_under_their_own_name(counted):
    assert counted(["--grid"], ["--no-grid"], ["--no-grid", "--grid"]) == {"plot/flag:grid": 2, "plot/flag:no-grid": 2}


def test_words_that_look_like_options_but_are_none_are_not_counted(counted):
    assert counted(["--", "-v", "--all"], ["--number", "-5"], ["--many", "a", "b", "--", "-a"]) == {
        "plot/flag:number": 1, "plot/flag:many": 1}


def test_values_are_nowhere_in_the_file(counted, scene):
    counted(["--output=secret", "-f", "svg", "secret", "--many", "secret", "-n", "4711"])
    assert set(scene.counts) == {"plot/flag:output", "plot/flag:format", "plot/flag:many", "plot/flag:number"}
    for path in scene.files:
        assert b"secret" not in path.read_bytes() and b"4711" not in path.read_bytes()


def test_nothing_is_converted_opened_or_printed_again(counted, scene):
    path = scene.write("text", "once")
    call = "import os\ngiven = made.parse_args()\nos.unlink(given.read.name)\ntel.count_flags(made, given)"
    assert counted(["--read", str(path)], call=call) == {"plot/flag:read": 1}


def test_options_of_a_subcommand_count_under_it(counted):
    assert counted(
        ["export", "--output", "a"], ["--verbose", "x", "--output", "a"], ["ex", "--output=a", "rest", "--verbose"],
        ["data", "load", "-q"], ["--verb", "data", "load"], parser="nested") == {
        "plot/export/flag:output": 3, "plot/flag:verbose": 2, "plot/data/load/flag:quick": 1}


def test_words_may_be_given_and_a_program(counted):
    assert counted([], call="tel.count_flags(made, ['-v', '--al'])\ntel.count_flags(made, ('-v',), program='example.com/draw')") == {
        "plot/flag:v": 1, "plot/flag:all": 1, "draw/flag:v": 1}


def test_before_opening_the_script_names_the_program(scene):
    scene.run("""
        import argparse
        made = argparse.ArgumentParser()
        made.add_argument("--all", action="store_true")
        tel.count_flags(made, ["--all"])
        tel.open("example.com/other")
    """)
    assert scene.counts == {"editor/flag:all": 1}


def test_mistakes_count_nothing_more_and_are_never_raised(counted, scene):
    counted([], call="""
for words in (["--secret"], ["-v", "--number"], ["-z"], ["--f=x", "-o"]):
    tel.count_flags(made, words)
""")
    assert all(name in ("plot/flag:v", "plot/flag:format") for name in scene.counts)


@pytest.mark.parametrize("wrong", ["None", "3", "object()", "made, 3", "made, object()", "made, [], program=3", "'--all'"])
def test_what_is_no_parser_or_no_words_is_dropped(counted, wrong):
    assert counted([], call=f"tel.count_flags({wrong})") == {"tel/dropped:name": 1}


def test_parsers_of_programs_in_the_library_are_understood(scene):
    """Groups, parents, other prefixes, defaults of parents, no abbreviations."""
    scene.run("""
        import argparse
        parent = argparse.ArgumentParser(add_help=False)
        parent.add_argument("--parent", required=True)
        made = argparse.ArgumentParser(parents=[parent], prefix_chars="+-", allow_abbrev=False, conflict_handler="resolve")
        group = made.add_mutually_exclusive_group(required=True)
        group.add_argument("+plus", nargs=2, dest="x")
        group.add_argument("++long-plus", nargs="?", const=3)
        made.add_argument_group("more").add_argument("-5", action="append_const", const=5, dest="numbers")
        tel.open("p")
        tel.count_flags(made, ["++long-plus", "-5", "--parent=a"])
        tel.count_flags(made, ["+plus", "a", "b", "--parent", "c"])
    """)
    assert scene.counts == {"p/flag:long-plus": 1, "p/flag:5": 1, "p/flag:parent": 2, "p/flag:plus": 1}


CLICK = """
import click
tel.open("example.com/plot")
@click.group()
@click.option("--verbose", "-v", is_flag=True)
@click.option("--quiet", default="no", envvar="QUIET")
@click.pass_context
def main(context, verbose, quiet): tel.count_flags(HOW) if ALL else None
@main.command("export")
@click.option("-o", "--output", default="a.png")
@click.option("--grid/--no-grid", default=True)
@click.option("-n", type=int)
@click.argument("words", nargs=-1)
def export(**named): tel.count_flags(HOW)
main()
"""


@pytest.mark.parametrize("how", ["click.get_current_context()", "main"])
def test_click_options_are_counted_by_the_same_names(scene, how):
    text = CLICK.replace("HOW", how).replace("ALL", "False")
    for arguments in (
        ["export", "-o", "secret", "--no-grid"], ["-v", "export", "--grid", "-n", "3", "word"], ["export"],
        ["--quiet", "no", "export", "--output=a.png"]):
        scene.run(text, *arguments, env={"QUIET": "yes", "LC_ALL": "C.UTF-8"})
    assert scene.counts == {
        "plot/export/flag:output": 2, "plot/export/flag:no-grid": 1, "plot/export/flag:grid": 1, "plot/export/flag:n": 1,
        "plot/flag:verbose": 1, "plot/flag:quiet": 1}


def test_a_click_group_counts_its_own_options(scene):
    text = CLICK.replace("def export(**named): tel.count_flags(HOW)", "def export(**named): pass")
    scene.run(text.replace("HOW", "context").replace("ALL", "True"),
              "-v", "export", "-n", "3", env={"LC_ALL": "C.UTF-8"})
    assert scene.counts == {"plot/flag:verbose": 1}
