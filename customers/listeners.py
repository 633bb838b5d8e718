"""Hears of orders, segments and categories that changed, and has insights follow."""

from functools import partial

from django.db import transaction

from customers.queries.insights.summing import forget_what_months_rest_on, seconds_of_last_build
from runs.messages import tell_workers

# Changes that come one by one are summed together: the pause is so many times as long as the work.
LEAST_PAUSE_SECONDS, PAUSES_A_BUILD = 10, 20


def follow_sales(sender: str, **_: object) -> None:
    """Have insights refreshed soon, once for all the changes until then."""
    pause = max(LEAST_PAUSE_SECONDS, round(PAUSES_A_BUILD * seconds_of_last_build()))
    tell_workers("customers.tasks.refresh_insights", queue="batch", once_in=pause)


def follow_categories(sender: str, **_: object) -> None:
    """Have all months summed anew, since products moved between categories."""
    forget_what_months_rest_on()
    transaction.on_commit(partial(follow_sales, sender))
