module example.com/paint

go 1.22

require tel.example/telemetry v0.0.0

// libtel is not fetched: the binding is a folder beside the examples.
replace tel.example/telemetry => ../../../bindings/go
