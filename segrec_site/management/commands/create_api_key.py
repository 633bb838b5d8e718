"""Make a key for the API."""

from argparse import ArgumentTypeError
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.utils import timezone

from customers.queries.clock import start_of
from runs.management.base import JsonCommand, a_day
from segrec_site.keys import create_key
from segrec_site.models import ApiKey


class Command(JsonCommand):
    """Make a key for the API; it is shown once and kept nowhere."""

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="whose key it is")
        parser.add_argument("--kind", choices=ApiKey.Kind.values, required=True)
        parser.add_argument("--read-only", action="store_true", help="GET only")
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            metavar="URL",
            help="serve pages of this site only; may be repeated",
        )
        parser.add_argument(
            "--expires", type=end_of_day, metavar="DATE", help="serve until the end of this day"
        )

    def work(self, *, name, kind, read_only, origin, expires, **options) -> dict:
        try:
            _, text = create_key(
                name, kind, read_only=read_only, origins=origin, expires_at=expires
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from problem
        return {"key": text}

    def in_words(self, result: dict) -> Iterable[str]:
        return [result["key"]]


def end_of_day(text: str) -> datetime:
    """Read a date as the end of that day in the shop's zone; it may not be over."""
    end = start_of(a_day(text) + timedelta(days=1))
    if end <= timezone.now():
        raise ArgumentTypeError(f"{text} is over")
    return end
