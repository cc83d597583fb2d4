#!/bin/sh
# dist.sh tel-VERSION.tar.gz: packs the sources. In a git checkout these are the
# files that git tracks, as they are in the folder; in an unpacked tarball, all
# that was not made there. The bytes depend on nothing else.
set -eu
out=$(realpath -m "$1")
cd "$(dirname "$0")/.."
mkdir -p "$(dirname "$out")"
top=$(basename "$out" .tar.gz)

sources() {
  if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
    git ls-files -z
  else
    find . \( -path ./build -o -path './.build*' -o -path ./debian -o -path ./.pc -o -path './.venv*' \
      -o -name __pycache__ -o -name .pytest_cache \) -prune \
      -o \( -type f -o -type l \) ! -name Package.resolved ! -name '*.pyc' -printf '%P\0'
  fi
}

sources | LC_ALL=C sort -z >"$out.files"
tar --create --file="$out.tar" --format=gnu --no-recursion --hard-dereference --transform="s,^,$top/,S" \
  --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$(packaging/date.sh)" --null --files-from="$out.files"
gzip -n -9 <"$out.tar" >"$out.new"
rm "$out.files" "$out.tar"
mv "$out.new" "$out"
