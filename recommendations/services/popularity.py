"""Popularity, counted: who buys what, in the shop and in each segment."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from customers.queries.clock import data_clock
from products.queries import bump_catalogue_version
from recommendations.queries import popularity as queries
from runs.queries import PUBLISH_LOCK, transaction_lock


def refresh_popularity(
    as_of: datetime | None = None, product_ids: Sequence[int] | None = None
) -> int:
    """Count buyers at the data's clock, of these products or of all; return how many changed."""
    with transaction.atomic():
        changed = queries.refresh_popularity(as_of or data_clock(), product_ids)
        if changed:
            bump_catalogue_version()
    return changed


def refresh_segment_popularity(as_of: datetime | None = None) -> None:
    """Count buyers in each segment at the data's clock; of several who would, one after another."""
    with transaction.atomic():
        transaction_lock(PUBLISH_LOCK)
        queries.refresh_segment_popularity(as_of or data_clock())
