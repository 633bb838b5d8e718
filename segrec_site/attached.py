"""Runs a program as a user of the embedded servers, so that they last as long as it needs them.

Used as `python -m segrec_site.attached celery …`, with the name of the program's module.
"""

import os
import runpy
import signal
import sys
import time
from threading import Thread

from celery.signals import worker_process_init

from segrec_site.bootstrap import use_servers
from segrec_site.embedded.account import die_with_parent
from segrec_site.supervisor import POLITE_SECONDS


@worker_process_init.connect
def end_with_the_worker(**_: object) -> None:
    """Let no pool process go on alone when its worker is killed."""
    die_with_parent()


def end_after(parent: int) -> None:
    """Kill our session when our parent is gone and its signal did not end us in time."""
    while os.getppid() == parent:
        time.sleep(1)
    time.sleep(POLITE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    Thread(target=end_after, args=[os.getppid()], daemon=True).start()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
    use_servers()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
