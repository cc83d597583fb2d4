"""A terminal of its own for a command, by tmux: what a person would see."""

import os
import shlex
import subprocess
import time
import uuid


class Terminal:
    """`shown()` is the screen, `keys()` types. The command sees nothing of the
    caller's environment."""

    def __init__(self, arguments, environment, columns=100, rows=24, term="screen-256color"):
        self.socket = f"tel-{uuid.uuid4().hex[:12]}"
        variables = {**environment, "TERM": term}
        command = shlex.join(["env", "-i", *(f"{key}={value}" for key, value in variables.items()), *map(os.fsdecode, arguments)])
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), f"{command}; echo status $?; exec sleep 60")

    def _tmux(self, *arguments):
        done = subprocess.run(["tmux", "-L", self.socket, *arguments], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shown(self, colours=False):
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else [])).rstrip("\n") + "\n"

    def keys(self, *keys):
        self._tmux("send-keys", *keys)

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def wait(self, is_there, seconds=20):
        """Until the screen is as wanted, or has this text; it is the answer."""
        wanted = is_there if callable(is_there) else lambda screen: is_there in screen
        end = time.monotonic() + seconds
        while not wanted(screen := self.shown()):
            assert time.monotonic() < end, f"not seen in {seconds} s:\n{screen}"
            time.sleep(0.05)
        return screen

    def close(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True, timeout=30)
