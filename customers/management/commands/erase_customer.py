"""Erase a person."""

from collections.abc import Iterable

from django.core.management import CommandError

from customers.services.privacy import UnknownCustomer, erase_customer
from runs.management.base import JsonCommand


class Command(JsonCommand):
    """Erase a person: a surrogate without identity keeps the orders, and the sums stay."""

    def add_arguments(self, parser) -> None:
        super().add_arguments(parser)
        parser.add_argument("id", help="the customer's id in the shop")

    def work(self, *, id: str, **options) -> dict:
        try:
            return {"surrogate": erase_customer(id).external_id}
        except UnknownCustomer as problem:
            raise CommandError(str(problem)) from problem

    def in_words(self, result: dict) -> Iterable[str]:
        return [f"Erased; {result['surrogate']} keeps the orders."]
