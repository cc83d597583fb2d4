#!/bin/sh
# flags.sh - a script that counts its options and its work with tel.sh.
#
#     ./flags.sh -v -o archive.tar ~/Documents
#     tel dump
#
# counts archive/flag:v and archive/flag:o, and nothing of what follows them.
set -eu

# Where tel.sh isn't installed, the script works as well and counts nothing.
tel_sh=${TEL_SH:-/usr/local/share/tel/tel.sh}
if [ -r "$tel_sh" ]; then
  # shellcheck source=bindings/shell/tel.sh
  . "$tel_sh"
else
  tel_open() { :; }
  tel_inc() { :; }
  tel_count_flags() { :; }
fi

tel_open example.com/archive 1.1.0

options=no:v
tel_count_flags archive "$options" "$@"

dry="" output=archive.tar verbose=""
while getopts "$options" option; do
  case $option in
    n) dry=yes ;;
    o) output=$OPTARG ;;
    v) verbose=yes ;;
    *) tel_inc archive/error:usage; exit 2 ;;
  esac
done
shift $((OPTIND - 1))

if [ -n "$verbose" ]; then echo "$# folders into $output"; fi
if [ -n "$dry" ]; then tel_inc archive/run:dry; else tel_inc archive/run:real; fi
tel_inc archive/folder $#
