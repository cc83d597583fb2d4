"""Stacks that go from Python into C: tel_stack_inc in an extension, called with
the GIL held, counts one stack with both halves, each named as on its own."""

import json
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest
from Bindings.test_python import PYTHONS
from Harness import c

pytestmark = pytest.mark.skipif(not c.is_shipped(), reason="a sanitizer would have to be in the interpreter, too")

HERE = Path(__file__).resolve().parent
BINDING = c.ROOT / "bindings" / "python" / "src"
ABOUT = "import json, sys, sysconfig; print(json.dumps([sysconfig.get_paths()['include'], sysconfig.get_config_var('LIBDIR'), sysconfig.get_config_var('INSTSONAME'), sys.base_prefix]))"


@lru_cache
def about(version):
    return json.loads(subprocess.check_output([PYTHONS[version], "-c", ABOUT], text=True))


# All that are there, for each has frames of its own kind; those without headers cannot have extensions.
VERSIONS = [version for version in sorted(PYTHONS) if Path(about(version)[0], "Python.h").exists()]


@pytest.fixture(params=VERSIONS, ids=lambda version: ".".join(map(str, version)))
def version(request):
    return request.param


def test_there_is_a_python_to_test_with():
    assert VERSIONS, "no Python here has headers: install python3-dev"


@pytest.fixture
def python(version, tmp_path):
    """Runs lines in a module `scene`, with the extension `halves` in reach; the counts by name."""
    extension = c.build(HERE / "c" / "halves.c", flags=("-shared", "-fPIC", f"-I{about(version)[0]}", "-fno-optimize-sibling-calls", "-Wno-cast-function-type"))
    (tmp_path / "halves.so").symlink_to(extension)

    def run(text):
        (tmp_path / "scene.py").write_text("import halves, sys\nhalves.start()\n" + text)
        c.run(PYTHONS[version], "-c", "import scene", directory=tmp_path, env={"TEL_DIR": tmp_path / "T", "TEL_PROGRAM": "scene", "PYTHONPATH": f"{tmp_path}:{BINDING}"})
        return c.counts(tmp_path / "T")

    return run


def frames(counts, name):
    """Of the one stack of this name: path.function of each, and of Python's the line."""
    ((stack, value),) = [(key.split("\n")[1:], value) for key, value in counts.items() if key.split("\n")[0] == name]
    return [frame.split(":=")[0].removesuffix(",+0x0") for frame in stack], value


IN_C = ["halves.c_inner", "halves.c_outer"]


def qualified(version, name):
    """As it is in stacks: Python knows the class of a function from 3.11 on."""
    return name if version >= (3, 11) else name.rpartition(".")[2]


def test_the_halves_are_one_stack(python):
    found, value = frames(python("def f():\n    x = 1\n    halves.count('a/b')\n\ndef g():\n    f()\n\ng()\n"), "a/b")
    assert found[:5] == [*IN_C, "halves.count", "scene.f:+2", "scene.g:+1"] and value == 1
    assert found[5].startswith("scene.<module>:+")
    assert not any("python3" in frame or "_PyEval" in frame for frame in found), found


def test_the_half_of_python_is_named_as_its_binding_names_it(python, version):
    counts = python("""
import tel
class Outer:
    class Inner:
        def method(self):
            for _ in range(3):
                halves.count('a/c', 19); tel.stack('a/python').inc()
            return (lambda: (halves.count('a/lambda', 19), tel.stack('a/lambda-of-python').inc()))()
namespace = {'__name__': 'p/q', 'halves': halves, 'tel': tel}
exec("def odd(it):\\n    it.method()\\n", namespace)
nameless = {'__name__': 3, 'it': Outer.Inner()}
exec("def no(odd):\\n    odd(it)", nameless)
halved = {'__name__': 'caf\\u00e9\\ud800', 'it': nameless['no'], 'odd': namespace['odd']}
exec("def half():\\n    it(odd)\\n", halved)
halved['half']()
""")
    for ours, theirs, times in [("a/c", "a/python", 3), ("a/lambda", "a/lambda-of-python", 1)]:
        (both, value), (python_alone, _) = frames(counts, ours), frames(counts, theirs)
        assert both[:3] == [*IN_C, "halves.count"] and both[3:] == python_alone[:16] and value == times
        assert "?.odd:+1" in both and ".no:+1" in both and "café?.half:+1" in both
    assert f"scene.{qualified(version, 'Outer.Inner.method')}:+2" in frames(counts, "a/c")[0]
    assert f"scene.{qualified(version, 'Outer.Inner.method.<locals>.<lambda>')}:+0" in both


def test_stacks_that_come_again_are_remembered_apart(python):
    """The same place in C, from two in Python; and code that is made, used and forgotten, in the same memory."""
    counts = python("""
for _ in range(5):
    halves.count('a/b')
    halves.count('a/b')
for n in range(50):
    space = {'__name__': f'made{n}', 'halves': halves}
    exec("def f():\\n    halves.count('made/f')", space)
    space['f'](); space['f']()
    space.clear()
""")
    assert [value for name, value in counts.items() if name.startswith("a/b\n")] == [5, 5]
    made = {name.split("\n")[4].split(".")[0]: value for name, value in counts.items() if name.startswith("made/f\n")}
    assert made == {f"made{n}": 2 for n in range(50)}


