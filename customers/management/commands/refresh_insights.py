"""Sum sales for the dashboard here and now; workers do it after every change."""

from collections.abc import Iterable

from django.core.management.base import CommandError

from customers.services.insights import refresh_insights
from runs.management.base import JsonCommand


class Command(JsonCommand):
    """Bring the sums that the dashboard shows up to date."""

    def work(self, **options) -> dict:
        build = refresh_insights()
        if build is None:
            raise CommandError("There are no counted orders to sum.")
        return {"as_of": build.as_of, "built_at": build.built_at, "seconds": build.seconds}

    def in_words(self, result: dict) -> Iterable[str]:
        yield f"Sums as of {result['as_of']:%Y-%m-%d}, made in {result['seconds']} s."
