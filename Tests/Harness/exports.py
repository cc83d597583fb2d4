"""What `tel export` writes, as its readers see it: Prometheus' own promtool and
parser, OpenTelemetry's own messages, and Python's csv and json."""

import csv
import io
import json
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[2]
FORMATS = ("json", "csv", "prometheus", "otlp")
DELTA, CUMULATIVE = 1, 2
IDENTITY = ("program", "version", "toolchain", "os", "arch")


def promtool(text):
    """What it complains of; a text that it cannot read is an error."""
    done = subprocess.run([ROOT / "build" / "tools" / "promtool", "check", "metrics"], input=text, capture_output=True, encoding="utf-8")
    assert done.returncode in (0, 3), done.stderr
    return done.stderr.splitlines()


class Prometheus:
    """Families, none of which is there twice, nor a sample of theirs."""

    def __init__(self, text):
        self.families = {}
        self.samples = {}
        for family in text_string_to_metric_families(text):
            assert family.name not in self.families, family.name
            self.families[family.name] = family
            for sample in family.samples:
                key = (sample.name, frozenset(sample.labels.items()))
                assert key not in self.samples, key
                self.samples[key] = sample.value

    def of(self, name):
        """Labels and value of this sample, without those of the program."""
        return [
            ({label: value for label, value in labels if label not in (*IDENTITY, "vendor")}, value)
            for (own, labels), value in self.samples.items() if own == name]

    def histogram(self, name, **labels):
        """le -> count, cumulative."""
        return {
            found["le"]: value for found, value in self.of(f"{name}_bucket") if labels.items() <= found.items()}

    @property
    def total(self):
        total = 0
        for (name, labels), value in self.samples.items():
            if name.endswith("_total") or name.endswith("_count"):
                total += int(value)
        return total


class OTLP:
    """metrics: name -> the metrics of all programs that have it."""

    def __init__(self, text):
        self.request = json_format.ParseDict(json.loads(text), ExportMetricsServiceRequest())
        self.metrics = defaultdict(list)
        self.resources = []
        for resource in self.request.resource_metrics:
            self.resources.append(attributes(resource.resource))
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    self.metrics[metric.name].append(metric)

    def points(self):
        for metrics in self.metrics.values():
            for metric in metrics:
                for point in getattr(metric, metric.WhichOneof("data")).data_points:
                    yield metric, point

    @property
    def total(self):
        total = 0
        for metric, point in self.points():
            if metric.WhichOneof("data") == "histogram":
                assert point.count == sum(point.bucket_counts) and len(point.bucket_counts) == len(point.explicit_bounds) + 1
                assert list(point.explicit_bounds) == sorted(set(point.explicit_bounds))
                assert not point.HasField("sum")
                total += point.count
            else:
                assert metric.sum.is_monotonic
                total += point.as_int if point.WhichOneof("value") == "as_int" else int(point.as_double)
        return total


def attributes(message):
    return {pair.key: pair.value.string_value for pair in message.attributes}


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def counts(format, text):
    """(identity, name) -> count, of the two formats that have names as they are."""
    found = Counter()
    if format == "csv":
        for row in rows(text):
            found[tuple(row[key] for key in IDENTITY), row["name"]] += int(row["value"])
    else:
        for program in json.loads(text)["programs"]:
            for count in program["counts"]:
                name = "\n".join([count["name"], *count.get("frames", [])])
                found[tuple(program[key] for key in IDENTITY), name] += count["value"]
    return found


def total(format, text):
    if format == "prometheus":
        return Prometheus(text).total
    return OTLP(text).total if format == "otlp" else sum(counts(format, text).values())
