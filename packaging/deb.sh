#!/bin/sh
# deb.sh BUILD: packs what `make` left in the folder BUILD into BUILD/deb/*.deb.
# The packages are made in a copy of the sources: debhelper writes into debian/.
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/.."
version=$(sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p' packaging/debian/changelog)
rm -rf "$build/deb"
mkdir "$build/deb"
packaging/dist.sh "$build/deb/tel-$version.tar.gz"
cd "$build/deb"
tar -xf "tel-$version.tar.gz"
cd "tel-$version"
cp -r packaging/debian debian
if ! TEL_BUILD=$build dpkg-buildpackage --build=binary --no-sign >../log 2>&1; then
  tail -n 40 ../log >&2
  exit 1
fi
cd ..
rm -r "tel-$version" "tel-$version.tar.gz"
ls ./*.deb
