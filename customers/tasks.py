"""Customers for workers: keep insights in line with what was sold."""

from celery import shared_task

from customers.services import insights
from runs.tasks import AGAIN


@shared_task(queue="batch", **AGAIN)
def refresh_insights() -> None:
    """Bring the kept sums up to date."""
    insights.refresh_insights()
