#!/bin/sh
# Links what ships: link.sh FOLDER-OF-THE-BUILD OUTPUT
#
# SwiftPM links it too, and what it makes works. This is a fifth smaller: what is
# in C is compiled here, with unwind tables; what is in Swift is optimised as a
# whole, repeated pieces of code are shared, and its unwind tables are left out.
# They end at the next Swift function anyway (docs/decisions/0002).
set -eu
cd "$(dirname "$0")/../.."
built=$1
output=$2
tools=$(dirname "$(readlink -f "$(command -v swift)")")
work=$built/tel.link
rm -rf "$work"
mkdir -p "$work"

# As in Package.swift, for what SwiftPM links.
link() {
  "$tools/clang" -shared -fuse-ld=lld -Wl,--version-script=Sources/TelABI/tel.map -Wl,-soname=libtel.so.1 \
    -Wl,-Bsymbolic-functions -Wl,-z,nodelete -Wl,-z,defs -Wl,--gc-sections -Wl,--icf=all "$@"
}

# Thread-local variables by descriptor need libc alone, not the loader by name.
for source in Sources/CEntry/*.c; do
  "$tools/clang" -c -Os -fPIC -fno-omit-frame-pointer -fexceptions -fasynchronous-unwind-tables -ffunction-sections \
    -mtls-dialect=gnu2 -Iinclude -ISources/CEntry/include "$source" -o "$work/$(basename "$source" .c).o"
done

# The names of SwiftPM's bitcode files, for the linker: the compiler would take
# them for sources.
grep -v /CEntry.build/ "$built/tel.product/Objects.LinkFileList" | sed 's/^/-Wl,/' >"$work/bitcode"
link -Wl,-mllvm,-inline-threshold=0 -Wl,-mllvm,-enable-machine-outliner=always \
  -Wl,--lto-obj-path="$work/swift.native" -o "$work/whole.so" "$work"/*.o "@$work/bitcode"
objcopy --remove-section .eh_frame --remove-section .rela.eh_frame "$work/swift.native" "$work/swift.o"
link -o "$output" "$work"/*.o
