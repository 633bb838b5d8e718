"""Counts of requests over several processes, as the web server has them."""

import os
import subprocess
import sys
from pathlib import Path

from segrec_site import traffic

SCRIPT = """
import os, signal, time
from prometheus_client import CollectorRegistry, generate_latest
import django
django.setup()
from segrec_site import traffic

def text():
    registry = CollectorRegistry()
    registry.register(traffic.collector())
    return generate_latest(registry).decode()

def child(then=lambda: None):
    if not (pid := os.fork()):
        traffic.count("GET", "products", 200, 0.02)
        then()
        os._exit(0)
    return pid

first = [child(signal.pause) for _ in range(2)]
while 'segrec_request_seconds_count{method="GET",status="200",view="products"} 2.0' not in text():
    time.sleep(0.05)
for pid in first:
    os.kill(pid, 9)
    os.waitpid(pid, 0)
for _ in range(5):
    os.waitpid(child(), 0)
print(text())
print("files", len(list(traffic._folder.glob("*.db"))))
"""


def run(script: str, var: Path) -> str:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "segrec_site.settings",
        "SEGREC_PROCESS": "web",
        "SEGREC_VAR": str(var),
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_processes_are_added_up_and_places_of_the_dead_are_taken_again(tmp_path):
    text = run(SCRIPT, tmp_path)

    found = 'segrec_request_seconds_count{method="GET",status="200",view="products"} 7.0'
    assert found in text
    assert "files 2" in text


def test_where_nothing_can_be_written_each_process_counts_alone(tmp_path):
    (tmp_path / "metrics").write_text("a file where the folder should be")

    assert traffic._prepare(tmp_path / "metrics") is None
