"""How many requests there were and how long they took, over all processes of the web server.

Each process counts in a file of its own, mapped into memory, and /metrics adds them up. A file
belongs to a place, not to a process: who comes after a process that ended counts on in its file.
"""

import fcntl
import logging
import os
from contextlib import suppress
from itertools import count as numbers
from pathlib import Path

import prometheus_client.values
from django.conf import settings
from prometheus_client import Histogram
from prometheus_client.multiprocess import MultiProcessCollector

logger = logging.getLogger(__name__)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_places: dict[int, tuple[int, int]] = {}  # of a process: its place, and the lock it holds it by


def count(method: str, view: str, status: int, seconds: float) -> None:
    """Note a request that was answered."""
    _requests.labels(view, method if method in METHODS else "other", status).observe(seconds)


def collector() -> Histogram | MultiProcessCollector:
    """Return what all processes counted, as a Prometheus registry takes it."""
    return MultiProcessCollector(None, str(_folder)) if _folder else _requests


def forget() -> None:
    """Begin to count anew; for when the web server starts."""
    for file in _folder.glob("*.db") if _folder else ():
        file.unlink()


def _place() -> int:
    """Return this process's place: the first that no living process holds."""
    pid = os.getpid()
    if pid not in _places:
        _places[pid] = next(filter(None, map(_take, numbers())))
    return _places[pid][0]


def _take(place: int) -> tuple[int, int] | None:
    lock = os.open(_folder / f"{place}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return place, lock
    os.close(lock)
    return None


def _prepare(folder: Path) -> Path | None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(folder / "0.lock", os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as problem:
        logger.warning("Each process counts its requests alone: %s", problem)
        return None
    return folder


_folder = _prepare(settings.SEGREC_VAR / "metrics") if settings.WEB else None
if _folder:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_folder)
    prometheus_client.values.ValueClass = prometheus_client.values.MultiProcessValue(_place)
_requests = Histogram(
    "segrec_request_seconds",
    "How long requests took to answer.",
    ["view", "method", "status"],
    buckets=SECONDS,
    registry=None,
)
