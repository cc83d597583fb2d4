"""Waiting reports, delivered by libtel and by the reference to one receiver, by
HTTPS as everywhere.

A directory can't have 50 that are young enough to be sent, and so there are
three."""

import os
from datetime import date, timedelta

from Benchmarks.programs import in_c, launched, measured, tel
from Harness import c, go
from Harness.certificates import Authority
from Harness.collector import Collector, nobody
from Upload.stage import TODAY, VENDOR, Stage, config

CONFIG, VERSION = config(), "v1.0.0"


def weeks(count):
    return [str(date.fromisoformat(TODAY) - timedelta(days=back)) for back in range(1, count + 1)]


def by_libtel(stage, url):
    return [tel(), "upload", "--dir", stage.directory, "--vendor", VENDOR, "--as-of", TODAY]


def by_the_reference(stage, url):
    (stage.home / "config.json").write_bytes(CONFIG)
    return go.uploader(stage.directory, f"{TODAY}T00:00:01Z", stage.home / "config.json", VERSION, f"{url}/upload")


def waiting(whom, reports, home, url, env):
    """A directory whose reports were made and could not be sent."""
    home.mkdir()
    stage = Stage(home, executable=tel()).prepare(url).counted(*weeks(reports))
    if whom is by_libtel:  # as an upload leaves it that the collector does not take
        for week in weeks(reports):
            (stage.local / f"{week}.json").write_text(stage.do("preview", week, **env).out)
    else:
        c.run(*whom(stage, nobody()), directory=home)
    assert list(stage.waiting) == sorted(weeks(reports)), f"{whom.__name__}: {list(stage.waiting)} wait"
    return stage


def delivered_by(whom):
    def run(sizes, place):
        authority = Authority(place / "authority")
        with Collector(CONFIG, VERSION, tls=authority.server()) as collector:
            env = {"SSL_CERT_FILE": authority.path}
            took = sum(delivered(whom, reports, place / f"{number}", collector, env) for number, reports in enumerate(sizes.waiting))
        return {"time": took}

    return run


def delivered(whom, reports, home, collector, env):
    """Nanoseconds that it takes."""
    stage = waiting(whom, reports, home, collector.url, env)
    collector.requests.clear()
    os.sync()  # what was made is not to be written meanwhile
    times, _ = launched(1, {"deliver": whom(stage, collector.url)}, home, env)
    assert sorted(collector.weeks) == sorted(stage.sent) == sorted(weeks(reports)), f"{whom.__name__} sent {list(stage.sent)}"
    return times["deliver"]


def flush(sizes, place):
    """A program in mode on, whose weeks were all sent."""
    with Collector(CONFIG, VERSION) as collector:
        stage = Stage(place / "home", executable=tel()).prepare(collector.url).counted(*weeks(sizes.waiting[0]))
        assert stage.upload().code == 0
        collector.requests.clear()
        found = measured(in_c("flushing.c"), sizes.flushes, stage.directory, collector.url, place=place)
        assert collector.uploads() == []
    return found
