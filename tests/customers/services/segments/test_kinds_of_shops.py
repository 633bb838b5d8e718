"""Shops that the simulator's seven kinds do not describe: names apart, or the stated fallback."""

import pytest

from benchmarks.simulator import Archetype, simulate
from customers.services.segments.refreshing import refresh_segments
from tests.customers.services.segments.seen import codes, everything, places
from tests.customers.services.segments.shops import load_lines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Arguments in their order: orders a year, lines, units a line, share discounted, place of prices.
SHOPS = {
    "boutique": (
        400,
        Archetype("friends", 0.25, 6, 2.0, 1.0, 0.05, 0.8),
        Archetype("visitors", 0.75, 1, 1.2, 1.0, 0.2, 0.6, once=True, joined=(0.0, 1.0)),
    ),
    "subscriptions": (
        1_200,
        Archetype("monthly", 0.6, 12, 1.0, 1.0, 0.01, 0.5, joined=(0.0, 0.95)),
        Archetype("cancelled", 0.3, 12, 1.0, 1.0, 0.01, 0.5, left=(0.3, 0.8)),
        Archetype("tried once", 0.1, 1, 1.0, 1.0, 0.9, 0.5, joined=(0.0, 1.0), once=True),
    ),
    "groceries": (
        900,
        Archetype("weekly", 0.5, 50, 14.0, 1.6, 0.25, 0.4, joined=(0.0, 0.3)),
        Archetype("top-up", 0.3, 80, 3.0, 1.1, 0.15, 0.5, joined=(0.0, 0.5)),
        Archetype("monthly", 0.2, 12, 25.0, 2.0, 0.5, 0.3, joined=(0.0, 0.5)),
    ),
    "business customers": (
        700,
        Archetype("key accounts", 0.06, 30, 20.0, 40.0, 0.3, 0.5, joined=(0.0, 0.2)),
        Archetype("workshops", 0.5, 8, 4.0, 6.0, 0.1, 0.5),
        Archetype("one project", 0.44, 2, 6.0, 10.0, 0.05, 0.5, left=(0.2, 0.9)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SHOPS)
def test_a_shop_of_another_kind_gets_segments_apart_that_stay(kind):
    customers, *archetypes = SHOPS[kind]
    load_lines(simulate(customers, seed=11, archetypes=tuple(archetypes)).lines)

    run = refresh_segments()

    names = [segment["name"] for segment in run.metrics["segments"]]
    assert run.status == "published"
    assert len({name.casefold() for name in names}) == len(names)
    assert len(places()) == run.metrics["customers"]
    assert run.metrics["method"] == ("rfm" if customers < 500 else "kmeans")
    assert "too_few_customers" in codes(run)  # below 2,000 that warns
    before = everything()

    again = refresh_segments()

    assert (again.status, again.metrics["moved"]) == ("published", 0)
    assert everything() == before
