#!/bin/sh
# demo.sh - programs in C, Python, Go and shell count into one telemetry
# directory; the week ends; a report says what was counted; what a vendor has
# approved, and the user agreed to, is sent to a collector on this machine; and so
# do 2,000 made-up machines, of which it shows charts. `make demo` builds and runs this.
#
# Everything happens in a new temporary folder, which also stands in for the
# home directory. It is removed at the end; KEEP=1 keeps it, and the collector,
# whose charts a browser then shows. The demo checks
# what it shows: a count that is missing or wrong makes it fail.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
examples=$root/examples
PATH=$root/build/bin:$PATH
export LC_ALL=C

home=$(mktemp -d "${TMPDIR:-/tmp}/tel-demo.XXXXXX")
collector=""
tidy() {
  if [ -n "$collector" ]; then kill "$collector" 2>/dev/null || true; fi
  if [ "${KEEP:-0}" = 1 ]; then
    echo "Kept: $home"
  else
    # A child that the go command left behind may still be writing.
    rm -rf "$home" 2>/dev/null || { sleep 1; rm -rf "$home"; }
  fi
}
trap tidy EXIT
trap 'exit 130' INT TERM

# Nothing of the caller's own telemetry says anything here.
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME TEL_MODE TEL_PROGRAM TEL_COMMAND TEL_LIBRARY DO_NOT_TRACK CI
export HOME="$home"
# One directory for all: libtel and tel take it from here.
telemetry="$home/telemetry"
export TEL_DIR="$telemetry"
# The bindings as they are in this tree.
python=$root/build/venv/bin/python
export PYTHONPATH="$root/bindings/python/src" PYTHONDONTWRITEBYTECODE=1
export TEL_SH="$root/bindings/shell/tel.sh"

bold="" plain=""
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi
heading() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
short() { sed -e "s|$home|~|g" -e "s|$root/||g"; }
indented() { short | sed 's/^/    /'; }
# A command, and what it says.
show() {
  printf '$ %s\n' "$*" | short
  "$@" > "$home/output" 2>&1 || { cat "$home/output" >&2; echo "FAILED: $*" >&2; exit 1; }
  indented < "$home/output"
}

echo "Home directory of this demo: $home (~ below)"

compile() {
  "${CC:-cc}" -std=c99 -O -o "$home/$2" "$examples/$1" -I"$root/build/include" \
    -L"$root/build/lib" -ltel -Wl,-rpath,"$root/build/lib"
}
compile c/counts.c counts
compile c/getopt.c plot
compile c/hello.c hello
compile c/latency.c search
compile parts/paint.c paint-c
[ -d "$root/build/go-peers/cache" ] || echo "(The first time, this compiles Go's standard library, too: about half a minute.)"
"$python" "$examples/build_go.py" "$examples/parts/go" "$home/paint-go"
"$python" "$examples/build_go.py" "$examples/go-libtel" "$home/plot-go"
cd "$home"

# ---- One tool in four languages: one declared identity, one file --------------

heading "One tool whose parts are in C, Python, Go and shell"
# What "go build" wrote into the Go part; the others declare the same.
toolchain=$("$root/build/venv/bin/go" version paint-go | awk '{ print $2 }')
set -- example.com/paint devel "$toolchain"
running=""
start() {
  printf '$ %s &\n' "$*" | short
  "$@" & running="$running $!"
}
start ./paint-go
start ./paint-c "$@"
start "$python" "$examples/parts/paint.py" "$@"
start "$examples/parts/paint.sh" "$@"
for part in $running; do wait "$part" || { echo "FAILED: a part of paint" >&2; exit 1; }; done
show ls "$TEL_DIR/local"
for file in "$TEL_DIR"/local/paint@*.v1.count; do show tel dump "$file"; done

# ---- By default, each program has a file of its own ---------------------------

heading "By default each program has a file of its own: programs in C"
show ./hello
show ./hello
show ./plot --format=svg --output=secret.svg -v -v
show ./search

heading "Programs in Python"
show "$python" "$examples/python/hello.py"
show "$python" "$examples/python/flags.py" --format svg --output secret.svg -v -v

heading "A program in Go"
show ./plot-go -format=svg secret.csv

heading "Shell scripts"
show "$examples/shell/flags.sh" -v -o secret.tar folder
mkdir documents
touch documents/one.txt documents/two.txt documents/sea.png
show "$examples/shell/count.sh" documents

