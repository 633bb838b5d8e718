"""Starts or finds the servers before Django reads its settings; tests have their own databases.

Loaded by `-p tests.servers`: the first thing pytest does.
"""

import os
import signal
from pathlib import Path

import pytest

from segrec_site import embedded

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
# Two Redis databases a test process, and never those of a running site.
os.environ["SEGREC_REDIS_DB"] = str(2 * (1 + _worker))
if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
    _var = Path(os.environ.get("SEGREC_VAR") or Path(__file__).parent.parent / "var").absolute()
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", 143))
    servers = embedded.ensure(_var)