def test_threads_generators_and_tasks(python, version):
    counts = python("""
import threading, asyncio
def work():
    halves.count('in/thread')
thread = threading.Thread(target=work); thread.start(); thread.join()
def numbers():
    yield 1
    halves.count('in/generator')
    yield 2
def drain():
    return list(numbers())
drain()
async def leaf():
    await asyncio.sleep(0)
    halves.count('in/task')
async def root():
    await asyncio.gather(leaf(), leaf())
asyncio.run(root())
""")
    found, _ = frames(counts, "in/thread")
    assert found[2:4] == ["halves.count", "scene.work:+1"] and found[4].startswith(f"threading.{qualified(version, 'Thread.run')}:+")
    assert frames(counts, "in/generator")[0][2:5] == ["halves.count", "scene.numbers:+2", "scene.drain:+1"]
    found, value = frames(counts, "in/task")
    assert found[2:4] == ["halves.count", "scene.leaf:+2"] and value == 2
    assert any(frame.startswith("asyncio.") for frame in found)


def test_a_callback_has_all_of_python(python):
    found, _ = frames(python("def back():\n    halves.count('a/b')\ndef f():\n    halves.call(back)\nf()\n"), "a/b")
    assert found[:5] == [*IN_C, "halves.count", "scene.back:+1", "scene.f:+1"]


def test_by_ctypes(python):
    counts = python(f"""
import ctypes
def held():
    ctypes.PyDLL({str(c.library())!r}).tel_stack_inc(b'by/ctypes', 64)
def released():
    ctypes.CDLL({str(c.library())!r}).tel_stack_inc(b'released/ctypes', 64)
held(); released()
""")
    found, _ = frames(counts, "by/ctypes")
    assert "scene.held:+1" in found and not any("_PyEval" in frame for frame in found)
    found, _ = frames(counts, "released/ctypes")
    assert not any("scene" in frame for frame in found) and any("_PyEval" in frame or "python3" in frame for frame in found)


@pytest.mark.parametrize("order", [(0, 1, 0), (1, 0, 1)])
def test_without_the_gil_there_is_no_half_of_python(python, order):
    """Also where the same addresses were seen with it."""
    counts = python(f"def f(bit):\n    halves.count_either_way('a/b', bit)\nfor bit in {order!r}:\n    f(bool(bit))\n")
    with_it = {name: value for name, value in counts.items() if "\nscene.f:" in name}
    without = {name: value for name, value in counts.items() if name.startswith("a/b\n") and name not in with_it}
    assert list(with_it.values()) == [order.count(0)] and sum(without.values()) == order.count(1), counts
    assert not any("scene" in name for name in without)


def test_a_thread_that_python_does_not_know_has_none(python):
    """While another one holds the GIL."""
    found, _ = frames(python("def f():\n    halves.in_thread('a/b')\nf()\n"), "a/b")
    assert found[:2] == IN_C and not any("scene" in frame for frame in found)


@pytest.mark.parametrize("depth, got", [(1, IN_C[:1]), (2, IN_C), (3, [*IN_C, "halves.count"]), (4, [*IN_C, "halves.count", "scene.f:+1"])])
def test_the_depth_counts_both(depth, got, python):
    found, _ = frames(python(f"def f():\n    halves.count('a/b', {depth})\ndef g():\n    f()\ng()\n"), "a/b")
    assert found == got


@pytest.mark.parametrize("depth, most", [(0, 16), (64, 64), (100, 64)])
def test_a_deep_stack_has_its_innermost_frames(depth, most, python):
    found, _ = frames(python(f"def f(n):\n    f(n - 1) if n else halves.count('a/b', {depth})\nf(200)\n"), "a/b")
    assert found == [*IN_C, "halves.count"] + ["scene.f:+1"] * (most - 3)


def test_a_long_stack_is_cut_and_says_so(python):
    names = "".join(f"def {'f' * 200}{n}():\n    {'f' * 200}{n - 1}() if {n} else halves.count('a/b', 64)\n" for n in range(40))
    counts = python(names + "f" * 200 + "39()\n")
    (name,) = [name for name in counts if name.startswith("a/b\n")]
    assert name.endswith("\ntruncated\n") and "\nscene." + "f" * 200 + "17:+1,+0x0\n" in name


def test_an_exception_that_was_set_is_kept(python):
    counts = python("try:\n    halves.fail('a/b')\nexcept KeyError as error:\n    assert error.args == ('kept',)\nelse:\n    raise SystemExit(3)\n")
    assert frames(counts, "a/b")[0][2] == "halves.fail"


