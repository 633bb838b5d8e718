"""An ordinary user, where tests are run by root."""

import os
import subprocess
import sys

NOBODY = 65534
AS_NOBODY = {} if os.geteuid() else {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def python_for_nobody() -> str:
    """Return a Python that this user may run, too."""
    for python in (sys._base_executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            works = "import sys, venv; sys.exit(sys.version_info < (3, 11))"
            subprocess.run([python, "-c", works], check=True, **AS_NOBODY)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    raise FileNotFoundError("no Python 3.11 or newer that an ordinary user may run")
