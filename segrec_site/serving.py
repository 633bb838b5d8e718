"""How gunicorn serves: `gunicorn --config python:segrec_site.serving --bind 0.0.0.0:8000`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
os.environ.setdefault("SEGREC_PROCESS", "web")

from django.conf import settings

wsgi_app = "segrec_site.wsgi"
worker_class = "gthread"
workers, threads = 2, 4
preload_app = True
control_socket_disable = True
graceful_timeout = 8
# A process makes way for a fresh one after so many requests, not all at the same time.
max_requests, max_requests_jitter = 10_000, 1_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {
        **settings.LOGGING["loggers"],
        "gunicorn.error": {"handlers": [], "propagate": True},
    },
}


def on_starting(server: object) -> None:
    """Refuse to serve pages without their files; count requests from zero."""
    from segrec_site import traffic

    if settings.PRODUCTION and not (settings.STATIC_ROOT / "staticfiles.json").exists():
        sys.exit(f"{settings.STATIC_ROOT} has no static files: run manage.py collectstatic.")

    traffic.forget()
