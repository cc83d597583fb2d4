"""Python programs that count, each in a process and a home of its own."""

import os
import subprocess
import sys
import textwrap

from Harness import c


class Scene:
    def __init__(self, folder):
        self.folder = folder
        self.telemetry = folder / "telemetry"
        self.home = folder / "home"
        self.home.mkdir()

    def environment(self, **env):
        made = {
            "PATH": "/usr/bin:/bin", "HOME": self.home, "TMPDIR": self.folder, "TEL_DIR": self.telemetry,
            "PYTHONPATH": os.environ.get("PYTHONPATH"), "PYTHONDONTWRITEBYTECODE": "1", **env}
        return {name: str(value) for name, value in made.items() if value is not None}

    def write(self, text, name="editor.py"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def start(self, text, *arguments, name="editor.py", env=None, **more):
        """A program that begins with `import tel`; the process."""
        path = self.write("import tel\n" + textwrap.dedent(text), name)
        return subprocess.Popen(
            [sys.executable, path, *map(str, arguments)], env=self.environment(**(env or {})), cwd=self.folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def run(self, text, *arguments, status=0, **more):
        """Its output; nothing on standard error, and the exit status as told."""
        process = self.start(text, *arguments, **more)
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (status, ""), f"ended with {process.returncode}\n{output}{errors}"
        return output

    @property
    def counts(self):
        return {name: value for name, value in c.counts(self.telemetry).items() if value}

    @property
    def files(self):
        return c.files(self.telemetry)


def resident():
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
