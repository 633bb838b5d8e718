"""What staff would do in the admin, done with Django in a process of its own at each call."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.soaking.site import Site
from segrec_site.embedded.account import die_with_parent

HAND_OVER = """
import sys
from pathlib import Path
import django
django.setup()
from django.core.files import File
from kombu.exceptions import OperationalError
from runs import tasks
from runs.imports import uploads
for path in map(Path, sys.argv[1:]):
    with path.open("rb") as file:
        record = uploads.create_import(File(file, path.name), "orders")
    uploads.request_import(record)
    print(record.pk, flush=True)
    try:
        tasks.work_on_import.delay(record.pk)
    except OperationalError:
        pass  # the admin says: it is read when the broker is back
"""


def hand_over(site: Site, *files: Path) -> list[int]:
    """Hand files over to be imported by a worker; return the numbers of those taken."""
    done = _python(site, HAND_OVER, *map(str, files))
    return [int(line) for line in done.stdout.split()]


def make_key(site: Site, kind: str = "crm") -> str:
    """Make a key for the API."""
    done = site.run("create_api_key", "soak", "--kind", kind, "--json")
    return json.loads(done.stdout.splitlines()[-1])["key"]


def recompute_totals(site: Site) -> None:
    """Sum customers' orders anew."""
    done = _python(
        site,
        "import django; django.setup()\n"
        "from customers.queries.totals import recompute_totals\nrecompute_totals()",
    )
    if done.returncode:
        raise RuntimeError(done.stderr)


def _python(site: Site, script: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=site.project,
        env=site.environment | {"DJANGO_SETTINGS_MODULE": "segrec_site.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def send(site: Site, task: str, number: int, times: int) -> None:
    """Send a task's message so many times."""
    script = f"""
import django
django.setup()
from celery import current_app
for _ in range({times}):
    current_app.send_task({task!r}, [{number}], queue="batch")
"""
    _python(site, script)


def second_beat(site: Site) -> subprocess.Popen:
    """Start a second schedule, as a second machine by mistake would."""
    beat = ["beat", "--schedule", str(site.var / "second-beat"), "--pidfile="]
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "--app", "segrec_site", *beat],
        cwd=site.project,
        env=site.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
    )
