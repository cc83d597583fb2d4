#!/bin/sh
# wheel.sh PYTHON LIBRARY FOLDER: packs bindings/python and the library. What
# the Python has must do (hatchling): nothing is fetched.
set -eu
python=$(realpath -s "$1")
library=$(realpath "$2")
folder=$(realpath -m "$3")
cd "$(dirname "$0")/.."
rm -rf "$folder"
TEL_LIBRARY=$library SOURCE_DATE_EPOCH=$(packaging/date.sh) \
  "$python" -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir "$folder" bindings/python
ls "$folder"
