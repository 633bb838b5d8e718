"""Filters of customers in the words of daily work."""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from customers import rfm, value
from customers.models import Audience, Customer, Order, Segment
from customers.queries import pages
from customers.queries.audiences import customers_of
from customers.queries.clock import data_clock

NONE, BORDERLINE, NEVER = "none", "borderline", "never"
DAYS_SINCE = {
    "30": ("last 30 days", 0, 30),
    "90": ("30 to 90 days ago", 30, 90),
    "180": ("90 to 180 days ago", 90, 180),
    "365": ("half a year to a year ago", 180, 365),
    "older": ("more than a year ago", 365, None),
}


class SegmentFilter(admin.SimpleListFilter):
    """By the segment a customer is in now."""

    title, parameter_name = "segment", "segment"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        alive = [(segment.key, str(segment)) for segment in pages.segments_alive()]
        return [*alive, (BORDERLINE, "Borderline in any"), (NONE, "In none")] if alive else []

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        if self.value() is None:
            return customers
        if self.value() == BORDERLINE:
            return pages.borderline(customers)
        segment = Segment.objects.filter(key=self.value()).values_list("pk", flat=True).first()
        return pages.in_segment(customers, segment)


class AudienceFilter(admin.SimpleListFilter):
    """By a saved audience."""

    title, parameter_name = "audience", "audience"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        return list(Audience.objects.values_list("pk", "name"))

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        chosen = self.value() or ""
        audience = Audience.objects.filter(pk=chosen).first() if chosen.isdigit() else None
        return customers.filter(pk__in=customers_of(audience.conditions)) if audience else customers


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
            return customers.filter(total__last_order_at=None)
        if self.value() not in DAYS_SINCE:
            return customers
        _, least, most = DAYS_SINCE[self.value()]
        as_of = data_clock() or timezone.now()
        return pages.ordered_between(
            customers,
            as_of - timedelta(days=most) if most else None,
            as_of - timedelta(days=least) if least else None,
        )


class CountryFilter(admin.SimpleListFilter):
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
        return orders.filter(ordered_at__gt=as_of - timedelta(days=int(self.value())))


def as_audience(chosen: QueryDict) -> str:
    """Return what the filters chosen in the list of customers come to as an audience's address."""
    _, least, most = DAYS_SINCE.get(chosen.get("last_order"), ("", None, None))
    segment = chosen.get("segment")
    conditions = {
        "segments": None if segment in (NONE, BORDERLINE) else segment,
        "rfm": chosen.get("rfm"),
        "tiers": chosen.get("tier"),
        "countries": chosen.get("country"),
        "silent_days": least,
        "active_days": most,
    }
    return urlencode({name: value for name, value in conditions.items() if value})
