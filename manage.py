#!/usr/bin/env python
"""The way in for operators: every command of segrec, on any machine."""

import os
import sys


def main() -> None:
    """Make the servers ready when they are ours to start, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from segrec_site.bootstrap import CannotStart, prepare
    from segrec_site.embedded import EmbeddedError

    try:
        prepare(sys.argv)
        execute_from_command_line(sys.argv)
    except (CannotStart, EmbeddedError, ImproperlyConfigured) as problem:
        sys.exit(f"{problem}")


if __name__ == "__main__":
    main()
