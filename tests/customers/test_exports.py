"""Customers as lines of files."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.exports import FORMATS, Contact, lines, safe

ADA = Contact(
    customer_id="c1",
    email="ada@example.org",
    first_name="Ada",
    last_name='Å, "the" first',
    country="DE",
    marketing_consent=True,
    segment_key="loyal",
    segment="Loyal regulars",
    segment_since=datetime(2026, 1, 2, 23, 59, tzinfo=UTC),
    rfm_code="554",
    rfm_name="Champions",
    value_tier="high",
    orders=9,
    total_spent=Decimal("1234.5600"),
    currency="EUR",
    last_order_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
)


def read(form: str, *contacts: Contact) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines(FORMATS[form], contacts)))))


@pytest.mark.parametrize("form", ["klaviyo", "mailchimp"])
def test_mail_tools_find_the_address_first_and_days_as_they_read_them(form):
    text = "".join(lines(FORMATS[form], [ADA]))
    (row,) = read(form, ADA)

    assert text.startswith("Email Address,First Name,Last Name,")
    assert row["Email Address"] == "ada@example.org"
    assert row["Last Name"] == 'Å, "the" first'
    assert (row["Segment Since"], row["Last Order Date"]) == ("2026-01-02", "2026-03-04")
    assert (row["Orders"], row["Total Spent"], row["Currency"]) == ("9", "1234.56", "EUR")
    assert row["Accepts Marketing"] == "true"


def test_mailchimp_gets_the_segment_as_a_tag_and_texts_it_does_not_cut():
    (row,) = read("mailchimp", Contact(customer_id="c", email="a@b.c", first_name="é" * 200))

    assert row["Tags"] == ""
    assert row["First Name"] == "é" * 127
    assert read("mailchimp", ADA)[0]["Tags"] == "Loyal regulars"


def test_a_segment_is_one_tag_whatever_its_name():
    (row,) = read("mailchimp", replace(ADA, segment="One-time, gone quiet"))

    assert (row["Tags"], row["Segment"]) == ("One-time – gone quiet", "One-time, gone quiet")


def test_canonical_columns_are_those_of_files_and_of_the_api():
    (row,) = read("canonical", ADA)

    assert list(row)[:9] == [
        "customer_id",
        "email",
        "first_name",
        "last_name",
        "country",
        "region",
        "created_at",
        "marketing_consent",
        "profiling_opt_out",
    ]
    assert row["segment"] == "loyal"
    assert row["segment_since"] == "2026-01-02T23:59:00+00:00"
    assert (row["rfm_code"], row["rfm_name"], row["value_tier"]) == ("554", "Champions", "high")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-x", "@sum(a1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＠a"]
)
def test_no_text_of_anybody_begins_like_a_formula(form, text):
    fields = ("customer_id", "email", "first_name", "last_name", "country", "region", "segment")
    (row,) = read(form, Contact(**dict.fromkeys(fields, text), segment_key=text))

    shown = [value for value in row.values() if text.strip() in value]
    assert len(shown) >= 6
    assert {value[0] for value in shown} == {"'"}


def test_numbers_of_ours_stay_numbers():
    (row,) = read("canonical", Contact(customer_id="c", total_spent=Decimal("-3.5")))

    assert row["total_spent"] == "-3.50"


def test_plain_text_is_left_alone():
    assert [safe(text) for text in ("Ada", "1-2", "a@b.c", "")] == ["Ada", "1-2", "a@b.c", ""]


def test_many_lines_are_written_some_at_a_time():
    parts = list(lines(FORMATS["canonical"], (Contact(customer_id=str(n)) for n in range(1200))))

    assert len(parts) == 3
    assert "".join(parts).count("\n") == 1201
