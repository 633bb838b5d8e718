"""How values look in answers."""

from decimal import Decimal

from rest_framework import serializers


def money_text(amount: Decimal | None) -> str | None:
    """Write an amount with 2 decimals, more (to 4) only where they say something."""
    if amount is None:
        return None
    text = f"{amount:.4f}"
    return text[:-2] if text.endswith("00") else text.rstrip("0")


class Money(serializers.DecimalField):
    """An amount as text, such as "12.50"; its currency stands beside it."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=18, decimal_places=4, **kwargs)

    def to_representation(self, value: Decimal) -> str:
        return money_text(value)
