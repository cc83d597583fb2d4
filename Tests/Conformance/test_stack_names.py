"""Names of stacks that libtel has written: the reference decodes them to the same
text as libtel does, and as they were meant."""

import random
import sys

import pytest

from Harness import c, counterfile

FLAGS = ("-fno-optimize-sibling-calls", "-Wno-missing-prototypes")
SEEDS = range(20)


def stacks_of(path, libtel, reference):
    """Decoded name -> value, on which the two agree; and the names as the file has them."""
    theirs, problem = reference.parse(path)
    assert problem is None
    told = libtel().ask("visit", path=str(path))
    assert told["status"] == "TEL_OK", told
    ours = {bytes.fromhex(name): int(value) for program in told["programs"] for name, value in program["stacks"]}
    assert {name: value for name, value in theirs.items() if b"\n" in name} == ours
    return ours, [record.name for record in counterfile.read(path).records if b"\n" in record.name]


def written_out(name, frames):
    """The text that is meant: each frame with its own scope."""
    lines = [name]
    for scope, function, line, offset, inlined in frames:
        symbol = f"{scope}.{function}" if scope else function
        path, _, last = symbol.rpartition(".")
        lines.append(f"{path}.{last}:{'=' if inlined else ''}{line if inlined else format(line, '+d')},+{offset:#x}")
    return "\n".join(lines).encode()


@pytest.mark.parametrize("arguments", [("levels", 8), ("deep", 64), ("levels", 64), ("deep", 1)])
@pytest.mark.parametrize("flags", [(), ("-rdynamic",), ("-s",), ("-s", "-Wl,--build-id=none")], ids=["static", "exported", "stripped", "without a build-id"])
def test_stacks_of_c(flags, arguments, libtel, reference, tmp_path):
    program = c.build("stacks.c", flags=(*FLAGS, *flags))
    c.run(program, *arguments, directory=tmp_path)
    (path,) = c.files(tmp_path / "T")
    ours, written = stacks_of(path, libtel, reference)
    assert len(ours) == len(written) == 1
    (name,) = ours
    assert b'"' not in name and all(line.split(b".")[0] for line in name.split(b"\n"))
    assert (b'\n".' in written[0]) == (arguments != ("deep", 1)), "dittos were to be decoded"


def test_names_of_cpp(libtel, reference, tmp_path):
    """Templates, lambdas, operators, anonymous namespaces: no sign in them means something to a decoder."""
    c.run(c.build("names.cpp", flags=("-O1",)), 32, directory=tmp_path, env={"TEL_DIR": tmp_path / "T"})
    (path,) = c.files(tmp_path / "T")
    ours, written = stacks_of(path, libtel, reference)
    (name,) = ours
    assert b".ns::List[]::add:=0" in name and b"{anonymous}" in name and b'\n".' in written[0]


def test_both_halves_of_a_stack_through_python(libtel, reference, tmp_path):
    code = "\n".join([
        "import ctypes", f"tel = ctypes.PyDLL({str(c.library())!r})", "tel.tel_open(None)", "class A:", "    def f(self, n):",
        "        return self.f(n - 1) if n else tel.tel_stack_inc(b'py/stack', 40)", "def g(): A().f(5)", "g()"])
    c.run(sys.executable, "-c", code, directory=tmp_path, env={"TEL_DIR": tmp_path / "T", "TEL_PROGRAM": "py"})
    (path,) = c.files(tmp_path / "T")
    ours, written = stacks_of(path, libtel, reference)
    (name,) = ours
    assert name.count(b"__main__.A.f:+1,+0x0") == 6 and b"__main__.g:+0,+0x0" in name and b'\n".' in written[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_any_frames(seed, libtel, reference, tmp_path):
    """What bindings hand over, at random; also what they should not."""
    draw = random.Random(seed)
    process = libtel()
    process.ask("open", directory=str(tmp_path / "T"), program="random")
    words = ["main", "a/b.c", "a/b", "pkg.(*T)", "(*List[...])", "func1", "λ", "日本", "x y", "operator()", "f:+1", "0x12", "?", "a:=2,+0x3"]
    meant = {}  # all of them short enough
    for number in range(20):
        scopes = draw.sample(words, 3)
        frames = [
            [draw.choice(scopes), draw.choice(words), draw.choice([0, 1, 77, -3, 2**63 - 1, -(2**63)]), draw.choice([0, 1, 2**64 - 1]), draw.random() < 0.3]
            for _ in range(draw.randint(1, 30))]
        name = f"r/{draw.choice(['s', 'chart:bucket', 'v1.2'])}{number}"
        process.ask("stack", name=name, frames=frames)
        meant[written_out(name, frames)] = 1
    process.end()
    (path,) = c.files(tmp_path / "T")
    ours, _ = stacks_of(path, libtel, reference)
    assert ours == meant
