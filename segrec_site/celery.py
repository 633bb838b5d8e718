"""The Celery application: JSON messages, two queues, tasks found in every app."""

import os

from celery import Celery, signals

from runs import about

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
REQUEST = "segrec_request"

app = Celery("segrec")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_logging(**_: object) -> None:
    """Log as settings say; without this Celery would put its own form in their place."""


@signals.before_task_publish.connect
def send_request_id(headers: dict, **_: object) -> None:
    """Tell the worker which request the task comes from."""
    if request := about.ids().get("request"):
        headers[REQUEST] = request


@signals.task_prerun.connect
def note_ids(task_id: str, task, **_: object) -> None:
    """Let the worker's log lines say which task they are about, and which request asked for it."""
    about.set_ids(task=task_id, request=task.request.get(REQUEST))
