"""Every parameter of every call does what it says, and is refused when it is wrong.

The calls and their parameters are those of the schema: one without an entry here is noticed.
"""

import re

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.api import Caller, crm
from tests.customers.segmented import make_member, make_run, make_segment
from tests.factories import make_customer, make_order, make_product
from tests.recommendations.shelf import make_neighbours, make_personal, make_together

pytestmark = pytest.mark.django_db
SHOWN = "/products/{id}/similar/"
BASKET = "/recommendations/basket/"
BODY = {"products": ["mug"]}
ALL = {"limit": "100"}


def calls() -> list[tuple[str, str]]:
    """Return each path that takes parameters, below /api/v1, with each of them."""
    described = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return [
        (path.removeprefix("/api/v1"), parameter["name"])
        for path, operations in described.items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    ]


LISTS = sorted({path for path, name in calls() if name == "limit"})
PAGES = sorted({path for path, name in calls() if name == "page_size"})


@pytest.fixture
def shop() -> None:
    """Lists of a cup, a bowl, what is sold out and two variants; more is merely popular.

    Ada bought what goes with all that, Ben bought all of it.
    """
    mug, cup, bowl, gone, red, blue, owned = (
        make_product(external_id=name, price=price, brand=brand, product_type=path, **over)
        for name, price, brand, path, over in [
            ("mug", 10, "Acme", "Home > Mugs", {}),
            ("cup", 5, "Acme", "Home > Mugs", {}),
            ("bowl", 20, "Zen", "Home > Bowls", {}),
            ("gone", 8, "Zen", "Home > Bowls", {"availability": "out_of_stock"}),
            ("red", 9, "Zen", "Home > Bowls", {"item_group_id": "g"}),
            ("blue", 9, "Zen", "Home > Bowls", {"item_group_id": "g"}),
            ("owned", 7, "Zen", "Home > Pans", {}),
        ]
    )
    others = [cup, bowl, gone, red, blue]
    popular = [make_product(price=7, brand="Zen", product_type="Garden") for _ in range(11)]
    make_neighbours(mug, *others)
    make_together(mug, *others)
    weights = {other: 0.9 - place / 10 for place, other in enumerate(others)}
    make_personal({owned: weights} | {other: {} for other in [mug, *others]})
    make_order(make_customer(external_id="ada"), owned)
    make_order(make_customer(external_id="ben"), mug, *others, owned, *popular)


def ask(path: str, caller: Caller | None = None, **query):
    """Ask a list; Ben for what he may buy again, Ada for what is new to her."""
    caller = caller or crm()
    who = "mug" if "products" in path else "ben" if "again" in path else "ada"
    if path != BASKET:
        return caller.get(path.format(id=who), query)
    address = f"{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    return caller.post(address, BODY, content_type="application/json")


def places(path: str, **query) -> list[dict]:
    """Return the places of a list; those of a fragment have nothing but the product."""
    answer = ask(path, **query)
    assert answer.status_code == 200, answer.content
    if path.startswith("/fragments/"):
        found = re.findall('data-product="([^"]*)"', answer.content.decode())
        return [{"product": product} for product in found]
    return answer.json()["results"]


def names(path: str, **query) -> set[str]:
    return {place["product"] for place in places(path, **query)}


def usual(path: str) -> set[str]:
    return names(path, **ALL)


def is_limited(path):
    assert [len(places(path)), len(places(path, limit=3))] == [10, 3]


def is_of_the_category(path):
    bowls = {"bowl"} | (names(path, **ALL) & {"red", "blue"})
    assert names(path, **ALL, category="home >bowls") == bowls


def is_of_the_brand(path):
    assert names(path, **ALL, brand="ACME") == usual(path) & {"mug", "cup"}


def costs_no_less(path):
    assert names(path, **ALL, min_price="20") == {"bowl"}


def costs_no_more(path):
    assert names(path, **ALL, max_price="5.00") == {"cup"}


def compares_prices(path):
    assert names(path, **ALL, price="any") == usual(path)
    if "{id}" in path and "products" in path:
        assert {"bowl"} == names(path, **ALL, price="dearer")
        assert {"cup"} <= names(path, **ALL, price="cheaper") <= usual(path) - {"bowl"}
    else:
        assert ask(path, price="dearer").status_code == 400


def is_in_stock(path):
    assert names(path, **ALL, in_stock="false") - usual(path) == {"gone"}
    assert names(path, **ALL, in_stock="true") == usual(path)


def is_one_of_its_group(path):
    assert len(usual(path) & {"red", "blue"}) == 1
    assert names(path, **ALL, one_per_group="false") >= {"red", "blue"}


