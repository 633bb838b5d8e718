"""Runs a program as a user of the embedded servers, so that they last as long as it needs them.

Used as `python -m segrec_site.attached celery …`, with the name of the program's module.
"""

import os
import runpy
import sys

from celery.signals import worker_process_init

from segrec_site.bootstrap import use_servers
from segrec_site.embedded.account import die_with_parent


@worker_process_init.connect
def end_with_the_worker(**_: object) -> None:
    """Let no pool process go on alone when its worker is killed."""
    die_with_parent()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
    use_servers()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
