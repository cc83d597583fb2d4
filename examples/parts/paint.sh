#!/bin/sh
# paint.sh - the shell part of a tool whose parts are in four languages; see
# paint.c.
#
#     ./paint.sh example.com/paint devel go1.27.3
set -eu
# shellcheck source=bindings/shell/tel.sh
. "${TEL_SH:-/usr/local/share/tel/tel.sh}"

tel_open "$1" "$2" "$3"

tel_inc paint/part:shell
tel_inc paint/stroke 1000