heading "Beside libtel: the Go toolchain counts its own use, and what it builds counts too"
# The go command takes a directory as tests of Go do. With golang.org/x/telemetry
# it writes the same kind of file.
show "$python" "$examples/go/build.py" greet "$TEL_DIR"
show ./greet -loud world moon

# ---- Crashes -------------------------------------------------------------------

# A command that ends badly on purpose, and what it says.
crashes() {
  printf '$ %s\n' "$*" | short
  # Its shell would have a word of its own to say, and a core is not wanted.
  { (ulimit -c 0; "$@"; exit $?) > "$home/output" 2>&1; } 2>> "$home/output" && { echo "FAILED: $* did not crash" >&2; exit 1; }
  tail -n 2 "$home/output" | indented
}

heading "Programs that crash, in C, Python and Go: each ends as it would have"
compile c/crash.c crash-c
"$python" "$examples/build_go.py" "$examples/go-libtel/crash" "$home/crash-go"
crashes ./crash-c
crashes "$python" "$examples/python/crash.py"
crashes ./crash-go
echo "A Go program's crash is counted by its next start, the others' by the next report run:"
show ./crash-go 3 4
show tel report

# ---- Look --------------------------------------------------------------------

heading "What is there now"
show tel status
show ls "$TEL_DIR/local"
for file in "$TEL_DIR"/local/hello@*.v1.count; do show tel dump "$file"; done

# ---- The week ends -----------------------------------------------------------

# A week ends at most seven days after it began.
later=$(date -u -d '+8 days' +%F)
heading "It is $later: the week is over"
show tel report --as-of "$later"

reports=$(find "$TEL_DIR/local" -name 'local.*.json')
for report in $reports; do ./counts "$report"; done > counted

heading "What was counted, and by whom"
sort -t '	' -k 1,3 -s counted | awk -F '\t' '
  function rest() { if (rows > 6) printf "      and %d more\n", rows - 6 }
  { who = $1 " " $2 " (" $3 ")" }
  who != last { rest(); last = who; rows = 0; print "    " who }
  { if (++rows <= 6) printf "      %-46s %6s\n", $4, $5 }
  END { rest() }'

heading "The report"
for report in $reports; do
  echo "$report" | short
  head -n 24 "$report" | indented
  echo "    ... $(wc -l < "$report") lines in all"
done

heading "Where the files are"
find "$TEL_DIR" -type f | sort | indented
echo "Without TEL_DIR they are in ~/.config/tel/telemetry. Nothing has left the machine."

# ---- A vendor with a collector -------------------------------------------------

# Its telemetry is in the user's own directory: from one that TEL_DIR names, nothing is sent.
unset TEL_DIR
# Only what is begun after the day on which the user agreed is ever sent.
counted=$(date -u -d '+1 day' +%F)
over=$(date -u -d '+9 days' +%F)

heading "The organisation acme says in public what may be sent, and starts a collector"
show tel-collector config build "$examples/collector/crowd.txt" --output data/config
# It is $over for the collector, too: so the crowd's week is settled.
set -- --data data --charts "$examples/collector/crowd.txt" --title Paint --as-of "$over"
tel-collector serve "$@" --port 0 --rate-limit 0 > "$home/address" 2> "$home/collector.log" &
collector=$!
turns=0
until grep -q http "$home/address"; do
  turns=$((turns + 1))
  [ "$turns" -lt 100 ] || { echo "FAILED: the collector does not start" >&2; cat "$home/collector.log" >&2; exit 1; }
  sleep 0.1
done
url=$(head -n 1 "$home/address")
echo "It listens on $url"

heading "Uploading: the organisation acme approves some counters, and the user agrees"
show tel on --vendor acme --destination "$url"
show tel inc --vendor acme --as-of "$counted" --program example.com/paint --program-version v1.2.0 paint/open:png 3
show tel inc --vendor acme --as-of "$counted" --program example.com/paint --program-version v1.2.0 paint/open:xcf
show tel inc --vendor acme --as-of "$counted" --program example.com/other --program-version 1.0 other/started

heading "What would be sent, byte for byte, and what stays"
show tel preview --vendor acme --as-of "$over" --explain
tel preview --vendor acme --as-of "$over" > "$home/previewed"

