"""Taking customers out: whom, in which layout, and the record of it."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from customers.models import (
    Audience,
    CustomerCategoryTotal,
    CustomerScore,
    CustomerTotal,
    Export,
    Shop,
)
from customers.queries.audiences import customers_of, sizes_of
from customers.services.exports import audience_source, begin_export
from products.models import Category
from tests.factories import NOW, make_customer, make_order, make_product, make_run, make_segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    Shop.objects.create(currency="EUR")
    make_order(None, make_product())
    return make_run()


@pytest.fixture
def people(run) -> dict:
    """Ada agreed, Ben did not, Cy has Ada's address, Di has none, Eve is out, Fay is erased."""
    given = {
        "ada": {"email": "ada@example.org", "marketing_consent": True, "country": "DE"},
        "ben": {"email": "ben@example.org", "country": "FR"},
        "cy": {"email": "ADA@example.org", "marketing_consent": True, "country": "DE"},
        "di": {"marketing_consent": True},
        "eve": {"email": "eve@x.org", "marketing_consent": True, "profiling_opt_out": True},
        "fay": {"marketing_consent": True, "erased_at": timezone.now()},
    }
    made = {name: make_customer(external_id=name, **over) for name, over in given.items()}
    for days, customer in enumerate(made.values()):
        CustomerTotal.objects.create(
            customer=customer, order_count=2, net="30.5", last_order_at=NOW - timedelta(days=days)
        )
    make_segment(run, *made.values(), key="loyal", name="Loyal", staff_name="=Friends")
    return made


def exported(*arguments: str) -> list[dict]:
    out = io.StringIO()
    call_command("export_segment", "loyal", *arguments, stdout=out, stderr=io.StringIO())
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def ids(rows: list[dict]) -> list[str]:
    return [row.get("customer_id", row.get("External ID")) for row in rows]


@pytest.mark.parametrize(
    ("arguments", "there"),
    [
        (["--format", "canonical"], ["ada", "cy", "di"]),
        (["--format", "canonical", "--all"], ["ada", "ben", "cy", "di"]),
        (["--format", "klaviyo"], ["ada"]),
        (["--format", "mailchimp", "--all"], ["ada", "ben"]),
    ],
    ids=lambda value: "".join(value) if value[0].startswith("-") else "",
)
def test_who_agreed_and_can_be_told_of_is_exported(people, arguments, there):
    assert ids(exported(*arguments)) == there


def test_a_line_tells_the_segment_score_and_sums(people, run):
    CustomerScore.objects.create(
        customer=people["ada"], rfm_code="543", rfm_name="Loyal", value_tier="high", from_run=run
    )

    row = exported("--format", "klaviyo")[0]

    assert row["Segment"] == "'=Friends"
    assert (row["RFM Group"], row["RFM Score"], row["Value Tier"]) == ("Loyal", "543", "high")
    assert (row["Orders"], row["Total Spent"], row["Currency"]) == ("2", "30.50", "EUR")
    assert row["Last Order Date"] == "2026-06-30"


def test_past_stays_and_scores_are_not_told(people, run):
    people["ada"].memberships.update(to_run=run)

    assert "ada" not in ids(exported("--format", "canonical"))


def test_the_summary_is_the_last_line_and_adds_up(people, capsys):
    call_command("export_segment", "loyal", "--format", "klaviyo", "--json")

    *rows, last = capsys.readouterr().out.splitlines()
    summary = json.loads(last)
    assert len(rows) == 2
    assert summary["customers"] == 1
    assert summary["left_out"] == {"not_agreed": 1, "no_email": 1, "same_email": 1}


def test_an_export_is_recorded_with_who_and_how_many(people):
    exported("--format", "canonical", "--all")

    record = Export.objects.get()
    assert record.requested_by.startswith("command line, ")
    assert (record.source, record.format, record.everyone) == ("=Friends", "canonical", True)
    assert record.customers == 4
    assert record.finished_at


def test_an_export_broken_off_is_recorded_as_such(people):
    audience = Audience.objects.create(name="All")
    record, lines = begin_export(audience_source(audience), "canonical", requested_by="ada")
    next(lines)
    lines.close()

    record.refresh_from_db()
    assert record.finished_at is None
    assert record.audience == audience


def test_an_unknown_segment_is_named_with_those_there_are(people):
    with pytest.raises(CommandError, match="no segment gone; there are loyal"):
        call_command("export_segment", "gone", "--format", "canonical")
    assert not Export.objects.exists()


def test_a_file_is_written_whole_or_not_at_all(people, tmp_path):
    path = tmp_path / "loyal.csv"
    call_command(
        "export_segment", "loyal", "--format", "canonical", output=path, stderr=io.StringIO()
    )

    assert ids(list(csv.DictReader(path.open(encoding="utf-8")))) == ["ada", "cy", "di"]
    assert path.stat().st_mode & 0o777 == 0o600

    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_segment", "loyal", "--format", "canonical", output=tmp_path / "a/b")
    assert [file.name for file in tmp_path.iterdir()] == ["loyal.csv"]


@pytest.mark.parametrize(
    ("conditions", "there"),
    [
        ({}, ["ada", "ben", "cy", "di"]),
        ({"segments": ["loyal", "new"]}, ["ada", "ben", "cy", "di"]),
        ({"segments": ["new"]}, []),
        ({"countries": ["DE", "FR"]}, ["ada", "ben", "cy"]),
        ({"consent": "agreed"}, ["ada", "cy", "di"]),
        ({"consent": "not agreed"}, ["ben"]),
        ({"ordered_from": "2026-06-29"}, ["ada", "ben"]),
        ({"ordered_until": "2026-06-28"}, ["cy", "di"]),
        ({"ordered_from": "2026-06-29", "ordered_until": "2026-06-29"}, ["ben"]),
        ({"silent_days": 3}, ["di"]),
        ({"active_days": 2}, ["ada", "ben"]),
        ({"rfm": ["Loyal", "New"]}, ["ada"]),
        ({"tiers": ["high"]}, ["ada"]),
        ({"rfm": ["Loyal"], "tiers": ["low"]}, []),
        ({"categories": ["Mugs"]}, ["ben"]),
        ({"categories": ["Mugs", "Bowls"], "countries": ["DE"]}, []),
    ],
    ids=str,
)
def test_an_audience_is_who_meets_all_conditions(people, run, conditions, there):
    CustomerScore.objects.create(
        customer=people["ada"], rfm_code="543", rfm_name="Loyal", value_tier="high", from_run=run
    )
    mugs, bowls = (Category.objects.create(name=name) for name in ("Mugs", "Bowls"))
    CustomerCategoryTotal.objects.create(customer=people["ben"], category=mugs, lines=1)
    CustomerCategoryTotal.objects.create(customer=people["ada"], category=bowls, lines=0)

    found = customers_of(Audience(criteria=conditions).conditions)

    assert sorted(found.values_list("external_id", flat=True)) == there


def test_sizes_tell_who_agreed_and_who_can_be_reached(people):
    sizes = sizes_of(customers_of(Audience().conditions))

    assert (sizes.customers, sizes.agreed) == (4, 3)
    assert (sizes.with_email, sizes.agreed_with_email) == (3, 2)
