"""The site: settings, URLs, workers, embedded servers, API keys, admin frame, health.

environment -> settings -> { web, worker, beat, commands }; nothing below imports it.
"""

from segrec_site.celery import app as celery_app

__all__ = ["celery_app"]
