"""The Celery application: JSON messages, two queues, tasks found in every app."""

import os
import time

from celery import Celery, signals

from runs import about

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")

app = Celery("segrec")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_logging(**_: object) -> None:
    """Log as settings say; without this Celery would put its own form in their place."""


@signals.before_task_publish.connect
def write_headers(headers: dict, **_: object) -> None:
    """Tell the worker which request the task comes from, and when it was asked for."""
    headers[about.SENT] = time.time()
    if request := about.ids().get("request"):
        headers[about.REQUEST] = request


@signals.task_prerun.connect
def note_ids(task_id: str, task, **_: object) -> None:
    """Let the worker's log lines say which task they are about, and which request asked for it."""
    about.set_ids(task=task_id, request=task.request.get(about.REQUEST))
