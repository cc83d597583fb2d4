"""`python -m tel ...` runs the command tel."""

import os
import shutil
import sys
from typing import List, Optional

from tel._library import lib


def command() -> Optional[str]:
    """TEL_COMMAND, or beside libtel, or on the PATH."""
    named = os.environ.get("TEL_COMMAND")
    if named:
        return named
    places: List[str] = []
    if os.sep in lib.path:
        folder = os.path.dirname(os.path.realpath(lib.path))
        places = [os.path.join(folder, "tel"), os.path.join(folder, os.pardir, "bin", "tel")]
    for path in places:
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return shutil.which("tel")


def main() -> int:
    path = command()
    if path is None:
        print(
            "python -m tel: there is no command tel beside libtel or on the PATH; "
            "install it, or set TEL_COMMAND to where it is", file=sys.stderr)
        return 1
    try:
        os.execv(path, [path, *sys.argv[1:]])
    except OSError as error:
        print(f"python -m tel: {path} can't be run: {error.strerror}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
