"""A report that was answered is in the file, once, however the collector ends."""

import http.client
import subprocess
import threading
import time
from random import Random

import pytest

from Benchmarks import uploading
from Harness.trial import program

serving = pytest.importorskip("Collector.serving")


class Senders:
    """Some, each sending one report after the other until there is no answer."""

    def __init__(self, port, seed, count=32):
        self.answered = []
        self.threads = [threading.Thread(target=self.send, args=(port, Random(f"{seed} {number}"))) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def send(self, port, random):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            while True:
                x = 1 - random.random()
                connection.request("POST", f"/upload/{serving.WEEK}", uploading.report(serving.WEEK, x), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                self.answered.append(x)
        except (OSError, http.client.HTTPException):
            pass


def test_killed_while_reports_come(collector):
    answered = []
    served = serving.Serving(collector, config=uploading.config(), start=False)
    for seed in range(4):
        served.start()
        senders = Senders(served.port, seed)
        end = time.monotonic() + 60
        while len(senders.answered) < 200 * (seed + 1):
            assert time.monotonic() < end, f"{len(senders.answered)} were answered"
            time.sleep(0.01)
        served.process.kill()
        served.process.wait()
        for thread in senders.threads:
            thread.join()
        answered += senders.answered
    listed = subprocess.run([program(), "list", served.data / "reports.db"], capture_output=True, text=True, check=True).stdout.splitlines()
    kept = [float(line.split()[1]) for line in listed if line.startswith("report ")]
    assert len(kept) == len(set(kept))
    assert set(answered) <= set(kept)
