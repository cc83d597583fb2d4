"""libtel beside the reference implementation, golang.org/x/telemetry."""
