"""SQL of audiences: who meets conditions, how many they are, what files tell of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import Lower, RowNumber
from django.utils import timezone

from customers.audiences import Criteria
from customers.exports import Contact
from customers.models import (
    Audience,
    Customer,
    CustomerCategoryTotal,
    CustomerScore,
    Export,
    Membership,
    Segment,
)
from customers.queries.clock import data_clock, start_of
from customers.queries.conditions import meeting
from customers.queries.pages import shop_currency

ROWS_AT_ONCE = 2_000
_OF_CONTACT = {
    "customer_id": "external_id",
    "email": "email",
    "first_name": "first_name",
    "last_name": "last_name",
    "country": "country",
    "region": "region",
    "created_at": "created_at",
    "marketing_consent": "marketing_consent",
    "segment_key": "stay__segment__key",
    "segment": "stay__segment__name",
    "staff_name": "stay__segment__staff_name",
    "segment_since": "stay__since",
    "rfm_code": "score__rfm_code",
    "rfm_name": "score__rfm_name",
    "value_tier": "score__value_tier",
    "orders": "total__order_count",
    "total_spent": "total__net",
    "last_order_at": "total__last_order_at",
}


@dataclass(frozen=True)
class Sizes:
    """How many customers there are, how many of them agreed to marketing, and have an e-mail."""

    customers: int
    agreed: int
    with_email: int
    agreed_with_email: int

    def reachable(self, *, everyone: bool, mailed: bool) -> int:
        """Return how many a list may hold, before those who share an e-mail become one."""
        if everyone:
            return self.with_email if mailed else self.customers
        return self.agreed_with_email if mailed else self.agreed


def customers_of(criteria: Criteria, among: QuerySet[Customer] | None = None) -> QuerySet[Customer]:
    """Customers who meet all conditions; never who was erased or opted out of profiling."""
    customers = Customer.objects.all() if among is None else among
    customers = customers.filter(erased_at=None, profiling_opt_out=False)
    if criteria.segments:
        customers = customers.filter(_open(Membership, segment__key__in=criteria.segments))
    scored = {"rfm_name__in": criteria.rfm, "value_tier__in": criteria.tiers}
    scored = {name: values for name, values in scored.items() if values}
    if scored:
        customers = customers.filter(_open(CustomerScore, **scored))
    if criteria.categories:
        bought = CustomerCategoryTotal.objects.filter(
            customer=OuterRef("pk"), category__name__in=criteria.categories, lines__gt=0
        )
        customers = customers.filter(Exists(bought))
    if criteria.countries:
        customers = customers.filter(country__in=criteria.countries)
    if criteria.consent:
        customers = customers.filter(marketing_consent=criteria.consent == "agreed")
    for condition in criteria.listed:
        customers = meeting(customers, condition)
    return customers.filter(last_order_in(criteria))


def members_of(segment: Segment) -> QuerySet[Customer]:
    """Customers who are in a segment now, and may be told about."""
    return customers_of(Criteria()).filter(_open(Membership, segment=segment))


def values_kept(name: str) -> set[str]:
    """All that audiences ask for by one of their conditions that take several values."""
    kept = Audience.objects.values_list(f"criteria__{name}", flat=True)
    return {value for values in kept for value in values or ()}


def in_no_audience(customers: QuerySet[Customer]) -> int:
    """Count those of them whom no audience holds."""
    return customers.filter(Q(erased_at__isnull=False) | Q(profiling_opt_out=True)).count()


def sizes_of(customers: QuerySet[Customer]) -> Sizes:
    """Count customers."""
    agreed, reached = Q(marketing_consent=True), ~Q(email="")
    return Sizes(
        **customers.aggregate(
            customers=Count("pk"),
            agreed=Count("pk", filter=agreed),
            with_email=Count("pk", filter=reached),
            agreed_with_email=Count("pk", filter=agreed & reached),
        )
    )


def contacts_of(customers: QuerySet[Customer], *, mailed: bool) -> Iterator[Contact]:
    """Read what files tell of customers, one by one; a mailed list has each e-mail once.

    Of those who share an e-mail, the one who ordered last stands for all.
    """
    told = customers.annotate(
        stay=FilteredRelation("memberships", condition=Q(memberships__to_run=None)),
        score=FilteredRelation("scores", condition=Q(scores__to_run=None)),
    ).order_by("pk")
    if mailed:
        last = F("total__last_order_at").desc(nulls_last=True)
        place = Window(RowNumber(), partition_by=Lower("email"), order_by=[last, "pk"])
        told = told.exclude(email="").annotate(place=place).filter(place=1)
    currency = shop_currency()
    rows = told.values_list(*_OF_CONTACT.values())
    for row in rows.iterator(ROWS_AT_ONCE):
        yield _contact(dict(zip(_OF_CONTACT, row, strict=True)), currency)


def exports_of(**source: object) -> QuerySet[Export]:
    """What was taken out of a segment or an audience, newest first."""
    return Export.objects.filter(**source)


def _contact(told: dict, currency: str) -> Contact:
    staff_name = told.pop("staff_name")
    told["segment"] = staff_name or told["segment"]
    for name, value in told.items():
        if isinstance(value, datetime):
            told[name] = value.astimezone(settings.SHOP_ZONE)
    return Contact(
        currency=currency, **{name: value for name, value in told.items() if value is not None}
    )


def _open(model: type, **values: object) -> Exists:
    """Those with a stay or a score that lasts and has these values."""
    return Exists(model.objects.filter(customer=OuterRef("pk"), to_run=None, **values))


def last_order_in(criteria: Criteria) -> Q:
    """The last order lies after every beginning that is asked for, and before every end.

    Days count back from the data's last day, and an order dated later lies in none of them.
    """
    found, at = Q(), "total__last_order_at"
    counts_days = criteria.silent_days or criteria.active_days
    as_of = (data_clock() or timezone.now()) if counts_days else None
    if criteria.ordered_from:
        found &= Q(**{f"{at}__gte": start_of(criteria.ordered_from)})
    if criteria.ordered_until:
        found &= Q(**{f"{at}__lt": start_of(_day_after(criteria.ordered_until))})
    if criteria.silent_days:
        found &= Q(**{f"{at}__lte": as_of - timedelta(days=criteria.silent_days)})
    if criteria.active_days:
        found &= Q(**{f"{at}__gt": as_of - timedelta(days=criteria.active_days)})
        found &= Q(**{f"{at}__lte": as_of})
    return found


def _day_after(day: date) -> date:
    """Return the day after; of the last day there is, which means any, that day itself."""
    return min(day, date.max - timedelta(days=1)) + timedelta(days=1)