def is_new_to_the_customer(path):
    more = {"owned"} if path == "/customers/{id}/recommendations/" else set()
    assert names(path, **ALL, include_purchased="true") - usual(path) == more


def leaves_out(path):
    left = names(path, **ALL, exclude="CUP,bowl")
    assert usual(path) - left == {"cup", "bowl"}


def is_explained(path):
    plain, explained = places(path), places(path, explain="true")
    assert [place["product"] for place in plain] == [place["product"] for place in explained]
    if "reason" in plain[0]:
        assert not any("terms" in place["reason"] for place in plain)
        assert all("terms" in place["reason"] for place in explained)


def is_held_out(path):
    of_the_model = {place.get("source") for place in places(path, arm="model")}
    held_out = {place.get("source") for place in places(path, arm="baseline")}
    if "fragments" in path:
        assert places(path, arm="model") != places(path, arm="baseline")
    else:
        assert held_out <= {"popular", "popular_in_category"}
        assert (of_the_model == held_out) == (path == "/popular/")


def is_as_alike(path):
    assert names(path, **ALL, min_score="0.85") == {"cup"}


# What each does, and what is refused.
OF_LISTS = {
    "limit": (is_limited, ["0", "101", "ten"]),
    "category": (is_of_the_category, [""]),
    "brand": (is_of_the_brand, [""]),
    "min_price": (costs_no_less, ["-1", "cheap"]),
    "max_price": (costs_no_more, ["-1", "NaN"]),
    "price": (compares_prices, ["low"]),
    "in_stock": (is_in_stock, ["maybe"]),
    "one_per_group": (is_one_of_its_group, ["maybe"]),
    "include_purchased": (is_new_to_the_customer, ["2"]),
    "exclude": (leaves_out, [",".join(map(str, range(201)))]),
    "explain": (is_explained, [""]),
    "arm": (is_held_out, ["both"]),
    "min_score": (is_as_alike, ["2", "-0.1", "nan"]),
}
OF_PAGES = {
    "page_size": ["0", "501", "all"],
    "cursor": ["x", ""],
    "since": ["soon"],
    "kind": ["none"],
}
of_lists = pytest.mark.parametrize(("path", "name"), [c for c in calls() if c[0] in LISTS])
of_pages = pytest.mark.parametrize(("path", "name"), [c for c in calls() if c[0] in PAGES])


def test_every_parameter_is_tried():
    assert {*LISTS, *PAGES} == {path for path, _ in calls()}
    assert {name for path, name in calls() if path in LISTS} == OF_LISTS.keys()
    assert {name for path, name in calls() if path in PAGES} == OF_PAGES.keys()


@of_lists
def test_a_parameter_of_a_list_does_what_it_says(shop, path, name):
    does, _ = OF_LISTS[name]

    does(path)


@of_lists
def test_a_wrong_value_is_refused_by_every_list(shop, path, name):
    caller, (_, wrong) = crm(), OF_LISTS[name]

    for value in wrong:
        answer = ask(path, caller, **{name: value})
        assert answer.status_code == 400, value
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"][0]["field"].split(".")[0] == name


@of_pages
def test_a_wrong_value_is_refused_by_every_page_of_rows(path, name):
    make_segment(make_run(), "loyal")
    caller = crm()

    for value in OF_PAGES[name]:
        answer = caller.get(path.format(key="loyal"), {name: value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, name)


@pytest.mark.parametrize("path", PAGES)
def test_rows_come_in_pages_of_the_size_asked_for(path):
    make_run("failed")
    run = make_run()
    segment = make_segment(run, "loyal")
    make_segment(run, "other")
    for number in range(2):
        make_member(segment, run)
        make_product(external_id=f"p{number}")
    caller, address = crm(), path.format(key="loyal")

    whole = caller.get(address).json()
    first = caller.get(address, {"page_size": 1}).json()
    second = caller.get(first["next"]).json()
    back = caller.get(second["previous"]).json()

    assert whole["results"] == first["results"] + second["results"]
    assert [whole["next"], whole["previous"], first["previous"]] == [None] * 3
    assert (len(first["results"]), back["results"]) == (1, first["results"])


@pytest.mark.parametrize("path", [path for path in LISTS if not path.startswith("/fragments/")])
def test_sources_are_one_of_eight_and_three_of_them_have_scores(shop, path):
    found = places(path, **ALL)

    scored = {place["source"] for place in found if place["score"] is not None}
    unscored = {place["source"] for place in found if place["score"] is None}
    assert scored <= {"similar", "bought_together", "personal"}
    assert unscored <= {
        *("buy_again", "pinned"),
        *("popular_in_category", "popular_in_segment", "popular"),
    }