def test_no_reference_is_lost_or_left(python):
    """But one for each code that is remembered, and for each stack once."""
    python("""
import gc
class Local: pass
def f(times):
    local = Local()
    halves.count('a/b', 0, times)
    return sys.getrefcount(f.__code__), sys.getrefcount('scene'), sys.getrefcount(globals()), sys.getrefcount(f)
found = []
for times in (1, 1, 1000):
    found.append(f(times))
assert found[1] == found[2], found
import weakref
seen = []
def g():
    local = Local()
    seen.append(weakref.ref(local))
    halves.count('a/c')
for _ in range(3): g()
gc.collect()
assert not any(ref() for ref in seen)
""")


def test_counting_runs_no_code_of_python(python):
    """Not even a finalizer: garbage is not collected in it, and collecting goes on behind it."""
    python("""
import gc
ran = []
class Cycle:
    def __init__(self): self.me = self
    def __del__(self): ran.append(1)
def f(n):
    if n: return f(n - 1)
    gc.disable()
    for _ in range(20): Cycle()
    gc.enable()
    before, after = halves.count_in_garbage('a/b', ran)
    assert before == after, (before, after)
f(40)
assert gc.isenabled()
gc.disable()
halves.count('a/c', 64)
assert not gc.isenabled()
""")


def test_while_the_interpreter_ends_there_is_no_half_of_python(python):
    counts = python("""
class Late:
    def __init__(self): self.count = halves.count
    def __del__(self): self.count('at/end')
sys.late = Late()
import atexit
atexit.register(halves.count, 'at/exit')
""")
    found, _ = frames(counts, "at/end")
    assert found[:3] == [*IN_C, "halves.count"]
    found, _ = frames(counts, "at/exit")
    assert found[:3] == [*IN_C, "halves.count"]


def test_sub_interpreters(python, version, tmp_path):
    """Once there are some, Python's own check of the GIL says yes to everybody."""
    inside = "\n".join([
        "import sys", f"sys.path.insert(0, {str(tmp_path)!r})", "import halves", "def inside():", "    halves.count('inside/held')",
        "    halves.count_either_way('inside/released', True)", "inside()"])
    counts = python(f"""
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters
try:
    other = interpreters.create(isolated=False)
except TypeError:
    other = interpreters.create('legacy')
interpreters.run_string(other, {inside!r})
def main():
    halves.count('main/held')
    halves.count_either_way('main/released', True)
main()
""")
    assert frames(counts, "main/held")[0][3] == "scene.main:+1"
    found, _ = frames(counts, "inside/held")
    assert found[:3] == [*IN_C, "halves.count"] and ("__main__.inside:+1" in found) == (version >= (3, 12))
    for name in ("main/released", "inside/released"):
        assert not any("scene" in frame or "__main__" in frame for frame in frames(counts, name)[0])


def test_many_threads_at_once(python):
    counts = python("""
import threading
def work(n):
    for _ in range(2000):
        halves.count('a/b'); halves.count_either_way('a/c', n % 2)
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
""")
    for name in ("a/b", "a/c"):
        assert sum(value for key, value in counts.items() if key.startswith(name + "\n")) == 16000
    assert sum(value for key, value in counts.items() if key.startswith("a/c\n") and "\nscene.work:" in key) == 8000


def test_a_forked_child_counts_both_halves(python):
    counts = python("""
import os
def f():
    halves.count('a/b')
f()
child = os.fork()
if child == 0:
    for _ in range(3): f()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
""")
    assert sum(value for name, value in counts.items() if name.startswith("a/b\n") and "\nscene.f:+1" in name) == 4


def test_an_interpreter_that_comes_later(version, tmp_path):
    """In a program that has counted stacks before, and does so when it is gone."""
    folder, name, home = about(version)[1:]
    library = Path(folder, name)
    if not library.name.endswith(".so.1.0"):
        pytest.skip("this Python has no shared library")
    program = c.build(HERE / "c" / "embedding.c", flags=("-rdynamic", "-fno-optimize-sibling-calls"))
    code = "import ctypes\ndef f():\n    ctypes.PyDLL(None).count()\nf()\n"
    c.run(program, library, code, directory=tmp_path, env={"TEL_DIR": tmp_path / "T", "TEL_PROGRAM": "host", "PYTHONHOME": home})
    stacks = {name: value for name, value in c.counts(tmp_path / "T").items() if name.startswith("e/stack\n")}
    of_python = [name for name in stacks if "__main__.f:+1" in name]
    assert len(of_python) == 1 and stacks[of_python[0]] == 1
    assert of_python[0].split("\n")[1].startswith("embedding-") and ".count:=0" in of_python[0].split("\n")[1]
    assert len(stacks) == 4 and all(".main:=0" in name for name in stacks if name not in of_python)


def test_a_program_without_python_is_not_looked_at_twice(tmp_path):
    """It has what it always had."""
    program = c.build("stacks.c", flags=("-fno-optimize-sibling-calls", "-Wno-missing-prototypes"))
    c.run(program, "levels", 8, directory=tmp_path)
    ((name, value),) = c.counts(tmp_path / "T").items()
    assert value == 2 and [line.split(".")[1].split(":")[0] for line in name.split("\n")[1:]][-1] == "level1"
