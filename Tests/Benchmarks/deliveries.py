"""Waiting reports, delivered by libtel and by the reference to one receiver.

A directory can't have 50 that are young enough to be sent: there are five, with
the reports of ten weeks each."""

import shutil
from datetime import date, timedelta

from Benchmarks.programs import in_c, launched, measured, tel
from Harness import c, go
from Harness.collector import Answer, Collector, nobody
from Upload.stage import TODAY, VENDOR, Stage, config

CONFIG, VERSION = config(), "v1.0.0"


def weeks(count):
    return [str(date.fromisoformat(TODAY) - timedelta(days=back)) for back in range(1, count + 1)]


def by_libtel(stage, url):
    return [tel(), "upload", "--dir", stage.directory, "--vendor", VENDOR, "--as-of", TODAY]


def by_the_reference(stage, url):
    (stage.home / "config.json").write_bytes(CONFIG)
    return go.uploader(stage.directory, f"{TODAY}T00:00:01Z", stage.home / "config.json", VERSION, f"{url}/upload")


def waiting(whom, reports, home, url):
    """A directory whose reports were made and could not be sent."""
    home.mkdir()
    stage = Stage(home, executable=tel()).prepare(url).counted(*weeks(reports))
    if whom is by_libtel:
        stage.hasty()
        (stage.local / "upload.next").unlink(missing_ok=True)
    else:
        c.run(*whom(stage, nobody()), directory=home)
    assert list(stage.waiting) == sorted(weeks(reports)), f"{whom.__name__}: {list(stage.waiting)} wait"
    return stage


def delivered_by(whom):
    def run(sizes, place):
        directories, reports = sizes.waiting
        with Collector(CONFIG, VERSION) as collector:
            collector.always("POST", "*", Answer(503))
            template = waiting(whom, reports, place / "template", collector.url)
            collector.forget()
            took = 0
            for number in range(directories):
                collector.requests.clear()
                stage = Stage(shutil.copytree(template.home, place / str(number)), executable=tel())
                times, _ = launched(1, {"deliver": whom(stage, collector.url)}, place)
                took += times["deliver"]
                assert sorted(collector.weeks) == sorted(stage.sent) == sorted(weeks(reports)), f"{whom.__name__} sent {list(stage.sent)}"
        return {"time": took}

    return run


def flush(sizes, place):
    """A program in mode on, for which nothing is due."""
    with Collector(CONFIG, VERSION) as collector:
        stage = Stage(place / "home", executable=tel()).prepare(collector.url)
        found = measured(in_c("flushing.c"), sizes.flushes, stage.directory, collector.url, place=place)
        assert collector.uploads() == []
    return found
