"""Stamps: what a process may know without asking the database."""

import pytest
from django.db import transaction

from runs import stamps
from segrec_site.usage import seen_now

LISTS = stamps.LISTS


def stands() -> str | None:
    return seen_now().stamps.get(LISTS)


def keep(value: str) -> str | None:
    """Set the stamp as a reader who begins now."""
    return seen_now().keep(LISTS, value)


def test_the_first_reader_sets_the_stamp_for_all():
    assert keep("one") == "one"

    assert stands() == "one"
    assert keep("two") == "one"


def test_each_stamp_is_for_itself():
    keep("one")

    assert stamps.KEYS not in seen_now().stamps


@pytest.mark.django_db(transaction=True)
def test_a_stamp_is_gone_before_the_change_can_be_seen_and_until_it_is_there():
    keep("one")

    with transaction.atomic():
        stamps.changing(LISTS)
        assert stands() is None
        assert keep("one") is None

    assert stands() is None
    assert keep("two") == "two"


@pytest.mark.django_db(transaction=True)
def test_who_read_before_a_change_sets_nothing_after_it():
    early = seen_now()

    with transaction.atomic():
        stamps.changing(LISTS)
        late = seen_now()

    assert early.keep(LISTS, "old") is None
    assert late.keep(LISTS, "old") is None
    assert stands() is None


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_the_later_one_counts():
    with transaction.atomic():
        stamps.changing(LISTS)
        stamps._tell(stamps._BEGIN, LISTS, "other")
    assert keep("one") is None

    stamps._tell(stamps._END, LISTS, "other")

    assert keep("two") == "two"


def test_a_writer_who_died_is_waited_for_and_then_forgotten(monkeypatch):
    stamps._tell(stamps._BEGIN, LISTS, "dead")
    assert keep("one") is None

    monkeypatch.setattr(stamps, "WRITER_SECONDS", 0)

    assert keep("one") == "one"


def test_a_stamp_lives_for_seconds():
    keep("one")

    assert 0 < stamps.client().ttl("segrec:stamp:lists") <= stamps.STAMP_SECONDS


@pytest.mark.django_db(transaction=True)
def test_without_redis_there_are_no_stamps_and_writing_goes_on(monkeypatch):
    seen, nowhere = seen_now(), stamps.impatient("redis://127.0.0.1:1/0")
    monkeypatch.setattr(stamps, "client", lambda: nowhere)

    with transaction.atomic():
        stamps.changing(LISTS)

    assert seen.keep(LISTS, "one") is None
