"""What distributors get: .debs, the wheel, the Go module, the source tarball,
and the same bytes wherever they are made. `make` has been run before."""
