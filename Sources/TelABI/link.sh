#!/bin/sh
# Links what ships: link.sh FOLDER-OF-THE-BUILD OUTPUT
#
# TEL_UPLOADER is the path at which the command tel will be installed.
#
# SwiftPM links it too, and what it makes works. This is a fifth smaller: what is
# in Swift is optimised as a whole, repeated pieces of code are shared, and one
# unwind rule stands for all of its tables. Why: docs/decisions/0010.
set -eu
cd "$(dirname "$0")/../.."
built=$1
output=$2
uploader=${TEL_UPLOADER:-/usr/local/bin/tel}
tools=$(dirname "$(readlink -f "$(command -v swift)")")
work=$built/tel.link
rm -rf "$work"
mkdir -p "$work"

# As in Package.swift, for what SwiftPM links.
link() {
  "$tools/clang" -shared -fuse-ld=lld -Wl,--version-script=Sources/TelABI/tel.map -Wl,-soname=libtel.so.1 \
    -Wl,-Bsymbolic-functions -Wl,-z,nodelete -Wl,-z,defs -Wl,-z,now -Wl,--build-id -Wl,--gc-sections -Wl,--icf=all "$@"
}

# Thread-local variables by descriptor need libc alone, not the loader by name.
# On other machines that is the usual way.
dialect=
if [ "$(uname -m)" = x86_64 ]; then dialect=-mtls-dialect=gnu2; fi
for source in Sources/CEntry/*.c; do
  "$tools/clang" -c -Oz -fPIC -fno-omit-frame-pointer -fexceptions -fasynchronous-unwind-tables -DTEL_UPLOADER="\"$uploader\"" \
    $dialect -ffile-prefix-map="$PWD"=. -Iinclude -ISources/CEntry/include "$source" -o "$work/$(basename "$source" .c).o"
done

# The names of SwiftPM's bitcode files, for the linker: the compiler would take
# them for sources.
grep -v /CEntry.build/ "$built/tel.product/Objects.LinkFileList" | sed 's/^/-Wl,/' >"$work/bitcode"
objects=$(echo "$work"/*.o)
# shellcheck disable=SC2086
link -Wl,-mllvm,-inline-threshold=0 -Wl,-mllvm,-min-jump-table-entries=32 -Wl,-mllvm,-enable-machine-outliner=always \
  -Wl,--lto-obj-path="$work/swift.native" -o "$work/whole.so" $objects "@$work/bitcode"
swift=$work/swift.native
if [ "$(uname -m)" = x86_64 ]; then
  # What counts begins with a line of the processor's cache.
  objcopy --remove-section .eh_frame --remove-section .rela.eh_frame --set-section-alignment .text.tel_add=64 \
    --set-section-alignment .text.tel_counter_inc=64 "$swift" "$work/swift.without"
  swift="$work/unwind.o $work/swift.without"
  rule() {
    "$tools/clang" -c -Wa,--defsym,swift_size="$1" Sources/TelABI/unwind-x86_64.s -o "$work/unwind.o"
    objcopy --strip-symbol=swift_size "$work/unwind.o"
  }
  # How much is left of it is known when it has been linked once.
  rule 1
  # shellcheck disable=SC2086
  link -o "$output" $objects $swift
  start=$((0x$(nm "$output" | awk '$3 == "swift" { print $1 }')))
  end=$(size -A "$output" | awk '$1 == ".text" { print $2 + $3 }')
  rule $((end - start))
fi
# shellcheck disable=SC2086
link -o "$output" $objects $swift
