#!/bin/sh
# count.sh - a shell script that counts what it does, with "tel inc".
#
#     ./count.sh ~/Documents
#     tel dump
#
# It pretends to back up a folder and counts how often it ran and what kinds of
# files it met; no file's name is counted.
set -eu

# Who is counting. Every "tel inc" below says it for this script.
export TEL_PROGRAM=example.com/backup

# Counting must not be able to break the script: not where tel isn't installed,
# not where telemetry is off.
# tel-lint: allow what follows gives it constant names; "tel lint --call count" looks at them
count() { tel inc "$@" 2>/dev/null || :; }

folder=${1:-.}
[ -d "$folder" ] || { count backup/error:no-folder; echo "count.sh: there is no folder $folder" >&2; exit 1; }

count backup/run

# Many counters with one process: lines of a name and a number.
{
  echo "backup/file:text $(find "$folder" -type f -name '*.txt' | wc -l)"
  echo "backup/file:image $(find "$folder" -type f \( -name '*.png' -o -name '*.jpg' \) | wc -l)"
} | count

echo "backed up $folder"
