"""Filters of customers in the words of daily work."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from customers import rfm, value
from customers.audiences import Criteria
from customers.conditions import BORDERLINE, NEVER, NONE, makes_sense
from customers.models import Audience, Customer, Order
from customers.queries import pages
from customers.queries.audiences import customers_of, last_order_in
from customers.queries.clock import data_clock
from customers.queries.conditions import meeting

DAYS_SINCE = {
    "30": ("last 30 days", 0, 30),
    "90": ("30 to 90 days ago", 30, 90),
    "180": ("90 to 180 days ago", 90, 180),
    "365": ("half a year to a year ago", 180, 365),
    "older": ("more than a year ago", 365, None),
}

KEPT_AS = {"segment": "segments", "rfm": "rfm", "tier": "tiers", "country": "countries"}


class AskedFilter(admin.SimpleListFilter):
    """A filter that holds where an address sets it, even with nothing there to choose from."""

    def has_output(self) -> bool:
        return super().has_output() or bool(self.value())


class SegmentFilter(AskedFilter):
    """By the segment a customer is in now."""

    title, parameter_name = "segment", "segment"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        alive = [(segment.key, str(segment)) for segment in pages.segments_alive()]
        return [*alive, (BORDERLINE, "Borderline in any"), (NONE, "In none")] if alive else []

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        if not self.value():
            return customers
        if self.value() in (BORDERLINE, NONE):
            return meeting(customers, f"segment:{self.value()}")
        return pages.in_segment(customers, self.value())


class AudienceFilter(AskedFilter):
    """By a saved audience."""

    title, parameter_name = "audience", "audience"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(str(pk), name) for pk, name in Audience.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        if not self.value():
            return customers
        audience = saved_audience(self.value())
        return customers_of(audience.conditions, customers) if audience else customers.none()


class RfmFilter(admin.SimpleListFilter):
    """By the RFM name a customer has now."""

    title, parameter_name = "RFM", "rfm"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(name, name) for name in rfm.GROUPS]

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return pages.with_score(customers, rfm_name=self.value()) if self.value() else customers


class TierFilter(admin.SimpleListFilter):
    """By what a customer should spend in the next 90 days."""

    title, parameter_name = "value tier", "tier"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(tier, tier.capitalize()) for tier in reversed(value.TIERS)]

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return pages.with_score(customers, value_tier=self.value()) if self.value() else customers


class LastOrderFilter(admin.SimpleListFilter):
    """By how long ago a customer ordered, counted from the data's last day."""

    title, parameter_name = "last order", "last_order"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(key, words) for key, (words, _, _) in DAYS_SINCE.items()] + [(NEVER, "never")]

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        if self.value() == NEVER:
            return meeting(customers, f"last_order:{NEVER}")
        if self.value() and self.value() not in DAYS_SINCE:
            return customers.none()
        _, silent, active = DAYS_SINCE.get(self.value(), ("", None, None))
        return customers.filter(last_order_in(Criteria(silent_days=silent, active_days=active)))


class CountryFilter(AskedFilter):
    """By country."""

    title, parameter_name = "country", "country"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [(country, country) for country in pages.countries()]

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return customers.filter(country=self.value()) if self.value() else customers


class OrderedFilter(admin.SimpleListFilter):
    """By how long before the data's last day an order came."""

    title, parameter_name = "ordered", "ordered"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return [("7", "last 7 days"), ("30", "last 30 days"), ("90", "last 90 days")]

    def queryset(self, request: HttpRequest, orders: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() not in ("7", "30", "90"):
            return orders
        as_of = data_clock() or timezone.now()
        since = as_of - timedelta(days=int(self.value()))
        return orders.filter(ordered_at__gt=since, ordered_at__lte=as_of)


def saved_audience(pk: str) -> Audience | None:
    """Return an audience by what an address says."""
    return Audience.objects.filter(pk=pk).first() if pk.isdecimal() else None


def as_audience(filters: Mapping[str, list[str]], search: str) -> tuple[str, list[str]]:
    """Return a list of customers as the address of a new audience, and what none can keep.

    A filter takes the place of the same condition of the list's audience: whoever is listed meets
    both.
    """
    chosen = {name: values[-1] for name, values in filters.items() if values[-1]}
    audience = saved_audience(chosen.pop("audience", ""))
    base = audience.conditions if audience else Criteria()
    of_one, listed, unkept = {}, list(base.listed), []
    _, silent, active = DAYS_SINCE.get(chosen.get("last_order"), ("", None, None))
    for name, given in (chosen | ({"q": search} if search else {})).items():
        if makes_sense(condition := f"{name}:{given}"):
            listed.append(condition)
        elif name in KEPT_AS:
            of_one[KEPT_AS[name]] = (given,)
        elif name != "last_order":
            unkept.append("this search" if name == "q" else f"the filter {name}")
    kept = replace(
        base,
        **of_one,
        listed=tuple(dict.fromkeys(listed)),
        silent_days=max(filter(None, (base.silent_days, silent)), default=None),
        active_days=min(filter(None, (base.active_days, active)), default=None),
    )
    return urlencode(kept.to_json(), doseq=True), unkept
