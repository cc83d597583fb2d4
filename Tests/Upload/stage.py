"""The organisation acme, whose program has counted for some weeks on this
machine, and where its reports are on their way."""

import hashlib
import json
from datetime import date, timedelta

from ABI.test_reports import own, put
from Command.conftest import Tel

VENDOR = "acme"
PROGRAM, VERSION, TOOLCHAIN = "example.com/app", "v1.2.3", "gcc12.2"
WEEKS = ("2026-11-20", "2026-11-27", "2026-12-04")
TODAY, TOMORROW, LATER = "2026-12-05", "2026-12-06", "2026-12-07"
CRASH = "crash/crash\nmain.f:+1,+0x2"
COUNTS = {"app/start": 3, "app/mode:fast": 2, "app/secret": 7, CRASH: 1, "crash/private\nmain.g:+3,+0x4": 1}
# Of these, what the config wants.
WANTED = {"Counters": {"app/mode:fast": 2, "app/start": 3}, "Stacks": {CRASH: 1}}
CONFIG = {
    "GOOS": ["linux"], "GOARCH": ["amd64"], "GoVersion": [TOOLCHAIN], "SampleRate": 1,
    "Programs": [{
        "Name": PROGRAM, "Versions": [VERSION],
        "Counters": [{"Name": "app/start", "Rate": 1}, {"Name": "app/mode:{fast,slow}", "Rate": 1}],
        "Stacks": [{"Name": "crash/crash", "Rate": 1, "Depth": 16}]}]}


def config(**changes):
    return json.dumps({**CONFIG, **changes}).encode()


def wanting(*counters):
    """A config with these counters of the program."""
    return config(Programs=[{**CONFIG["Programs"][0], "Counters": list(counters), "Stacks": []}])


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Stage(Tel):
    """`tel` of a user with telemetry of acme."""

    def __init__(self, home, vendor=VENDOR, **more):
        super().__init__(home, **more)
        self.vendor = vendor
        self.files = 0

    @property
    def directory(self):
        return self.home / ".config" / self.vendor / "telemetry"

    def prepare(self, destination=None, mode="on 2026-11-01"):
        self.local.mkdir(parents=True, exist_ok=True)
        (self.local / "weekends").write_text("5\n")
        (self.directory / "mode").write_text(mode)
        if destination:
            self.destine(destination)
        return self

    def destine(self, url):
        """The user has said yes to this destination."""
        (self.directory / "destination").write_text(f"{url}\n")
        (self.directory / "consent").write_text(f"mode on\ndate 2026-11-01\ndestination {url}\ntext 1\n")

    def mode(self, text):
        (self.directory / "mode").write_text(text)

    def counted(self, *weeks, counts=COUNTS, begin=None, program=PROGRAM, version=VERSION, toolchain=TOOLCHAIN):
        """Counter files of weeks that end on these days."""
        for week in weeks or WEEKS[1:2]:
            self.files += 1
            since = begin or str(date.fromisoformat(week) - timedelta(days=4))
            records = [(name.encode(), value) for name, value in counts.items()]
            name = f"{program.rpartition('/')[2]}{self.files}@{version}-{toolchain}-linux-amd64-{since}.v1.count"
            put(self.directory, name, records, own(self.files), begin=since, end=week, program=program, version=version, toolchain=toolchain)
        return self

    # ---- What is done

    def do(self, command, *arguments, as_of=TODAY, **more):
        return self(command, "--vendor", self.vendor, "--as-of", as_of, *arguments, **more)

    def about(self, command, *arguments, **more):
        """Of a command that has no clock."""
        return self(command, "--vendor", self.vendor, *arguments, **more)

    def upload(self, *arguments, **more):
        return self.do("upload", *arguments, **more)

    def hasty(self, *arguments, **more):
        """An upload that has no time to wait for a better moment."""
        return self.upload("--timeout", "2", *arguments, **more)

    # ---- What is there

    def dated(self, folder, ending=".json"):
        """Week -> content of the files that are called by a week."""
        found = (self.directory / folder).glob(f"20??-??-??{ending}")
        return {path.name[:10]: path.read_bytes() for path in sorted(found)}

    @property
    def reports(self):
        return {path.name[6:16]: path.read_bytes() for path in sorted(self.local.glob("local.*.json"))}

    @property
    def waiting(self):
        return self.dated("local")

    @property
    def sent(self):
        return self.dated("upload")

    @property
    def rejected(self):
        return self.dated("rejected")

    @property
    def next(self):
        """(Unix seconds, failures, why) of the file that keeps the next try's time."""
        seconds, failures, why = (self.local / "upload.next").read_text().split()
        return int(seconds), int(failures), why

    def nothing_is_left(self):
        """What a delivery that is over leaves behind."""
        assert self.waiting == {}
        assert not list(self.directory.glob("upload/*.lock"))
        assert not [path for path in self.directory.rglob(".*") if path.is_file()]
        return True


def programs(body):
    """Program -> its counters and stacks, of a report."""
    return {entry["Program"]: {"Counters": entry["Counters"], "Stacks": entry["Stacks"]} for entry in json.loads(body)["Programs"] or []}
