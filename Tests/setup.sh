#!/bin/sh
# Installs what is missing: `setup.sh build` for make, `setup.sh test` also for
# make test and make demo, `setup.sh bench` the peers of make bench too,
# `setup.sh deb` is for make deb. Does nothing, and asks no server, when all is there.
set -eu
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# command-or-file:package
need="cc:gcc c++:g++ strip:binutils /usr/include/ffi.h|/usr/include/x86_64-linux-gnu/ffi.h|/usr/include/aarch64-linux-gnu/ffi.h:libffi-dev /usr/include/x86_64-linux-gnu/curl/curl.h|/usr/include/aarch64-linux-gnu/curl/curl.h|/usr/include/curl/curl.h:libcurl4-openssl-dev /usr/include/x86_64-linux-gnu/libunwind.h|/usr/include/aarch64-linux-gnu/libunwind.h|/usr/include/libunwind.h:libunwind-dev /usr/include/elfutils/libdwfl.h:libdw-dev /usr/include/sqlite3.h:libsqlite3-dev /usr/include/zlib.h:zlib1g-dev"
if [ "$1" = test ] || [ "$1" = bench ]; then
  need="$need strace:strace abidiff:abigail-tools valgrind:valgrind git:git openssl:openssl systemd-analyze:systemd cmake:cmake pkg-config:pkg-config busybox:busybox mkfs.ext4|/sbin/mkfs.ext4:e2fsprogs setpriv:util-linux pgrep:procps tmux:tmux zsh:zsh fish:fish /usr/share/bash-completion/bash_completion:bash-completion man:man-db mandoc:mandoc chromium:chromium chromedriver:chromium-driver groff:groff-base /usr/share/doc/python3-venv:python3-venv /usr/share/doc/python3-dev:python3-dev"
fi
if [ "$1" = test ] || [ "$1" = deb ]; then
  need="$need dh:debhelper dpkg-buildpackage:dpkg-dev lintian:lintian"
fi
if [ "$1" = bench ]; then
  need="$need /usr/include/prometheus/counter.h:prometheus-cpp-dev"
fi

there() {
  old=$IFS
  IFS='|'
  for what in $1; do
    IFS=$old
    case $what in
      /*) if [ -e "$what" ]; then return 0; fi ;;
      *) if command -v "$what" >/dev/null 2>&1; then return 0; fi ;;
    esac
  done
  IFS=$old
  return 1
}

missing=""
for entry in $need; do
  there "${entry%:*}" || missing="$missing ${entry##*:}"
done
if [ -n "$missing" ]; then
  echo "installing:$missing"
  as_root apt-get update -qq
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

if ! command -v swift >/dev/null 2>&1; then
  echo "libtel needs Swift 6.3 or newer, and there is no swift on the PATH; see the README, \"Building\"" >&2
  exit 1
fi

# venv FOLDER REQUIREMENTS: a Python environment that has just these.
venv() {
  if cmp -s "$2" "$1/requirements.txt"; then return; fi
  rm -rf "$1"
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check -r "$2"
  cp "$2" "$1/requirements.txt"
}

mkdir -p build

# tool NAME PACKAGE: a program out of its package, which would start a server.
tool() {
  if [ -x "build/tools/$1" ]; then return; fi
  mkdir -p build/tools/package
  (cd build/tools/package && { apt-get download -qq "$2" || { as_root apt-get update -qq && apt-get download -qq "$2"; }; } 2>/dev/null)
  dpkg-deb --fsys-tarfile "build/tools/package/$2"_*.deb | tar -xO --wildcards "./usr/*bin/$1" >"build/tools/$1.new"
  chmod +x "build/tools/$1.new"
  mv "build/tools/$1.new" "build/tools/$1"
  rm -r build/tools/package
}

# promtool reads what is written for Prometheus; a collector runs behind nginx.
if [ "$1" = test ]; then tool promtool prometheus && tool nginx nginx; fi
if [ "$1" = test ] || [ "$1" = bench ]; then venv build/venv Tests/requirements.txt; fi
if [ "$1" = bench ]; then venv build/bench-venv Tests/Benchmarks/requirements.txt; fi
