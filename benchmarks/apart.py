"""Work done in a process of its own, so that its memory is its own, and what it took.

CPU seconds, of the process and of its server process, are the steadier figure on a busy machine;
wall time shows that both work at once.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path

# Seconds by the clock, CPU seconds of the process and of its server process, peak MB.
COLUMNS = ["seconds", "CPU seconds, process", "server", "peak MB"]
Took = tuple[float, float, float, int]


def measure(work: Callable[..., int | None], *args) -> tuple[int | None, Took]:
    """Return what the work says, and what it took once Django was up."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (work, *args))


def _timed(work: Callable, *args) -> tuple[int | None, Took]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
    django.setup()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    server = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    begun, cpu, server_cpu = time.time(), time.process_time(), _cpu(server)
    said = work(*args)
    took = time.time() - begun, time.process_time() - cpu, _cpu(server) - server_cpu
    return said, (*took, peak_mb())


def peak_mb() -> int:
    """Return the most memory this process held since it began, where Linux tells."""
    status = Path("/proc/self/status")
    text = status.read_text() if status.exists() else "VmHWM: 0 kB"
    return int(text.partition("VmHWM:")[2].split()[0]) // 1000


def _cpu(stat: Path) -> float:
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
