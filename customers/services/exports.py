"""Take customers out as a file, and keep a record of who took whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone

from customers.exports import FORMATS, Contact, lines
from customers.models import Audience, Customer, Export, Segment
from customers.queries import audiences as queries
from customers.queries.audiences import Sizes


class UnknownSegment(Exception):
    """There is no segment of this key."""


@dataclass(frozen=True)
class Source:
    """Whom to take out: a segment's members or an audience."""

    customers: QuerySet[Customer]
    segment: Segment | None = None
    audience: Audience | None = None

    @property
    def slug(self) -> str:
        """What a file of it is called."""
        return self.segment.key if self.segment else f"audience-{self.audience.pk}"


def segment_source(segment: Segment) -> Source:
    """Return a segment's members as a source."""
    return Source(queries.members_of(segment), segment=segment)


def audience_source(audience: Audience) -> Source:
    """Return the customers who meet an audience's conditions now."""
    return Source(queries.customers_of(audience.conditions), audience=audience)


def find_segment(key: str) -> Segment:
    """Return the segment of this key, also a retired one."""
    if segment := Segment.objects.filter(key=key).first():
        return segment
    known = ", ".join(Segment.objects.filter(retired_run=None).values_list("key", flat=True))
    there = f"there are {known}" if known else "no segments were found yet"
    raise UnknownSegment(f"There is no segment {key}; {there}.")


def begin_export(
    source: Source,
    form: str,
    *,
    everyone: bool = False,
    requested_by: str,
    user: AbstractBaseUser | None = None,
) -> tuple[Export, Iterator[str]]:
    """Record an export; return the record, and its lines, to be read once.

    Only who agreed to marketing is in it unless `everyone`. The record counts the lines handed
    out, and stays unfinished when the reader breaks off.
    """
    record = Export.objects.create(
        segment=source.segment,
        audience=source.audience,
        source=str(source.segment or source.audience),
        format=form,
        everyone=everyone,
        user=user,
        requested_by=requested_by,
    )
    customers = source.customers if everyone else source.customers.filter(marketing_consent=True)
    return record, _recorded(record, customers)


def left_out(sizes: Sizes, record: Export) -> dict[str, int]:
    """Say how many of a source are not in a finished export, and why."""
    mailed = FORMATS[record.format].is_mailed
    reachable = sizes.reachable(everyone=record.everyone, mailed=mailed)
    agreed = sizes.customers if record.everyone else sizes.agreed
    return {
        "not_agreed": sizes.customers - agreed,
        "no_email": agreed - reachable,
        "same_email": reachable - record.customers,
    }


def _recorded(record: Export, customers: QuerySet[Customer]) -> Iterator[str]:
    form = FORMATS[record.format]
    contacts = queries.contacts_of(customers, mailed=form.is_mailed)
    try:
        yield from lines(form, _counted(record, contacts))
        record.finished_at = timezone.now()
    finally:
        record.save(update_fields=["customers", "finished_at"])


def _counted(record: Export, contacts: Iterable[Contact]) -> Iterator[Contact]:
    for contact in contacts:
        record.customers += 1
        yield contact
