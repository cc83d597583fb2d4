#!/bin/sh
# The second that everything packed here is dated to: $SOURCE_DATE_EPOCH, or
# that of the last entry in debian/changelog.
set -eu
if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
  echo "$SOURCE_DATE_EPOCH"
else
  date -u -d "$(sed -n 's/^ -- .*>  //p' "$(dirname "$0")/debian/changelog" | head -n 1)" +%s
fi
