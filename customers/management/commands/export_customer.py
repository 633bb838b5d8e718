"""Print everything that is kept of a person."""

import json
from collections.abc import Iterable

from django.core.management import CommandError
from django.core.serializers.json import DjangoJSONEncoder

from customers.services.privacy import UnknownCustomer, export_customer
from runs.management.base import JsonCommand


class Command(JsonCommand):
    """Print everything that is kept of a person, as JSON."""

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.add_argument("id", help="the customer's id in the shop")

    def work(self, *, id: str, **options) -> dict:
        try:
            return export_customer(id)
        except UnknownCustomer as problem:
            raise CommandError(str(problem)) from problem

    def in_words(self, result: dict) -> Iterable[str]:
        return [json.dumps(result, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)]
