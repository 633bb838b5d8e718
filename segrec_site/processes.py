"""What runs when the site is up: the web server, a worker for each queue, the schedule."""

import signal
import sys
from pathlib import Path

from django.conf import settings

from segrec_site.probe import answers, first_name
from segrec_site.supervisor import Child

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def web_server(host: str, port: int) -> Child:
    """Return the process that answers requests."""
    return Child(
        "the web server",
        _attached(
            "gunicorn", "--config", "python:segrec_site.serving", "--bind", address(host, port)
        ),
        _log("web"),
        environment={**ONE_THREAD, "SEGREC_PROCESS": "web"},
    )


def workers() -> list[Child]:
    """Return the processes that work unseen: one for each queue, and the schedule's."""
    beat = Child("the schedule", _celery("beat", *_beat_options()), _log("beat"))
    return [_worker("now"), _worker("batch", niceness=10), beat]


def demo_loader() -> Child:
    """Return the process that loads the demo shop, telling the terminal how far it is."""
    command = [sys.executable, "manage.py", "load_demo"]
    return Child("the demo's loader", command, log=None, once=True)


def web_answers(host: str, port: int) -> bool:
    """Tell whether the web server says that it is ready."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return answers("/health/ready", first_name(",".join(settings.ALLOWED_HOSTS)), reached, port)


def address(host: str, port: int) -> str:
    """Join host and port as a URL does."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _log(name: str) -> Path:
    return settings.SEGREC_VAR / "log" / f"{name}.log"


def _worker(queue: str, niceness: int = 0) -> Child:
    options = ["--queues", queue, "--hostname", f"{queue}@%h", "--concurrency", "1"]
    return Child(
        f"the worker of queue {queue}",
        _celery("worker", *options, "--without-gossip", "--without-mingle"),
        _log(queue),
        environment=ONE_THREAD,
        niceness=niceness,
        end_signal=signal.SIGQUIT,  # at once; what it was doing goes back to the queue
    )


def _beat_options() -> list[str]:
    return ["--schedule", str(settings.SEGREC_VAR / "beat"), "--pidfile", ""]


def _celery(*arguments: str) -> list[str]:
    return _attached("celery", "--app", "segrec_site", *arguments, "--loglevel", "INFO")


def _attached(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "segrec_site.attached", *arguments]
