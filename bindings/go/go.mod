module tel.example/telemetry

go 1.22