heading "It is sent"
show tel upload --vendor acme --as-of "$over" --json
show tel sent --vendor acme --verify
show cat "$HOME"/.config/acme/telemetry/upload/*.receipt
echo

# ---- A crowd -------------------------------------------------------------------

# The newest week, Monday to Sunday, that is settled on that day.
sunday=$(date -u -d "$over -8 days" +%u)
sunday=$(date -u -d "$over -8 days -$((sunday % 7)) days" +%F)
heading "2,000 other machines send their week that ended on $sunday"
show "$python" "$examples/collector/crowd.py" send "$url" --week "$sunday" --truth "$home/truth.json"
show tel-collector publish "$@"
show tel-collector status "$@"
show "$python" "$examples/collector/crowd.py" check "$url" --truth "$home/truth.json"

# ---- Check -------------------------------------------------------------------

missing=0
# expect PROGRAM COUNTER VALUE: all its counts in the reports. PROGRAM may go on
# with how its toolchain begins; a counter that ends with "*" stands for all that
# begin so, a value "+" for any but none.
expect() {
  sum=$(awk -F '\t' -v program="$1" -v counter="$2" '
    BEGIN { any = sub(/\*$/, "", counter) }
    ($1 == program || program ~ / / && index($1 " " $3, program) == 1) && (any ? index($4, counter) == 1 : $4 == counter) { sum += $5 }
    END { print sum + 0 }' counted)
  case $3 in
    +) [ "$sum" -gt 0 ] ;;
    *) [ "$sum" = "$3" ] ;;
  esac || { echo "WRONG: $1 counted $2 $sum times, not $3" >&2; missing=1; }
}

for part in c go python shell; do expect "example.com/paint $toolchain" "paint/part:$part" 1; done
expect example.com/paint paint/stroke 4000
expect hello hello/greeting:world 2
expect example.com/hello hello/greeting:world 1
expect example.com/plot plot/flag:format 3
expect "example.com/plot cpython" plot/flag:output 1
expect "example.com/plot cpython" plot/flag/format:svg 1
expect "example.com/plot go" plot/flag:format 1
expect "example.com/plot go" plot/format:svg 1
expect "example.com/plot go" plot/file 1
expect example.com/archive archive/flag:v 1
expect example.com/archive archive/flag:o 1
expect example.com/archive archive/folder 1
expect example.com/plot plot/flag:output 2
expect example.com/plot plot/flag:verbose 2
expect "example.com/plot swift" plot/flag/format:svg 1
expect example.com/search 'search/query/latency:*' 5
expect example.com/search 'search/query/results:<1' 1
expect example.com/search 'search/query/results:<inf' 1
expect example.com/backup backup/run 1
expect example.com/backup backup/file:text 2
expect example.com/backup backup/file:image 1
expect example.com/greet greet/greeting 2
expect example.com/greet greet/flag:loud 1
for crashed in crash-c example.com/crash example.com/plot/crash; do
  if ! awk -F '\t' -v who="$crashed" '$1 == who && index($4, "crash/") == 1 { found = 1 } END { exit !found }' counted; then
    echo "WRONG: the crash of $crashed did not arrive" >&2
    missing=1
  fi
done
expect cmd/go go/subcommand:build 1
expect cmd/link link/invocations +
# shellcheck disable=SC2086
if [ "$(cat $reports | grep -c '"Program": "example.com/paint"')" != 1 ]; then
  echo "WRONG: the parts of one tool are not one program of the report" >&2
  missing=1
fi
if ! cmp -s "$home/previewed" "$HOME"/.config/acme/telemetry/upload/*.json; then
  echo "WRONG: what was sent is not what the preview showed" >&2
  missing=1
fi
if [ "$(tel sent --vendor acme --verify | grep -c "received as it is here")" != 1 ]; then
  echo "WRONG: the receipt is not of what was sent" >&2
  missing=1
fi
if grep -q secret "$telemetry"/local/*; then
  echo "WRONG: a file's name was counted" >&2
  missing=1
fi

heading "Done"
if [ "$missing" = 0 ]; then echo "Every count is in the report, and what was sent is what was shown."; else echo "Counts are missing or wrong; see above."; fi
if [ "${KEEP:-0}" = 1 ]; then
  echo "The charts are at $url"
  echo "The collector goes on until: kill $collector"
  collector=""
else
  echo "The charts were at $url"
  echo "KEEP=1 make demo leaves them there, for you to look at."
fi
exit "$missing"
